"""Compiling schemas: from the given files alone, whatever other threads parse meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.contract.schemas import compiler_schema
from esav_soap.contract.wsdl import adresser, en_soap_12
from esav_soap.names import NS_XSD

RACINE = Path(__file__).parents[3]
AUTRE = f'<xs:schema xmlns:xs="{NS_XSD}" targetNamespace="urn:b"><xs:element name="b" type="xs:date"/></xs:schema>'


def racine(lieu: str) -> bytes:
    return (
        f'<xs:schema xmlns:xs="{NS_XSD}" xmlns:b="urn:b" targetNamespace="urn:a">'
        f'<xs:import namespace="urn:b" schemaLocation="{lieu}"/>'
        '<xs:element name="a"><xs:complexType><xs:sequence><xs:element ref="b:b"/></xs:sequence></xs:complexType>'
        "</xs:element></xs:schema>"
    ).encode()


@pytest.mark.exigence("R1.2")
def test_les_imports_se_prennent_parmi_les_fichiers_donnes__ok() -> None:
    schema = compiler_schema({"a.xsd": racine("b.xsd"), "b.xsd": AUTRE.encode()}, "a.xsd")
    for jour, valide in (("2026-01-01", True), ("demain", False)):
        assert schema.validate(etree.fromstring(f'<a xmlns="urn:a"><b xmlns="urn:b">{jour}</b></a>')) is valide


#: A message is being read when a compilation starts, and read to its end in the midst of it. In a process of its own: lxml's
#: loader is the whole process's, and after the first mishap the next ones hide.
PENDANT = """
import sys, threading
from lxml import etree
from esav_soap.contract.schemas import compiler_schema
def schema(dedans):
    return f'<xs:schema xmlns:xs="{sys.argv[2]}" targetNamespace="urn:r">{dedans}</xs:schema>'.encode()
fichiers = {f"s{i}.xsd": schema(f'<xs:element name="e{i}" type="xs:date"/>') for i in range(2000)}
fichiers["r.xsd"] = schema("".join(f'<xs:include schemaLocation="{nom}"/>' for nom in fichiers))
commence, finir = threading.Event(), threading.Event()
class Message:
    morceaux = [b"<m/>", b""]
    def read(self, taille=-1):
        commence.set()
        finir.wait(20)
        return self.morceaux.pop(0)
lecteur = threading.Thread(target=etree.parse, args=(Message(),))
lecteur.start()
commence.wait(20)
threading.Timer(float(sys.argv[1]), finir.set).start()
compiler_schema(fichiers, "r.xsd")
lecteur.join()
"""


@pytest.mark.exigence("R2.4", "R1.2")
@pytest.mark.parametrize("delai_s", [0.0005, 0.002, 0.008])
def test_un_message_lu_pendant_une_compilation_ne_la_trouble_pas__ok(delai_s: float) -> None:
    """A node loads a version while it answers requests."""
    commande = [sys.executable, "-c", PENDANT, str(delai_s), NS_XSD]
    lance = subprocess.run(commande, capture_output=True, text=True, timeout=100, check=False, cwd=RACINE)
    assert lance.returncode == 0, lance.stderr


@pytest.mark.exigence("R1.2")
@pytest.mark.timeout(20)
def test_rien_ne_se_prend_ailleurs__error(tmp_path: Path) -> None:
    """A file of that name on the disk does not help; a pipe there is not opened, which would wait for ever."""
    (tmp_path / "b.xsd").write_text(AUTRE, encoding="utf-8")
    os.mkfifo(tmp_path / "tuyau.xsd")
    for lieu in (
        f"file://{tmp_path}/b.xsd",
        f"{tmp_path}/b.xsd",
        f"{tmp_path}/tuyau.xsd",
        "http://127.0.0.1:9/b.xsd",
        "../b.xsd",
        "c.xsd",
    ):
        with pytest.raises(ValueError, match="schéma inconnu"):
            compiler_schema({"a.xsd": racine(lieu)}, "a.xsd")


@pytest.mark.exigence("R1.1")
def test_adresse_d_un_wsdl_echappee__ok() -> None:
    """An address with XML's own characters stays one attribute, also with backslashes."""
    wsdl = b'<w xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"><soap:address location="x"/></w>'
    rendu = adresser(wsdl, 'https://h/a&b"c<d\\1/', "integration", "depot", "2026.1")
    (adresse,) = etree.fromstring(rendu)
    assert adresse.get("location") == 'https://h/a&b"c<d\\1/integration/ws/1/depot/2026.1'
    assert b"wsdl/soap12/" in en_soap_12(wsdl)
