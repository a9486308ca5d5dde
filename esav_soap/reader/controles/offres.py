"""Cross-checks of the Offres: their formulaire, what they say of its fields, and what nobody uses."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from esav_soap.model import Champ, Choisi, Nomenclature, TestPrealable, Usage, usage_de
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.lieux import Lieu, Problemes, proche
from esav_soap.reader.lus import ChampLu, FormulaireLu, GroupeLu, OffreLue, PackLu


def controler_offres(
    pack: PackLu, formulaires: Mapping[str, FormulaireLu], illisibles: Collection[str], problemes: Problemes
) -> None:
    """Every defect of the Offres. ``formulaires``: by code; ``illisibles``: codes whose file could not be read."""
    vues: set[str] = set()
    for offre in pack.offres:
        if "code" not in offre.invalides and offre.code in vues:
            problemes.ajouter(
                CodeProbleme.OFFRE_EN_DOUBLE, offre.lieu, f"L'Offre « {offre.code} » est donnée deux fois."
            )
        vues.add(offre.code)
        _soi(offre, problemes)
        formulaire = formulaires.get(offre.offre.formulaire)
        if formulaire is not None:
            _Usages(offre, formulaire, problemes).controler()
        elif offre.offre.formulaire not in illisibles and "formulaire" not in offre.invalides:
            problemes.ajouter(
                CodeProbleme.FORMULAIRE_INCONNU,
                offre.lieu,
                f"Le formulaire « {offre.offre.formulaire} » de l'Offre « {offre.code} » n'est pas dans le pack."
                + proche(offre.offre.formulaire, formulaires),
            )


def controler_emplois(
    pack: PackLu,
    formulaires: Mapping[str, FormulaireLu],
    nomenclatures: Mapping[str, Nomenclature],
    problemes: Problemes,
) -> None:
    """What nothing uses. Silent where an unreadable file may hold the use."""
    if pack.offres and not any("formulaire" in offre.invalides for offre in pack.offres):
        employes = {offre.offre.formulaire for offre in pack.offres}
        for code, formulaire in formulaires.items():
            if code not in employes:
                problemes.ajouter(
                    CodeProbleme.FORMULAIRE_INUTILISE,
                    formulaire.lieu,
                    f"Aucune Offre n'emploie le formulaire « {code} ».",
                )
            else:
                _champs_jamais_employes(formulaire, [o for o in pack.offres if o.offre.formulaire == code], problemes)
    if pack.formulaires_illisibles or pack.nomenclatures_illisibles or any(f.egares for f in pack.formulaires):
        return
    citees = {nomenclature.parent for nomenclature in nomenclatures.values()}
    for formulaire in pack.formulaires:
        for _, noeud in formulaire.chemins():
            if isinstance(noeud, ChampLu) and isinstance(noeud.champ.type, Choisi):
                if "ref" in noeud.invalides:
                    return
                citees.add(noeud.champ.type.nomenclature)
    for lue in pack.nomenclatures:
        if lue.code not in citees:
            problemes.ajouter(
                CodeProbleme.NOMENCLATURE_INUTILISEE, lue.lieu, f"Aucun champ n'emploie la nomenclature « {lue.code} »."
            )


def _champs_jamais_employes(formulaire: FormulaireLu, offres: Collection[OffreLue], problemes: Problemes) -> None:
    absents_groupes: set[str] = set()
    for chemin, noeud in formulaire.chemins():
        if chemin.partition("/")[0] in absents_groupes:
            continue
        modele = noeud.champ if isinstance(noeud, ChampLu) else noeud.groupe
        if all(usage_de(offre.offre, chemin, modele) is Usage.ABSENT for offre in offres):
            absents_groupes.add(chemin)
            problemes.ajouter(
                CodeProbleme.CHAMP_JAMAIS_EMPLOYE,
                noeud.lieu,
                f"« {chemin} » est absent pour toutes les Offres du formulaire.",
            )


def _soi(offre: OffreLue, problemes: Problemes) -> None:
    if (
        offre.offre.test_prealable is not TestPrealable.AUCUN
        and not offre.offre.activee
        and "activee" not in offre.invalides
    ):
        problemes.ajouter(
            CodeProbleme.TEST_SANS_ACTIVATION,
            offre.lieu_test,
            f"L'Offre « {offre.code} » n'est pas activée : son test préalable ne peut pas être "
            f"{offre.offre.test_prealable.value}.",
        )
    vus: set[tuple[str, str]] = set()
    for genre, valeur, lieu in offre.repetes:
        if (genre, valeur) in vus:
            canal = genre == "canal"
            problemes.ajouter(
                CodeProbleme.CANAL_EN_DOUBLE if canal else CodeProbleme.RENDEZ_VOUS_EN_DOUBLE,
                lieu,
                f"L'Offre « {offre.code} » a deux fois le {'canal' if canal else 'rendez-vous'} « {valeur} ».",
            )
        vus.add((genre, valeur))


class _Usages:
    """What one Offre says of the fields of its formulaire, and what follows from it."""

    def __init__(self, offre: OffreLue, formulaire: FormulaireLu, problemes: Problemes) -> None:
        self.offre = offre
        self.formulaire = formulaire
        self.problemes = problemes
        self.noeuds = dict(formulaire.chemins())
        self.lieux: dict[str, Lieu] = {}

    def controler(self) -> None:
        for usage in self.offre.usages:
            if not usage.lisible:
                continue
            if usage.chemin not in self.noeuds:
                if any(map(self.formulaire.egare, usage.chemin.split("/"))):
                    continue
                self._dire(
                    CodeProbleme.USAGE_CHAMP_INCONNU,
                    usage.lieu,
                    f"« {usage.chemin} » n'est pas dans le formulaire « {self.formulaire.code} »."
                    + proche(usage.chemin, self.noeuds),
                )
            elif usage.chemin in self.lieux:
                self._dire(
                    CodeProbleme.USAGE_EN_DOUBLE, usage.lieu, f"l'usage de « {usage.chemin} » est dit deux fois."
                )
            else:
                self.lieux[usage.chemin] = usage.lieu
        for chemin, lieu in self.lieux.items():
            groupe, barre, _ = chemin.partition("/")
            if barre and self._usage(groupe) is Usage.ABSENT:
                self._dire(
                    CodeProbleme.USAGE_DANS_GROUPE_ABSENT,
                    lieu,
                    f"usage de « {chemin} », mais le groupe « {groupe} » est absent.",
                )
        presents = [chemin for chemin in self.noeuds if "/" not in chemin and self._usage(chemin) is not Usage.ABSENT]
        if not presents and self.noeuds and not self.formulaire.egares:
            self._dire(
                CodeProbleme.OFFRE_SANS_CHAMP, self.offre.lieu, "tous les champs de son formulaire sont absents."
            )
        for chemin in presents:
            noeud = self.noeuds[chemin]
            if isinstance(noeud, GroupeLu) and noeud.champs:
                self._groupe(noeud)
        for chemin, noeud in self.noeuds.items():
            if isinstance(noeud, ChampLu):
                self._dependance(chemin, noeud.champ)
        self._defaut_declare()

    def _dire(self, code: CodeProbleme, lieu: Lieu, phrase: str) -> None:
        self.problemes.ajouter(code, lieu, f"Offre « {self.offre.code} » : {phrase}")

    def _usage(self, chemin: str) -> Usage:
        noeud = self.noeuds[chemin]
        return usage_de(self.offre.offre, chemin, noeud.champ if isinstance(noeud, ChampLu) else noeud.groupe)

    def _groupe(self, groupe: GroupeLu) -> None:
        if self.formulaire.egares:
            return
        if all(self._usage(f"{groupe.code}/{champ.code}") is Usage.ABSENT for champ in groupe.champs):
            self._dire(
                CodeProbleme.GROUPE_SANS_CHAMP,
                self.lieux.get(groupe.code, self.offre.lieu),
                f"tous les champs du groupe « {groupe.code} » sont absents, mais pas le groupe.",
            )

    def _dependance(self, chemin: str, champ: Champ) -> None:
        if not isinstance(champ.type, Choisi) or champ.type.depend_de is None:
            return
        groupe, barre, _ = chemin.rpartition("/")
        maitre = f"{groupe}{barre}{champ.type.depend_de}"
        if maitre == chemin or not isinstance(self.noeuds.get(maitre), ChampLu):
            return
        if barre and self._usage(groupe) is Usage.ABSENT:
            return
        usage, du_maitre = self._usage(chemin), self._usage(maitre)
        lieu = self.lieux.get(chemin) or self.lieux.get(maitre) or self.offre.lieu
        if usage is not Usage.ABSENT and du_maitre is Usage.ABSENT:
            self._dire(CodeProbleme.PARENT_ABSENT, lieu, f"« {chemin} » dépend de « {maitre} », qui est absent.")
        elif usage is Usage.OBLIGATOIRE and du_maitre is Usage.FACULTATIF:
            self._dire(
                CodeProbleme.PARENT_FACULTATIF,
                lieu,
                f"« {chemin} » est obligatoire, mais « {maitre} », dont il dépend, est facultatif.",
            )

    def _defaut_declare(self) -> None:
        code = self.formulaire.formulaire.defaut_declare
        if code in self.noeuds and code is not None and self._usage(code) is Usage.ABSENT:
            self._dire(
                CodeProbleme.DEFAUT_DECLARE_ABSENT,
                self.lieux.get(code, self.offre.lieu),
                f"« {code} », qui dit le défaut déclaré, est absent.",
            )
