"""A pattern is said to accept all that another one accepts only when it does."""

from __future__ import annotations

import re
from itertools import product
from random import Random

import pytest
from elementpath.regex import translate_pattern
from hypothesis import assume, given
from hypothesis import strategies as st

from esav_soap.contract.motifs import tirer
from esav_soap.publication.ecarts.motifs import admet_tout

PLUS_LARGES = [
    ("[A-Z]{2}", "[A-Z0-9]{2}"),
    ("[A-Z0-9][A-Z0-9/_\\-]{2,24}", "[A-Z0-9][A-Z0-9/_\\-]{2,29}"),
    ("A|B", "B|C|A"),
    ("AB|CD", "(AB|CD|EF)?"),
    ("[0-9]{3}", "[0-9]+"),
    ("[0-9][0-9]", "[0-9]{1,4}"),
    ("FI-[0-9]{5}", "[A-Z]{2}-[0-9]{5}"),
    ("FI-[0-9]{5}", ".*"),
    ("[^a-z]", "[^b-d]"),
    ("[a-c]", "[^d-z]"),
    ("(AB){2}", "(AB|CD){1,3}"),
    ("é", "[à-ÿ]"),
    ("a?b", "a*b"),
    ("[0-9]{5}", "[0-9]{5}(-[0-9]{4})?"),
]
PAS_SURES = [
    ("[A-Z0-9]{2}", "[A-Z]{2}"),
    ("[0-9A-Za-z*# ]{1,20}", "[0-9A-Z*#]{2,12}"),
    ("A*", "A+"),
    ("A|B", "A"),
    (".", "[ -~]"),
    ("[^b-d]", "[^a-z]"),
    ("(AB){2}", "(AB){3}"),
    ("A{2,}", "A{2,9}"),
    ("\\d", "[0-9]"),
    ("(", "("),
    ("(A?A?" * 12 + "B" + ")" * 12, "(A?A?" * 12 + "C" + ")" * 12),
]
MORCEAUX = ("A", "B", "[AB]", "[A-C]", "[^B]", "(AB|C)", ".", "")
QUANTITES = ("", "?", "*", "+", "{2}", "{1,3}", "{2,}")
morceaux = st.lists(st.tuples(st.sampled_from(MORCEAUX), st.sampled_from(QUANTITES)), min_size=1, max_size=3)
TEXTES = ["".join(t) for n in range(6) for t in product("ABC", repeat=n)]


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(("etroit", "large"), PLUS_LARGES)
def test_une_forme_plus_large__ok(etroit: str, large: str) -> None:
    assert admet_tout(large, etroit)
    assert admet_tout(large, large)
    for graine in range(20):
        assert re.fullmatch(translate_pattern(large, anchors=False), tirer(etroit, Random(graine)))


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize(("etroit", "large"), PAS_SURES)
def test_une_forme_plus_etroite_ou_illisible__error(etroit: str, large: str) -> None:
    assert not admet_tout(large, etroit)


@pytest.mark.exigence("R2.1")
@given(morceaux, morceaux, st.booleans())
def test_rien_n_est_affirme_a_tort(un: list[tuple[str, str]], autre: list[tuple[str, str]], ou: bool) -> None:
    """Against the matcher, on all short texts."""
    etroit, large = ("".join(a + q for a, q in m if a) for m in (un, autre))
    large = f"{large}|{etroit}X?" if ou else large
    assume(admet_tout(large, etroit))
    accepte, accepte_large = (re.compile(f"(?:{m})", re.DOTALL) for m in (etroit, large))
    for texte in TEXTES:
        assert not accepte.fullmatch(texte) or accepte_large.fullmatch(texte), (etroit, large, texte)
