"""The slow clients of the bench: as many as asked for, byte by byte, and there again when they are sent away."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys

import pytest

from bench.lents import requete_lente, salutation

pytestmark = pytest.mark.exigence("R9")


def test_une_requete_lente_promet_plus_qu_elle_n_envoie__ok() -> None:
    for rang, entiere in ((0, False), (1, True)):
        debut, reste = requete_lente(rang, "OPA")
        assert (debut == b"") is entiere
        tete, fin, corps = (debut + reste).partition(b"\r\n\r\n")
        assert fin
        assert int(tete.rpartition(b": ")[2]) < len(corps)
        assert len(reste) > 3600, "an hour at a byte a second"


def test_la_salutation_est_un_debut_de_negociation__ok() -> None:
    octets = salutation(ssl.create_default_context())
    assert octets[:2] == b"\x16\x03"
    assert len(octets) == 5 + int.from_bytes(octets[3:5], "big")


@pytest.mark.timeout(60)
def test_ils_tiennent_et_reviennent__ok() -> None:
    """Each sends single bytes until it is told to end; who is sent away comes back."""
    with socket.create_server(("127.0.0.1", 0)) as ecoute:
        commande = [sys.executable, "-m", "bench.lents", str(ecoute.getsockname()[1]), "4", "requete"]
        with subprocess.Popen(commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as lance:
            try:
                prises = [ecoute.accept()[0] for _ in range(4)]
                assert lance.stdout is not None
                assert lance.stdout.readline() == b"pr\xc3\xaat\n"
                for rang, prise in enumerate(prises):
                    prise.settimeout(30)
                    if rang % 2 == 0:
                        assert b"\r\n\r\n" in prise.recv(10_000)  # with the first byte of the body, or without
                    assert len(prise.recv(1)) == 1
                prises[1].close()
                retour, _ = ecoute.accept()
                prises[1] = retour
                assert len(retour.recv(1)) == 1
                dit, _ = lance.communicate(timeout=30)
            finally:
                lance.kill()
                for prise in prises:
                    prise.close()
    bilan = json.loads(dit)
    assert bilan["tenues"] == 4
    assert bilan["octets"] >= 5
    assert bilan["coupees"] == 1
