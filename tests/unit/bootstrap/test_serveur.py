"""What is checked before anything listens."""

from __future__ import annotations

import pytest

from esav_soap.bootstrap.reglages import Reglages
from esav_soap.bootstrap.serveur import verifier_url_publique
from esav_soap.errors import ReglageInvalide


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("adresse", ["0.0.0.0:80", "[::]:80"])
def test_toutes_les_adresses_sans_url_publique__error(adresse: str) -> None:
    with pytest.raises(ReglageInvalide, match="ESAV_URL_PUBLIQUE"):
        verifier_url_publique(Reglages(adresse=adresse))


@pytest.mark.exigence("R6.1")
def test_une_adresse_ou_une_url_publique_suffit__ok() -> None:
    for reglages in (Reglages(), Reglages(adresse="0.0.0.0:80", url_publique="https://esav.example")):
        verifier_url_publique(reglages)
