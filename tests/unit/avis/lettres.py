"""Facts of notices for the tests: 2026.2 opens on the 31st of January, 2026.1 ends on the 28th of February."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from esav_soap.avis import Envoi, GenreAvis, Operateur
from esav_soap.avis.faits import (
    Annonce,
    AnnonceRetiree,
    ChangementOffre,
    Emploi,
    FaitsDates,
    Lieux,
    Rappel,
    RappelCertificat,
    Remplacee,
)
from esav_soap.avis.message import TAILLE_MAX_JOURNAL, Message, composer
from esav_soap.calendar import PARIS

LIEUX = Lieux("https://esav.example", "esav@esav.example")
OPERATEUR = Operateur("OPA", "Opérateur Alpha & fils", "sav@opa.example")
ANNONCE_LE = datetime(2026, 11, 20, 9, 30, 12, 345678, tzinfo=UTC)
OUVERTURE = datetime(2027, 1, 31, 0, 0, tzinfo=PARIS).astimezone(UTC)
RETRAIT = datetime(2027, 2, 28, 0, 0, tzinfo=PARIS).astimezone(UTC)
REMPLACEE = Remplacee("2026.1", RETRAIT)
ANNONCE = Annonce(
    "2026.2",
    ANNONCE_LE,
    OUVERTURE,
    REMPLACEE,
    (
        ChangementOffre(
            "ACCES_FTTH",
            "Accès FTTH",
            (("rupture", "« Puissance <mesurée> » : ce champ n'existe plus."), ("compatible", "« Étage » : nouveau.")),
        ),
    ),
    (ChangementOffre("FTTH_ACTIVE", "FTTH activé"),),
    (),
    b"<!doctype html><title>Changements</title>",
)
RETIREE = AnnonceRetiree("2026.2", OUVERTURE, ANNONCE_LE + timedelta(days=10), REMPLACEE)
RAPPEL = Rappel(
    "2026.1",
    RETRAIT,
    "2026.2",
    OUVERTURE,
    (
        Emploi("ACCES_FTTH", "Accès FTTH", 1, datetime(2027, 2, 20, 8, 5, tzinfo=UTC)),
        Emploi("GENIE_CIVIL", "Génie civil", 12, datetime(2027, 2, 19, 23, 30, tzinfo=UTC)),
    ),
    avec_journal=True,
)
#: Issued by the Fournisseur; ends on Easter Monday.
CERTIFICAT = RappelCertificat(
    "0123456789abcdef" * 4,
    "CN=OPA,O=Opérateur Alpha & fils,OU=opérateur",
    "CN=e-SAV autorité interne",
    "4f2a9c",
    ("production", "integration"),
    True,
    datetime(2027, 2, 12, 0, 0, tzinfo=PARIS).astimezone(UTC),
    datetime(2027, 2, 27, 0, 0, tzinfo=PARIS).astimezone(UTC),
    datetime(2027, 3, 8, 0, 0, tzinfo=PARIS).astimezone(UTC),
    datetime(2027, 3, 29, 10, 15, 30, tzinfo=UTC),
)
GENRES = {
    Annonce: GenreAvis.VERSION_ANNONCEE,
    AnnonceRetiree: GenreAvis.ANNONCE_RETIREE,
    Rappel: GenreAvis.RAPPEL_RETRAIT,
    RappelCertificat: GenreAvis.RAPPEL_CERTIFICAT,
}

#: Any, in years with their nights of clock changes.
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def message(faits: FaitsDates, instant: datetime = ANNONCE_LE, taille_max_journal: int = TAILLE_MAX_JOURNAL) -> Message:
    objet = f"{faits.empreinte}:PREPARER" if isinstance(faits, RappelCertificat) else faits.version
    envoi = Envoi(GENRES[type(faits)], objet, OPERATEUR.code)
    return composer(envoi, faits, OPERATEUR, LIEUX, instant, taille_max_journal)
