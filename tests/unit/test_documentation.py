"""The documentation says what the code does: what is generated is up to date, and drift is found."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from types import ModuleType

import pytest

from esav_soap.bootstrap.reglages import Reglages
from esav_soap.contract.services import REPONSES
from esav_soap.signalisation import Etat
from esav_soap.store.schema import REVISIONS
from tests.faux import RACINE


@pytest.fixture(scope="module")
def generer() -> ModuleType:
    lieu = importlib.util.spec_from_file_location("generer", RACINE / "docs" / "generer.py")
    assert lieu is not None
    assert lieu.loader is not None
    module = importlib.util.module_from_spec(lieu)
    lieu.loader.exec_module(module)
    return module


@pytest.mark.exigence("R8")
def test_les_parties_generees_sont_a_jour__ok() -> None:
    lance = subprocess.run(
        [sys.executable, "docs/generer.py", "--check"], cwd=RACINE, capture_output=True, text=True, check=False
    )
    assert (lance.returncode, lance.stderr) == (0, "")


@pytest.mark.exigence("R8")
def test_une_derive_est_trouvee__error(generer: ModuleType) -> None:
    vieux = "avant\n<!-- genere:etats (make docs) -->\nvieux\n<!-- fin:etats -->\naprès"
    neuf = generer.regenerer(vieux)
    assert neuf != vieux
    assert neuf.startswith("avant\n<!-- genere:etats (make docs) -->\n| Code |")
    assert neuf.endswith("<!-- fin:etats -->\naprès")
    assert generer.regenerer(neuf) == neuf
    with pytest.raises(KeyError):
        generer.regenerer("<!-- genere:rien -->\n<!-- fin:rien -->")


@pytest.mark.exigence("R8")
def test_tout_y_est__ok(generer: ModuleType) -> None:
    reglages, operations, etats = generer.reglages(), generer.operations(), generer.etats()
    assert all(f"`ESAV_{nom.upper()}`" in reglages for nom in Reglages.__slots__)
    assert all(f"`{operation}`" in operations for operation in REPONSES)
    assert all(f"| `{etat.name}` | {etat.value} |" in etats for etat in Etat)


@pytest.mark.exigence("R8")
def test_le_journal_dit_la_revision_de_la_base__ok() -> None:
    dit = (RACINE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"The store needs revision {REVISIONS[-1]} (" in dit
