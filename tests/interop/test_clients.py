"""Every legacy client goes through the whole scenario, over mutual TLS, from the WSDLs that the server serves."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.interop.attendu import ETAPES, FORMULAIRE, JUGES, Juge, depouille, etapes_reussies, lire
from tests.interop.banc import Banc, banc_ouvert
from tests.interop.clients import CLIENTS, Client
from tests.interop.temoin import detourner, temoin_ouvert
from tests.programmes import manque

PASSAGES = [(client, soap) for client in CLIENTS for soap in client.soap]


def operateur(client: Client, soap: str) -> str:
    """Each run has an opérateur of its own, and so lists and events of its own."""
    return f"{client.code}-{soap}"


def precedent(client: Client) -> str:
    """The one that still has the version before."""
    return f"{client.code}-2026.1"


NOMS = [*(operateur(*passage) for passage in PASSAGES), *map(precedent, CLIENTS)]


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    with banc_ouvert(tmp_path_factory.mktemp("interop"), NOMS) as ouvert:
        yield ouvert


def _verifier_soap(banc: Banc, client: Client, soap: str, dossier: Path) -> None:
    """It speaks the version that it is asked to: seen by a server that answers nothing."""
    with temoin_ouvert(banc.dossier) as temoin:
        detourner(banc.wsdl(soap), dossier / "wsdl-temoin", banc.base, temoin.base)
        env = banc.environnement(operateur(client, soap), soap)
        client.executer(
            client.lancer, dossier, {**env, "ESAV_WSDL": str(dossier / "wsdl-temoin"), "ESAV_URL": temoin.base}
        )
        assert temoin.soap == soap, temoin.recus


def _passer(client: Client, dossier: Path, env: Mapping[str, str], champs: int) -> None:
    """Build it, run it: it does every step, and the form that it reads again has so many fields."""
    if client.absents():
        manque(f"{client.nom} : il manque {', '.join(client.absents())} ({client.paquets})")
    for commande in client.construire:
        construit = client.executer(commande, dossier, env)
        assert construit.returncode == 0, construit.stdout + construit.stderr
    lance = client.executer(client.lancer, dossier, env)
    dits = lire(lance.stdout)
    juges: dict[str, Juge] = {**JUGES, "DETAIL_CHAMPS": lambda valeur, _: valeur == str(champs)}
    faux = {nom: valeur for nom, valeur in dits.items() if nom in juges and not juges[nom](valeur, dits)}
    assert (faux, lance.returncode) == ({}, 0), lance.stdout + lance.stderr
    assert etapes_reussies(dits, juges) == [etape for etape in ETAPES if etape not in client.manquent], lance.stderr


def _lu(banc: Banc, operateur: str) -> list[tuple[str, str]]:
    return [(chemin, depouille(chemin, valeur)) for chemin, valeur in banc.formulaire(operateur)]


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.exigence("R9", "R6.1", "R3.1", "R3.2", "R3.3", "R3.5", "R4.1")
@pytest.mark.parametrize(("client", "soap"), PASSAGES, ids=[operateur(*passage) for passage in PASSAGES])
def test_scenario(banc: Banc, client: Client, soap: str, tmp_path: Path) -> None:
    nom = operateur(client, soap)
    _passer(client, tmp_path, banc.environnement(nom, soap), len(FORMULAIRE))
    _verifier_soap(banc, client, soap, tmp_path)
    assert _lu(banc, nom) == list(FORMULAIRE)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.exigence("R9", "R2.3")
@pytest.mark.parametrize("client", CLIENTS, ids=[client.code for client in CLIENTS])
def test_un_client_de_la_version_d_avant__ok(banc: Banc, client: Client, tmp_path: Path) -> None:
    """Made for 2026.1, which has one field less, while 2026.2 is live: it goes on, and reads answers that warn of the end."""
    nom = precedent(client)
    source = tmp_path / "source"
    shutil.copytree(client.source, source)
    for fichier in source.iterdir():
        texte = re.sub(r"(?m)^.*eferenceSupervision\b[^\n\]]*\n?", "", fichier.read_text(encoding="utf-8"))
        for ecrit, autrement in {"2026.2": "2026.1", **client.avant}.items():
            texte = texte.replace(ecrit, autrement)
        fichier.write_text(texte, encoding="utf-8")
    env = {**banc.environnement(nom, "1.1", "2026.1"), "SOURCE": str(source)}
    _passer(client, tmp_path, env, len(FORMULAIRE) - 1)
    assert _lu(banc, nom) == [champ for champ in FORMULAIRE if champ[0] != "referenceSupervision"]
