"""The page of the clients says what the suite requires, and every example is one that the suite executes."""

from __future__ import annotations

import pytest

from tests.interop.attendu import DESCRIPTION, ETAPES, FORMULAIRE, JUGES, etapes_reussies
from tests.interop.clients import CLIENTS, EXEMPLES
from tests.interop.tableau import main


@pytest.mark.exigence("R9")
def test_la_page_est_a_jour__ok() -> None:
    assert main(["--check"]) == 0


@pytest.mark.exigence("R9")
def test_chaque_exemple_est_execute__ok() -> None:
    assert {dossier.name for dossier in EXEMPLES.iterdir() if dossier.is_dir()} == {client.code for client in CLIENTS}
    assert all(client.manquent.keys() <= ETAPES.keys() for client in CLIENTS)


@pytest.mark.exigence("R9")
def test_une_etape_fausse_ou_tue_n_est_pas_reussie__error() -> None:
    dits = {
        "DEPOT_NUMERO": "DMX4C2FB7PW",
        "DEPOT_ETAT": "EN_DEPOT",
        "DEPOT_DEJA": "False",
        "DETAIL_CHAMPS": str(len(FORMULAIRE)),
        "DETAIL_DESCRIPTION": DESCRIPTION,
        "RENVOI_NUMERO": "DMX4C2FB7PW",
        "RENVOI_DEJA": "1",
    }
    assert etapes_reussies(dits) == ["dépôt", "renvoi", "détail"]
    assert etapes_reussies({**dits, "DETAIL_DESCRIPTION": DESCRIPTION.replace("é", "Ã©")}) == ["dépôt", "renvoi"]
    assert etapes_reussies({**dits, "RENVOI_NUMERO": "D6ZJ8DJH2EE"}) == ["dépôt", "détail"]
    assert {nom for noms in ETAPES.values() for nom in noms} == JUGES.keys()
