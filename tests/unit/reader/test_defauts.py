"""One defect, one small file: each is named with its code, file and line; a hundred at once are all named (R2.1)."""

from __future__ import annotations

import pytest

from esav_soap.errors import PackInvalide
from esav_soap.reader import lire, lire_catalogue
from esav_soap.reader.codes import CodeProbleme
from tests.unit.reader.paquets import VERSION, Attendu, Defaut, assembler, base, tous_les_defauts

pytestmark = pytest.mark.exigence("R1.1", "R2.1")
DEFAUTS = tous_les_defauts()


def trouves(fichiers: dict[str, bytes]) -> list[Attendu]:
    return [(p.fichier, p.ligne, p.code) for p in lire(fichiers, version_attendue=VERSION).problemes]


def test_the_base_is_sound__ok() -> None:
    lecture = lire(base(), version_attendue=VERSION)
    assert lecture.problemes == ()
    assert lecture.catalogue is not None
    assert [offre.code for offre in lecture.catalogue.offres] == ["ESSAI"]


@pytest.mark.parametrize("defaut", DEFAUTS, ids=lambda defaut: defaut.nom)
def test_each_defect_alone__error(defaut: Defaut) -> None:
    fichiers, attendus = assembler([defaut])
    assert attendus, "a fixture says what it expects"
    assert trouves(fichiers) == attendus


def test_a_hundred_defects_at_once__error() -> None:
    reunis = [defaut for defaut in DEFAUTS if not defaut.seul]
    assert len(reunis) >= 200
    fichiers, attendus = assembler(reunis)
    assert trouves(fichiers) == attendus
    with pytest.raises(PackInvalide) as refus:
        lire_catalogue(fichiers, version_attendue=VERSION)
    assert [(p.fichier, p.ligne, p.code) for p in refus.value.problemes] == attendus


def test_the_order_of_files_does_not_matter() -> None:
    fichiers, _ = assembler([defaut for defaut in DEFAUTS if not defaut.seul])
    a_l_envers = dict(reversed(fichiers.items()))
    assert lire(a_l_envers) == lire(fichiers)


def test_every_code_that_files_can_earn_has_a_fixture() -> None:
    """Codes of archives, sizes and file names are tested where packs are made by the test itself."""
    ailleurs = {code.name for code in CodeProbleme if code.name.startswith(("ARCHIVE_", "FICHIER_", "TROP_DE_"))}
    ailleurs |= {"PACK_TROP_GRAND", "META_SCHEMA", "ENCODAGE"}
    vus = {code for defaut in DEFAUTS for _, _, code in defaut.attendus()}
    assert vus | ailleurs == {code.name for code in CodeProbleme}
    assert not vus & ailleurs


def test_messages_are_french_sentences_that_say_what_was_found() -> None:
    fichiers, _ = assembler([defaut for defaut in DEFAUTS if not defaut.seul])
    for probleme in lire(fichiers, version_attendue=VERSION).problemes:
        assert probleme.message[0].isupper() or probleme.message[0] == "«", probleme
        assert probleme.message.endswith((".", "?")), probleme
        assert not probleme.message.endswith(("..", "?.")), probleme
        assert "None" not in probleme.message, probleme
