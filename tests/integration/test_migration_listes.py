"""The way to 0006 and back: a store of before knows since when its signalisations are closed."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import create_engine

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.signalisation import Etat
from esav_soap.store import mettre_a_jour, ouvrir
from esav_soap.store.migrations import configuration
from esav_soap.store.moteur import lire_url
from tests.integration.exemples import DEPOT_LE
from tests.integration.test_contrat_suivi import DE_A, HEURE, mener, poser, vers

VIES = (
    (),
    (Etat.EN_COURS, Etat.GELE),
    (Etat.EN_REJET,),
    (Etat.EN_COURS, Etat.CLOS, Etat.VALIDE, Etat.CLOS_TABLEAU_DE_BORD),
    (Etat.CLOS, Etat.EN_COURS, Etat.CLOS, Etat.CLOS),
    (Etat.CLOS, Etat.VALIDE, Etat.EN_COURS),
)


@pytest.mark.exigence("R3.4", "R3.5")
def test_les_closes_d_avant_ont_leur_date(url: str) -> None:
    with ouvrir(url) as magasin:
        for depose, etats in zip(poser(magasin, len(VIES)), VIES, strict=True):
            mener(magasin, depose, *(vers(etat, n * HEURE) for n, etat in enumerate(etats, 1)))
        magasin.ajouter(
            [Envoi(GenreAvis.AVIS_CLOTURE, "N:2", "OPA"), Envoi(GenreAvis.RAPPEL_RETRAIT, "V", "OPA")], DEPOT_LE
        )
        avant = magasin.lister(DE_A, None, 9)
    dates = [r.clos_le and (r.clos_le - DEPOT_LE) / HEURE for r in reversed(avant.signalisations)]
    assert dates == [None, None, 1, 2, 3, None]
    moteur = create_engine(lire_url(url))
    with moteur.begin() as connexion:
        command.downgrade(configuration(connexion), "0005")
    moteur.dispose()
    mettre_a_jour(url)
    with ouvrir(url, creer=False) as magasin:
        assert magasin.lister(DE_A, None, 9) == avant
        assert [suivi.envoi.genre for suivi in magasin.suivis(None, 9)] == [GenreAvis.RAPPEL_RETRAIT]
