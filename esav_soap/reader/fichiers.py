"""The files of a pack -> what they say, with every defect that a file has by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

from esav_soap.names import NS_XSI
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.conformite import Noeud, conformer
from esav_soap.reader.construction import formulaire_lu, nomenclature_lue, offre_lue
from esav_soap.reader.lieux import Lieu, Problemes, abrege
from esav_soap.reader.limites import Limites
from esav_soap.reader.lus import FormulaireLu, NomenclatureLue, PackLu
from esav_soap.reader.metaschemas import refus
from esav_soap.reader.parsing import parse

CATALOGUE = "catalogue.xml"
_FICHIER = re.compile(r"(nomenclatures|formulaires)/([^/]+)\.xml")
_RACINES = {"nomenclatures": "nomenclature", "formulaires": "formulaire"}
#: Parts of a published pack that are made from the rest: they are carried, never read.
DERIVES = ("xsd/", "wsdl/", "maquettes/", "documents/", "schemas/", "exemples/", "jeu-de-test/")
_DERIVES_SEULS = frozenset({"pack.xml", "changelog.html", "changelog.xml"})


def est_derive(chemin: str) -> bool:
    """Whether a file of that path is made from the XML of the pack, so that a reader ignores it."""
    return chemin in _DERIVES_SEULS or chemin.startswith((*DERIVES, "LISEZMOI"))


def lire_fichiers(fichiers: Mapping[str, bytes], limites: Limites, problemes: Problemes) -> PackLu:
    """Read every file that the reader knows; a file that cannot be read is remembered as such."""
    noeuds: dict[str, Noeud | None] = {}
    _tailles(fichiers, limites, problemes)
    for chemin in sorted(fichiers):
        genre = _FICHIER.fullmatch(chemin)
        if chemin == CATALOGUE:
            attendu = "catalogue"
        elif genre:
            attendu = _RACINES[genre[1]]
        else:
            if not est_derive(chemin):
                problemes.ajouter(
                    CodeProbleme.FICHIER_INCONNU,
                    Lieu(chemin),
                    f"« {abrege(chemin, 120)} » ne fait pas partie d'un pack.",
                )
            continue
        trop_grand = len(fichiers[chemin]) > limites.fichier
        noeuds[chemin] = None if trop_grand else _lire(chemin, fichiers[chemin], attendu, problemes)
    if CATALOGUE not in fichiers:
        problemes.ajouter(
            CodeProbleme.FICHIER_MANQUANT, Lieu(CATALOGUE), "Le fichier catalogue.xml manque dans le pack."
        )
    return _pack(noeuds, problemes)


def _tailles(fichiers: Mapping[str, bytes], limites: Limites, problemes: Problemes) -> None:
    if len(fichiers) > limites.entrees:
        problemes.ajouter(
            CodeProbleme.TROP_DE_FICHIERS, Lieu(""), f"Le pack a {len(fichiers)} fichiers : {limites.entrees} au plus."
        )
    total = sum(map(len, fichiers.values()))
    if total > limites.total:
        problemes.ajouter(
            CodeProbleme.PACK_TROP_GRAND, Lieu(""), f"Le pack fait {total} octets : {limites.total} au plus."
        )
    for chemin, octets in fichiers.items():
        maximum = limites.derive if est_derive(chemin) else limites.fichier
        if len(octets) > maximum:
            problemes.ajouter(
                CodeProbleme.FICHIER_TROP_GRAND,
                Lieu(chemin),
                f"Le fichier fait {len(octets)} octets : {maximum} au plus.",
            )


def _lire(chemin: str, octets: bytes, attendu: str, problemes: Problemes) -> Noeud | None:
    propres = Problemes()
    racine = parse(chemin, octets, propres)
    noeud = None if racine is None else conformer(racine, attendu, chemin, propres)
    if racine is not None and not propres:
        # libxml2 would follow an editor's hint to another schema
        racine.attrib.pop(f"{{{NS_XSI}}}schemaLocation", "")
        contre = refus(racine)
        if contre is not None:
            ligne, message = contre
            propres.ajouter(
                CodeProbleme.META_SCHEMA,
                Lieu(chemin, ligne),
                f"Refusé par le méta-schéma {attendu}.xsd : {message}",
            )
    problemes.reprendre(propres)
    return noeud


def _pack(noeuds: Mapping[str, Noeud | None], problemes: Problemes) -> PackLu:
    catalogue = noeuds.get(CATALOGUE)
    formulaires: list[FormulaireLu] = []
    nomenclatures: list[NomenclatureLue] = []
    illisibles: dict[str, set[str]] = {"nomenclatures": set(), "formulaires": set()}
    for chemin, noeud in noeuds.items():
        genre = _FICHIER.fullmatch(chemin)
        if genre is None:
            continue
        if noeud is None:
            illisibles[genre[1]].add(genre[2])
            continue
        if "code" in noeud.invalides:
            illisibles[genre[1]].add(genre[2])
        elif noeud.attributs["code"] != genre[2]:
            problemes.ajouter(
                CodeProbleme.NOM_DE_FICHIER,
                noeud.lieu,
                f"Le fichier s'appelle « {genre[2]}.xml » mais contient « {noeud.attributs['code']} ».",
            )
        if genre[1] == "formulaires":
            formulaires.append(formulaire_lu(noeud))
        else:
            nomenclatures.append(nomenclature_lue(noeud))
    return PackLu(
        version=catalogue.valeur("version") if catalogue else None,
        lieu=catalogue.lieu if catalogue else Lieu(CATALOGUE),
        libelle=catalogue.texte_de("libelle") if catalogue else "",
        notes=tuple(note.texte for note in catalogue.tous("note")) if catalogue else (),
        offres=tuple(offre_lue(noeud) for noeud in catalogue.tous("offre")) if catalogue else (),
        formulaires=tuple(formulaires),
        nomenclatures=tuple(nomenclatures),
        formulaires_illisibles=frozenset(illisibles["formulaires"]),
        nomenclatures_illisibles=frozenset(illisibles["nomenclatures"]),
    )
