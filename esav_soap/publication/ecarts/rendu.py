"""The differences as files and lines: ``changelog.xml`` (``ecarts.xsd``), ``changelog.html``, and text for a terminal (R1.4).

The same differences always give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from lxml import etree
from markupsafe import Markup

from esav_soap.names import NS_PACK
from esav_soap.publication.ecarts.mots import pluriel
from esav_soap.publication.ecarts.objets import Ecart, Gravite, compter

_PAQUET = "esav_soap.publication.ecarts"
#: By gravity, for the page: one, several, and what it asks for.
_MOTS: Mapping[Gravite, tuple[str, str, str]] = {
    Gravite.RUPTURE: (
        "Rupture",
        "Ruptures",
        "le programme doit changer : champ retiré ou déplacé, nouveau champ obligatoire, type changé, Offre retirée",
    ),
    Gravite.RESTRICTIF: (
        "Restrictif",
        "Restrictifs",
        "des valeurs acceptées avant sont refusées : vérifier ce que le programme envoie",
    ),
    Gravite.COMPATIBLE: (
        "Compatible",
        "Compatibles",
        "tout ce qui était accepté le reste, une fois dans les espaces de noms de la nouvelle version",
    ),
}


@dataclass(frozen=True, slots=True)
class _Champ:
    """The differences at one path of an Offre; "" for the Offre itself."""

    chemin: str
    libelle: str
    ecarts: tuple[Ecart, ...]


@dataclass(frozen=True, slots=True)
class _Offre:
    code: str
    libelle: str
    champs: tuple[_Champ, ...]
    nombres: Mapping[Gravite, int]


def schema() -> bytes:
    """The XSD of ``changelog.xml``."""
    return resources.files(_PAQUET).joinpath("ecarts.xsd").read_bytes()


def en_xml(ancienne: str, nouvelle: str, ecarts: Sequence[Ecart]) -> bytes:
    """``changelog.xml``: per Offre and per field, with counts; UTF-8."""
    racine = etree.fromstring(f'<ecarts xmlns="{NS_PACK}"/>')
    racine.set("ancienne", ancienne)
    racine.set("nouvelle", nouvelle)
    _nombres(racine, ecarts)
    for offre in _par_offre(ecarts):
        noeud = _sous(racine, "offre", code=offre.code, libelle=offre.libelle)
        _nombres(noeud, [ecart for champ in offre.champs for ecart in champ.ecarts])
        for champ in offre.champs:
            parent = noeud
            if champ.chemin:
                parent = _sous(noeud, "champ", chemin=champ.chemin, libelle=champ.libelle)
                _nombres(parent, champ.ecarts)
            for ecart in champ.ecarts:
                element = _sous(parent, "ecart", code=ecart.code, gravite=ecart.gravite.value, nom=ecart.nom)
                if ecart.regle:
                    element.set("regle", ecart.regle)
                _sous(element, "message").text = ecart.message
                if ecart.ancien:
                    _sous(element, "ancien").text = ecart.ancien
                if ecart.nouveau:
                    _sous(element, "nouveau").text = ecart.nouveau
    return etree.tostring(racine, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def en_html(ancienne: str, nouvelle: str, ecarts: Sequence[Ecart]) -> bytes:
    """``changelog.html``: one page without script and without anything from elsewhere; UTF-8."""
    style = _style()
    html = (
        _environnement()
        .get_template("changelog.html")
        .render(
            ancienne=ancienne,
            nouvelle=nouvelle,
            offres=_par_offre(ecarts),
            nombres=compter(ecarts),
            resume=resume(ecarts),
            mots=_MOTS,
            style=Markup(style),  # noqa: S704 - our own file
            csp=f"default-src 'none'; style-src {_hash(style)}; img-src data:; base-uri 'none'; form-action 'none'",
        )
    )
    return html.encode()


def en_texte(ecarts: Sequence[Ecart], gravites: frozenset[Gravite] = frozenset(Gravite)) -> Iterator[str]:
    """Lines for a terminal, of the differences of these gravities; the last one is the count of all."""
    for offre in _par_offre([ecart for ecart in ecarts if ecart.gravite in gravites]):
        yield f"{offre.code} ({offre.libelle})" if offre.code else "Tout le catalogue"
        for champ in offre.champs:
            for ecart in champ.ecarts:
                yield f"  {_MOTS[ecart.gravite][0].lower():<10}  {ecart.nom}"
                yield f"              {ecart.message}"
    yield resume(ecarts)


def resume(ecarts: Sequence[Ecart]) -> str:
    """« 3 écarts : 1 rupture, 2 compatibles »."""
    if not ecarts:
        return "Aucun écart"
    nombres = [pluriel(combien, gravite.value) for gravite, combien in compter(ecarts).items() if combien]
    return f"{pluriel(len(ecarts), 'écart')} : {', '.join(nombres)}"


def _par_offre(ecarts: Sequence[Ecart]) -> list[_Offre]:
    """As they come: :func:`comparer` gives those of an Offre, and of a field in it, one after the other. Those of the Offre
    itself come first, wherever they stood."""
    offres = []
    for code, siens in groupby(ecarts, key=lambda e: e.offre):
        liste = list(siens)
        par_champ: dict[str, list[Ecart]] = {"": []}
        for ecart in liste:
            par_champ.setdefault(ecart.champ, []).append(ecart)
        champs = tuple(_Champ(chemin, e[0].libelle, tuple(e)) for chemin, e in par_champ.items() if e)
        offres.append(_Offre(code, liste[0].libelle_offre, champs, compter(liste)))
    return offres


def _sous(parent: etree._Element, nom: str, /, **attributs: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NS_PACK}}}{nom}")
    for cle, valeur in attributs.items():
        element.set(cle, valeur)
    return element


def _nombres(element: etree._Element, ecarts: Sequence[Ecart]) -> None:
    for gravite, combien in compter(ecarts).items():
        element.set(f"{gravite.value}s", str(combien))


@cache
def _style() -> str:
    return resources.files(_PAQUET).joinpath("changelog.css").read_text(encoding="utf-8")


@cache
def _environnement() -> Environment:
    return Environment(
        loader=PackageLoader(_PAQUET, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _hash(texte: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(texte.encode()).digest()).decode()}'"
