"""``esav rendez-vous capacites``: all of a file or nothing of it, and what is then shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from esav_soap.cli.rendez_vous import rendez_vous
from esav_soap.signalisation import Prestation
from esav_soap.store import ouvrir

HORLOGE = "tests.unit.cli.test_rendez_vous:mardi"
ENTETE = "plateforme;zone;genre;jour;plage;places\n"
BONNES = "production;75;SAV;2026-12-03;MATIN;4\nproduction;2A;SAV+;03/12/2026;14-15;1\n"


def mardi() -> object:
    from datetime import UTC, datetime

    return datetime(2026, 12, 1, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _horloge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESAV_HORLOGE", HORLOGE)


def lancer(dossier: Path, *mots: str, entree: str = "") -> Result:
    return CliRunner().invoke(
        rendez_vous, ["capacites", *mots, "--store", f"sqlite:///{dossier / 'esav.db'}"], input=entree
    )


@pytest.mark.exigence("R4.1", "R4.2")
def test_importer_puis_voir__ok(tmp_path: Path) -> None:
    a_blanc = lancer(tmp_path, "import", "-", "--a-blanc", entree=ENTETE + BONNES)
    assert (a_blanc.exit_code, "Correct : 2 plages" in a_blanc.output) == (0, True)
    assert "Aucune plage du 01/12/2026 au 14/12/2026" in lancer(tmp_path, "list").output
    for bilan in ("2 ajoutées, 0 modifiée, 0 inchangée", "0 ajoutée, 0 modifiée, 2 inchangées"):
        fait = lancer(tmp_path, "import", "-", entree=ENTETE + BONNES)
        assert (fait.exit_code, bilan in fait.output) == (0, True), fait.output
    vues = [ligne.split() for ligne in lancer(tmp_path, "list").stdout.splitlines() if "/ " in ligne]
    assert vues == [
        ["03/12/2026", "2A", "SAV_PLUS", "H14", "0", "/", "1"],
        ["03/12/2026", "75", "SAV", "MATIN", "0", "/", "4"],
    ]
    seule = lancer(tmp_path, "list", "--zone", "75", "--genre", "SAV", "--du", "2026-12-03", "--au", "03/12/2026")
    assert [ligne.split()[1] for ligne in seule.stdout.splitlines() if "/ " in ligne] == ["75"]


@pytest.mark.exigence("R4.1", "R4.2")
def test_une_zone_ou_personne_n_a_de_prestation__dite(tmp_path: Path) -> None:
    with ouvrir(f"sqlite:///{tmp_path / 'esav.db'}") as magasin:
        magasin.importer([Prestation("production", "OPA", "P-1", "ACCES_FTTH", zone="75")])
    for options in (["--a-blanc"], []):
        fait = lancer(tmp_path, "import", "-", *options, entree=ENTETE + BONNES)
        assert (fait.exit_code, fait.stdout.count("2 plages")) == (0, 1)
        assert fait.stderr == (
            "Attention : aucune prestation de production n'est dans la zone 2A : personne ne peut en réserver les places.\n"
        )


@pytest.mark.exigence("R4.2")
def test_importer_un_fichier_fautif__error(tmp_path: Path) -> None:
    refuse = lancer(tmp_path, "import", "-", entree=f"{ENTETE}{BONNES}prod;75;SAV;2026-12-03;MATIN;-1\n")
    assert refuse.exit_code == 1
    assert "ligne 4, plateforme : PLATEFORME_INCONNUE" in refuse.output
    assert "ligne 4, places : PLACES_INVALIDES" in refuse.output
    assert "Refusé : 2 problèmes, rien n'a été importé." in refuse.output
    assert "Aucune plage" in lancer(tmp_path, "list").output
