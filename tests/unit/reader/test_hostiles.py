"""Hostile files and archives are refused before they can reach out or blow up (R2.1; issue « entities and bombs »)."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest

from esav_soap.reader import Limites, lire
from esav_soap.reader.sources import depuis_dossiers, depuis_zip
from tests.unit.reader.paquets import RACINE, VERSION, base

pytestmark = pytest.mark.exigence("R2.1")
HOSTILE = "nomenclatures/HOSTILE.xml"


def codes(fichiers: dict[str, bytes], **options: Limites) -> list[tuple[str, int, str]]:
    return [(p.fichier, p.ligne, p.code) for p in lire(fichiers, **options).problemes]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("nom", "ligne"),
    [
        ("milliard-de-rires", 2),
        ("rires-dans-un-attribut", 2),
        ("entite-externe", 1),
        ("entite-parametre-externe", 1),
        ("dtd-externe", 2),
    ],
)
def test_entities_are_refused_before_any_expansion__error(nom: str, ligne: int) -> None:
    octets = (RACINE / "hostiles" / f"{nom}.xml").read_bytes()
    tracemalloc.start()
    trouves = codes(base() | {HOSTILE: octets})
    _, sommet = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert trouves == [(HOSTILE, ligne, "DTD_INTERDITE")]
    assert sommet < 20_000_000


def test_an_editors_schema_hint_is_not_followed__ok() -> None:
    octets = (RACINE / "hostiles" / "schema-externe.xml").read_bytes()
    assert codes(base() | {HOSTILE: octets}) == [(HOSTILE, 2, "NOMENCLATURE_INUTILISEE")]


@pytest.mark.parametrize(
    ("octets", "ligne", "code"),
    [
        (b"", 0, "FICHIER_VIDE"),
        (b" \n\t ", 0, "FICHIER_VIDE"),
        ("<a/>".encode("utf-16"), 1, "ENCODAGE"),
        ("<a/>".encode("utf-16-le"), 1, "ENCODAGE"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", 1, "ENCODAGE"),
        (b'<?xml version="1.0" encoding="x-inconnu"?><a/>', 1, "ENCODAGE"),
        (b"<a>\n\xe9</a>", 2, "ENCODAGE"),
        (b"\x00\x01\x02\x03", 1, "XML_MAL_FORME"),
        (b"<a>\x00</a>", 1, "XML_MAL_FORME"),
        (b"<a>" * 300 + b"</a>" * 300, 1, "XML_MAL_FORME"),
        (b"<a><!--" + b"-" * 10, 1, "XML_MAL_FORME"),
        (b"rien", 1, "XML_MAL_FORME"),
        (b"<a>\n<b:c/><d xmlns='pas-une-uri'/></a>", 2, "XML_MAL_FORME"),
        (b"<!DOCTYPE", 1, "DTD_INTERDITE"),
        (b"<!-- \n --><!doctype a><a/>", 2, "DTD_INTERDITE"),
        (b"\xef\xbb\xbf<!DOCTYPE a><a/>", 1, "DTD_INTERDITE"),
    ],
)
def test_bytes_that_are_no_utf8_xml__error(octets: bytes, ligne: int, code: str) -> None:
    assert codes(base() | {HOSTILE: octets}) == [(HOSTILE, ligne, code)]


def test_a_byte_order_mark_and_crlf_are_read__ok() -> None:
    fichiers = {chemin: b"\xef\xbb\xbf" + octets.replace(b"\n", b"\r\n") for chemin, octets in base().items()}
    assert codes(fichiers) == []


def test_nesting_that_the_grammar_does_not_know_ends_the_walk__error() -> None:
    profond = (
        b'<nomenclature xmlns="urn:esav:pack:1" code="HOSTILE">' + b"<a>" * 200 + b"</a>" * 200 + b"</nomenclature>"
    )
    trouves = [code for _, _, code in codes(base() | {HOSTILE: profond})]
    assert trouves == ["ELEMENT_INCONNU", "ELEMENT_MANQUANT", "ELEMENT_MANQUANT", "NOMENCLATURE_INUTILISEE"]


def test_unknown_and_missing_files__error() -> None:
    fichiers = base()
    del fichiers["catalogue.xml"]
    fichiers |= {"notes.txt": b"x", "nomenclatures/a/B.xml": b"x", "formulaires/essai.XML": b"x", "../evil.xml": b"x"}
    assert codes(fichiers) == [
        ("../evil.xml", 0, "FICHIER_INCONNU"),
        ("catalogue.xml", 0, "FICHIER_MANQUANT"),
        ("formulaires/essai.XML", 0, "FICHIER_INCONNU"),
        ("nomenclatures/a/B.xml", 0, "FICHIER_INCONNU"),
        ("notes.txt", 0, "FICHIER_INCONNU"),
    ]


def test_derived_parts_of_a_pack_are_ignored__ok() -> None:
    derives = [
        "xsd/ESSAI.xsd",
        "wsdl/depot.wsdl",
        "maquettes/essai.html",
        "documents/guide.html",
        "schemas/catalogue.xsd",
    ]
    fichiers = base() | dict.fromkeys([*derives, "exemples/a.xml", "LISEZMOI.txt", "pack.xml"], b"<!DOCTYPE x>")
    assert codes(fichiers) == []


def test_sizes_are_bounded_without_an_archive_too__error() -> None:
    fichiers = base()
    taille = max(len(octets) for octets in fichiers.values())
    assert codes(fichiers, limites=Limites(fichier=taille)) == []
    assert codes(fichiers, limites=Limites(fichier=taille - 1)) == [("formulaires/essai.xml", 0, "FICHIER_TROP_GRAND")]
    assert ("", 0, "PACK_TROP_GRAND") in codes(fichiers, limites=Limites(total=1000))
    assert ("", 0, "TROP_DE_FICHIERS") in codes(fichiers, limites=Limites(entrees=3))
    assert codes(fichiers | {"xsd/x": b"123"}, limites=Limites(derive=2)) == [("xsd/x", 0, "FICHIER_TROP_GRAND")]


def test_a_flood_of_problems_is_cut__error() -> None:
    valeurs = b"<x/>\n" * 5000
    flot = b'<nomenclature xmlns="urn:esav:pack:1" code="HOSTILE">\n' + valeurs + b"</nomenclature>"
    problemes = lire(base() | {HOSTILE: flot}, limites=Limites(problemes=100)).problemes
    assert len(problemes) == 101
    assert problemes[-1].code == "TROP_DE_PROBLEMES"
    assert "4903 autres" in problemes[-1].message


def zip_de(entrees: list[tuple[str | zipfile.ZipInfo, bytes]], methode: int = zipfile.ZIP_DEFLATED) -> bytes:
    tampon = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(tampon, "w", methode) as archive:
        warnings.simplefilter("ignore")  # duplicate names are what some tests want
        for nom, octets in entrees:
            archive.writestr(nom, octets)
    return tampon.getvalue()


def du_zip(octets: bytes, limites: Limites | None = None) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    fichiers, problemes = depuis_zip(octets, limites or Limites())
    return fichiers, [(p.fichier, p.code) for p in problemes]


@pytest.mark.parametrize("methode", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_sound_archive__ok(methode: int) -> None:
    entrees = [*base().items(), ("documents/", b""), ("LISEZMOI.txt", "été".encode())]
    fichiers, problemes = du_zip(zip_de(list(entrees), methode))
    assert problemes == []
    assert fichiers == base() | {"LISEZMOI.txt": "été".encode()}
    assert lire(fichiers, version_attendue=VERSION).problemes == ()


@pytest.mark.parametrize(
    "nom",
    [
        *("../evil.xml", "nomenclatures/../../evil.xml", "/etc/passwd", "//serveur/x", "./catalogue.xml", "a//b.xml"),
        *("nomenclatures\\A.xml", "C:/evil.xml", "a\tb.xml", "a" * 201, "nul\u202e.xml"),
    ],
)
def test_names_that_leave_the_pack__error(nom: str) -> None:
    fichiers, problemes = du_zip(zip_de([("catalogue.xml", b"x"), (nom, b"x")]))
    assert list(fichiers) == ["catalogue.xml"]
    assert [code for _, code in problemes] == ["ARCHIVE_CHEMIN"]


def test_a_name_cut_by_a_zero_byte__error() -> None:
    octets = zip_de([("catalogue.xml0evil", b"x")]).replace(b"catalogue.xml0evil", b"catalogue.xml\0evil")
    fichiers, problemes = du_zip(octets)
    assert fichiers == {}
    assert [code for _, code in problemes] == ["ARCHIVE_CHEMIN"]


@pytest.mark.parametrize("second", ["catalogue.xml", "CATALOGUE.xml"])
def test_duplicate_names__error(second: str) -> None:
    fichiers, problemes = du_zip(zip_de([("catalogue.xml", b"un"), (second, b"deux")]))
    assert fichiers == {"catalogue.xml": b"un"}
    assert problemes == [(second, "ARCHIVE_DOUBLON")]


@pytest.mark.parametrize("genre", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_links_and_special_files__error(genre: int) -> None:
    entree = zipfile.ZipInfo("catalogue.xml")
    entree.create_system = 3
    entree.external_attr = (genre | 0o777) << 16
    assert du_zip(zip_de([(entree, b"/etc/passwd")])) == ({}, [("catalogue.xml", "ARCHIVE_LIEN")])


def test_an_encrypted_entry__error() -> None:
    octets = bytearray(zip_de([("catalogue.xml", b"secret")]))
    for signature, decalage in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        octets[octets.find(signature) + decalage] |= 1
    assert du_zip(bytes(octets)) == ({}, [("catalogue.xml", "ARCHIVE_CHIFFREE")])


@pytest.mark.parametrize("methode", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_are_not_admitted__error(methode: int) -> None:
    assert du_zip(zip_de([("catalogue.xml", b"x" * 100)], methode)) == ({}, [("catalogue.xml", "ARCHIVE_COMPRESSION")])


def test_not_an_archive__error() -> None:
    entier = zip_de(list(base().items()))
    for octets in (b"", b"PK", b"<xml/>", entier[: len(entier) // 2], b"\0" * 5000):
        assert du_zip(octets) == ({}, [("", "ARCHIVE_ILLISIBLE")])


def test_a_damaged_entry_is_named_and_the_others_read__error() -> None:
    octets = bytearray(zip_de([("catalogue.xml", b"catalogue"), ("pack.xml", b"x")], zipfile.ZIP_STORED))
    octets[octets.find(b"catalogue", 43)] ^= 0xFF
    fichiers, problemes = du_zip(bytes(octets))
    assert fichiers == {"pack.xml": b"x"}
    assert problemes == [("catalogue.xml", "ARCHIVE_ILLISIBLE")]


def test_too_many_entries__error() -> None:
    octets = zip_de([(f"documents/{n}", b"") for n in range(11)])
    assert du_zip(octets, Limites(entrees=10)) == ({}, [("", "TROP_DE_FICHIERS")])
    assert du_zip(octets, Limites(entrees=11))[1] == []


def test_an_over_large_archive_or_file_or_total__error() -> None:
    octets = zip_de([("catalogue.xml", b"x" * 1000), ("documents/a", b"y" * 1000)], zipfile.ZIP_STORED)
    assert du_zip(octets, Limites(archive=len(octets) - 1)) == ({}, [("", "PACK_TROP_GRAND")])
    fichiers, problemes = du_zip(octets, Limites(fichier=999))
    assert (list(fichiers), problemes) == (["documents/a"], [("catalogue.xml", "FICHIER_TROP_GRAND")])
    fichiers, problemes = du_zip(octets, Limites(total=1999))
    assert (list(fichiers), problemes) == (["catalogue.xml"], [("", "PACK_TROP_GRAND")])
    assert du_zip(octets, Limites(total=2000))[1] == []


def bombe(mo: int) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("documents/b", "w") as flux:
        for _ in range(mo):
            flux.write(b"\0" * 1_048_576)
    return tampon.getvalue()


@pytest.mark.parametrize("menteur", [False, True], ids=["honest header", "lying header"])
def test_a_zip_bomb_is_stopped_while_it_inflates__error(menteur: bool) -> None:
    octets = bytearray(bombe(100))
    if menteur:  # the directory says: small, and compressed hardly at all
        directoire = octets.find(b"PK\x01\x02")
        struct.pack_into("<L", octets, directoire + 24, 1000)
    tracemalloc.start()
    fichiers, problemes = du_zip(bytes(octets))
    _, sommet = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert fichiers == {}
    assert problemes in ([("documents/b", "ARCHIVE_RATIO")], [("documents/b", "ARCHIVE_ILLISIBLE")])
    assert menteur or problemes == [("documents/b", "ARCHIVE_RATIO")]
    assert sommet < 30_000_000


def test_overlapping_entries_cannot_multiply__error() -> None:
    """Many directory entries for one stored block: the total is counted entry by entry."""
    octets = zip_de([("documents/a", b"y" * 100_000)], zipfile.ZIP_STORED)
    debut = octets.find(b"PK\x01\x02")
    fin = octets.find(b"PK\x05\x06")
    entree = octets[debut:fin]
    copies = b"".join(entree.replace(b"documents/a", f"documents/{n:x}".encode()) for n in range(10))
    queue = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 10, 10, len(copies), debut, 0)
    fichiers, problemes = du_zip(octets[:debut] + copies + queue, Limites(total=300_000))
    assert sum(map(len, fichiers.values())) <= 300_000
    assert problemes


def test_folders_of_the_repository__ok(tmp_path: Path) -> None:
    for chemin, octets in base().items():
        dossier = f"forms_xml/{VERSION}" if chemin.startswith("formulaires") else f"catalogue/{VERSION}"
        fichier = tmp_path / dossier / chemin.removeprefix("formulaires/")
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_bytes(octets)
    for brouillon in ("catalogue.xml~", ".DS_Store", ".#catalogue.xml", "nomenclatures/#FAMILLE.xml#", "LISEZMOI.txt"):
        (tmp_path / "catalogue" / VERSION / brouillon).write_text("ignored")
    assert depuis_dossiers(tmp_path, VERSION) == base()
    assert depuis_dossiers(tmp_path, "2026.2") == {}


def test_unknown_files_of_the_folders__error(tmp_path: Path) -> None:
    etrangers = [
        f"catalogue/{VERSION}/NOTES.md",
        f"catalogue/{VERSION}/formulaires/essai.xml",
        f"catalogue/{VERSION}/nomenclature/FAMILLE.xml",
        f"catalogue/{VERSION}/nomenclatures/FAMILLE.XML",
        f"catalogue/{VERSION}/nomenclatures/vieux/NATURE.xml",
        f"forms_xml/{VERSION}/NOTES.md",
    ]
    for chemin in (*etrangers, f"catalogue/{VERSION}/catalogue.xml"):
        fichier = tmp_path / chemin
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_bytes(base()["catalogue.xml"])
    problemes = lire(depuis_dossiers(tmp_path, VERSION)).problemes
    assert [p.fichier for p in problemes if p.code == "FICHIER_INCONNU"] == etrangers
