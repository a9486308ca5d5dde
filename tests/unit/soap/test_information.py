"""``diagnostiquerConnexion``, homologation and the warning of a certificate, at the SOAP edge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from esav_soap.certificats import (
    CertificatEnregistre,
    CertificatRefuse,
    Cle,
    FaitsCertificat,
    MotifRefus,
    Origine,
    Role,
)
from esav_soap.contract.pack import zipper
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.homologation import Domaine, Homologation
from esav_soap.intake import Avertissement
from esav_soap.names import NS_WS
from esav_soap.soap.identite import SourceIdentite
from esav_soap.usecases.droits import Identifie
from esav_soap.usecases.registre import ouvrir_pack
from tests.e2e.soap import WS, Reponse, depot, enveloppe, requete
from tests.faux import INSTANT, URL, FauxNoeud, base_garnie, noeud
from tests.journaux import requetes

DIAGNOSTIC = enveloppe(requete("diagnostiquerConnexion"))
FAITS = FaitsCertificat(
    *("ab" * 32, "CN=OPA,O=Alpha", "OPA", "CN=AC e-SAV", "1f"),
    debut=INSTANT - timedelta(days=100),
    fin=INSTANT + timedelta(days=20),
    cle=Cle("RSA", 2048),
    signature="sha256",
)
CERTIFICAT = CertificatEnregistre(
    empreinte=FAITS.empreinte,
    titulaire="OPA",
    role=Role.OPERATEUR,
    origine=Origine.FOURNISSEUR,
    sujet=FAITS.sujet,
    emetteur=FAITS.emetteur,
    numero_serie=FAITS.numero_serie,
    autorite="cd" * 32,
    debut=FAITS.debut,
    fin=FAITS.fin,
    recu_le=FAITS.debut,
    enregistre_le=FAITS.debut,
    der=b"der",
)
VU = {
    "empreinte": "ab" * 32,
    "sujet": "CN=OPA,O=Alpha",
    "emetteur": "CN=AC e-SAV",
    "numeroSerie": "1f",
    "dateHeureDebut": "2026-03-23T11:00:00+01:00",
    "dateHeureFin": "2026-07-21T12:00:00+02:00",
}


class Certificats(SourceIdentite):
    """A source that knows the caller, or refuses it."""

    def __init__(self, rendu: Identifie | ErreurEsav) -> None:
        self.rendu = rendu

    def identifier(self, environ: Mapping[str, Any], plateforme: str, instant: datetime) -> Identifie:
        if isinstance(self.rendu, ErreurEsav):
            raise self.rendu
        return self.rendu


class SocketDuMandataire:
    de_confiance = True


def diagnostiquer(sur: FauxNoeud, plateforme: str = "production", **options: Any) -> Reponse:
    return sur.appeler(f"/{plateforme}/ws/1/information", DIAGNOSTIC, **options)


def membres(element: etree._Element) -> dict[str, str | None]:
    return {etree.QName(e).localname: e.text for e in element}


def dit(reponse: Reponse) -> dict[str, Any]:
    """The answer: simple members as texts, the others as lists of their members."""
    assert (reponse.statut, reponse.refus) == (200, None), reponse.octets
    (diagnostic,) = reponse.corps
    lu: dict[str, Any] = {}
    for element in diagnostic:
        nom = etree.QName(element).localname
        if len(element):
            lu.setdefault(nom, []).append(membres(element))
        else:
            lu[nom] = element.text
    return lu


def demandes(sur: FauxNoeud) -> list[str]:
    """What the store was asked for, beside the packs that a node loads at start."""
    return [appel for appel in sur.base.appels if not appel.startswith("pack ")]


@pytest.mark.exigence("R6.1", "R6.3", "R9")
def test_un_appelant_reconnu__ok() -> None:
    sur = noeud(identite=Certificats(Identifie("OPA", certificat=CERTIFICAT)), homologation=True)
    avant = dit(diagnostiquer(sur))
    a_faire = avant.pop("message")
    assert a_faire.startswith("NON_HOMOLOGUE : ")
    assert f"{URL}/integration/ws/1/depot/2026.2." in a_faire, "the newest version that can be tried"
    assert avant == {
        "accepte": "true",
        "identification": "CERTIFICAT",
        "certificat": [VU],
        "operateur": "OPA",
        "role": "OPERATEUR",
        "plateforme": "production",
        "dateHeureServeur": "2026-07-01T12:00:00+02:00",
        "homologation": [{"domaine": "SIGNALISATION", "homologue": "false"}],
        "version": [
            {
                "version": "2026.1",
                "wsdl": f"{URL}/production/ws/1/depot/2026.1?wsdl",
                "dateHeureRetrait": "2026-07-11T12:00:00+02:00",
            },
            {"version": "2026.2", "wsdl": f"{URL}/production/ws/1/depot/2026.2?wsdl"},
        ],
    }
    sur.base.enregistrer_homologation(
        Homologation("OPA", Domaine.SIGNALISATION, INSTANT, "validerSignalisation", "0123456789abcdef")
    )
    apres = dit(diagnostiquer(sur))
    assert "message" not in apres
    assert apres["homologation"] == [
        {
            "domaine": "SIGNALISATION",
            "homologue": "true",
            "dateHeure": "2026-07-01T12:00:00+02:00",
            "operation": "validerSignalisation",
            "requete": "0123456789abcdef",
        }
    ]


@pytest.mark.exigence("R6.1")
def test_ce_qui_dit_l_appelant__ok() -> None:
    par_certificat = noeud(identite=Certificats(Identifie("OPA", certificat=CERTIFICAT)))
    mandataire = diagnostiquer(par_certificat, entetes={"gunicorn.socket": SocketDuMandataire()})
    assert dit(mandataire)["identification"] == "MANDATAIRE"
    assert dit(diagnostiquer(noeud()))["identification"] == "LOCALE"
    assert dit(diagnostiquer(noeud(identite=lambda environ: "OPA")))["identification"] == "EXTERNE"
    for sans_certificat in (noeud(), noeud(identite=lambda environ: "OPA")):
        assert "certificat" not in dit(diagnostiquer(sans_certificat))


@pytest.mark.exigence("R9", "R2.4")
def test_servi_aussi_avec_un_pack_d_avant__ok() -> None:
    """A version that was recorded before this service existed has no WSDL of it in its pack."""
    base = base_garnie()
    for version, (dates, octets) in list(base.publiees.items()):
        fichiers = {nom: o for nom, o in ouvrir_pack(octets).items() if not nom.startswith("wsdl/information")}
        assert len(fichiers) == len(ouvrir_pack(octets)) - 2
        base.publiees[version] = (dates, zipper(fichiers))
    sur = noeud(base)
    for question in ("wsdl", "wsdl=soap12"):
        wsdl = sur.appeler("/integration/ws/1/information", methode="GET", question=question)
        assert wsdl.statut == 200
        assert f"{URL}/integration/ws/1/information".encode() in wsdl.octets
    assert dit(diagnostiquer(sur))["accepte"] == "true"


@pytest.mark.exigence("R6.3")
def test_sans_homologation_exigee_la_production_est_ouverte__ok() -> None:
    assert dit(diagnostiquer(noeud()))["homologation"] == [{"domaine": "SIGNALISATION", "homologue": "true"}]


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("role", [Role.PUBLIEUR, Role.FOURNISSEUR])
def test_ouvert_a_tous_les_roles__ok(role: Role) -> None:
    sur = noeud(identite=Certificats(Identifie("EDITION", role)), homologation=True)
    lu = dit(diagnostiquer(sur))
    assert (lu["operateur"], lu["role"]) == ("EDITION", role.name)
    assert "homologation" not in lu
    liste = sur.appeler("/production/ws/1/catalogue", enveloppe(requete("listerVersions")))
    assert liste.refus is None
    suivi = sur.appeler("/production/ws/1/suivi", enveloppe(requete("consulterEtat", referenceOperateur="X")))
    assert suivi.refus == "DROIT_INSUFFISANT"


@pytest.mark.exigence("R6.1", "R6.2")
@pytest.mark.parametrize("motif", MotifRefus)
def test_un_certificat_refuse_est_montre_a_qui_le_presente__ok(motif: MotifRefus) -> None:
    faits = None if motif is MotifRefus.ABSENT else FAITS
    sur = noeud(identite=Certificats(CertificatRefuse(motif, faits)), homologation=True)
    lu = dit(diagnostiquer(sur))
    assert (lu["accepte"], lu["motif"]) == ("false", motif.name)
    assert lu["message"].startswith(f"{motif.name} : {motif.value}")
    assert lu.get("certificat") == ([VU] if faits else None)
    assert not {"operateur", "role", "homologation", "avertissement"} & set(lu)
    assert [v["version"] for v in lu["version"]] == ["2026.1", "2026.2"]


@pytest.mark.exigence("R6.1")
def test_un_service_local_sans_appelant__ok() -> None:
    lu = dit(diagnostiquer(noeud(), operateur=None))
    assert (lu["accepte"], lu["identification"]) == ("false", "LOCALE")
    assert "X-Esav-Operateur" in lu["message"]
    assert "motif" not in lu


@pytest.mark.exigence("R6.1", "R3.7")
def test_rien_d_autre_ne_repond_a_qui_n_est_pas_reconnu__error() -> None:
    """Neither another operation, nor that one in another service, nor a source that cannot tell."""
    sur = noeud(identite=Certificats(CertificatRefuse(MotifRefus.REVOQUE, FAITS)))
    for service, demande in (
        ("suivi", requete("consulterEtat", referenceOperateur="X")),
        ("catalogue", requete("listerVersions")),
        ("publication", requete("retirerAnnonce", version="2027.1")),
        ("depot/2026.2", depot("2026.2", "ACCES_FTTH", "X")),
        ("suivi", requete("diagnostiquerConnexion")),
        ("depot/2026.2", requete("diagnostiquerConnexion")),
        ("information", requete("listerVersions")),
        ("information", etree.Element("diagnostiquerConnexion")),
    ):
        reponse = sur.appeler(f"/production/ws/1/{service}", enveloppe(demande))
        assert reponse.refus == "CERTIFICAT_REFUSE", service
        assert (reponse.texte("message") or "").startswith("REVOQUE : ")
    assert demandes(sur) == []
    panne = noeud(identite=Certificats(ErreurEsav(CodeErreur.ERREUR_INTERNE)))
    assert diagnostiquer(panne).refus == "ERREUR_INTERNE"


@pytest.mark.exigence("R6.2", "R6.3")
def test_le_journal_dit_qui_et_pourquoi__ok(caplog: pytest.LogCaptureFixture) -> None:
    etat = enveloppe(requete("consulterEtat", referenceOperateur="X"))
    ouvert = noeud(homologation=True)
    refuse = noeud(identite=Certificats(CertificatRefuse(MotifRefus.REVOQUE, FAITS)))
    absent = noeud(identite=Certificats(CertificatRefuse(MotifRefus.ABSENT)))
    publieur = noeud(identite=Certificats(Identifie("EDITION", Role.PUBLIEUR)))
    for sur, attendu in (
        (ouvert, ("OPA", None, "NON_HOMOLOGUE")),
        (refuse, (None, "sha256:abababababababab", "CERTIFICAT_REFUSE/REVOQUE")),
        (absent, (None, None, "CERTIFICAT_REFUSE/ABSENT")),
        (publieur, ("EDITION", None, "DROIT_INSUFFISANT")),
    ):
        caplog.clear()
        with caplog.at_level("INFO", "esav.requetes"):
            reponse = sur.appeler("/production/ws/1/suivi", etat)
        (ligne,) = requetes(caplog.records)
        assert (ligne["requete"], ligne["statut"]) == (reponse.entetes["X-Request-Id"], 500)
        assert tuple(ligne.get(nom) for nom in ("appelant", "certificat", "verdict")) == attendu
    caplog.clear()
    with caplog.at_level("INFO", "esav.requetes"):
        diagnostiquer(refuse)
    (ligne,) = requetes(caplog.records)
    assert (ligne["certificat"], ligne["operation"]) == ("sha256:abababababababab", "diagnostiquerConnexion")
    assert (ligne["statut"], ligne["verdict"]) == (200, "CERTIFICAT_REFUSE/REVOQUE")


@pytest.mark.exigence("R6.1", "R3.2")
def test_la_requete_n_a_pas_de_contenu__error() -> None:
    reponse = noeud().appeler(
        "/production/ws/1/information", enveloppe(requete("diagnostiquerConnexion", operateur="OPB"))
    )
    assert (reponse.refus, reponse.textes("champ")) == ("FORMULAIRE_INVALIDE", ["operateur"])


@pytest.mark.exigence("R6.3")
def test_production_fermee_puis_ouverte_par_l_integration__ok() -> None:
    sur = noeud(homologation=True)

    def deposer(plateforme: str, reference: str, offre: str = "ACCES_FTTH", **options: Any) -> Reponse:
        demande = depot("2026.2", offre, reference, **options)
        return sur.appeler(f"/{plateforme}/ws/1/depot/2026.2", enveloppe(demande), operateur="OPA")

    refus = deposer("production", "P-1")
    assert refus.refus == "NON_HOMOLOGUE"
    assert f"{URL}/integration/ws/1/depot/2026.2" in (refus.texte("message") or "")
    assert demandes(sur) == [], "refused before the store is asked for anything"
    assert deposer("integration", "I-0", prestation="INCONNUE").refus == "PRESTATION_INCONNUE"
    assert sur.base.homologuees == {}, "a fault is no successful call"
    accepte = deposer("integration", "I-1", operation="validerSignalisation")
    assert accepte.refus is None
    (preuve,) = sur.base.homologuees.values()
    assert (preuve.operateur, preuve.operation, preuve.date) == ("OPA", "validerSignalisation", INSTANT)
    assert preuve.requete == accepte.entetes["X-Request-Id"]
    assert deposer("production", "P-1").refus is None
    etat = enveloppe(requete("consulterEtat", referenceOperateur="P-1"))
    assert sur.appeler("/production/ws/1/suivi", etat, operateur="OPA").refus is None
    assert sur.appeler("/production/ws/1/suivi", etat, operateur="OPB").refus == "NON_HOMOLOGUE"
    assert (
        sur.appeler("/production/ws/1/catalogue", enveloppe(requete("listerVersions")), operateur="OPB").refus is None
    )


@pytest.mark.exigence("R6.3")
def test_l_appel_reussi_est_repondu_meme_s_il_ne_peut_etre_note__ok() -> None:
    sur = noeud(homologation=True)
    demande = enveloppe(depot("2026.2", "ACCES_FTTH", "I-1"))

    def panne(homologation: Homologation) -> bool:
        raise OSError("disque plein")

    sur.base.enregistrer_homologation = panne  # type: ignore[method-assign]
    premier = sur.appeler("/integration/ws/1/depot/2026.2", demande)
    assert (premier.refus, premier.texte("dejaDeposee")) == (None, "false")
    del sur.base.enregistrer_homologation
    assert sur.base.homologuees == {}
    renvoi = sur.appeler("/integration/ws/1/depot/2026.2", demande)
    assert (renvoi.refus, renvoi.texte("dejaDeposee")) == (None, "true")
    (preuve,) = sur.base.homologuees.values()
    assert preuve.requete == renvoi.entetes["X-Request-Id"]


@pytest.mark.exigence("R6.2")
def test_chaque_reponse_dit_que_le_certificat_finit__ok() -> None:
    fin = Avertissement("CERTIFICAT_BIENTOT_EXPIRE", "Le certificat <employé> finit.")

    def avertir(certificat: CertificatEnregistre | None, instant: datetime) -> tuple[Avertissement, ...]:
        return (fin,) if certificat is CERTIFICAT and instant == INSTANT else ()

    sur = noeud(identite=Certificats(Identifie("OPA", certificat=CERTIFICAT)), avertir=avertir)
    essais = [
        ("depot/2026.1", depot("2026.1", "ACCES_FTTH", "A-1")),
        ("depot/2026.2", depot("2026.2", "ACCES_FTTH", "A-2", operation="deposerSignalisationGenerique")),
        ("depot/2026.2", depot("2026.2", "ACCES_FTTH", "A-3", operation="validerSignalisation")),
        ("depot/2026.2", depot("2026.2", "ACCES_FTTH", "A-3", operation="validerSignalisationGenerique")),
        ("suivi", requete("consulterEtat", referenceOperateur="A-1")),
        ("suivi", requete("consulterDetail", referenceOperateur="A-1")),
        ("information", requete("diagnostiquerConnexion")),
    ]
    for service, demande in essais:
        reponse = sur.appeler(f"/production/ws/1/{service}", enveloppe(demande))
        dits = [membres(a) for a in reponse.corps.iter(f"{WS}avertissement")]
        assert dits.count({"code": fin.code, "message": fin.message}) == 1, service
        codes = [a["code"] for a in dits]
        assert ("VERSION_BIENTOT_RETIREE" in codes) == (service == "depot/2026.1")
    assert NS_WS in WS
    sur_local = noeud(avertir=avertir)
    for service, demande in essais:
        assert b"BIENTOT_EXPIRE" not in sur_local.appeler(f"/production/ws/1/{service}", enveloppe(demande)).octets
