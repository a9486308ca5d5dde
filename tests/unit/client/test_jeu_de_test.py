"""A pack whose jeu de test cannot be read is refused as such, wherever the damage shows."""

from __future__ import annotations

import io
import zipfile

import pytest

from esav_soap.client.erreurs import SaisieInvalide
from esav_soap.client.jeu_de_test import JeuDeTest
from esav_soap.names import NS_PACK


def _pack(manifeste: bytes, *, gate: bool = False) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("jeu-de-test/manifeste.xml", manifeste)
    octets = bytearray(sortie.getvalue())
    if gate:  # inside the compressed bytes of the entry
        debut = 30 + len("jeu-de-test/manifeste.xml")
        octets[debut : debut + 8] = b"\xff" * 8
    return bytes(octets)


@pytest.mark.exigence("R8")
@pytest.mark.parametrize(
    "pack",
    [
        pytest.param(b"pas une archive", id="no archive"),
        pytest.param(_pack(b"<manifeste"), id="no XML"),
        pytest.param(_pack(b"<autre/>"), id="other document"),
        pytest.param(_pack(f'<jeuDeTest xmlns="{NS_PACK}"/>'.encode(), gate=True), id="damaged entry"),
    ],
)
def test_unreadable_pack_is_refused(pack: bytes) -> None:
    with pytest.raises(SaisieInvalide):
        JeuDeTest(pack)
