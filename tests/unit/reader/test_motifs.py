"""Patterns: the part of the syntax that every tool reads alike, without a way to make a matcher run for ever (R1.3)."""

from __future__ import annotations

import re

import pytest
from elementpath.regex import translate_pattern
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from esav_soap.model.types import MOTIF_COURRIEL, MOTIF_DATE, MOTIF_DATE_HEURE, MOTIF_TELEPHONE
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.controles.motifs import MotifRefuse, analyser_motif, schema_de_motif

pytestmark = pytest.mark.exigence("R1.3", "R2.1")


@pytest.mark.parametrize(
    ("motif", "minimum", "maximum"),
    [
        ("", 0, 0),
        ("[A-Z]{2}-[0-9]{1,4}", 4, 7),
        ("A|BC|", 0, 2),
        ("(AB)*", 0, None),
        ("(AB){2,}C", 5, None),
        (r"[^\]]+", 1, None),
        (r"\(\.\*\)", 4, 4),
        ("[0-9]{2}/[0-9]{4}", 7, 7),
        ("([0-9A-F]{2}:){5}[0-9A-F]{2}", 17, 17),
        ("[A-Z0-9]{1,6}(-[A-Z0-9]{1,6}){1,4}", 3, 34),
        ("[éè]+|É", 1, None),
        ("(A|B(C|D)?)+", 1, None),
        ("([A-Z]+-)*[0-9]+", 1, None),
        (MOTIF_TELEPHONE, 7, 16),
        (MOTIF_DATE, 10, 10),
        (MOTIF_DATE_HEURE, 20, 32),
        (MOTIF_COURRIEL, 5, 64 + 1 + 63 + 8 * 64),
    ],
)
def test_patterns_of_the_common_subset__ok(motif: str, minimum: int, maximum: int | None) -> None:
    portee = analyser_motif(motif)
    assert (portee.minimum, portee.maximum) == (minimum, maximum)


@pytest.mark.parametrize(
    ("motif", "code"),
    [
        *((motif, "MOTIF_INVALIDE") for motif in ("(", ")", "[", "a{2", "a{3,2}", "+", "a**", "[b-a]", "\\")),
        *(
            (motif, "MOTIF_NON_PORTABLE")
            for motif in ("^a", "a$", r"\d", r"\w", r"\s", r"\i", r"\p{L}", r"[\d]", r"\-", r"a\-b")
        ),
        *(
            (motif, "MOTIF_NON_PORTABLE")
            for motif in ("[a-z-]", "[-a]", "[a-z-[b]]", "[(]", "[a&&b]", "[a|b]", "[a~~b]", "[!!]")
        ),
        *(
            (motif, "MOTIF_DANGEREUX")
            for motif in ("(a*)*", "(a+)+", "(a|a)*", "(a|aa)+", "(ab?a?)+", "(a?){1,100}", "a{1001}")
        ),
        *(
            (motif, "MOTIF_DANGEREUX")
            for motif in (
                "([a-z]{1,9}){1,9}",
                "(.*,)*",
                "a+a+a+a+",
                "((a|b)+c?)+",
                "(a*a)*",
                "(a{1,3}a)+",
                "(.{0,40}b){2,}",
            )
        ),
    ],
)
def test_patterns_that_are_refused__error(motif: str, code: str) -> None:
    with pytest.raises(MotifRefuse) as refus:
        analyser_motif(motif)
    assert refus.value.code is CodeProbleme[code], str(refus.value)


ATOMES = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "ab"])
MOTIFS = st.recursive(
    ATOMES,
    lambda m: st.one_of(
        st.tuples(m, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,40}", "{2,}"])).map(
            lambda t: f"({t[0]}){t[1]}"
        ),
        st.tuples(m, m).map("".join),
        st.tuples(m, m).map(lambda t: f"({t[0]}|{t[1]})"),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(MOTIFS, st.text("ab", max_size=12), st.sampled_from("ab"))
def test_accepted_patterns_mean_the_same_and_never_blow_up(motif: str, texte: str, repete: str) -> None:
    """An exponential matcher would not come back from the forty characters that almost match."""
    try:
        portee = analyser_motif(motif)
    except MotifRefuse:
        assume(False)
    python = re.compile(translate_pattern(motif, back_references=False, lazy_quantifiers=False, anchors=False))
    convient = python.search(texte) is not None
    assert schema_de_motif(motif)(texte) == convient
    if convient:
        assert portee.minimum <= len(texte)
        assert portee.maximum is None or len(texte) <= portee.maximum
    for presque in (repete * 40 + "!", "ab" * 20 + "!"):
        python.search(presque)
        schema_de_motif(motif)(presque)
