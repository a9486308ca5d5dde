"""libxml2, our explanation and xmlschema agree on every request; the explanation finds every fault, and only faults."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from esav_soap.errors import CodeChamp
from tests.property.commun import VERSIONS, banc, codes, depot, erreurs_de, temoins
from tests.property.mutations import MUTATIONS, Chantier, Mutation

OFFRES = [(version, code) for version in VERSIONS for code in codes(banc(version).catalogue)]

offres = st.sampled_from(OFFRES)
graines = st.integers(0, 30)
complets = st.sampled_from([True, False, None])
coups = st.lists(st.tuples(st.sampled_from(MUTATIONS), st.integers(0, 2**20)), min_size=1, max_size=6)


def gater(offre: tuple[str, str], graine: int, complet: bool | None, suite: list[tuple[Mutation, int]]) -> Chantier:
    version, code = offre
    chantier = Chantier(banc(version), version, code, depot(version, code, graine, complet))
    for mutation, choix in suite:
        mutation(chantier, Random(choix))
    return chantier


@pytest.mark.exigence("R1.2", "R3.1")
@given(offres, graines, complets)
def test_an_example_is_valid_for_the_three_witnesses_and_the_rules(
    offre: tuple[str, str], graine: int, complet: bool | None
) -> None:
    requete = depot(*offre, graine, complet)
    assert temoins(offre[0], requete) == (True, True, True)
    verdict = banc(offre[0]).controle.controler(requete)
    assert verdict.valide, verdict.erreurs
    assert verdict.offre == offre[1]


@pytest.mark.exigence("R3.2")
@given(offres, graines, complets, coups)
def test_each_fault_gives_its_error_and_nothing_else(
    offre: tuple[str, str], graine: int, complet: bool | None, suite: list[tuple[Mutation, int]]
) -> None:
    chantier = gater(offre, graine, complet, suite)
    trouvees = sorted((e.code.name, e.chemin) for e in erreurs_de(offre[0], chantier.requete))
    assert trouvees == chantier.verdict(), etree.tostring(chantier.requete).decode()
    juge = temoins(offre[0], chantier.requete)
    assert juge == (not chantier.attendus,) * 3, etree.tostring(chantier.requete).decode()


@pytest.mark.exigence("R3.2")
@given(offres, graines, complets, coups)
def test_the_verdict_is_the_walk_and_rules_on_sound_fields(
    offre: tuple[str, str], graine: int, complet: bool | None, suite: list[tuple[Mutation, int]]
) -> None:
    chantier = gater(offre, graine, complet, suite)
    attendus = chantier.verdict()
    erreurs = banc(offre[0]).controle.controler(chantier.requete).erreurs
    regles = {CodeChamp.OBLIGATOIRE_SI, CodeChamp.INTERDIT_SI, CodeChamp.REGLE_NON_RESPECTEE}
    assert sorted((e.code.name, e.chemin) for e in erreurs if e.code not in regles) == attendus
    for erreur in erreurs:
        assert erreur.libelle
        assert erreur.message
        assert len(erreur.valeur) <= 200
        assert len(erreur.valeurs_admises) <= 50


#: Values on the edges of the types: whatever field gets one, the three witnesses must say the same.
EPINEUSES = (
    "", " ", "\n", "0", "-0", "+0", "00", "1", "+1", " 1 ", "1.", ".5", "-.5", "+.5", "1.0", "1.50", "1.500000",
    "0.0000001", "1e1", "NaN", "INF", "9" * 24, "9" * 25, "0" * 30 + "1", "1." + "0" * 40, "2147483647", "2147483648",
    "-2147483648", "-2147483649", "true", "false", " true", "TRUE", "2026-02-28", "2024-02-29", "2026-02-29", " 2026-03-02 ",
    "2026-03-02\n", "2026-03-02Z", "1000-01-01", "0999-01-01", "12026-01-01", "-2026-01-01", "2999-12-31",
    "2026-03-02T10:00:00Z", " 2026-03-02T10:00:00+01:00 ", "2026-03-02T10:00:00", "2026-03-02T23:59:59.999999Z",
    "2026-03-02T23:59:59.9999999Z", "2026-03-02T10:00:00+14:00", "2026-03-02T10:00:00+14:01", "2026-03-02T10:00:00-00:00",
    "2026-03-02T10:00:60Z", "2026-03-02T24:00:00Z", "2026-03-02t10:00:00z", "0123456789", "+33123456789", "+331234567890123456",
    "a@b.fr", "a" * 64 + "@b.fr", "a" * 65 + "@b.fr", "A" * 255, "A" * 256, "é" * 255, "😀" * 255, "😀" * 256, "A\u00a0", "\u2003",
    "A\tB", "A\r\nB", "AB12-CD34", "A1-B2C3-D4E5", "FI-01234-AB12", "<>&\"'",
)  # fmt: skip


@pytest.mark.exigence("R3.1", "R3.2")
@given(offres, graines, st.lists(st.tuples(st.integers(0, 200), st.sampled_from(EPINEUSES)), min_size=1, max_size=3))
def test_the_witnesses_agree_on_thorny_values(
    offre: tuple[str, str], graine: int, poses: list[tuple[int, str]]
) -> None:
    requete = depot(*offre, graine, True)
    feuilles = [e for e in requete.iter() if not len(e)]
    for rang, valeur in poses:
        feuilles[rang % len(feuilles)].text = valeur
    libxml2, marche, xmlschema = temoins(offre[0], requete)
    assert libxml2 == marche == xmlschema, etree.tostring(requete).decode()


@pytest.mark.exigence("R3.1", "R3.2")
@given(offres, graines, st.data())
def test_the_witnesses_agree_on_elements_shuffled_dropped_and_repeated(
    offre: tuple[str, str], graine: int, data: st.DataObject
) -> None:
    requete = depot(*offre, graine, None)
    parents = [e for e in requete.iter() if len(e) and etree.QName(e).localname != "formulaire"]
    for parent in data.draw(st.lists(st.sampled_from(parents), min_size=1, max_size=3)):
        if len(parent) == 0:
            continue
        enfant = data.draw(st.sampled_from(list(parent)))
        match data.draw(st.sampled_from(["ôter", "répéter", "déplacer", "renommer"])):
            case "ôter":
                parent.remove(enfant)
            case "répéter":
                parent.insert(data.draw(st.integers(0, len(parent))), etree.fromstring(etree.tostring(enfant)))
            case "déplacer":
                parent.remove(enfant)
                parent.insert(data.draw(st.integers(0, len(parent))), enfant)
            case _:
                enfant.tag = data.draw(st.sampled_from([e.tag for e in requete.iter()]))
    libxml2, marche, xmlschema = temoins(offre[0], requete)
    assert libxml2 == marche == xmlschema, etree.tostring(requete).decode()
