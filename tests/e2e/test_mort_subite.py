"""SIGKILL at any moment, under load: nothing acknowledged is lost, nothing is doubled (R3.1, R3.3)."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from lxml import etree

from esav_soap.store import ouvrir
from tests.e2e.conftest import preparer
from tests.e2e.serveur import demarrer, port_libre
from tests.e2e.soap import Reponse, appeler, depot
from tests.postgres import Grappe

OPERATEURS = ("OPA", "OPB")
FILS = 6


@dataclass
class Charge:
    """Clients that deposit, and go on with the same reference until they get an answer, as R3.3 lets them."""

    port: int
    accuses: dict[tuple[str, str], list[tuple[str, bool]]] = field(default_factory=dict)
    sans_reponse: int = 0
    fini: threading.Event = field(default_factory=threading.Event)
    verrou: threading.Lock = field(default_factory=threading.Lock)

    def deposer_sans_fin(self, graine: int) -> None:
        rng = Random(graine)
        while not self.fini.is_set():
            operateur, reference = rng.choice(OPERATEURS), uuid4().hex
            demande = depot("2026.2", "FIBRE_NOIRE", reference, operateur=operateur)
            for _ in range(1 if rng.random() < 0.8 else 2):  # now and then one more time, though it was answered
                reponse = self.insister(demande, operateur)
                if reponse is None:
                    return
                assert reponse.refus is None, reponse.octets
                recu = (reponse.texte("numeroSignalisation") or "", reponse.texte("dejaDeposee") == "true")
                with self.verrou:
                    self.accuses.setdefault((operateur, reference), []).append(recu)

    def insister(self, demande: etree._Element, operateur: str) -> Reponse | None:
        service = "production/ws/1/depot/2026.2"
        while not self.fini.is_set():
            try:
                return appeler(f"http://127.0.0.1:{self.port}", service, demande, operateur=operateur)
            except (OSError, http.client.HTTPException):
                with self.verrou:
                    self.sans_reponse += 1
                self.fini.wait(0.01)
        return None


@pytest.mark.exigence("R3.1", "R3.3")
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("moteur", "morts"),
    [
        ("sqlite", 2),
        pytest.param("sqlite", 5, marks=pytest.mark.long),
        pytest.param("postgresql", 5, marks=pytest.mark.long),
    ],
)
def test_rien_d_accuse_n_est_perdu_ni_double__ok(
    request: pytest.FixtureRequest, tmp_path: Path, moteur: str, morts: int
) -> None:
    if moteur == "sqlite":
        _tuer_sous_charge(f"sqlite:///{tmp_path}/esav.db", tmp_path, morts)
    else:
        grappe: Grappe = request.getfixturevalue("postgresql")
        with grappe.base() as url:
            _tuer_sous_charge(url, tmp_path, morts)


def _tuer_sous_charge(url: str, dossier: Path, morts: int) -> None:
    preparer(url)
    port = port_libre()
    charge = Charge(port)
    fils = [threading.Thread(target=charge.deposer_sans_fin, args=(graine,)) for graine in range(FILS)]
    rng = Random(20260215)
    serveur = demarrer(url, dossier / "log", port=port, processus=2)
    try:
        for f in fils:
            f.start()
        for _ in range(morts):
            _attendre(charge, fils, rng.randint(5, 60))
            serveur.tuer()
            serveur = demarrer(url, dossier / "log", port=port, processus=2)
        _attendre(charge, fils, 20)
    finally:
        charge.fini.set()
        for f in fils:
            f.join()
        serveur.arreter()
    _verifier(url, charge, morts)


def _attendre(charge: Charge, fils: list[threading.Thread], nombre: int) -> None:
    """Until so many more are acknowledged."""
    cible = len(charge.accuses) + nombre
    while len(charge.accuses) < cible:
        assert any(f.is_alive() for f in fils)
        threading.Event().wait(0.001)


def _verifier(url: str, charge: Charge, morts: int) -> None:
    assert charge.sans_reponse >= morts, "the kills hit nobody: the test proves nothing"
    with ouvrir(url) as magasin:
        for (operateur, reference), recus in charge.accuses.items():
            gardee = magasin.par_reference("production", operateur, reference)
            assert gardee is not None, f"acknowledged and lost: {reference}"
            assert {numero for numero, _ in recus} == {gardee.numero}
            assert len(gardee.evenements) == 1
            assert [deja for _, deja in recus[1:]] == [True] * (len(recus) - 1)
    numeros = [recus[0][0] for recus in charge.accuses.values()]
    assert len(set(numeros)) == len(numeros)
