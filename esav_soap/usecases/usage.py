"""The migration from a version that is ending: who still deposits with it (R2.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from esav_soap.publication import EtatVersion, VersionPubliee
from esav_soap.usecases.ports.historique import Historique, UsageVersion


@dataclass(frozen=True, slots=True)
class UsageRestant:
    """Deposits in production of one opérateur and Offre since :attr:`Migration.depuis`, with the version that is ending.

    ``premier``, ``dernier``: their instants. ``nouvelles``: deposits of the same with the version that replaces it.
    """

    operateur: str
    offre: str
    nombre: int
    premier: datetime
    dernier: datetime
    nouvelles: int

    @property
    def part(self) -> float:
        """Share that still uses the version that is ending, 0 to 1."""
        return self.nombre / (self.nombre + self.nouvelles)


@dataclass(frozen=True, slots=True)
class Migration:
    """Who still uses ``version``, counted since ``depuis``. ``passes``: opérateurs that deposited with the version that
    replaces it, and no longer with this one."""

    version: VersionPubliee
    remplacante: VersionPubliee | None
    depuis: datetime
    restants: tuple[UsageRestant, ...]
    passes: tuple[str, ...]


def finissantes(versions: Collection[VersionPubliee], instant: datetime) -> tuple[VersionPubliee, ...]:
    """Versions in force whose end is known, the first to end first."""
    trouvees = [v for v in versions if v.etat(instant) is EtatVersion.EN_VIGUEUR and v.retrait is not None]
    return tuple(sorted(trouvees, key=lambda v: (v.retrait or v.ouverture, v.version)))


def migration(
    version: VersionPubliee,
    versions: Collection[VersionPubliee],
    historique: Historique,
    instant: datetime,
    depuis: datetime | None = None,
) -> Migration:
    """Who deposited with ``version`` since ``depuis``.

    By default since the opening of its replacement; while that is announced only, since its announcement; and since the
    version's own opening when none replaces it.
    """
    remplacante = next((v for v in versions if v.version == version.remplacante and v.annulation is None), None)
    if depuis is None:
        depuis = version.ouverture
        if remplacante is not None:
            depuis = remplacante.ouverture if remplacante.ouverture <= instant else remplacante.annonce
    anciens = historique.usages(version.version, depuis)
    nouveaux = historique.usages(remplacante.version, depuis) if remplacante else ()
    nombre = {(u.operateur, u.offre): u.nombre for u in nouveaux}
    restants = tuple(_restant(u, nombre.get((u.operateur, u.offre), 0)) for u in anciens)
    passes = {u.operateur for u in nouveaux} - {u.operateur for u in anciens}
    return Migration(version, remplacante, depuis, restants, tuple(sorted(passes)))


def _restant(usage: UsageVersion, nouvelles: int) -> UsageRestant:
    return UsageRestant(usage.operateur, usage.offre, usage.nombre, usage.premier, usage.dernier, nouvelles)
