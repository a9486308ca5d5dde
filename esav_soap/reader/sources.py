"""Where a pack's files come from: the repository's folders, or a ZIP that nobody vouches for."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from pathlib import Path

from esav_soap.errors import Probleme
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.fichiers import est_derive
from esav_soap.reader.lieux import Lieu, Problemes, abrege
from esav_soap.reader.limites import LIMITES, Limites

__all__ = ["LIMITES", "Limites", "depuis_dossiers", "depuis_zip"]

_DANS_DOSSIERS = re.compile(
    r"catalogue/[^/]+/(?P<catalogue>catalogue\.xml|nomenclatures/[^/]+\.xml)|forms_xml/[^/]+/(?P<formulaire>[^/]+\.xml)"
)
#: What an editor or a system leaves beside the files.
_BROUILLON = re.compile(r"\..*|.*~|#.*#")
_SIGNATURE = b"PK\x01\x02"
_CHIFFRE = 0x1
_MORCEAU = 64 * 1024

#: What zipfile raises for an archive that is damaged, encrypted, or packed in a way that it does not know.
_ABIMEE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, IndexError, OverflowError)


def depuis_dossiers(racine: Path, version: str) -> dict[str, bytes]:
    """Files of one version in the repository's layout, by their logical path.

    ``catalogue/<v>/catalogue.xml``, ``catalogue/<v>/nomenclatures/*.xml``, ``forms_xml/<v>/*.xml``. What is missing is
    just not there, and what does not belong there comes empty under its path in the folders:
    :func:`~esav_soap.reader.lire` tells of both. Hidden files and editors' backups are left out, as is what is derived.
    """
    fichiers: dict[str, bytes] = {}
    for dossier in (racine / "catalogue" / version, racine / "forms_xml" / version):
        for chemin in dossier.rglob("*"):
            dedans = chemin.relative_to(dossier)
            if not chemin.is_file() or any(_BROUILLON.fullmatch(partie) for partie in dedans.parts):
                continue
            lieu = chemin.relative_to(racine).as_posix()
            if lu := _DANS_DOSSIERS.fullmatch(lieu):
                fichiers[lu["catalogue"] or f"formulaires/{lu['formulaire']}"] = chemin.read_bytes()
            elif not est_derive(dedans.as_posix()):
                fichiers[lieu] = b""
    return dict(sorted(fichiers.items()))


def depuis_zip(octets: bytes, limites: Limites = LIMITES) -> tuple[dict[str, bytes], tuple[Probleme, ...]]:
    """Files of a ZIP by their path in it, and every reason to refuse it; refused entries are left out.

    Nothing is written to disk. Sizes are counted while decompressing: headers are not believed.
    """
    problemes = Problemes(limites.problemes)
    fichiers: dict[str, bytes] = {}
    if len(octets) > limites.archive:
        problemes.ajouter(
            CodeProbleme.PACK_TROP_GRAND, Lieu(""), f"L'archive fait {len(octets)} octets : {limites.archive} au plus."
        )
        return {}, problemes.tries()
    # every entry that zipfile would read has this signature: a flood of them is seen before it fills the memory
    if (entrees := octets.count(_SIGNATURE)) > limites.entrees:
        problemes.ajouter(
            CodeProbleme.TROP_DE_FICHIERS, Lieu(""), f"L'archive a {entrees} entrées : {limites.entrees} au plus."
        )
        return {}, problemes.tries()
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            _extraire(archive, limites, fichiers, problemes)
    except _ABIMEE:
        problemes.ajouter(
            CodeProbleme.ARCHIVE_ILLISIBLE, Lieu(""), "Le fichier reçu n'est pas une archive ZIP intacte."
        )
    return fichiers, problemes.tries()


def _extraire(archive: zipfile.ZipFile, limites: Limites, fichiers: dict[str, bytes], problemes: Problemes) -> None:
    vus: set[str] = set()
    total = 0
    for entree in archive.infolist():
        if not _entree_admise(entree, vus, limites, problemes) or entree.is_dir():
            continue
        reste = limites.total - total
        contenu = _decompresser(archive, entree, limites, reste, problemes)
        if contenu is None:
            continue
        if len(contenu) > reste:
            problemes.ajouter(
                CodeProbleme.PACK_TROP_GRAND, Lieu(""), f"Le pack dépasse {limites.total} octets une fois décompressé."
            )
            return
        total += len(contenu)
        fichiers[entree.filename] = contenu


def _entree_admise(entree: zipfile.ZipInfo, vus: set[str], limites: Limites, problemes: Problemes) -> bool:
    nom = entree.orig_filename
    lieu = Lieu(abrege(nom, limites.chemin))
    avant = len(problemes)
    morceaux = nom.removesuffix("/").split("/")
    if (
        any(morceau in ("", ".", "..") for morceau in morceaux)
        or any(c in nom for c in '\\:*?"<>|')
        or not nom.isprintable()
        or len(nom) > limites.chemin
    ):
        problemes.ajouter(
            CodeProbleme.ARCHIVE_CHEMIN, lieu, f"Le nom d'entrée « {abrege(nom)} » n'est pas un chemin relatif simple."
        )
    cle = nom.removesuffix("/").casefold()
    if cle in vus:
        problemes.ajouter(
            CodeProbleme.ARCHIVE_DOUBLON, lieu, "Deux entrées ont ce nom (majuscules et minuscules confondues)."
        )
    vus.add(cle)
    if entree.flag_bits & _CHIFFRE:
        problemes.ajouter(CodeProbleme.ARCHIVE_CHIFFREE, lieu, "L'entrée est protégée par mot de passe.")
    mode = stat.S_IFMT(entree.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR) or (mode == stat.S_IFDIR) > entree.is_dir():
        problemes.ajouter(CodeProbleme.ARCHIVE_LIEN, lieu, "L'entrée est un lien ou un fichier spécial.")
    if entree.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        problemes.ajouter(
            CodeProbleme.ARCHIVE_COMPRESSION,
            lieu,
            f"L'entrée emploie la compression {entree.compress_type} : refaire en deflate.",
        )
    return len(problemes) == avant


def _decompresser(
    archive: zipfile.ZipFile, entree: zipfile.ZipInfo, limites: Limites, reste: int, problemes: Problemes
) -> bytes | None:
    """The entry's bytes, at most one more than ``reste``; None when it is refused."""
    lieu = Lieu(entree.filename)
    maximum = limites.derive if est_derive(entree.filename) else limites.fichier
    compresse = max(entree.compress_size, 1)
    contenu = bytearray()
    try:
        with archive.open(entree) as flux:
            while morceau := flux.read(_MORCEAU):
                contenu += morceau
                if len(contenu) > limites.ratio_des and len(contenu) > limites.ratio * compresse:
                    problemes.ajouter(
                        CodeProbleme.ARCHIVE_RATIO, lieu, f"L'entrée se décompresse plus de {limites.ratio} fois."
                    )
                    return None
                if len(contenu) > maximum:
                    problemes.ajouter(
                        CodeProbleme.FICHIER_TROP_GRAND,
                        lieu,
                        f"Le fichier dépasse {maximum} octets une fois décompressé.",
                    )
                    return None
                if len(contenu) > reste:
                    break
    except _ABIMEE:
        problemes.ajouter(CodeProbleme.ARCHIVE_ILLISIBLE, lieu, "L'entrée est abîmée : refaire l'archive.")
        return None
    return bytes(contenu)
