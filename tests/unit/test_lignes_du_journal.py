"""A line of the log is one line, whatever is in it, and says nothing that an exception quotes."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import unicodedata
from typing import Any

import pytest
from gunicorn.config import Config
from hypothesis import given
from hypothesis import strategies as st

from esav_soap.bootstrap.refus_http import JournalServeur
from esav_soap.journal import Json, Texte, journaliser

#: Categories of characters that end a line, command a terminal, or turn the writing.
INVISIBLES = {"Cc", "Zl", "Zp", "Cs"}
TOURNANTS = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
TEXTE = st.text(st.characters(blacklist_categories=()), max_size=40)
NOMS = st.sampled_from(["requete", "chemin", "appelant", "verdict", "numero"])
FAIT = re.compile(r' (\w+)=("(?:[^"\\]|\\.)*"|\S+)')


def ligne(message: str, *arguments: object, champs: dict[str, Any] | None = None, exc: Any = None) -> logging.LogRecord:
    record = logging.LogRecord("esav.essai", logging.INFO, "x.py", 1, message, arguments, exc)
    if champs is not None:
        record.champs = champs
    return record


def propre(dit: str) -> bool:
    return not [c for c in dit if unicodedata.category(c) in INVISIBLES or c in TOURNANTS]


@pytest.mark.exigence("R9")
@given(st.dictionaries(NOMS, TEXTE), TEXTE)
def test_une_ligne_quoi_qu_il_y_ait__ok(champs: dict[str, str], argument: str) -> None:
    record = ligne("dit : %s", argument, champs=champs)
    for forme in (Texte(), Json()):
        dit = forme.format(record)
        assert propre(dit)
        assert len(dit.splitlines()) == 1
    lu = json.loads(Json().format(record))
    assert {nom: lu[nom] for nom in champs} == champs
    assert lu["message"] == f"dit : {argument}"
    assert (lu["niveau"], lu["source"]) == ("INFO", "esav.essai")


@pytest.mark.exigence("R9")
@given(st.dictionaries(NOMS, TEXTE.filter(propre), min_size=1))
def test_en_texte_un_fait_n_en_forge_pas_d_autre__ok(champs: dict[str, str]) -> None:
    """Whoever reads name=value pairs finds those that were written and no others."""
    dit = Texte().format(ligne("", champs=champs))
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO esav\.essai ", dit)
    suite = dit.split(" INFO esav.essai", 1)[1]
    lus = {}
    while suite:
        trouve = FAIT.match(suite)
        assert trouve, suite
        nom, valeur = trouve.groups()
        lus[nom] = json.loads(valeur) if valeur.startswith('"') else valeur
        suite = suite[trouve.end() :]
    assert lus == champs


@pytest.mark.exigence("R9")
def test_l_instant_est_en_temps_universel__ok() -> None:
    record = ligne("x")
    record.created, record.msecs = 1_800_000_000.25, 250.0
    assert Texte().format(record) == "2027-01-15T08:00:00.250Z INFO esav.essai x"
    assert json.loads(Json().format(record))["instant"] == "2027-01-15T08:00:00.250Z"


@pytest.mark.exigence("R3.7")
def test_une_exception_est_dite_sans_ce_qu_elle_cite__ok() -> None:
    try:
        try:
            raise ValueError("Claire Martin 0612345678")
        except ValueError as cause:
            raise RuntimeError("pour Claire Martin") from cause
    except RuntimeError:
        record = ligne("lecture impossible", exc=sys.exc_info())
    texte, objet = Texte().format(record), json.loads(Json().format(record))
    for dit in (texte, str(objet)):
        assert "Claire" not in dit
        assert "builtins.RuntimeError" in dit
        assert "builtins.ValueError" in dit
        assert "test_lignes_du_journal.py" in dit
    assert len(texte.splitlines()) == 1
    assert objet["pile"][0] == "builtins.RuntimeError"


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(("forme", "niveau", "attendues"), [("texte", logging.WARNING, 1), ("json", logging.INFO, 2)])
def test_le_journal_du_processus__ok(
    forme: str, niveau: int, attendues: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set twice, each line is still written once; gunicorn's own go the same way."""
    assert not journaliser("json", logging.DEBUG), "pytest has its own"
    racine = logging.getLogger()
    monkeypatch.setattr(racine, "handlers", [])
    monkeypatch.setattr(racine, "level", logging.WARNING)
    assert journaliser("texte")
    assert journaliser(forme, niveau)
    JournalServeur(Config()).error_log.warning("Worker (pid:%s) was sent SIGKILL!\nINFO faux", 7)
    logging.getLogger("esav.essai").info("ordinaire")
    lignes = capsys.readouterr().err.splitlines()
    assert len(lignes) == attendues
    assert "WARNING" in lignes[0]
    assert "gunicorn.error" in lignes[0]
    if forme == "json":
        assert json.loads(lignes[1])["message"] == "ordinaire"


@pytest.mark.exigence("R3.7", "R9")
@pytest.mark.parametrize("forme", ["texte", "json"])
def test_l_imprevu_va_au_journal__error(forme: str) -> None:
    """What nobody catches, in a thread and in the program, is a line like the others."""
    programme = (
        "import threading\nfrom esav_soap.journal import journaliser, prendre_les_imprevus\n"
        f"journaliser({forme!r})\nprendre_les_imprevus()\n"
        "def tomber():\n    raise KeyError('Claire Martin')\n"
        "un = threading.Thread(target=tomber)\nun.start()\nun.join()\ntomber()\n"
    )
    fait = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, timeout=60, check=False)
    lignes = fait.stderr.splitlines()
    assert fait.returncode == 1
    assert len(lignes) == 2
    for dite in lignes:
        assert "erreur imprévue" in dite
        assert "builtins.KeyError" in dite
        assert "Claire" not in dite
