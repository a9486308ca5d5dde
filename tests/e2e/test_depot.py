"""A signalisation through the front door: deposited, acknowledged, followed; on both stores, in both versions of SOAP."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from lxml import etree

from esav_soap.signalisation.numero import normaliser
from esav_soap.store import ouvrir
from tests.e2e.conftest import OFFRES
from tests.e2e.serveur import ServeurReel
from tests.e2e.soap import WS, appeler, catalogue, depot, enveloppe, poster, requete

SOAP = pytest.mark.parametrize("soap", ["1.1", "1.2"])


def reference() -> str:
    return f"T-{uuid4().hex[:12]}"


@pytest.mark.exigence("R3.1", "R1.2", "R9")
@SOAP
@pytest.mark.parametrize("operation", ["deposerSignalisation", "deposerSignalisationGenerique"])
@pytest.mark.parametrize("offre", OFFRES)
def test_depot_de_chaque_offre__ok(serveur: ServeurReel, offre: str, operation: str, soap: str) -> None:
    avant = datetime.now(UTC).replace(microsecond=0)
    ref = reference()
    reponse = appeler(
        serveur.url, "production/ws/1/depot/2026.2", depot("2026.2", offre, ref, operation=operation), soap=soap
    )
    assert (reponse.statut, reponse.refus) == (200, None), reponse.octets
    assert reponse.corps.tag == f"{WS}{operation}Response"
    numero = reponse.texte("numeroSignalisation")
    assert numero is not None
    assert normaliser(numero) == numero
    assert (reponse.texte("etat"), reponse.texte("dejaDeposee")) == ("EN_DEPOT", "false")
    assert reponse.texte("versionCatalogue") == "2026.2"
    instant = datetime.fromisoformat(reponse.texte("dateHeureDepot") or "")
    assert instant.utcoffset() is not None
    assert avant <= instant <= datetime.now(UTC)
    with ouvrir(serveur.store) as magasin:
        gardee = magasin.par_reference("production", "OPA", ref)
    assert gardee is not None
    assert (gardee.numero, gardee.offre, gardee.version_catalogue) == (numero, offre, "2026.2")
    assert gardee.prestation.identifiant == f"OPA-{offre}-1"
    assert [e.etat.name for e in gardee.evenements] == ["EN_DEPOT"]


@pytest.mark.exigence("R3.5")
@SOAP
def test_suivi_par_numero_et_par_reference__ok(serveur: ServeurReel, soap: str) -> None:
    ref = reference()
    demande = depot("2026.2", "ACCES_FTTH", ref, graine=7)
    accuse = appeler(serveur.url, "production/ws/1/depot/2026.2", demande, soap=soap)
    numero = accuse.texte("numeroSignalisation") or ""
    en_clair = f"{numero[:5]}-{numero[5:10]}-{numero[10:]}".lower()
    for cle in ({"numeroSignalisation": en_clair}, {"referenceOperateur": ref}):
        etat = appeler(serveur.url, "production/ws/1/suivi", requete("consulterEtat", **cle), soap=soap)
        assert etat.refus is None, etat.octets
        assert (etat.texte("numeroSignalisation"), etat.texte("referenceOperateur")) == (numero, ref)
        assert (etat.texte("etat"), etat.texte("libelleEtat")) == ("EN_DEPOT", "en dépôt")
        assert etat.texte("dateHeureDepot") == accuse.texte("dateHeureDepot")
        detail = appeler(serveur.url, "production/ws/1/suivi", requete("consulterDetail", **cle), soap=soap)
        assert detail.refus is None, detail.octets
        assert detail.texte("identifiant") == "OPA-ACCES_FTTH-1"
        assert (detail.texte("extremiteA"), detail.texte("garantie")) == ("NRO 35238", "GTR_4H")
    formulaire = next(n for n in demande.iter() if etree.QName(n).localname == "accesFtth")
    deposes = [n.text or "" for n in formulaire.iter() if not len(n)]
    assert detail.textes("valeur") == deposes
    libelles = {v.libelle for n in catalogue("2026.2").nomenclatures.values() for v in n.valeurs}
    assert detail.texte("defautDeclare") in libelles
    assert set(detail.textes("libelleValeur")) <= libelles


@pytest.mark.exigence("R3.3")
@pytest.mark.parametrize("operation", ["deposerSignalisation", "deposerSignalisationGenerique"])
def test_meme_reference_meme_contenu__ok(serveur: ServeurReel, operation: str) -> None:
    demande = depot("2026.2", "FIBRE_NOIRE", reference(), operation=operation)
    reponses = [appeler(serveur.url, "production/ws/1/depot/2026.2", demande) for _ in range(3)]
    assert [r.texte("dejaDeposee") for r in reponses] == ["false", "true", "true"]
    assert len({(r.texte("numeroSignalisation"), r.texte("dateHeureDepot")) for r in reponses}) == 1


@pytest.mark.exigence("R3.3")
def test_meme_reference_en_meme_temps__ok(serveur: ServeurReel) -> None:
    octets = enveloppe(depot("2026.2", "GENIE_CIVIL", reference()))
    numeros: list[tuple[str | None, str | None]] = []

    def envoyer() -> None:
        reponse = poster(f"{serveur.url}/production/ws/1/depot/2026.2", octets)
        numeros.append((reponse.texte("numeroSignalisation"), reponse.texte("dejaDeposee")))

    fils = [threading.Thread(target=envoyer) for _ in range(8)]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    assert len(numeros) == 8
    assert len({numero for numero, _ in numeros}) == 1
    assert sorted(str(deja) for _, deja in numeros) == ["false"] + ["true"] * 7


@pytest.mark.exigence("R3.3")
def test_meme_reference_autre_contenu__error(serveur: ServeurReel) -> None:
    ref = reference()
    premier = appeler(serveur.url, "production/ws/1/depot/2026.2", depot("2026.2", "FIBRE_NOIRE", ref, graine=1))
    assert premier.refus is None
    second = appeler(serveur.url, "production/ws/1/depot/2026.2", depot("2026.2", "FIBRE_NOIRE", ref, graine=2))
    assert second.refus == "REFERENCE_DEJA_UTILISEE"
    etat = appeler(serveur.url, "production/ws/1/suivi", requete("consulterEtat", referenceOperateur=ref))
    assert etat.texte("numeroSignalisation") == premier.texte("numeroSignalisation")


@pytest.mark.exigence("R3.2", "R9")
@SOAP
def test_toutes_les_erreurs_a_la_fois__error(serveur: ServeurReel, soap: str) -> None:
    ref = reference()
    demande = depot("2026.2", "ACCES_FTTH", ref)
    formulaire = next(n for n in demande.iter() if etree.QName(n).localname == "accesFtth")
    retire = formulaire[0]
    formulaire.remove(retire)
    espace = etree.QName(retire).namespace
    etree.SubElement(formulaire, f"{{{espace}}}champInvente").text = "x"
    telephone = next(n for n in demande.iter(f"{WS}telephone"))
    telephone.text = "pas un numéro"
    reponse = appeler(serveur.url, "production/ws/1/depot/2026.2", demande, soap=soap)
    assert reponse.refus == "FORMULAIRE_INVALIDE"
    codes = dict(zip(_erreurs(reponse, "champ"), _erreurs(reponse, "code"), strict=True))
    assert codes == {
        "telephone": "MOTIF_NON_RESPECTE",
        etree.QName(retire).localname: "CHAMP_MANQUANT",
        "champInvente": "CHAMP_INCONNU",
    }
    chemins = _erreurs(reponse, "chemin")
    assert "entete/contact/telephone" in chemins
    assert all(_erreurs(reponse, "libelle"))
    resume = next(n for n in reponse.corps.iter() if etree.QName(n).localname in ("faultstring", "Text"))
    assert "champInvente" in (resume.text or "")
    with ouvrir(serveur.store) as magasin:
        assert magasin.par_reference("production", "OPA", ref) is None


def _erreurs(reponse: object, nom: str) -> list[str | None]:
    corps: etree._Element = reponse.corps  # type: ignore[attr-defined]
    return [e.findtext(f"{WS}{nom}") for e in corps.iter(f"{WS}erreur")]


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("operation", ["validerSignalisation", "validerSignalisationGenerique"])
def test_valider_n_enregistre_rien__ok(serveur: ServeurReel, operation: str) -> None:
    ref = reference()
    demande = depot("2026.2", "FTTE_ACTIVE", ref, operation=operation)
    reponse = appeler(serveur.url, "production/ws/1/depot/2026.2", demande)
    assert (reponse.refus, reponse.texte("offre")) == (None, "FTTE_ACTIVE")
    etat = appeler(serveur.url, "production/ws/1/suivi", requete("consulterEtat", referenceOperateur=ref))
    assert etat.refus == "SIGNALISATION_INCONNUE"


@pytest.mark.exigence("R3.1")
def test_formulaire_d_une_autre_offre__error(serveur: ServeurReel) -> None:
    demande = depot("2026.2", "FIBRE_NOIRE", reference(), prestation="OPA-GENIE_CIVIL-1")
    assert appeler(serveur.url, "production/ws/1/depot/2026.2", demande).refus == "OFFRE_NON_CONFORME"


def _sans_requete(octets: bytes) -> bytes:
    return re.sub(rb"<ws:requete>[^<]*", b"", octets)


@pytest.mark.exigence("R3.7")
def test_l_objet_d_un_autre_est_comme_inconnu__error(serveur: ServeurReel) -> None:
    ref = reference()
    accuse = appeler(serveur.url, "production/ws/1/depot/2026.2", depot("2026.2", "ACCES_FTTH", ref))
    numero = accuse.texte("numeroSignalisation") or ""
    inconnu = "7K3M9QX2TBX"
    for operation in ("consulterEtat", "consulterDetail"):
        autre = appeler(
            serveur.url, "production/ws/1/suivi", requete(operation, numeroSignalisation=numero), operateur="OPB"
        )
        personne = appeler(
            serveur.url, "production/ws/1/suivi", requete(operation, numeroSignalisation=inconnu), operateur="OPB"
        )
        assert autre.refus == "SIGNALISATION_INCONNUE"
        assert _sans_requete(autre.octets) == _sans_requete(personne.octets)
        par_reference = requete(operation, referenceOperateur=ref)
        assert appeler(serveur.url, "production/ws/1/suivi", par_reference, operateur="OPB").refus == autre.refus
        assert appeler(serveur.url, "integration/ws/1/suivi", par_reference).refus == autre.refus
    de_l_autre = depot("2026.2", "ACCES_FTTH", reference(), prestation="OPA-ACCES_FTTH-1")
    de_personne = depot("2026.2", "ACCES_FTTH", reference(), prestation="N-EXISTE-PAS")
    reponses = [
        appeler(serveur.url, "production/ws/1/depot/2026.2", demande, operateur="OPB")
        for demande in (de_l_autre, de_personne)
    ]
    assert [r.refus for r in reponses] == ["PRESTATION_INCONNUE"] * 2
    assert _sans_requete(reponses[0].octets) == _sans_requete(reponses[1].octets)


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize("champs", [{}, {"numeroSignalisation": "7K3M9QX2TBX", "referenceOperateur": "x"}])
def test_numero_ou_reference_et_un_seul__error(serveur: ServeurReel, champs: dict[str, str]) -> None:
    reponse = appeler(serveur.url, "production/ws/1/suivi", requete("consulterEtat", **champs))
    assert reponse.refus == "FORMULAIRE_INVALIDE"
    assert _erreurs(reponse, "code") == ["REGLE_NON_RESPECTEE"]


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("operateur", [None, "", "pas un code", "OPA\u00e9"])
def test_appelant_non_identifie__error(serveur: ServeurReel, operateur: str | None) -> None:
    demande = depot("2026.2", "ACCES_FTTH", reference())
    assert (
        appeler(serveur.url, "production/ws/1/depot/2026.2", demande, operateur=operateur).refus == "CERTIFICAT_REFUSE"
    )


@pytest.mark.exigence("R3.1")
def test_numeros_non_devinables__ok(serveur: ServeurReel) -> None:
    numeros = [
        appeler(serveur.url, "production/ws/1/depot/2026.2", depot("2026.2", "GENIE_CIVIL", reference())).texte(
            "numeroSignalisation"
        )
        for _ in range(20)
    ]
    assert len(set(numeros)) == 20
    assert len({(n or "")[:2] for n in numeros}) > 5


@pytest.mark.exigence("R3.3")
@pytest.mark.parametrize(
    ("balise", "valeur"),
    [("referenceOperateur", "   "), ("identifiantPrestation", " \t "), ("referenceOperateur", "é")],
)
def test_cle_vide_ou_illisible__error(serveur: ServeurReel, balise: str, valeur: str) -> None:
    demande = depot("2026.2", "ACCES_FTTH", reference())
    next(demande.iter(f"{WS}{balise}")).text = valeur
    reponse = appeler(serveur.url, "production/ws/1/depot/2026.2", demande)
    assert reponse.refus == "FORMULAIRE_INVALIDE"
    assert _erreurs(reponse, "champ") == [balise]


@pytest.mark.exigence("R3.3")
def test_les_blancs_autour_d_une_reference_ne_comptent_pas__ok(serveur: ServeurReel) -> None:
    ref = reference()
    demande = depot("2026.2", "ACCES_FTTH", ref)
    premier = appeler(serveur.url, "production/ws/1/depot/2026.2", demande)
    next(demande.iter(f"{WS}referenceOperateur")).text = f" {ref}  "
    second = appeler(serveur.url, "production/ws/1/depot/2026.2", demande)
    assert second.texte("dejaDeposee") == "true"
    assert second.texte("numeroSignalisation") == premier.texte("numeroSignalisation")
