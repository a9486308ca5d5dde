"""What the test prestations of integration do, by their names and the instant of the deposit alone (R6.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.errors import CodeErreur
from esav_soap.model.requetes import IDENTIFIANT_PRESTATION, MOTIF_CLE
from esav_soap.model.types import Texte
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.signalisation import Contact, Cote, Etat, Evenement, Prestation, Signalisation
from esav_soap.signalisation.scenarios import (
    LONGUEUR_MAX,
    PAUSE,
    ZONE_ESSAI,
    ZONE_NUIT,
    Scenario,
    echeances,
    echus,
    etapes,
    prestation_essai,
    prestation_virtuelle,
    refus,
    scenario_de,
    trop_d_attentes,
)
from tests.faux import RACINE

MINUTE = timedelta(minutes=1)
DEPOT = datetime(2026, 7, 1, 10, 0, 17, 250000, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SCENARIOS = st.sampled_from(Scenario)
OFFRES = st.from_regex(re.compile(r"[A-Z][A-Z0-9]{0,18}(_[A-Z0-9]{1,18})?", re.ASCII), fullmatch=True)
FINALS = {Etat.EN_REJET, Etat.CLOS_TABLEAU_DE_BORD}
#: About the deposit itself, or about appointments.
SANS_SUITE = {Scenario.LENT, Scenario.LIMITE, Scenario.MAINTENANCE, Scenario.PANNE, Scenario.NUIT}


def signalisation(depot_le: datetime = DEPOT, *suite: Evenement) -> Signalisation:
    evenements = (Evenement(depot_le, Etat.EN_DEPOT, Cote.OPERATEUR), *suite)
    return Signalisation(
        numero="7K3M9QX2TBX",
        plateforme="integration",
        operateur="OPA",
        reference="T-1",
        etat=evenements[-1].etat,
        offre="ACCES_FTTH",
        version_catalogue="2026.2",
        depot_le=depot_le,
        modifiee_le=evenements[-1].date,
        contact=Contact("Martin Claire", "0612345678"),
        formulaire=b"<x/>",
        prestation=Prestation("integration", "OPA", "JDT-REJET-ACCES_FTTH", "ACCES_FTTH"),
        evenements=evenements,
    )


@pytest.mark.exigence("R6.3", "R3.4")
@pytest.mark.parametrize(
    ("scenario", "attendues"),
    [
        (Scenario.QUALIFICATION, [(1, Etat.EN_QUALIFICATION)]),
        (Scenario.COURS, [(1, Etat.EN_QUALIFICATION), (2, Etat.EN_COURS)]),
        (Scenario.REJET, [(1, Etat.EN_QUALIFICATION), (2, Etat.EN_REJET)]),
        (Scenario.GEL, [(1, Etat.EN_QUALIFICATION), (2, Etat.EN_COURS), (3, Etat.GELE)]),
        (Scenario.CLOTURE, [(1, Etat.EN_QUALIFICATION), (2, Etat.EN_COURS), (3, Etat.CLOS)]),
        (
            Scenario.VALIDATION,
            [(1, Etat.EN_QUALIFICATION), (2, Etat.EN_COURS), (3, Etat.CLOS), (4, Etat.VALIDE)],
        ),
        (
            Scenario.PARCOURS,
            [
                *((1, Etat.EN_QUALIFICATION), (2, Etat.EN_COURS), (3, Etat.CLOS), (4, Etat.VALIDE)),
                (5, Etat.CLOS_TABLEAU_DE_BORD),
            ],
        ),
        *((s, []) for s in Scenario if s in SANS_SUITE),
    ],
)
def test_ce_que_devient_un_depot__ok(scenario: Scenario, attendues: list[tuple[int, Etat]]) -> None:
    assert [(e.date, e.etat) for e in echeances(scenario, DEPOT)] == [(DEPOT + m * MINUTE, e) for m, e in attendues]
    assert [(e.minutes, e.etat) for e in etapes(scenario)] == attendues


@pytest.mark.exigence("R6.3")
def test_chaque_scenario_est_vu__ok() -> None:
    """One that is added stands in the table above, or refuses."""
    assert {s for s in Scenario if not etapes(s)} == SANS_SUITE
    assert all(len(s.value) > 40 and s.value.endswith(".") for s in Scenario)


@pytest.mark.exigence("R6.3", "R3.4")
@given(scenario=SCENARIOS, depot_le=INSTANTS)
def test_les_echeances_sont_dans_l_ordre__ok(scenario: Scenario, depot_le: datetime) -> None:
    evenements = echeances(scenario, depot_le)
    dates = [depot_le, *(e.date for e in evenements)]
    assert dates == sorted(set(dates))
    assert all(e.cote is Cote.FOURNISSEUR and e.commentaire for e in evenements)
    etats = [e.etat for e in evenements]
    assert not FINALS & set(etats[:-1]), "nothing follows a final state"
    assert len(etats) == len(set(etats))


@pytest.mark.exigence("R3.4", "R6.3")
def test_une_signalisation_repose_dans_chaque_etat__ok() -> None:
    """One of the ordinary prestation rests en dépôt; a scenario ends in each of the others."""
    repos = {etapes(s)[-1].etat for s in Scenario if etapes(s)}
    assert {Etat.EN_DEPOT, *repos} == set(Etat)


@pytest.mark.exigence("R6.3", "R3.4")
@given(
    scenario=SCENARIOS,
    depot_le=INSTANTS,
    regards=st.lists(st.integers(-30, 400), max_size=6).map(sorted),
    fin=st.integers(301, 10_000),
)
def test_la_meme_histoire_qui_que_ce_soit_qui_regarde__ok(
    scenario: Scenario, depot_le: datetime, regards: list[int], fin: int
) -> None:
    suivie = signalisation(depot_le)
    for secondes in (*regards, fin):
        dus = echus(scenario, suivie, depot_le + timedelta(seconds=secondes))
        assert all(e.date <= depot_le + timedelta(seconds=secondes) for e in dus)
        suivie = signalisation(depot_le, *suivie.evenements[1:], *dus)
    assert suivie.evenements[1:] == echeances(scenario, depot_le)


@pytest.mark.exigence("R6.3")
def test_rien_avant_l_heure__ok() -> None:
    juste_avant = DEPOT + MINUTE - timedelta(microseconds=1)
    assert echus(Scenario.REJET, signalisation(), juste_avant) == ()
    assert [e.etat for e in echus(Scenario.REJET, signalisation(), DEPOT + MINUTE)] == [Etat.EN_QUALIFICATION]


@pytest.mark.exigence("R6.3", "R3.4")
def test_un_commentaire_n_arrete_pas_le_scenario__ok() -> None:
    premier, *reste = echeances(Scenario.PARCOURS, DEPOT)
    commentaire = Evenement(DEPOT + 1.5 * MINUTE, premier.etat, Cote.OPERATEUR, "Accès par la cour.")
    assert list(echus(Scenario.PARCOURS, signalisation(DEPOT, premier, commentaire), DEPOT + 9 * MINUTE)) == reste


@pytest.mark.exigence("R6.3", "R3.4")
def test_un_autre_changement_arrete_le_scenario__ok() -> None:
    premier = echeances(Scenario.PARCOURS, DEPOT)[0]
    for etat in (Etat.CLOS, Etat.EN_REJET, Etat.GELE):
        sortie = Evenement(DEPOT + 1.5 * MINUTE, etat, Cote.OPERATEUR)
        assert echus(Scenario.PARCOURS, signalisation(DEPOT, premier, sortie), DEPOT + 9 * MINUTE) == ()
        assert echus(Scenario.PARCOURS, signalisation(DEPOT, sortie), DEPOT + 9 * MINUTE) == ()
    gelee = echeances(Scenario.GEL, DEPOT)
    reprise = Evenement(DEPOT + 4 * MINUTE, Etat.EN_COURS, Cote.OPERATEUR, "Le gardien est là.")
    assert echus(Scenario.GEL, signalisation(DEPOT, *gelee, reprise), DEPOT + 9 * MINUTE) == ()


@pytest.mark.exigence("R6.3", "R7.2", "R7.3")
@pytest.mark.parametrize(
    ("scenario", "heure", "code", "apres"),
    [
        (Scenario.LIMITE, "10:01:00", CodeErreur.LIMITATION_DEBIT, "10:01:30"),
        (Scenario.LIMITE, "10:01:29.999999", CodeErreur.LIMITATION_DEBIT, "10:01:30"),
        (Scenario.LIMITE, "10:01:30", None, None),
        (Scenario.LIMITE, "10:01:59.999999", None, None),
        (Scenario.MAINTENANCE, "10:00:00", CodeErreur.MAINTENANCE, "10:01:00"),
        (Scenario.MAINTENANCE, "10:58:59.999999", CodeErreur.MAINTENANCE, "10:59:00"),
        (Scenario.MAINTENANCE, "10:01:00", None, None),
        (Scenario.MAINTENANCE, "10:59:59", None, None),
        (Scenario.PANNE, "10:00:00", CodeErreur.ERREUR_INTERNE, None),
        (Scenario.PANNE, "10:01:45", CodeErreur.ERREUR_INTERNE, None),
        *((s, "10:00:00", None, None) for s in (Scenario.REJET, Scenario.GEL, Scenario.LENT, Scenario.NUIT)),
    ],
)
def test_ce_qu_un_depot_recoit__ok(scenario: Scenario, heure: str, code: CodeErreur | None, apres: str | None) -> None:
    recu = refus(scenario, datetime.fromisoformat(f"2026-07-01T{heure}+00:00"))
    if code is None:
        assert recu is None
        return
    assert recu is not None
    assert recu.code is code
    assert recu.message.startswith(code.value)
    assert f"Scénario {scenario.name}" in recu.message
    assert recu.reessayer_apres == (datetime.fromisoformat(f"2026-07-01T{apres}+00:00") if apres else None)


@pytest.mark.exigence("R6.3", "R7.2")
@given(scenario=SCENARIOS, instant=INSTANTS)
def test_qui_attend_autant_qu_on_lui_dit_est_accepte__ok(scenario: Scenario, instant: datetime) -> None:
    recu = refus(scenario, instant)
    if recu is None or scenario is Scenario.PANNE:
        return
    assert recu.reessayer_apres is not None
    assert instant < recu.reessayer_apres <= instant + MINUTE
    assert refus(scenario, recu.reessayer_apres) is None


@pytest.mark.exigence("R6.3", "R7.2")
def test_une_attente_de_trop_dit_quand_revenir__ok() -> None:
    recu = trop_d_attentes(DEPOT)
    assert (recu.code, recu.reessayer_apres) == (CodeErreur.LIMITATION_DEBIT, DEPOT + PAUSE)


def _toutes(offre: str) -> Iterator[tuple[Scenario | None, str]]:
    for scenario in (None, *Scenario):
        yield scenario, prestation_essai(offre, scenario)


@pytest.mark.exigence("R6.3", "R8")
@given(offre=OFFRES, autre=OFFRES)
def test_un_nom_dit_son_offre_et_son_scenario__ok(offre: str, autre: str) -> None:
    vus = set()
    for scenario, identifiant in _toutes(offre):
        assert len(identifiant) <= LONGUEUR_MAX
        assert re.fullmatch(MOTIF_CLE, identifiant)
        virtuelle = prestation_virtuelle("OPA", identifiant, (autre, offre))
        assert virtuelle is not None
        assert (virtuelle.offre, virtuelle.plateforme, virtuelle.operateur) == (offre, "integration", "OPA")
        assert (virtuelle.identifiant, virtuelle.zone) == (
            identifiant,
            ZONE_NUIT if scenario is Scenario.NUIT else ZONE_ESSAI,
        )
        assert (scenario.name in virtuelle.complement) if scenario else ("scénario" not in virtuelle.complement)
        assert scenario_de(identifiant, offre) is scenario
        vus.add(identifiant)
        if autre != offre:
            assert scenario_de(identifiant, autre) is None
            assert prestation_virtuelle("OPA", identifiant, (autre,)) is None
    assert len(vus) == len(Scenario) + 1


@pytest.mark.exigence("R6.3", "R8")
def test_les_noms_longs_sont_abreges_sans_ambiguite__ok() -> None:
    longues = ("A" * 40, "A" * 39 + "B", "A" * 30)
    noms = [nom for offre in longues for _, nom in _toutes(offre)]
    assert len(set(noms)) == len(noms)
    assert prestation_essai("ACCES_FTTH", Scenario.REJET) == "JDT-REJET-ACCES_FTTH"
    assert prestation_essai("A" * 30, Scenario.REJET) == "JDT-REJET-" + "A" * 30
    assert prestation_essai("A" * 31, Scenario.REJET) == "JDT-REJET-598D280D-" + "A" * 21
    assert not any(re.fullmatch("[0-9A-F]{8}", s.name) for s in Scenario), "would be taken for an abbreviation"


@pytest.mark.exigence("R6.3", "R1.5")
@pytest.mark.parametrize("version", ["2026.1", "2026.2"])
def test_aucun_nom_n_est_abrege_dans_les_versions_livrees__ok(version: str) -> None:
    assert isinstance(IDENTIFIANT_PRESTATION.type, Texte)
    assert IDENTIFIANT_PRESTATION.type.longueur_max == LONGUEUR_MAX
    offres = [offre.code for offre in lire_catalogue(depuis_dossiers(RACINE, version)).offres]
    noms = {(offre, s): nom for offre in offres for s, nom in _toutes(offre)}
    assert len(set(noms.values())) == len(offres) * (len(Scenario) + 1)
    assert noms == {(o, s): f"JDT-{s.name}-{o}" if s else f"JDT-{o}" for o, s in noms}


@pytest.mark.exigence("R6.3", "R3.7")
@pytest.mark.parametrize(
    "identifiant",
    [
        *(
            "JDT-INCONNUE",
            "JDT-",
            "JDT-REJET",
            "JDT-REJET-",
            "JDT-REJET-INCONNUE",
            "JDT-AUTRE-ACCES_FTTH",
            "ACCES_FTTH",
        ),
        *(
            "jdt-ACCES_FTTH",
            "JDT-rejet-ACCES_FTTH",
            " JDT-ACCES_FTTH",
            "XJDT-REJET-ACCES_FTTH",
            "FTTH-REJET-ACCES_FTTH",
        ),
        *("JDT-REJET-REJET-ACCES_FTTH", "JDT-REJET-ACCES_FTTH-1", "JDT--ACCES_FTTH", ""),
    ],
)
def test_les_autres_noms_ne_disent_rien__error(identifiant: str) -> None:
    assert prestation_virtuelle("OPA", identifiant, ("ACCES_FTTH", "REJET_X")) is None
    assert scenario_de(identifiant, "ACCES_FTTH") is None


@pytest.mark.exigence("R6.3")
def test_une_signalisation_garde_ce_qu_elle_est__ok() -> None:
    """Nothing but events comes from a scenario: the rest of the signalisation is not looked at."""
    suivie = signalisation()
    autre = replace(suivie, operateur="OPB", reference="T-2", offre="FIBRE_NOIRE")
    assert echus(Scenario.GEL, suivie, DEPOT + 9 * MINUTE) == echus(Scenario.GEL, autre, DEPOT + 9 * MINUTE)
