"""What a difference between two versions is: where, what kind, how grave, and a French sentence about it (R2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Gravite(Enum):
    """What a difference asks of a client; the value is the French word, also in ``changelog.xml``."""

    #: Every message accepted before is accepted after, once its namespaces are those of the new version.
    COMPATIBLE = "compatible"
    #: Some values that were accepted are refused: the client should look at what it sends.
    RESTRICTIF = "restrictif"
    #: The client must change its program.
    RUPTURE = "rupture"

    @property
    def rang(self) -> int:
        """0 for the mildest."""
        return tuple(Gravite).index(self)


_C, _R, _X = Gravite.COMPATIBLE, Gravite.RESTRICTIF, Gravite.RUPTURE


class CodeEcart(Enum):
    """Stable codes of differences. Value: how grave it is, and what it means, as the documentation prints it."""

    OFFRE_AJOUTEE = _C, "L'Offre est nouvelle dans cette version."
    OFFRE_RETIREE = _X, "L'Offre n'est plus dans cette version."
    OFFRE_LIBELLE = _C, "Le libellé de l'Offre change."
    OFFRE_AIDE = _C, "La présentation de l'Offre change."
    OFFRE_FORMULAIRE = _C, "L'Offre emploie un autre formulaire ; ce qui change pour elle est dit champ par champ."
    OFFRE_ACTIVEE = _C, "L'Offre devient activée : des tests existent pour elle."
    OFFRE_DESACTIVEE = _R, "L'Offre n'est plus activée : ses tests ne sont plus proposés."
    CANAL_AJOUTE = _C, "L'Offre peut aussi être signalée par ce canal."
    CANAL_RETIRE = _X, "L'Offre ne peut plus être signalée par ce canal."
    RENDEZ_VOUS_AJOUTE = _C, "Un type de rendez-vous devient possible."
    RENDEZ_VOUS_RETIRE = _R, "Un type de rendez-vous n'est plus possible."
    TEST_EXIGE = _X, "Un test devient obligatoire avant le dépôt."
    TEST_PROPOSE = _C, "Un test devient possible, ou cesse d'être obligatoire."
    TEST_RETIRE = _R, "Il n'y a plus de test avant le dépôt."
    DEFAUT_DECLARE = _C, "Le suivi montre un autre champ comme défaut déclaré."

    CHAMP_AJOUTE = _C, "Un champ ou groupe facultatif est nouveau."
    CHAMP_AJOUTE_OBLIGATOIRE = _X, "Un champ ou groupe obligatoire est nouveau."
    CHAMP_RETIRE = _X, "Un champ ou groupe n'est plus dans le formulaire."
    CHAMP_ABSENT_OFFRE = _X, "Un champ ou groupe reste dans le formulaire, mais l'Offre ne l'emploie plus."
    CHAMP_DEVENU_OBLIGATOIRE = _X, "Un champ ou groupe facultatif devient obligatoire."
    CHAMP_DEVENU_FACULTATIF = _C, "Un champ ou groupe obligatoire devient facultatif."
    CHAMP_DEPLACE = _X, "Un champ ou groupe change de place dans l'ordre du message."
    TYPE_CHANGE = _X, "Le champ change de type."
    SAISIE_CHANGEE = _C, "Un texte se saisit sur une ou plusieurs lignes ; le message ne change pas."
    LONGUEUR_REDUITE = _R, "Des longueurs de texte qui étaient admises ne le sont plus."
    LONGUEUR_ETENDUE = _C, "D'autres longueurs de texte sont admises."
    MOTIF_CHANGE = _R, "La forme imposée au texte change : des textes admis peuvent ne plus l'être."
    MOTIF_ELARGI = _C, "La forme imposée au texte change ; tous les textes admis le restent."
    MOTIF_RETIRE = _C, "Plus aucune forme n'est imposée au texte."
    BORNES_RESSERREES = _R, "Des valeurs qui étaient entre les bornes n'y sont plus."
    BORNES_ELARGIES = _C, "Les bornes admettent plus de valeurs."
    DECIMALES_REDUITES = _R, "Moins de décimales sont admises."
    DECIMALES_ETENDUES = _C, "Plus de décimales sont admises."
    UNITE_CHANGEE = _X, "La valeur s'exprime dans une autre unité."
    UNITE_PRECISEE = _C, "L'unité est désormais écrite, ou ne l'est plus."
    OCCURRENCES_REDUITES = _R, "Un nombre d'occurrences qui était admis ne l'est plus."
    OCCURRENCES_ETENDUES = _C, "D'autres nombres d'occurrences sont admis."
    DEPENDANCE_AJOUTEE = _R, "Le code doit être rattaché à celui d'un autre champ."
    DEPENDANCE_RETIREE = _C, "Le code n'a plus à être rattaché à celui d'un autre champ."
    NOMENCLATURE_REMPLACEE = _C, "Le champ emploie une autre nomenclature ; ce qui change de ses codes est dit à part."
    VALEURS_AJOUTEES = _C, "Des codes s'ajoutent à ceux que le champ admet."
    VALEURS_RETIREES = _R, "Des codes que le champ admettait sont refusés."
    VALEURS_TOUTES_RETIREES = _X, "Aucun des codes que le champ admettait ne l'est encore."
    VALEURS_DEPRECIEES = _C, "Des codes restent admis, avec un avertissement : ils seront retirés."
    VALEURS_RETABLIES = _C, "Des codes ne sont plus dépréciés."
    VALEURS_RATTACHEES = _C, "Des codes peuvent aller avec d'autres codes du champ dont ils dépendent."
    VALEURS_DETACHEES = _R, "Des codes ne vont plus avec des codes du champ dont ils dépendent."
    VALEURS_RENOMMEES = _C, "Des codes changent de libellé, sans changer eux-mêmes."
    VALEURS_EXPLIQUEES = _C, "L'aide de codes, ou le code qui les remplace, change."
    LIBELLE_CHANGE = _C, "Le libellé du champ ou groupe change."
    AIDE_CHANGEE = _C, "L'aide du champ ou groupe change."
    DEFAUT_CHANGE = _C, "La valeur proposée par défaut change ; le service ne la pose jamais lui-même."
    REGLE_AJOUTEE = _R, "Une règle est nouvelle."
    REGLE_RETIREE = _C, "Une règle n'est plus appliquée."
    REGLE_CHANGEE = _R, "La condition d'une règle change : des messages admis peuvent ne plus l'être."
    REGLE_ASSOUPLIE = _C, "La condition d'une règle change ; tout ce qu'elle admettait reste admis."
    REGLE_EXPLIQUEE = _C, "Le message d'une règle, ou le champ où elle se montre, change ; ce qu'elle admet reste."

    @property
    def gravite(self) -> Gravite:
        return self.value[0]

    @property
    def sens(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Ecart:
    """One difference.

    ``code``: a name of :class:`CodeEcart`; ``offre``: code, "" for the whole catalogue; ``champ``: path ``groupe/champ``, ""
    for the Offre itself; ``libelle`` and ``libelle_offre``: their French labels in the new version, or in the old one when
    gone; ``ancien``, ``nouveau``: what was and what is, in French; ``regle``: code of the rule, for those of rules.
    """

    code: str
    gravite: Gravite
    offre: str
    champ: str
    message: str
    libelle_offre: str = ""
    libelle: str = ""
    ancien: str = ""
    nouveau: str = ""
    regle: str = ""

    @property
    def nom(self) -> str:
        """Unique in a comparison, and what a publisher accepts it by: ``ACCES_FTTH/prise/puissance:CHAMP_RETIRE``."""
        lieu = "/".join(morceau for morceau in (self.offre, self.champ) if morceau)
        return f"{lieu}:{self.code}" + (f":{self.regle}" if self.regle else "")

    @property
    def dit(self) -> str:
        """The message alone, for where the field or Offre is named above it."""
        suite = self.message.removeprefix(_sujet(self.libelle or self.libelle_offre))
        return suite[:1].upper() + suite[1:]


def _sujet(libelle: str) -> str:
    return f"« {libelle} » : "


def compter(ecarts: Iterable[Ecart]) -> dict[Gravite, int]:
    """How many of each, the gravest first."""
    nombres = dict.fromkeys(sorted(Gravite, key=lambda g: -g.rang), 0)
    for ecart in ecarts:
        nombres[ecart.gravite] += 1
    return nombres


@dataclass(frozen=True, slots=True)
class Lieu:
    """Where differences are being looked for; makes them."""

    offre: str
    libelle_offre: str
    champ: str = ""
    libelle: str = ""

    def dans(self, code: str, libelle: str) -> Lieu:
        """The field or group ``code`` here."""
        return Lieu(self.offre, self.libelle_offre, f"{self.champ}/{code}" if self.champ else code, libelle)

    def ecart(self, code: CodeEcart, dit: str, ancien: str = "", nouveau: str = "", regle: str = "") -> Ecart:
        """``dit``: the sentence after the label, without its final point."""
        sujet = _sujet(self.libelle or self.libelle_offre)
        return Ecart(
            code.name,
            code.gravite,
            self.offre,
            self.champ,
            f"{sujet}{dit}" if dit.endswith((". »", "? »", "! »")) else f"{sujet}{dit}.",
            self.libelle_offre,
            self.libelle,
            ancien,
            nouveau,
            regle,
        )
