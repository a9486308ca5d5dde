"""Cross-checks of the formulaires' fields: codes, facets, patterns, values, dependencies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal

from esav_soap.model import Choisi, Date, Entier, Nombre, Nomenclature, Statut, Texte, TexteLong
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.controles.motifs import MotifRefuse, analyser_motif
from esav_soap.reader.controles.valeurs_de_champ import ce_qui_cloche
from esav_soap.reader.lieux import Problemes, abrege, phrase, proche
from esav_soap.reader.lus import ChampLu, FormulaireLu, GroupeLu


def controler_champs(
    formulaire: FormulaireLu,
    nomenclatures: Mapping[str, Nomenclature],
    illisibles: Collection[str],
    problemes: Problemes,
) -> None:
    """Every defect of a formulaire's sections, groups and fields; rules are looked at elsewhere."""
    sections: set[str] = set()
    for section in formulaire.sections:
        if section.code in sections and "code" not in section.invalides:
            problemes.ajouter(
                CodeProbleme.SECTION_EN_DOUBLE, section.lieu, f"La section « {section.code} » est donnée deux fois."
            )
        sections.add(section.code)
    noeuds = tuple(formulaire.noeuds())
    _doubles(noeuds, "le formulaire", problemes)
    controle = _Controle(nomenclatures, illisibles, formulaire.egare, problemes)
    controle.liste(noeuds)
    for noeud in noeuds:
        if isinstance(noeud, GroupeLu):
            _groupe(noeud, problemes)
            controle.liste(noeud.champs)
    _defaut_declare(formulaire, noeuds, problemes)


def _doubles(noeuds: Sequence[ChampLu | GroupeLu], ou: str, problemes: Problemes) -> None:
    vus: set[str] = set()
    for noeud in noeuds:
        if noeud.code in vus and "code" not in noeud.invalides:
            problemes.ajouter(
                CodeProbleme.CHAMP_EN_DOUBLE, noeud.lieu, f"Le code « {noeud.code} » est donné deux fois dans {ou}."
            )
        vus.add(noeud.code)


def _groupe(groupe: GroupeLu, problemes: Problemes) -> None:
    _doubles(groupe.champs, f"le groupe « {groupe.code} »", problemes)
    minimum, maximum = groupe.groupe.minimum, groupe.groupe.maximum
    if minimum > maximum and not {"min", "max"} & groupe.invalides:
        problemes.ajouter(
            CodeProbleme.GROUPE_BORNES,
            groupe.lieu,
            f"Le groupe « {groupe.code} » demande {minimum} occurrences au moins, mais n'en admet que {maximum}.",
        )


def _defaut_declare(formulaire: FormulaireLu, noeuds: Sequence[ChampLu | GroupeLu], problemes: Problemes) -> None:
    code = formulaire.formulaire.defaut_declare
    champs = {noeud.code for noeud in noeuds if isinstance(noeud, ChampLu)}
    if code is not None and code not in champs and not formulaire.egare(code):
        problemes.ajouter(
            CodeProbleme.DEFAUT_DECLARE_INCONNU,
            formulaire.lieu,
            f"« {code} » n'est pas un champ de premier niveau du formulaire.{proche(code, champs)}",
        )


class _Controle:
    def __init__(
        self,
        nomenclatures: Mapping[str, Nomenclature],
        illisibles: Collection[str],
        egare: Callable[[str], bool],
        problemes: Problemes,
    ) -> None:
        self.nomenclatures = nomenclatures
        self.illisibles = illisibles
        self.egare = egare
        self.problemes = problemes

    def liste(self, noeuds: Sequence[ChampLu | GroupeLu]) -> None:
        """Check one list of fields: a formulaire's, or a group's."""
        champs = [noeud for noeud in noeuds if isinstance(noeud, ChampLu)]
        for rang, champ in enumerate(champs):
            bornes_sures = self._facettes(champ)
            self._valeurs(champ, bornes_sures)
            if isinstance(champ.champ.type, Choisi):
                self._choisi(champ, champ.champ.type, champs[:rang], noeuds)

    def _dire(self, code: CodeProbleme, champ: ChampLu, raison: str) -> None:
        self.problemes.ajouter(code, champ.lieu, phrase(f"Champ « {champ.code} » : {raison}"))

    def _facettes(self, champ: ChampLu) -> bool:
        """Check the type's own facets; False when values cannot be judged by them."""
        match champ.champ.type:
            case Texte(mini, maxi) | TexteLong(mini, maxi) if mini > maxi:
                if not {"longueurMin", "longueurMax"} & champ.invalides:
                    self._dire(
                        CodeProbleme.LONGUEURS_INVERSEES, champ, f"longueurMin ({mini}) dépasse longueurMax ({maxi})"
                    )
                self._motif(champ, None, None)
                return False
            case Texte(mini, maxi):
                return self._motif(champ, mini, maxi)
            case Entier(minimum, maximum) if minimum > maximum:
                return self._bornes_inversees(champ, minimum, maximum)
            case Nombre(minimum, maximum, decimales):
                precis = [b for b in (minimum, maximum) if b is not None and _decimales(b) > decimales]
                if precis and "decimales" not in champ.invalides:
                    self._dire(
                        CodeProbleme.BORNE_TROP_PRECISE,
                        champ,
                        f"la borne {precis[0]} a trop de décimales : {decimales} au plus",
                    )
                if minimum is not None and maximum is not None and minimum > maximum:
                    return self._bornes_inversees(champ, minimum, maximum)
            case Date(str() as minimum, str() as maximum) if minimum > maximum:
                return self._bornes_inversees(champ, minimum, maximum)
        return True

    def _bornes_inversees(self, champ: ChampLu, minimum: object, maximum: object) -> bool:
        self._dire(CodeProbleme.BORNES_INVERSEES, champ, f"min ({minimum}) dépasse max ({maximum})")
        return False

    def _motif(self, champ: ChampLu, mini: int | None, maxi: int | None) -> bool:
        motif = champ.champ.type.motif if isinstance(champ.champ.type, Texte) else None
        if motif is None:
            return True
        try:
            portee = analyser_motif(motif)
        except MotifRefuse as refus:
            self._dire(refus.code, champ, f"le motif « {abrege(motif)} » ne convient pas : {refus}")
            return False
        if mini is None or maxi is None:
            return True
        if portee.minimum > maxi or (portee.maximum is not None and portee.maximum < mini):
            plus = "sans limite" if portee.maximum is None else str(portee.maximum)
            self._dire(
                CodeProbleme.MOTIF_INSATISFIABLE,
                champ,
                f"le motif demande de {portee.minimum} à {plus} caractères, les longueurs de {mini} à {maxi}",
            )
            return False
        return True

    def _valeurs(self, champ: ChampLu, bornes_sures: bool) -> None:
        vus: set[str] = set()
        for exemple, lieu in champ.exemples:
            if exemple in vus:
                self.problemes.ajouter(
                    CodeProbleme.EXEMPLE_EN_DOUBLE,
                    lieu,
                    f"Champ « {champ.code} » : l'exemple « {abrege(exemple)} » est répété.",
                )
            vus.add(exemple)
            cloche = ce_qui_cloche(champ.champ.type, exemple, self.nomenclatures) if bornes_sures else None
            if cloche:
                self.problemes.ajouter(
                    CodeProbleme.EXEMPLE_INVALIDE,
                    lieu,
                    phrase(f"Champ « {champ.code} », exemple « {abrege(exemple)} » : {cloche}"),
                )
        defaut = champ.champ.defaut
        if defaut is None:
            return
        if self._retire(champ, defaut):
            self._dire(CodeProbleme.DEFAUT_RETIRE, champ, f"le code par défaut « {defaut} » est retiré")
            return
        cloche = ce_qui_cloche(champ.champ.type, defaut, self.nomenclatures) if bornes_sures else None
        if cloche:
            self._dire(CodeProbleme.DEFAUT_INVALIDE, champ, f"défaut « {abrege(defaut)} », {cloche}")

    def _retire(self, champ: ChampLu, code: str) -> bool:
        if not isinstance(champ.champ.type, Choisi):
            return False
        nomenclature = self.nomenclatures.get(champ.champ.type.nomenclature)
        valeur = nomenclature.par_code.get(code) if nomenclature else None
        return valeur is not None and valeur.statut is Statut.RETIRE

    def _choisi(
        self,
        champ: ChampLu,
        type_: Choisi,
        avant: Sequence[ChampLu],
        noeuds: Sequence[ChampLu | GroupeLu],
    ) -> None:
        ref = type_.nomenclature
        connue = self.nomenclatures.get(ref)
        if connue is None and ref not in self.illisibles and "ref" not in champ.invalides:
            self._dire(
                CodeProbleme.NOMENCLATURE_INCONNUE,
                champ,
                f"la nomenclature « {ref} » n'est pas dans le pack.{proche(ref, self.nomenclatures)}",
            )
        if type_.depend_de is None:
            return
        maitre = self._maitre(champ, type_.depend_de, avant, noeuds)
        if maitre is None or connue is None:
            return
        choisi = maitre.champ.type
        assert isinstance(choisi, Choisi)
        if "ref" not in maitre.invalides and connue.parent != choisi.nomenclature:
            reelle = f"celle de « {ref} » est « {connue.parent} »" if connue.parent else f"« {ref} » n'en a pas"
            self._dire(
                CodeProbleme.DEPEND_AUTRE_PARENTE,
                champ,
                f"dépend de « {maitre.code} », dont la nomenclature est « {choisi.nomenclature} » ; comme parente, {reelle}",
            )
        else:
            self._defaut_rattache(champ, maitre, connue)

    def _maitre(
        self, champ: ChampLu, code: str, avant: Sequence[ChampLu], noeuds: Sequence[ChampLu | GroupeLu]
    ) -> ChampLu | None:
        """The field that ``champ`` depends on, or None after telling why it cannot be that one."""
        candidats = {autre.code: autre for autre in noeuds}
        trouve = candidats.get(code)
        if code == champ.code:
            self._dire(CodeProbleme.DEPEND_DE_SOI, champ, "il dépend de lui-même")
        elif trouve is None:
            if not self.egare(code):
                self._dire(
                    CodeProbleme.DEPEND_INCONNU,
                    champ,
                    f"dépend de « {code} », qui n'est pas dans la même liste de champs.{proche(code, candidats)}",
                )
        elif isinstance(trouve, GroupeLu) or not isinstance(trouve.champ.type, Choisi):
            self._dire(
                CodeProbleme.DEPEND_PAS_NOMENCLATURE, champ, f"dépend de « {code} », qui n'est pas une nomenclature"
            )
        elif trouve.champ.type.maximum > 1:
            self._dire(CodeProbleme.DEPEND_MULTIPLE, champ, f"dépend de « {code} », qui est à choix multiple")
        elif trouve not in avant:
            self._dire(CodeProbleme.DEPEND_APRES, champ, f"dépend de « {code} », qui est placé après")
        else:
            return trouve
        return None

    def _defaut_rattache(self, champ: ChampLu, maitre: ChampLu, nomenclature: Nomenclature) -> None:
        defaut = champ.champ.defaut
        valeur = nomenclature.par_code.get(defaut) if defaut is not None else None
        if valeur is not None and maitre.champ.defaut not in valeur.parents:
            du_maitre = f"« {maitre.champ.defaut} »" if maitre.champ.defaut is not None else "aucun"
            self._dire(
                CodeProbleme.DEFAUT_SANS_PARENT,
                champ,
                f"le défaut « {defaut} » n'est pas rattaché au défaut de « {maitre.code} » ({du_maitre})",
            )


def _decimales(nombre: Decimal) -> int:
    exposant = nombre.normalize().as_tuple().exponent
    return -exposant if isinstance(exposant, int) and exposant < 0 else 0
