"""The test prestations of integration over a store in memory (R6.3): what is stored, what is answered, when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from esav_soap.avis import Envoi
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.jeton import JETON
from esav_soap.signalisation import (
    Contact,
    Cote,
    Depot,
    Etat,
    Evenement,
    NouvelleSignalisation,
    Prestation,
    Signalisation,
)
from esav_soap.signalisation.scenarios import PAUSE, Scenario, echeances, prestation_essai
from esav_soap.usecases.scenarios import AvecScenarios
from tests.faux import FausseBase

MINUTE = timedelta(minutes=1)
#: An odd minute, after its 30th second: nothing is refused but by PANNE.
DEPOT = datetime(2026, 7, 1, 10, 1, 40, tzinfo=UTC)
OFFRE = "ACCES_FTTH"


class Base(FausseBase):
    """With events. ``pendant``: what someone else does just before events are appended."""

    def __init__(self) -> None:
        super().__init__()
        self.suites: dict[str, tuple[Evenement, ...]] = {}
        self.pendant: list[Callable[[], object]] = []
        self.envois: list[Envoi] = []

    def _lue(self, est: Callable[[NouvelleSignalisation], bool]) -> Signalisation | None:
        n = next((n for n in self.deposees.values() if est(n)), None)
        if n is None:
            return None
        cle = (n.plateforme, n.operateur, n.prestation)
        evenements = (Evenement(n.depot_le, Etat.EN_DEPOT, Cote.OPERATEUR), *self.suites.get(n.numero, ()))
        return Signalisation(
            numero=n.numero,
            plateforme=n.plateforme,
            operateur=n.operateur,
            reference=n.reference,
            etat=evenements[-1].etat,
            offre=n.offre,
            version_catalogue=n.version_catalogue,
            depot_le=n.depot_le,
            modifiee_le=evenements[-1].date,
            contact=n.contact,
            formulaire=n.formulaire,
            prestation=self.prestations.get(cle) or Prestation(*cle, n.offre),
            evenements=evenements,
        )

    def ajouter_evenements(
        self,
        plateforme: str,
        operateur: str,
        numero: str,
        attendus: int,
        evenements: Sequence[Evenement],
        envois: Sequence[Envoi] = (),
    ) -> Etat | None:
        self.appels.append(f"ajouter {len(evenements)}")
        if self.pendant:
            self.pendant.pop(0)()
        lue = self._lue(lambda n: (n.plateforme, n.operateur, n.numero) == (plateforme, operateur, numero))
        if lue is None or len(lue.evenements) != attendus:
            return None
        self.suites[numero] = (*self.suites.get(numero, ()), *evenements)
        self.envois += envois
        return evenements[-1].etat


@dataclass
class Banc:
    """The wrapper over a base, with a clock that the test sets and pauses that it counts."""

    base: Base = field(default_factory=Base)
    instant: datetime = DEPOT
    pauses: list[float] = field(default_factory=list)
    #: What happens instead of waiting.
    attendre: Callable[[], object] = lambda: None
    offres: frozenset[str] = frozenset({OFFRE, "FIBRE_NOIRE"})
    numeros: int = 0

    def __post_init__(self) -> None:
        self.port = AvecScenarios(self.base, self.base, lambda _: self.offres, lambda: self.instant, self._pause)

    def _pause(self, secondes: float) -> None:
        self.pauses.append(secondes)
        self.attendre()

    def nouvelle(
        self, identifiant: str, reference: str = "T-1", plateforme: str = "integration", operateur: str = "OPA"
    ) -> NouvelleSignalisation:
        self.numeros += 1
        return NouvelleSignalisation(
            numero=f"N{self.numeros}",
            plateforme=plateforme,
            operateur=operateur,
            reference=reference,
            empreinte=b"e" * 32,
            prestation=identifiant,
            offre=OFFRE,
            version_catalogue="2026.2",
            contact=Contact("Martin Claire", "0612345678"),
            formulaire=b"<x/>",
            depot_le=self.instant,
        )

    def deposer(self, scenario: Scenario | None, reference: str = "T-1") -> Depot:
        return self.port.deposer(self.nouvelle(prestation_essai(OFFRE, scenario), reference))

    def lire(self, reference: str = "T-1") -> Signalisation:
        lue = self.port.par_reference("integration", "OPA", reference)
        assert lue is not None
        assert lue == self.port.par_numero("integration", "OPA", lue.numero)
        return lue


@pytest.fixture
def banc() -> Banc:
    return Banc()


# Prestations


@pytest.mark.exigence("R6.3")
@pytest.mark.parametrize("scenario", [None, *Scenario])
def test_chaque_operateur_a_les_prestations_d_essai__ok(banc: Banc, scenario: Scenario | None) -> None:
    for operateur in ("OPA", "OPB", "NOUVEAU"):
        lue = banc.port.prestation("integration", operateur, prestation_essai(OFFRE, scenario))
        assert lue is not None
        assert (lue.plateforme, lue.operateur, lue.offre) == ("integration", operateur, OFFRE)
        assert all((lue.extremite_a, lue.extremite_b, lue.complement, lue.garantie))


@pytest.mark.exigence("R6.3", "R3.7")
@pytest.mark.parametrize("scenario", [None, *Scenario])
def test_aucune_en_production__error(banc: Banc, scenario: Scenario | None) -> None:
    identifiant = prestation_essai(OFFRE, scenario)
    assert banc.port.prestation("production", "OPA", identifiant) is None
    importee = Prestation("production", "OPA", identifiant, OFFRE)
    banc.base.ajouter(importee)
    assert banc.port.prestation("production", "OPA", identifiant) == importee


@pytest.mark.exigence("R6.3")
def test_seulement_des_offres_de_l_integration__error(banc: Banc) -> None:
    assert banc.port.prestation("integration", "OPA", "JDT-FTTH_ACTIVE") is None
    assert banc.port.prestation("integration", "OPA", "JDT-REJET-FTTH_ACTIVE") is None
    banc.offres |= {"FTTH_ACTIVE"}
    assert banc.port.prestation("integration", "OPA", "JDT-REJET-FTTH_ACTIVE") is not None


@pytest.mark.exigence("R6.3", "R1.1")
def test_une_prestation_importee_reste_ce_qu_elle_est__ok(banc: Banc) -> None:
    importee = Prestation("integration", "OPA", "JDT-PANNE-ACCES_FTTH", OFFRE, "NRO 35238", "PTO", "Bât. B", "GTR_8H")
    banc.base.ajouter(importee, replace(importee, identifiant="JDT-REJET-ACCES_FTTH"))
    assert banc.port.prestation("integration", "OPA", importee.identifiant) == importee
    assert not banc.deposer(Scenario.PANNE).deja_deposee
    banc.deposer(Scenario.REJET, "T-2")
    banc.instant += 9 * MINUTE
    assert (banc.lire("T-1").etat, banc.lire("T-1").prestation) == (Etat.EN_DEPOT, importee)
    assert banc.lire("T-2").etat is Etat.EN_DEPOT
    with pytest.raises(ErreurEsav):
        banc.port.deposer(banc.nouvelle("JDT-PANNE-ACCES_FTTH", operateur="OPB"))  # the other one has not imported it


# What becomes of a deposit


@pytest.mark.exigence("R6.3", "R3.4", "R3.5")
@pytest.mark.parametrize("scenario", [Scenario.REJET, Scenario.GEL, Scenario.CLOTURE, Scenario.PARCOURS])
def test_les_evenements_ont_leurs_dates_vraies__ok(banc: Banc, scenario: Scenario) -> None:
    depot = banc.deposer(scenario)
    assert (depot.etat, depot.deja_deposee) == (Etat.EN_DEPOT, False)
    prevus = echeances(scenario, DEPOT)
    for rang, prevu in enumerate(prevus, 1):
        banc.instant = prevu.date - timedelta(microseconds=1)
        assert banc.lire().evenements[1:] == prevus[: rang - 1]
        banc.instant = prevu.date + timedelta(seconds=13)
        lue = banc.lire()
        assert lue.evenements[1:] == prevus[:rang]
        assert (lue.etat, lue.modifiee_le) == (prevu.etat, prevu.date)
    banc.instant += timedelta(days=30)
    assert banc.base.suites["N1"] == banc.lire().evenements[1:] == prevus
    assert banc.lire().prestation.complement.endswith(scenario.name)


@pytest.mark.exigence("R6.3", "R3.4")
def test_qui_regarde_tard_voit_la_meme_histoire__ok(banc: Banc) -> None:
    banc.deposer(Scenario.PARCOURS)
    banc.instant += timedelta(days=3)
    assert banc.lire().evenements[1:] == echeances(Scenario.PARCOURS, DEPOT)
    assert banc.base.appels.count("ajouter 5") == 1, "one transaction, and only once"


@pytest.mark.exigence("R6.3")
@pytest.mark.parametrize("scenario", [None, Scenario.LENT, Scenario.LIMITE, Scenario.MAINTENANCE])
def test_sans_suite_rien_ne_s_ecrit__ok(banc: Banc, scenario: Scenario | None) -> None:
    banc.deposer(scenario)
    banc.instant += timedelta(days=3)
    lue = banc.lire()
    assert (lue.etat, len(lue.evenements)) == (Etat.EN_DEPOT, 1)
    assert lue.prestation.complement.startswith("Prestation du jeu de test")
    assert not any(appel.startswith("ajouter") for appel in banc.base.appels)


@pytest.mark.exigence("R6.3", "R3.4")
def test_deux_noeuds_a_la_fois_ecrivent_une_histoire__ok(banc: Banc) -> None:
    """The other node, whose clock is a minute behind, is first with what is due by its clock."""
    banc.deposer(Scenario.PARCOURS)
    autre = AvecScenarios(banc.base, banc.base, lambda _: banc.offres, lambda: DEPOT + 2 * MINUTE, lambda _: None)
    banc.base.pendant = [lambda: autre.par_numero("integration", "OPA", "N1")]
    banc.instant = DEPOT + 3 * MINUTE
    assert banc.lire().evenements[1:] == echeances(Scenario.PARCOURS, DEPOT)[:3]
    assert [a for a in banc.base.appels if a.startswith("ajouter")] == ["ajouter 3", "ajouter 2", "ajouter 1"]


@pytest.mark.exigence("R6.3", "R3.4")
def test_un_magasin_toujours_change_rend_ce_qu_il_a__ok(banc: Banc) -> None:
    """A store that takes no event for another reason is not asked for ever."""
    banc.deposer(Scenario.REJET)
    banc.instant += 9 * MINUTE
    banc.base.ajouter_evenements = lambda *_: None  # type: ignore[method-assign]
    assert banc.lire().etat is Etat.EN_DEPOT


@pytest.mark.exigence("R6.3", "R3.4")
def test_une_offre_retiree_va_au_bout_de_son_scenario__ok(banc: Banc) -> None:
    banc.deposer(Scenario.REJET)
    banc.offres = frozenset()
    banc.instant += 9 * MINUTE
    assert banc.lire().etat is Etat.EN_REJET


@pytest.mark.exigence("R6.3", "R3.7")
def test_rien_de_l_autre_operateur_ni_d_inconnu__error(banc: Banc) -> None:
    depot = banc.deposer(Scenario.REJET)
    banc.instant += 9 * MINUTE
    assert banc.port.par_numero("integration", "OPB", depot.numero) is None
    assert banc.port.par_reference("integration", "OPB", "T-1") is None
    assert banc.port.depot("integration", "OPB", "T-1") is None
    assert banc.port.par_numero("integration", "OPA", "INCONNU") is None
    assert banc.base.suites == {}


@pytest.mark.exigence("R6.3")
def test_la_production_passe_sans_detour__ok(banc: Banc) -> None:
    """Even where the names are those of scenarios, each call is one call of the store."""
    for scenario in (Scenario.PANNE, Scenario.LENT, Scenario.REJET):
        identifiant = prestation_essai(OFFRE, scenario)
        banc.base.ajouter(Prestation("production", "OPA", identifiant, OFFRE))
        banc.base.appels.clear()
        assert not banc.port.deposer(banc.nouvelle(identifiant, scenario.name, "production")).deja_deposee
        assert banc.port.deposer(banc.nouvelle(identifiant, scenario.name, "production")).deja_deposee
        banc.instant += 9 * MINUTE
        depot = banc.port.depot("production", "OPA", scenario.name)
        assert depot is not None
        suivie = banc.port.par_numero("production", "OPA", depot.numero)
        assert suivie is not None
        assert suivie.etat is Etat.EN_DEPOT
        assert banc.port.par_reference("production", "OPA", scenario.name) == suivie
        assert banc.base.appels == ["deposer", "deposer", "depot", "par_numero", "par_reference"]
    assert banc.pauses == []


# Idempotency


@pytest.mark.exigence("R6.3", "R3.3")
def test_un_renvoi_rend_la_meme_signalisation_dans_son_etat__ok(banc: Banc) -> None:
    """Whether anybody looked meanwhile or not."""
    premier = banc.deposer(Scenario.REJET)
    banc.instant += 2 * MINUTE
    renvoi = banc.deposer(Scenario.REJET)
    assert renvoi == replace(premier, etat=Etat.EN_REJET, deja_deposee=True)
    assert banc.port.depot("integration", "OPA", "T-1") == renvoi
    assert len(banc.base.deposees) == 1


# Refusals


@pytest.mark.exigence("R6.3", "R7.2", "R7.3", "R3.3")
@pytest.mark.parametrize(
    ("scenario", "instant", "code", "apres"),
    [
        (Scenario.LIMITE, "10:01:05", CodeErreur.LIMITATION_DEBIT, "10:01:30"),
        (Scenario.MAINTENANCE, "10:02:45", CodeErreur.MAINTENANCE, "10:03:00"),
    ],
)
def test_refuse_puis_accepte_a_l_heure_dite__ok(
    banc: Banc, scenario: Scenario, instant: str, code: CodeErreur, apres: str
) -> None:
    banc.instant = datetime.fromisoformat(f"2026-07-01T{instant}+00:00")
    for _ in range(2):
        with pytest.raises(ErreurEsav) as refus:
            banc.deposer(scenario)
        assert (refus.value.code, refus.value.reessayer_apres) == (
            code,
            datetime.fromisoformat(f"2026-07-01T{apres}+00:00"),
        )
    assert banc.base.deposees == {}, "refused before anything is stored"
    assert banc.port.depot("integration", "OPA", "T-1") is None
    assert refus.value.reessayer_apres is not None
    banc.instant = refus.value.reessayer_apres
    assert not banc.deposer(scenario).deja_deposee
    assert banc.deposer(scenario).deja_deposee


@pytest.mark.exigence("R6.3", "R7.3")
def test_une_panne_n_accepte_rien__error(banc: Banc) -> None:
    for _ in range(3):
        with pytest.raises(ErreurEsav) as refus:
            banc.deposer(Scenario.PANNE)
        assert refus.value.code is CodeErreur.ERREUR_INTERNE
        banc.instant += timedelta(seconds=25)
    assert banc.base.deposees == {}


@pytest.mark.exigence("R6.3")
def test_lent_enregistre_puis_fait_attendre__ok(banc: Banc) -> None:
    avant: list[int] = []
    banc.attendre = lambda: avant.append(len(banc.base.deposees))
    assert not banc.deposer(Scenario.LENT).deja_deposee
    assert banc.pauses == [PAUSE.total_seconds()] == [3.0]
    assert avant == [1], "whoever hangs up finds it deposited"
    assert banc.deposer(Scenario.LENT).deja_deposee
    assert len(banc.pauses) == 1, "a retry does not wait"


@pytest.mark.exigence("R6.3", "R7.2")
def test_deux_attendent_et_les_autres_sont_refuses__ok(banc: Banc) -> None:
    entrees, sortie = threading.Semaphore(0), threading.Event()

    def attendre() -> None:
        entrees.release()
        assert sortie.wait(30)

    banc.attendre = attendre
    rendus: list[Depot] = []
    fils = [threading.Thread(target=lambda n=n: rendus.append(banc.deposer(Scenario.LENT, f"T-{n}"))) for n in range(2)]
    for fil in fils:
        fil.start()
    try:
        assert entrees.acquire(timeout=30)
        assert entrees.acquire(timeout=30)
        with pytest.raises(ErreurEsav) as refus:
            banc.deposer(Scenario.LENT, "T-9")
        assert refus.value.code is CodeErreur.LIMITATION_DEBIT
        assert refus.value.reessayer_apres == banc.instant + PAUSE
        assert len(banc.base.deposees) == 2
        assert banc.deposer(Scenario.LENT, "T-0").deja_deposee, "a retry gets its answer all the same"
        assert not banc.deposer(None, "T-8").deja_deposee, "other prestations go on"
    finally:
        sortie.set()
        for fil in fils:
            fil.join(30)
    assert len(rendus) == 2
    assert not banc.deposer(Scenario.LENT, "T-9").deja_deposee


@pytest.mark.exigence("R6.3", "R7.2")
def test_sans_place_rien_n_attend__error(banc: Banc) -> None:
    """A server of one thread keeps it for the others."""
    port = AvecScenarios(banc.base, banc.base, lambda _: banc.offres, lambda: banc.instant, banc.pauses.append, 0)
    with pytest.raises(ErreurEsav) as refus:
        port.deposer(banc.nouvelle(prestation_essai(OFFRE, Scenario.LENT)))
    assert (refus.value.code, banc.pauses, banc.base.deposees) == (CodeErreur.LIMITATION_DEBIT, [], {})


@pytest.mark.exigence("R6.3")
def test_une_attente_qui_echoue_rend_sa_place__error(banc: Banc) -> None:
    for n in range(5):
        banc.base.pannes = [RuntimeError("magasin plein")]
        with pytest.raises(RuntimeError):
            banc.deposer(Scenario.LENT, f"T-{n}")
    assert not banc.deposer(Scenario.LENT).deja_deposee


@pytest.mark.exigence("R6.3")
def test_les_autres_calculent_pendant_l_attente__ok(banc: Banc) -> None:
    """The token is put down; another thread takes it while the first one waits."""
    pris = threading.Event()

    def calculer() -> None:
        with JETON.tenu():
            pris.set()

    def attendre() -> None:
        fil = threading.Thread(target=calculer)
        fil.start()
        fil.join(30)

    banc.attendre = attendre
    with JETON.tenu():
        banc.deposer(Scenario.LENT)
    assert pris.is_set()
