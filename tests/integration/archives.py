"""Whole lives of signalisations for the tests of the archive, and all that opérateurs see of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from esav_soap.signalisation import Action, Cote, Etat, Evenement, MotifRejet, NouvelleSignalisation, Visibilite
from esav_soap.store import Magasin
from esav_soap.store.tables import evenement, reservation, signalisation
from tests.integration.exemples import nouvelle

#: Long before :data:`INSTANT`.
VIEUX = datetime(2025, 3, 3, 9, 30, 0, 250000, tzinfo=UTC)
INSTANT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
#: What was closed before then may be archived.
AVANT = datetime(2026, 7, 31, 22, 0, tzinfo=UTC)
HEURE = timedelta(hours=1)
OPERATEURS = ("OPA", "OPB")

REJET = Evenement(
    VIEUX,
    Etat.EN_REJET,
    Cote.FOURNISSEUR,
    "doublon",
    action=Action.REJETER,
    auteur="tech-7",
    motif=MotifRejet.DOUBLON,
)
INTERNE = Evenement(
    VIEUX, Etat.EN_DEPOT, Cote.FOURNISSEUR, "vu", action=Action.COMMENTER, visibilite=Visibilite.INTERNE
)


def mener(magasin: Magasin, depose: NouvelleSignalisation, suite: Sequence[Evenement]) -> None:
    """Append these events, an hour after one another from the deposit."""
    cle = (depose.plateforme, depose.operateur, depose.numero)
    for rang, un in enumerate(suite, 1):
        assert magasin.changer(*cle, rang, replace(un, date=depose.depot_le + rang * HEURE))


def vie(
    magasin: Magasin, reference: str, suite: Sequence[Evenement] = (REJET,), **autres: Any
) -> NouvelleSignalisation:
    """A signalisation with this history; by default one that was rejected long ago."""
    depose = nouvelle(reference, **{"depot_le": VIEUX, **autres})
    magasin.deposer(depose)
    mener(magasin, depose, suite)
    return depose


def suites(magasin: Magasin, operateur: str, maxima: Iterable[int] = (1, 2, 100)) -> list[Any]:
    """The sequence of events as it is read in pages of several lengths, from every cursor."""
    vues: list[Any] = []
    for maximum in maxima:
        curseur, pages = 0, []
        while True:
            page = magasin.evenements_depuis("production", operateur, curseur, maximum)
            pages.append(
                (
                    page.curseur,
                    page.dernier,
                    [(s.numero, s.reference, s.evenement.rang, s.evenement) for s in page.evenements],
                )
            )
            if not page.encore:
                break
            assert page.curseur > curseur
            curseur = page.curseur
        vues.append(pages)
    return vues


def vue(magasin: Magasin, deposees: Iterable[NouvelleSignalisation]) -> dict[str, Any]:
    """What opérateurs can learn of these, whatever they ask; a retried deposit among it."""
    tout: dict[str, Any] = {}
    for un in deposees:
        cle = (un.plateforme, un.operateur)
        lue = magasin.par_numero(*cle, un.numero)
        assert lue is not None
        assert lue == magasin.par_reference(*cle, un.reference) == magasin.retrouver(un.numero)
        assert magasin.par_numero(un.plateforme, "OPZ", un.numero) is None
        tout[un.numero] = (
            lue,
            [e.rang for e in lue.evenements],
            magasin.depot(*cle, un.reference),
            magasin.deposer(nouvelle(un.reference, operateur=un.operateur, plateforme=un.plateforme)),
            magasin.reservations(*cle, un.numero),
        )
    for operateur in OPERATEURS:
        tout[f"suite {operateur}"] = suites(magasin, operateur)
        tout[f"histoire {operateur}"] = magasin.closes("production", operateur, AVANT, None, 200)
    return tout


def chaudes(magasin: Magasin) -> tuple[int, ...]:
    """Rows of the hot tables: signalisations, events, reservations."""
    with magasin._moteur.lecteurs.connect() as connexion:
        return tuple(
            connexion.scalar(select(func.count()).select_from(table)) or 0
            for table in (signalisation, evenement, reservation)
        )
