"""The parc from a CSV file: read line by line, every bad line reported, then all of it or nothing.

The file: UTF-8 with or without a byte order mark, separated by ``;`` or ``,``, a first line with the columns' names in any
order. One line is one prestation; quotes are allowed, a value over several lines is not.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from esav_soap.names import MOTIF_CODE, PLATEFORMES
from esav_soap.reader import lire_catalogue
from esav_soap.reader.fichiers import est_derive
from esav_soap.rendez_vous.capacites import FORME_ZONE, MOTIF_ZONE
from esav_soap.signalisation import Prestation
from esav_soap.usecases.ports.parc import BilanImport, Parc
from esav_soap.usecases.ports.versions import Versions

#: Columns of the file with the longest value that each takes; the last five are optional.
COLONNES = {
    "plateforme": 16,
    "operateur": 64,
    "identifiant": 40,
    "offre": 40,
    "extremiteA": 255,
    "extremiteB": 255,
    "complement": 255,
    "garantie": 40,
    "zone": 16,
}
OBLIGATOIRES = ("plateforme", "operateur", "identifiant", "offre")
LIGNE_MAX = 16_384
#: Bad lines that are kept to be shown; all are counted.
PROBLEMES_MAX = 1000
_PAS = 2000

#: Characters that the SOAP answers could not carry, or that one line of text has no use for.
_INTERDITS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


class CodeLigne(Enum):
    """What can be wrong with a line. Value: what it means, as the documentation prints it."""

    FICHIER_VIDE = "Le fichier ne contient aucune ligne d'en-tête."
    COLONNE_INCONNUE = "L'en-tête nomme une colonne qui n'existe pas."
    COLONNE_EN_DOUBLE = "L'en-tête nomme deux fois la même colonne."
    COLONNE_MANQUANTE = "L'en-tête ne nomme pas une colonne obligatoire."
    ENCODAGE = "La ligne n'est pas en UTF-8."
    LIGNE_TROP_LONGUE = "La ligne est trop longue."
    GUILLEMETS = "Les guillemets de la ligne ne se répondent pas."
    NOMBRE_DE_VALEURS = "La ligne n'a pas autant de valeurs que l'en-tête a de colonnes."
    VALEUR_MANQUANTE = "Une valeur obligatoire est vide."
    VALEUR_TROP_LONGUE = "La valeur est trop longue."
    CARACTERE_INTERDIT = "La valeur contient un caractère de commande."
    PLATEFORME_INCONNUE = "La plate-forme n'existe pas."
    OFFRE_INCONNUE = "L'Offre n'existe dans aucune version connue du catalogue."
    ZONE_INVALIDE = "Ce n'est pas un code de zone."
    LIGNE_EN_DOUBLE = "Une ligne précédente porte la même prestation."


@dataclass(frozen=True, slots=True)
class ProblemeLigne:
    """One thing that is wrong in the file. ``ligne`` counts from 1; ``colonne`` is empty when it is the whole line."""

    ligne: int
    colonne: str
    code: CodeLigne
    valeur: str = ""
    admis: str = ""

    def __str__(self) -> str:
        lieu = f"ligne {self.ligne}" + (f", {self.colonne}" if self.colonne else "")
        valeur = f" Valeur : « {self.valeur} »." if self.valeur else ""
        admis = f" Admis : {self.admis}." if self.admis else ""
        return f"{lieu} : {self.code.name} : {self.code.value}{valeur}{admis}"


class Flux(Protocol):
    """A binary file that is read from its beginning."""

    def readline(self, size: int = -1, /) -> bytes: ...


@dataclass(slots=True)
class Rapport:
    """What came out of an import. Nothing was written unless ``bilan`` is there."""

    lignes: int = 0
    octets: int = 0
    nombre_problemes: int = 0
    problemes: list[ProblemeLigne] = field(default_factory=list)
    bilan: BilanImport | None = None


def offres_connues(versions: Versions) -> frozenset[str]:
    """Codes of the Offres of every recorded catalogue version; none when no version is recorded yet."""
    codes: set[str] = set()
    for publiee in versions.versions():
        contenu = versions.pack(publiee.version)
        if contenu is not None:
            with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
                sources = {nom: archive.read(nom) for nom in archive.namelist() if not est_derive(nom)}
            catalogue = lire_catalogue(sources)
            codes.update(offre.code for offre in catalogue.offres)
    return frozenset(codes)


def importer_parc(
    flux: Flux,
    parc: Parc,
    offres: Collection[str],
    *,
    a_blanc: bool = False,
    suivi: Callable[[int, int], None] = lambda octets, lignes: None,
    avant_ecriture: Callable[[], None] = lambda: None,
) -> Rapport:
    """Check the whole file, then write all of its prestations, or none when a line is wrong or with ``a_blanc``.

    ``suivi`` is told the bytes and lines read, from time to time; ``avant_ecriture`` that the file is good and that what
    follows is the writing. Memory does not grow with the file.
    """
    rapport = Rapport()

    def bonnes() -> Iterator[tuple[int, Prestation]]:
        for ligne, lue in lire_parc(flux, offres, rapport):
            if isinstance(lue, Prestation):
                yield ligne, lue
            else:
                _noter(rapport, lue)
            if ligne % _PAS == 0:
                suivi(rapport.octets, rapport.lignes)
        suivi(rapport.octets, rapport.lignes)

    with parc.importation() as importation:
        importation.ajouter(bonnes())
        nombre, doublons = importation.doublons(PROBLEMES_MAX)
        for doublon in doublons:
            admis = f"chaque prestation une seule fois ; elle est déjà à la ligne {doublon.premiere}"
            _noter(rapport, ProblemeLigne(doublon.ligne, "identifiant", CodeLigne.LIGNE_EN_DOUBLE, admis=admis))
        rapport.nombre_problemes += nombre - len(doublons)
        rapport.problemes.sort(key=lambda probleme: probleme.ligne)
        if not rapport.nombre_problemes and not a_blanc:
            avant_ecriture()
            rapport.bilan = importation.appliquer()
    return rapport


def _noter(rapport: Rapport, probleme: ProblemeLigne) -> None:
    rapport.nombre_problemes += 1
    if len(rapport.problemes) < PROBLEMES_MAX:
        rapport.problemes.append(probleme)


def lire_parc(
    flux: Flux, offres: Collection[str], rapport: Rapport | None = None
) -> Iterator[tuple[int, Prestation | ProblemeLigne]]:
    """The prestations of a file and its problems, each with its line number, in order.

    A bad line gives every problem that it has, and no prestation. ``offres``: the known codes; when empty every
    well-formed code is taken. ``rapport`` is kept up to date with what was read.
    """
    compte = rapport if rapport is not None else Rapport()
    lignes = lire_lignes(flux, compte)
    entete = next(lignes, None)
    if entete is None or entete[1] == "":
        yield 1, ProblemeLigne(1, "", CodeLigne.FICHIER_VIDE, admis=_NOMS)
        return
    colonnes, separateur, problemes = _lire_entete(entete[1])
    if problemes:
        yield from ((1, probleme) for probleme in problemes)
        return
    verifier = _Verificateur(colonnes, frozenset(offres))
    for numero, texte in lignes:
        if isinstance(texte, ProblemeLigne):
            yield numero, texte
            continue
        valeurs = decouper(texte, separateur)
        if valeurs is None:
            yield numero, ProblemeLigne(numero, "", CodeLigne.GUILLEMETS, _court(texte), 'un guillemet s\'écrit ""')
        elif any(valeurs):
            compte.lignes += 1
            lue = verifier.verifier(numero, valeurs)
            if isinstance(lue, Prestation):
                yield numero, lue
            else:
                yield from ((numero, probleme) for probleme in lue)


_NOMS = ", ".join(COLONNES)


def lire_lignes(flux: Flux, compte: Rapport) -> Iterator[tuple[int, str | ProblemeLigne]]:
    """Lines without their end, or why one cannot be read. Never holds more than one line of ``LIGNE_MAX`` bytes."""
    numero = 0
    while brut := flux.readline(LIGNE_MAX + 1):
        numero += 1
        compte.octets += len(brut)
        if numero == 1:
            brut = brut.removeprefix(b"\xef\xbb\xbf")
        if len(brut) > LIGNE_MAX and not brut.endswith(b"\n"):
            while (reste := flux.readline(LIGNE_MAX)) and not reste.endswith(b"\n"):
                compte.octets += len(reste)
            compte.octets += len(reste)
            yield numero, ProblemeLigne(numero, "", CodeLigne.LIGNE_TROP_LONGUE, admis=f"{LIGNE_MAX} octets")
            continue
        try:
            yield numero, brut.rstrip(b"\r\n").decode()
        except UnicodeDecodeError as erreur:
            octet = f"octet 0x{brut[erreur.start]:02X} au rang {erreur.start + 1}"
            yield numero, ProblemeLigne(numero, "", CodeLigne.ENCODAGE, octet, "UTF-8")


def decouper(texte: str, separateur: str) -> list[str] | None:
    """The stripped values of a line; ``None`` when its quotes do not pair."""
    if '"' not in texte:
        return [valeur.strip() for valeur in texte.split(separateur)]
    try:
        return [valeur.strip() for valeur in next(csv.reader([texte], delimiter=separateur, strict=True))]
    except csv.Error:
        return None


def _lire_entete(texte: str | ProblemeLigne) -> tuple[list[str], str, list[ProblemeLigne]]:
    """Columns in the order of the file, the separator, and what is wrong with the header."""
    if isinstance(texte, ProblemeLigne):
        return [], "", [texte]
    separateur = ";" if ";" in texte else ","
    connues = {nom.lower(): nom for nom in COLONNES}
    colonnes: list[str] = []
    problemes: list[ProblemeLigne] = []
    for nom in decouper(texte, separateur) or [texte]:
        colonne = connues.get(nom.lower())
        if colonne is None:
            problemes.append(ProblemeLigne(1, _court(nom), CodeLigne.COLONNE_INCONNUE, admis=_NOMS))
        elif colonne in colonnes:
            problemes.append(ProblemeLigne(1, colonne, CodeLigne.COLONNE_EN_DOUBLE))
        else:
            colonnes.append(colonne)
    problemes += [
        ProblemeLigne(1, nom, CodeLigne.COLONNE_MANQUANTE, admis=_NOMS) for nom in OBLIGATOIRES if nom not in colonnes
    ]
    return colonnes, separateur, problemes


class _Verificateur:
    """Checks the values of one line after the other; ``colonnes`` in the order of the file."""

    def __init__(self, colonnes: list[str], offres: frozenset[str]) -> None:
        self._colonnes = colonnes
        self._offres = offres
        self._rangs = [colonnes.index(nom) if nom in colonnes else len(colonnes) for nom in COLONNES]

    def verifier(self, ligne: int, valeurs: list[str]) -> Prestation | list[ProblemeLigne]:
        """The prestation, or everything that is wrong with the line."""
        if len(valeurs) != len(self._colonnes):
            attendu = f"{len(self._colonnes)} valeurs"
            return [ProblemeLigne(ligne, "", CodeLigne.NOMBRE_DE_VALEURS, f"{len(valeurs)} valeurs", attendu)]
        complet = [*valeurs, ""]  # what an absent column stands for
        ordonnees = [complet[rang] for rang in self._rangs]
        problemes: list[ProblemeLigne] = []
        for (colonne, longueur), valeur in zip(COLONNES.items(), ordonnees, strict=True):
            if len(valeur) > longueur:
                admis = f"{longueur} caractères"
                problemes.append(ProblemeLigne(ligne, colonne, CodeLigne.VALEUR_TROP_LONGUE, _court(valeur), admis))
            elif not valeur and colonne in OBLIGATOIRES:
                problemes.append(ProblemeLigne(ligne, colonne, CodeLigne.VALEUR_MANQUANTE))
            elif _INTERDITS.search(valeur):
                problemes.append(ProblemeLigne(ligne, colonne, CodeLigne.CARACTERE_INTERDIT, _court(valeur)))
            elif (probleme := self._code(ligne, colonne, valeur)) is not None:
                problemes.append(probleme)
        return problemes or Prestation(*ordonnees)

    def _code(self, ligne: int, colonne: str, valeur: str) -> ProblemeLigne | None:
        if colonne == "plateforme" and valeur not in PLATEFORMES:
            return ProblemeLigne(ligne, colonne, CodeLigne.PLATEFORME_INCONNUE, _court(valeur), ", ".join(PLATEFORMES))
        if colonne == "offre":
            if self._offres and valeur not in self._offres:
                admis = ", ".join(sorted(self._offres))
                return ProblemeLigne(ligne, colonne, CodeLigne.OFFRE_INCONNUE, _court(valeur), admis)
            if not self._offres and not MOTIF_CODE.fullmatch(valeur):
                return ProblemeLigne(ligne, colonne, CodeLigne.OFFRE_INCONNUE, _court(valeur), "un code d'Offre")
        if colonne == "zone" and valeur and not MOTIF_ZONE.fullmatch(valeur):
            return ProblemeLigne(ligne, colonne, CodeLigne.ZONE_INVALIDE, _court(valeur), FORME_ZONE)
        return None


def _court(valeur: str) -> str:
    """For a message: at most 60 characters, and none that would act on a terminal."""
    visible = _INTERDITS.sub("\ufffd", valeur)
    return visible if len(visible) <= 60 else f"{visible[:59]}…"
