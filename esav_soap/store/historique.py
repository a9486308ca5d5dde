"""The port ``Historique`` on SQL: many signalisations are read in pages by ``id``, each by statements of its own.

So no read lasts: SQLite can fold its log into the file meanwhile, PostgreSQL can clean up, and memory holds one page. Rows
are appended, ``id`` grows with the deposit's instant (nearly: a deposit may commit after a later one, and one taken by the
fallback procedure is entered days later, R7.4): where to begin is found by bisection, without an index that every deposit
would pay for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Subquery, func, select

from esav_soap.store.moteur import Moteur
from esav_soap.store.tables import signalisation
from esav_soap.usecases.ports.historique import SignalisationDeposee, UsageVersion

#: Rows that one statement looks at, and what the forms of one page may weigh together (one form may weigh more).
PAGE = 500
OCTETS_PAGE = 4 * 1024 * 1024
#: Rows that are counted by one statement.
PAGE_COMPTE = 5000
#: How much ``depot_le`` may run back while ``id`` grows.
MARGE = timedelta(days=1)
#: Rows looked at by a step of the bisection: a few that were entered late do not hide the recent ones around them.
FENETRE = 100
#: Parts of the whole whose first rows stand for the others in an estimate.
SONDAGES = 50

_S = signalisation.c
_PRODUCTION = "production"


class HistoriqueSQL:
    """Reading without holding up who writes. What is deposited after a reading began is not part of it."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def nombre_deposees(self, depuis: datetime) -> int:
        """Exact up to :data:`PAGE_COMPTE` ids, estimated from samples above."""
        return self._moteur.lire(lambda connexion: _compter(connexion, depuis))

    def deposees(self, depuis: datetime) -> Iterator[SignalisationDeposee]:
        avant, fin = self._moteur.lire(lambda connexion: _etendue(connexion, depuis))
        while avant < fin:
            page, avant = self._page(avant, fin, depuis)
            yield from page

    def _page(self, avant: int, fin: int, depuis: datetime) -> tuple[list[SignalisationDeposee], int]:
        return self._moteur.lire(lambda connexion: _page(connexion, avant, fin, depuis))

    def usages(self, version: str, depuis: datetime) -> tuple[UsageVersion, ...]:
        avant, fin = self._moteur.lire(lambda connexion: _etendue(connexion, depuis))
        trouves: dict[tuple[str, str], UsageVersion] = {}
        while avant < fin:
            lignes, avant = self._usages(avant, fin, version, depuis)
            for usage in lignes:
                cle = (usage.operateur, usage.offre)
                trouves[cle] = _joindre(trouves[cle], usage) if cle in trouves else usage
        return tuple(usage for _, usage in sorted(trouves.items()))

    def _usages(self, avant: int, fin: int, version: str, depuis: datetime) -> tuple[list[UsageVersion], int]:
        return self._moteur.lire(lambda connexion: _usages(connexion, avant, fin, version, depuis))


def _joindre(a: UsageVersion, b: UsageVersion) -> UsageVersion:
    return UsageVersion(a.operateur, a.offre, a.nombre + b.nombre, min(a.premier, b.premier), max(a.dernier, b.dernier))


def _etendue(connexion: Connection, depuis: datetime) -> tuple[int, int]:
    """(id before the first, id of the last) of what may have been deposited since then; equal when there is nothing."""
    premier, dernier = (connexion.scalar(select(borne(_S.id))) for borne in (func.min, func.max))
    if premier is None or dernier is None:
        return 0, 0
    bas, haut, limite = premier, dernier + 1, depuis - MARGE
    while haut - bas > 1:
        milieu = (bas + haut) // 2
        fenetre = _lignes(milieu - 1, dernier, FENETRE)
        recente = connexion.scalar(select(func.max(fenetre.c.depot_le)))
        if recente is not None and recente >= limite:
            haut = milieu
        else:
            bas = milieu
    return bas - 1, dernier


def _lignes(avant: int, fin: int, maximum: int) -> Subquery:
    """The next rows by id. With its limit it is read as it stands, whatever is asked of it around."""
    return (
        select(_S.id, _S.plateforme, _S.operateur, _S.offre, _S.version_catalogue, _S.depot_le)
        .where(_S.id > avant, _S.id <= fin)
        .order_by(_S.id)
        .limit(maximum)
        .subquery()
    )


def _page(connexion: Connection, avant: int, fin: int, depuis: datetime) -> tuple[list[SignalisationDeposee], int]:
    """The next signalisations, and the last id that was looked at."""
    vues = connexion.execute(
        select(_S.id, _S.plateforme, _S.depot_le, func.length(_S.formulaire).label("octets"))
        .where(_S.id > avant, _S.id <= fin)
        .order_by(_S.id)
        .limit(PAGE)
    ).all()
    voulues: list[int] = []
    poids, jusqu_a = 0, fin if len(vues) < PAGE else vues[-1].id
    for ligne in vues:
        if ligne.plateforme != _PRODUCTION or ligne.depot_le < depuis:
            continue
        poids += ligne.octets
        if voulues and poids > OCTETS_PAGE:
            jusqu_a = ligne.id - 1
            break
        voulues.append(ligne.id)
    if not voulues:
        return [], jusqu_a
    lues = connexion.execute(
        select(_S.operateur, _S.offre, _S.version_catalogue, _S.formulaire).where(_S.id.in_(voulues)).order_by(_S.id)
    )
    return [SignalisationDeposee(*ligne) for ligne in lues], jusqu_a


def _usages(
    connexion: Connection, avant: int, fin: int, version: str, depuis: datetime
) -> tuple[list[UsageVersion], int]:
    lignes = _lignes(avant, fin, PAGE_COMPTE)
    jusqu_a = connexion.scalar(select(func.max(lignes.c.id)))
    if jusqu_a is None:
        return [], fin
    c: Any = _lignes(avant, jusqu_a, PAGE_COMPTE).c
    trouves = connexion.execute(
        select(c.operateur, c.offre, func.count(), func.min(c.depot_le), func.max(c.depot_le))
        .where(c.plateforme == _PRODUCTION, c.version_catalogue == version, c.depot_le >= depuis)
        .group_by(c.operateur, c.offre)
    )
    return [UsageVersion(*ligne) for ligne in trouves], jusqu_a


def _compter(connexion: Connection, depuis: datetime) -> int:
    avant, fin = _etendue(connexion, depuis)
    total = fin - avant
    if total <= PAGE_COMPTE:
        return _sonder(connexion, avant, fin, PAGE_COMPTE, depuis)[0]
    nombre = 0.0
    bornes = [avant + total * rang // SONDAGES for rang in range(SONDAGES + 1)]
    for debut, borne in pairwise(bornes):
        trouvees, jusqu_a = _sonder(connexion, debut, borne, FENETRE, depuis)
        nombre += trouvees * (borne - debut) / (jusqu_a - debut)
    return round(nombre)


def _sonder(connexion: Connection, avant: int, fin: int, maximum: int, depuis: datetime) -> tuple[int, int]:
    """How many of the next rows count, and the last id that was looked at."""
    c: Any = _lignes(avant, fin, maximum).c
    recente = (c.plateforme == _PRODUCTION) & (c.depot_le >= depuis)
    vues, trouvees, derniere = connexion.execute(
        select(func.count(), func.count().filter(recente), func.max(c.id))
    ).one()
    return trouvees, fin if vues < maximum else derniere
