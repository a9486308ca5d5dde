"""A node over a SQLite store, in this process: for what the store decides (appointments, late entries) at the SOAP edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite, Plage
from esav_soap.store import Magasin, ouvrir
from tests.faux import INSTANT, FausseBase, FauxNoeud, base_garnie, noeud

ZONE = "35-RENNES"
#: The first two days that can be booked at :data:`~tests.faux.INSTANT`, a Wednesday: Thursday and Friday.
JEUDI, VENDREDI = date(2026, 7, 2), date(2026, 7, 3)


def capacites(places: int = 9, jours: Iterable[date] = (JEUDI, VENDREDI)) -> list[Capacite]:
    """So many places on each half-day, for appointments of the SAV and expertises, on both platforms."""
    return [
        Capacite(plateforme, ZONE, genre, jour, plage, places)
        for plateforme in ("production", "integration")
        for genre in (TypeRendezVous.SAV, TypeRendezVous.EXPERTISE_CONTRADICTOIRE)
        for jour in jours
        for plage in (Plage.MATIN, Plage.APRES_MIDI)
    ]


@contextmanager
def noeud_sql(dossier: Path, places: Iterable[Capacite] = ()) -> Iterator[tuple[FauxNoeud, Magasin]]:
    """The versions and the parc of :func:`~tests.faux.base_garnie`, all of it in the area :data:`ZONE`."""
    modele = base_garnie()
    with ouvrir(f"sqlite:///{dossier}/esav.db") as magasin:
        for publiee, pack in modele.publiees.values():
            magasin.enregistrer_version(publiee, pack)
        magasin.importer([replace(p, zone=ZONE) for p in modele.prestations.values()])
        bilan = magasin.importer_capacites(list(enumerate(places, 2)), INSTANT - timedelta(days=1))
        assert not bilan.problemes
        yield noeud(cast(FausseBase, magasin)), magasin
