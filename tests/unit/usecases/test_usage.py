"""The migration view: who still deposits with the version that is ending, counted since the right instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Contact, NouvelleSignalisation
from esav_soap.usecases.usage import UsageRestant, finissantes, migration
from tests.faux import INSTANT, FausseBase
from tests.faux_publication import FaussesPublications

JOUR = timedelta(days=1)
OUVERTURE = INSTANT - 10 * JOUR
UNE = VersionPubliee("2026.1", INSTANT - 300 * JOUR, INSTANT - 200 * JOUR, INSTANT + 20 * JOUR, "2026.2")
DEUX = VersionPubliee("2026.2", INSTANT - 80 * JOUR, OUVERTURE)


def depots(*lignes: tuple[str, str, str, datetime]) -> FaussesPublications:
    base = FausseBase()
    for i, (operateur, offre, version, instant) in enumerate(lignes):
        base.deposees["production", operateur, str(i)] = NouvelleSignalisation(
            *(str(i), "production", operateur, str(i), b"", "P", offre, version, Contact("a", "b", None), b"", instant)
        )
    return FaussesPublications(base)


@pytest.mark.exigence("R2.3")
def test_qui_reste_depuis_l_ouverture_de_la_remplacante__ok() -> None:
    historique = depots(
        ("OPA", "ACCES_FTTH", "2026.1", OUVERTURE - JOUR),
        ("OPA", "ACCES_FTTH", "2026.1", OUVERTURE + JOUR),
        ("OPA", "ACCES_FTTH", "2026.1", OUVERTURE + 3 * JOUR),
        ("OPA", "ACCES_FTTH", "2026.2", OUVERTURE + 2 * JOUR),
        ("OPA", "GENIE_CIVIL", "2026.2", OUVERTURE + 2 * JOUR),
        ("OPB", "GENIE_CIVIL", "2026.1", OUVERTURE),
        ("OPC", "GENIE_CIVIL", "2026.1", OUVERTURE - JOUR),
        ("OPC", "GENIE_CIVIL", "2026.2", OUVERTURE + JOUR),
    )
    vue = migration(UNE, (UNE, DEUX), historique, INSTANT)
    assert (vue.version, vue.remplacante, vue.depuis, vue.passes) == (UNE, DEUX, OUVERTURE, ("OPC",))
    assert vue.restants == (
        UsageRestant("OPA", "ACCES_FTTH", 2, OUVERTURE + JOUR, OUVERTURE + 3 * JOUR, 1),
        UsageRestant("OPB", "GENIE_CIVIL", 1, OUVERTURE, OUVERTURE, 0),
    )
    assert [r.part for r in vue.restants] == [2 / 3, 1.0]


@pytest.mark.exigence("R2.3")
def test_depuis_quand_on_compte__ok() -> None:
    historique = depots()
    assert migration(UNE, (UNE, DEUX), historique, INSTANT, INSTANT - JOUR).depuis == INSTANT - JOUR
    pas_ouverte = replace(DEUX, ouverture=INSTANT + JOUR)
    assert migration(UNE, (UNE, pas_ouverte), historique, INSTANT).depuis == DEUX.annonce
    seule = replace(UNE, remplacante=None)
    vue = migration(seule, (seule,), historique, INSTANT)
    assert (vue.remplacante, vue.depuis, vue.passes) == (None, UNE.ouverture, ())
    annulee = replace(DEUX, annulation=INSTANT - JOUR)
    assert migration(UNE, (UNE, annulee), historique, INSTANT).remplacante is None


@pytest.mark.exigence("R2.3")
def test_versions_qui_finissent__ok() -> None:
    retiree = replace(UNE, version="2025.1", retrait=INSTANT)
    tot = replace(UNE, version="2025.9", retrait=INSTANT + JOUR)
    assert finissantes((UNE, DEUX, retiree, tot), INSTANT) == (tot, UNE)
