"""What a refusal says of the version before is what that version says itself."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from esav_soap.contract.exemples import requete_depot_generique
from esav_soap.errors import ErreurChamp
from esav_soap.intake import dater
from esav_soap.intake.anciennete import traduire
from esav_soap.model import structure_offre
from tests.property.commun import banc, codes, depot
from tests.property.mutations import MUTATIONS, Chantier, Mutation

OFFRES = codes(banc("2026.1").catalogue)
NOUVELLES = sorted(set(codes(banc("2026.2").catalogue)) - set(OFFRES))

offres = st.sampled_from(OFFRES)
graines = st.integers(0, 30)
complets = st.sampled_from([True, False, None])
coups = st.lists(st.tuples(st.sampled_from(MUTATIONS), st.integers(0, 2**20)), max_size=4)


def refuser(ancienne: etree._Element) -> tuple[tuple[ErreurChamp, ...], tuple[ErreurChamp, ...]]:
    """A message of 2026.1 brought to 2026.2: its errors there, bare and dated."""
    requete = traduire(ancienne, "2026.1", "2026.2")
    nues = banc("2026.2").controle.controler(requete).erreurs
    avant = etree.tostring(requete)
    datees = dater(nues, requete, "2026.2", "2026.1", banc("2026.1").controle)
    assert etree.tostring(requete) == avant, "the request stays as it is"
    return nues, datees


def generique(version: str, offre: str, graine: int, complet: bool | None) -> etree._Element:
    catalogue = banc(version).catalogue
    forme = depot(version, offre, graine, complet)[1][0]
    return requete_depot_generique(forme, structure_offre(catalogue, catalogue.offre(offre)), offre, Random(graine))


@pytest.mark.exigence("R2.1", "R3.2")
@given(offres, graines, complets, st.booleans())
def test_all_errors_of_what_the_version_before_accepts_say_so(
    offre: str, graine: int, complet: bool | None, par_couples: bool
) -> None:
    faire = generique if par_couples else depot
    nues, datees = refuser(faire("2026.1", offre, graine, complet))
    assert all("depuis la version 2026.2" in erreur.message for erreur in datees), datees
    assert [e.chemin for e in nues] == [e.chemin for e in datees]


@pytest.mark.exigence("R2.1", "R3.2")
@given(offres, graines, complets, coups)
def test_what_is_said_to_have_been_accepted_was_not_refused(
    offre: str, graine: int, complet: bool | None, suite: list[tuple[Mutation, int]]
) -> None:
    chantier = Chantier(banc("2026.1"), "2026.1", offre, depot("2026.1", offre, graine, complet))
    for mutation, choix in suite:
        mutation(chantier, Random(choix))
    nues, datees = refuser(chantier.requete)
    refusees = {e.chemin for e in banc("2026.1").controle.controler(chantier.requete).erreurs}
    for nue, datee in zip(nues, datees, strict=True):
        if nue == datee:
            continue
        assert datee.message.startswith(nue.message)
        assert nue.chemin not in refusees, nue


@pytest.mark.exigence("R2.1", "R3.2")
@given(st.sampled_from(NOUVELLES), graines, complets, coups)
def test_nothing_is_said_of_an_offre_that_the_version_before_does_not_have(
    offre: str, graine: int, complet: bool | None, suite: list[tuple[Mutation, int]]
) -> None:
    chantier = Chantier(banc("2026.2"), "2026.2", offre, depot("2026.2", offre, graine, complet))
    for mutation, choix in suite:
        mutation(chantier, Random(choix))
    nues = banc("2026.2").controle.controler(chantier.requete).erreurs
    dites = dater(nues, chantier.requete, "2026.2", "2026.1", banc("2026.1").controle)
    fait = {e.chemin for n, e in zip(nues, dites, strict=True) if n != e}
    assert not fait
