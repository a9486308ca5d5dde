"""What the comparison of two versions says is what their judges do: nothing that is called compatible is ever refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from lxml import etree

from esav_soap.contract.exemples import ExempleImpossible, exemple, requete_depot
from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake import Controle
from esav_soap.model import Catalogue, structure_offre
from esav_soap.names import ns_catalogue
from esav_soap.publication.ecarts import CodeEcart, Ecart, Gravite, comparer
from tests.property.commun import banc, codes, monter
from tests.property.editions import EDITIONS
from tests.unit.intake.catalogue_essai import CATALOGUE

#: A version is built for each example, which takes a while.
MOINS = settings(max_examples=settings.default.max_examples * 2 // 5 if settings.default else 80)


def reduire(catalogue: Catalogue, code: str) -> Catalogue:
    """The same with one Offre only: quicker to build."""
    offre = catalogue.offre(code)
    formulaire = catalogue.formulaires[offre.formulaire]
    return replace(catalogue, offres=(offre,), formulaires={formulaire.code: formulaire})


LIVREE = banc("2026.1").catalogue
ANCIENS = {"ESSAI": CATALOGUE} | {code: reduire(LIVREE, code) for code in codes(LIVREE)}

anciens = st.sampled_from(sorted(ANCIENS))
coups = st.lists(st.tuples(st.sampled_from(EDITIONS), st.integers(0, 2**20)), min_size=1, max_size=3)


@cache
def messages(nom: str) -> tuple[tuple[str, bytes], ...]:
    """Valid deposits of the old version, with their Offre: of few fields, of many, of some."""
    catalogue = ANCIENS[nom]
    faits = []
    for offre in catalogue.offres:
        structure = structure_offre(catalogue, offre)
        for graine in range(24):
            complet = (True, None, False)[graine % 3]
            try:
                forme = exemple(structure, catalogue, Random(graine), complet)
            except ExempleImpossible:  # a form with all its fields may break a rule whatever they hold
                continue
            faits.append((offre.code, etree.tostring(requete_depot(forme, Random(graine)))))
    return tuple(faits)


def juger(controle: Controle, message: bytes, ancienne: str, nouvelle: str) -> tuple[ErreurChamp, ...]:
    """The errors of a message whose namespaces are brought to the new version."""
    traduit = message.replace(ns_catalogue(ancienne).encode(), ns_catalogue(nouvelle).encode())
    return controle.controler(etree.fromstring(traduit)).erreurs


_REGLES = frozenset({CodeChamp.OBLIGATOIRE_SI, CodeChamp.INTERDIT_SI, CodeChamp.REGLE_NON_RESPECTEE})


def annoncee(erreur: ErreurChamp, lieux: set[str]) -> bool:
    """Whether one of ``lieux``, the paths of grave differences, tells of an error."""
    chemin = "/".join(pas.partition("[")[0] for pas in erreur.chemin.split("/")[2:])
    parent = chemin.rpartition("/")[0]
    if erreur.code is CodeChamp.CHAMP_MAL_PLACE:  # of two that changed places, either may be told
        return any(lieu.rpartition("/")[0] == parent for lieu in lieux)
    # a rule may be shown at a field that the Offre does not have: it is told at the form or group
    return chemin in lieux or (erreur.code in _REGLES and parent in lieux)


def graves(ecarts: tuple[Ecart, ...], offre: str) -> list[Ecart]:
    return [e for e in ecarts if e.offre == offre and e.gravite is not Gravite.COMPATIBLE]


@pytest.mark.exigence("R2.1")
@MOINS
@given(anciens, coups)
def test_a_message_is_refused_only_where_a_difference_says_so(nom: str, suite: list[tuple[object, int]]) -> None:
    ancien = ANCIENS[nom]
    nouveau = replace(ancien, version="2027.1")
    for edition, graine in suite:
        nouveau = edition(nouveau, Random(graine))  # type: ignore[operator]
    ecarts = comparer(ancien, nouveau)
    controle = monter(nouveau).controle
    refuses = 0
    for offre, message in messages(nom):
        erreurs = juger(controle, message, ancien.version, nouveau.version)
        refuses += bool(erreurs)
        lieux = {e.champ for e in graves(ecarts, offre)}
        for erreur in erreurs:
            assert annoncee(erreur, lieux), (offre, erreur, lieux)
    event("refused" if refuses else "accepted")
    assert len({e.nom for e in ecarts}) == len(ecarts)


@pytest.mark.exigence("R2.1")
@MOINS
@given(anciens, coups)
def test_going_there_and_back_tells_the_same_places(nom: str, suite: list[tuple[object, int]]) -> None:
    ancien = ANCIENS[nom]
    nouveau = ancien
    for edition, graine in suite:
        nouveau = edition(nouveau, Random(graine))  # type: ignore[operator]
    aller, retour = comparer(ancien, nouveau), comparer(nouveau, ancien)
    assert aller == comparer(ancien, nouveau)
    # a moved neighbour can be told instead, and a rule at another field: the Offres are what both ways must share
    assert {e.offre for e in aller} == {e.offre for e in retour}
    for ecart in (*aller, *retour):
        assert ecart.gravite is CodeEcart[ecart.code].gravite
        assert ecart.message
        assert ecart.libelle_offre
    assert comparer(nouveau, replace(nouveau, version="2027.2")) == ()


@pytest.mark.exigence("R1.5", "R2.1")
def test_the_shipped_versions_refuse_what_their_differences_announce() -> None:
    """Every grave difference at a field shows as a refusal there, of forms that use it, and nothing else is refused."""
    ancien, nouveau = banc("2026.1"), banc("2026.2")
    ecarts = comparer(ancien.catalogue, nouveau.catalogue)
    refuses: dict[str, int] = {}
    for code in codes(ancien.catalogue):
        for offre, message in messages(code):
            erreurs = juger(nouveau.controle, message, "2026.1", "2026.2")
            refuses[offre] = refuses.get(offre, 0) + bool(erreurs)
            lieux = {e.champ for e in graves(ecarts, offre)}
            for erreur in erreurs:
                assert annoncee(erreur, lieux), (offre, erreur, lieux)
    assert all(refuses.values()), refuses
