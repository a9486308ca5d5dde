"""WS-I Basic Profile 1.1, on what a node answers: answers and faults of every kind, and all of the jeu de test."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from esav_soap.names import NS_SOAP_11, NS_WS
from esav_soap.usecases.registre import ouvrir_pack
from tests.contrat.points_messages import POINTS_MESSAGES, Enveloppe, PointMessage
from tests.contrat.servis import VERSIONS, service
from tests.e2e.soap import Reponse, depot, enveloppe, requete
from tests.faux import pack

HOSTILES = Path(__file__).parents[1] / "hostile" / "messages"
PAR_NUMERO = [pytest.param(point, id=point.numeros) for point in POINTS_MESSAGES]
FAULT = (
    "<?xml version='1.0' encoding='UTF-8'?>"
    f'<s:Envelope xmlns:s="{NS_SOAP_11}"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>x</faultstring>'
    f'<detail><ws:ErreurEsav xmlns:ws="{NS_WS}"><ws:code>X</ws:code></ws:ErreurEsav></detail></s:Fault></s:Body></s:Envelope>'
)
ETAT = enveloppe(requete("consulterEtat", referenceOperateur="inconnue"))


def demander(chemin: str, octets: bytes, type_contenu: str = "text/xml; charset=utf-8", **entetes: object) -> Reponse:
    return service().appeler(f"/production/ws/1/{chemin}", octets, type_contenu=type_contenu, entetes=entetes)


@cache
def reponses() -> dict[str, Reponse]:
    """An answer of each kind: read, refused for its form, for its content, at the door, of every service."""
    bon = depot("2026.2", "ACCES_FTTH", "BP-1")
    faux = depot("2026.2", "ACCES_FTTH", "BP-2")
    champs = next(faux.iter("{*}formulaire"))[0]
    champs.remove(champs[0])
    dites = {
        "accepté": demander("depot/2026.2", enveloppe(bon)),
        "renvoyé": demander("depot/2026.2", enveloppe(bon)),
        "invalide": demander("depot/2026.2", enveloppe(faux)),
        "validé": demander(
            "depot/2026.2", enveloppe(depot("2026.2", "ACCES_FTTH", "BP-3", operation="validerSignalisation"))
        ),
        "état": demander("suivi", enveloppe(requete("consulterEtat", referenceOperateur="BP-1"))),
        "inconnue": demander("suivi", ETAT),
        "version inconnue": demander("depot/2020.1", enveloppe(bon)),
        "connexion": demander("information", enveloppe(requete("diagnostiquerConnexion"))),
        "versions": demander("catalogue", enveloppe(requete("listerVersions"))),
        "pack": demander("catalogue", enveloppe(requete("telechargerPack", version="2026.1"))),
        "autre opération": demander("suivi", enveloppe(requete("autre"))),
        "droit": demander("publication", enveloppe(requete("retirerAnnonce", version="2027.1"))),
        "adresse": demander("ailleurs", ETAT),
        "récepteur": demander("notification", ETAT),
        "trop grand": demander("suivi", b"x" * (3 * 1024 * 1024)),
        "type": demander("suivi", ETAT, "application/json"),
    }
    for fichier in (
        "vide.bin",
        "tronque.xml",
        "dtd.xml",
        "octets-invalides.bin",
        "must-understand-1.xml",
        "corps-vide.xml",
    ):
        dites[fichier] = demander("suivi", (HOSTILES / fichier).read_bytes())
    return dites


@cache
def enveloppes() -> dict[str, Enveloppe]:
    """All of them, and the answers that the jeu de test of each version prints, which a server gives (``test_jeu_de_test``)."""
    lues = {nom: Enveloppe(reponse.octets) for nom, reponse in reponses().items()}
    for version in VERSIONS:
        for nom, octets in ouvrir_pack(pack(version)).items():
            if nom.startswith("jeu-de-test/reponses/") and nom.endswith(".xml"):
                lues[f"{version} {nom}"] = Enveloppe(octets)
    return lues


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("point", PAR_NUMERO)
def test_point_sur_chaque_reponse__ok(point: PointMessage) -> None:
    assert len(enveloppes()) > 300
    fautes = {nom: dits for nom, lue in enveloppes().items() if (dits := list(point.juger(lue)))}
    assert fautes == {}, point.enonce


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("point", PAR_NUMERO)
def test_son_defaut_se_voit__error(point: PointMessage) -> None:
    assert list(point.juger(Enveloppe(FAULT.encode()))) == []
    gate, fois = re.subn(point.defaut[0], point.defaut[1], FAULT, count=1)
    assert fois
    assert list(point.juger(Enveloppe(gate.encode()))) != [], point.enonce


@pytest.mark.exigence("R9")
def test_r1126_r1111_r1124_statut_http__ok() -> None:
    """R1126: 500 with a fault; R1111, R1124: 200 with an answer that is none."""
    statuts = {
        nom: (reponse.statut, Enveloppe(reponse.octets).fault is not None) for nom, reponse in reponses().items()
    }
    assert set(statuts.values()) == {(200, False), (500, True)}, statuts


@pytest.mark.exigence("R9")
def test_r9700_r9702_r9703_r1018_r1121_entetes__ok() -> None:
    """R9702, R9703, R1018: text/xml with its charset; R9700: the envelope alone; R1121: no cookie is asked for."""
    for nom, reponse in reponses().items():
        assert reponse.entetes["Content-Type"].lower() == "text/xml; charset=utf-8", nom
        assert int(reponse.entetes["Content-Length"]) == len(reponse.octets), nom
        assert reponse.octets.rstrip().endswith(b"Envelope>"), nom
        assert "Set-Cookie" not in reponse.entetes, nom


@pytest.mark.exigence("R9")
def test_r1114_une_autre_methode_est_refusee_par_405__error() -> None:
    for methode in ("GET", "PUT", "DELETE"):
        refus = service().appeler("/production/ws/1/suivi", methode=methode)
        assert (refus.statut, "POST" in refus.entetes["Allow"]) == (405, True)


LUES = {
    "R4001 byte order mark": (b"\xef\xbb\xbf" + ETAT, "text/xml; charset=utf-8"),
    "R1010 XML declaration": (ETAT, "text/xml; charset=utf-8"),
    "R1010 none": (ETAT.partition(b"?>")[2], "text/xml; charset=utf-8"),
    "R1012 UTF-16": (ETAT.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "text/xml; charset=utf-16"),
    "R1018 charset in quotes": (ETAT, 'text/xml; charset="UTF-8"'),
    "R9703 text/xml alone": (ETAT, "text/xml"),
}  # fmt: skip


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("quoi", LUES)
def test_ce_qu_un_recepteur_doit_lire__ok(quoi: str) -> None:
    assert demander("suivi", *LUES[quoi]).refus == "SIGNALISATION_INCONNUE"


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    "action", ['"urn:esav:ws:1:consulterEtat"', '""', "urn:esav:ws:1:consulterEtat", '"autre"', None]
)
def test_r1109_r1119_r2744_r2745_soapaction__ok(action: str | None) -> None:
    """The operation is named by the body; the header, quoted or not, is not looked at."""
    entetes = {} if action is None else {"HTTP_SOAPACTION": action}
    assert demander("suivi", ETAT, **entetes).refus == "SIGNALISATION_INCONNUE"


def code_soap(octets: bytes, type_contenu: str = "text/xml; charset=utf-8", chemin: str = "suivi") -> tuple[int, str]:
    """Status of HTTP, and SOAP's own code of the fault."""
    refus = demander(chemin, octets, type_contenu)
    trouve = re.search(rb"<(?:faultcode|\w+:Value)>\w+:(\w+)<", refus.octets)
    assert trouve, refus.octets
    return refus.statut, trouve[1].decode()


@pytest.mark.exigence("R9")
def test_r1015_ce_qui_n_est_pas_une_enveloppe__error() -> None:
    assert code_soap((HOSTILES / "autre-racine.xml").read_bytes()) == (500, "Client")
    assert code_soap((HOSTILES / "requete-sans-enveloppe.xml").read_bytes()) == (500, "Client")


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("fichier", ["enveloppe-d-un-autre-espace.xml", "racine-envelope-sans-espace.xml"])
def test_r2725_version_mismatch__error(fichier: str) -> None:
    """The envelope is looked at before all else; SOAP 1.2 has the same code."""
    octets = (HOSTILES / fichier).read_bytes()
    assert code_soap(octets) == (500, "VersionMismatch")
    assert code_soap(octets, "application/soap+xml; charset=utf-8") == (500, "VersionMismatch")


@pytest.mark.exigence("R9", "R3.1")
def test_r1025_r1027_must_understand__error() -> None:
    """A mandatory header that we do not know is refused as such, before anything is done."""
    entete = b'<e:Header><a:a xmlns:a="urn:a" e:mustUnderstand="1"/></e:Header>'
    for soap, type_contenu in (("1.1", "text/xml; charset=utf-8"), ("1.2", "application/soap+xml; charset=utf-8")):
        octets = enveloppe(depot("2026.2", "ACCES_FTTH", f"BP-MU-{soap}"), soap)
        avant = dict(service().base.deposees)
        assert code_soap(octets.replace(b"<e:Body>", entete + b"<e:Body>"), type_contenu, "depot/2026.2") == (
            500,
            "MustUnderstand",
        )
        assert service().base.deposees == avant


@pytest.mark.exigence("R9")
def test_r2724_un_message_hors_du_contrat_est_du_client__error() -> None:
    assert code_soap(enveloppe(requete("autre"))) == (500, "Client")
    assert code_soap(enveloppe(requete("consulterEtat", inconnu="x"))) == (500, "Client")
