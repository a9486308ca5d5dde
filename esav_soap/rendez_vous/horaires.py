"""When slots may be searched, booked and changed (R4.1, R4.3, art. 10.1). Pure functions of an instant, in Paris time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from esav_soap.calendar import a_paris, en_paris
from esav_soap.jours_ouvres import ajouter
from esav_soap.rendez_vous.objets import Creneau

#: The slot search is closed from the first to the second, by the clocks of Paris.
FERMETURE, REOUVERTURE = time(1), time(4)
#: How long a reservation is held while the opérateur decides.
DUREE_TENUE = timedelta(minutes=15)
#: How many jours ouvrés ahead an appointment is booked at least.
AVANCE = 1
#: An appointment can be changed or cancelled until this time of the day before it.
HEURE_LIMITE = time(18)


def fermeture(instant: datetime) -> datetime | None:
    """When the slot search opens again, in UTC; ``None`` while it is open.

    Closed from 01:00 to 04:00 by the clocks of Paris: three hours, two in the night that skips 02:00-03:00, four in the
    night that has 02:00-03:00 twice. None of its two bounds is ever skipped or doubled.
    """
    local = en_paris(instant)
    if not FERMETURE <= local.time() < REOUVERTURE:
        return None
    return reouverture(instant)


def reouverture(instant: datetime) -> datetime:
    """The next 04:00 by the clocks of Paris, in UTC."""
    local = en_paris(instant)
    jour = local.date() if local.time() < REOUVERTURE else local.date() + timedelta(days=1)
    return a_paris(jour, REOUVERTURE)


def premier_jour(instant: datetime) -> date:
    """The first day that can be booked: the next jour ouvré after today. Later days need not be ouvrés."""
    return ajouter(en_paris(instant).date(), AVANCE)


def limite_changement(creneau: Creneau) -> datetime:
    """From this instant on, 18:00 in Paris on the day before, the opérateur can no more change or cancel. In UTC."""
    return a_paris(creneau.jour - timedelta(days=1), HEURE_LIMITE)
