"""Revisions of the schema: what this program needs, and how a database comes to it.

Alembic is imported only when there is something to migrate: a start of the server reads one row instead.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError

from esav_soap.errors import ReglageInvalide
from esav_soap.store.moteur import Moteur
from esav_soap.store.pannes import en_francais

#: Every revision, the oldest first; the last is what this program works with. A test compares it with ``migrations``.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")

_VERROU_MIGRATION = 0x65536156  # any number that no other program takes as its advisory lock


def preparer(moteur: Moteur, *, creer: bool) -> None:
    """Make sure that the database is at the last revision; with ``creer``, bring a new database to it.

    A database of an older revision is left as it is: changing it is an operator's decision (``esav store migrate``).
    Raises :class:`ReglageInvalide`.
    """
    nom = moteur.nom
    preparer_fichier(moteur, creer=creer)
    try:
        if moteur.sqlite:
            _journal_wal(moteur, nom)
        revision = _lire_revision(moteur)
        if revision is None and creer:
            migrer(moteur, neuve_seulement=True)
            revision = _lire_revision(moteur)
    except DBAPIError as erreur:
        raise ReglageInvalide(
            f"Le magasin {nom} ne répond pas ou ne peut pas être écrit : {en_francais(erreur)}."
        ) from erreur
    if revision is None:
        raise ReglageInvalide(f"Le magasin {nom} est vide. Le créer par : esav store migrate")
    if revision not in REVISIONS:
        raise ReglageInvalide(
            f"Le magasin {nom} est à la révision {revision}, plus récente que ce programme ({REVISIONS[-1]}). "
            "Installer la version d'e-SAV qui l'a écrit."
        )
    if revision != REVISIONS[-1]:
        raise ReglageInvalide(
            f"Le magasin {nom} est à la révision {revision}, ce programme demande {REVISIONS[-1]}. "
            "Le mettre à jour par : esav store migrate"
        )


def migrer(moteur: Moteur, *, neuve_seulement: bool = False) -> str:
    """Bring the database to the last revision, in one transaction; two starts at once wait for one another.

    With ``neuve_seulement``, only when it has no revision yet. Returns the revision it then has.
    Raises ``sqlalchemy.exc.DBAPIError`` when the engine refuses, :class:`ReglageInvalide` for an unknown revision.
    """
    from alembic import command

    from esav_soap.store.migrations import configuration

    dedie = _moteur_migration(moteur)
    porte = moteur.porte.tenu() if moteur.porte else nullcontext()
    try:
        with porte, dedie.begin() as connexion:
            if not moteur.sqlite:
                connexion.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_VERROU_MIGRATION})")
            revision = _revision(connexion)
            if revision is not None and revision not in REVISIONS:
                raise ReglageInvalide(f"Révision inconnue : {revision}. Installer la version d'e-SAV qui l'a écrite.")
            if revision is None or not neuve_seulement:
                command.upgrade(configuration(connexion), "head")
            return _revision(connexion) or ""
    finally:
        dedie.dispose()


def _lire_revision(moteur: Moteur) -> str | None:
    return moteur.lire(_revision)


def _revision(connexion: Connection) -> str | None:
    if not inspect(connexion).has_table("alembic_version"):
        return None
    ligne = connexion.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return ligne[0] if ligne else None


def _moteur_migration(moteur: Moteur) -> Engine:
    """Unlike the others it lets SQLAlchemy keep the transaction, which is what Alembic expects."""
    arguments = {"isolation_level": None, "timeout": 60} if moteur.sqlite else {}
    dedie = create_engine(moteur.url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    if moteur.sqlite:

        @event.listens_for(dedie, "begin")
        def _debut(connexion: Connection) -> None:
            connexion.exec_driver_sql("BEGIN IMMEDIATE")

    return dedie


def preparer_fichier(moteur: Moteur, *, creer: bool = True) -> None:
    """Make sure that SQLite's file can be written. Raises :class:`ReglageInvalide`."""
    if not moteur.sqlite:
        return
    nom = moteur.nom
    fichier = Path(moteur.url.database or "")
    try:
        if not creer and not fichier.exists():
            raise ReglageInvalide(f"Le magasin {nom} n'existe pas. Le créer par : esav store migrate")
        fichier.parent.mkdir(parents=True, exist_ok=True)
        with fichier.open("ab"):  # append: an existing file stays as it is
            pass
    except OSError as erreur:
        raise ReglageInvalide(
            f"Le magasin {nom} ne peut pas être écrit : {en_francais(erreur)}. Le serveur doit pouvoir écrire le fichier "
            f"{fichier} et dans son dossier."
        ) from erreur


def _journal_wal(moteur: Moteur, nom: str) -> None:
    with moteur.ecrivains.connect() as connexion:
        if connexion.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal":
            return
        with moteur.porte.tenu() if moteur.porte else nullcontext():
            mode = connexion.exec_driver_sql("PRAGMA journal_mode = WAL").scalar()
    if mode != "wal":
        raise ReglageInvalide(
            f"Le magasin {nom} refuse le journal WAL (mode {mode}) : le placer sur un disque local, pas sur un partage réseau."
        )
