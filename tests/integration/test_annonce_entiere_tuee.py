"""SIGKILL at every step of ``esav catalogue announce``: announced whole or not at all, and repeating it ends well."""

from __future__ import annotations

import io
import signal
import zipfile
from itertools import groupby
from pathlib import Path

import pytest

from esav_soap.store import ouvrir
from tests.integration.tueries import lignes_du_tueur
from tests.integration.tueur_annonce import garnir
from tests.unit.usecases.candidats import sources_essai

DELAI_S = 200

pytestmark = pytest.mark.long


def archive(chemin: Path) -> Path:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as sortie:
        for nom, contenu in sources_essai().items():
            sortie.writestr(nom, contenu)
    chemin.write_bytes(tampon.getvalue())
    return chemin


def destins(mode: str, url: str, pack: Path) -> list[list[str]]:
    """One line for each child: see :mod:`tests.integration.tueur_annonce`."""
    lignes = lignes_du_tueur("tueur_annonce", mode, url, str(pack), delai_s=DELAI_S)
    return [ligne.split() for ligne in lignes[1:]]


@pytest.mark.exigence("R2.1", "R2.2")
def test_rien_avant_la_fin_du_long_travail(tmp_path: Path) -> None:
    """Steps of the long work are not the store's: one engine is enough."""
    url = f"sqlite:///{tmp_path}/esav.db"
    with ouvrir(url) as magasin:
        garnir(magasin)
    *tues, vivant = destins("etapes", url, archive(tmp_path / "candidat.zip"))
    assert [ligne[1:] for ligne in tues] == [[str(-signal.SIGKILL), "rien", "-"]] * len(tues)
    assert len(tues) >= 8
    assert vivant[1:] == ["0", "tout", "deja"], "whoever repeats it after a kill ends well"


@pytest.mark.exigence("R2.1", "R2.2")
def test_annonce_entiere_ou_pas_du_tout(url: str, tmp_path: Path) -> None:
    with ouvrir(url) as magasin:
        garnir(magasin)
    *tues, vivant = destins("ordres", url, archive(tmp_path / "candidat.zip"))
    assert len(tues) >= 16
    assert {code for _, code, *_ in tues} == {str(-signal.SIGKILL)}
    assert vivant[1:] == ["0", "tout", "deja"]
    assert {(reste, suite) for _, _, reste, suite in tues} == {("rien", "-"), ("tout", "deja")}
    assert [reste for reste, _ in groupby(reste for _, _, reste, _ in tues)] == ["rien", "tout"]
