"""The jeu de test of each shipped version, against a real server: every answer is the one that it prints (R8)."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from esav_soap.reader.sources import depuis_dossiers
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates, installer
from esav_soap.usecases.parc import importer_parc, offres_connues
from tests.e2e.serveur import DELAI_S, ServeurReel, serveur_neuf
from tests.postgres import Grappe, postgresql

__all__ = ["postgresql"]

RACINE = Path(__file__).parents[2]
VERSIONS = ("2026.1", "2026.2")


def preparer(url: str) -> None:
    """Both versions announced, one of them ending, and the parc of each jeu de test, imported as anybody would."""
    maintenant = datetime.now(UTC)
    fin = maintenant + timedelta(days=20)
    dates = (Dates(maintenant - timedelta(days=200), fin, "2026.2"), Dates(maintenant - timedelta(days=10)))
    with ouvrir(url) as magasin:
        for version, date in zip(VERSIONS, dates, strict=True):
            installer(depuis_dossiers(RACINE, version), "https://esav.example", date, magasin, maintenant)
            with zipfile.ZipFile(BytesIO(magasin.pack(version) or b"")) as pack:
                rapport = importer_parc(BytesIO(pack.read("jeu-de-test/parc.csv")), magasin, offres_connues(magasin))
            assert rapport.problemes == []
            assert rapport.bilan is not None


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    dossier = tmp_path_factory.mktemp("jeu-de-test")
    if request.param == "sqlite":
        url = f"sqlite:///{dossier}/esav.db"
        preparer(url)
        with serveur_neuf(url, dossier) as lance:
            yield lance
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        with grappe.base() as url:
            preparer(url)
            with serveur_neuf(url, dossier) as lance:
                yield lance


def deballer(service: ServeurReel, version: str, ou: Path) -> Path:
    """The pack's jeu de test, as an opérateur unpacks it."""
    with ouvrir(service.store) as magasin, zipfile.ZipFile(BytesIO(magasin.pack(version) or b"")) as pack:
        pack.extractall(ou)
    return ou / "jeu-de-test"


def script(dossier: Path, url: str, *offres: str, **env: str) -> tuple[int, str, str]:
    """Run the script of the pack to its end: exit code, what it said."""
    communs = {n: v for n, v in os.environ.items() if not n.startswith("ESAV_")}
    lance = subprocess.run(
        ["sh", str(dossier / "jeu-de-test.sh"), *offres],
        env={**communs, "ESAV_URL": url, "ESAV_OPERATEUR": "ESSAI", **env},
        capture_output=True,
        text=True,
        timeout=DELAI_S,
        check=False,
    )
    return lance.returncode, lance.stdout, lance.stderr


@pytest.mark.exigence("R8", "R3.2", "R3.3")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_reponse_est_celle_du_jeu__ok(service: ServeurReel, version: str, tmp_path: Path) -> None:
    dossier = deballer(service, version, tmp_path)
    nombre = len((dossier / "cas.tsv").read_text().splitlines())
    assert nombre > 100
    for _ in range(2):  # it can be run again
        code, sortie, erreurs = script(dossier, service.url)
        assert (code, erreurs) == (0, ""), sortie
        assert f"Réponses conformes : {nombre}. Écarts : 0." in sortie
        assert len(re.findall(r"^conforme  ", sortie, re.MULTILINE)) == nombre


@pytest.mark.exigence("R8")
def test_un_ecart_se_voit__error(service: ServeurReel, tmp_path: Path) -> None:
    dossier = deballer(service, "2026.1", tmp_path)
    reponse = dossier / "reponses" / "ACCES_FTTH" / "CHAMP_MANQUANT.xml"
    reponse.write_text(reponse.read_text().replace("CHAMP_MANQUANT", "CHAMP_VIDE"))
    code, sortie, _ = script(dossier, service.url, "ACCES_FTTH")
    assert code == 1
    assert re.findall(r"^ÉCART +(\S+)", sortie, re.MULTILINE) == ["ACCES_FTTH-CHAMP_MANQUANT"]
    assert "< <ws:code>CHAMP_VIDE</ws:code>" in sortie
    assert "> <ws:code>CHAMP_MANQUANT</ws:code>" in sortie


@pytest.mark.exigence("R8")
def test_sans_le_parc_rien_n_est_accepte__error(service: ServeurReel, tmp_path: Path) -> None:
    dossier = deballer(service, "2026.2", tmp_path)
    code, sortie, _ = script(dossier, service.url, "GENIE_CIVIL", ESAV_OPERATEUR="AUTRE")
    assert code == 1
    assert "ÉCART     GENIE_CIVIL-MINIMAL : HTTP 500 reçu, 200 attendu" in sortie
    assert "conforme  GENIE_CIVIL-CHAMP_MANQUANT" in sortie


@pytest.mark.exigence("R8")
def test_service_injoignable_ou_offre_inconnue__error(service: ServeurReel, tmp_path: Path) -> None:
    dossier = deballer(service, "2026.2", tmp_path)
    assert script(dossier, "http://127.0.0.1:1")[0] == 3
    code, _, erreurs = script(dossier, service.url, "INCONNUE")
    assert (code, "INCONNUE" in erreurs) == (2, True)
