"""The calendar that goes with a notice (RFC 5545, RFC 5546): the dates of a version, their cancellation, those of a
certificate.

An event keeps its UID for ever, so that the withdrawal of an announcement cancels what the announcement put into an agenda,
and a reminder shows no date twice.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event

from esav_soap.avis.dates import moment
from esav_soap.avis.faits import Annonce, AnnonceRetiree, FaitsDates, Lieux, Rappel, RappelCertificat, Remplacee
from esav_soap.calendar import en_paris, en_utc

#: Of the announcement, and of its withdrawal, which must be higher.
SEQUENCE_ANNONCE, SEQUENCE_RETRAIT = 0, 1
NOM = "e-sav.ics"


def domaine(lieux: Lieux) -> str:
    """Host of the public address: what tells this platform's identifiers from those of others."""
    hote = urlsplit(lieux.base_url).hostname or "localhost"
    return f"[{hote}]" if ":" in hote else hote


def methode(faits: FaitsDates) -> str:
    """``PUBLISH``, or ``CANCEL`` for a withdrawal: also a parameter of the attachment's type."""
    return "CANCEL" if isinstance(faits, AnnonceRetiree) else "PUBLISH"


def calendrier(faits: FaitsDates, lieux: Lieux) -> bytes:
    """The events of a notice; the same bytes for the same facts."""
    agenda = Calendar()
    agenda.add("prodid", "-//e-SAV//Avis//FR")
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
        case RappelCertificat():
            evenements = _echeances(faits, lieux)
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
        evenement.add_component(_alarme(f"e-SAV : la version {finie.version} est retirée dans une semaine"))
    return evenement


def _echeances(faits: RappelCertificat, lieux: Lieux) -> list[Event]:
    """The last days, as whole days in Paris, and the end. Each reminder has them all: they are the same events."""
    autre = "d'une autorité reconnue" if faits.du_fournisseur else "du Fournisseur"
    if faits.du_fournisseur:
        renouveler = "Le Fournisseur délivre le nouveau certificat ce jour au plus tard, sur demande (CSR)."
    else:
        renouveler = "Le nouveau certificat doit être parvenu au Fournisseur ce jour au plus tard."
    changer = f"Dernier jour pour passer à un certificat {autre}."
    dits: list[tuple[str, datetime | date, str, str]] = [
        (
            "changement",
            en_paris(faits.changement).date(),
            "dernier jour pour changer l'émetteur du certificat",
            changer,
        ),
        (
            "renouvellement",
            en_paris(faits.renouvellement).date(),
            "dernier jour pour renouveler le certificat",
            renouveler,
        ),
        ("fin", faits.fin, "fin du certificat", f"À partir du {moment(faits.fin)}, heure de Paris, il est refusé."),
    ]
    evenements = []
    for nom, debut, titre, description in dits:
        evenement = _evenement(f"certificat-{nom}-{faits.empreinte}", debut, faits.preparer, SEQUENCE_ANNONCE, lieux)
        evenement.add("summary", f"e-SAV : {titre}")
        certificat = f"{faits.sujet}, numéro de série {faits.numero_serie}"
        evenement.add("description", f"{description} Certificat : {certificat}.")
        evenement.add_component(_alarme(f"e-SAV, dans une semaine : {titre}"))
        evenements.append(evenement)
    return evenements


def _alarme(texte: str) -> Alarm:
    """A week before."""
    alarme = Alarm()
    alarme.add("action", "DISPLAY")
    alarme.add("description", texte)
    alarme.add("trigger", timedelta(days=-7))
    return alarme


def _evenement(nom: str, debut: datetime | date, ecrit_le: datetime, sequence: int, lieux: Lieux) -> Event:
    evenement = Event()
    evenement.add("uid", f"{nom}@{domaine(lieux)}")
    evenement.add("dtstamp", en_utc(ecrit_le).replace(microsecond=0))
    # The instant that the platform switches at, whatever becomes of daylight saving: agendas show it in their own time.
    evenement.add("dtstart", en_utc(debut).replace(microsecond=0) if isinstance(debut, datetime) else debut)
    evenement.add("organizer", f"mailto:{lieux.expediteur}")
    evenement.add("sequence", sequence)
    evenement.add("status", "CANCELLED" if sequence == SEQUENCE_RETRAIT else "CONFIRMED")
    evenement.add("transp", "TRANSPARENT")
    evenement.add("class", "PUBLIC")
    return evenement
