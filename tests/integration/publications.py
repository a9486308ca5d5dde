"""Versions and notices for the tests of the store: 2026.1 in force, 2026.2 announced over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.publication import VersionPubliee

INSTANT = datetime(2026, 3, 2, 9, 30, 0, 250_000, tzinfo=UTC)
EN_VIGUEUR = VersionPubliee("2026.1", INSTANT - timedelta(days=200), INSTANT - timedelta(days=100))
ANNULATION = INSTANT + timedelta(days=5)
OPERATEURS = ("OPA", "OPB", "OPC")


def annoncee(version: str = "2026.2") -> VersionPubliee:
    return VersionPubliee(version, INSTANT, INSTANT + timedelta(days=61))


def remplacee(version: str = "2026.2") -> VersionPubliee:
    """2026.1 once ``version`` is announced."""
    return replace(EN_VIGUEUR, retrait=INSTANT + timedelta(days=92), remplacante=version)


def envois(version: str = "2026.2", genre: GenreAvis = GenreAvis.VERSION_ANNONCEE) -> list[Envoi]:
    return [Envoi(genre, version, operateur) for operateur in OPERATEURS]


ANNULEE = replace(annoncee(), annulation=ANNULATION)
RETRAITS = envois(genre=GenreAvis.ANNONCE_RETIREE)
