"""Who says whether a maquette is right: the service's own schema and rules, libxml2's patterns, the contrast of WCAG."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from lxml import etree

from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.model import Branche, Catalogue, structure_offre
from esav_soap.model.xpath import compiler
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from tests.fixtures.catalogue_maquettes import CATALOGUE

RACINE = Path(__file__).parents[2]
_XSD = "{http://www.w3.org/2001/XMLSchema}"


@cache
def catalogue(nom: str) -> Catalogue:
    return CATALOGUE if nom == "essai" else lire_catalogue(depuis_dossiers(RACINE, nom))


@cache
def schema(nom: str, offre: str) -> etree.XMLSchema:
    return compiler_schema(fichiers_schemas(contrat("depot", catalogue(nom)), catalogue(nom)), f"{offre}.xsd")


def enfreintes(nom: str, offre: str, xml: str) -> list[str]:
    """What the service says of a form: ``XSD``, and the codes of the rules that libxml2 finds broken."""
    structure = structure_offre(catalogue(nom), catalogue(nom).offre(offre))
    racine = etree.fromstring(xml.encode())
    codes = [] if schema(nom, offre).validate(racine) else ["XSD"]
    lieux = [(racine, regle) for regle in structure.regles]
    for enfant in structure.enfants:
        if isinstance(enfant, Branche):
            for noeud in racine.findall(f"{{{structure.espace}}}{enfant.code}"):
                lieux += [(noeud, regle) for regle in enfant.regles]
    return codes + [r.code for noeud, r in lieux if compiler(r.expression, structure.espace)(noeud) is not True]


#: XSD expression, values to try; libxml2 says which ones match.
MOTIFS = {
    r"[A-Z]{2}-\d+": ["AB-1", "AB-", "AB-٣", "xAB-1", "AB-1x"],
    r"^a$|b": ["^a$", "a", "b", "ab"],
    r"[a-z-[aeiou]]+": ["xyz", "abc", "A"],
    r"[!-~]{2}": ["a&", "é&", "~!"],
    r"[&&()/.\-|]+": ["&(.-|/", "a"],
    r"[\w\-]+": ["é-1", "a_b", "a b", "€"],
    r".{2}": ["a\u2028", "ab", "a\n"],
    r"\w\W": ["a!", "aa"],
    r"\i\c*": ["a-b.1", "1a", "é"],
    r"\p{Lu}\P{L}": ["É1", "éa"],
    r"(ab|c){2,3}?": ["abc", "", "ab"],
    r"[*# ]{1,3}": ["*# ", "/"],
}


def correspond(motif: str, valeurs: Sequence[str]) -> list[bool] | None:
    """Which of ``valeurs`` libxml2 finds to match; ``None`` when ``motif`` is no expression."""
    xsd = etree.XML('<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element name="v"/></s:schema>')
    type_ = etree.SubElement(etree.SubElement(xsd[0], f"{_XSD}simpleType"), f"{_XSD}restriction", base="s:string")
    etree.SubElement(type_, f"{_XSD}pattern", value=motif)
    try:
        verdict = etree.XMLSchema(xsd)
    except etree.XMLSchemaParseError:
        return None
    verdicts = []
    for valeur in valeurs:
        noeud = etree.Element("v")
        noeud.text = valeur
        verdicts.append(verdict.validate(noeud))
    return verdicts


#: Contrast of every element that shows text, against the first opaque colour behind it (WCAG 2: relative luminance).
CONTRASTES = """
const couleur = c => { const m = c.match(/[\\d.]+/g).map(Number); if (c.startsWith("color(")) {
    return [m[0] * 255, m[1] * 255, m[2] * 255, m.length > 3 ? m[3] : 1]; }
  return m.length > 3 ? m : m.concat(1); };
const lum = c => { const f = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
const fond = e => { for (; e; e = e.parentElement) {
    const c = couleur(getComputedStyle(e).backgroundColor); if (c[3] === 1) { return c; } }
  return [255, 255, 255, 1]; };
const faibles = [];
let nombre = 0;
for (const e of document.body.querySelectorAll("*")) {
  const texte = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join("");
  const saisie = e.matches("input:not([type=radio]):not([type=checkbox]), select, textarea");
  if ((!texte && !saisie) || !e.checkVisibility() || e.closest(".lecteur, script, noscript, option")) { continue; }
  const a = lum(couleur(getComputedStyle(e).color)), b = lum(fond(e));
  const contraste = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  nombre += 1;
  if (contraste < 4.5) { faibles.push([e.tagName, e.className, texte.slice(0, 40), contraste]); }
}
return [nombre, faibles];
"""
