"""Random commands by random actors, by the real use cases, over both stores at once (R3.4, R3.6, R4.2).

Every request goes to a SQLite file and to PostgreSQL (where it is missing: to SQLite alone): the same answers, the same rows.
What is allowed, and what there must be afterwards, is said by the table of transitions and by naive counting (``vie_regles``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from esav_soap.errors import CodeErreur
from esav_soap.model import TypeRendezVous
from esav_soap.signalisation import Action, Etat
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.ports.suivi import Filtre, PageSignalisations, Place
from tests.postgres import Grappe, postgresql
from tests.property import vie_lectures
from tests.property.vie_acteurs import SUITE, Acteurs
from tests.property.vie_agenda import Agenda
from tests.property.vie_demandes import (
    ANNE,
    LECTURES,
    MINUTE,
    PAS,
    RETARDS,
    TECHNICIENS,
    Pages,
)
from tests.property.vie_poste import (
    GENRES,
    Poste,
)
from tests.property.vie_regles import (
    de_l_operateur,
    recente,
)

__all__ = ["postgresql"]

#: How often the long test goes on, at most, when something has not come up.
REPRISES = 10
rangs = st.integers(0, 9)
RECULS = st.sampled_from([-MINUTE, 0 * MINUTE, *PAS])
VUS = st.sampled_from([None, None, None, 0, 0, 1])
FERME = st.booleans()
CHANGEMENTS = st.lists(st.tuples(st.sampled_from(["avancer", "avancer", "deposer", "saisir"]), rangs), max_size=5)
DEMANDES = st.sampled_from([GENRES[0]] * 4 + [GENRES[1], TypeRendezVous.SAV_PLUS])


def _geste(fois: int, nom: str, **choix: st.SearchStrategy[Any]) -> list[st.SearchStrategy[Any]]:
    return [st.tuples(st.just(nom), st.fixed_dictionaries(choix))] * fois


#: Requests with what they choose, each as often as it shall come.
GESTES = st.one_of(
    *_geste(2, "deposer", qui=rangs, quoi=rangs, ou=rangs, retard=RETARDS),
    *_geste(1, "saisir", qui=rangs, quoi=rangs, ou=rangs, technicien=TECHNICIENS, recul=RECULS),
    *_geste(6, "technicien", rang=rangs, technicien=TECHNICIENS, vus=VUS, retard=RETARDS),
    *_geste(5, "le_sav_avance", rang=rangs, pas=st.sampled_from([1, 2, 5, 7])),
    *_geste(5, "operateur", rang=rangs, autre=st.integers(0, 3), par=st.sampled_from(["numero", "reference"])),
    *_geste(2, "places", dans=st.integers(0, 5), plage=st.integers(0, 1), nombre=st.integers(0, 2)),
    *_geste(4, "reserver", rang=rangs, autre=st.integers(0, 5), genre=DEMANDES, ou=rangs, ferme=FERME, retard=RETARDS),
    *_geste(
        5,
        "changer_rendez_vous",
        rang=rangs,
        geste=st.sampled_from(["confirmer", "confirmer", "modifier", "modifier", "annuler"]),
        qui=st.integers(0, 5),
        ou=rangs,
        ferme=FERME,
        retard=RETARDS,
        texte=st.sampled_from(["", "Le technicien est absent."]),
    ),
    *_geste(1, "noter", rang=rangs),
    *_geste(2, "repeter", rang=rangs),
    *_geste(3, "le_temps_passe", pas=st.sampled_from(PAS)),
    *_geste(1, "lire_tout", qui=rangs, ou=rangs, pages=LECTURES),
    *_geste(
        2,
        "feuilleter_pendant_que_tout_change",
        qui=rangs,
        ou=rangs,
        pages=LECTURES,
        liste=FERME,
        changements=CHANGEMENTS,
    ),
)


class VieSurMagasins(Acteurs, Agenda):
    """All of it, chosen by chance."""

    @rule(geste=GESTES, data=st.data())
    def faire(self, geste: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
        """One rule for all requests: otherwise most examples would go without most of them."""
        nom, choix = geste
        if nom in ("technicien", "operateur"):
            choix = {**choix, "data": data}
        getattr(self, nom)(**choix)

    def lire_tout(self, qui: int, ou: int, pages: Pages) -> None:
        self.jouer()
        appelant = self.appelant(qui, ou)
        for nom, appel, attendu in vie_lectures.lectures(self.photo, self.exemple, appelant, pages):
            for poste in self.postes:
                issue = poste.essayer(appel)
                assert attendu == (issue.rendu if issue.refus is None else issue.refus), nom
            self.faits[nom, issue.refus] += 1
        assert self.lire() == self.photo, "reading changes nothing"

    def feuilleter_pendant_que_tout_change(
        self, qui: int, ou: int, pages: Pages, liste: bool, changements: list[tuple[str, int]]
    ) -> None:
        """Between two pages others act: what matches from the first page to the last is seen once, and nothing twice, but
        for the history what is closed again meanwhile."""
        self.jouer()
        appelant = self.appelant(qui, ou)
        pages = replace(pages, maximum=min(pages.maximum, 2), etats=pages.etats if pages.curseur % 2 else frozenset())
        filtre = Filtre("", etats=pages.etats)
        depuis = self.exemple.instant

        def lire(poste: Poste, apres: Place | None) -> PageSignalisations:
            if liste:
                return poste.suivi.lister(appelant, filtre, apres, pages.maximum)
            return poste.suivi.historique(appelant, apres, pages.maximum, depuis)

        def la() -> set[tuple[Any, ...]]:
            """What matches now, with what its place is made of."""
            siennes = de_l_operateur(self.photo, (appelant.plateforme, appelant.operateur))
            if liste:
                return {(f["numero"],) for f in siennes if not pages.etats or Etat[f["etat"]] in pages.etats}
            return {(f["numero"], f["clos_le"]) for f in siennes if f["clos_le"] and recente(f["clos_le"], depuis)}

        toujours, vues = la(), list[tuple[Any, ...]]()
        apres: Place | None = None
        for tour in count():
            page, *autres = [lire(poste, apres) for poste in self.postes]
            assert all(autre == page for autre in autres)
            vues += [(r.numero,) if liste else (r.numero, r.clos_le) for r in page.signalisations]
            if page.suite is None:
                break
            apres = page.suite
            if tour < len(changements):
                nom, rang = changements[tour]
                if nom == "avancer":
                    self.le_sav_avance(rang, 2)
                elif nom == "deposer":
                    self.deposer(qui, rang % 2, ou, MINUTE)
                else:
                    self.saisir(qui, rang % 2, ou, ANNE, timedelta(days=rang))
                toujours &= la()
            assert tour < 200, "the pages have no end"
        assert max(Counter(vues).values(), default=0) <= 1
        assert toujours <= set(vues)
        self.faits["feuilleter", len(vues) > pages.maximum] += 1

    def teardown(self) -> None:
        if not hasattr(self, "accordees"):
            return
        for qui in range(2):
            self.lire_tout(qui, qui, Pages(2, 0, frozenset(), None, None, None, None))


@pytest.fixture(scope="module")
def magasins(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Magasin, ...]]:
    """SQLite and PostgreSQL, or SQLite alone."""
    with ExitStack() as pile:
        dossier: Path = tmp_path_factory.mktemp("vie")
        ouverts = [pile.enter_context(ouvrir(f"sqlite:///{dossier / 'esav.db'}"))]
        try:
            grappe: Grappe = request.getfixturevalue("postgresql")
        except pytest.skip.Exception:
            pass
        else:
            ouverts.append(pile.enter_context(ouvrir(grappe.creer())))  # it goes with the cluster
        yield tuple(ouverts)


def derouler(magasins: tuple[Magasin, ...], exemples: int, pas: int) -> Counter[Any]:
    faits: Counter[Any] = Counter()
    machine = type("Vie", (VieSurMagasins,), {"magasins": magasins, "faits": faits})
    run_state_machine_as_test(machine, settings=settings(max_examples=exemples, stateful_step_count=pas))
    return faits


@pytest.mark.exigence("R3.4", "R3.5", "R3.6", "R3.7", "R4.1", "R4.2", "R7.4")
def test_des_acteurs_au_hasard_sur_les_deux_magasins(magasins: tuple[Magasin, ...]) -> None:
    faits = derouler(magasins, 12, 25)
    assert sum(faits[action] for action in Action) > 100
    assert {Action.PRENDRE_RENDEZ_VOUS, *SUITE[:3]} <= set(faits)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.exigence("R3.4", "R3.5", "R3.6", "R3.7", "R4.1", "R4.2", "R7.4")
def test_beaucoup_d_acteurs_longtemps(magasins: tuple[Magasin, ...]) -> None:
    """Half as many examples as the profile has, 100 or 2500, then more until everything that can be done was done: chance
    may leave out what takes several steps."""
    faits = derouler(magasins, settings().max_examples // 2, 50)
    for _ in range(REPRISES):
        if set(Action) <= set(faits):
            break
        faits += derouler(magasins, settings().max_examples // 4, 50)
    assert set(Action) <= set(faits)
    refus = {fait[1] for fait in faits if isinstance(fait, tuple)}
    assert {
        CodeErreur.DROIT_INSUFFISANT,
        CodeErreur.SIGNALISATION_INCONNUE,
        CodeErreur.RENDEZ_VOUS_INCONNU,
        CodeErreur.PRESTATION_INCONNUE,
        CodeErreur.REFERENCE_DEJA_UTILISEE,
        CodeErreur.TRANSITION_INTERDITE,
        CodeErreur.FORMULAIRE_INVALIDE,
        CodeErreur.MODIFIEE_ENTRETEMPS,
        CodeErreur.PLAGE_COMPLETE,
        CodeErreur.PLAGES_FERMEES,
    } <= refus
