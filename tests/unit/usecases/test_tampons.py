"""One version number everywhere in a pack, the publisher's files in it, and a manifest that names all."""

from __future__ import annotations

import pytest

from bench.synthese import VERSION
from esav_soap.usecases.registre import ouvrir_pack
from esav_soap.usecases.tampons import verifier_manifeste, verifier_sources, verifier_tampons
from tests.unit.usecases.candidats import changer, pack_essai, remplacer, sources_essai

AUTRE = "2031.1"


@pytest.mark.exigence("R1.4", "R2.1")
def test_un_pack_intact__ok() -> None:
    fichiers = ouvrir_pack(pack_essai())
    assert list(verifier_tampons(fichiers, VERSION)) == []
    assert list(verifier_manifeste(fichiers, VERSION)) == []
    assert list(verifier_sources(sources_essai(), fichiers)) == []
    assert all("changelog" not in n or "2029.1" in c.decode() for n, c in fichiers.items()), (
        "it speaks of both versions"
    )


@pytest.mark.exigence("R1.4", "R2.1")
@pytest.mark.parametrize(
    ("chemin", "ancien", "nouveau"),
    [
        ("xsd/OFFRE_S0001.xsd", f'targetNamespace="urn:esav:catalogue:{VERSION}:', 'targetNamespace="urn:autre:'),
        ("xsd/OFFRE_S0001.xsd", ':OFFRE_S0001" elementForm', ':OFFRE_S0002" elementForm'),
        ("xsd/types.xsd", VERSION, AUTRE),
        ("xsd/formulaire.xsd", VERSION, AUTRE),
        ("xsd/depot.xsd", VERSION, AUTRE),
        ("wsdl/depot.wsdl", f"urn:esav:catalogue:{VERSION}", f"urn:esav:catalogue:{AUTRE}"),
        ("wsdl/depot.wsdl", f"/depot/{VERSION}", f"/depot/{AUTRE}"),
        ("wsdl/depot-soap12.wsdl", f"/production/ws/1/depot/{VERSION}", "/production/ws/1/depot"),
        ("maquettes/OFFRE_S0001.html", f"catalogue {VERSION}</title>", f"catalogue {AUTRE}</title>"),
        ("maquettes/OFFRE_S0001.html", f"catalogue {VERSION}</title>", "catalogue</title>"),
        ("maquettes/OFFRE_S0001.html", f"urn:esav:catalogue:{VERSION}", f"urn:esav:catalogue:{AUTRE}"),
        ("maquettes/nomenclatures.html", f"catalogue {VERSION}</title>", f"catalogue {VERSION} et {AUTRE}</title>"),
        ("changelog.xml", f'nouvelle="{VERSION}"', f'nouvelle="{AUTRE}"'),
        ("changelog.html", f"{VERSION}", f"{AUTRE}"),
        ("jeu-de-test/messages/OFFRE_S0001/COMPLET.xml", f"urn:esav:catalogue:{VERSION}", f"urn:esav:catalogue:{AUTRE}"),
    ],
)  # fmt: skip
def test_un_autre_numero_quelque_part__error(chemin: str, ancien: str, nouveau: str) -> None:
    fichiers = changer(ouvrir_pack(pack_essai()), {chemin: remplacer(ancien, nouveau)})
    trouves = list(verifier_tampons(fichiers, VERSION))
    assert {(p.fichier, p.code) for p in trouves} == {(chemin, "VERSION_DISCORDANTE")}


@pytest.mark.exigence("R1.4", "R2.1")
@pytest.mark.parametrize(
    ("chemin", "changement", "code", "dit"),
    [
        ("pack.xml", remplacer(f'version="{VERSION}"', f'version="{AUTRE}"'), "VERSION_DISCORDANTE", AUTRE),
        ("pack.xml", None, "MANIFESTE_INEXACT", "manque"),
        ("pack.xml", lambda _: b"<pas du XML", "MANIFESTE_INEXACT", "XML"),
        ("maquettes/index.html", None, "MANIFESTE_INEXACT", "maquettes/index.html"),
        ("maquettes/index.html", lambda c: c + b" ", "MANIFESTE_INEXACT", "maquettes/index.html"),
    ],
    ids=["version", "absent", "illisible", "fichier-absent", "fichier-change"],
)  # fmt: skip
def test_le_manifeste_dit_tout__error(chemin: str, changement: object, code: str, dit: str) -> None:
    fichiers = changer(ouvrir_pack(pack_essai()), {chemin: changement})  # type: ignore[dict-item]
    (probleme,) = verifier_manifeste(fichiers, VERSION)
    assert (probleme.fichier, probleme.code) == ("pack.xml", code)
    assert dit in probleme.message


@pytest.mark.exigence("R1.4", "R2.1")
def test_un_fichier_en_trop_est_dit__error() -> None:
    fichiers = ouvrir_pack(pack_essai()) | {"nomenclatures/DE_PLUS.xml": b"<x/>"}
    assert [p.fichier for p in verifier_sources(sources_essai(), fichiers)] == ["nomenclatures/DE_PLUS.xml"]
    assert [p.code for p in verifier_manifeste(fichiers, VERSION)] == ["MANIFESTE_INEXACT"]


@pytest.mark.exigence("R1.4", "R2.1")
@pytest.mark.parametrize("absent", ["catalogue.xml", "nomenclatures/LISTE_S03.xml"])
def test_un_fichier_du_publieur_manque__error(absent: str) -> None:
    fichiers = changer(ouvrir_pack(pack_essai()), {absent: None})
    (probleme,) = verifier_sources(sources_essai(), fichiers)
    assert (probleme.fichier, probleme.code) == (absent, "SOURCES_DIFFERENTES")
