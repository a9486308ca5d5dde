"""The calendars of notices: a withdrawal cancels exactly what the announcement put there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from icalendar import Calendar

from esav_soap.avis.agenda import calendrier
from esav_soap.avis.faits import FaitsDates, Lieux, Remplacee
from esav_soap.avis.message import TAILLE_MAX_JOURNAL
from tests.unit.avis.lettres import ANNONCE, ANNONCE_LE, INSTANTS, LIEUX, OUVERTURE, RAPPEL, RETIREE, RETRAIT, message


def lire(faits: FaitsDates, lieux: Lieux = LIEUX) -> Calendar:
    lu = Calendar.from_ical(calendrier(faits, lieux))
    assert isinstance(lu, Calendar)
    return lu


def propriete(evenement: Any, nom: str) -> Any:
    """Its value as Python knows it."""
    valeur = evenement[nom]
    return getattr(valeur, "dt", valeur)


def evenements(faits: FaitsDates) -> dict[str, tuple[datetime, int, str]]:
    """UID -> start, sequence, status."""
    return {
        str(e["UID"]): (propriete(e, "DTSTART"), propriete(e, "SEQUENCE"), str(e["STATUS"])) for e in lire(faits).events
    }


@pytest.mark.exigence("R2.2")
def test_annonce_puis_retrait__ok() -> None:
    ouverture, retrait = "ouverture-2026.2@esav.example", "retrait-2026.1-par-2026.2@esav.example"
    assert evenements(ANNONCE) == {ouverture: (OUVERTURE, 0, "CONFIRMED"), retrait: (RETRAIT, 0, "CONFIRMED")}
    assert evenements(RETIREE) == {ouverture: (OUVERTURE, 1, "CANCELLED"), retrait: (RETRAIT, 1, "CANCELLED")}
    assert evenements(RAPPEL) == {retrait: (RETRAIT, 0, "CONFIRMED")}
    assert [str(lire(f)["METHOD"]) for f in (ANNONCE, RETIREE, RAPPEL)] == ["PUBLISH", "CANCEL", "PUBLISH"]


@pytest.mark.exigence("R2.2")
def test_ce_qu_un_agenda_attend__ok() -> None:
    """RFC 5546: UID, DTSTAMP, SEQUENCE and ORGANIZER in each; a later notice is stamped later."""
    for faits in (ANNONCE, RETIREE, RAPPEL):
        lu = lire(faits)
        assert lu["VERSION"] == "2.0"
        assert lu["PRODID"]
        for evenement in lu.events:
            assert str(evenement["ORGANIZER"]) == "mailto:esav@esav.example"
            assert evenement["SUMMARY"]
    stamps = [{propriete(e, "DTSTAMP") for e in lire(faits).events} for faits in (ANNONCE, RETIREE, RAPPEL)]
    assert stamps == [
        {ANNONCE_LE.replace(microsecond=0)},
        {(ANNONCE_LE + timedelta(days=10)).replace(microsecond=0)},
        {OUVERTURE},
    ]
    (retrait,) = lire(RAPPEL).events
    assert "dimanche 28 février 2027 à 0 h 00, heure de Paris" in str(retrait["DESCRIPTION"]).replace("\u00a0", " ")
    assert [propriete(a, "TRIGGER") for a in retrait.walk("VALARM")] == [timedelta(days=-7)]


@pytest.mark.exigence("R2.2")
def test_deux_plates_formes_ne_se_confondent_pas__ok() -> None:
    autre = {str(e["UID"]) for e in lire(ANNONCE, Lieux("https://esav.autre.example", "x@y.fr")).events}
    assert autre.isdisjoint(evenements(ANNONCE))
    suivante = replace(ANNONCE, version="2026.3")
    assert set(evenements(suivante)).isdisjoint(evenements(ANNONCE))


@pytest.mark.exigence("R2.2")
@given(INSTANTS)
def test_l_instant_est_exact__ok(instant: datetime) -> None:
    """Also in the nights when Paris clocks change; lines within 75 octets, CRLF."""
    faits = replace(ANNONCE, ouverture=instant, remplacee=Remplacee("2026.1", instant + timedelta(days=31)))
    debuts = [debut for debut, _, _ in evenements(faits).values()]
    assert debuts == [d.replace(microsecond=0) for d in (instant, instant + timedelta(days=31))]
    octets = calendrier(faits, LIEUX)
    assert octets == calendrier(faits, LIEUX)
    assert max(map(len, octets.split(b"\r\n"))) <= 75
    assert b"\n" not in octets.replace(b"\r\n", b"")


@pytest.mark.exigence("R2.2")
def test_pieces_jointes__ok() -> None:
    def pieces(
        faits: FaitsDates, taille_max_journal: int = TAILLE_MAX_JOURNAL
    ) -> list[tuple[str, str, dict[str, str]]]:
        ecrit = message(faits, taille_max_journal=taille_max_journal)
        return [(p.nom, p.type, dict(p.parametres)) for p in ecrit.pieces]

    def agenda(methode: str) -> tuple[str, str, dict[str, str]]:
        return "e-sav.ics", "text/calendar", {"charset": "utf-8", "method": methode}

    journal = ("changelog-2026.2.html", "text/html", {"charset": "utf-8"})
    assert ANNONCE.journal is not None
    taille = len(ANNONCE.journal)
    assert pieces(ANNONCE) == [agenda("PUBLISH"), journal]
    assert pieces(ANNONCE, taille_max_journal=taille) == [agenda("PUBLISH"), journal]
    assert pieces(ANNONCE, taille_max_journal=taille - 1) == [agenda("PUBLISH")]
    assert pieces(replace(ANNONCE, journal=bytes(TAILLE_MAX_JOURNAL + 1))) == [agenda("PUBLISH")]
    assert pieces(replace(ANNONCE, journal=None)) == [agenda("PUBLISH")]
    assert pieces(RETIREE) == [agenda("CANCEL")]
    assert pieces(RAPPEL) == [agenda("PUBLISH")]
    # Too large to be attached, it is linked all the same.
    assert "/catalogue/2026.2/changelog.html" in message(ANNONCE, taille_max_journal=0).texte
