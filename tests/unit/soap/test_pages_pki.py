"""``/pki/``: the own CA and its list, to anybody; nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from esav_soap import pki
from esav_soap.certificats import Autorite
from esav_soap.soap import pages
from tests.unit.usecases.monde_pki import INSTANT, JOUR, monde

LIEU = monde()
PREMIERE = LIEU.base.autorites()[0]
SECONDE = replace(PREMIERE, empreinte="b" * 64, nom="suivante", debut=INSTANT + JOUR, der=b"\x30\x00", crl=b"seconde")
EXTERNE = LIEU.reconnaitre(crl=b"externe")


def servi(chemin: str, *autorites: Autorite) -> pages.Page | None:
    registre: Any = None  # these addresses need no catalogue
    return pages.page(chemin, registre, INSTANT + timedelta(days=2), autorites)


@pytest.mark.exigence("R6.2")
def test_autorite_et_liste__ok() -> None:
    pem, der, crl = (servi(f"/pki/{nom}", EXTERNE, PREMIERE) for nom in ("ca.pem", "ca.der", "esav.crl"))
    assert pem is not None
    assert der is not None
    assert crl is not None
    assert (pem.type, pem.contenu) == ("application/x-pem-file", pki.en_pem(PREMIERE.der))
    assert (der.type, der.contenu) == ("application/pkix-cert", PREMIERE.der)
    assert (crl.type, crl.contenu) == ("application/pkix-crl", PREMIERE.crl)
    assert dict(crl.entetes)["Cache-Control"] == "public, max-age=60"
    assert dict(pem.entetes)["Cache-Control"] == "public, max-age=3600"
    assert dict(pem.entetes)["ETag"] != dict(der.entetes)["ETag"]


@pytest.mark.exigence("R6.2")
def test_pendant_une_succession_la_plus_recente_et_chacune_sa_liste() -> None:
    pem = servi("/pki/ca.pem", PREMIERE, SECONDE)
    assert pem is not None
    assert pem.contenu.count(b"BEGIN CERTIFICATE") == 2
    listes = [servi(f"/pki/{n}.crl", PREMIERE, SECONDE) for n in ("esav", PREMIERE.empreinte, SECONDE.empreinte)]
    assert [liste and liste.contenu for liste in listes] == [b"seconde", PREMIERE.crl, b"seconde"]


@pytest.mark.exigence("R6.2")
def test_apres_le_retrait_sa_liste_reste_publiee() -> None:
    retiree = replace(PREMIERE, retiree_le=INSTANT)
    assert [servi(f"/pki/{nom}", retiree) for nom in ("ca.pem", "ca.der", "esav.crl")] == [None] * 3
    liste = servi(f"/pki/{PREMIERE.empreinte}.crl", retiree)
    assert liste is not None
    assert liste.contenu == PREMIERE.crl


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(
    "chemin",
    [
        "/pki",
        "/pki/",
        "/pki/autorite.pem",
        "/pki/x/ca.pem",
        f"/pki/{EXTERNE.empreinte}.crl",
        f"/pki/{PREMIERE.empreinte}",
    ],
    ids=range(6),
)
def test_rien_d_autre__error(chemin: str) -> None:
    assert servi(chemin, PREMIERE, EXTERNE) is None


@pytest.mark.exigence("R6.2")
def test_sans_autorite_ni_liste__error() -> None:
    assert [servi(f"/pki/{nom}") for nom in ("ca.pem", "ca.der", "esav.crl")] == [None] * 3
    assert servi("/pki/esav.crl", replace(PREMIERE, crl=None)) is None
