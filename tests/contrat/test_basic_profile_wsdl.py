"""WS-I Basic Profile 1.1, on every WSDL that a node serves: a test for each point and document (``-k R2706``)."""

from __future__ import annotations

import pytest

from esav_soap.contract.services import RECEPTEURS
from esav_soap.usecases.registre import ouvrir_pack
from tests.contrat.points import Point
from tests.contrat.points_liaison import POINTS
from tests.contrat.servis import CHEMINS, DOCUMENTS, IDS, VERSIONS, Wsdl, servi
from tests.faux import pack

PAR_NUMERO = [pytest.param(point, id=point.numeros) for point in POINTS]


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(("chemin", "soap"), DOCUMENTS, ids=IDS)
@pytest.mark.parametrize("point", PAR_NUMERO)
def test_point_du_basic_profile__ok(point: Point, chemin: str, soap: str) -> None:
    assert list(point.juger(servi(chemin, soap))) == [], point.enonce


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("soap", ["1.1", "1.2"])
@pytest.mark.parametrize("point", PAR_NUMERO)
def test_son_defaut_se_voit__error(point: Point, soap: str) -> None:
    gate = Wsdl(point.gater(servi("suivi", soap).octets), soap)
    assert list(point.juger(gate)) != [], point.enonce


@pytest.mark.exigence("R9")
def test_les_points_sont_distincts__ok() -> None:
    numeros = [numero for point in POINTS for numero in point.numeros.split()]
    assert len(set(numeros)) == len(numeros) > 50


@pytest.mark.exigence("R1.4", "R9")
@pytest.mark.parametrize("version", VERSIONS)
def test_le_pack_donne_les_wsdl_servis__ok(version: str) -> None:
    """So what holds for one holds for the other."""
    fichiers = ouvrir_pack(pack(version))
    for chemin in (c for c in CHEMINS if not c.startswith("depot/") or c.endswith(version)):
        service = chemin.partition("/")[0]
        assert fichiers[f"wsdl/{service}.wsdl"] == servi(chemin).octets, chemin
        if service not in RECEPTEURS:
            assert fichiers[f"wsdl/{service}-soap12.wsdl"] == servi(chemin, "1.2").octets, chemin
