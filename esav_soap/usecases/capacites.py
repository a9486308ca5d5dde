"""Places of slots from a CSV file: every bad line reported, then all of it or nothing (R4.2). The file is written as the parc's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from esav_soap.calendar import en_paris
from esav_soap.rendez_vous import Capacite, ProblemeCapacite, lire_capacites
from esav_soap.signalisation.scenarios import PLATEFORME, ZONE_ESSAI, ZONE_NUIT
from esav_soap.usecases.parc import CodeLigne, Flux, ProblemeLigne, Rapport, decouper, lire_lignes
from esav_soap.usecases.ports.rendez_vous import CapacitesImportees, Places


@dataclass(slots=True)
class RapportCapacites:
    """What came out of an import, problems by line. ``bilan``: what is, or with ``a_blanc`` would be, written; None when
    something is wrong, and then nothing was. ``zones_vides``: platforms and areas that have places, and no prestation yet:
    nobody can book them."""

    lignes: int = 0
    problemes: list[ProblemeLigne | ProblemeCapacite] = field(default_factory=list)
    bilan: CapacitesImportees | None = None
    zones_vides: Sequence[tuple[str, str]] = ()


def importer_capacites(
    flux: Flux,
    places: Places,
    instant: datetime,
    *,
    a_blanc: bool = False,
    avant_ecriture: Callable[[], None] = lambda: None,
) -> RapportCapacites:
    """Check the whole file, and then, when every line is good, what is booked; write all of its places, or none.

    ``avant_ecriture`` is told that every line is good and that what follows is the writing.
    """
    rapport = RapportCapacites()
    bonnes: list[tuple[int, Capacite]] = []
    mauvaises: list[ProblemeLigne] = []
    lignes = lire_lignes(flux, Rapport())
    premiere = next(lignes, (1, ""))[1]
    if isinstance(premiere, ProblemeLigne):
        mauvaises.append(premiere)
    elif not premiere:
        mauvaises.append(ProblemeLigne(1, "", CodeLigne.FICHIER_VIDE))
    else:
        separateur = ";" if ";" in premiere else ","
        entete = decouper(premiere, separateur) or [premiere]
        valeurs = _valeurs(lignes, separateur, mauvaises)
        for numero, lue in lire_capacites(entete, valeurs, en_paris(instant).date()):
            if isinstance(lue, Capacite):
                bonnes.append((numero, lue))
            else:
                rapport.problemes.append(lue)
    rapport.lignes = len(bonnes)
    rapport.problemes += mauvaises
    if not rapport.problemes:
        rapport.zones_vides = _zones_vides([une for _, une in bonnes], places)
        avant_ecriture()
        rapport.bilan = places.importer_capacites(bonnes, instant, a_blanc=a_blanc)
        if rapport.bilan.problemes:
            rapport.problemes += rapport.bilan.problemes
            rapport.bilan = None
    rapport.problemes.sort(key=lambda probleme: probleme.ligne)
    return rapport


def _zones_vides(lues: Iterable[Capacite], places: Places) -> Sequence[tuple[str, str]]:
    """The test prestations of integration, which stand in no parc, have areas of their own."""
    ouvertes = {(une.plateforme, une.zone) for une in lues if une.places}
    connues = {
        (plateforme, zone) for plateforme in {p for p, _ in ouvertes} for zone in places.zones_du_parc(plateforme)
    }
    return sorted(ouvertes - connues - {(PLATEFORME, ZONE_ESSAI), (PLATEFORME, ZONE_NUIT)})


def _valeurs(
    lignes: Iterator[tuple[int, str | ProblemeLigne]], separateur: str, mauvaises: list[ProblemeLigne]
) -> Iterator[tuple[int, Sequence[str]]]:
    """The values of each line that can be read; the others go to ``mauvaises``."""
    for numero, texte in lignes:
        if isinstance(texte, ProblemeLigne):
            mauvaises.append(texte)
            continue
        valeurs = decouper(texte, separateur)
        if valeurs is None:
            mauvaises.append(ProblemeLigne(numero, "", CodeLigne.GUILLEMETS, admis='un guillemet s\'écrit ""'))
        else:
            yield numero, valeurs
