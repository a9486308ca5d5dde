"""Bytes -> XML element, with everything refused that could reach outside the file or blow up in memory.

Nothing is expanded before it is refused: a DOCTYPE is found by reading the prolog, not by parsing it.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from esav_soap.reader.codes import CodeProbleme
from esav_soap.reader.lieux import Lieu, Problemes, abrege, lieu_de, premiere_entree

NS_XINCLUDE = "http://www.w3.org/2001/XInclude"

_BOM = b"\xef\xbb\xbf"
_BOMS_AUTRES = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_DECLARATION = re.compile(rb"<\?xml\s[^>]*?\?>")
_ENCODAGE = re.compile(rb"""\bencoding\s*=\s*["']([A-Za-z0-9._\-]*)["']""")
_PROLOGUE = re.compile(rb"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)

#: The names in libxml2's words for a wrong end tag.
_BALISES = re.compile(r"tag mismatch: (\S+) line ([0-9]+) and (\S+)")
#: French words for what libxml2 reports most; others are told by libxml2's own name.
_MOTIFS_LIBXML2 = {
    "ERR_TAG_NAME_MISMATCH": "la balise de fin ne répond pas à la balise de début",
    "ERR_TAG_NOT_FINISHED": "une balise n'est pas fermée",
    "ERR_DOCUMENT_EMPTY": "le document est vide",
    "ERR_DOCUMENT_END": "du contenu suit la fin de l'élément racine",
    "ERR_ATTRIBUTE_REDEFINED": "un attribut est donné deux fois",
    "ERR_ATTRIBUTE_NOT_STARTED": "la valeur d'un attribut n'est pas entre guillemets",
    "ERR_ATTRIBUTE_WITHOUT_VALUE": "un attribut n'a pas de valeur",
    "ERR_LT_IN_ATTRIBUTE": "« < » dans un attribut : écrire &lt;",
    "ERR_UNDECLARED_ENTITY": "entité inconnue : seules &lt; &gt; &amp; &quot; &apos; existent",
    "WAR_UNDECLARED_ENTITY": "entité inconnue : seules &lt; &gt; &amp; &quot; &apos; existent",
    "ERR_ENTITYREF_SEMICOL_MISSING": "« & » isolé : écrire &amp;",
    "ERR_NAME_REQUIRED": "un nom est attendu (« & » ou « < » isolé ?)",
    "ERR_INVALID_CHAR": "caractère interdit en XML",
    "ERR_SPACE_REQUIRED": "un blanc est attendu",
    "ERR_GT_REQUIRED": "« > » attendu",
    "NS_ERR_UNDEFINED_NAMESPACE": "préfixe d'espace de noms non déclaré",
}


def parse(fichier: str, octets: bytes, problemes: Problemes) -> etree._Element | None:
    """The root element, or None when the file is refused; every reason goes to ``problemes``."""
    if not _encodage_admis(fichier, octets, problemes) or _doctype(fichier, octets, problemes):
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=False,
        collect_ids=False,
    )
    try:
        racine = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as exc:
        # The parser's own log: the exception's begins with what this thread could not read before.
        entree = premiere_entree(parser.error_log)
        problemes.ajouter(CodeProbleme.XML_MAL_FORME, Lieu(fichier, exc.lineno or 1), _raison(entree))
        return None
    # A warning makes lxml forget the error before it: a tree with undeclared prefixes gets through.
    for entree in parser.error_log:
        if entree.level >= etree.ErrorLevels.ERROR:
            problemes.ajouter(CodeProbleme.XML_MAL_FORME, Lieu(fichier, entree.line), _raison(entree))
            return None
    _contenus_interdits(fichier, racine, problemes)
    return racine


def _encodage_admis(fichier: str, octets: bytes, problemes: Problemes) -> bool:
    if not octets.strip():
        problemes.ajouter(CodeProbleme.FICHIER_VIDE, Lieu(fichier), "Le fichier est vide.")
        return False
    if octets[:2] in _BOMS_AUTRES:
        problemes.ajouter(CodeProbleme.ENCODAGE, Lieu(fichier, 1), "Le fichier est en UTF-16 : l'enregistrer en UTF-8.")
        return False
    declaration = _DECLARATION.match(octets.removeprefix(_BOM))
    declare = _ENCODAGE.search(declaration[0]) if declaration else None
    if declare and declare[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        problemes.ajouter(
            CodeProbleme.ENCODAGE,
            Lieu(fichier, 1),
            f"L'encodage déclaré est « {declare[1].decode('ascii')} » : l'enregistrer et le déclarer en UTF-8.",
        )
        return False
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as exc:
        ligne = octets.count(b"\n", 0, exc.start) + 1
        problemes.ajouter(
            CodeProbleme.ENCODAGE,
            Lieu(fichier, ligne),
            f"L'octet 0x{octets[exc.start]:02X} n'est pas de l'UTF-8 : enregistrer le fichier en UTF-8.",
        )
        return False
    return True


def _doctype(fichier: str, octets: bytes, problemes: Problemes) -> bool:
    position = len(_BOM) if octets.startswith(_BOM) else 0
    while trouve := _PROLOGUE.match(octets, position):
        position = trouve.end()
    if octets[position : position + 9].upper() != b"<!DOCTYPE":
        return False
    problemes.ajouter(
        CodeProbleme.DTD_INTERDITE,
        Lieu(fichier, octets.count(b"\n", 0, position) + 1),
        "Le fichier déclare une DTD (<!DOCTYPE) : la retirer, ainsi que les entités qu'elle définit.",
    )
    return True


def _raison(entree: Any) -> str:
    nom = entree.type_name if entree is not None else "inconnue"
    colonne = entree.column if entree is not None else 0
    motif = _MOTIFS_LIBXML2.get(nom, f"erreur {nom}")
    if entree is not None and (balises := _BALISES.search(entree.message)):
        ouverte, ligne, fermee = balises.groups()
        motif = f"la balise de fin </{abrege(fermee)}> ne répond pas à <{abrege(ouverte)}>, ouverte ligne {ligne}"
    return f"XML mal formé, colonne {colonne} : {motif}."


def _contenus_interdits(fichier: str, racine: etree._Element, problemes: Problemes) -> None:
    avant = list(racine.itersiblings(preceding=True))
    for noeud in (*avant, *racine.itersiblings(), *racine.iter(etree.ProcessingInstruction, f"{{{NS_XINCLUDE}}}*")):
        lieu = lieu_de(fichier, noeud)
        if isinstance(noeud, etree._ProcessingInstruction):
            problemes.ajouter(
                CodeProbleme.INSTRUCTION_INTERDITE,
                lieu,
                f"Instruction de traitement « <?{abrege(str(noeud.target))} » : la retirer.",
            )
        elif isinstance(noeud.tag, str):
            nom = etree.QName(noeud).localname
            problemes.ajouter(
                CodeProbleme.XINCLUDE_INTERDIT,
                lieu,
                f"Inclusion « xi:{nom} » : écrire le contenu dans le fichier même.",
            )
