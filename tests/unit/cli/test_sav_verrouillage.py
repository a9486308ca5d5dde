"""``esav sav verrouiller --echues`` and the worker: what nobody can contest any more is locked by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from esav_soap.bootstrap.reglages import lire_reglages
from esav_soap.bootstrap.verrouillage import monter_verrouillage
from esav_soap.errors import ReglageInvalide
from esav_soap.signalisation import Etat
from esav_soap.store import ouvrir
from esav_soap.usecases.verrouillage import PAUSE_S, WORKER_FINI_S, WORKER_S
from tests.unit.cli.test_esav import Lancer, lancer
from tests.validees import etat_de, validee

__all__ = ["lancer"]

#: A Monday morning in winter; what was closed on the Tuesday before may be contested no more, on the Wednesday it may.
PRESENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MARDI, MERCREDI = (datetime(2026, 11, jour, 9, 0, tzinfo=UTC) for jour in (17, 18))


def present() -> datetime:
    return PRESENT


@pytest.fixture
def numeros(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> tuple[str, str, str]:
    """Two that are due, one of each platform, and one that is not."""
    adresse = f"sqlite:///{tmp_path}/esav.db"
    monkeypatch.setenv("ESAV_STORE", adresse)
    monkeypatch.setenv("ESAV_HORLOGE", f"{present.__module__}:present")
    with ouvrir(adresse) as magasin:
        return (
            validee(magasin, "REF-1", MARDI),
            validee(magasin, "REF-2", MARDI, plateforme="integration"),
            validee(magasin, "REF-3", MERCREDI),
        )


def etats(numeros: tuple[str, ...]) -> list[Etat]:
    with ouvrir(lire_reglages().store) as magasin:
        return [etat_de(magasin, numero) for numero in numeros]


FAIT = [Etat.CLOS_TABLEAU_DE_BORD, Etat.CLOS_TABLEAU_DE_BORD, Etat.VALIDE]


@pytest.mark.exigence("R3.4", "R3.6")
def test_tout_ce_qui_est_echu__ok(numeros: tuple[str, str, str], lancer: Lancer) -> None:
    code, dit, _ = lancer("sav", "verrouiller", "--echues", "--a-blanc")
    assert (code, dit) == (0, "À clore au tableau de bord : 2 signalisations. Rien n'a été fait (--a-blanc).\n")
    assert etats(numeros) == [Etat.VALIDE] * 3
    assert lancer("sav", "verrouiller", "--echues")[:2] == (0, "Clos au tableau de bord : 2 signalisations.\n")
    assert etats(numeros) == FAIT
    assert lancer("sav", "verrouiller", "--echues")[:2] == (0, "Clos au tableau de bord : 0 signalisation.\n")
    assert "CLOS_TABLEAU_DE_BORD  VERROUILLER           Fournisseur (e-SAV)" in lancer("sav", "montrer", numeros[0])[1]


@pytest.mark.exigence("R3.4", "R3.6")
def test_une_seule__ok(numeros: tuple[str, str, str], lancer: Lancer) -> None:
    code, dit, _ = lancer("sav", "verrouiller", numeros[0], "--auteur", "Anne", "--vus", "3")
    assert (code, "Fournisseur (Anne)" in dit) == (0, True)
    code, _, dit = lancer("sav", "verrouiller", numeros[2])
    assert (code, "TRANSITION_INTERDITE" in dit) == (1, True)
    assert etats(numeros) == [Etat.CLOS_TABLEAU_DE_BORD, Etat.VALIDE, Etat.VALIDE]


@pytest.mark.exigence("R3.6")
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("7K3M9QX2TBX", "--echues"),
        ("7K3M9QX2TBX", "--a-blanc"),
        *(("--echues", nom, valeur) for nom, valeur in (("--auteur", "A"), ("--vus", "1"), ("--commentaire", "x"))),
    ],
)
def test_appel_incorrect__error(numeros: tuple[str, str, str], lancer: Lancer, options: tuple[str, ...]) -> None:
    assert lancer("sav", "verrouiller", *options)[0] == 2
    assert etats(numeros) == [Etat.VALIDE] * 3


@pytest.mark.exigence("R3.4")
def test_le_worker_le_fait_de_lui_meme__ok(numeros: tuple[str, str, str], lancer: Lancer) -> None:
    code, dit, _ = lancer("worker", "--une-fois")
    assert (code, dit) == (0, "Signalisations closes au tableau de bord : 2.\n")
    assert etats(numeros) == FAIT
    assert lancer("worker", "--une-fois")[:2] == (0, "")


@pytest.mark.exigence("R3.4", "R9")
def test_sauf_si_le_reglage_dit_non__ok(
    numeros: tuple[str, str, str], lancer: Lancer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESAV_VERROUILLAGE", "non")
    assert lancer("worker", "--une-fois")[:2] == (0, "")
    assert etats(numeros) == [Etat.VALIDE] * 3
    assert lancer("sav", "verrouiller", "--echues")[1] == "Clos au tableau de bord : 2 signalisations.\n"
    with pytest.raises(ReglageInvalide, match="ESAV_VERROUILLAGE doit être oui ou non, pas « peut-être »"):
        lire_reglages({"ESAV_VERROUILLAGE": "peut-être"})


@pytest.mark.exigence("R3.4")
def test_les_pas_du_worker__ok(numeros: tuple[str, str, str]) -> None:
    reglages = lire_reglages()
    with ouvrir(reglages.store) as magasin:
        tache = monter_verrouillage(reglages, magasin, present)
        assert tache is not None
        assert [tache() for _ in range(4)] == [WORKER_S, WORKER_FINI_S, PAUSE_S, WORKER_FINI_S]
        assert tache.verrouillees == 2
