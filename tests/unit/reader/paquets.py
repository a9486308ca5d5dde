"""Assembles packs out of the small files of ``tests/fixtures/defauts``: the sound base, and any defects laid over it.

A fixture begins with a comment: ``attendu: <line> <CODE>`` for each problem in the file itself,
``attendu: <path>:<line> <CODE>`` for one elsewhere; ``emploi: non``: nothing of the base uses it; ``genre``: its place in
the pack, when its folder does not say it; ``seul: oui``: it silences checks of other files, so it is not merged.
Offres are fragments: they go into the base's ``catalogue.xml``, and lines are counted in the fragment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

RACINE = Path(__file__).parents[2] / "fixtures" / "defauts"
BASE = RACINE / "_base"
VERSION = "2026.1"
MARQUE = b"<!-- OFFRES -->\n"

#: A problem as tests compare it: file, line, code.
Attendu = tuple[str, int, str]

_ATTENDU = re.compile(rb"attendu: (?:(\S+):)?(\d+) ([A-Z_]+)")
_GENRES = {
    "structure": "formulaire",
    "champs": "formulaire",
    "regles": "formulaire",
    "nomenclatures": "nomenclature",
    "offres": "offre",
}


@dataclass(frozen=True)
class Defaut:
    """One fixture file."""

    chemin: Path

    @property
    def nom(self) -> str:
        return f"{self.chemin.parent.name}/{self.chemin.stem}"

    @property
    def octets(self) -> bytes:
        return self.chemin.read_bytes()

    @property
    def genre(self) -> str:
        return self._entete("genre") or _GENRES[self.chemin.parent.name]

    @property
    def employe(self) -> bool:
        return self._entete("emploi") != "non"

    @property
    def seul(self) -> bool:
        return self._entete("seul") == "oui" or self.genre == "catalogue"

    @property
    def code(self) -> str:
        return self.chemin.stem if self.genre == "formulaire" else self.chemin.stem.replace("-", "_").upper()

    @property
    def fichier(self) -> str:
        dossiers = {"formulaire": "formulaires/", "nomenclature": "nomenclatures/"}
        return f"{dossiers[self.genre]}{self.code}.xml" if self.genre in dossiers else "catalogue.xml"

    def attendus(self, decalage: int = 0) -> list[Attendu]:
        trouves = _ATTENDU.findall(self.octets)
        return [
            (chemin.decode() or self.fichier, int(ligne) + (0 if chemin else decalage), code.decode())
            for chemin, ligne, code in trouves
        ]

    def _entete(self, nom: str) -> str:
        trouve = re.search(rf"{nom}: (\w+)".encode(), self.octets.partition(b"-->")[0])
        return trouve[1].decode() if trouve else ""


def tous_les_defauts() -> list[Defaut]:
    return [Defaut(chemin) for chemin in sorted(RACINE.glob("[a-z]*/*.xml")) if chemin.parent.name != "hostiles"]


def base() -> dict[str, bytes]:
    """Files of the sound pack."""
    return {str(chemin.relative_to(BASE)): chemin.read_bytes() for chemin in sorted(BASE.rglob("*.xml"))}


def assembler(defauts: Iterable[Defaut]) -> tuple[dict[str, bytes], list[Attendu]]:
    """The base with these defects, and the whole list of problems that a reader must find, sorted."""
    fichiers = base()
    attendus: list[Attendu] = []
    fragments = b""
    avant = fichiers["catalogue.xml"].partition(MARQUE)[0].count(b"\n")
    nomenclatures: list[str] = []
    for defaut in defauts:
        if defaut.genre == "offre":
            attendus += defaut.attendus(avant + fragments.count(b"\n"))
            fragments += defaut.octets
            continue
        fichiers[defaut.fichier] = defaut.octets
        attendus += defaut.attendus()
        if defaut.employe and defaut.genre == "nomenclature":
            nomenclatures.append(defaut.code)
    for defaut in defauts:
        if defaut.genre == "formulaire" and defaut.employe:
            fragments += _offre(f"F_{defaut.code.upper().replace('-', '_')}"[:40].rstrip("_"), defaut.code)
    if nomenclatures:
        fichiers["formulaires/emplois.xml"] = _emplois(nomenclatures)
        fragments += _offre("EMPLOIS", "emplois")
    fichiers["catalogue.xml"] = fichiers["catalogue.xml"].replace(MARQUE, fragments)
    return fichiers, sorted(attendus)


def _offre(code: str, formulaire: str) -> bytes:
    return (
        f'<offre code="{code}" formulaire="{formulaire}"><libelle>Emploi</libelle><canal>WS</canal></offre>\n'
    ).encode()


def _emplois(nomenclatures: Sequence[str]) -> bytes:
    champs = "".join(
        f'<nomenclature code="n{rang}" ref="{code}"><libelle>Emploi</libelle></nomenclature>\n'
        for rang, code in enumerate(nomenclatures)
    )
    return (
        '<formulaire xmlns="urn:esav:pack:1" code="emplois"><libelle>Emplois</libelle>'
        f'<section code="s"><libelle>Emplois</libelle>\n{champs}</section></formulaire>\n'
    ).encode()
