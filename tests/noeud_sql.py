"""A node over a SQLite store, in this process: for what the store decides (appointments, late entries) at the SOAP edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
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
    (dossier / "esav.db").write_bytes(_fichier(tuple(places)))
    with ouvrir(f"sqlite:///{dossier}/esav.db") as magasin:
        yield noeud(cast(FausseBase, magasin)), magasin


@lru_cache(maxsize=4)
def _fichier(places: tuple[Capacite, ...]) -> bytes:
    """The file of that store, made once for all tests."""
    modele = base_garnie()
    with TemporaryDirectory() as dossier:
        with ouvrir(f"sqlite:///{dossier}/esav.db") as magasin:
            for publiee, pack in modele.publiees.values():
                magasin.enregistrer_version(publiee, pack)
            magasin.importer([replace(p, zone=ZONE) for p in modele.prestations.values()])
            bilan = magasin.importer_capacites(list(enumerate(places, 2)), INSTANT - timedelta(days=1))
            assert not bilan.problemes
        assert not Path(dossier, "esav.db-wal").exists(), "a part of it is elsewhere"
        return (Path(dossier) / "esav.db").read_bytes()
