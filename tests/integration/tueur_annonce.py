"""Run as a program by ``test_annonce_entiere_tuee.py``: ``esav catalogue announce``, killed by itself again and again.

``MODE URL ARCHIVE``. ``etapes``: the n-th child dies when the n-th step of the long work is told. ``ordres``: the long work
was done before, and the n-th child dies before or after the n-th statement to the store. Each child finds what the one
before left, until the announcement is there: then the command is repeated once more, and the store is as at first again.
Says of each child: n, its exit code, what is there (``rien``, ``tout``, ``mele``), and what came of repeating a done
announcement (``deja`` when the command said that it was).
"""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import delete

from bench.synthese import VERSION
from esav_soap.avis import GenreAvis, Operateur
from esav_soap.bootstrap.horloge import maintenant
from esav_soap.calendar import instant_plus_mois
from esav_soap.cli.__main__ import main as esav
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Prestation
from esav_soap.store import Magasin, ouvrir
from esav_soap.store.tables import envoi, version_catalogue
from esav_soap.usecases import publication
from esav_soap.usecases.catalogue import Suivi, empaqueter, sans_suivi
from esav_soap.usecases.publication import Candidate, Depart
from tests.faux import INSTANT, URL
from tests.integration.tueur import dans_un_enfant, tuer_a
from tests.unit.usecases.candidats import AVANT, sources_essai

PACK_AVANT = empaqueter(sources_essai(AVANT), URL)[1]
JOUR = timedelta(days=1)
CONCERNES = ("OPA", "OPB")
_AVANT = VersionPubliee(AVANT, INSTANT - 200 * JOUR, INSTANT - 100 * JOUR)
_elaborer = publication.elaborer


def preparer(magasin: Magasin) -> None:
    with magasin._moteur.ecriture() as connexion:
        connexion.execute(delete(envoi))
        connexion.execute(delete(version_catalogue))
    magasin.enregistrer_version(_AVANT, PACK_AVANT)


def etat(url: str) -> str:
    """Whether the announcement is there: the version, the end of the one before, and each notice once."""
    with ouvrir(url, creer=False) as magasin:
        par_numero = {v.version: v for v in magasin.versions()}
        file = sorted((s.envoi.genre, s.envoi.objet, s.envoi.operateur) for s in magasin.suivis(None, 100))
        pack = magasin.pack(VERSION)
    if par_numero == {AVANT: _AVANT} and not file:
        return "rien"
    nouvelle, avant = par_numero.get(VERSION), par_numero[AVANT]
    entiere = (
        nouvelle is not None
        and (avant.retrait, avant.remplacante) == (instant_plus_mois(nouvelle.ouverture, 1), VERSION)
        and file == [(GenreAvis.VERSION_ANNONCEE, VERSION, code) for code in CONCERNES]
        and pack is not None
        and len(pack) > len(PACK_AVANT)
    )
    return "tout" if entiere else "mele"


def annoncer(url: str, archive: str) -> tuple[int, str]:
    """The command's exit code, and what it said."""
    sys.argv = ["esav", "catalogue", "announce", archive, "--store", url, "--a-tous", "--oui"]
    dit = io.StringIO()
    with redirect_stdout(dit), redirect_stderr(dit):
        try:
            esav()
        except SystemExit as fin:
            return int(str(fin.code)), dit.getvalue()
    raise AssertionError("a command ends with an exit code")


def mourir_a_l_etape(rang: int) -> None:
    """Die when the n-th step begins to be told."""
    vues: set[str] = set()

    def elaborer(depart: Depart, suivi: Suivi = sans_suivi) -> Candidate:
        def frapper(etape: str, fait: int, total: int) -> None:
            vues.add(etape)
            if len(vues) == rang:
                mourir()
            suivi(etape, fait, total)

        return _elaborer(depart, frapper)

    publication.elaborer = elaborer


def mourir() -> None:

    os.kill(os.getpid(), signal.SIGKILL)


def elaborer_d_avance(url: str) -> None:
    """Have the candidate made once, for all children."""
    with ouvrir(url) as magasin:
        fait = publication.preparer(sources_essai(), URL, magasin, maintenant())

    def elaborer(depart: Depart, suivi: Suivi = sans_suivi) -> Candidate:
        return replace(fait, depart=depart)

    publication.elaborer = elaborer


def main(mode: str, url: str, archive: str) -> None:
    print("pret", flush=True)
    sys.stdin.readline()
    with ouvrir(url) as magasin:
        preparer(magasin)
    if mode == "ordres":
        elaborer_d_avance(url)
    for rang in count(1):

        def faire(rang: int = rang) -> None:
            (tuer_a if mode == "ordres" else mourir_a_l_etape)(rang)
            code, dit = annoncer(url, archive)
            assert code == 0, dit

        code, vu = dans_un_enfant(faire), etat(url)
        print(rang, code, vu, "-" if vu == "rien" else _refaire(url, archive), flush=True)
        if code == 0:
            return


def _refaire(url: str, archive: str) -> str:
    sortie = Path(f"{archive}.dit")

    def refaire() -> None:
        code, dit = annoncer(url, archive)
        sortie.write_text(dit, encoding="utf-8")
        assert code == 0, dit

    code, vu = dans_un_enfant(refaire), etat(url)
    deja = "déjà annoncée" in sortie.read_text(encoding="utf-8")
    with ouvrir(url) as magasin:
        preparer(magasin)
    return "deja" if (code, vu, deja) == (0, "tout", True) else f"{code}/{vu}/{deja}"


def garnir(magasin: Magasin) -> None:
    """Opérateurs who are told: OPA is declared, OPB has no address."""
    magasin.declarer_operateur(Operateur("OPA", "Opérateur A", "sav@opa.example"))
    magasin.importer([Prestation("production", "OPB", "OPB-1", "OFFRE_S0001", "A", "B", "", "")])


if __name__ == "__main__":
    main(*sys.argv[1:])
