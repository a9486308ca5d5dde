"""Catalogue packs: XML files -> :class:`~esav_soap.model.Catalogue`, or every defect at once (R1.1, R2.1).

Files are named by their logical path in the pack: ``catalogue.xml``, ``nomenclatures/<CODE>.xml``,
``formulaires/<code>.xml``. :mod:`esav_soap.reader.sources` gets them from folders or from a ZIP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esav_soap.errors import PackInvalide, Probleme
from esav_soap.model import Catalogue
from esav_soap.reader.controles import controler
from esav_soap.reader.fichiers import lire_fichiers
from esav_soap.reader.lieux import Problemes
from esav_soap.reader.limites import LIMITES, Limites
from esav_soap.reader.lus import PackLu
from esav_soap.reader.metaschemas import META_SCHEMAS

__all__ = ["LIMITES", "META_SCHEMAS", "Lecture", "Limites", "lire", "lire_catalogue"]


@dataclass(frozen=True, slots=True)
class Lecture:
    """Outcome of :func:`lire`: the catalogue, or the problems (sorted by file and line) when there is at least one."""

    catalogue: Catalogue | None
    problemes: tuple[Probleme, ...]


def lire(fichiers: Mapping[str, bytes], *, version_attendue: str | None = None, limites: Limites = LIMITES) -> Lecture:
    """Read a pack's files. Never raises for what the files hold: every defect is a problem (R2.1).

    ``version_attendue``: the version that the pack must be of, when the caller knows it from elsewhere.
    """
    problemes = Problemes(limites.problemes)
    pack = lire_fichiers(fichiers, limites, problemes)
    controler(pack, version_attendue, problemes)
    if problemes:
        return Lecture(None, problemes.tries())
    return Lecture(_catalogue(pack), ())


def lire_catalogue(
    fichiers: Mapping[str, bytes], *, version_attendue: str | None = None, limites: Limites = LIMITES
) -> Catalogue:
    """The catalogue of a pack's files. Raises :class:`~esav_soap.errors.PackInvalide` with every problem."""
    lecture = lire(fichiers, version_attendue=version_attendue, limites=limites)
    if lecture.catalogue is None:
        raise PackInvalide(lecture.problemes)
    return lecture.catalogue


def _catalogue(pack: PackLu) -> Catalogue:
    assert pack.version is not None
    return Catalogue(
        version=pack.version,
        libelle=pack.libelle,
        offres=tuple(lue.offre for lue in pack.offres),
        formulaires={lu.code: lu.formulaire for lu in pack.formulaires},
        nomenclatures={lue.code: lue.nomenclature for lue in pack.nomenclatures},
        notes=pack.notes,
    )
