"""The service ``publication``: who may call it, what it asks of the publisher's port, how it refuses."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from lxml import etree

from esav_soap.errors import PackInvalide, Probleme, PublicationRefusee
from esav_soap.soap.wsgi import TAILLE_PACK_MAX
from tests.e2e.soap import WS, Reponse, depot, enveloppe, requete
from tests.faux import INSTANT, FauxNoeud, noeud
from tests.faux_publieur import FauxPublieur

ARCHIVE = b"PK\x03\x04 un pack"
EN_BASE64 = b64encode(ARCHIVE).decode()


@pytest.fixture
def publieur() -> FauxPublieur:
    return FauxPublieur()


@pytest.fixture
def sur(publieur: FauxPublieur) -> FauxNoeud:
    return noeud(publieur=publieur)


def demander(
    sur: FauxNoeud, demande: etree._Element, *, plateforme: str = "production", role: str | None = "PUBLIEUR"
) -> Reponse:
    entetes = {"HTTP_X_ESAV_ROLE": role} if role else {}
    return sur.appeler(f"/{plateforme}/ws/1/publication", enveloppe(demande), operateur="EDITION", entetes=entetes)


@pytest.mark.exigence("R2.1")
def test_simuler__ok(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    reponse = demander(sur, requete("simulerPublication", pack=EN_BASE64))
    assert publieur.appels == [("simuler", ARCHIVE, 30, INSTANT)]
    assert (reponse.texte("version"), reponse.texte("rejouees"), reponse.texte("refusees")) == ("2027.1", "10", "3")
    assert reponse.textes("nom") == ["ACCES_FTTH/prise/etage:CHAMP_RETIRE", ":LIBELLE"]
    assert reponse.textes("gravite") == ["RUPTURE", "COMPATIBLE"]
    (premiere, seconde) = reponse.corps.iter(f"{WS}ligne")
    assert [e.text for e in premiere] == [
        *("OPA", "ACCES_FTTH", "prise/etage", "CHAMP_INCONNU", "10", "2", "« etage » n'existe pas", "3")
    ]
    assert seconde.findtext(f"{WS}exemple") is None
    demander(sur, requete("simulerPublication", pack=EN_BASE64, jours="7"))
    assert publieur.appels[1][2] == 7


@pytest.mark.exigence("R2.1", "R2.2")
def test_annoncer__ok(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    demande = requete("annoncerVersion", pack=EN_BASE64, dateHeureOuverture="2026-12-01T00:00:00+01:00")
    for nom in ("ACCES_FTTH:*", "GENIE_CIVIL/acces:CHAMP_RETIRE"):
        etree.SubElement(demande, f"{WS}ecartAccepte").text = nom
    etree.SubElement(demande, f"{WS}aTous").text = "1"
    reponse = demander(sur, demande)
    ouverture = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    acceptees = ("ACCES_FTTH:*", "GENIE_CIVIL/acces:CHAMP_RETIRE")
    assert publieur.appels == [("annoncer", ARCHIVE, ouverture, acceptees, INSTANT, True)]
    assert (reponse.texte("etat"), reponse.texte("dateHeureOuverture")) == ("ANNONCEE", "2026-12-01T00:00:00+01:00")
    demander(sur, requete("annoncerVersion", pack=EN_BASE64))
    assert publieur.appels[1] == ("annoncer", ARCHIVE, None, (), INSTANT, False)


@pytest.mark.exigence("R2.1")
def test_retirer__ok(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    reponse = demander(sur, requete("retirerAnnonce", version="2027.1"))
    assert publieur.appels == [("retirer", "2027.1", INSTANT)]
    assert (reponse.texte("etat"), reponse.texte("wsdl")) == ("ANNULEE", None)


@pytest.mark.exigence("R2.1")
def test_un_pack_avec_des_defauts__error(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    problemes = [
        Probleme("formulaires/a.xml", 12, "XPATH_INVALIDE", "règle <&>"),
        Probleme("", 0, "ZIP_ILLISIBLE", "zip"),
    ]
    publieur.refus = PackInvalide(problemes)
    reponse = demander(sur, requete("simulerPublication", pack=EN_BASE64))
    assert reponse.refus == "PACK_INVALIDE"
    erreurs = [[e.text for e in erreur] for erreur in reponse.corps.iter(f"{WS}erreur")]
    assert erreurs == [
        [None, None, None, "DEFAUT_DU_PACK", "zip", "ZIP_ILLISIBLE"],
        [
            "formulaires/a.xml",
            "formulaires/a.xml",
            "formulaires/a.xml:12",
            "DEFAUT_DU_PACK",
            "règle <&>",
            "XPATH_INVALIDE",
        ],
    ]


@pytest.mark.exigence("R2.1", "R2.2", "R2.3")
def test_une_publication_refusee_dit_toutes_ses_raisons__error(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    publieur.refus = PublicationRefusee("préavis trop court", "rupture à accepter")
    reponse = demander(sur, requete("annoncerVersion", pack=EN_BASE64))
    assert reponse.refus == "PUBLICATION_REFUSEE"
    assert [e.findtext(f"{WS}message") for e in reponse.corps.iter(f"{WS}erreur")] == [
        *("préavis trop court", "rupture à accepter")
    ]


@pytest.mark.exigence("R2.1")
def test_une_panne_n_est_jamais_une_annonce__error(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    publieur.refus = MemoryError()
    assert demander(sur, requete("annoncerVersion", pack=EN_BASE64)).refus == "ERREUR_INTERNE"


@pytest.mark.exigence("R6.1", "R3.7")
@pytest.mark.parametrize("role", [None, "OPERATEUR"])
@pytest.mark.parametrize("operation", ["simulerPublication", "annoncerVersion", "retirerAnnonce"])
def test_un_operateur_ne_publie_pas__error(
    sur: FauxNoeud, publieur: FauxPublieur, operation: str, role: str | None
) -> None:
    membres = {"version": "2027.1"} if operation == "retirerAnnonce" else {"pack": EN_BASE64}
    reponse = demander(sur, requete(operation, **membres), role=role)
    assert reponse.refus == "DROIT_INSUFFISANT"
    assert publieur.appels == []


@pytest.mark.exigence("R6.1")
def test_un_publieur_ne_depose_ni_ne_suit__error(sur: FauxNoeud) -> None:
    entetes = {"HTTP_X_ESAV_ROLE": "PUBLIEUR"}
    for service, demande in (
        ("depot/2026.1", depot("2026.1", "ACCES_FTTH", "P-1")),
        ("suivi", requete("consulterEtat", referenceOperateur="P-1")),
    ):
        reponse = sur.appeler(f"/production/ws/1/{service}", enveloppe(demande), entetes=entetes)
        assert reponse.refus == "DROIT_INSUFFISANT"
    assert sur.base.depot("production", "OPA", "P-1") is None
    lues = sur.appeler("/production/ws/1/catalogue", enveloppe(requete("listerVersions")), entetes=entetes)
    assert lues.refus is None


@pytest.mark.exigence("R6.1")
def test_un_role_inconnu__error(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    assert demander(sur, requete("simulerPublication", pack=EN_BASE64), role="CHEF").refus == "CERTIFICAT_REFUSE"
    assert publieur.appels == []


@pytest.mark.exigence("R2.5")
def test_une_annonce_ne_se_fait_pas_depuis_l_integration__error(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    for demande in (requete("annoncerVersion", pack=EN_BASE64), requete("retirerAnnonce", version="2027.1")):
        assert demander(sur, demande, plateforme="integration").refus == "DROIT_INSUFFISANT"
    assert publieur.appels == []
    assert demander(sur, requete("simulerPublication", pack=EN_BASE64), plateforme="integration").refus is None


@pytest.mark.exigence("R2.1", "R3.2")
def test_requete_non_conforme__error(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    reponse = demander(sur, requete("simulerPublication", pack="pas du base64 !", jours="0"))
    assert reponse.refus == "FORMULAIRE_INVALIDE"
    codes = [(e.findtext(f"{WS}champ"), e.findtext(f"{WS}code")) for e in reponse.corps.iter(f"{WS}erreur")]
    assert codes == [("pack", "TYPE_INVALIDE"), ("jours", "TROP_PETIT")]
    assert publieur.appels == []


@pytest.mark.exigence("R2.1", "R3.2")
@pytest.mark.parametrize("pack", ["!!!é", "éééé", "!!!", "AA\u00a0AA"])
def test_pack_que_seul_libxml2_tient_pour_du_base64__error(sur: FauxNoeud, publieur: FauxPublieur, pack: str) -> None:
    reponse = demander(sur, requete("annoncerVersion", pack=pack))
    codes = [(e.findtext(f"{WS}champ"), e.findtext(f"{WS}code")) for e in reponse.corps.iter(f"{WS}erreur")]
    assert (reponse.refus, codes) == ("FORMULAIRE_INVALIDE", [("pack", "TYPE_INVALIDE")])
    assert publieur.appels == []


@pytest.mark.exigence("R2.1")
def test_base64_sur_plusieurs_lignes__ok(sur: FauxNoeud, publieur: FauxPublieur) -> None:
    lignes = "\r\n ".join(EN_BASE64[rang : rang + 4] for rang in range(0, len(EN_BASE64), 4))
    assert demander(sur, requete("simulerPublication", pack=f"\n{lignes}\n")).refus is None
    assert publieur.appels[0][1] == ARCHIVE


@pytest.mark.exigence("R2.1")
def test_seul_ce_service_prend_de_grands_messages__ok(publieur: FauxPublieur) -> None:
    sur = noeud(taille_max=4096, publieur=publieur)
    grand = requete("simulerPublication", pack=b64encode(b"x" * 100_000).decode())
    assert demander(sur, grand).refus is None
    assert len(publieur.appels[0][1]) == 100_000
    assert sur.appeler("/production/ws/1/suivi", enveloppe(grand)).refus == "MESSAGE_TROP_GRAND"
    trop = requete("simulerPublication", pack="A" * TAILLE_PACK_MAX)
    assert demander(sur, trop).refus == "MESSAGE_TROP_GRAND"
