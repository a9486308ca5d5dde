"""Until when what must be done about certificates (art. 5.2.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.calendar import en_paris
from esav_soap.certificats import CertificatEnregistre, Origine, Role
from esav_soap.certificats.echeances import (
    Etape,
    avertissement,
    echeance_demande,
    echeances,
    etape,
    releve,
)
from esav_soap.jours_ouvres import est_ouvre

SECONDE = timedelta(seconds=1)
JOUR = timedelta(days=1)


def utc(annee: int, mois: int, jour: int, heure: int = 0, minute: int = 0) -> datetime:
    return datetime(annee, mois, jour, heure, minute, tzinfo=UTC)


def certificat(fin: datetime, *, debut: datetime | None = None, empreinte: str = "aa") -> CertificatEnregistre:
    debut = debut or max(fin, utc(1952, 1, 1)) - 365 * JOUR
    return CertificatEnregistre(
        empreinte=empreinte,
        titulaire="OP1",
        role=Role.OPERATEUR,
        origine=Origine.FOURNISSEUR,
        sujet="CN=OP1",
        emetteur="CN=AC",
        numero_serie="1",
        autorite="ac",
        debut=debut,
        fin=fin,
        recu_le=debut,
        enregistre_le=debut,
        der=b"",
    )


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("fin", "preparer", "changement", "renouvellement"),
    [
        # an ordinary autumn; the summer time of the steps, the winter time of the end
        (utc(2026, 11, 10, 12), "2026-09-25T22:00", "2026-10-10T22:00", "2026-10-19T22:00"),
        # the 31st: 30 calendar days, not one month
        (utc(2026, 7, 31, 12), "2026-06-15T22:00", "2026-06-30T22:00", "2026-07-08T22:00"),
        # leap day in between, and as the end itself
        (utc(2028, 3, 15, 12), "2028-01-29T23:00", "2028-02-13T23:00", "2028-02-22T23:00"),
        (utc(2028, 2, 29, 12), "2028-01-14T23:00", "2028-01-29T23:00", "2028-02-07T23:00"),
        # May 2026: the 1st, 8th, 14th (Ascension) and 25th (Pentecost) are holidays, three long weekends
        (utc(2026, 5, 29, 12), "2026-04-13T22:00", "2026-04-28T22:00", "2026-05-04T22:00"),
        # year end: Christmas and New Year's Day
        (utc(2027, 1, 8, 12), "2026-11-23T23:00", "2026-12-08T23:00", "2026-12-15T23:00"),
        # the end on a Sunday: the last jour ouvré before counts as the first
        (utc(2026, 11, 8, 12), "2026-09-23T22:00", "2026-10-08T22:00", "2026-10-18T22:00"),
        # both nights of the clock changes: the end in the hour that is missing or twice
        (utc(2026, 3, 29, 1), "2026-02-11T23:00", "2026-02-26T23:00", "2026-03-08T23:00"),
        (utc(2026, 10, 25, 0, 30), "2026-09-09T22:00", "2026-09-24T22:00", "2026-10-04T22:00"),
        (utc(2026, 10, 25, 1, 30), "2026-09-09T22:00", "2026-09-24T22:00", "2026-10-04T22:00"),
        # the Paris day of the end, not its day in UTC
        (utc(2026, 11, 9, 23, 30), "2026-09-25T22:00", "2026-10-10T22:00", "2026-10-19T22:00"),
    ],
)
def test_steps(fin: datetime, preparer: str, changement: str, renouvellement: str) -> None:
    trouvees = echeances(certificat(fin))
    assert [
        f"{instant:%Y-%m-%dT%H:%M}" for instant in (trouvees.preparer, trouvees.changement, trouvees.renouvellement)
    ] == [preparer, changement, renouvellement]
    assert trouvees.fin == fin
    assert trouvees.preparer.tzinfo is UTC


@pytest.mark.exigence("R6.2")
@given(st.integers(0, (utc(9999, 12, 30) - utc(1950, 1, 1)) // SECONDE))
def test_steps_come_in_order_at_paris_midnight(secondes: int) -> None:
    fin = utc(1950, 1, 1) + secondes * SECONDE
    dates = echeances(certificat(fin, debut=utc(1950, 1, 1)))
    assert dates.preparer < dates.changement < dates.renouvellement < dates.fin
    for instant in (dates.preparer, dates.changement, dates.renouvellement):
        assert f"{en_paris(instant):%H:%M:%S}" == "00:00:00"
    dernier = en_paris(dates.renouvellement).date()
    entre = en_paris(fin).date() - dernier
    ouvres = sum(est_ouvre(dernier + n * JOUR) for n in range(entre.days))
    assert est_ouvre(dernier)
    assert ouvres == 15


@pytest.mark.exigence("R6.2")
def test_a_certificate_without_end_has_steps() -> None:
    sans_fin = certificat(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert en_paris(echeances(sans_fin).changement).date() == date(9999, 11, 30)
    assert etape(sans_fin, utc(2026, 1, 1)) is None


@pytest.mark.exigence("R6.2")
def test_a_step_begins_with_its_day() -> None:
    sujet = certificat(utc(2026, 11, 10, 12))
    dates = echeances(sujet)
    vus = []
    for debut in (dates.preparer, dates.changement, dates.renouvellement, dates.fin):
        vus += [etape(sujet, debut - SECONDE), etape(sujet, debut)]
    assert vus == [
        None,
        Etape.PREPARER,
        Etape.PREPARER,
        Etape.DERNIER_JOUR_CHANGEMENT,
        Etape.DERNIER_JOUR_CHANGEMENT,
        Etape.DERNIER_JOUR_RENOUVELLEMENT,
        Etape.DERNIER_JOUR_RENOUVELLEMENT,
        Etape.EXPIRE,
    ]


@pytest.mark.exigence("R6.2")
def test_a_revoked_certificate_has_no_step() -> None:
    sujet = replace(certificat(utc(2026, 11, 10)), revoque_le=utc(2026, 10, 1))
    assert etape(sujet, utc(2026, 9, 30)) is Etape.PREPARER
    assert etape(sujet, utc(2026, 10, 1)) is None
    assert etape(sujet, utc(2026, 12, 1)) is None


@pytest.mark.exigence("R6.2")
def test_who_takes_over() -> None:
    ancien = certificat(utc(2026, 11, 10))
    suivant = certificat(utc(2027, 11, 10), debut=ancien.fin, empreinte="bb")
    assert releve(ancien, [ancien, suivant]) == suivant
    assert releve(suivant, [ancien, suivant]) is None
    assert releve(ancien, []) is None


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    "autrement",
    [
        {"titulaire": "OP2"},
        {"role": Role.PUBLIEUR},
        {"debut": utc(2026, 11, 10) + SECONDE},
        {"fin": utc(2026, 11, 10)},
        {"revoque_le": utc(2026, 10, 1)},
        {"plateformes": frozenset({"integration"})},
    ],
    ids=lambda autrement: next(iter(autrement)),
)
def test_who_does_not_take_over(autrement: dict[str, object]) -> None:
    ancien = certificat(utc(2026, 11, 10))
    bon = certificat(utc(2027, 11, 10), debut=utc(2026, 10, 1), empreinte="bb")
    autre = replace(bon, **autrement)  # type: ignore[arg-type]
    assert releve(ancien, [ancien, bon]) == bon
    assert releve(ancien, [ancien, autre]) is None


@pytest.mark.exigence("R6.2")
def test_the_one_that_lasts_longest_takes_over() -> None:
    ancien = certificat(utc(2026, 11, 10))
    suivants = [
        certificat(utc(annee, 1, 1), debut=utc(2026, 10, 1), empreinte=f"{annee}") for annee in (2028, 2029, 2027)
    ]
    assert releve(ancien, [ancien, *suivants]) == suivants[1]


@pytest.mark.exigence("R6.2")
def test_what_an_answer_says_day_by_day() -> None:
    ancien = certificat(utc(2026, 11, 10, 12))
    terme = "Le certificat employé arrive à son terme le 10/11/2026 à 13:00."
    csr = "Envoyer une demande (CSR) au Fournisseur, qui délivre le nouveau certificat au plus tard le 20/10/2026."
    changer = "Pour changer d'émetteur : au plus tard le 11/10/2026."
    trop_tard = "Le délai pour changer d'émetteur est passé."
    passes = "Les délais de renouvellement sont passés : la continuité n'est plus garantie."
    attendus = {
        utc(2026, 9, 25, 21, 59): None,
        utc(2026, 9, 25, 22): f"{terme} {csr} {changer}",
        utc(2026, 10, 11, 21, 59): f"{terme} {csr} {changer}",
        utc(2026, 10, 11, 22): f"{terme} {csr} {trop_tard}",
        utc(2026, 10, 20, 21, 59): f"{terme} {csr} {trop_tard}",
        utc(2026, 10, 20, 22): f"{terme} {passes} Envoyer sans attendre une demande (CSR) au Fournisseur.",
        utc(2026, 11, 10, 12): "Le certificat employé est arrivé à son terme le 10/11/2026 à 13:00. "
        "Envoyer sans attendre une demande (CSR) au Fournisseur.",
    }
    assert {instant: avertissement(ancien, [ancien], instant) for instant in attendus} == attendus


@pytest.mark.exigence("R6.2")
def test_what_an_answer_says_of_a_recognised_ca() -> None:
    ancien = replace(certificat(utc(2026, 11, 10, 12)), origine=Origine.RECONNUE)
    dit = avertissement(ancien, [ancien], utc(2026, 10, 1))
    assert dit is not None
    assert "Envoyer au Fournisseur le nouveau certificat du même émetteur au plus tard le 20/10/2026." in dit
    tard = avertissement(ancien, [ancien], utc(2026, 11, 1))
    assert tard is not None
    assert tard.endswith("Envoyer sans attendre le nouveau certificat au Fournisseur.")


@pytest.mark.exigence("R6.2")
def test_nothing_is_said_once_another_takes_over() -> None:
    ancien = certificat(utc(2026, 11, 10))
    suivant = certificat(utc(2027, 11, 10), debut=utc(2026, 11, 1), empreinte="bb")
    assert avertissement(ancien, [ancien, suivant], utc(2026, 10, 15)) is None
    assert avertissement(ancien, [ancien], utc(2026, 10, 15)) is not None


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    ("recue_le", "attendu"),
    [
        (utc(2026, 6, 1, 9), date(2026, 6, 22)),
        (utc(2026, 4, 30, 9), date(2026, 5, 27)),  # the 1st, 8th, 14th and 25th of May
        (utc(2026, 12, 18, 9), date(2027, 1, 12)),  # Christmas and New Year's Day on Fridays
        (utc(2026, 5, 31, 22, 30), date(2026, 6, 22)),  # in Paris it is already 1 June
        (utc(2026, 6, 6, 9), date(2026, 6, 26)),  # a Saturday
        (utc(2028, 2, 18, 9), date(2028, 3, 10)),  # leap day
        (utc(2026, 3, 29, 0, 30), date(2026, 4, 20)),  # the night of the clocks, and Easter Monday
    ],
)
def test_requests_are_met_within_15_jours_ouvres(recue_le: datetime, attendu: date) -> None:
    assert echeance_demande(recue_le) == attendu
