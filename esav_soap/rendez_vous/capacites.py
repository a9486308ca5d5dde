"""The capacity file's lines, as already split: read one by one, every bad one reported (R4.1, R4.2).

One line gives the places of one slot: platform, area, kind, day, part of the day, number. Columns in any order. Half-days
and hours of one day are not mixed for the same area and kind, because a technician would be counted twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TypeAlias

from esav_soap.model import TypeRendezVous
from esav_soap.names import PLATEFORMES
from esav_soap.rendez_vous.objets import Capacite, Creneau, Plage

#: Columns of the file, all of them needed, with the longest value that each takes.
COLONNES = {"plateforme": 16, "zone": 16, "genre": 32, "jour": 10, "plage": 16, "places": 4}
#: Codes of areas: ``75``, ``2A``, ``IDF-NORD``.
MOTIF_ZONE = re.compile(r"[A-Z0-9]+([_-][A-Z0-9]+)*")
FORME_ZONE = "capitales et chiffres, - ou _ entre eux"
PLACES_MAX = 999
#: A day further ahead than this is a slip of the pen.
JOURS_MAX = 730

_ISO = re.compile(r"(?P<a>[0-9]{4})-(?P<m>[0-9]{2})-(?P<j>[0-9]{2})")
_FRANCAIS = re.compile(r"(?P<j>[0-9]{2})/(?P<m>[0-9]{2})/(?P<a>[0-9]{4})")
_NOMBRE = re.compile(r"[0-9]{1,3}")
_GENRES = {g.name: g for g in TypeRendezVous} | {"SAV+": TypeRendezVous.SAV_PLUS}
_ECRITURES = {
    **{plage.name: plage for plage in Plage},
    **{f"{plage.value[0]:02d}-{plage.value[1]:02d}": plage for plage in Plage},
    "APRÈS-MIDI": Plage.APRES_MIDI,
    "APRES-MIDI": Plage.APRES_MIDI,
}
_ADMIS_PLAGE = ", ".join(plage.name for plage in Plage)
#: What a line of text has no use for, and would act on a terminal.
_INTERDITS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


class CodeCapacite(Enum):
    """What can be wrong with a line. Value: what it means, as the documentation prints it."""

    COLONNE_INCONNUE = "L'en-tête nomme une colonne qui n'existe pas."
    COLONNE_EN_DOUBLE = "L'en-tête nomme deux fois la même colonne."
    COLONNE_MANQUANTE = "L'en-tête ne nomme pas une colonne obligatoire."
    NOMBRE_DE_VALEURS = "La ligne n'a pas autant de valeurs que l'en-tête a de colonnes."
    VALEUR_MANQUANTE = "Une valeur obligatoire est vide."
    VALEUR_TROP_LONGUE = "La valeur est trop longue."
    PLATEFORME_INCONNUE = "La plate-forme n'existe pas."
    ZONE_INVALIDE = "Ce n'est pas un code de zone."
    GENRE_INCONNU = "Ce genre de rendez-vous n'existe pas."
    JOUR_INVALIDE = "Ce n'est pas un jour du calendrier."
    JOUR_PASSE = "Le jour est passé."
    JOUR_TROP_LOIN = "Le jour est trop loin dans l'avenir."
    PLAGE_INCONNUE = "Cette plage n'existe pas."
    PLACES_INVALIDES = "Ce n'est pas un nombre de places."
    LIGNE_EN_DOUBLE = "Une ligne précédente donne déjà les places de cette plage."
    PLAGES_MELEES = (
        "Une demi-journée et une heure qu'elle contient sont données pour la même zone, le même genre et le même jour : les "
        "mêmes techniciens seraient comptés deux fois."
    )
    PLACES_ENGAGEES = (
        "Des rendez-vous occupent déjà plus de places que la ligne n'en laisse : les déplacer ou les annuler d'abord."
    )


@dataclass(frozen=True, slots=True)
class ProblemeCapacite:
    """One thing that is wrong in the file. ``ligne`` counts from 1; ``colonne`` is empty when it is the whole line."""

    ligne: int
    colonne: str
    code: CodeCapacite
    valeur: str = ""
    admis: str = ""

    def __str__(self) -> str:
        lieu = f"ligne {self.ligne}" + (f", {self.colonne}" if self.colonne else "")
        valeur = f" Valeur : « {self.valeur} »." if self.valeur else ""
        admis = f" Admis : {self.admis}." if self.admis else ""
        return f"{lieu} : {self.code.name} : {self.code.value}{valeur}{admis}"


Lue: TypeAlias = tuple[int, Capacite | ProblemeCapacite]


def lire_capacites(
    entete: Sequence[str],
    lignes: Iterable[tuple[int, Sequence[str]]],
    aujourd_hui: date,
) -> Iterator[Lue]:
    """The capacities of a file and its problems, each with its line number, in order.

    ``entete``: names of the columns, of line 1; ``lignes``: number and stripped values of the others; lines without any
    value are passed over. ``aujourd_hui``: the day in Paris. A bad header gives its problems alone; a bad line everything that
    is wrong with it, and no capacity. Whether an area has a prestation is not asked here: see ``usecases.capacites``.
    """
    colonnes, problemes = _lire_entete(entete)
    if problemes:
        yield from ((1, probleme) for probleme in problemes)
        return
    dernier = aujourd_hui + timedelta(days=JOURS_MAX)
    verifier = _Verificateur(colonnes, aujourd_hui, dernier)
    deja: dict[Creneau, tuple[int, int]] = {}
    for numero, valeurs in lignes:
        if not any(valeurs):
            continue
        lue = verifier.verifier(numero, valeurs)
        if isinstance(lue, Capacite):
            probleme = _deja_dite(numero, lue, deja)
            deja.setdefault(lue.creneau, (numero, lue.places))
            yield numero, probleme or lue
        else:
            yield from ((numero, probleme) for probleme in lue)


def confronter(
    lues: Iterable[tuple[int, Capacite]], places: Mapping[Creneau, int], engagees: Mapping[Creneau, int]
) -> Iterator[ProblemeCapacite]:
    """What is wrong with sound lines in view of what is stored.

    ``places``: of the stored slots of the same days; ``engagees``: how many reservations are stored as held or confirmed on
    them (holds that are over are to be written as expired first, ``places.expirees``). A slot whose places become 0, by the
    file or before it, is in nobody's way.
    """
    retenues = list(lues)
    nouvelles = {capacite.creneau: capacite.places for _, capacite in retenues}
    ouvertes = {creneau for creneau, nombre in {**places, **nouvelles}.items() if nombre}
    for ligne, capacite in retenues:
        creneau = capacite.creneau
        if capacite.places < (prises := engagees.get(creneau, 0)):
            admis = f"{prises} places au moins"
            yield ProblemeCapacite(ligne, "places", CodeCapacite.PLACES_ENGAGEES, str(capacite.places), admis)
        for genee in _recouvrantes(creneau) if capacite.places else ():
            if genee in ouvertes and genee not in nouvelles:
                admis = f"mettre aussi à 0 les places de la plage {genee.plage.name}"
                yield ProblemeCapacite(ligne, "plage", CodeCapacite.PLAGES_MELEES, creneau.plage.name, admis)


def _lire_entete(entete: Sequence[str]) -> tuple[list[str], list[ProblemeCapacite]]:
    noms = ", ".join(COLONNES)
    colonnes: list[str] = []
    problemes: list[ProblemeCapacite] = []
    for nom in entete:
        colonne = nom.lower()
        if colonne not in COLONNES:
            problemes.append(ProblemeCapacite(1, _court(nom), CodeCapacite.COLONNE_INCONNUE, admis=noms))
        elif colonne in colonnes:
            problemes.append(ProblemeCapacite(1, colonne, CodeCapacite.COLONNE_EN_DOUBLE))
        else:
            colonnes.append(colonne)
    problemes += [
        ProblemeCapacite(1, nom, CodeCapacite.COLONNE_MANQUANTE, admis=noms) for nom in COLONNES if nom not in colonnes
    ]
    return colonnes, problemes


def _recouvrantes(creneau: Creneau) -> list[Creneau]:
    """The other slots of the same day, area and kind that have an hour in common with this one."""
    return [
        Creneau(creneau.plateforme, creneau.zone, creneau.genre, creneau.jour, plage)
        for plage in Plage
        if plage is not creneau.plage and plage.recouvre(creneau.plage)
    ]


def _deja_dite(ligne: int, capacite: Capacite, deja: Mapping[Creneau, tuple[int, int]]) -> ProblemeCapacite | None:
    """What is wrong with a line in view of those before it; ``deja``: their lines and places."""
    creneau = capacite.creneau
    if creneau in deja:
        admis = f"chaque plage une seule fois ; elle est déjà à la ligne {deja[creneau][0]}"
        return ProblemeCapacite(ligne, "", CodeCapacite.LIGNE_EN_DOUBLE, admis=admis)
    for autre in _recouvrantes(creneau) if capacite.places else ():
        premiere, places = deja.get(autre, (0, 0))
        if places:
            admis = f"la demi-journée ou ses heures ; la ligne {premiere} donne {autre.plage.name}"
            return ProblemeCapacite(ligne, "plage", CodeCapacite.PLAGES_MELEES, creneau.plage.name, admis)
    return None


class _Verificateur:
    """Checks the values of one line after the other; ``colonnes`` in the order of the file."""

    def __init__(self, colonnes: Sequence[str], premier: date, dernier: date) -> None:
        self._colonnes = colonnes
        self._premier = premier
        self._dernier = dernier

    def verifier(self, ligne: int, valeurs: Sequence[str]) -> Capacite | list[ProblemeCapacite]:
        """The capacity, or everything that is wrong with the line, by column."""
        if len(valeurs) != len(self._colonnes):
            attendu = f"{len(self._colonnes)} valeurs"
            return [ProblemeCapacite(ligne, "", CodeCapacite.NOMBRE_DE_VALEURS, f"{len(valeurs)} valeurs", attendu)]
        par_colonne = dict(zip(self._colonnes, valeurs, strict=True))
        problemes: list[ProblemeCapacite] = []

        def noter(colonne: str, code: CodeCapacite, admis: str = "") -> None:
            problemes.append(ProblemeCapacite(ligne, colonne, code, _court(par_colonne[colonne]), admis))

        for colonne, longueur in COLONNES.items():
            if not par_colonne[colonne]:
                noter(colonne, CodeCapacite.VALEUR_MANQUANTE)
            elif len(par_colonne[colonne]) > longueur:
                noter(colonne, CodeCapacite.VALEUR_TROP_LONGUE, f"{longueur} caractères")
        mauvaises = {probleme.colonne for probleme in problemes}
        plateforme, zone, genre_dit, jour_dit, plage_dite, places_dites = (par_colonne[nom] for nom in COLONNES)
        genre, plage = _GENRES.get(genre_dit.upper()), _ECRITURES.get(plage_dite.upper().replace(" ", "-"))
        jour, places = _lire_jour(jour_dit), int(places_dites) if _NOMBRE.fullmatch(places_dites) else None
        fautes = (
            ("plateforme", plateforme not in PLATEFORMES, CodeCapacite.PLATEFORME_INCONNUE, ", ".join(PLATEFORMES)),
            ("zone", not MOTIF_ZONE.fullmatch(zone), CodeCapacite.ZONE_INVALIDE, FORME_ZONE),
            ("genre", genre is None, CodeCapacite.GENRE_INCONNU, ", ".join(g.name for g in TypeRendezVous)),
            ("jour", jour is None, CodeCapacite.JOUR_INVALIDE, "AAAA-MM-JJ ou JJ/MM/AAAA"),
            ("jour", jour is not None and jour < self._premier, CodeCapacite.JOUR_PASSE, f"à partir du {self._premier:%d/%m/%Y}"),
            ("jour", jour is not None and jour > self._dernier, CodeCapacite.JOUR_TROP_LOIN, f"jusqu'au {self._dernier:%d/%m/%Y}"),
            ("plage", plage is None, CodeCapacite.PLAGE_INCONNUE, _ADMIS_PLAGE),
            ("places", places is None, CodeCapacite.PLACES_INVALIDES, f"un entier de 0 à {PLACES_MAX}"),
        )  # fmt: skip
        for colonne, faute, code, admis in fautes:
            if faute and colonne not in mauvaises:
                mauvaises.add(colonne)
                noter(colonne, code, admis)
        rangs = list(COLONNES)
        problemes.sort(key=lambda probleme: rangs.index(probleme.colonne))
        if problemes or genre is None or jour is None or plage is None or places is None:
            return problemes
        return Capacite(plateforme, zone, genre, jour, plage, places)


def _lire_jour(texte: str) -> date | None:
    lu = _ISO.fullmatch(texte) or _FRANCAIS.fullmatch(texte)
    if lu is None:
        return None
    try:
        return date(int(lu["a"]), int(lu["m"]), int(lu["j"]))
    except ValueError:
        return None


def _court(valeur: str) -> str:
    """For a message: at most 60 characters, and none that would act on a terminal."""
    visible = _INTERDITS.sub("\ufffd", valeur)
    return visible if len(visible) <= 60 else f"{visible[:59]}…"
