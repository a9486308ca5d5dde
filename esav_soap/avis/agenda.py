"""The calendar that goes with a notice (RFC 5545, RFC 5546): the dates of a version, or their cancellation.

An event keeps its UID for ever, so that the withdrawal of an announcement cancels what the announcement put into an agenda,
and a reminder shows no date twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event

from esav_soap.avis.dates import moment
from esav_soap.avis.faits import Annonce, AnnonceRetiree, Faits, Lieux, Rappel, Remplacee
from esav_soap.calendar import en_utc

#: Of the announcement, and of its withdrawal, which must be higher.
SEQUENCE_ANNONCE, SEQUENCE_RETRAIT = 0, 1
NOM = "e-sav.ics"


def domaine(lieux: Lieux) -> str:
    """Host of the public address: what tells this platform's identifiers from those of others."""
    hote = urlsplit(lieux.base_url).hostname or "localhost"
    return f"[{hote}]" if ":" in hote else hote


def methode(faits: Faits) -> str:
    """``PUBLISH``, or ``CANCEL`` for a withdrawal: also a parameter of the attachment's type."""
    return "CANCEL" if isinstance(faits, AnnonceRetiree) else "PUBLISH"


def calendrier(faits: Faits, lieux: Lieux) -> bytes:
    """The events of a notice; the same bytes for the same facts."""
    agenda = Calendar()
    agenda.add("prodid", "-//e-SAV//Avis de publication//FR")
    agenda.add("version", "2.0")
    agenda.add("method", methode(faits))
    match faits:
        case Annonce():
            evenements = [_ouverture(faits.version, faits.ouverture, faits.annonce, SEQUENCE_ANNONCE, lieux)]
            if faits.remplacee:
                evenements.append(_retrait(faits.remplacee, faits.version, faits.annonce, SEQUENCE_ANNONCE, lieux))
        case AnnonceRetiree():
            evenements = [_ouverture(faits.version, faits.ouverture, faits.annulation, SEQUENCE_RETRAIT, lieux)]
            if faits.remplacee:
                evenements.append(_retrait(faits.remplacee, faits.version, faits.annulation, SEQUENCE_RETRAIT, lieux))
        case Rappel():
            fin = Remplacee(faits.version, faits.retrait)
            evenements = [_retrait(fin, faits.remplacante or "", faits.depuis, SEQUENCE_ANNONCE, lieux)]
    for evenement in evenements:
        agenda.add_component(evenement)
    return bytes(agenda.to_ical())


def _ouverture(version: str, debut: datetime, ecrit_le: datetime, sequence: int, lieux: Lieux) -> Event:
    evenement = _evenement(f"ouverture-{version}", debut, ecrit_le, sequence, lieux)
    evenement.add("summary", f"e-SAV : ouverture de la version {version} du catalogue en production")
    evenement.add("description", f"Le {moment(debut)}, heure de Paris. WSDL : {lieux.wsdl('production', version)}")
    evenement.add("url", lieux.wsdl("production", version))
    return evenement


def _retrait(finie: Remplacee, remplacante: str, ecrit_le: datetime, sequence: int, lieux: Lieux) -> Event:
    # The successor belongs to the name: after a withdrawal another one gives the version another end.
    nom = f"retrait-{finie.version}-par-{remplacante}" if remplacante else f"retrait-{finie.version}"
    evenement = _evenement(nom, finie.retrait, ecrit_le, sequence, lieux)
    evenement.add("summary", f"e-SAV : retrait de la version {finie.version} du catalogue")
    passer = f" Déposer dans la version {remplacante}." if remplacante else ""
    quand = f"À partir du {moment(finie.retrait)}, heure de Paris"
    evenement.add("description", f"{quand}, les dépôts dans la version {finie.version} sont refusés.{passer}")
    if sequence == SEQUENCE_ANNONCE:
        alarme = Alarm()
        alarme.add("action", "DISPLAY")
        alarme.add("description", f"e-SAV : la version {finie.version} est retirée dans une semaine")
        alarme.add("trigger", timedelta(days=-7))
        evenement.add_component(alarme)
    return evenement


def _evenement(nom: str, debut: datetime, ecrit_le: datetime, sequence: int, lieux: Lieux) -> Event:
    evenement = Event()
    evenement.add("uid", f"{nom}@{domaine(lieux)}")
    evenement.add("dtstamp", en_utc(ecrit_le).replace(microsecond=0))
    # The instant that the platform switches at, whatever becomes of daylight saving: agendas show it in their own time.
    evenement.add("dtstart", en_utc(debut).replace(microsecond=0))
    evenement.add("organizer", f"mailto:{lieux.expediteur}")
    evenement.add("sequence", sequence)
    evenement.add("status", "CANCELLED" if sequence == SEQUENCE_RETRAIT else "CONFIRMED")
    evenement.add("transp", "TRANSPARENT")
    evenement.add("class", "PUBLIC")
    return evenement
