"""How large a pack may be. A real pack stays ten times below every default."""

from __future__ import annotations

from dataclasses import dataclass

_MO = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limites:
    """Bounds that a pack must respect; sizes in bytes.

    ``entrees``: entries of the archive, directories included. ``archive``: the ZIP as received. ``fichier``: one XML
    file. ``derive``: one file that the pack carries but the reader ignores (documents, WSDL). ``total``: everything,
    decompressed. ``ratio``: decompressed over compressed size of one entry, looked at above ``ratio_des`` bytes.
    ``chemin``: characters of a path. ``problemes``: the reader never stops early, but a pack with more problems than
    this is cut there, with a last problem that says so.
    """

    entrees: int = 10_000
    archive: int = 64 * _MO
    fichier: int = 2 * _MO
    derive: int = 32 * _MO
    total: int = 256 * _MO
    ratio: int = 200
    ratio_des: int = 1 * _MO
    chemin: int = 200
    problemes: int = 20_000


LIMITES = Limites()
