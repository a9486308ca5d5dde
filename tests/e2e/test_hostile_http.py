"""Hostile HTTP, one file each: the bytes of a connection as a client sends them, and what the real server answers to them.

``tests/hostile/http/attendu.tsv`` says what comes, in order: ``OK`` or the code of a SOAP fault, ``HTTP <status>`` for a refusal of
what is no request, ``page`` for what is no SOAP request, ``rien`` when the connection just ends.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.serveur import ServeurReel
from tests.e2e.test_hostile import INTERDITS, brut
from tests.fuzz.jugement import juger_soap

FICHIERS = Path(__file__).parents[1] / "hostile" / "http"


def cas() -> list[Mapping[str, str]]:
    with (FICHIERS / "attendu.tsv").open(encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def reponses(recu: bytes, envoye: bytes) -> list[str]:
    """What came on the connection, one word for each answer."""
    vues = []
    while recu:
        tete, fin, suite = recu.partition(b"\r\n\r\n")
        assert fin, recu
        statut = int(tete.split()[1])
        assert tete.startswith(b"HTTP/1."), tete
        if statut == 100:
            recu = suite
            continue
        lignes = (ligne.partition(":") for ligne in tete.decode("latin-1").split("\r\n")[1:])
        entetes = {nom.strip().title(): valeur.strip() for nom, _, valeur in lignes}
        longueur = int(entetes["Content-Length"])
        corps, recu = suite[:longueur], suite[longueur:]
        if "xml" in entetes.get("Content-Type", ""):
            vues.append(juger_soap(statut, entetes, corps, envoye)[0] or "OK")
        else:
            assert len(corps) == longueur
            vues.append("page" if statut == 200 else f"HTTP {statut}")
    return vues


@pytest.mark.exigence("R9")
def test_connexions_hostiles__error(serveur: ServeurReel) -> None:
    """All in one test: a server answers each of them in milliseconds."""
    attendues, vues = {}, {}
    for ligne in cas():
        octets = (FICHIERS / ligne["fichier"]).read_bytes()
        recu = brut(serveur, octets)
        assert not [mot for mot in INTERDITS if mot in recu], ligne
        with suppress(AssertionError):
            vues[ligne["fichier"]] = ",".join(reponses(recu, octets)) or "rien"
        attendues[ligne["fichier"]] = ligne["attendu"]
    assert vues == attendues


@pytest.mark.exigence("R9")
def test_chaque_connexion_a_sa_ligne__ok() -> None:
    assert sorted(ligne["fichier"] for ligne in cas()) == sorted(f.name for f in FICHIERS.glob("*.bin"))
