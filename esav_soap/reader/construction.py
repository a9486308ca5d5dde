"""Trees of a read file -> objects of the model, with their lines."""

from __future__ import annotations

from esav_soap.model import (
    Canal,
    Champ,
    Choisi,
    Courriel,
    Date,
    DateHeure,
    Entier,
    Formulaire,
    GenreRegle,
    Groupe,
    Nombre,
    Nomenclature,
    Offre,
    OuiNon,
    Regle,
    Section,
    Statut,
    Telephone,
    TestPrealable,
    Texte,
    TexteLong,
    Type,
    TypeRendezVous,
    Usage,
    Valeur,
)
from esav_soap.model.types import ENTIER_MAX, ENTIER_MIN, LONGUEUR_TEXTE, LONGUEUR_TEXTE_LONG
from esav_soap.reader.conformite import Noeud
from esav_soap.reader.grammaire import CHAMPS, REGLES
from esav_soap.reader.lus import (
    ChampLu,
    FormulaireLu,
    GroupeLu,
    NomenclatureLue,
    OffreLue,
    RegleLue,
    SectionLue,
    UsageLu,
    ValeurLue,
    forme,
)
from esav_soap.reader.valeurs import en_decimal


def formulaire_lu(noeud: Noeud) -> FormulaireLu:
    """The formulaire of a file's tree."""
    sections = tuple(_section(enfant) for enfant in noeud.tous("section"))
    regles = tuple(_regle(enfant) for enfant in noeud.tous(*REGLES))
    formulaire = Formulaire(
        code=_brut(noeud, "code"),
        libelle=noeud.texte_de("libelle"),
        sections=tuple(section for section, _ in sections),
        aide=noeud.texte_de("aide"),
        regles=tuple(regle.regle for regle in regles),
        defaut_declare=noeud.valeur("defautDeclare"),
    )
    return FormulaireLu(
        formulaire, noeud.lieu, tuple(lue for _, lue in sections), regles, _invalides(noeud), _egares(noeud)
    )


def _egares(noeud: Noeud) -> frozenset[str]:
    """Codes of unknown elements, and refused codes of fields and groups ("" for one that is missing)."""
    sections = noeud.tous("section")
    groupes = [groupe for section in sections for groupe in section.tous("groupe")]
    codes = {code for liste in (noeud, *sections, *groupes) for code in liste.egares}
    champs = [champ for liste in (*sections, *groupes) for champ in liste.tous(*CHAMPS, "groupe")]
    codes |= {_brut(champ, "code") for champ in champs if "code" in champ.invalides}
    return frozenset(map(forme, codes))


def nomenclature_lue(noeud: Noeud) -> NomenclatureLue:
    """The nomenclature of a file's tree."""
    valeurs = tuple(_valeur(enfant) for enfant in noeud.tous("valeur"))
    nomenclature = Nomenclature(
        code=_brut(noeud, "code"),
        libelle=noeud.texte_de("libelle"),
        valeurs=tuple(valeur.valeur for valeur in valeurs),
        parent=noeud.valeur("parent"),
        aide=noeud.texte_de("aide"),
    )
    return NomenclatureLue(nomenclature, noeud.lieu, valeurs, _invalides(noeud))


def offre_lue(noeud: Noeud) -> OffreLue:
    """One Offre of the catalogue's tree."""
    usages = tuple(
        UsageLu(_brut(u, "champ"), _usage(u, "valeur", None), u.lieu, lisible="champ" not in u.invalides)
        for u in noeud.tous("usage")
    )
    tests = [enfant for enfant in noeud.tous("testPrealable") if not enfant.invalides]
    repetes = [enfant for enfant in noeud.tous("canal", "rendezVous") if not enfant.invalides]
    offre = Offre(
        code=_brut(noeud, "code"),
        libelle=noeud.texte_de("libelle"),
        formulaire=_brut(noeud, "formulaire"),
        activee=noeud.valeur("activee") == "oui",
        canaux=tuple(Canal(enfant.texte) for enfant in repetes if enfant.nom == "canal"),
        rendez_vous=tuple(TypeRendezVous(enfant.texte) for enfant in repetes if enfant.nom == "rendezVous"),
        test_prealable=TestPrealable(tests[0].texte) if tests else TestPrealable.AUCUN,
        usages={u.chemin: u.usage for u in usages if u.usage is not None},
        aide=noeud.texte_de("aide"),
    )
    return OffreLue(
        offre,
        noeud.lieu,
        usages,
        tuple((enfant.nom, enfant.texte, enfant.lieu) for enfant in repetes),
        tests[0].lieu if tests else noeud.lieu,
        _invalides(noeud),
    )


def _section(noeud: Noeud) -> tuple[Section, SectionLue]:
    noeuds = tuple(
        _groupe(enfant) if enfant.nom == "groupe" else _champ(enfant) for enfant in noeud.tous(*CHAMPS, "groupe")
    )
    section = Section(
        code=_brut(noeud, "code"),
        libelle=noeud.texte_de("libelle"),
        noeuds=tuple(lu.groupe if isinstance(lu, GroupeLu) else lu.champ for lu in noeuds),
        aide=noeud.texte_de("aide"),
    )
    return section, SectionLue(section.code, noeud.lieu, noeuds, _invalides(noeud))


def _groupe(noeud: Noeud) -> GroupeLu:
    champs = tuple(_champ(enfant) for enfant in noeud.tous(*CHAMPS))
    regles = tuple(_regle(enfant) for enfant in noeud.tous(*REGLES))
    groupe = Groupe(
        code=_brut(noeud, "code"),
        libelle=noeud.texte_de("libelle"),
        champs=tuple(champ.champ for champ in champs),
        minimum=noeud.entier("min", 1),
        maximum=noeud.entier("max", 1),
        usage=_usage(noeud, "usage", Usage.FACULTATIF) or Usage.FACULTATIF,
        aide=noeud.texte_de("aide"),
        regles=tuple(regle.regle for regle in regles),
    )
    return GroupeLu(groupe, noeud.lieu, champs, regles, _invalides(noeud))


def _champ(noeud: Noeud) -> ChampLu:
    exemples = [enfant for enfant in noeud.tous("exemple") if not enfant.invalides]
    champ = Champ(
        code=_brut(noeud, "code"),
        libelle=noeud.texte_de("libelle"),
        type=_type(noeud),
        usage=_usage(noeud, "usage", Usage.FACULTATIF) or Usage.FACULTATIF,
        aide=noeud.texte_de("aide"),
        defaut=noeud.valeur("defaut"),
        exemples=tuple(exemple.texte for exemple in exemples),
    )
    return ChampLu(champ, noeud.lieu, _invalides(noeud), tuple((e.texte, e.lieu) for e in exemples))


def _type(noeud: Noeud) -> Type:
    match noeud.nom:
        case "texte":
            return Texte(
                noeud.entier("longueurMin", 1), noeud.entier("longueurMax", LONGUEUR_TEXTE), noeud.valeur("motif")
            )
        case "texteLong":
            return TexteLong(noeud.entier("longueurMin", 1), noeud.entier("longueurMax", LONGUEUR_TEXTE_LONG))
        case "entier":
            return Entier(noeud.entier("min", ENTIER_MIN), noeud.entier("max", ENTIER_MAX), noeud.valeur("unite"))
        case "decimal":
            minimum, maximum = noeud.valeur("min"), noeud.valeur("max")
            return Nombre(
                None if minimum is None else en_decimal(minimum),
                None if maximum is None else en_decimal(maximum),
                noeud.entier("decimales", 2),
                noeud.valeur("unite"),
            )
        case "date":
            return Date(noeud.valeur("min"), noeud.valeur("max"))
        case "nomenclature":
            return Choisi(_brut(noeud, "ref"), noeud.entier("max", 1), noeud.valeur("dependDe"))
        case _:
            return _SANS_FACETTE[noeud.nom]


_SANS_FACETTE: dict[str, Type] = {
    "dateHeure": DateHeure(),
    "ouiNon": OuiNon(),
    "telephone": Telephone(),
    "courriel": Courriel(),
}


def _regle(noeud: Noeud) -> RegleLue:
    conditions = noeud.tous("condition")
    regle = Regle(
        code=_brut(noeud, "code"),
        genre=GenreRegle(noeud.nom),
        condition=noeud.texte_de("condition"),
        message=noeud.texte_de("message"),
        champ=noeud.valeur("champ"),
    )
    lieu = conditions[0].lieu if conditions else noeud.lieu
    lisible = bool(conditions) and not conditions[0].invalides
    return RegleLue(regle, noeud.lieu, lieu, lisible, _invalides(noeud))


def _valeur(noeud: Noeud) -> ValeurLue:
    statut = noeud.valeur("statut")
    valeur = Valeur(
        code=_brut(noeud, "code"),
        libelle=noeud.texte_de("libelle"),
        statut=Statut(statut) if statut else Statut.ACTIF,
        parents=tuple((noeud.valeur("parents") or "").split()),
        remplacement=noeud.valeur("remplacement"),
        aide=noeud.texte_de("aide"),
    )
    return ValeurLue(valeur, noeud.lieu, _invalides(noeud))


def _usage(noeud: Noeud, attribut: str, defaut: Usage | None) -> Usage | None:
    valeur = noeud.valeur(attribut)
    return Usage(valeur) if valeur else defaut


def _brut(noeud: Noeud, attribut: str) -> str:
    """The attribute as written, even when refused, so that references to it are still found."""
    return noeud.attributs.get(attribut, "")


def _invalides(noeud: Noeud) -> frozenset[str]:
    return frozenset(noeud.invalides)
