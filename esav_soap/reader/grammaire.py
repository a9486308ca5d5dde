"""The grammar of the publishers' files, as a table: the same language as the meta-schemas, written for explaining.

libxml2 stops at the first misplaced element; a walk with this table names every defect. A test proves that both agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from esav_soap.reader import valeurs as v
from esav_soap.reader.valeurs import TypeValeur


@dataclass(frozen=True, slots=True)
class Attribut:
    """An attribute of an element; ``requis``: it must be there."""

    type: TypeValeur
    requis: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the sequence of an element's children: one of ``noms``, ``minimum`` to ``maximum`` times."""

    noms: tuple[str, ...]
    minimum: int = 1
    maximum: int | None = 1


@dataclass(frozen=True, slots=True)
class Modele:
    """What an element may hold: text of a type, or children in the order of ``places``."""

    attributs: dict[str, Attribut] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    texte: TypeValeur | None = None
    enfants: dict[str, Modele] = field(default_factory=dict)


CHAMPS = (
    *("texte", "texteLong", "entier", "decimal", "date", "dateHeure", "ouiNon", "telephone", "courriel"),
    "nomenclature",
)
REGLES = ("regle", "obligatoireSi", "interditSi")

_LIBELLE = Modele(texte=v.LIBELLE)
_AIDE = Modele(texte=v.AIDE)
_P_LIBELLE = Place(("libelle",))
_P_AIDE = Place(("aide",), 0)
_TITRES = {"libelle": _LIBELLE, "aide": _AIDE}


def _requis(type_: TypeValeur) -> Attribut:
    return Attribut(type_, requis=True)


def _champ(**attributs: Attribut) -> Modele:
    return Modele(
        {"code": _requis(v.CODE_CHAMP), "usage": Attribut(v.USAGE), "defaut": Attribut(v.LIBRE), **attributs},
        (_P_LIBELLE, _P_AIDE, Place(("exemple",), 0, 10)),
        enfants={**_TITRES, "exemple": Modele(texte=v.LIBRE)},
    )


def _regle(*, champ_requis: bool) -> Modele:
    return Modele(
        {"code": _requis(v.CODE_REGLE), "champ": Attribut(v.CODE_CHAMP, champ_requis)},
        (Place(("condition",)), Place(("message",))),
        enfants={"condition": Modele(texte=v.CONDITION), "message": _AIDE},
    )


_LONGUEURS = {"longueurMin": Attribut(v.LONGUEUR), "longueurMax": Attribut(v.LONGUEUR)}
_SIMPLE = _champ()
_CHAMPS = {
    "texte": _champ(**_LONGUEURS, motif=Attribut(v.LIBRE)),
    "texteLong": _champ(**_LONGUEURS),
    "entier": _champ(min=Attribut(v.ENTIER_32), max=Attribut(v.ENTIER_32), unite=Attribut(v.UNITE)),
    "decimal": _champ(
        min=Attribut(v.DECIMAL), max=Attribut(v.DECIMAL), decimales=Attribut(v.DECIMALES), unite=Attribut(v.UNITE)
    ),
    "date": _champ(min=Attribut(v.DATE), max=Attribut(v.DATE)),
    "dateHeure": _SIMPLE,
    "ouiNon": _SIMPLE,
    "telephone": _SIMPLE,
    "courriel": _SIMPLE,
    "nomenclature": _champ(ref=_requis(v.CODE), max=Attribut(v.CHOIX_MULTIPLE), dependDe=Attribut(v.CODE_CHAMP)),
}
_REGLES = {
    "regle": _regle(champ_requis=False),
    "obligatoireSi": _regle(champ_requis=True),
    "interditSi": _regle(champ_requis=True),
}
_GROUPE = Modele(
    {
        "code": _requis(v.CODE_CHAMP),
        "usage": Attribut(v.USAGE),
        "min": Attribut(v.OCCURRENCE),
        "max": Attribut(v.OCCURRENCE),
    },
    (_P_LIBELLE, _P_AIDE, Place(CHAMPS, 1, 100), Place(REGLES, 0, 50)),
    enfants={**_TITRES, **_CHAMPS, **_REGLES},
)
_SECTION = Modele(
    {"code": _requis(v.CODE_CHAMP)},
    (_P_LIBELLE, _P_AIDE, Place((*CHAMPS, "groupe"), 1, 200)),
    enfants={**_TITRES, **_CHAMPS, "groupe": _GROUPE},
)
_VALEUR = Modele(
    {
        "code": _requis(v.CODE),
        "statut": Attribut(v.STATUT),
        "parents": Attribut(v.CODES),
        "remplacement": Attribut(v.CODE),
    },
    (_P_LIBELLE, _P_AIDE),
    enfants=_TITRES,
)
_OFFRE = Modele(
    {"code": _requis(v.CODE), "formulaire": _requis(v.CODE_FORMULAIRE), "activee": Attribut(v.OUI_NON)},
    (
        *(_P_LIBELLE, _P_AIDE, Place(("canal",), 1, 2), Place(("rendezVous",), 0, 3)),
        *(Place(("testPrealable",), 0), Place(("usage",), 0, None)),
    ),
    enfants={
        **_TITRES,
        "canal": Modele(texte=v.CANAL),
        "rendezVous": Modele(texte=v.RENDEZ_VOUS),
        "testPrealable": Modele(texte=v.TEST_PREALABLE),
        "usage": Modele({"champ": _requis(v.CHEMIN_CHAMP), "valeur": _requis(v.USAGE)}),
    },
)

#: Root element -> its model.
RACINES: dict[str, Modele] = {
    "catalogue": Modele(
        {"version": _requis(v.VERSION)},
        (_P_LIBELLE, Place(("note",), 0, None), Place(("offre",), 1, None)),
        enfants={"libelle": _LIBELLE, "note": _AIDE, "offre": _OFFRE},
    ),
    "nomenclature": Modele(
        {"code": _requis(v.CODE), "parent": Attribut(v.CODE)},
        (_P_LIBELLE, _P_AIDE, Place(("valeur",), 1, 2000)),
        enfants={**_TITRES, "valeur": _VALEUR},
    ),
    "formulaire": Modele(
        {"code": _requis(v.CODE_FORMULAIRE), "defautDeclare": Attribut(v.CODE_CHAMP)},
        (_P_LIBELLE, _P_AIDE, Place(("section",), 1, 50), Place(REGLES, 0, 200)),
        enfants={**_TITRES, "section": _SECTION, **_REGLES},
    ),
}
