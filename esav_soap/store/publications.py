"""The port ``Publications`` on SQL: a decision is written only while what it was made on still stands.

Whoever announces, withdraws or installs excludes the others from its first read to its commit; who reads, deposits or sends
notices is not held up. SQLite: one writer at a time anyway. PostgreSQL: a lock on the table of versions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, insert, select, update

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.publication import VersionPubliee
from esav_soap.store.envois import ecrire_envois, exclure, retirer_envois
from esav_soap.store.tables import envoi, version_catalogue
from esav_soap.store.versions import VersionsSQL, dates, lire_versions
from esav_soap.usecases.ports.versions import VersionsChangees

_E = envoi.c
_V = version_catalogue.c


class PublicationsSQL(VersionsSQL):
    """Announcements and withdrawals, each in one transaction."""

    def annoncer(
        self,
        nouvelle: VersionPubliee,
        pack: bytes,
        precedente: VersionPubliee | None,
        envois: Iterable[Envoi],
        attendues: Collection[VersionPubliee],
    ) -> None:
        a_envoyer = list(envois)  # its source may be slow, or read the store: not inside the transaction
        with self._decision(attendues) as connexion:
            if any(v.version == nouvelle.version for v in attendues):
                raise VersionsChangees(f"La version {nouvelle.version} est déjà enregistrée.")
            ligne = {"version": nouvelle.version, **dates(nouvelle), "pack": pack}
            connexion.execute(insert(version_catalogue).values(ligne))
            if precedente is not None:
                _dater(connexion, precedente)
            ecrire_envois(self._moteur, connexion, a_envoyer, nouvelle.annonce)

    def retirer_annonce(
        self,
        annulee: VersionPubliee,
        precedente: VersionPubliee | None,
        envois: Iterable[Envoi],
        attendues: Collection[VersionPubliee],
    ) -> None:
        """Raises ``ValueError`` when ``annulee`` has no ``annulation``. Given-up notices of it are dropped as well."""
        if annulee.annulation is None:
            raise ValueError(f"{annulee.version}: annulation is missing")
        a_envoyer = list(envois)
        with self._decision(attendues) as connexion:
            _dater(connexion, annulee)
            if precedente is not None:
                _dater(connexion, precedente)
            # Written before the old ones go: SQLite would give the new ones the numbers of the old, and a worker that is
            # sending an old one would then report a new one sent.
            ecrire_envois(self._moteur, connexion, a_envoyer, annulee.annulation)
            retirer_envois(connexion, annulee.version)

    def avises(self, version: str) -> tuple[str, ...]:
        """See the port; a withdrawal drops what was not sent, so it is asked before."""
        choix = select(_E.operateur).where(_E.genre == GenreAvis.VERSION_ANNONCEE.name, _E.objet == version)
        return tuple(sorted(self._moteur.lire(lambda connexion: connexion.scalars(choix).all())))

    @contextmanager
    def _decision(self, attendues: Collection[VersionPubliee]) -> Iterator[Connection]:
        """A transaction in which the versions are those expected, and stay so. Raises :class:`VersionsChangees`."""
        with self._moteur.ecriture() as connexion:
            exclure(self._moteur, connexion)
            if set(lire_versions(connexion)) != set(attendues):
                raise VersionsChangees("Les versions enregistrées ont changé.")
            yield connexion


def _dater(connexion: Connection, version: VersionPubliee) -> None:
    """New dates of a recorded version; its pack is not written again."""
    ordre = update(version_catalogue).where(_V.version == version.version).values(dates(version))
    if connexion.execute(ordre).rowcount != 1:
        raise VersionsChangees(f"La version {version.version} n'est pas enregistrée.")
