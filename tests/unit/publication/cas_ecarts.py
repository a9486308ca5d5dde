"""Each kind of difference: what a publisher changes, and all that the comparison tells of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from esav_soap.model import (
    Canal,
    Choisi,
    Date,
    Entier,
    Nombre,
    Nomenclature,
    Regle,
    Statut,
    TestPrealable,
    Texte,
    TexteLong,
    TypeRendezVous,
    Valeur,
)
from esav_soap.publication.ecarts import Gravite
from tests.unit.publication.catalogue_compare import (
    AB,
    BASE,
    CHAMPS,
    FA,
    MESURES,
    NEUF,
    OB,
    REGLES,
    SI,
    C,
    Fabrique,
    R,
    X,
    avec,
    champ,
    nature,
    offre,
    regle,
    sans,
)

#: What changes, how grave, and all that is told of it: « name | message ».
CAS: list[tuple[str, Fabrique, Gravite, list[str]]] = [
    (
        "champ facultatif",
        Fabrique(champs=avec(NEUF)),
        C,
        ["UN/neuf:CHAMP_AJOUTE | « Neuf » : nouveau champ facultatif (entier de 1 à 9)."],
    ),
    (
        "champ obligatoire",
        Fabrique(champs=avec(replace(NEUF, usage=OB))),
        X,
        ["UN/neuf:CHAMP_AJOUTE_OBLIGATOIRE | « Neuf » : nouveau champ obligatoire (entier de 1 à 9)."],
    ),
    (
        "champ retiré",
        Fabrique(champs=sans("jour")),
        X,
        ["UN/jour:CHAMP_RETIRE | « Jour » : champ retiré (date de 2026-01-01 à 2026-12-31) : ne plus l'envoyer."],
    ),
    (
        "groupe retiré",
        Fabrique(champs=sans("mesures")),
        X,
        [
            "UN/mesures:CHAMP_RETIRE | « Mesures » : groupe retiré (groupe donné 0 à 3 fois : distance, perte) : ne plus l'envoyer."
        ],
    ),
    (
        "champ absent de l'Offre",
        Fabrique(offre=offre(usages={"jour": AB})),
        X,
        [
            "UN/jour:CHAMP_ABSENT_OFFRE | « Jour » : l'Offre n'emploie plus ce champ (date de 2026-01-01 à 2026-12-31) : ne plus l'envoyer."
        ],
    ),
    (
        "champ désormais employé",
        Fabrique(offre=offre(usages={"cache": OB})),
        X,
        ["UN/cache:CHAMP_AJOUTE_OBLIGATOIRE | « Caché » : nouveau champ obligatoire (texte, 1 à 255 caractères)."],
    ),
    (
        "champ d'un groupe devenu obligatoire",
        Fabrique(offre=offre(usages={"mesures/perte": OB})),
        X,
        ["UN/mesures/perte:CHAMP_DEVENU_OBLIGATOIRE | « Perte » : devient obligatoire, était facultatif."],
    ),
    (
        "champ devenu facultatif",
        Fabrique(champs=champ("reference", usage=FA)),
        C,
        ["UN/reference:CHAMP_DEVENU_FACULTATIF | « Référence » : devient facultatif, était obligatoire."],
    ),
    (
        "groupe devenu obligatoire",
        Fabrique(champs=champ("mesures", usage=OB)),
        X,
        ["UN/mesures:CHAMP_DEVENU_OBLIGATOIRE | « Mesures » : devient obligatoire, était facultatif."],
    ),
    (
        "un seul champ est dit déplacé",
        Fabrique(champs=(*CHAMPS[1:5], CHAMPS[0], *CHAMPS[5:])),
        X,
        ["UN/reference:CHAMP_DEPLACE | « Référence » : se place désormais après « Jour », et non plus en tête."],
    ),
    (
        "type",
        Fabrique(champs=champ("jour", type=Texte())),
        X,
        [
            "UN/jour:TYPE_CHANGE | « Jour » : le type change : date de 2026-01-01 à 2026-12-31 → texte, 1 à 255 caractères."
        ],
    ),
    (
        "champ devenu groupe",
        Fabrique(champs=tuple(replace(MESURES, code="jour") if c.code == "jour" else c for c in CHAMPS)),
        X,
        ["UN/jour:TYPE_CHANGE | « Mesures » : le type change : date → groupe."],
    ),
    (
        "texte sur une ligne",
        Fabrique(champs=champ("note", type=Texte(1, 100))),
        C,
        ["UN/note:SAISIE_CHANGEE | « Note » : saisie : texte long → texte."],
    ),
    (
        "longueur réduite",
        Fabrique(champs=champ("note", type=TexteLong(1, 99))),
        R,
        ["UN/note:LONGUEUR_REDUITE | « Note » : longueur : 1 à 100 caractères → 1 à 99 caractères."],
    ),
    (
        "longueur déplacée",
        Fabrique(champs=champ("note", type=TexteLong(2, 200))),
        R,
        ["UN/note:LONGUEUR_REDUITE | « Note » : longueur : 1 à 100 caractères → 2 à 200 caractères."],
    ),
    (
        "longueur étendue",
        Fabrique(champs=champ("reference", type=Texte(1, 20, "[A-Z]{2,12}"))),
        C,
        ["UN/reference:LONGUEUR_ETENDUE | « Référence » : longueur : 2 à 12 caractères → 1 à 20 caractères."],
    ),
    (
        "forme changée",
        Fabrique(champs=champ("reference", type=Texte(2, 12, "[0-9]+"))),
        R,
        ["UN/reference:MOTIF_CHANGE | « Référence » : forme imposée : [A-Z]{2,12} → [0-9]+."],
    ),
    (
        "forme élargie",
        Fabrique(champs=champ("reference", type=Texte(2, 12, "[A-Z0-9]{2,12}"))),
        C,
        ["UN/reference:MOTIF_ELARGI | « Référence » : forme imposée : [A-Z]{2,12} → [A-Z0-9]{2,12}."],
    ),
    (
        "forme imposée",
        Fabrique(champs=champ("note", type=Texte(1, 100, "[a-z]+"))),
        R,
        [
            "UN/note:SAISIE_CHANGEE | « Note » : saisie : texte long → texte.",
            "UN/note:MOTIF_CHANGE | « Note » : une forme est désormais imposée : [a-z]+.",
        ],
    ),
    (
        "forme libre",
        Fabrique(champs=champ("reference", type=Texte(2, 12))),
        C,
        ["UN/reference:MOTIF_RETIRE | « Référence » : plus aucune forme n'est imposée ; l'ancienne était [A-Z]{2,12}."],
    ),
    (
        "bornes resserrées",
        Fabrique(champs=champ("mesures/distance", type=Entier(-5, 999, "m"))),
        R,
        ["UN/mesures/distance:BORNES_RESSERREES | « Distance » : bornes : de 0 à 1000 → de -5 à 999."],
    ),
    (
        "bornes posées",
        Fabrique(champs=champ("jour", type=Date("2026-01-01", "2026-11-30"))),
        R,
        ["UN/jour:BORNES_RESSERREES | « Jour » : bornes : de 2026-01-01 à 2026-12-31 → de 2026-01-01 à 2026-11-30."],
    ),
    (
        "bornes levées",
        Fabrique(champs=champ("mesures/perte", type=Nombre(Decimal(0), None, 2, "dB"))),
        C,
        ["UN/mesures/perte:BORNES_ELARGIES | « Perte » : bornes : de 0 à 40.5 → à partir de 0."],
    ),
    (
        "moins de décimales",
        Fabrique(champs=champ("mesures/perte", type=Nombre(Decimal(0), Decimal("40.5"), 1, "dB"))),
        R,
        ["UN/mesures/perte:DECIMALES_REDUITES | « Perte » : 2 décimales au plus → 1 décimale au plus."],
    ),
    (
        "plus de décimales",
        Fabrique(champs=champ("mesures/perte", type=Nombre(Decimal(0), Decimal("40.5"), 3, "dB"))),
        C,
        ["UN/mesures/perte:DECIMALES_ETENDUES | « Perte » : 2 décimales au plus → 3 décimales au plus."],
    ),
    (
        "unité",
        Fabrique(champs=champ("mesures/distance", type=Entier(0, 1000, "km"))),
        X,
        ["UN/mesures/distance:UNITE_CHANGEE | « Distance » : unité : m → km."],
    ),
    (
        "unité effacée",
        Fabrique(champs=champ("mesures/distance", type=Entier(0, 1000))),
        C,
        ["UN/mesures/distance:UNITE_PRECISEE | « Distance » : l'unité n'est plus écrite ; c'était m."],
    ),
    (
        "moins de codes à la fois",
        Fabrique(champs=champ("autres", type=Choisi("NATURE", maximum=1))),
        R,
        ["UN/autres:OCCURRENCES_REDUITES | « Autres natures » : 3 codes au plus → 1 code au plus."],
    ),
    (
        "plus de codes à la fois",
        Fabrique(champs=champ("famille", type=Choisi("FAMILLE", maximum=2))),
        C,
        ["UN/famille:OCCURRENCES_ETENDUES | « Famille » : 1 code au plus → 2 codes au plus."],
    ),
    (
        "groupe moins répété",
        Fabrique(champs=champ("mesures", maximum=2)),
        R,
        ["UN/mesures:OCCURRENCES_REDUITES | « Mesures » : groupe donné 1 à 3 fois → 1 à 2 fois."],
    ),
    (
        "groupe plus répété",
        Fabrique(champs=champ("mesures", maximum=4)),
        C,
        ["UN/mesures:OCCURRENCES_ETENDUES | « Mesures » : groupe donné 1 à 3 fois → 1 à 4 fois."],
    ),
    ("minimum d'un groupe facultatif", Fabrique(champs=champ("mesures", minimum=2)), C, []),
    (
        "le code ne dépend plus d'un autre",
        Fabrique(champs=champ("nature", type=Choisi("NATURE"))),
        C,
        ["UN/nature:DEPENDANCE_RETIREE | « Nature » : le code n'a plus à être rattaché à celui de « Famille »."],
    ),
    (
        "code ajouté",
        Fabrique(nomenclatures=nature(None, code="NEUVE", libelle="Neuve", parents=("ENERGIE",))),
        C,
        [
            "UN/nature:VALEURS_AJOUTEES | « Nature » : 1 nouveau code : NEUVE (Neuve).",
            "UN/autres:VALEURS_AJOUTEES | « Autres natures » : 1 nouveau code : NEUVE (Neuve).",
        ],
    ),
    (
        "code retiré",
        Fabrique(nomenclatures=nature("ANCIENNE", statut=Statut.RETIRE)),
        R,
        [
            "UN/nature:VALEURS_RETIREES | « Nature » : 1 code retiré : ANCIENNE, employer COUPURE.",
            "UN/autres:VALEURS_RETIREES | « Autres natures » : 1 code retiré : ANCIENNE, employer COUPURE.",
        ],
    ),
    (
        "code déprécié",
        Fabrique(nomenclatures=nature("PERTE", statut=Statut.DEPRECIE, remplacement="COUPURE")),
        C,
        [
            "UN/nature:VALEURS_DEPRECIEES | « Nature » : 1 code déprécié : PERTE, employer COUPURE.",
            "UN/autres:VALEURS_DEPRECIEES | « Autres natures » : 1 code déprécié : PERTE, employer COUPURE.",
        ],
    ),
    (
        "code rétabli",
        Fabrique(nomenclatures=nature("ANCIENNE", statut=Statut.ACTIF)),
        C,
        [
            "UN/nature:VALEURS_RETABLIES | « Nature » : 1 code qui n'est plus déprécié : ANCIENNE (Ancienne).",
            "UN/autres:VALEURS_RETABLIES | « Autres natures » : 1 code qui n'est plus déprécié : ANCIENNE (Ancienne).",
        ],
    ),
    (
        "code renommé",
        Fabrique(nomenclatures=nature("PERTE", libelle="Perte sèche")),
        C,
        [
            f"UN/{code}:VALEURS_RENOMMEES | « {libelle} » : 1 libellé de code changé : PERTE (Perte → Perte sèche)."
            for code, libelle in (("nature", "Nature"), ("autres", "Autres natures"))
        ],
    ),
    (
        "code expliqué",
        Fabrique(nomenclatures=nature("ANCIENNE", remplacement="PERTE")),
        C,
        [
            f"UN/{code}:VALEURS_EXPLIQUEES | « {libelle} » : explications changées : ANCIENNE."
            for code, libelle in (("nature", "Nature"), ("autres", "Autres natures"))
        ],
    ),
    (
        "code détaché, vu seulement du champ qui dépend",
        Fabrique(nomenclatures=nature("PERTE", parents=("ENERGIE",))),
        R,
        ["UN/nature:VALEURS_DETACHEES | « Nature » : ne vont plus ensemble, selon « Famille » : PERTE avec OPTIQUE."],
    ),
    (
        "code rattaché",
        Fabrique(nomenclatures=nature("COUPURE", parents=("OPTIQUE", "ENERGIE"))),
        C,
        [
            "UN/nature:VALEURS_RATTACHEES | « Nature » : vont désormais ensemble, selon « Famille » : COUPURE avec ENERGIE."
        ],
    ),
    (
        "autre nomenclature",
        Fabrique(
            champs=champ("famille", type=Choisi("AUTRE")),
            nomenclatures=(*BASE.nomenclatures, Nomenclature("AUTRE", "Autre", (Valeur("RIEN", "Rien"),))),
        ),
        X,
        [
            "UN/famille:NOMENCLATURE_REMPLACEE | « Famille » : la nomenclature AUTRE prend la place de FAMILLE.",
            "UN/famille:VALEURS_TOUTES_RETIREES | « Famille » : aucun ancien code n'est plus admis : OPTIQUE (Optique), ENERGIE (Énergie).",
            "UN/famille:VALEURS_AJOUTEES | « Famille » : 1 nouveau code : RIEN (Rien).",
        ],
    ),
    (
        "libellé",
        Fabrique(champs=champ("jour", libelle="Jour du constat")),
        C,
        ["UN/jour:LIBELLE_CHANGE | « Jour du constat » : le libellé était « Jour »."],
    ),
    (
        "aide et défaut",
        Fabrique(champs=champ("note", aide="Peu.", defaut=None)),
        C,
        [
            "UN/note:AIDE_CHANGEE | « Note » : aide changée : « Peu. »",
            "UN/note:DEFAUT_CHANGE | « Note » : valeur proposée par défaut : « aucune », au lieu de « RAS ».",
        ],
    ),
    (
        "règle nouvelle, à la place de son champ",
        Fabrique(
            champs=avec(NEUF, 7),
            regles=(*REGLES, Regle("JOURNEE", SI, "note", "Dater la note.", "jour")),
        ),
        R,
        [
            "UN/jour:REGLE_AJOUTEE:JOURNEE | « Jour » : nouvelle règle JOURNEE : « Dater la note. » Soit : obligatoire si note.",
            "UN/neuf:CHAMP_AJOUTE | « Neuf » : nouveau champ facultatif (entier de 1 à 9).",
        ],
    ),
    (
        "règle retirée",
        Fabrique(regles=REGLES[:1]),
        C,
        [
            "UN:REGLE_RETIREE:PEU | « Offre un » : la règle PEU n'est plus appliquée : « Deux mesures au plus avec un jour. »"
        ],
    ),
    (
        "règle durcie",
        Fabrique(regles=regle("PEU", condition="not(jour) or count(mesures) <= 1")),
        R,
        [
            "UN:REGLE_CHANGEE:PEU | « Offre un » : la règle PEU change : « Deux mesures au plus avec un jour. » "
            "Avant : not(jour) or count(mesures) <= 2. Désormais : not(jour) or count(mesures) <= 1."
        ],
    ),
    (
        "règle assouplie",
        Fabrique(regles=regle("NOTER", condition="famille = 'ENERGIE'")),
        C,
        [
            "UN/note:REGLE_ASSOUPLIE:NOTER | « Note » : la règle NOTER est assouplie : « Dire pourquoi. » Avant : obligatoire si "
            "famille = 'ENERGIE' or nature = 'PERTE'. Désormais : obligatoire si famille = 'ENERGIE'."
        ],
    ),
    (
        "règle d'un groupe, dite autrement",
        Fabrique(champs=champ("mesures", regles=(replace(MESURES.regles[0], message="Dire la perte."),))),
        C,
        ["UN/mesures/perte:REGLE_EXPLIQUEE:LOIN | « Perte » : la règle LOIN se dit autrement : « Dire la perte. »"],
    ),
    (
        "règle sur ce que l'Offre n'emploie pas",
        Fabrique(regles=(*REGLES, Regle("VAINE", SI, "cache = 'X'", "Jamais.", "jour"))),
        C,
        [],
    ),
    (
        "défaut déclaré",
        Fabrique(declare="famille"),
        C,
        ["UN:DEFAUT_DECLARE | « Offre un » : le suivi montre « famille » comme défaut déclaré, au lieu de « nature »."],
    ),
    (
        "présentation de l'Offre",
        Fabrique(offre=offre(libelle="Offre 1", aide="", formulaire="autre")),
        C,
        [
            "UN:OFFRE_LIBELLE | « Offre 1 » : le libellé de l'Offre était « Offre un ».",
            "UN:OFFRE_AIDE | « Offre 1 » : présentation de l'Offre retirée.",
            "UN:OFFRE_FORMULAIRE | « Offre 1 » : l'Offre emploie le formulaire autre, au lieu de essai.",
        ],
    ),
    (
        "ce que l'Offre permet de plus",
        Fabrique(
            offre=offre(
                activee=True,
                canaux=(Canal.WS, Canal.EN_LIGNE),
                rendez_vous=(TypeRendezVous.SAV_PLUS,),
                test_prealable=TestPrealable.FACULTATIF,
            )
        ),
        C,
        [
            "UN:OFFRE_ACTIVEE | « Offre un » : l'Offre devient activée.",
            "UN:CANAL_AJOUTE | « Offre un » : signalisation possible aussi par : e-SAV en ligne.",
            "UN:RENDEZ_VOUS_AJOUTE | « Offre un » : rendez-vous désormais possible : SAV+.",
            "UN:TEST_PROPOSE | « Offre un » : test préalable au dépôt : facultatif, au lieu de aucun.",
        ],
    ),
    (
        "test exigé",
        Fabrique(offre=offre(test_prealable=TestPrealable.OBLIGATOIRE)),
        X,
        ["UN:TEST_EXIGE | « Offre un » : test préalable au dépôt : obligatoire, au lieu de aucun."],
    ),
]

INVERSES = (
    ("ce que l'Offre permet de plus", ["OFFRE_DESACTIVEE", "CANAL_RETIRE", "RENDEZ_VOUS_RETIRE", "TEST_RETIRE"]),
    ("le code ne dépend plus d'un autre", ["DEPENDANCE_AJOUTEE"]),
    ("unité effacée", ["UNITE_PRECISEE"]),
    ("code retiré", ["VALEURS_AJOUTEES", "VALEURS_AJOUTEES"]),
    ("règle assouplie", ["REGLE_CHANGEE"]),
    ("règle durcie", ["REGLE_ASSOUPLIE"]),
)
