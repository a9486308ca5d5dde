"""The publisher's guide says what the program does: its tutorial is read, its recipes compile, its tables are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.cli.catalogue import catalogue
from esav_soap.errors import Probleme
from esav_soap.model import xpath
from esav_soap.names import NS_XSD
from esav_soap.reader import LIMITES, META_SCHEMAS, lire
from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.sources import depuis_dossiers

GUIDE = Path(__file__).parents[3] / "docs" / "guide-publieur.md"
TEXTE = GUIDE.read_text(encoding="utf-8")
FICHIER = re.compile(r"^Fichier `([^`]+)` :\n\n```xml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECETTE = re.compile(r"^```xml\n(<(?:regle|obligatoireSi|interditSi) .*?)^```$", re.MULTILINE | re.DOTALL)


def bloc_codes() -> str:
    """The table of problem codes, as it must stand between the guide's markers."""
    lignes = ["| code | ce qui ne va pas, et que faire |", "|---|---|"]
    lignes += [f"| `{code.name}` | {code.value} |" for code in CodeProbleme]
    return "\n".join(lignes)


def avec_codes(texte: str) -> str:
    """The guide with its table of codes up to date."""
    debut, marque, reste = texte.partition("<!-- codes:debut -->\n")
    return f"{debut}{marque}{bloc_codes()}\n<!-- codes:fin -->{reste.partition('<!-- codes:fin -->')[2]}"


def ecrire_tutoriel(dossier: Path, remplacements: dict[str, str] | None = None) -> None:
    for chemin, contenu in FICHIER.findall(TEXTE):
        for avant, apres in (remplacements or {}).items():
            contenu = contenu.replace(avant, apres)
        cible = dossier / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_text(contenu, encoding="utf-8")


def problemes_du_tutoriel(dossier: Path) -> tuple[Probleme, ...]:
    return lire(depuis_dossiers(dossier, "2027.1"), version_attendue="2027.1").problemes


@pytest.mark.exigence("R2.1")
def test_table_des_codes_a_jour() -> None:
    # To bring it up to date: python -m tests.unit.catalogue.test_guide_publieur
    assert avec_codes(TEXTE) == TEXTE, f"À recopier entre les marques de {GUIDE.name} :\n{bloc_codes()}"


@pytest.mark.exigence("R1.1", "R1.3")
def test_tutoriel_se_lit_sans_probleme(tmp_path: Path) -> None:
    ecrire_tutoriel(tmp_path)
    assert problemes_du_tutoriel(tmp_path) == ()
    lecture = lire(depuis_dossiers(tmp_path, "2027.1"))
    assert lecture.catalogue is not None
    assert [offre.code for offre in lecture.catalogue.offres] == ["POINT_HAUT"]
    assert sorted(lecture.catalogue.nomenclatures) == ["FAMILLE_DEFAUT", "NATURE_DEFAUT", "TYPE_POINT_HAUT"]


@pytest.mark.exigence("R1.1")
def test_tous_les_fichiers_annonces_par_le_tutoriel_y_sont() -> None:
    annonces = TEXTE.partition("```text\n")[2].partition("```")[0].split()
    assert sorted(chemin for chemin, _ in FICHIER.findall(TEXTE)) == sorted(annonces)


@pytest.mark.exigence("R2.1")
def test_probleme_montre_en_exemple_est_celui_que_la_faute_donne(tmp_path: Path) -> None:
    montres = re.findall(r"^2027\.1: ([a-z]+/[A-Za-z_-]+\.xml:[0-9]+: [A-Z_]+: .+)$", TEXTE, re.MULTILINE)
    ecrire_tutoriel(tmp_path, {'ref="TYPE_POINT_HAUT"': 'ref="TYPE_POINTHAUT"'})
    assert montres == [str(probleme) for probleme in problemes_du_tutoriel(tmp_path)]
    assert len(montres) == 2


def recettes() -> tuple[str, str]:
    """The rules of the cookbook: those of a formulaire, and those of a group (they are told to stand in one)."""
    cuisine = TEXTE.partition("## 9.")[2].partition("## 10.")[0]
    avant, titre, apres = cuisine.partition("**Dans un groupe**")
    assert titre
    du_groupe, suite = RECETTE.findall(apres)[0], RECETTE.findall(apres)[1:]
    return "".join([*RECETTE.findall(avant), *suite]), du_groupe


@pytest.mark.exigence("R1.3", "R2.1")
def test_recettes_se_lisent_sans_probleme() -> None:
    du_formulaire, du_groupe = recettes()
    assert len(re.findall("<condition>", du_formulaire + du_groupe)) >= 18
    dossier = Path(__file__).with_name("recettes")
    livrees = depuis_dossiers(GUIDE.parents[1], "2026.2")
    fichiers = {str(f.relative_to(dossier)): f.read_bytes() for f in dossier.rglob("*.xml")}
    formulaire = fichiers["formulaires/recettes.xml"].decode()
    for code in re.findall(r'ref="([A-Z_]+)"', formulaire):
        fichiers.setdefault(f"nomenclatures/{code}.xml", livrees.get(f"nomenclatures/{code}.xml", b""))
    formulaire = formulaire.replace("<!-- recettes de groupe -->", du_groupe).replace(
        "<!-- recettes -->", du_formulaire
    )
    fichiers["formulaires/recettes.xml"] = formulaire.encode()
    lecture = lire(fichiers)
    assert lecture.problemes == ()
    assert lecture.catalogue is not None
    for regle in lecture.catalogue.formulaires["recettes"].regles:
        assert regle.message.endswith("."), regle.code


@pytest.mark.exigence("R1.3")
@pytest.mark.parametrize("schema", sorted(META_SCHEMAS))
def test_elements_et_attributs_du_langage_sont_decrits(schema: str) -> None:
    arbre = etree.fromstring(META_SCHEMAS[schema])
    noms = {
        str(declaration.get("name"))
        for declaration in arbre.iter(f"{{{NS_XSD}}}element", f"{{{NS_XSD}}}attribute")
        if declaration.get("name")
    }
    mots = {str(valeur.get("value")) for valeur in arbre.iter(f"{{{NS_XSD}}}enumeration")}
    decrits = set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`\n]+)`", TEXTE))))
    assert (noms | mots) - decrits == set()


@pytest.mark.exigence("R1.3")
def test_fonctions_et_operateurs_des_regles_sont_decrits() -> None:
    section = TEXTE.partition("## 8. Les règles")[2].partition("## 9.")[0]
    mots = set(" ".join(re.findall(r"`([^`]+)`", section)).split())
    assert xpath.FONCTIONS - mots == set()
    assert xpath.OPERATEURS - mots == set()


@pytest.mark.exigence("R2.1")
def test_limites_du_pack_sont_celles_du_programme() -> None:
    section = TEXTE.partition("## 11.")[2].partition("## 12.")[0]
    mo = 1024 * 1024
    for attendu in (
        f"{LIMITES.archive // mo} Mo pour l'archive",
        f"{LIMITES.fichier // mo} Mo pour un fichier XML",
        f"{LIMITES.derive // mo} Mo pour un fichier dérivé",
        f"{LIMITES.total // mo} Mo décompressés",
        f"{LIMITES.entrees:_}".replace("_", " ") + " entrées",
        f"{LIMITES.chemin} caractères par chemin",
        f"compression de {LIMITES.ratio}",
    ):
        assert attendu in " ".join(section.split())


@pytest.mark.exigence("R1.3")
def test_liens_internes_menent_a_un_titre() -> None:
    ancres = {
        re.sub(r"[^\w\- ]", "", titre.lower()).replace(" ", "-")
        for titre in re.findall(r"^#+ (.+)$", TEXTE, re.MULTILINE)
    }
    liens = re.findall(r"\]\(#([^)]+)\)", TEXTE)
    assert len(liens) >= 10
    assert set(liens) - ancres == set()


@pytest.mark.exigence("R1.1", "R2.1")
def test_commandes_du_guide_existent() -> None:
    citees = set(re.findall(r"esav catalogue ([a-z]+)", TEXTE))
    assert {"check", "build", "pack"} <= citees
    assert citees <= set(catalogue.commands)
    options = set(re.findall(r"esav catalogue build (--[a-z]+)", TEXTE))
    assert options <= {option for parametre in catalogue.commands["build"].params for option in parametre.opts}


if __name__ == "__main__":
    GUIDE.write_text(avec_codes(TEXTE), encoding="utf-8")
