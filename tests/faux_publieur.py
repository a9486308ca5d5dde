"""A publisher's port that remembers what it was asked, and answers or refuses as it is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from esav_soap.publication import VersionPubliee
from esav_soap.publication.ecarts import Ecart, Gravite
from esav_soap.usecases.bilan_repetition import BilanOffre, Motif, Rapport
from esav_soap.usecases.publieur import Annonce, Essai

OUVERTURE = timedelta(days=70)
ECARTS = (
    Ecart("CHAMP_RETIRE", Gravite.RUPTURE, "ACCES_FTTH", "prise/etage", "Le champ « Étage » <&> est retiré."),
    Ecart("LIBELLE", Gravite.COMPATIBLE, "", "", "Le libellé du catalogue change."),
)
BILANS = (
    BilanOffre(
        "OPA",
        "ACCES_FTTH",
        ("2026.1",),
        10,
        3,
        0,
        presente=True,
        motifs=(
            Motif("prise/etage", "Étage", "CHAMP_INCONNU", 2, "3", "« etage » n'existe pas"),
            Motif("", "Formulaire", "NON_CONFORME", 1, "", "non conforme"),
        ),
    ),
)


@dataclass
class FauxPublieur:
    """``refus``: raised instead of an answer."""

    appels: list[tuple[Any, ...]] = field(default_factory=list)
    refus: Exception | None = None

    def _noter(self, *appel: Any) -> None:
        self.appels.append(appel)
        if self.refus is not None:
            raise self.refus

    def simuler(self, archive: bytes, jours: int, instant: datetime) -> Essai:
        self._noter("simuler", archive, jours, instant)
        depuis = instant - timedelta(days=jours)
        return Essai("2027.1", depuis, instant + OUVERTURE, ECARTS, Rapport("2027.1", depuis, BILANS))

    def annoncer(
        self, archive: bytes, ouverture: datetime | None, acceptees: Collection[str], instant: datetime, *, a_tous: bool
    ) -> Annonce:
        self._noter("annoncer", archive, ouverture, tuple(acceptees), instant, a_tous)
        return Annonce(VersionPubliee("2027.1", instant, ouverture or instant + OUVERTURE), ECARTS)

    def retirer_annonce(self, version: str, instant: datetime) -> VersionPubliee:
        self._noter("retirer", version, instant)
        return VersionPubliee(version, instant - OUVERTURE, instant + OUVERTURE, annulation=instant)
