"""Hostile messages, one file each: every one gets a SOAP answer with the expected code, and nothing of ours leaks out.

``messages/`` holds the raw bytes, named after what is wrong with them; ``attendu.tsv`` says how each is sent and what must
come back: the code of the fault (``OK``: read and answered) and the codes of its ``erreur`` items. What is too large for a
file is made here.
"""

from __future__ import annotations

import csv
import logging
import os
import select
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from esav_soap.names import NS_SOAP_11, NS_WS
from tests.e2e.soap import WS, Reponse, depot, enveloppe
from tests.faux import FauxNoeud, base_garnie, noeud
from tests.journaux import ecrites, requetes

ICI = Path(__file__).parent
INTERDITS = (b"Traceback", b"lxml", b"libxml", b"spyne", b"site-packages", b"/usr", b".py", b"XMLSyntax", b"root:")
AVANT = f'<e:Envelope xmlns:e="{NS_SOAP_11}"><e:Body>'
APRES = "</e:Body></e:Envelope>"
ETAT = f'<w:consulterEtat xmlns:w="{NS_WS}"><w:referenceOperateur>H-1</w:referenceOperateur></w:consulterEtat>'


def cas() -> list[Mapping[str, str]]:
    with (ICI / "attendu.tsv").open(encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def service() -> FauxNoeud:
    """A node where the reference H-1 of OPA holds a signalisation."""
    monte = noeud()
    assert monte.appeler("/production/ws/1/depot/2026.1", enveloppe(depot("2026.1", "ACCES_FTTH", "H-1"))).refus is None
    return monte


def codes(reponse: Reponse) -> str:
    return ",".join(e.findtext(f"{WS}code") or "" for e in reponse.corps.iter(f"{WS}erreur")) or "-"


def sans_fuite(reponse: Reponse) -> bool:
    return not [mot for mot in INTERDITS if mot in reponse.octets]


@pytest.mark.exigence("R9", "R3.1")
@pytest.mark.parametrize("ligne", cas(), ids=lambda ligne: ligne["fichier"])
def test_message_hostile__error(service: FauxNoeud, ligne: Mapping[str, str], caplog: pytest.LogCaptureFixture) -> None:
    octets = (ICI / "messages" / ligne["fichier"]).read_bytes()
    deposees = len(service.base.deposees)
    with caplog.at_level(logging.DEBUG):
        reponse = service.appeler(
            f"/production/ws/1/{ligne['service']}",
            octets,
            type_contenu=ligne["type"].removeprefix("-"),
            entetes={"HTTP_CONTENT_ENCODING": ligne["codage"].removeprefix("-")},
        )
    assert (reponse.refus or "OK", codes(reponse)) == (ligne["code"], ligne["erreurs"]), reponse.octets
    assert sans_fuite(reponse)
    assert len(service.base.deposees) == deposees
    du_client_12 = b"soap12env:Sender<" in reponse.octets
    attendus = (200,) if reponse.refus is None else (400,) if du_client_12 else (500,)
    assert reponse.statut in attendus
    (dit,) = requetes(caplog.records)
    assert dit["requete"] == reponse.entetes["X-Request-Id"]
    assert not [texte for texte in ecrites(caplog.records) if "\n" in texte]
    assert not [r for r in caplog.records if r.levelno > logging.INFO], "a hostile message is no error of ours"


@pytest.mark.exigence("R9")
def test_chaque_fichier_a_sa_ligne__ok() -> None:
    noms = [ligne["fichier"] for ligne in cas()]
    assert sorted(noms) == sorted(f.name for f in (ICI / "messages").iterdir() if f.name != ".gitattributes")
    assert len(noms) > 100


def profond(n: int) -> str:
    return AVANT + "<a>" * n + "</a>" * n + APRES


def etat(reference: str) -> str:
    return AVANT + ETAT.replace("H-1", reference) + APRES


def attributs(n: int) -> str:
    return AVANT + ETAT.replace(" xmlns", " " + " ".join(f'a{i}=""' for i in range(n)) + " xmlns", 1) + APRES


def espaces(n: int) -> str:
    declarations = " ".join(f"xmlns:a{i}='u:{i}'" for i in range(n))
    enfants = "".join(f"<a{i}:x/>" for i in range(n))
    return AVANT + f'<w:consulterEtat xmlns:w="{NS_WS}" {declarations}>{enfants}</w:consulterEtat>' + APRES


GRANDS: Mapping[str, tuple[Callable[[], str], str]] = {
    "imbrication-200": (lambda: profond(200), "MESSAGE_MAL_FORME"),
    "imbrication-100000": (lambda: profond(100_000), "MESSAGE_MAL_FORME"),
    "imbrication-dans-un-champ": (lambda: etat("<a>" * 240 + "</a>" * 240), "FORMULAIRE_INVALIDE"),
    "attribut-geant": (lambda: AVANT + f'<a b="{"x" * 1_900_000}"/>' + APRES, "MESSAGE_MAL_FORME"),
    "attribut-geant-connu": (
        lambda: AVANT + ETAT.replace("consulterEtat ", f'consulterEtat b="{"x" * 1_900_000}" ', 1) + APRES,
        "FORMULAIRE_INVALIDE",
    ),
    "cent-mille-attributs": (lambda: attributs(100_000), "MESSAGE_MAL_FORME"),
    "autant-d-attributs-qu-admis": (lambda: attributs(500), "FORMULAIRE_INVALIDE"),
    "espaces-de-noms-et-enfants": (
        lambda: espaces(40_000),
        "FORMULAIRE_INVALIDE",
    ),
    "cent-mille-espaces-de-noms": (
        lambda: AVANT + "<a " + " ".join(f'xmlns:a{i}="u:{i}"' for i in range(60_000)) + "/>" + APRES,
        "MESSAGE_MAL_FORME",
    ),
    "cent-mille-enfants": (
        lambda: AVANT + ETAT.replace("<w:ref", "<w:x/>" * 100_000 + "<w:ref") + APRES,
        "FORMULAIRE_INVALIDE",
    ),
    "nom-geant": (lambda: AVANT + f"<{'a' * 100_000}/>" + APRES, "MESSAGE_MAL_FORME"),
    "champ-geant": (lambda: etat("x" * 1_900_000), "FORMULAIRE_INVALIDE"),
    "cdata-geant": (lambda: etat(f"<![CDATA[{'<' * 1_900_000}]]>"), "FORMULAIRE_INVALIDE"),
    "commentaire-geant": (lambda: etat(f"H<!--{'x' * 1_900_000}-->-1"), "OK"),
    "en-tetes-sans-nombre": (
        lambda: AVANT.replace("<e:Body>", f"<e:Header>{'<x/>' * 300_000}</e:Header><e:Body>") + ETAT + APRES,
        "OK",
    ),
    "deux-mega-octets-et-un": (lambda: etat("x" * (2 * 1024 * 1024)), "MESSAGE_TROP_GRAND"),
}


@pytest.mark.exigence("R9")
@pytest.mark.timeout(20)
@pytest.mark.parametrize("nom", GRANDS)
def test_message_demesure__error(service: FauxNoeud, nom: str) -> None:
    faire, code = GRANDS[nom]
    reponse = service.appeler("/production/ws/1/suivi", faire().encode())
    assert (reponse.refus or "OK") == code
    assert len(reponse.octets) < 500_000, "an answer does not grow with the message"
    assert sans_fuite(reponse)


@pytest.mark.exigence("R9")
def test_depot_generique_de_deux_mille_champs__error(service: FauxNoeud) -> None:
    """The largest message that is meant to be read; each of its fields is wrong."""
    champs = "".join(
        f"<w:champ><w:chemin>inconnu{i}</w:chemin><w:valeur>{'v' * 200}</w:valeur></w:champ>" for i in range(2000)
    )
    octets = (ICI / "messages" / "temoin-depot.xml").read_text("utf-8")
    entete = octets[octets.index("<w:entete>") : octets.index("<w:formulaire>")]
    nom = "w:validerSignalisationGenerique"
    requete = f'<{nom} xmlns:w="{NS_WS}">{entete}<w:offre>ACCES_FTTH</w:offre>{champs}</{nom}>'
    reponse = service.appeler("/production/ws/1/depot/2026.1", (AVANT + requete + APRES).encode())
    assert reponse.refus == "FORMULAIRE_INVALIDE"
    assert codes(reponse).count("CHAMP_INCONNU") == 2000
    assert len(reponse.texte("message") or "") < 500


@pytest.mark.exigence("R9")
def test_rien_n_est_cherche_au_dehors__ok(service: FauxNoeud) -> None:
    """No DTD, entity, schema location or stylesheet of a message makes the node call anyone."""
    with socket.create_server(("127.0.0.1", 0)) as oreille:
        adresse = f"127.0.0.1:{oreille.getsockname()[1]}".encode()
        visites = 0
        for ligne in cas():
            octets = (ICI / "messages" / ligne["fichier"]).read_bytes()
            if b"127.0.0.1:9" in octets or b"file:///etc/passwd" in octets:
                octets = octets.replace(b"127.0.0.1:9", adresse)
                octets = octets.replace(b"file:///etc/passwd", b"http://" + adresse + b"/passwd")
                service.appeler(f"/production/ws/1/{ligne['service']}", octets)
                visites += 1
        assert visites >= 5
        assert select.select([oreille], [], [], 0)[0] == []


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    "chemin", ["/", "/rien", "/production/ws/2/suivi", "/production/ws/1/", "/%0a\r\nfaux", "//", "/é"]
)
def test_un_post_n_importe_ou_a_une_reponse_soap__error(service: FauxNoeud, chemin: str) -> None:
    for octets in (etat("H-1").encode(), b"<", b""):
        reponse = service.appeler(chemin, octets)
        assert (reponse.refus, reponse.statut) == ("MESSAGE_MAL_FORME", 500)
        assert sans_fuite(reponse)


@pytest.mark.exigence("R3.1")
def test_un_corps_qui_s_interrompt__error(service: FauxNoeud) -> None:
    class Coupe:
        def read(self, _: int) -> bytes:
            raise OSError("connexion rompue par 10.1.2.3")

    reponse = service.appeler("/production/ws/1/suivi", entetes={"wsgi.input": Coupe()})
    assert reponse.refus == "MESSAGE_MAL_FORME"
    assert b"10.1.2.3" not in reponse.octets
    demi = etat("H-1").encode()[:-30]
    assert (
        service.appeler("/production/ws/1/suivi", demi, entetes={"CONTENT_LENGTH": "9999"}).refus == "MESSAGE_MAL_FORME"
    )


@pytest.mark.exigence("R9")
def test_la_taille_admise_est_celle_du_reglage__error() -> None:
    petit = noeud(base_garnie(), taille_max=400)
    for entetes in ({}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "10"}):
        reponse = petit.appeler("/production/ws/1/suivi", etat("x" * 400).encode(), entetes=entetes)
        assert reponse.refus == "MESSAGE_TROP_GRAND"
        assert "400 octets" in (reponse.texte("message") or "")
    assert petit.appeler("/production/ws/1/suivi", etat("x").encode()).refus == "SIGNALISATION_INCONNUE"


@pytest.mark.exigence("R9")
def test_une_taille_annoncee_trop_grande_n_est_pas_lue__error(service: FauxNoeud) -> None:
    class Interdit:
        def read(self, _: int) -> bytes:
            raise AssertionError("read in vain")

    entetes = {"wsgi.input": Interdit(), "CONTENT_LENGTH": str(10**12)}
    assert service.appeler("/production/ws/1/suivi", entetes=entetes).refus == "MESSAGE_TROP_GRAND"


@pytest.mark.exigence("R9")
@pytest.mark.timeout(20)
def test_aucun_fichier_d_une_entite_n_est_ouvert__ok(service: FauxNoeud, tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would wait for ever."""
    tuyau = tmp_path / "tuyau"
    os.mkfifo(tuyau)
    for genre in ("!ENTITY x", "!ENTITY % x"):
        usage = "%x;" if "%" in genre else ""
        dtd = f'<!DOCTYPE e [<{genre} SYSTEM "file://{tuyau}"> {usage}]>'
        octets = dtd + (etat("H-1") if usage else etat("&x;"))
        assert service.appeler("/production/ws/1/suivi", octets.encode()).refus == "MESSAGE_MAL_FORME"
