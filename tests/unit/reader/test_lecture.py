"""The reader's public face: outcomes, the second witness, values by type, the packs of the repository."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.errors import PackInvalide
from esav_soap.model import (
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Nombre,
    Nomenclature,
    OuiNon,
    Statut,
    Telephone,
    Texte,
    TexteLong,
    Type,
    Usage,
    Valeur,
)
from esav_soap.reader import META_SCHEMAS, fichiers, lire, lire_catalogue
from esav_soap.reader.controles.valeurs_de_champ import ce_qui_cloche
from esav_soap.reader.sources import depuis_dossiers
from tests.unit.reader.paquets import VERSION, base

DEPOT = Path(__file__).parents[3]


@pytest.mark.exigence("R1.1", "R1.2")
def test_a_pack_becomes_a_catalogue__ok() -> None:
    catalogue = lire_catalogue(base(), version_attendue=VERSION)
    assert (catalogue.version, catalogue.notes) == (VERSION, ("Première version.",))
    offre = catalogue.offre("ESSAI")
    assert dict(offre.usages) == {"contact": Usage.OBLIGATOIRE, "mesures/remarque": Usage.FACULTATIF}
    formulaire = catalogue.formulaires["essai"]
    assert formulaire.defaut_declare == "nature"
    assert [noeud.code for noeud in formulaire.noeuds()][-3:] == ["contact", "adresse", "mesures"]
    assert catalogue.nomenclatures["NATURE"].par_code["DISJONCTION"].parents == ("ENERGIE", "VIEILLE")


@pytest.mark.exigence("R2.1")
def test_a_refused_pack_gives_no_catalogue__error() -> None:
    lecture = lire({})
    assert lecture.catalogue is None
    assert [probleme.code for probleme in lecture.problemes] == ["FICHIER_MANQUANT"]
    with pytest.raises(PackInvalide):
        lire_catalogue({})


@pytest.mark.exigence("R2.1")
def test_the_expected_version_is_optional__ok() -> None:
    assert lire(base()).problemes == ()
    assert [p.code for p in lire(base(), version_attendue="2031.4").problemes] == ["VERSION_DIFFERENTE"]


@pytest.mark.exigence("R2.1")
def test_the_meta_schema_has_the_last_word__error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the reader's grammar ever miss what the published schema refuses, the pack is refused all the same."""

    def refus(element: etree._Element) -> tuple[int, str] | None:
        return (3, "refused") if etree.QName(element).localname == "formulaire" else None

    monkeypatch.setattr(fichiers, "refus", refus)
    problemes = lire(base()).problemes
    assert [(p.fichier, p.ligne, p.code) for p in problemes] == [("formulaires/essai.xml", 3, "META_SCHEMA")]


@pytest.mark.exigence("R1.4")
def test_the_meta_schemas_are_published() -> None:
    assert sorted(META_SCHEMAS) == ["catalogue.xsd", "commun.xsd", "formulaire.xsd", "nomenclature.xsd"]
    dossier = DEPOT / "esav_soap" / "reader" / "schemas"
    assert dict(META_SCHEMAS) == {fichier.name: fichier.read_bytes() for fichier in dossier.iterdir()}


@pytest.mark.exigence("R1.5")
@pytest.mark.parametrize("version", sorted(dossier.name for dossier in (DEPOT / "catalogue").iterdir()))
def test_the_catalogues_of_the_repository_are_sound__ok(version: str) -> None:
    lecture = lire(depuis_dossiers(DEPOT, version), version_attendue=version)
    assert lecture.problemes == ()


LISTE = Nomenclature(
    "LISTE", "Liste", (Valeur("A", "A"), Valeur("B", "B", Statut.RETIRE), Valeur("C", "C", Statut.DEPRECIE))
)


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize(
    ("type_", "admises", "refusees"),
    [
        (Texte(2, 4), ["ab", "abcd", "éà"], ["a", "abcde", "", "a\nb"]),
        (Texte(motif="[A-Z]+|[0-9]{2}"), ["AB", "12"], ["Ab", "123", "A1"]),
        (TexteLong(2, 6), ["a\nb", "abcdef"], ["a", "abcdefg"]),
        (Entier(-1, 3), ["-1", "+3", "003"], ["-2", "4", "1.0", "", " 1", "1e0", "١"]),
        (
            Nombre(Decimal("-0.5"), Decimal("1.5"), 2),
            ["-0.5", "1.50", ".25", "1.", "0.250"],
            ["1.51", "-1", "0.255", "1,5", "NaN", "1e0"],
        ),
        (Nombre(), ["99999999", "-0.01"], ["0.001"]),
        (
            Date("2026-01-01", "2026-12-31"),
            ["2026-01-01", "2026-12-31"],
            ["2025-12-31", "2027-01-01", "2026-02-30", "2026-01-01Z"],
        ),
        (Date(), ["1000-01-01", "2999-12-31"], ["0999-01-01", "3000-01-01", "2026-1-1", "20260101"]),
        (
            DateHeure(),
            ["2026-01-01T00:00:00Z", "2026-01-01T23:59:59.123456+14:00"],
            [
                "2026-01-01T10:00:00",
                "2026-01-01T24:00:00Z",
                "2026-02-30T10:00:00Z",
                "2026-01-01T10:00:00+15:00",
                "2026-01-01",
            ],
        ),
        (OuiNon(), ["true", "false"], ["oui", "1", "TRUE", ""]),
        (Telephone(), ["0123456789", "+33123456789"], ["01 23 45 67 89", "0023456789", "+0123456", "123"]),
        (Courriel(), ["a@b.fr", "prenom.nom+sav@sous.domaine.fr"], ["a@b", "a b@c.fr", "é@b.fr", "a" * 65 + "@b.fr"]),
        (Choisi("LISTE"), ["A", "C"], ["B", "D", "a", ""]),
        (Choisi("ILLISIBLE"), ["n'importe quoi"], []),
    ],
)
def test_values_by_type(type_: Type, admises: list[str], refusees: list[str]) -> None:
    liste = {"LISTE": LISTE}
    assert {valeur: ce_qui_cloche(type_, valeur, liste) for valeur in admises} == dict.fromkeys(admises)
    assert [valeur for valeur in refusees if not ce_qui_cloche(type_, valeur, liste)] == []
