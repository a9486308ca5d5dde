"""Synthetic catalogues are catalogues: read without a problem, served without a build."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from bench import magasins, synthese
from bench.charge import MARQUE
from bench.messages import formulaire, message, nombre_champs
from bench.noeud_observe import observer
from esav_soap.contract.wsdl import contrat
from esav_soap.model import Groupe
from esav_soap.reader import lire, lire_catalogue
from esav_soap.soap.wsgi import ApplicationWsgi


@pytest.mark.exigence("R1.1")
@pytest.mark.parametrize("formulaires", [1, 2, 7, 40])
def test_catalogue_synthetique_se_lit__ok(formulaires: int) -> None:
    lecture = lire(synthese.sources(formulaires))
    assert lecture.problemes == ()
    catalogue = lire_catalogue(synthese.sources(formulaires))
    assert len(catalogue.offres) == len(catalogue.formulaires) == formulaires
    for formulaire_ in catalogue.formulaires.values():
        champs = [len(n.champs) if isinstance(n, Groupe) else 1 for n in formulaire_.noeuds()]
        assert sum(champs) == synthese.CHAMPS


@pytest.mark.exigence("R1.1")
def test_memes_fichiers_a_chaque_fois__ok() -> None:
    assert synthese.sources(5) == synthese.sources(5)


@pytest.fixture(scope="module")
def noeud(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """URL of a store with a synthetic catalogue, and a message for it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('synthese')}/esav.db"
    sources = synthese.sources(3)
    magasins.preparer(url, sources, synthese.code_offre(3), 10)
    return url, message(formulaire(lire_catalogue(sources), synthese.code_offre(3)))


@pytest.mark.exigence("R1.1", "R2.4")
def test_noeud_ne_construit_aucun_contrat_de_depot__ok(noeud: tuple[str, bytes]) -> None:
    au_depart, ensuite = observer(*noeud)
    assert "depot" not in au_depart
    assert ensuite == []


@pytest.mark.exigence("R2.4")
def test_construction_pendant_une_requete_est_vue__error(noeud: tuple[str, bytes]) -> None:
    """The observation sees what it is for: a node that would build a contract when asked is found out."""
    url, octets = noeud
    lire_ = ApplicationWsgi._lire

    def construire(*arguments: Any) -> object:
        contrat("suivi")
        return lire_(*arguments)

    with patch.object(ApplicationWsgi, "_lire", construire):
        _, ensuite = observer(url, octets, 2)
    assert ensuite == ["suivi", "suivi"]


@pytest.mark.exigence("R3.1")
def test_formulaire_mesure_a_le_nombre_de_champs_voulu__ok() -> None:
    catalogue = lire_catalogue(synthese.sources(1))
    tire = formulaire(catalogue, synthese.code_offre(1), 25)
    assert abs(nombre_champs(tire) - 25) <= 2
    assert message(tire).count(MARQUE) == 1


@pytest.mark.exigence("R3.1")
def test_remplissage_ajoute_jusqu_au_nombre__ok(tmp_path: Path) -> None:
    fichier = tmp_path / "esav.db"
    magasins.preparer(f"sqlite:///{fichier}", synthese.sources(1), synthese.code_offre(1), 5)
    for nombre in (0, 30, 100):
        magasins.remplir(fichier, nombre, b"<f/>")
        with sqlite3.connect(fichier) as connexion:
            comptes = [
                connexion.execute(f"SELECT count(*), count(DISTINCT {cle}) FROM {table}").fetchone()
                for table, cle in (("signalisation", "numero"), ("evenement", "signalisation"))
            ]
        connexion.close()
        assert comptes == [(nombre, nombre)] * 2
