"""Hostile packs, one file each, sent by a publisher: a fault that can be read names each defect by its declared code.

``packs/`` holds the archives as they arrive, named after what is wrong with them.
"""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.errors import PackInvalide
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_zip
from esav_soap.usecases.catalogue import sources_de
from esav_soap.usecases.publieur import Essai
from tests.e2e.soap import WS, enveloppe, requete
from tests.faux import noeud
from tests.faux_publieur import FauxPublieur

PACKS = Path(__file__).parent / "packs"
ATTENDUS = {
    "nom-a-caractere-de-commande.zip": ["ARCHIVE_CHEMIN"],
}


class Lecteur(FauxPublieur):
    """Reads what it gets as a node does, and goes no further."""

    def simuler(self, archive: bytes, jours: int, instant: datetime) -> Essai:
        fichiers, problemes = depuis_zip(archive)
        if problemes:
            raise PackInvalide(problemes)
        lire_catalogue(sources_de(fichiers))
        return super().simuler(archive, jours, instant)


@pytest.mark.exigence("R2.1", "R9")
@pytest.mark.parametrize("fichier", ATTENDUS)
def test_pack_hostile__error(fichier: str) -> None:
    pack = base64.b64encode((PACKS / fichier).read_bytes()).decode()
    reponse = noeud(publieur=Lecteur()).appeler(
        "/production/ws/1/publication",
        enveloppe(requete("simulerPublication", pack=pack)),
        entetes={"HTTP_X_ESAV_ROLE": "PUBLIEUR"},
    )
    assert reponse.refus == "PACK_INVALIDE", etree.tostring(reponse.corps)
    assert [e.findtext(f"{WS}valeur") for e in reponse.corps.iter(f"{WS}erreur")] == ATTENDUS[fichier]


@pytest.mark.exigence("R9")
def test_chaque_pack_a_sa_ligne__ok() -> None:
    assert sorted(ATTENDUS) == sorted(chemin.name for chemin in PACKS.glob("*.zip"))
