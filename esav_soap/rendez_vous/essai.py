"""The places of the area of the test prestations: by the day and the kind alone, so that nobody has to import any (R4.1, R6.3).

``docs/plate-forme-integration.md`` and the guide of the pack print this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from esav_soap.jours_ouvres import est_ouvre
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous.objets import Capacite, Plage

#: How far ahead there are places: further than the longest search that begins today.
JOURS_OUVERTS = 62
#: Places of a slot that can be booked: for all opérateurs together, and so many that none misses one.
PLACES = 10_000

_SAV = (Plage.MATIN, Plage.H13, Plage.H14)
#: Half-days and hours of a day do not overlap: see ``capacites``.
LIBRES: Mapping[TypeRendezVous, tuple[Plage, ...]] = {
    TypeRendezVous.SAV: _SAV,
    TypeRendezVous.SAV_PLUS: (Plage.H08, Plage.H09, Plage.APRES_MIDI),
    TypeRendezVous.EXPERTISE_CONTRADICTOIRE: _SAV,
}
#: Slots that exist and are always full.
COMPLETES: Mapping[TypeRendezVous, Plage] = {
    TypeRendezVous.SAV: Plage.H17,
    TypeRendezVous.SAV_PLUS: Plage.H11,
    TypeRendezVous.EXPERTISE_CONTRADICTOIRE: Plage.H17,
}


def places_essai(
    plateforme: str, zone: str, genre: TypeRendezVous, jour: date, aujourd_hui: date
) -> tuple[Capacite, ...]:
    """The slots of that day, by hour; none on a day that is not ouvré, that is over, or that is far away."""
    if not aujourd_hui < jour <= aujourd_hui + timedelta(days=JOURS_OUVERTS) or not est_ouvre(jour):
        return ()
    libres = [Capacite(plateforme, zone, genre, jour, plage, PLACES) for plage in LIBRES[genre]]
    complete = Capacite(plateforme, zone, genre, jour, COMPLETES[genre], 0)
    return tuple(sorted((*libres, complete), key=lambda une: une.creneau.debut))
