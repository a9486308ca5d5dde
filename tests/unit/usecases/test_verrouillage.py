"""What is validated and cannot be contested any more is locked by itself: when, in which steps, beside whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from esav_soap.calendar import PARIS
from esav_soap.signalisation import Action, CauseCloture, Cote, Etat, Prestation, Responsabilite, Signalisation
from esav_soap.signalisation.scenarios import Scenario, prestation_essai
from esav_soap.signalisation.transitions import Commande
from esav_soap.usecases import verrouillage
from esav_soap.usecases.actions import agir
from esav_soap.usecases.catalogue import sans_suivi
from esav_soap.usecases.depot import Appelant, deposer
from esav_soap.usecases.ports.suivi import Filtre, PageSignalisations, Place
from esav_soap.usecases.scenarios import AvecScenarios
from esav_soap.usecases.verrouillage import AUTEUR, Verrouillage, nombre_echues, verrouiller_echues
from tests.faux import FausseBase
from tests.unit.usecases.test_depot import verdict

HEURE, JOUR, MICRO = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
#: A Wednesday; what is closed then may be contested until the end of Monday.
MERCREDI = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
MARDI_0H = datetime(2026, 7, 7, tzinfo=PARIS).astimezone(UTC)
SAV, OPERATEUR = Cote.FOURNISSEUR, Cote.OPERATEUR


class Base(FausseBase):
    """Counts pages; ``avant``, ``apres``: called before the next change, after the next page that holds any, as somebody who is quicker."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[tuple[Filtre, int]] = []
        self.avant: Callable[[], object] | None = None
        self.apres: Callable[[], object] | None = None

    def lister(
        self, filtre: Filtre, apres: Place | None, maximum: int, *, anciennes_d_abord: bool = False
    ) -> PageSignalisations:
        self.pages.append((filtre, maximum))
        page = super().lister(filtre, apres, maximum, anciennes_d_abord=anciennes_d_abord)
        if page.signalisations and self.apres is not None:
            faire, self.apres = self.apres, None
            faire()
        return page

    def changer(self, *args: Any) -> bool:
        faire, self.avant = self.avant, None
        if faire is not None:
            faire()
        return super().changer(*args)


class Monde:
    """A store with a clock; ``valider`` makes signalisations that wait to be locked."""

    def __init__(self) -> None:
        self.base = Base()
        self.base.ajouter(
            *(Prestation(p, "OPA", "P-1", "ACCES_FTTH") for p in ("production", "integration")),
        )
        self.present = MERCREDI
        scenarios = AvecScenarios(self.base, self.base, lambda _: {"ACCES_FTTH"}, lambda: self.present, lambda _: None)
        self.avancer, self.deposer = scenarios.avancer, scenarios
        self.tour = Verrouillage(self.base, self.avancer, lambda: self.present)
        self.nombre = 0

    def poser(self, depot_le: datetime = MERCREDI, plateforme: str = "production", prestation: str = "P-1") -> str:
        self.nombre += 1
        juge = verdict(reference=f"R-{self.nombre}", prestation=prestation)
        return deposer(Appelant(plateforme, "OPA"), "2026.1", juge, self.deposer, depot_le).depot.numero

    def faire(self, numero: str, action: Action, instant: datetime, cote: Cote = SAV, **champs: Any) -> None:
        agir(
            lambda: self.lue(numero),
            Commande(action, cote, auteur="Anne" if cote is SAV else "OPA", **champs),
            self.base,
            instant,
        )

    def valider(self, clos_le: datetime = MERCREDI + HEURE, **lieu: Any) -> str:
        numero = self.poser(**lieu)
        bilan: dict[str, Any] = {"cause": CauseCloture.CABLE, "responsabilite": Responsabilite.TIERS}
        self.faire(numero, Action.QUALIFIER, self.lue(numero).depot_le)
        self.faire(numero, Action.CLORE, clos_le, retabli_le=clos_le, **bilan)
        self.faire(numero, Action.VALIDER, clos_le + HEURE)
        return numero

    def lue(self, numero: str) -> Signalisation:
        lue = self.base.retrouver(numero)
        assert lue is not None
        return lue

    def etats(self, *numeros: str) -> list[Etat]:
        return [self.lue(numero).etat for numero in numeros]

    def verrouiller(self) -> int:
        return verrouiller_echues(self.base, self.avancer, lambda: self.present, sans_suivi, lambda _: None)


@pytest.fixture
def monde() -> Monde:
    return Monde()


@pytest.mark.exigence("R3.4", "R3.5")
@pytest.mark.parametrize("plateforme", ["production", "integration"])
def test_a_la_fin_du_delai_et_pas_avant__ok(monde: Monde, plateforme: str) -> None:
    numero = monde.valider(plateforme=plateforme)
    monde.present = MARDI_0H - MICRO
    assert (nombre_echues(monde.base, monde.present), monde.verrouiller(), monde.etats(numero)) == (0, 0, [Etat.VALIDE])
    monde.present = MARDI_0H
    assert (nombre_echues(monde.base, monde.present), monde.verrouiller()) == (1, 1)
    dernier = monde.lue(numero).evenements[-1]
    assert (dernier.etat, dernier.action) == (Etat.CLOS_TABLEAU_DE_BORD, Action.VERROUILLER)
    assert (dernier.cote, dernier.auteur, dernier.date) == (SAV, AUTEUR, MARDI_0H)
    assert (nombre_echues(monde.base, monde.present), monde.verrouiller()) == (0, 0)


@pytest.mark.exigence("R3.4")
def test_ce_qui_n_est_pas_valide_reste__ok(monde: Monde) -> None:
    """Closed and not validated: the opérateur has had no notice yet."""
    ouverte, close, contestee = monde.poser(), monde.poser(), monde.valider()
    monde.faire(close, Action.QUALIFIER, MERCREDI)
    bilan: dict[str, Any] = {
        "cause": CauseCloture.CABLE,
        "responsabilite": Responsabilite.TIERS,
        "retabli_le": MERCREDI,
    }
    monde.faire(close, Action.CLORE, MERCREDI + HEURE, **bilan)
    monde.faire(contestee, Action.CONTESTER, MARDI_0H - HEURE, OPERATEUR, commentaire="Toujours en panne")
    monde.present = MARDI_0H + 30 * JOUR
    assert monde.verrouiller() == 0
    assert monde.etats(ouverte, close, contestee) == [Etat.EN_DEPOT, Etat.CLOS, Etat.EN_COURS]
    # Validated late, after its delay: there is nothing left to wait for.
    monde.faire(close, Action.VALIDER, monde.present)
    assert (monde.verrouiller(), monde.etats(close)) == (1, [Etat.CLOS_TABLEAU_DE_BORD])


@pytest.mark.exigence("R3.4")
def test_une_deuxieme_cloture_a_son_propre_delai__ok(monde: Monde) -> None:
    numero = monde.valider()
    monde.faire(numero, Action.CONTESTER, MERCREDI + 3 * HEURE, OPERATEUR, commentaire="Toujours en panne")
    bilan: dict[str, Any] = {
        "cause": CauseCloture.CABLE,
        "responsabilite": Responsabilite.TIERS,
        "retabli_le": MERCREDI + JOUR,
    }
    monde.faire(numero, Action.CLORE, MERCREDI + JOUR, **bilan)
    monde.faire(numero, Action.VALIDER, MERCREDI + JOUR)
    monde.present = MARDI_0H
    assert monde.verrouiller() == 0
    monde.present = MARDI_0H + JOUR
    assert monde.verrouiller() == 1


@pytest.mark.exigence("R3.4")
def test_par_pas_qui_reprennent_ou_le_precedent_a_fini__ok(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verrouillage, "PAS", 2)
    numeros = [monde.valider(depot_le=MERCREDI + n * timedelta(minutes=1)) for n in range(5)]
    recente = monde.valider(MERCREDI + 5 * JOUR, depot_le=MERCREDI)  # in the list, and not due
    tardive = monde.valider(MERCREDI + 6 * JOUR, depot_le=MERCREDI + 5 * JOUR)  # not even looked at
    monde.present = MARDI_0H
    faits, attentes = [], []
    for _ in range(4):
        attentes.append(monde.tour())
        faits.append(monde.tour.verrouillees)
    # Three pages of production, in which one is not due, then the empty one of integration.
    assert (faits, attentes[3]) == ([1, 3, 5, 5], verrouillage.WORKER_FINI_S)
    assert attentes[:2] == [verrouillage.WORKER_S] * 2
    assert {maximum for _, maximum in monde.base.pages} == {2}
    assert all(f.etats == {Etat.VALIDE} and f.avant == MERCREDI.replace(hour=22) for f, _ in monde.base.pages)
    assert monde.etats(*numeros, recente, tardive) == [Etat.CLOS_TABLEAU_DE_BORD] * 5 + [Etat.VALIDE] * 2
    # The next round looks at what is left of the same list.
    monde.present = MARDI_0H + 7 * JOUR
    assert (monde.tour.tout(), monde.etats(recente, tardive)) == (2, [Etat.CLOS_TABLEAU_DE_BORD] * 2)
    assert monde.tour.verrouillees == 7


@pytest.mark.exigence("R3.4", "R3.6")
def test_qui_agit_en_meme_temps_n_est_pas_ecrase__ok(monde: Monde) -> None:
    """A technician locks it first; an internal comment meanwhile stands in nobody's way."""
    verrouillee, libre = monde.valider(), monde.valider(depot_le=MERCREDI + timedelta(minutes=1))
    monde.present = MARDI_0H
    monde.base.avant = lambda: monde.faire(verrouillee, Action.VERROUILLER, MARDI_0H)
    assert (monde.verrouiller(), monde.lue(verrouillee).evenements[-1].auteur) == (1, "Anne")
    assert monde.lue(libre).evenements[-1].auteur == AUTEUR
    troisieme = monde.valider()
    monde.base.avant = lambda: monde.faire(troisieme, Action.COMMENTER, MARDI_0H, commentaire="Vu")
    assert monde.verrouiller() == 1
    assert [e.action for e in monde.lue(troisieme).evenements[-2:]] == [Action.COMMENTER, Action.VERROUILLER]
    assert len(monde.lue(verrouillee).evenements) == len(monde.lue(libre).evenements) == 5


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize("plateforme", ["production", "integration"])
def test_une_liste_dit_ce_qui_etait__ok(monde: Monde, plateforme: str) -> None:
    """Contested at the last instant, closed and validated again, after the page was read: it has a delay of its own."""
    numero = monde.valider(plateforme=plateforme)
    monde.present = MARDI_0H

    def reclore() -> None:
        monde.faire(numero, Action.CONTESTER, MARDI_0H - MICRO, OPERATEUR, commentaire="Toujours en panne")
        bilan: dict[str, Any] = {"cause": CauseCloture.CABLE, "responsabilite": Responsabilite.TIERS}
        monde.faire(numero, Action.CLORE, MARDI_0H, retabli_le=MARDI_0H - HEURE, **bilan)
        monde.faire(numero, Action.VALIDER, MARDI_0H)

    monde.base.apres = reclore
    assert (monde.tour.tout(), monde.etats(numero)) == (0, [Etat.VALIDE])
    monde.present = MARDI_0H + 6 * JOUR
    assert monde.tour.tout() == 1


@pytest.mark.exigence("R3.4")
def test_une_panne_n_arrete_pas_les_autres__ok(monde: Monde) -> None:
    numeros = [monde.valider(depot_le=MERCREDI + n * timedelta(minutes=1)) for n in range(3)]
    monde.present = MARDI_0H

    def panne() -> None:
        raise OSError("base")

    monde.base.avant = panne
    with pytest.raises(OSError, match="base"):
        monde.tour()
    assert monde.etats(*numeros) == [Etat.VALIDE] * 3
    assert monde.tour.tout() == 2
    assert monde.etats(*numeros) == [Etat.VALIDE, *[Etat.CLOS_TABLEAU_DE_BORD] * 2]
    assert monde.tour.tout() == 1


@pytest.mark.exigence("R3.4", "R6.3")
def test_un_scenario_valide_attend_aussi_la_fin_du_delai__ok(monde: Monde) -> None:
    """On integration the opérateur tries how it contests; what a scenario does first is played before."""
    numero = monde.poser(plateforme="integration", prestation=prestation_essai("ACCES_FTTH", Scenario.VALIDATION))
    monde.present = MERCREDI + HEURE
    lue = monde.avancer(monde.lue(numero))
    assert lue.etat is Etat.VALIDE
    assert monde.verrouiller() == 0
    monde.present = MARDI_0H
    assert (monde.verrouiller(), monde.etats(numero)) == (1, [Etat.CLOS_TABLEAU_DE_BORD])
    assert monde.avancer(monde.lue(numero)).etat is Etat.CLOS_TABLEAU_DE_BORD
