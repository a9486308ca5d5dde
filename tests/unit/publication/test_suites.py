"""Whatever is announced and withdrawn, in whatever order: never more than two versions are live, and never none again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from esav_soap.calendar import en_francais, instant_plus_mois
from esav_soap.publication import (
    CATALOGUE,
    MAXIMUM_VIVES,
    SERVICES_WEB,
    EtatVersion,
    Regime,
    VersionPubliee,
    decider,
    decider_retrait,
    rang_version,
    vives,
)

DEBUT = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TIC = timedelta(microseconds=1)
#: Around months' ends and the two nights of clock changes, as well as anywhere; to the microsecond or the minute.
DUREES = st.one_of(
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.integers(0, 400 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.sampled_from([timedelta(0), TIC, MINUTE, timedelta(days=31), timedelta(days=59), timedelta(days=87, hours=1.5)]),
)
INSTANTS = DUREES.map(lambda duree: DEBUT + duree)
REGIMES = st.sampled_from([CATALOGUE, SERVICES_WEB])


def bornes(versions: Iterable[VersionPubliee]) -> list[datetime]:
    """Every instant at which the number of live versions may change, and those just before."""
    dates = {d for v in versions for d in (v.annonce, v.ouverture, v.retrait, v.annulation) if d is not None}
    return sorted(dates | {d - TIC for d in dates})


def nombres(versions: Collection[VersionPubliee], depuis: datetime) -> list[int]:
    """How many versions are live in production from ``depuis`` on, at every instant at which that may change."""
    instants = [depuis, *(d for d in bornes(versions) if d > depuis)]
    return [len(vives(versions, "production", instant)) for instant in instants]


@st.composite
def poses_a_la_main(draw: st.DrawFn) -> list[VersionPubliee]:
    """What ``install`` may have recorded before: any dates, never more than two live at a time."""
    posees: list[VersionPubliee] = []
    for rang in range(draw(st.integers(0, 4))):
        ouverture = draw(INSTANTS)
        retrait = draw(st.one_of(st.none(), DUREES.map(lambda d, o=ouverture: o + d + TIC)))  # type: ignore[misc]
        annulation = draw(st.one_of(st.none(), st.none(), st.just(DEBUT)))
        remplacante = draw(st.one_of(st.none(), st.sampled_from([f"2026.{r}" for r in range(1, 9)])))
        posee = VersionPubliee(f"2026.{rang + 1}", DEBUT, ouverture, retrait, remplacante, annulation)
        if max(nombres([*posees, posee], DEBUT)) <= MAXIMUM_VIVES:
            posees.append(posee)
    return posees


@pytest.mark.exigence("R2.2", "R2.3", "R2.7")
@given(
    posees=poses_a_la_main(),
    instant=INSTANTS,
    apres=DUREES,
    offres=st.booleans(),
    regime=REGIMES,
)
def test_la_date_dite_est_la_premiere_permise__ok(
    posees: list[VersionPubliee], instant: datetime, apres: timedelta, offres: bool, regime: Regime
) -> None:
    """Used as told it is accepted, a minute before it is not, and for a reason that a count of dates alone shows."""

    def essai(ouverture: datetime | None) -> tuple[list[str], list[VersionPubliee]]:
        d = decider("2030.1", ouverture, instant, posees, nouvelles_offres=offres, regime=regime)
        assert all(en_francais(d.au_plus_tot) in m.message for m in d.manquements)
        assert all(m.au_plus_tot in (None, d.au_plus_tot) for m in d.manquements)
        avant = d.precedente and d.precedente.version
        autres = [v for v in posees if v.version != avant]
        return [m.regle for m in d.manquements], [*autres, *([d.precedente] if d.precedente else []), d.nouvelle]

    dit = decider("2030.1", None, instant, posees, nouvelles_offres=offres, regime=regime)
    if any(m.au_plus_tot is None for m in dit.manquements):
        sans_fin = [v for v in posees if v.annulation is None and v.retrait is None]
        assert len(sans_fin) == MAXIMUM_VIVES, "no date helps only when two never end"
        ancienne = min(sans_fin, key=lambda v: (v.ouverture, rang_version(v.version)))
        posees = [replace(v, retrait=max(instant, v.ouverture + TIC)) if v is ancienne else v for v in posees]
        assume(max(nombres(posees, DEBUT)) <= MAXIMUM_VIVES)
        dit = decider("2030.1", None, instant, posees, nouvelles_offres=offres, regime=regime)
    assert dit.manquements == ()
    assert dit.nouvelle.ouverture == dit.au_plus_tot >= instant_plus_mois(instant, regime.preavis_mois)
    for ouverture in (dit.au_plus_tot, dit.au_plus_tot + apres):
        regles, apres_coup = essai(ouverture)
        assert regles == []
        assert max(nombres(apres_coup, instant)) <= MAXIMUM_VIVES
    regles, refuses = essai(dit.au_plus_tot - MINUTE)
    assert regles
    trop_tot = refuses[-1].ouverture < instant_plus_mois(instant, regime.preavis_mois)
    doublee = any(v.ouverture >= refuses[-1].ouverture for v in refuses[:-1] if v.annulation is None)
    assert trop_tot or doublee or max(nombres(refuses, instant)) > MAXIMUM_VIVES


class Publieur(RuleBasedStateMachine):
    """A publisher who announces and withdraws at random, over a clock that never goes back."""

    regime = CATALOGUE

    @initialize(posees=poses_a_la_main())
    def commencer(self, posees: list[VersionPubliee]) -> None:
        self.instant = DEBUT
        self.versions = {v.version: v for v in posees}
        self.ensemble: dict[str, str] = {}
        self.rang = 10

    @rule(duree=DUREES)
    def attendre(self, duree: timedelta) -> None:
        self.instant += duree

    @rule(
        apres=st.one_of(st.none(), DUREES),
        saut=st.integers(-1, 3),
        offres=st.booleans(),
        part=st.floats(0, 1),
    )
    def annoncer(self, apres: timedelta | None, saut: int, offres: bool, part: float) -> None:
        self.rang = max(10, self.rang + saut)
        ouverture = None if apres is None else self.instant + apres
        connues = list(self.versions.values())
        retrait = None
        if ouverture is not None:
            premiere, derniere = self.regime.fins(ouverture)
            retrait = premiere + (derniere - premiere) * part
        nouvelle = f"2026.{self.rang}"
        decision = decider(
            nouvelle, ouverture, self.instant, connues, nouvelles_offres=offres, regime=self.regime, retrait=retrait
        )
        if decision.manquements:
            return
        restent = [v for v in connues if v.annulation is None and (v.retrait is None or v.retrait > self.instant)]
        assert bool(restent) is (decision.precedente is not None), "who has a version keeps one until the new one opens"
        self.versions[nouvelle] = decision.nouvelle
        if decision.precedente is not None:
            self.versions[decision.precedente.version] = decision.precedente
            self.ensemble[nouvelle] = decision.precedente.version

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def retirer(self, data: st.DataObject) -> None:
        pendantes = [v.version for v in self.versions.values() if v.etat(self.instant) is EtatVersion.ANNONCEE]
        version = data.draw(st.sampled_from(pendantes or sorted(self.versions)))
        avant = max(nombres(list(self.versions.values()), self.instant))
        decision = decider_retrait(version, self.instant, list(self.versions.values()), regime=self.regime)
        if decision.manquements:
            return
        assert decision.annulee is not None
        assert decision.annulee.etat(self.instant) is EtatVersion.ANNULEE
        self.versions[version] = decision.annulee
        self.ensemble.pop(version, None)
        if decision.precedente is not None:
            self.versions[decision.precedente.version] = decision.precedente
        assert max(nombres(list(self.versions.values()), self.instant)) <= max(avant, MAXIMUM_VIVES)

    @invariant()
    def jamais_plus_de_deux(self) -> None:
        versions = list(getattr(self, "versions", {}).values())
        assert max(nombres(versions, DEBUT), default=0) <= MAXIMUM_VIVES

    @invariant()
    def ensemble_le_temps_du_contrat(self) -> None:
        for nouvelle, avant in getattr(self, "ensemble", {}).items():
            fin, (premiere, derniere) = (
                self.versions[avant].retrait,
                self.regime.fins(self.versions[nouvelle].ouverture),
            )
            assert fin is not None
            assert premiere <= fin <= derniere
            assert self.versions[avant].remplacante == nouvelle

    @invariant()
    def aucun_trou_apres_une_annonce(self) -> None:
        """From the first version that the rules let in, something is live for ever."""
        depuis = [self.versions[nouvelle].ouverture for nouvelle in getattr(self, "ensemble", {})]
        if depuis:
            assert min(nombres(list(self.versions.values()), min(depuis))) >= 1


class PublieurServicesWeb(Publieur):
    """The same for the technical signature: six months' notice, one to six months together."""

    regime = SERVICES_WEB


@pytest.mark.exigence("R2.2", "R2.3", "R2.4")
@pytest.mark.parametrize("machine", [Publieur, PublieurServicesWeb])
def test_jamais_plus_de_deux_versions_vives__ok(machine: type[Publieur]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=150, stateful_step_count=25, deadline=None))
