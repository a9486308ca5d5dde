"""The receiver that the documentation shows, as it stands there: what it takes, what it refuses, nothing counted twice."""

from __future__ import annotations

import re
import runpy
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from esav_soap.notifications import lire_reseaux
from esav_soap.push.garde import resoudre
from esav_soap.usecases.ports.notifications import EchecNotification, MotifEchec, Notification
from tests.recepteur import Pieces, pieces, vers
from tests.unit.push.test_message import SUIVIS

EXEMPLE = Path(__file__).parents[3] / "docs" / "exemples" / "recepteur" / "recepteur.py"
ICI = "127.0.0.1"


@contextmanager
def exemple_lance(tenues: Pieces, base: Path, nom: str = "esav.fournisseur.example") -> Iterator[int]:
    """The port of a running one."""
    commande = [
        sys.executable,
        "-W",
        "error",
        str(EXEMPLE),
        "--adresse",
        ICI,
        "--port",
        "0",
        "--base",
        str(base),
        "--nom",
        nom,
    ]
    pems = ["--certificat", tenues.certificat_recepteur, "--cle", tenues.cle_recepteur]
    pems += ["--autorites", tenues.autorites_fournisseur]
    with (
        (base.parent / "recepteur.log").open("w") as journal,
        subprocess.Popen([*commande, *pems], stdout=subprocess.PIPE, stderr=journal, text=True) as lance,
    ):
        try:
            assert lance.stdout is not None
            dit = re.fullmatch(r"Prêt sur le port (\d+)\.\n", lance.stdout.readline())
            assert dit, (base.parent / "recepteur.log").read_text()
            yield int(dit[1])
        finally:
            lance.kill()


def recus(base: Path) -> list[tuple[str, int, str]]:
    with closing(sqlite3.connect(base)) as connexion:
        return connexion.execute("SELECT plateforme, rang, etat FROM evenement ORDER BY plateforme, rang").fetchall()


@pytest.fixture
def tenues(tmp_path: Path) -> Pieces:
    return pieces(tmp_path / "pieces", nom=ICI)


@pytest.mark.exigence("R3.5", "R8")
def test_chaque_evenement_compte_une_fois__ok(tenues: Pieces, tmp_path: Path) -> None:
    base = tmp_path / "evenements.db"
    with exemple_lance(tenues, base) as port:
        envoi = vers(tenues, resolution=resoudre, reseaux=lire_reseaux(f"{ICI}/32"))
        adresse = f"https://{ICI}:{port}/esav"
        un = Notification("production", "OPA", SUIVIS[:2], 5)
        envoi.notifier(adresse, un)
        envoi.notifier(adresse, replace(un, evenements=SUIVIS, curseur=12))
        envoi.notifier(adresse, replace(un, plateforme="integration"))
        envoi.notifier(adresse, replace(un, evenements=(), curseur=12))
    assert recus(base) == [
        *[("integration", rang, etat) for rang, etat in ((4, "EN_DEPOT"), (5, "GELE"))],
        *[("production", s.evenement.rang, s.evenement.etat.name) for s in SUIVIS],
    ]


@pytest.mark.exigence("R3.5", "R6.1", "R8")
def test_il_n_ecoute_que_le_fournisseur__error(tenues: Pieces, tmp_path: Path) -> None:
    base = tmp_path / "evenements.db"
    un = Notification("production", "OPA", SUIVIS, 12)

    def echec(autres: Pieces, port: int) -> EchecNotification:
        envoi = vers(autres, resolution=resoudre, reseaux=lire_reseaux(f"{ICI}/32"), autorites=tenues.autorites)
        with pytest.raises(EchecNotification) as pris:
            envoi.notifier(f"https://{ICI}:{port}/", un)
        return pris.value

    with exemple_lance(tenues, base, nom="un-autre.example") as port:
        # The same authority may have issued certificates of opérateurs as well.
        refus = echec(tenues, port)
        assert (refus.motif, "HTTP 403" in str(refus)) == (MotifEchec.STATUT, True)
        assert echec(pieces(tmp_path / "autres"), port).motif is MotifEchec.TLS
    assert not base.exists()


@pytest.mark.exigence("R3.5", "R8")
def test_ce_qui_n_est_pas_une_notification__error(tenues: Pieces, tmp_path: Path) -> None:
    base = tmp_path / "evenements.db"
    contexte = ssl.create_default_context(cafile=tenues.autorites)
    contexte.load_cert_chain(tenues.certificat, tenues.cle)
    with exemple_lance(tenues, base) as port:
        for corps in (b"", b"ok", b"<a/>", b"<!DOCTYPE a><a/>"):
            with closing(HTTPSConnection(ICI, port, context=contexte, timeout=20)) as connexion:
                connexion.request("POST", "/", corps)
                reponse = connexion.getresponse()
                assert reponse.status == 500
                assert b"<faultcode>s:Client</faultcode>" in reponse.read()
    assert not base.exists()


@pytest.mark.exigence("R3.5", "R8")
def test_un_appelant_qui_echoue_laisse_une_ligne__error(capsys: pytest.CaptureFixture[str]) -> None:
    """Scanners and wrong certificates come every day: a traceback for each would hide what matters."""
    serveur = object.__new__(runpy.run_path(str(EXEMPLE))["Serveur"])
    try:
        raise ConnectionResetError("coupé")
    except ConnectionResetError:
        serveur.handle_error(None, ("192.0.2.7", 41022))
    assert capsys.readouterr() == ("", "Appel de 192.0.2.7 abandonné : coupé\n")
