"""``esav catalogue``: what it finds, repairs, records; on a small copy of the repository's own catalogue."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from esav_soap.errors import PackInvalide
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import empaqueter
from tests.faux import RACINE, URL, pack
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    """The publisher's files of both versions, without anything generated."""
    for dossier in ("catalogue", "forms_xml"):
        shutil.copytree(RACINE / dossier, tmp_path / dossier)
    return tmp_path


@pytest.fixture
def sans_2026_2(depot: Path) -> Path:
    for dossier in ("catalogue", "forms_xml"):
        shutil.rmtree(depot / dossier / "2026.2")
    return depot


@pytest.mark.exigence("R1.1")
def test_construire_verifier_reparer__ok(lancer: Lancer, sans_2026_2: Path) -> None:
    racine = str(sans_2026_2)
    code, sortie, erreurs = lancer("catalogue", "build", "--check", racine)
    assert code == 1
    assert "absent : wsdl/2026.1/depot.wsdl" in sortie
    assert "esav catalogue build" in erreurs
    assert lancer("catalogue", "build", racine)[0] == 0
    assert (sans_2026_2 / "html_mockups/2026.1/ACCES_FTTH.html").is_file()
    assert lancer("catalogue", "build", "--check", racine)[0] == 0
    wsdl = sans_2026_2 / "wsdl/2026.1/suivi.wsdl"
    wsdl.write_bytes(wsdl.read_bytes() + b" ")
    (sans_2026_2 / "wsdl/1999.1").mkdir()
    (sans_2026_2 / "html_mockups/2026.1/VIEUX.html").touch()
    code, sortie, _ = lancer("catalogue", "build", "--check", racine)
    assert code == 1
    for dit in (
        "modifié : wsdl/2026.1/suivi.wsdl",
        "en trop : wsdl/1999.1",
        "en trop : html_mockups/2026.1/VIEUX.html",
    ):
        assert dit in sortie
    code, sortie, _ = lancer("catalogue", "build", racine)
    assert "Fichiers changés : 3" in sortie
    assert lancer("catalogue", "build", "--check", racine)[0] == 0
    (sans_2026_2 / "forms_xml/2026.1/acces-ftth.xml").write_bytes(
        (sans_2026_2 / "forms_xml/2026.1/acces-ftth.xml").read_bytes().replace(b"PTO", b"PTO2", 1)
    )
    assert lancer("catalogue", "build", "--check", racine)[0] == 1, "a changed source is a drift too"


@pytest.mark.exigence("R1.1")
def test_le_depot_lui_meme_est_a_jour__ok(lancer: Lancer) -> None:
    code, sortie, erreurs = lancer("catalogue", "build", "--check", str(RACINE))
    assert (code, erreurs) == (0, "Construction…\n"), sortie


@pytest.mark.exigence("R2.1")
def test_verifier_dit_tous_les_problemes_de_toutes_les_versions__error(lancer: Lancer, depot: Path) -> None:
    code, sortie, _ = lancer("catalogue", "check", str(depot))
    assert (code, sortie.count("aucun problème")) == (0, 2)
    for version in ("2026.1", "2026.2"):
        formulaire = depot / f"forms_xml/{version}/acces-ftth.xml"
        texte = formulaire.read_text("utf-8")
        formulaire.write_text(texte.replace('code="etage"', 'code="Étage !"', 1), "utf-8")
    (depot / "catalogue/2026.2/catalogue.xml").write_bytes(b"<oups>")
    code, sortie, erreurs = lancer("catalogue", "check", str(depot))
    assert code == 1
    assert "2026.1: formulaires/acces-ftth.xml:" in sortie
    assert "2026.2: formulaires/acces-ftth.xml:" in sortie
    assert "2026.2: catalogue.xml:" in sortie
    assert "2026.1, 2026.2" in erreurs
    assert lancer("catalogue", "check", str(depot), "--version", "2026.1")[0] == 1


@pytest.mark.exigence("R1.4", "R2.1")
def test_pack_et_sa_verification__ok(lancer: Lancer, tmp_path: Path) -> None:
    zip_ = tmp_path / "sous" / "p.zip"
    code, sortie, _ = lancer("catalogue", "pack", "2026.1", str(zip_), "--dossier", str(RACINE), "--url-publique", URL)
    assert (code, zip_.read_bytes()) == (0, pack("2026.1"))
    assert str(len(pack("2026.1"))) in sortie
    assert lancer("catalogue", "check", str(zip_))[0] == 0
    zip_.write_bytes(pack("2026.1")[:-100])
    code, _, erreurs = lancer("catalogue", "check", str(zip_))
    assert code == 1
    assert "p.zip: ARCHIVE_ILLISIBLE" in erreurs


def _suite_de_2026_1() -> bytes:
    """The pack of 2026.2 with its changelog."""
    precedent = lire_catalogue(depuis_dossiers(RACINE, "2026.1"))
    return empaqueter(depuis_dossiers(RACINE, "2026.2"), URL, precedent=precedent)[1]


@pytest.mark.long
@pytest.mark.exigence("R1.4")
def test_le_pack_d_une_suite_porte_ses_changements__ok(lancer: Lancer, tmp_path: Path) -> None:
    for version, attendu in (("2026.1", pack("2026.1")), ("2026.2", _suite_de_2026_1())):
        sortie = tmp_path / f"{version}.zip"
        commande = ("catalogue", "pack", version, str(sortie), "--dossier", str(RACINE), "--url-publique", URL)
        assert lancer(*commande)[0] == 0
        assert sortie.read_bytes() == attendu
    with zipfile.ZipFile(tmp_path / "2026.2.zip") as suite, zipfile.ZipFile(tmp_path / "2026.1.zip") as premiere:
        assert {"changelog.html", "changelog.xml"} <= set(suite.namelist())
        assert not {"changelog.html", "changelog.xml"} & set(premiere.namelist())


@pytest.mark.exigence("R1.4", "R2.4")
def test_installer_et_lister__ok(lancer: Lancer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = f"sqlite:///{tmp_path}/esav.db"
    code, _, erreurs = lancer("catalogue", "list", "--store", store)
    assert (code, list(tmp_path.iterdir())) == (1, []), "looking makes nothing"
    assert "esav store migrate" in erreurs
    ouvrir(store).fermer()
    code, sortie, _ = lancer("catalogue", "list", "--store", store)
    assert code == 0
    assert "Aucune version" in sortie
    dates = ["--ouverture", "2026-03-01T00:00", "--retrait", "2026-07-01T00:00+02:00", "--remplacante", "2026.2"]
    commun = ["--store", store, "--url-publique", URL]
    assert lancer("catalogue", "install", "2026.1", "--dossier", str(RACINE), *dates, *commun)[0] == 0
    (tmp_path / "p.zip").write_bytes(pack("2026.2"))
    assert lancer("catalogue", "install", "p.zip", *commun)[0] == 0
    with ouvrir(store) as magasin:
        une, deux = magasin.versions()
        assert [magasin.pack(v) for v in ("2026.1", "2026.2")] == [pack("2026.1"), _suite_de_2026_1()]
    assert [str(d) for d in (une.ouverture, une.retrait)] == ["2026-02-28 23:00:00+00:00", "2026-06-30 22:00:00+00:00"]
    assert (une.remplacante, deux.retrait) == ("2026.2", None)
    _, sortie, _ = lancer("catalogue", "list", "--store", store)
    assert "2026.1" in sortie.splitlines()[0]
    assert "ouverture 2026-03-01T00:00:00+01:00, retrait 2026-07-01T00:00:00+02:00" in sortie
    code, _, erreurs = lancer(
        "catalogue", "install", "2026.1", "--dossier", str(RACINE), "--retrait", "2020-01-01T00:00", *commun
    )
    assert code == 1
    assert "Le retrait (2020-01-01T00:00:00+01:00) doit suivre l'ouverture" in erreurs
    with ouvrir(store) as magasin:
        assert magasin.versions()[0] == une, "nothing of a refused version stays"


@pytest.mark.exigence("R2.1")
def test_un_pack_refuse_sort_en_1_avec_chaque_probleme__error(
    lancer: Lancer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "catalogue/2026.1").mkdir(parents=True)
    (tmp_path / "catalogue/2026.1/catalogue.xml").write_bytes(b"<!DOCTYPE x><x/>")
    code, _, erreurs = lancer("catalogue", "pack", "2026.1", "--dossier", str(tmp_path))
    assert code == 1
    assert "catalogue.xml" in erreurs
    assert "Refusé : " in erreurs
    assert not list(tmp_path.glob("*.zip"))
    assert issubclass(PackInvalide, Exception)


@pytest.mark.exigence("R2.1")
def test_un_dossier_recopie_sans_changer_le_numero__error(lancer: Lancer, tmp_path: Path) -> None:
    for genre in ("catalogue", "forms_xml"):
        shutil.copytree(RACINE / genre / "2026.2", tmp_path / genre / "2026.3")
    store = f"sqlite:///{tmp_path}/esav.db"
    for commande in (
        ("check", str(tmp_path)),
        ("build", str(tmp_path)),
        ("pack", "2026.3", str(tmp_path / "p.zip"), "--dossier", str(tmp_path)),
        ("install", "2026.3", "--dossier", str(tmp_path), "--store", store),
    ):
        code, sortie, erreurs = lancer("catalogue", *commande)
        assert code == 1, commande
        assert "VERSION_DIFFERENTE" in sortie + erreurs
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.startswith("esav.db")) == ["catalogue", "forms_xml"]
    with ouvrir(store) as magasin:
        assert magasin.versions() == ()
