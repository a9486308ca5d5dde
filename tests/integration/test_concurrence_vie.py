"""Several processes act on signalisations at once, by the use cases: who is first wins, and whoever reads misses nothing."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest

from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite
from esav_soap.signalisation import Action, Attendu, Cote, Etat, Evenement, Signalisation
from esav_soap.signalisation.transitions import Commande
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports.evenements import EvenementSuivi
from esav_soap.usecases.ports.suivi import Filtre, PageSignalisations, Place
from esav_soap.usecases.suivi import Suivi
from tests.integration.exemples import DEPOT_LE, PRESTATION, nouvelle
from tests.integration.processus_vie import DANS, OPERATEURS, PLAGE, maintenant, scenarios_sur
from tests.integration.test_concurrence_rendez_vous import CLIENTS
from tests.integration.test_contrat_rendez_vous import capacite, engagees, garnir, reserver, souhait, suite
from tests.integration.test_processus_store import lignes, processus
from tests.integration.test_sequence_store import ecrits, lent, sans_trou

__all__ = ["lent"]

SAV = Cote.FOURNISSEUR
#: Eight writers, each a process: name and kind.
ECRIVAINS = (
    *(("DA", "depots"), ("DB", "depots"), ("SA", "sav_"), ("SB", "sav_"), ("O", "suivi_")),
    *(("VA", "rendez_vous"), ("VB", "rendez_vous"), ("J", "scenarios_")),
)


def issue(lance: subprocess.Popen[str]) -> list[str]:
    """What came of a technician's command, who is let write as often as he has decided."""
    assert lance.stdin is not None
    assert lance.stdout is not None
    while (ligne := lance.stdout.readline()) == "decide\n":
        lance.stdin.write("\n")
        lance.stdin.flush()
    return ligne.split()


def ont_decide(lances: Sequence[subprocess.Popen[str]]) -> None:
    """Both have read the same history, and neither has written."""
    for lance in lances:
        assert lance.stdout is not None
        assert lance.stdout.readline() == "decide\n"
    for lance in lances:
        assert lance.stdin is not None
        lance.stdin.write("\n")
        lance.stdin.flush()


@pytest.mark.exigence("R3.4", "R3.6")
def test_deux_techniciens_decident_a_la_fois(magasin: Magasin) -> None:
    """One wins; the other is told what the signalisation has become, and nothing of the first is overwritten."""
    deposees = [nouvelle(f"REF-{n}") for n in range(10)]
    for depose in deposees:
        magasin.deposer(depose)
    numeros = [depose.numero for depose in deposees]
    url = magasin._moteur.url.render_as_string(hide_password=False)
    actions = {"Anne": "GELER", "Bob": "REJETER"}
    etats = {"Anne": Etat.GELE, "Bob": Etat.EN_REJET}
    with processus(*[("technicien", url, nom, action, *numeros) for nom, action in actions.items()]) as lances:
        for numero in numeros:
            ont_decide(lances)
            gagne, perdu = sorted(map(issue, lances))
            gagnant = gagne[1]
            assert gagne == ["gagne", gagnant, etats[gagnant].name, "2"]
            assert perdu == ["perdu", gagnant, etats[gagnant].name, "True"]
            relue = magasin.retrouver(numero)
            assert relue is not None
            assert (relue.etat, len(relue.evenements)) == (etats[gagnant], 2)
            assert (relue.evenements[1].auteur, relue.evenements[1].action) == (gagnant, Action[actions[gagnant]])
        assert lignes(lances) == []


@pytest.mark.exigence("R3.6")
def test_deux_commentaires_a_la_fois_ne_se_genent_pas(magasin: Magasin) -> None:
    """Unless it was said how many events were seen: then the second one is told."""
    deposees = [nouvelle(f"REF-{n}") for n in range(4)]
    for depose in deposees:
        magasin.deposer(depose)
    url = magasin._moteur.url.render_as_string(hide_password=False)
    numeros = [depose.numero for depose in deposees]
    with processus(*[("technicien", url, nom, "COMMENTER", *numeros) for nom in ("Anne", "Bob")]) as lances:
        for rang, numero in enumerate(numeros):
            ont_decide(lances)
            issues = Counter(issue(lance)[0] for lance in lances)
            assert issues == ({"gagne": 1, "perdu": 1} if rang % 2 else {"gagne": 2})
            relue = magasin.retrouver(numero)
            assert relue is not None
            assert len(relue.evenements) == 1 + issues["gagne"]
            assert len({e.auteur for e in relue.evenements[1:]}) == issues["gagne"]


@pytest.mark.exigence("R3.6")
@pytest.mark.parametrize("action", [Action.COMPLETER, Action.COMMENTER, Action.DEMANDER_CLOTURE])
def test_ce_qu_un_operateur_envoie_deux_fois_a_la_fois_n_est_fait_qu_une(magasin: Magasin, action: Action) -> None:
    """The repeat decides on the same history as the first one, and is written after it."""
    depose = nouvelle("REF-1")
    magasin.deposer(depose)
    gel = Evenement(DEPOT_LE, Etat.GELE, SAV, action=Action.GELER, attendu=Attendu.ACCES_SITE)
    assert magasin.changer("production", "OPA", depose.numero, 1, gel)
    suivi, changer = Suivi(magasin, magasin, lambda lue: lue), magasin.changer
    commande = Commande(action, Cote.OPERATEUR, commentaire="Le gardien est là.")
    premiers: list[Signalisation] = []

    def agir() -> Signalisation:
        return suivi.agir(Appelant("production", "OPA"), depose.numero, None, commande, DEPOT_LE + timedelta(hours=1))

    def devance(*valeurs: Any) -> bool:
        with patch.object(magasin, "changer", changer):
            premiers.append(agir())
        return changer(*valeurs)

    with patch.object(magasin, "changer", devance):
        second = agir()
    (premier,) = premiers
    assert second == premier
    assert [e.action for e in second.evenements] == [Action.DEPOSER, Action.GELER, action]


@pytest.mark.long
@pytest.mark.exigence("R4.2")
def test_cinquante_clients_de_cinq_processus_veulent_la_derniere_place(magasin: Magasin, url: str) -> None:
    numeros = garnir(magasin, capacite(2), nombre=CLIENTS + 1)
    premier = reserver(magasin, numeros[-1], souhait("PREMIER")).reservation
    with processus(*[("derniere_place", url, str(rang), "10") for rang in range(CLIENTS // 10)]) as lances:
        dites = lignes(lances)
    assert len(dites) == CLIENTS
    assert Counter(dit for _, dit in dites) == {"PRIS": 1, "PLAGE_COMPLETE": CLIENTS - 1}
    (gagnant,) = [numero for numero, dit in dites if dit == "PRIS"]
    assert {une.signalisation for une in engagees(magasin)} == {premier.signalisation, gagnant}
    assert {n: len(suite(magasin, n)) for n in numeros[:-1]} == {
        n: 1 + (n == gagnant) for n in numeros[:-1]
    }  # the event is with the one that has the place


# Readers under eight writers


def preparer(magasin: Magasin) -> None:
    """Of each opérateur six signalisations that all comment on, and six that stay closed; room for appointments."""
    jour = (maintenant() + DANS).date()
    magasin.importer(
        [replace(PRESTATION, plateforme="integration", operateur=operateur, zone="75") for operateur in OPERATEURS]
    )
    places = [Capacite("integration", "75", TypeRendezVous.SAV, jour + timedelta(days=n), PLAGE, 900) for n in range(2)]
    magasin.importer_capacites(list(enumerate(places, 2)), maintenant())
    cloture = Evenement(maintenant() - timedelta(days=1), Etat.CLOS, SAV, action=Action.CLORE)
    for operateur in OPERATEURS:
        for n in range(6):
            for nom in ("COMMUNE", "CLOSE"):
                depose = nouvelle(
                    f"{nom}-{n}", plateforme="integration", operateur=operateur, depot_le=DEPOT_LE + timedelta(hours=n)
                )
                magasin.deposer(depose)
                if nom == "CLOSE":
                    assert magasin.changer("integration", operateur, depose.numero, 1, cloture)


def suivi_sur(magasin: Magasin) -> Suivi:
    scenarios = scenarios_sur(magasin)
    return Suivi(scenarios, magasin, scenarios.avancer)


def suivre(suivi: Suivi, appelant: Appelant, maximum: int, finis: threading.Event) -> tuple[list[EvenementSuivi], int]:
    """All that a reader gets that goes on from cursor to cursor until the writers have ended; how many ends it has seen."""
    lus: list[EvenementSuivi] = []
    curseur, fins = 0, set[int]()
    while True:
        derniere = finis.is_set()
        page = suivi.evenements(appelant, curseur, maximum)
        assert page.evenements == suivi.evenements(appelant, curseur, maximum).evenements[: len(page.evenements)]
        lus += page.evenements
        fins.add(page.dernier)
        curseur = page.curseur
        if derniere and not page.encore:
            return lus, len(fins)


def feuilleter(lire: Callable[..., PageSignalisations], finis: threading.Event) -> list[list[str]]:
    """References of a list, from its first page to its last, again and again until the writers have ended."""
    lectures = []
    while True:
        derniere = finis.is_set()
        vues: list[str] = []
        apres: Place | None = None
        while True:
            page = lire(apres=apres)
            vues += [f"{r.reference} {r.clos_le}" for r in page.signalisations]
            if page.suite is None:
                break
            apres = page.suite
        lectures.append(vues)
        if derniere:
            return lectures


@pytest.mark.long
@pytest.mark.exigence("R3.4", "R3.5", "R3.6")
def test_huit_processus_ecrivent_et_nul_lecteur_ne_manque_rien(lent: Magasin, url: str, moteur: str) -> None:
    """Deposits in groups, the SAV, the opérateurs, appointments and scenarios write; others read events and lists in pages."""
    preparer(lent)
    finis = threading.Event()
    pages = (1, 7, 200)
    with ouvrir(url, creer=False) as autre, ThreadPoolExecutor(12) as fils:
        suivis = suivi_sur(lent), suivi_sur(autre)
        with processus(*[("ecrivain", url, *qui, "12") for qui in ECRIVAINS]) as lances:
            lecteurs: dict[Any, Any] = {}
            listes: dict[Any, Any] = {}
            for operateur in OPERATEURS:
                chez = Appelant("integration", operateur)
                for maximum in pages:
                    lecteurs[operateur, maximum] = fils.submit(suivre, suivis[maximum % 2], chez, maximum, finis)
                ouvertes = Filtre("", etats=frozenset({Etat.EN_DEPOT}))
                liste = partial(suivis[0].lister, chez, ouvertes, maximum=5)
                historique = partial(suivis[1].historique, chez, maximum=4, instant=maintenant())
                listes[operateur, "COMMUNE"] = fils.submit(feuilleter, liste, finis)
                listes[operateur, "CLOSE"] = fils.submit(feuilleter, historique, finis)
            try:
                dites = lignes(lances)
            finally:
                finis.set()
        lus = {cle: lecteur.result(120) for cle, lecteur in lecteurs.items()}
        lectures = {cle: liste.result(120) for cle, liste in listes.items()}
    for operateur in OPERATEURS:
        tous = ecrits(lent, operateur)
        assert sans_trou(lent, operateur) == sum(e.visibilite == "PARTAGE" for e in tous)
        marques = Counter(e.auteur or e.reference for e in tous if e.auteur or e.action == "DEPOSER")
        attendues = Counter(marque for chez_, marque in dites if chez_ == operateur)
        assert {m: n for m, n in marques.items() if not m.startswith(("COMMUNE", "CLOSE"))} == attendues
        assert set(attendues.values()) == {1}
        visibles = [(e.rang, e.reference, e.auteur) for e in tous if e.visibilite == "PARTAGE"]
        assert 0 < len(visibles) < len(tous)
        for maximum in pages:
            vus, fins = lus[operateur, maximum]
            assert [(s.evenement.rang, s.reference, s.evenement.auteur) for s in vus] == visibles
            assert fins > 5, "it read while they wrote"
        if moteur == "postgresql":
            dates = [e.date for e in tous if e.auteur and e.action != "DEPOSER" and e.visibilite == "PARTAGE"]
            assert sum(apres < avant for avant, apres in pairwise(dates)) > 5, "committed out of order"
    for (_, nom), faites in lectures.items():
        assert len(faites) > 2
        for vues in faites:
            assert len(vues) == len(set(vues)), "nothing comes twice"
            assert sum(vue.startswith(nom) for vue in vues) == 6, "and what was there all the time comes once"
