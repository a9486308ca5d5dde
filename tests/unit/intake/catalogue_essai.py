"""A small catalogue with every type, a repeated group, rules, dependent, deprecated and retired codes; two Offres."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from lxml import etree

from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.intake import Controle
from esav_soap.model import (
    Catalogue,
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
    Texte,
    TexteLong,
    Usage,
    Valeur,
)
from esav_soap.names import NS_WS

OB, AB = Usage.OBLIGATOIRE, Usage.ABSENT

FAMILLES = Nomenclature("FAMILLE", "Familles", (Valeur("OPTIQUE", "Optique"), Valeur("ENERGIE", "Énergie")))
NATURES = Nomenclature(
    "NATURE",
    "Natures",
    (
        Valeur("COUPURE", "Coupure", parents=("OPTIQUE",)),
        Valeur("AFFAIBLISSEMENT", "Affaiblissement", parents=("OPTIQUE",)),
        Valeur("PERTE_48V", "Perte 48 V", parents=("ENERGIE",)),
        Valeur("ANCIENNE", "Ancienne", Statut.DEPRECIE, ("OPTIQUE", "ENERGIE"), "COUPURE"),
        Valeur("DISPARUE", "Disparue", Statut.RETIRE, ("OPTIQUE",), "COUPURE"),
    ),
    parent="FAMILLE",
)

FORMULAIRE = Formulaire(
    "essai",
    "Essai",
    (
        Section(
            "defaut",
            "Défaut",
            (
                Champ("reference", "Référence", Texte(longueur_max=12, motif="[A-Z]{2}-[0-9]{1,6}"), OB),
                Champ("famille", "Famille", Choisi("FAMILLE"), OB),
                Champ("nature", "Nature", Choisi("NATURE", depend_de="famille"), OB),
                Champ("natures", "Autres natures", Choisi("NATURE", maximum=3)),
                Champ("coupures", "Nombre de coupures", Entier(1, 100)),
                Champ("puissance", "Puissance reçue", Nombre(Decimal("-40"), Decimal("10"), 2, "dBm")),
                Champ("jour", "Jour", Date("2026-01-01", "2026-12-31")),
                Champ("constat", "Heure du constat", DateHeure(), OB),
                Champ("intermittent", "Intermittent", OuiNon()),
                Champ("telephone", "Téléphone", Telephone()),
                Champ("courriel", "Courriel", Courriel()),
                Champ("description", "Description", TexteLong(10, 200), OB),
                Groupe(
                    "mesures",
                    "Mesures",
                    (
                        Champ("distance", "Distance", Entier(0, 160000, "m"), OB),
                        Champ("perte", "Perte", Nombre(Decimal(0), Decimal(40), 3, "dB")),
                    ),
                    minimum=1,
                    maximum=3,
                    regles=(
                        Regle("PERTE_LOIN", GenreRegle.OBLIGATOIRE_SI, "distance > 1000", "Donner la perte.", "perte"),
                    ),
                ),
                Champ("absent", "Champ absent", Texte(), AB),
            ),
        ),
    ),
    regles=(
        Regle("R1", GenreRegle.OBLIGATOIRE_SI, "intermittent = 'true'", "Donner le nombre de coupures.", "coupures"),
        Regle("R2", GenreRegle.INTERDIT_SI, "famille = 'ENERGIE'", "Pas de puissance optique.", "puissance"),
        Regle("R3", GenreRegle.REGLE, "not(coupures > 50) or courriel", "Au-delà de 50, un courriel.", "courriel"),
        Regle("R4", GenreRegle.REGLE, "count(mesures) < 3 or courriel", "Dès trois mesures, un courriel."),
    ),
)

CATALOGUE = Catalogue(
    "2026.1",
    "Essai",
    (
        Offre("ESSAI_UN", "Essai un", "essai"),
        Offre("ESSAI_DEUX", "Essai deux", "essai", usages={"mesures": OB, "absent": OB, "telephone": AB}),
    ),
    {"essai": FORMULAIRE},
    {"FAMILLE": FAMILLES, "NATURE": NATURES},
)

CAT, UN = "urn:esav:catalogue:2026.1", "urn:esav:catalogue:2026.1:ESSAI_UN"

#: The fields of a valid form, by name, in order.
CHAMPS = {
    "reference": "AB-123",
    "famille": "OPTIQUE",
    "nature": "COUPURE",
    "constat": "2026-03-02T10:00:00+01:00",
    "description": "Coupure franche depuis ce matin",
}


@cache
def schema() -> etree.XMLSchema:
    return compiler_schema(fichiers_schemas(contrat("depot", CATALOGUE), CATALOGUE), "depot.xsd")


@cache
def controle() -> Controle:
    return Controle(CATALOGUE, schema())


def champs(**changes: str | None) -> str:
    """The valid fields with some changed (None: taken away), as XML; unknown ones come where the contract has them."""
    ordre = [n.code for n in FORMULAIRE.noeuds()]
    valeurs = {**CHAMPS, **changes}
    return "".join(f"<{c}>{v}</{c}>" for c in ordre if (v := valeurs.get(c)) is not None)


def depot(contenu: str | None = None, *, formulaire: str | None = None, entete: str | None = None) -> etree._Element:
    """A typed request, parsed from text; valid unless something else is given."""
    if entete is None:
        entete = (
            "<entete><identifiantPrestation>P-1</identifiantPrestation><referenceOperateur>R-1</referenceOperateur>"
            "<contact><nom>Claire Martin</nom><telephone>0123456789</telephone></contact></entete>"
        )
    if formulaire is None:
        contenu = champs() if contenu is None else contenu
        formulaire = f'<formulaire><c:essaiUn xmlns:c="{CAT}" xmlns="{UN}">{contenu}</c:essaiUn></formulaire>'
    xml = f'<e><b><deposerSignalisation xmlns="{NS_WS}">{entete}{formulaire}</deposerSignalisation></b></e>'
    return etree.fromstring(xml)[0][0]


def generique(paires: list[tuple[str, str]], offre: str = "ESSAI_UN") -> etree._Element:
    entete = etree.tostring(depot()[0]).decode()
    suite = "".join(f"<champ><chemin>{c}</chemin><valeur>{v}</valeur></champ>" for c, v in paires)
    xml = f'<deposerSignalisationGenerique xmlns="{NS_WS}">{entete}<offre>{offre}</offre>{suite}'
    return etree.fromstring(f"<e>{xml}</deposerSignalisationGenerique></e>")[0]
