"""Cross-checks: what only the whole pack can tell. Each module adds the problems of one family."""

from __future__ import annotations

from collections import defaultdict

from esav_soap.model import Offre
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.controles.champs import controler_champs
from esav_soap.reader.controles.collisions import controler_collisions
from esav_soap.reader.controles.nomenclatures import controler_nomenclatures
from esav_soap.reader.controles.offres import controler_emplois, controler_offres
from esav_soap.reader.controles.regles import controler_regles
from esav_soap.reader.lieux import Problemes
from esav_soap.reader.lus import FormulaireLu, PackLu


def controler(pack: PackLu, version_attendue: str | None, problemes: Problemes) -> None:
    """Run every cross-check on a pack as read, whatever other checks found."""
    if version_attendue is not None and pack.version is not None and pack.version != version_attendue:
        problemes.ajouter(
            CodeProbleme.VERSION_DIFFERENTE,
            pack.lieu,
            f"Le catalogue est de la version « {pack.version} », « {version_attendue} » est attendue.",
        )
    nomenclatures = {lue.code: lue.nomenclature for lue in reversed(pack.nomenclatures)}
    formulaires: dict[str, FormulaireLu] = {}
    for formulaire in pack.formulaires:
        premier = formulaires.setdefault(formulaire.code, formulaire)
        if premier is not formulaire and "code" not in formulaire.invalides:
            problemes.ajouter(
                CodeProbleme.FORMULAIRE_EN_DOUBLE,
                formulaire.lieu,
                f"Le formulaire « {formulaire.code} » est aussi dans {premier.lieu.fichier}.",
            )
    offres: dict[str, list[Offre]] = defaultdict(list)
    for offre in pack.offres:
        offres[offre.offre.formulaire].append(offre.offre)
    controler_nomenclatures(pack.nomenclatures, nomenclatures, pack.nomenclatures_illisibles, problemes)
    for formulaire in pack.formulaires:
        controler_champs(formulaire, nomenclatures, pack.nomenclatures_illisibles, problemes)
        controler_regles(formulaire, offres[formulaire.code], nomenclatures, problemes)
    controler_offres(pack, formulaires, pack.formulaires_illisibles, problemes)
    controler_emplois(pack, formulaires, nomenclatures, problemes)
    controler_collisions(pack, formulaires, problemes)
