"""Every legacy client goes through the whole scenario, over mutual TLS, from the WSDLs that the server serves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.attendu import FORMULAIRE
from tests.interop.banc import Banc, banc_ouvert
from tests.interop.clients import CLIENTS, Client
from tests.interop.passage import construire, passer
from tests.interop.temoin import detourner, temoin_ouvert

PASSAGES = [(client, soap) for client in CLIENTS for soap in client.soap]


def operateur(client: Client, soap: str) -> str:
    """Each run has an opérateur of its own, and so lists and events of its own."""
    return f"{client.code}-{soap}"


NOMS = [operateur(*passage) for passage in PASSAGES]


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    with banc_ouvert(tmp_path_factory.mktemp("interop"), NOMS) as ouvert:
        yield ouvert


def _verifier_soap(banc: Banc, client: Client, soap: str, dossier: Path) -> None:
    """It speaks the version that it is asked to: seen by a server that answers nothing."""
    with temoin_ouvert(banc.dossier) as temoin:
        detourner(banc.wsdl(soap), dossier / "wsdl-temoin", banc.base, temoin.base)
        env = banc.environnement(operateur(client, soap), soap)
        client.executer(
            client.lancer, dossier, {**env, "ESAV_WSDL": str(dossier / "wsdl-temoin"), "ESAV_URL": temoin.base}
        )
        assert temoin.soap == soap, temoin.recus


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.exigence("R9", "R6.1", "R3.1", "R3.2", "R3.3", "R3.5", "R4.1")
@pytest.mark.parametrize(("client", "soap"), PASSAGES, ids=[operateur(*passage) for passage in PASSAGES])
def test_scenario(banc: Banc, client: Client, soap: str, tmp_path: Path) -> None:
    nom = operateur(client, soap)
    env = banc.environnement(nom, soap)
    construire(client, tmp_path, env)
    passer(client, tmp_path, env, len(FORMULAIRE))
    _verifier_soap(banc, client, soap, tmp_path)
    assert banc.lu(nom) == list(FORMULAIRE)
