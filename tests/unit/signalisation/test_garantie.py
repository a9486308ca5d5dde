"""By when a signalisation must be closed, and whether it was (R3.5). Dates in the tables are Paris clock times of 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from esav_soap.calendar import PARIS
from esav_soap.signalisation import Cote, Etat, Evenement
from esav_soap.signalisation.garantie import Garantie, compte, echeance, lire, tenue

MICRO = timedelta(microseconds=1)
QUART = timedelta(minutes=15)
D, Q, C, G, CLOS, V, T, R = (
    Etat.EN_DEPOT,
    Etat.EN_QUALIFICATION,
    Etat.EN_COURS,
    Etat.GELE,
    Etat.CLOS,
    Etat.VALIDE,
    Etat.CLOS_TABLEAU_DE_BORD,
    Etat.EN_REJET,
)
#: Public holidays by which the examples pass, from the calendar on the wall.
FERIES = {
    *(date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25)),
    *(date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11), date(2026, 12, 25)),
    *(date(2027, 1, 1), date(2027, 3, 29)),
}


def paris(texte: str) -> datetime:
    """``07-01 12:00``; of an hour that comes twice, the second when a ``*`` follows."""
    instant = datetime.fromisoformat(f"2026-{texte.removesuffix('*')}").replace(tzinfo=PARIS)
    return instant.replace(fold=texte.endswith("*")).astimezone(UTC)


def histoire(*changements: tuple[str, Etat]) -> tuple[Evenement, ...]:
    return tuple(Evenement(paris(le), etat, Cote.FOURNISSEUR) for le, etat in changements)


def garantie(texte: str) -> Garantie:
    lue = lire(texte)
    assert lue is not None
    return lue


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    ("texte", "attendue"),
    [
        ("GTR_4H", Garantie(4, continue_=False)),
        ("GTR_4H_S1", Garantie(4, continue_=False)),
        ("GTR_10H_S2", Garantie(10, continue_=True)),
        (" gtr_8h_s2 ", Garantie(8, continue_=True)),
        ("GTR_120H", Garantie(120, continue_=False)),
        *((t, None) for t in ("", "GTR_J1", "GTR_4H_S3", "GTR_0H", "GTR_04H", "GTR_H", "GTR_4", "GTR_4H_S1_S2")),
        *((t, None) for t in ("GTR_٤H", "GTR_4H_ſ2", "GTR_4H S2", "XGTR_4H", "GTR_1000H", "GTR_4H\nGTR_4H")),
    ],
)
def test_la_garantie_se_lit_dans_le_texte_de_la_prestation__ok(texte: str, attendue: Garantie | None) -> None:
    assert lire(texte) == attendue


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    ("texte", "depot", "attendue"),
    [
        # Working hours, within a day and over its ends
        ("GTR_4H_S1", "07-01 09:30", "07-01 13:30"),
        ("GTR_4H", "07-01 16:00", "07-02 10:00"),
        ("GTR_4H", "07-01 14:00", "07-01 18:00"),
        ("GTR_4H", "07-01 14:01", "07-02 08:01"),
        ("GTR_4H", "07-01 18:00", "07-02 12:00"),
        ("GTR_4H", "07-01 23:15", "07-02 12:00"),
        ("GTR_4H", "07-02 03:00", "07-02 12:00"),
        ("GTR_10H_S1", "07-01 08:00", "07-01 18:00"),
        ("GTR_10H_S1", "07-01 07:59", "07-01 18:00"),
        ("GTR_10H_S1", "07-01 08:01", "07-02 08:01"),
        ("GTR_40H", "07-01 12:00", "07-06 12:00"),
        # Saturdays count, Sundays do not
        ("GTR_4H", "07-03 16:00", "07-04 10:00"),
        ("GTR_4H", "07-04 16:00", "07-06 10:00"),
        ("GTR_4H", "07-05 12:00", "07-06 12:00"),
        # Public holidays: one in the week, one on a Saturday, one on a Sunday, two in a row with a Sunday
        ("GTR_4H", "07-13 16:00", "07-15 10:00"),
        ("GTR_4H", "08-14 16:00", "08-17 10:00"),
        ("GTR_4H", "10-31 16:00", "11-02 10:00"),
        ("GTR_4H", "12-25 10:00", "12-26 12:00"),
        ("GTR_10H", "05-07 17:00", "05-09 17:00"),
        ("GTR_4H", "04-04 17:00", "04-07 11:00"),
        # Over both nights with another offset, working hours are what the clock on the wall shows
        ("GTR_10H", "03-28 12:00", "03-30 12:00"),
        ("GTR_10H", "10-24 12:00", "10-26 12:00"),
        # Around the clock: real hours, whatever the clock on the wall shows
        ("GTR_4H_S2", "07-04 23:00", "07-05 03:00"),
        ("GTR_4H_S2", "03-29 01:00", "03-29 06:00"),
        ("GTR_4H_S2", "10-25 00:30", "10-25 03:30"),
        ("GTR_4H_S2", "10-25 02:30", "10-25 05:30"),
        ("GTR_4H_S2", "10-25 02:30*", "10-25 06:30"),
        ("GTR_10H_S2", "10-24 16:45", "10-25 02:45"),
        ("GTR_10H_S2", "10-24 17:45", "10-25 02:45*"),
        ("GTR_10H_S2", "12-24 20:00", "12-25 06:00"),
    ],
)
def test_l_echeance_compte_depuis_le_depot__ok(texte: str, depot: str, attendue: str) -> None:
    suivie = histoire((depot, D))
    assert echeance(garantie(texte), suivie) == paris(attendue)
    assert compte(garantie(texte), suivie, paris(attendue)) == garantie(texte).duree
    assert compte(garantie(texte), suivie, paris(attendue) - MICRO) == garantie(texte).duree - MICRO


@pytest.mark.exigence("R3.5", "R3.4")
@pytest.mark.parametrize(
    ("texte", "changements", "attendue"),
    [
        # States in which the SAV is at work are one to the clock
        ("GTR_4H", [("07-01 09:00", D), ("07-01 09:10", Q), ("07-01 11:00", C), ("07-01 12:00", C)], "07-01 13:00"),
        # Frozen within working hours
        ("GTR_4H", [("07-01 09:00", D), ("07-01 10:00", G), ("07-01 15:00", C)], "07-01 18:00"),
        ("GTR_4H_S2", [("07-01 09:00", D), ("07-01 10:00", G), ("07-01 15:30", D)], "07-01 18:30"),
        # Frozen or resumed outside of them: only the hours of work between count
        ("GTR_4H", [("07-01 17:00", D), ("07-01 22:00", G), ("07-02 05:00", C)], "07-02 11:00"),
        ("GTR_4H", [("07-01 17:00", D), ("07-01 22:00", G), ("07-02 09:00", C)], "07-02 12:00"),
        ("GTR_4H", [("07-01 17:00", D), ("07-01 17:30", G), ("07-02 05:00", C)], "07-02 11:30"),
        ("GTR_4H", [("07-04 17:00", D), ("07-05 11:00", G), ("07-05 20:00", C)], "07-06 11:00"),
        ("GTR_4H", [("07-13 17:00", D), ("07-14 09:00", G), ("07-14 17:00", C)], "07-15 11:00"),
        # Around the clock, a freeze of a night that is an hour longer, and one that is an hour shorter
        ("GTR_4H_S2", [("10-24 22:00", D), ("10-24 23:00", G), ("10-25 04:00", C)], "10-25 07:00"),
        ("GTR_4H_S2", [("10-25 00:00", D), ("10-25 02:30", G), ("10-25 02:30*", C)], "10-25 04:00"),
        ("GTR_4H_S2", [("03-29 00:00", D), ("03-29 03:00", G), ("03-29 10:00", C)], "03-29 12:00"),
        # Frozen again and again, with events that change nothing between
        (
            "GTR_4H",
            [
                *(("07-01 08:00", D), ("07-01 09:00", G), ("07-01 09:30", G), ("07-01 10:00", Q), ("07-01 11:00", C)),
                *(("07-01 11:30", G), ("07-01 12:00", C), ("07-01 12:15", C)),
            ],
            "07-01 13:30",
        ),
        # Closed and contested: the time between does not count
        ("GTR_4H", [("07-01 09:00", D), ("07-01 11:00", CLOS), ("07-03 17:00", C)], "07-04 09:00"),
        ("GTR_4H", [("07-01 09:00", D), ("07-01 11:00", CLOS), ("07-01 11:05", V), ("07-03 20:00", C)], "07-04 10:00"),
        # Used up already when it was frozen or closed: what was due stays due
        ("GTR_4H", [("07-01 09:00", D), ("07-01 15:00", G)], "07-01 13:00"),
        ("GTR_4H", [("07-01 09:00", D), ("07-01 15:00", G), ("07-02 09:00", C)], "07-01 13:00"),
        ("GTR_4H", [("07-01 09:00", D), ("07-01 15:00", CLOS), ("07-02 09:00", C)], "07-01 13:00"),
        ("GTR_4H", [("07-01 09:00", D), ("07-01 13:00", G), ("07-02 09:00", C)], "07-01 13:00"),
        # Closed: the due time that it had
        ("GTR_4H", [("07-01 09:00", D), ("07-01 10:00", CLOS)], "07-01 13:00"),
        ("GTR_4H", [("07-01 09:00", D), ("07-01 10:00", CLOS), ("07-03 10:00", V), ("07-09 10:00", T)], "07-01 13:00"),
        ("GTR_4H", [("07-01 17:00", D), ("07-01 17:30", CLOS)], "07-02 11:00"),
        # Nobody knows how long a freeze lasts, and nothing is due of what is not admissible
        ("GTR_4H", [("07-01 09:00", D), ("07-01 12:59", G)], None),
        ("GTR_4H", [("07-01 09:00", D), ("07-01 12:59", G), ("07-01 14:00", G)], None),
        ("GTR_4H", [("07-01 09:00", D), ("07-01 10:00", R)], None),
        ("GTR_4H", [("07-01 09:00", D), ("07-03 10:00", R)], None),
    ],
)
def test_l_echeance_d_une_histoire__ok(texte: str, changements: list[tuple[str, Etat]], attendue: str | None) -> None:
    assert echeance(garantie(texte), histoire(*changements)) == (attendue and paris(attendue))


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    ("changements", "regard", "attendu"),
    [
        ([("07-01 09:00", D)], "07-01 13:00", None),
        ([("07-01 09:00", D)], "07-01 13:01", False),
        ([("07-01 09:00", D), ("07-01 10:00", G)], "07-09 12:00", None),
        ([("07-01 09:00", D), ("07-01 14:00", G)], "07-01 15:00", False),
        ([("07-01 09:00", D), ("07-01 13:00", CLOS)], "07-09 12:00", True),
        ([("07-01 09:00", D), ("07-01 13:01", CLOS)], "07-09 12:00", False),
        ([("07-01 09:00", D), ("07-01 12:00", CLOS), ("07-03 12:00", V), ("07-09 12:00", T)], "07-30 12:00", True),
        # At six in the evening the fourth hour was over: later that evening is too late
        ([("07-01 14:00", D), ("07-01 18:00", CLOS)], "07-09 12:00", True),
        ([("07-01 14:00", D), ("07-01 18:01", CLOS)], "07-09 12:00", False),
        ([("07-01 14:01", D), ("07-01 23:00", CLOS)], "07-09 12:00", True),
        # Contested: judged by the last closure
        ([("07-01 09:00", D), ("07-01 12:00", CLOS), ("07-03 09:00", C)], "07-03 10:00", None),
        ([("07-01 09:00", D), ("07-01 12:00", CLOS), ("07-03 09:00", C)], "07-03 10:01", False),
        ([("07-01 09:00", D), ("07-01 12:00", CLOS), ("07-03 09:00", C), ("07-03 10:00", CLOS)], "07-09 12:00", True),
        ([("07-01 09:00", D), ("07-01 12:00", CLOS), ("07-03 09:00", C), ("07-03 10:01", CLOS)], "07-09 12:00", False),
        ([("07-01 09:00", D), ("07-01 10:00", R)], "07-09 12:00", None),
    ],
)
def test_la_garantie_est_tenue_ou_non__ok(
    changements: list[tuple[str, Etat]], regard: str, attendu: bool | None
) -> None:
    assert tenue(garantie("GTR_4H"), histoire(*changements), paris(regard)) is attendu


@pytest.mark.exigence("R3.5")
def test_sans_garantie_rien_n_est_du__ok() -> None:
    suivie = histoire(("07-01 09:00", D))
    assert echeance(None, suivie) is None
    assert tenue(None, suivie, paris("07-30 12:00")) is None
    assert echeance(garantie("GTR_4H"), ()) is None
    assert tenue(garantie("GTR_4H"), (), paris("07-30 12:00")) is None


@pytest.mark.exigence("R3.5")
def test_a_la_microseconde__ok() -> None:
    depot = paris("07-01 09:00") + 3 * MICRO
    due = paris("07-01 13:00") + 3 * MICRO
    debut = Evenement(depot, D, Cote.OPERATEUR)
    assert echeance(garantie("GTR_4H"), [debut]) == due
    for fin, attendu in ((due, True), (due + MICRO, False)):
        close = [debut, Evenement(fin, CLOS, Cote.FOURNISSEUR)]
        assert (echeance(garantie("GTR_4H"), close), tenue(garantie("GTR_4H"), close, fin)) == (due, attendu)


# The same by counting quarters of an hour, one by one

#: Days around which something happens: both nights with another offset, holidays, the turn of the year.
MOMENTS = [
    date(2026, 3, 27),
    date(2026, 4, 4),
    date(2026, 5, 7),
    date(2026, 7, 12),
    date(2026, 10, 23),
    date(2026, 12, 23),
]


def au_travail(instant: datetime) -> bool:
    local = instant.astimezone(PARIS)
    return 8 <= local.hour < 18 and local.weekday() < 6 and local.date() not in FERIES


def quarts_comptes(voulue: Garantie, evenements: list[Evenement], fin: datetime) -> list[datetime]:
    """The end of each counted quarter of an hour up to ``fin``."""
    comptes = []
    bornes = [*((e.date, e.etat) for e in evenements), (fin, R)]
    for (debut, etat), (apres, _) in pairwise(bornes):
        instant = debut
        while instant < apres:
            if etat in {D, Q, C} and (voulue.continue_ or au_travail(instant)):
                comptes.append(instant + QUART)
            instant += QUART
    return comptes


@pytest.mark.exigence("R3.5", "R3.4")
@settings(max_examples=150, deadline=None)
@given(
    voulue=st.builds(Garantie, st.integers(1, 25), st.booleans()),
    jour=st.sampled_from(MOMENTS),
    quarts=st.lists(st.integers(0, 4 * 40), min_size=1, max_size=7),
    etats=st.lists(st.sampled_from([Q, C, G, G, CLOS, V]), min_size=6, max_size=6),
)
@example(Garantie(4, continue_=False), date(2026, 7, 12), [32, 16, 4, 4], [G, C, CLOS, C, C, C])
def test_comme_qui_compte_les_quarts_d_heure__ok(
    voulue: Garantie, jour: date, quarts: list[int], etats: list[Etat]
) -> None:
    instant = datetime(jour.year, jour.month, jour.day, tzinfo=UTC)
    evenements = []
    for quart, etat in zip(quarts, [D, *etats], strict=False):
        instant += quart * QUART
        evenements.append(Evenement(instant, etat, Cote.FOURNISSEUR))
    jusqu_a = quarts_comptes(voulue, evenements, instant)
    assert compte(voulue, evenements, instant) == len(jusqu_a) * QUART
    n = voulue.heures * 4
    due = echeance(voulue, evenements)
    if evenements[-1].etat is G:
        assert due == (jusqu_a[n - 1] if len(jusqu_a) >= n else None)
        return
    # As if it went on from where it was taken up last, or closed.
    genre = {CLOS, V} if evenements[-1].etat in {CLOS, V} else {D, Q, C}
    rang = next(i for i in range(len(evenements)) if all(e.etat in genre for e in evenements[i:]))
    dernier = evenements[rang].date
    suite = [*evenements[:rang], Evenement(dernier, C, Cote.FOURNISSEUR)]
    assert due == quarts_comptes(voulue, suite, dernier + timedelta(days=12))[n - 1]
    assert due is not None
    if evenements[-1].etat in {CLOS, V}:
        assert tenue(voulue, evenements, instant) is (dernier <= due)
    else:
        assert tenue(voulue, evenements, instant) is (None if instant <= due else False)
        assert tenue(voulue, evenements, max(due, instant) + MICRO) is False
