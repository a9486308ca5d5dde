"""Run as a program by the tests of what is killed: writes to the store in children that kill themselves at every statement.

``GESTE URL``: for n = 1, 2, ... a child does the gesture and is killed before its n-th statement or after it, until one
lives. Says of each: its fate, and whether all of the gesture is there, or nothing, or some (``mele``).
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import alembic.command  # noqa: F401  # here, so that each child has it
from sqlalchemy import Engine, delete, event

from esav_soap.errors import ReglageInvalide
from esav_soap.signalisation import Cote, Etat, Evenement
from esav_soap.store import Magasin, mettre_a_jour, ouvrir
from esav_soap.store.depots import ecrire_depots
from esav_soap.store.tables import (
    archive_evenement,
    archive_reservation,
    archive_signalisation,
    autorite,
    compteur_evenements,
    demande_certificat,
    envoi,
    evenement,
    signalisation,
    version_catalogue,
)
from esav_soap.store.tables import certificat as table_certificat
from tests.integration import archives
from tests.integration.acces import AUTORITE, INSTANT, certificat, demande, empreinte
from tests.integration.exemples import nouvelle
from tests.integration.publications import (
    ANNULEE,
    EN_VIGUEUR,
    RETRAITS,
    annoncee,
    envois,
    remplacee,
)

Photo = tuple[Any, ...]


@dataclass(frozen=True)
class Geste:
    """``faire`` is what is killed; ``preparer`` makes the state before it, ``photo`` tells the state."""

    preparer: Callable[[str], None]
    faire: Callable[[str], None]
    photo: Callable[[str], Photo]


def _photo(url: str) -> Photo:
    with ouvrir(url, creer=False) as magasin:
        # PostgreSQL goes on counting after a rollback: the numbers themselves do not matter.
        file = [replace(suivi, numero=0) for suivi in magasin.suivis(None, 100)]
        return magasin.versions(), magasin.pack("2026.1"), magasin.pack("2026.2"), file


def _vider(magasin: Magasin) -> None:
    with magasin._moteur.ecriture() as connexion:
        connexion.execute(delete(envoi))
        connexion.execute(delete(version_catalogue))
    magasin.enregistrer_version(EN_VIGUEUR, b"1" * 100_000)


def _avant_annonce(url: str) -> None:
    with ouvrir(url) as magasin:
        _vider(magasin)


def _annoncer(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        magasin.annoncer(annoncee(), b"2" * 300_000, remplacee(), envois(), [EN_VIGUEUR])


def _avant_retrait(url: str) -> None:
    _avant_annonce(url)
    _annoncer(url)


def _retirer(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        magasin.retirer_annonce(ANNULEE, EN_VIGUEUR, RETRAITS, [remplacee(), annoncee()])


def _migrer(url: str) -> None:
    mettre_a_jour(url)


def _revision(url: str) -> Photo:
    """Whether it is of an older revision, still; ``test_migration_store.py`` looks at what is in it."""
    try:
        ouvrir(url, creer=False).fermer()
    except ReglageInvalide as refus:
        return ("esav store migrate" in str(refus),)
    return (False,)


def _avant_acces(url: str) -> None:
    """A request that waits, a certificate and its CA; a signalisation with one event."""
    with ouvrir(url) as magasin:
        with magasin._moteur.ecriture() as connexion:
            for table in (table_certificat, demande_certificat, autorite, evenement, signalisation):
                connexion.execute(delete(table))
        magasin.ajouter_demande(demande())
        magasin.enregistrer_autorite(AUTORITE)
        magasin.enregistrer_certificat(certificat("ancien"))
        magasin.deposer(nouvelle("REF-1"))


def _photo_acces(url: str) -> Photo:
    with ouvrir(url, creer=False) as magasin:
        relue = magasin.par_reference("production", "OPA", "REF-1")
        assert relue is not None
        demandes = [replace(une, numero=0) for une in magasin.demandes(en_attente=False)]
        return magasin.certificats(), demandes, magasin.autorites(), relue.evenements, relue.etat, relue.modifiee_le


def _delivrer(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        magasin.enregistrer_certificat(certificat("nouveau"), magasin.demandes()[0].numero)


def _revoquer(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        magasin.revoquer_certificats([empreinte("ancien")], INSTANT, "perdu", AUTORITE.empreinte, lambda *_: b"liste")


def _derouler(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        relue = magasin.par_reference("production", "OPA", "REF-1")
        assert relue is not None
        suite = [Evenement(INSTANT, etat, Cote.FOURNISSEUR) for etat in (Etat.EN_QUALIFICATION, Etat.EN_COURS)]
        magasin.ajouter_evenements("production", "OPA", relue.numero, 1, suite)


def _avant_suite(url: str) -> None:
    """Two opérateurs, each with a signalisation and one event."""
    with ouvrir(url) as magasin:
        with magasin._moteur.ecriture() as connexion:
            for table in (evenement, signalisation, compteur_evenements):
                connexion.execute(delete(table))
        ecrire_depots(magasin._moteur, [nouvelle("REF-1"), nouvelle("REF-1", operateur="OPB")])


def _photo_suite(url: str) -> Photo:
    """What each opérateur reads, its counter, and how many signalisations there are."""
    with ouvrir(url, creer=False) as magasin:
        pages = [magasin.evenements_depuis("production", operateur, 0, 100) for operateur in ("OPA", "OPB")]
        lus = [[(s.reference, s.evenement.rang, s.evenement) for s in page.evenements] for page in pages]
        with magasin._moteur.lecteurs.connect() as connexion:
            nombre = connexion.exec_driver_sql("SELECT count(*) FROM signalisation").scalar_one()
        return lus, [(page.curseur, page.dernier) for page in pages], nombre


def _deposer(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        lot = [nouvelle(f"REF-{n}", operateur=operateur) for n in range(1, 4) for operateur in ("OPB", "OPA")]
        ecrire_depots(magasin._moteur, lot)


def _changer(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        relue = magasin.par_reference("production", "OPA", "REF-1")
        assert relue is not None
        assert magasin.changer("production", "OPA", relue.numero, 1, Evenement(INSTANT, Etat.CLOS, Cote.FOURNISSEUR))


def _avant_archivage(url: str) -> None:
    """Three rejected long ago and one that is open; nothing archived."""
    with ouvrir(url) as magasin:
        with magasin._moteur.ecriture() as connexion:
            for table in (
                archive_evenement,
                archive_reservation,
                archive_signalisation,
                evenement,
                signalisation,
                compteur_evenements,
            ):
                connexion.execute(delete(table))
        for n in range(3):
            archives.vie(magasin, f"REF-{n}", depot_le=archives.VIEUX + n * archives.HEURE)
        magasin.deposer(nouvelle("REF-3"))


def _archiver(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        assert magasin.archiver(archives.AVANT, 2, archives.INSTANT) == 2


def _avant_purge(url: str) -> None:
    _avant_archivage(url)
    _archiver(url)


def _purger(url: str) -> None:
    with ouvrir(url, creer=False) as magasin:
        assert magasin.purger(archives.AVANT, 2, archives.INSTANT, sans_export=True) == 2


def _photo_archives(url: str) -> Photo:
    """What the opérateur sees of each, its sequence, the answer to a retry; how many rows are in the hot tables."""
    with ouvrir(url, creer=False) as magasin:
        vues = []
        for n in range(4):
            lue = magasin.par_reference("production", "OPA", f"REF-{n}")
            repete = magasin.deposer(nouvelle(f"REF-{n}"))
            assert lue is not None
            assert lue.numero == repete.numero
            vues.append((replace(lue, numero=""), [e.rang for e in lue.evenements], replace(repete, numero="")))
        page = magasin.evenements_depuis("production", "OPA", 0, 100)
        lus = [(s.reference, s.evenement.rang, s.evenement) for s in page.evenements]
        return vues, lus, (page.curseur, page.dernier), archives.chaudes(magasin)


GESTES = {
    "archiver": Geste(_avant_archivage, _archiver, _photo_archives),
    "purger": Geste(_avant_purge, _purger, _photo_archives),
    "deposer": Geste(_avant_suite, _deposer, _photo_suite),
    "changer": Geste(_avant_suite, _changer, _photo_suite),
    "delivrer": Geste(_avant_acces, _delivrer, _photo_acces),
    "revoquer": Geste(_avant_acces, _revoquer, _photo_acces),
    "derouler": Geste(_avant_acces, _derouler, _photo_acces),
    "annoncer": Geste(_avant_annonce, _annoncer, _photo),
    "retirer": Geste(_avant_retrait, _retirer, _photo),
    "migrer": Geste(lambda url: None, _migrer, _revision),
}


def tuer_a(rang: int) -> None:
    """Die, as by ``kill -9``, at the n-th time that a statement is about to go to the driver, or has come back.

    Also when SQLite begins with one, as deposits go past SQLAlchemy there.
    """
    fois = count(1)

    def frapper(*_: Any) -> None:
        if next(fois) == rang:
            os.kill(os.getpid(), signal.SIGKILL)

    def tracer(connexion: Any, _: object) -> None:
        if isinstance(connexion, sqlite3.Connection):
            connexion.set_trace_callback(frapper)

    event.listen(Engine, "connect", tracer)
    event.listen(Engine, "before_cursor_execute", frapper)
    event.listen(Engine, "after_cursor_execute", frapper)


def dans_un_enfant(faire: Callable[[], None]) -> int:
    """The exit code of a fork that does this."""
    enfant = os.fork()
    if enfant == 0:
        code = 1
        try:
            faire()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1])


def main(nom: str, url: str) -> None:
    geste = GESTES[nom]
    print("pret", flush=True)
    sys.stdin.readline()
    geste.preparer(url)
    avant = geste.photo(url)
    if nom == "migrer":  # it cannot be undone for the next child
        apres: Photo = (False,)
    else:
        assert dans_un_enfant(lambda: geste.faire(url)) == 0
        apres = geste.photo(url)
    for rang in count(1):
        geste.preparer(url)

        def mourir(rang: int = rang) -> None:
            tuer_a(rang)
            geste.faire(url)

        code = dans_un_enfant(mourir)
        photo = geste.photo(url)
        etat = "rien" if photo == avant else "tout" if photo == apres else "mele"
        print(rang, code, etat, flush=True)
        if code == 0:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
