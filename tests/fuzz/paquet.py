"""The pack reader under test: what a publisher uploads, from the bytes of a ZIP to a catalogue or to declared problems."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Mapping
from random import Random

from lxml import etree

from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.errors import Probleme
from esav_soap.intake import Controle
from esav_soap.reader import lire
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.limites import LIMITES
from esav_soap.reader.sources import depuis_zip
from esav_soap.usecases.catalogue import sources_de
from tests.fuzz.jugement import INTERDITS, exiger
from tests.fuzz.mutateur import muter_xml
from tests.unit.reader.paquets import assembler, base, tous_les_defauts

_INSTANT = (2026, 6, 30, 12, 0, 0)
#: What XML 1.0 cannot carry, and ends of lines.
_ILLISIBLES = re.compile(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_NOMS = (
    b"catalogue.xml",
    b"formulaires/essai.xml",
    b"nomenclatures/X.xml",
    b"../x",
    b"xsd/x",
    b"",
    b"a\\b",
    b"\xff.xml",
)


class CiblePaquet:
    """Reads packs, one after the other."""

    def __init__(self) -> None:
        self._fichiers = [assembler([defaut])[0] for defaut in tous_les_defauts()]

    def graines(self) -> dict[str, bytes]:
        noms = [defaut.nom.replace("/", "-") for defaut in tous_les_defauts()]
        return {nom: zipper(fichiers) for nom, fichiers in zip(noms, self._fichiers, strict=True)} | {
            "base": zipper(base())
        }

    def muter(self, octets: bytes, rng: Random) -> bytes:
        """A change to one of the files, or to the archive itself."""
        fichiers = dict(depuis_zip(octets)[0])
        if not fichiers or rng.random() < 0.15:
            ici = rng.randrange(len(octets) + 1)
            suite = rng.choice((b"", rng.randbytes(1), rng.randbytes(4), b"PK\x01\x02", b"\xff" * 4))
            return octets[:ici] + suite + octets[ici + rng.choice((0, 1, 4)) :]
        for _ in range(rng.choice((1, 1, 2, 4))):
            nom = rng.choice(sorted(fichiers))
            hasard = rng.random()
            if hasard < 0.92:
                autres = rng.choice(self._fichiers)
                fichiers[nom] = muter_xml(fichiers[nom], rng, rng.choice(sorted(autres.values())))
            elif hasard < 0.96 and len(fichiers) > 1:
                del fichiers[nom]
            else:
                fichiers[rng.choice(_NOMS).decode("latin-1") or "x"] = fichiers[nom]
        return zipper(fichiers)

    def fermer(self) -> None:
        """Nothing is kept open."""

    def essayer(self, octets: bytes) -> str | None:
        """Read one; gives the code of its first problem. Raises :class:`~tests.fuzz.jugement.Manquement`, or what gets out."""
        fichiers, problemes = depuis_zip(octets)
        for nom, contenu in fichiers.items():
            exiger(nom.isprintable() and ".." not in nom.split("/") and nom[0] != "/", "a path that leaves", nom)
            exiger(len(contenu) <= LIMITES.derive, "a file too large", nom)
        if problemes:
            _declares(problemes, octets)
            return problemes[0].code
        sources = sources_de(fichiers)
        lecture = lire(sources)
        _declares(lecture.problemes, b"".join(sources.values()))
        exiger((lecture.catalogue is None) == bool(lecture.problemes), "neither a catalogue nor problems, or both")
        if lecture.catalogue is None:
            return lecture.problemes[0].code
        # What the reader lets through can be served: its contract is built, compiled, and judges forms.
        schemas = fichiers_schemas(contrat("depot", lecture.catalogue), lecture.catalogue)
        Controle(lecture.catalogue, compiler_schema(schemas, "depot.xsd"))
        exiger(all(etree.fromstring(x) is not None for x in schemas.values()), "schemas")
        return None


def zipper(fichiers: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files; stored, so that plain mutations reach the XML."""
    tampon = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(tampon, "w") as archive:
        warnings.simplefilter("ignore")
        for nom, contenu in sorted(fichiers.items()):
            archive.writestr(zipfile.ZipInfo(nom, _INSTANT), contenu)
    return tampon.getvalue()


def _declares(problemes: tuple[Probleme, ...], ecrit: bytes) -> None:
    exiger(list(problemes) == sorted(problemes), "not sorted")
    for un in problemes:
        exiger(un.code in CodeProbleme.__members__ and un.ligne >= 0 and un.message, "no declared problem", un)
        texte = f"{un.fichier} {un.message}"
        exiger(not _ILLISIBLES.search(texte), "a problem that no answer can carry", un)
        fuites = [mot for mot in INTERDITS if mot.decode() in texte and mot not in ecrit]
        exiger(not fuites, "leaks", fuites, un)
