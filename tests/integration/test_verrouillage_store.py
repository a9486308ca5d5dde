"""Locking by itself over real stores: by the index alone, from several nodes at once, beside opérateurs who contest."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import event

from esav_soap.calendar import PARIS
from esav_soap.errors import ErreurEsav
from esav_soap.signalisation import Action, Cote, Etat, Signalisation
from esav_soap.signalisation.transitions import Commande, limite_contestation
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases import verrouillage
from esav_soap.usecases.actions import agir
from esav_soap.usecases.archives.passage import limite
from esav_soap.usecases.verrouillage import Verrouillage, nombre_echues
from tests.validees import etat_de, validee

MINUTE, JOUR = timedelta(minutes=1), timedelta(days=1)
#: A Friday evening before the night in which winter time begins; what is closed then may be contested until Wednesday's end.
VENDREDI = datetime(2026, 10, 23, 20, 0, tzinfo=UTC)
JEUDI_0H = datetime(2026, 10, 29, tzinfo=PARIS).astimezone(UTC)


def tour(magasin: Magasin, instant: datetime) -> Verrouillage:
    return Verrouillage(magasin, lambda lue: lue, lambda: instant)


def lire(magasin: Magasin, numero: str) -> Signalisation:
    lue = magasin.retrouver(numero)
    assert lue is not None
    return lue


@pytest.mark.exigence("R3.4", "R3.5")
def test_du_delai_a_l_archive(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verrouillage, "PAS", 3)
    numeros = [validee(magasin, f"R-{n}", VENDREDI + n * MINUTE) for n in range(7)]
    numeros += [validee(magasin, f"I-{n}", VENDREDI, plateforme="integration") for n in range(4)]
    jeune = validee(magasin, "R-8", VENDREDI + 3 * JOUR)
    assert tour(magasin, JEUDI_0H - timedelta(microseconds=1)).tout() == 0
    assert nombre_echues(magasin, JEUDI_0H) == 11
    assert tour(magasin, JEUDI_0H).tout() == 11
    assert {etat_de(magasin, numero) for numero in numeros} == {Etat.CLOS_TABLEAU_DE_BORD}
    assert etat_de(magasin, jeune) is Etat.VALIDE
    # The opérateur reads it among its events, and later it goes to the archive.
    suite = magasin.evenements_depuis("production", "OPA", 0, 200).evenements
    assert [s.evenement.action for s in suite].count(Action.VERROUILLER) == 7
    tard = JEUDI_0H + 500 * JOUR
    assert magasin.nombre_a_archiver(limite(tard), tard) == 11


@pytest.mark.exigence("R3.4", "R3.6")
def test_plusieurs_noeuds_et_des_contestations(url: str) -> None:
    """Each is locked once, or contested at the last instant; nothing is both."""
    nombre, noeuds = 40, 3
    dernier = JEUDI_0H - timedelta(microseconds=1)
    with ouvrir(url) as magasin:
        numeros = [validee(magasin, f"R-{n}", VENDREDI + n * MINUTE) for n in range(nombre)]
    depart = threading.Barrier(noeuds + 1)
    faits: list[int] = []
    contestees: list[str] = []

    def verrouiller() -> None:
        with ouvrir(url) as sien:
            un = tour(sien, JEUDI_0H)
            depart.wait()
            faits.append(un.tout())

    def contester() -> None:
        with ouvrir(url) as sien:
            depart.wait()
            commande = Commande(Action.CONTESTER, Cote.OPERATEUR, commentaire="Non", auteur="OPA")
            for numero in reversed(numeros):
                try:
                    agir(partial(lire, sien, numero), commande, sien, dernier)
                except ErreurEsav:
                    continue
                contestees.append(numero)

    fils = [threading.Thread(target=verrouiller) for _ in range(noeuds)] + [threading.Thread(target=contester)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(120)
    with ouvrir(url) as magasin:
        actions = [Counter(e.action for e in lire(magasin, numero).evenements) for numero in numeros]
    verrouillees = [n for n, a in zip(numeros, actions, strict=True) if a[Action.VERROUILLER]]
    assert sum(faits) == len(verrouillees)
    assert all(a[Action.VERROUILLER] + a[Action.CONTESTER] == 1 for a in actions)
    assert sorted(verrouillees + contestees) == sorted(numeros)


@pytest.mark.exigence("R3.5")
def test_un_pas_ne_lit_que_par_l_index(magasin: Magasin) -> None:
    """What is final, and what is too young, costs nothing; the rows of the page are read by their numbers."""
    validee(magasin, "R-0", VENDREDI + 3 * JOUR)
    ordres: list[tuple[str, object]] = []

    def noter(connexion: object, curseur: object, ordre: str, valeurs: object, *_: object) -> None:
        ordres.append((ordre, valeurs))

    moteur = magasin._moteur
    for un in {moteur.lecteurs, moteur.ecrivains}:
        event.listen(un, "before_cursor_execute", noter)
    assert tour(magasin, JEUDI_0H).pas() is False
    assert limite_contestation(JEUDI_0H) < VENDREDI + 3 * JOUR
    choix = [(o, v) for o, v in ordres if "FROM signalisation" in o]
    assert len(choix) == 1, "a page without a row reads no row"
    ordre, valeurs = choix[0]
    assert all(
        condition in ordre for condition in ("plateforme =", "etat =", "depot_le <", "ORDER BY depot_le, numero")
    )
    if moteur.sqlite:
        with moteur.lecteurs.connect() as connexion:
            plan = [ligne[3] for ligne in connexion.exec_driver_sql(f"EXPLAIN QUERY PLAN {ordre}", valeurs)]  # type: ignore[arg-type]
        assert len(plan) == 1
        assert "USING COVERING INDEX ix_signalisation_liste_sav (plateforme=? AND etat=? AND depot_le<?)" in plan[0]
