"""Differences between two versions of the catalogue, classified, in words and as files (R1.4, R2.1)."""

from esav_soap.publication.ecarts.comparaison import comparer
from esav_soap.publication.ecarts.objets import CodeEcart, Ecart, Gravite, compter
from esav_soap.publication.ecarts.rendu import en_html, en_texte, en_xml, resume, schema

__all__ = [
    "CodeEcart",
    "Ecart",
    "Gravite",
    "comparer",
    "compter",
    "en_html",
    "en_texte",
    "en_xml",
    "resume",
    "schema",
]
