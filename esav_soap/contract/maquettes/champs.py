"""One field of a maquette: its widget, its HTML constraints, its hints in French, its technical line (R1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from esav_soap.calendar import en_paris
from esav_soap.contract.maquettes.motifs import motif_html
from esav_soap.contract.maquettes.mots import NOMS_TYPES, admis, en_clair, nombre, technique
from esav_soap.model import (
    Catalogue,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Feuille,
    Nombre,
    OuiNon,
    Statut,
    Telephone,
    Texte,
    TexteLong,
    Type,
    Valeur,
)
from esav_soap.model.types import (
    LONGUEUR_COURRIEL,
    MOTIF_COURRIEL,
    MOTIF_TELEPHONE,
)

#: A single choice of so many values is shown as radio buttons, which read better than a closed list.
MAXIMUM_RADIOS = 4
#: xs:date of the contract has a four-digit year; browsers would take six.
DATE_MIN, DATE_MAX = "1000-01-01", "2999-12-31"


@dataclass(frozen=True, slots=True)
class VueChoix:
    """A value to choose. ``note``: what a reader must know of it (deprecated, codes it is attached to)."""

    code: str
    libelle: str
    deprecie: bool = False
    note: str = ""
    aide: str = ""
    choisi: bool = False


@dataclass(frozen=True, slots=True)
class VueChamp:
    """A field. ``widget``: ligne, zone, radios, liste or cases. ``attributs``: HTML attributes, in order."""

    id: str
    code: str
    chemin: str
    libelle: str
    aide: str
    obligatoire: bool
    widget: str
    attributs: tuple[tuple[str, str], ...]
    admis: str
    exemples: tuple[str, ...]
    technique: str
    motif: str = ""
    unite: str = ""
    defaut: str = ""
    choix: tuple[VueChoix, ...] = ()
    nomenclature: str = ""
    depend_de: str = ""
    large: bool = False


def vue_champ(catalogue: Catalogue, feuille: Feuille, identifiant: str, chemin: str, parent: str = "") -> VueChamp:
    """The field of ``feuille``. ``parent``: label of the field that its list depends on."""
    champ = feuille.champ
    genre = champ.type
    choix = _choix(catalogue, genre, champ.defaut)
    widget = _widget(genre, choix)
    return VueChamp(
        id=identifiant,
        code=champ.code,
        chemin=chemin,
        libelle=champ.libelle,
        aide=champ.aide,
        obligatoire=bool(feuille.minimum),
        widget=widget,
        attributs=tuple(_attributs(genre, champ.exemples)),
        admis=admis(genre, parent),
        exemples=tuple(en_clair(genre, exemple, {c.code: c.libelle for c in choix}) for exemple in champ.exemples),
        technique=technique(feuille),
        motif=(genre.motif or "") if isinstance(genre, Texte) else "",
        unite=(genre.unite or "") if isinstance(genre, Entier | Nombre) else "",
        defaut=_defaut(genre, champ.defaut),
        choix=choix,
        nomenclature=genre.nomenclature if isinstance(genre, Choisi) else "",
        depend_de=(genre.depend_de or "") if isinstance(genre, Choisi) else "",
        large=widget in ("zone", "cases") or (isinstance(genre, Texte) and genre.longueur_max > 80),
    )


def _widget(genre: Type, choix: tuple[VueChoix, ...]) -> str:
    match genre:
        case TexteLong():
            return "zone"
        case OuiNon():
            return "radios"
        case Choisi(maximum=maximum) if maximum > 1:
            return "cases"
        case Choisi(depend_de=depend_de):
            return "radios" if depend_de is None and len(choix) <= MAXIMUM_RADIOS else "liste"
        case _:
            return "ligne"


def _choix(catalogue: Catalogue, genre: Type, defaut: str | None) -> tuple[VueChoix, ...]:
    if isinstance(genre, OuiNon):
        oui = {"true": True, "1": True, "oui": True, "false": False, "0": False, "non": False}.get(defaut or "")
        return (VueChoix("true", "Oui", choisi=oui is True), VueChoix("false", "Non", choisi=oui is False))
    if not isinstance(genre, Choisi):
        return ()
    choisis = (defaut or "").split()
    nomenclature = catalogue.nomenclatures[genre.nomenclature]
    return tuple(
        VueChoix(
            code=valeur.code,
            libelle=valeur.libelle,
            deprecie=valeur.statut is Statut.DEPRECIE,
            note=_note(catalogue, valeur, nomenclature.parent if genre.depend_de else None),
            aide=valeur.aide,
            choisi=valeur.code in choisis,
        )
        for valeur in nomenclature.acceptees
    )


def _note(catalogue: Catalogue, valeur: Valeur, parent: str | None) -> str:
    notes: list[str] = []
    if valeur.statut is Statut.DEPRECIE:
        notes.append(f"déprécié, employer {valeur.remplacement}" if valeur.remplacement else "déprécié")
    if parent is not None:
        libelles = catalogue.nomenclatures[parent].par_code
        noms = [libelles[code].libelle if code in libelles else code for code in valeur.parents]
        notes.append(f"pour {', '.join(noms)}" if noms else "sans rattachement")
    return " ; ".join(notes)


def _attributs(genre: Type, exemples: tuple[str, ...]) -> list[tuple[str, str]]:
    """HTML constraints of the input; the script judges by the same facets, with the XSD's exact meaning."""
    indication = [("placeholder", exemples[0])] if exemples else []
    match genre:
        case Texte():
            return [("type", "text"), *_longueurs(genre), *_motif(genre.motif), *indication]
        case TexteLong():
            return [("rows", "4"), *_longueurs(genre), *indication]
        case Entier():
            bornes = [("min", str(genre.minimum)), ("max", str(genre.maximum)), ("step", "1")]
            return [("type", "number"), ("inputmode", _clavier(genre.minimum, "numeric")), *bornes, *indication]
        case Nombre():
            bornes = [(nom, nombre(b)) for nom, b in (("min", genre.minimum), ("max", genre.maximum)) if b is not None]
            pas = ("step", nombre(Decimal(1).scaleb(-genre.decimales)))
            return [("type", "number"), ("inputmode", _clavier(genre.minimum, "decimal")), *bornes, pas, *indication]
        case Date():
            return [("type", "date"), ("min", genre.minimum or DATE_MIN), ("max", genre.maximum or DATE_MAX)]
        case DateHeure():
            return [
                ("type", "datetime-local"),
                ("min", f"{DATE_MIN}T00:00"),
                ("max", f"{DATE_MAX}T23:59"),
            ]
        case Telephone():
            return [("type", "tel"), ("autocomplete", "off"), *_motif(MOTIF_TELEPHONE), *indication]
        case Courriel():
            taille = ("maxlength", str(LONGUEUR_COURRIEL))
            return [("type", "email"), ("autocomplete", "off"), taille, *_motif(MOTIF_COURRIEL), *indication]
        case OuiNon() | Choisi():
            return []


def _clavier(minimum: int | Decimal | None, clavier: str) -> str:
    """Number pads of phones have no minus sign: where one may be needed, the full keyboard is offered."""
    return clavier if minimum is not None and minimum >= 0 else "text"


def _longueurs(genre: Texte | TexteLong) -> list[tuple[str, str]]:
    return [("minlength", str(genre.longueur_min)), ("maxlength", str(genre.longueur_max))]


def _motif(motif: str | None) -> list[tuple[str, str]]:
    traduit = motif_html(motif) if motif else None
    return [("pattern", traduit)] if traduit else []


def _defaut(genre: Type, defaut: str | None) -> str:
    """The default as the input's ``value``: an instant becomes Paris clock time."""
    if defaut is None or isinstance(genre, Choisi | OuiNon):
        return ""
    if isinstance(genre, DateHeure):
        return en_paris(datetime.fromisoformat(defaut)).strftime("%Y-%m-%dT%H:%M:%S")
    return defaut


def type_script(feuille: Feuille) -> dict[str, object]:
    """The facets for the page's script; numbers as text, so that nothing is rounded on the way."""
    genre = feuille.champ.type
    donnees: dict[str, object] = {"type": NOMS_TYPES[type(genre)]}
    match genre:
        case Texte():
            donnees |= {"longueurMin": genre.longueur_min, "longueurMax": genre.longueur_max}
            donnees |= {"motif": motif_html(genre.motif) if genre.motif else None}
        case TexteLong():
            donnees |= {"longueurMin": genre.longueur_min, "longueurMax": genre.longueur_max}
        case Entier():
            donnees |= {"minimum": str(genre.minimum), "maximum": str(genre.maximum), "unite": genre.unite or ""}
        case Nombre():
            bornes = (("minimum", genre.minimum), ("maximum", genre.maximum))
            donnees |= {nom: nombre(b) for nom, b in bornes if b is not None}
            donnees |= {"decimales": genre.decimales, "unite": genre.unite or ""}
        case Date():
            donnees |= {"minimum": genre.minimum or DATE_MIN, "maximum": genre.maximum or DATE_MAX}
        case Telephone():
            donnees["motif"] = motif_html(MOTIF_TELEPHONE)
        case Courriel():
            donnees |= {"motif": motif_html(MOTIF_COURRIEL), "longueurMin": 1, "longueurMax": LONGUEUR_COURRIEL}
        case Choisi():
            donnees |= {"nomenclature": genre.nomenclature, "depend": genre.depend_de}
        case DateHeure() | OuiNon():
            pass
    if feuille.champ.exemples and "motif" in donnees:
        donnees["exemple"] = feuille.champ.exemples[0]
    return donnees
