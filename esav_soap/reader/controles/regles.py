"""Cross-checks of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from esav_soap.model import Nomenclature, Offre
from esav_soap.reader.lieux import Problemes
from esav_soap.reader.lus import FormulaireLu


def controler_regles(
    formulaire: FormulaireLu, offres: Sequence[Offre], nomenclatures: Mapping[str, Nomenclature], problemes: Problemes
) -> None:
    """Every defect of a formulaire's rules."""
