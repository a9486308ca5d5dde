"""The report's arithmetic. No time is judged here."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from bench.affichage import afficher_comparaison, afficher_exigences, en_json
from bench.charge import Tir
from bench.mesures import Resultat, Tour, au_moins, au_plus, centile, nombre, rapport, tour
from bench.parties import Comparaison

pytestmark = pytest.mark.exigence("R3.1")


def resultat(nom: str, *debits: float) -> Resultat:
    return Resultat(nom, [Tour(debit, 1000 / debit, 3000 / debit, 100.0) for debit in debits])


@pytest.mark.parametrize(("pourcent", "attendu"), [(1, 1), (50, 5), (51, 6), (90, 9), (99, 10), (100, 10)])
def test_centile_au_rang_le_plus_proche__ok(pourcent: float, attendu: float) -> None:
    assert centile([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], pourcent) == attendu


def test_centile_de_rien__error() -> None:
    with pytest.raises(ValueError, match="aucune mesure"):
        centile([], 50)


def test_tour_compte_les_accuses_et_le_processeur__ok() -> None:
    lu = tour(Tir(acceptes=4, secondes=2.0, durees=[1.0, 2.0, 3.0, 9.0]), 0.001)
    assert lu == Tour(2.0, 2.0, 9.0, 250.0)


@pytest.mark.parametrize("tir", [Tir(), Tir(acceptes=99, refuses=1, secondes=1.0, durees=[1.0] * 100)])
def test_tour_avec_un_refus_ou_sans_accuse__error(tir: Tir) -> None:
    with pytest.raises(ValueError, match="refus"):
        tour(tir)


def test_rapport_dans_chaque_tour_puis_mediane__ok() -> None:
    # The machine was twice as slow in the second round, for both: the ratio does not see it.
    a, b = resultat("a", 100, 50, 300), resultat("b", 50, 25, 100)
    assert rapport(a, b) == 2
    assert rapport(a, b, lambda t: t.p50) == 0.5
    assert (a.debit, b.debit) == (100, 50)


def test_rapport_de_tours_depareilles__error() -> None:
    with pytest.raises(ValueError, match="zip"):
        rapport(resultat("a", 1, 2), resultat("b", 1))


def test_exigences_tenues_et_non_tenues__ok() -> None:
    assert [e.tenue for e in (au_moins("x", 3.0, 3.0), au_moins("x", 2.99, 3.0))] == [True, False]
    assert [e.tenue for e in (au_plus("x", 1.25, 1.25), au_plus("x", 1.26, 1.25))] == [True, False]
    assert au_moins("x", 4.256, 3.0).mesure == "4,26 (au moins 3,00)"


def test_nombre_a_la_francaise__ok() -> None:
    assert [nombre(1234.56, 1), nombre(0.5, 2), nombre(None)] == ["1\u202f234,6", "0,50", "—"]


def test_tableau_porte_les_rapports_a_la_reference__ok() -> None:
    partie = Comparaison("Titre", {"lent": resultat("lent", 50, 60), "notre": resultat("notre", 200, 240)}, "notre")
    partie.exigences = [au_moins("débit", 4.0, 3.0), au_moins("débit", 2.0, 3.0)]
    console = Console(file=io.StringIO(), width=140)
    afficher_comparaison(console, partie)
    afficher_exigences(console, partie.exigences)
    ecrit = console.file.getvalue()  # type: ignore[attr-defined]
    cases = [[case.strip() for case in ligne.split("│")[1:-1]] for ligne in ecrit.splitlines() if "│" in ligne]
    assert cases[:2] == [
        ["notre", "220", "1,00", "4,6", "13,8", "1,00", "100"],
        ["lent", "55", "0,25", "18,3", "55,0", "4,00", "100"],
    ]
    assert [ligne[2] for ligne in cases[2:]] == ["tenu", "NON TENU"]


def test_json_garde_chaque_tour__ok() -> None:
    partie = Comparaison("Titre", {"a": resultat("a", 10, 20)}, "a")
    lu = json.loads(json.dumps(en_json([partie], [], [], {"coeurs": 2})))
    assert [t["debit"] for t in lu["parties"][0]["resultats"]["a"]["tours"]] == [10, 20]
    assert lu["machine"] == {"coeurs": 2}
