"""What the system must do, by number, and which tests prove it.

``python -m tests.exigences`` collects the tests (``python -m tests.exigences tests/unit``: these alone), reads their
``@pytest.mark.exigence`` and lists each number with its tests, then those that nothing is built for yet. The test
``tests/unit/test_exigences.py`` fails when a built one has no test, when a test names a number that does not exist, and when a test names none.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[1]


class Etat(Enum):
    """How far a requirement is built."""

    COUVERTE = "covered"
    EN_PARTIE = "in part"
    OUVERTE = "open"


C, P, O = Etat.COUVERTE, Etat.EN_PARTIE, Etat.OUVERTE  # noqa: E741

#: Number -> how far it is built, and its subject in a few words.
EXIGENCES: Mapping[str, tuple[Etat, str]] = {
    "R1.1": (C, "one versioned XML source, everything else derived"),
    "R1.2": (C, "field usage depends on the Offre; an XSD for each"),
    "R1.3": (C, "field types, facets, defaults, cross-field rules"),
    "R1.4": (C, "the pack, reproducible"),
    "R1.5": (C, "two realistic catalogue versions"),
    "R2.1": (C, "a pack is verified, compared, and announced whole, or refused with every reason"),
    "R2.2": (P, "notice periods, notices by e-mail, stable answers (Espace Opérateurs to come)"),
    "R2.3": (C, "one month together, two live at most, the earliest date told"),
    "R2.4": (C, "liveness from dates and clock; no restart"),
    "R2.5": (C, "integration takes a version from its announcement"),
    "R2.6": (C, "typed refusal of unknown, future and retired versions"),
    "R2.7": (C, "notice of a new Offre"),
    "R3.1": (C, "checked deposit, acknowledged after the commit"),
    "R3.2": (C, "every error of a message at once"),
    "R3.3": (C, "idempotent by the opérateur's reference"),
    "R3.4": (C, "states, actions and events from one table of transitions"),
    "R3.5": (C, "state, detail, lists, history of 90 days, events by a cursor, notifications"),
    "R3.6": (C, "actions of opérateur and technician; of two at once one wins"),
    "R3.7": (C, "another's objects are unknown"),
    "R4.1": (C, "appointments: search, book, change, cancel"),
    "R4.2": (C, "no slot beyond its capacity"),
    "R4.3": (C, "closed hours of the slot search"),
    "R5.1": (O, "asynchronous tests"),
    "R5.2": (P, "the catalogue says which Offres have tests (the tests to come)"),
    "R5.3": (O, "kinds of tests"),
    "R5.4": (O, "planned works and incidents"),
    "R5.5": (O, "the bench is an adapter"),
    "R6.1": (C, "mutual TLS; the registered certificate names the opérateur"),
    "R6.2": (C, "certificates: issue, registration, reminders, renewal, revocation, CRL"),
    "R6.3": (C, "production is earned by a successful call on integration, per domain"),
    "R6.4": (P, "channels in the catalogue, maquettes (pages on line to come)"),
    "R6.5": (O, "Espace Opérateurs"),
    "R6.6": (P, "Bon de commande and its end, per access (e-SAV en ligne itself to come)"),
    "R7.1": (O, "counting of requests"),
    "R7.2": (O, "rate limits"),
    "R7.3": (P, "nothing accepted is lost, a refusal says when to try again (windows to come)"),
    "R7.4": (C, "late entry of what the fallback procedure took, with its true date"),
    "R8": (P, "documents of annexe 2 and jeu de test for each version (guide of the pages on line to come)"),
    "R9": (P, "twelve SOAP client stacks through a whole scenario; the reference client; publishers"),
}


@dataclass
class Recolte:
    """A pytest plugin: the tests of a collection. ``par_numero``: number -> tests; ``sans``: tests without a number;
    ``fichiers``: where they are."""

    par_numero: dict[str, list[str]] = field(default_factory=dict)
    sans: list[str] = field(default_factory=list)
    total: int = 0
    fichiers: set[Path] = field(default_factory=set)

    @pytest.hookimpl(tryfirst=True)  # before others take some away
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.fichiers = {item.path for item in items}
        fonctions: dict[str, set[str]] = {}
        for item in items:
            nom = item.nodeid.partition("[")[0]
            numeros = {str(n) for marque in item.iter_markers("exigence") for n in marque.args}
            fonctions.setdefault(nom, set()).update(numeros)
        self.total = len(fonctions)
        for nom, numeros in fonctions.items():
            if not numeros:
                self.sans.append(nom)
            for numero in numeros:
                self.par_numero.setdefault(numero, []).append(nom)


def recolter(chemins: Iterable[str] = ("tests",)) -> Recolte:
    """Collect the tests without running any. Raises ``RuntimeError`` with pytest's words when a file cannot be read."""
    recolte, dit = Recolte(), io.StringIO()
    with contextlib.redirect_stdout(dit):
        code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *chemins], plugins=[recolte])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(dit.getvalue())
    return recolte


def defauts(recolte: Recolte) -> list[str]:
    """What is wrong between the list and the tests; empty when all is well."""
    trouves = [f"{nom}: no exigence mark" for nom in recolte.sans]
    for numero, tests in recolte.par_numero.items():
        if numero not in EXIGENCES:
            trouves += [f"{test}: unknown number {numero}" for test in tests]
    for numero, (etat, _) in EXIGENCES.items():
        if etat is not Etat.OUVERTE and numero not in recolte.par_numero:
            trouves.append(f"{numero}: listed as {etat.value}, but no test names it")
    return trouves


def main(arguments: list[str]) -> int:
    """Print the list; with ``--json`` what the test needs."""
    recolte = recolter([chemin for chemin in arguments if chemin != "--json"] or ("tests",))
    faux = defauts(recolte)
    if "--json" in arguments:
        print(json.dumps({"total": recolte.total, "defauts": faux, "couvertes": sorted(recolte.par_numero)}))
        return 0
    for numero, (etat, sujet) in EXIGENCES.items():
        nombre = len(recolte.par_numero.get(numero, ()))
        print(f"{numero:<5} {etat.value:<8} {nombre:>4} tests  {sujet}")
    ouvertes = [numero for numero, (etat, _) in EXIGENCES.items() if etat is Etat.OUVERTE]
    print(f"\n{recolte.total} tests. Open: {', '.join(ouvertes)}")
    for dit in faux:
        print(dit, file=sys.stderr)
    return 1 if faux else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
