"""Compiling schemas: from memory alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.contract.schemas import compiler_schema
from esav_soap.contract.wsdl import adresser, en_soap_12
from esav_soap.names import NS_XSD

AUTRE = f'<xs:schema xmlns:xs="{NS_XSD}" targetNamespace="urn:b"><xs:element name="b" type="xs:date"/></xs:schema>'


def racine(lieu: str) -> bytes:
    return (
        f'<xs:schema xmlns:xs="{NS_XSD}" xmlns:b="urn:b" targetNamespace="urn:a">'
        f'<xs:import namespace="urn:b" schemaLocation="{lieu}"/>'
        '<xs:element name="a"><xs:complexType><xs:sequence><xs:element ref="b:b"/></xs:sequence></xs:complexType>'
        "</xs:element></xs:schema>"
    ).encode()


@pytest.mark.exigence("R1.2")
def test_les_imports_se_prennent_en_memoire__ok() -> None:
    schema = compiler_schema({"a.xsd": racine("b.xsd"), "b.xsd": AUTRE.encode()}, "a.xsd")
    for jour, valide in (("2026-01-01", True), ("demain", False)):
        assert schema.validate(etree.fromstring(f'<a xmlns="urn:a"><b xmlns="urn:b">{jour}</b></a>')) is valide


@pytest.mark.exigence("R1.2")
@pytest.mark.timeout(20)
def test_rien_ne_se_prend_sur_le_disque__error(tmp_path: Path) -> None:
    """A file of that name on the disk does not help; a pipe there is not opened, which would wait for ever."""
    (tmp_path / "b.xsd").write_text(AUTRE, encoding="utf-8")
    os.mkfifo(tmp_path / "tuyau.xsd")
    for lieu in (f"file://{tmp_path}/b.xsd", f"{tmp_path}/b.xsd", f"{tmp_path}/tuyau.xsd", "http://127.0.0.1:9/b.xsd"):
        with pytest.raises((etree.XMLSchemaParseError, FileNotFoundError)):
            compiler_schema({"a.xsd": racine(lieu)}, "a.xsd")


@pytest.mark.exigence("R1.1")
def test_adresse_d_un_wsdl_echappee__ok() -> None:
    """An address with XML's own characters stays one attribute, also with backslashes."""
    wsdl = b'<w xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"><soap:address location="x"/></w>'
    rendu = adresser(wsdl, 'https://h/a&b"c<d\\1/', "integration", "depot", "2026.1")
    (adresse,) = etree.fromstring(rendu)
    assert adresse.get("location") == 'https://h/a&b"c<d\\1/integration/ws/1/depot/2026.1'
    assert b"wsdl/soap12/" in en_soap_12(wsdl)
