"""The jeu de test of each shipped version, against a real server: every answer is the one that it prints (R8).

2026.1 on a parc that was imported, 2026.2 for the most part on the test prestations that every opérateur has (R6.3).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from esav_soap.signalisation import Prestation
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates
from esav_soap.usecases.parc import importer_parc, offres_connues
from tests.e2e.fourche import executer
from tests.e2e.installation import installer
from tests.e2e.serveur import DELAI_S, ServeurReel, serveur_neuf
from tests.postgres import Grappe, postgresql

__all__ = ["postgresql"]

VERSIONS = ("2026.1", "2026.2")


def preparer(url: str) -> None:
    """Both versions announced, one of them ending, and the parc of the older jeu de test, imported as anybody would.

    For ``AUTRE`` one prestation of that name is of another Offre.
    """
    maintenant = datetime.now(UTC)
    fin = maintenant + timedelta(days=20)
    dates = (Dates(maintenant - timedelta(days=200), fin, "2026.2"), Dates(maintenant - timedelta(days=10)))
    with ouvrir(url) as magasin:
        for version, date in zip(VERSIONS, dates, strict=True):
            installer(version, date, magasin, maintenant)
        with zipfile.ZipFile(BytesIO(magasin.pack("2026.1") or b"")) as pack:
            rapport = importer_parc(BytesIO(pack.read("jeu-de-test/parc.csv")), magasin, offres_connues(magasin))
        assert rapport.problemes == []
        assert rapport.bilan is not None
        magasin.importer([Prestation("integration", "AUTRE", "JDT-GENIE_CIVIL", "FIBRE_NOIRE")])


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
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


def enregistre(service: ServeurReel, version: str, ou: Path) -> Path:
    """The pack as it is recorded."""
    fichier = ou / f"{version}.zip"
    with ouvrir(service.store) as magasin:
        fichier.write_bytes(magasin.pack(version) or b"")
    return fichier


def deballer(service: ServeurReel, version: str, ou: Path) -> Path:
    """The pack's jeu de test, as an opérateur unpacks it."""
    with zipfile.ZipFile(enregistre(service, version, ou)) as pack:
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


def conformes(dossier: Path, *offres: str) -> int:
    """How many answers the script has to find right at once, for those Offres or all of them; the others come later."""
    cas = [ligne.split("\t") for ligne in (dossier / "cas.tsv").read_text().splitlines()]
    return sum(1 for un in cas if un[6] == "0" and (not offres or un[0].partition("-")[0] in offres))


@pytest.mark.exigence("R8", "R3.2", "R3.3")
def test_le_script_passe_le_jeu_d_offres__ok(service: ServeurReel, tmp_path: Path) -> None:
    dossier = deballer(service, "2026.2", tmp_path)
    nombre, une = conformes(dossier, "ACCES_FTTH", "GENIE_CIVIL"), conformes(dossier, "GENIE_CIVIL")
    assert 20 < une < nombre < conformes(dossier)
    code, sortie, erreurs = script(dossier, service.url, "ACCES_FTTH", "GENIE_CIVIL")
    assert (code, erreurs) == (0, ""), sortie
    assert f"Réponses conformes : {nombre}. Écarts : 0." in sortie
    assert len(re.findall(r"^conforme  ", sortie, re.MULTILINE)) == nombre
    code, sortie, _ = script(dossier, service.url, "GENIE_CIVIL")
    assert (code, f"Réponses conformes : {une}. Écarts : 0." in sortie) == (0, True), "it can be run again"


@pytest.mark.long
@pytest.mark.exigence("R8", "R3.2", "R3.3")
def test_le_script_passe_tout_le_jeu__ok(service: ServeurReel, tmp_path: Path) -> None:
    version = VERSIONS[service.store.startswith("sqlite")]  # a process for each message: one version a store will do
    dossier = deballer(service, version, tmp_path)
    nombre = conformes(dossier)
    assert 100 < nombre < len((dossier / "cas.tsv").read_text().splitlines()), "the others come later"
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


@pytest.mark.exigence("R8", "R6.3")
def test_sans_rien_charger_tout_est_conforme__ok(service: ServeurReel, tmp_path: Path) -> None:
    """Also for an opérateur that nobody has heard of."""
    pack = enregistre(service, "2026.2", tmp_path)
    options = [o for offre in ("ACCES_FTTH", "FTTH_ACTIVE", "FIBRE_NOIRE") for o in ("--offre", offre)]
    code, sortie, erreurs = client(service, pack, *options, "--operateur", "NOUVEAU")
    assert (code, erreurs) == (0, ""), sortie
    assert "FTTH_ACTIVE-MINIMAL" in sortie


@pytest.mark.exigence("R8", "R6.3")
def test_une_prestation_chargee_compte_avant_celle_d_essai__error(service: ServeurReel, tmp_path: Path) -> None:
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


def client(service: ServeurReel, pack: Path, *options: str) -> tuple[int, str, str]:
    """Run ``esav client jeu-de-test``."""
    acces = ("--url", service.url, "--operateur", "ESSAI")
    lance = executer(["client", "jeu-de-test", str(pack), *acces, *options])
    return lance.returncode, lance.stdout, lance.stderr


@pytest.mark.exigence("R8", "R9", "R3.2")
@pytest.mark.parametrize("version", VERSIONS)
def test_le_client_passe_tout_le_jeu__ok(service: ServeurReel, version: str, tmp_path: Path) -> None:
    pack = enregistre(service, version, tmp_path)
    for options, minimum in (((), 100), (("--offre", "GENIE_CIVIL"), 20)):  # it can be run again
        code, sortie, erreurs = client(service, pack, "--format", "json", *options)
        rapport = json.loads(sortie)
        assert (code, erreurs, rapport["ecarts"]) == (0, "", []), sortie
        assert len(rapport["cas"]) == rapport["conformes"] > minimum


@pytest.mark.exigence("R8", "R9")
def test_le_client_montre_un_ecart__error(service: ServeurReel, tmp_path: Path) -> None:
    pack = enregistre(service, "2026.2", tmp_path)
    options = ("--offre", "GENIE_CIVIL", "--operateur", "AUTRE")
    code, sortie, erreurs = client(service, pack, *options)
    assert (code, erreurs) == (1, "")
    assert re.search(r"GENIE_CIVIL-MINIMAL +ACCEPTE \(HTTP 200\) +HTTP 500 +écart", sortie)
    assert re.search(r"GENIE_CIVIL-CHAMP_MANQUANT +FORMULAIRE_INVALIDE \(HTTP 500\) +HTTP 500 +conforme", sortie)
    assert "+<ws:code>OFFRE_NON_CONFORME</ws:code>" in sortie
    assert client(service, pack, "--offre", "INCONNUE")[0] == 2
    pack.write_bytes(b"PK")
    assert client(service, pack)[0] == 2
