"""What a WSDL of ``depot`` says of the forms: Offres, fields, labels, codes, facets.

zeep keeps the types but neither labels nor facets, so they are read from the document itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from esav_soap.names import NS_WSDL, NS_WSDL_SOAP_11, NS_WSDL_SOAP_12, NS_XSD

_XS = f"{{{NS_XSD}}}"
_GENRES = {"int": "entier", "decimal": "decimal", "date": "date", "dateTime": "dateHeure", "boolean": "ouiNon"}
_NOMMES = {"Telephone": "telephone", "Courriel": "courriel"}
_PREFIXE = "urn:esav:catalogue:"


@dataclass(frozen=True, slots=True)
class Champ:
    """A field, or a group of fields (``genre`` « groupe », with ``champs``).

    ``genre``: texte, entier, decimal, date, dateHeure, ouiNon, telephone, courriel, nomenclature, groupe. ``maximum`` is
    None when unbounded. ``codes``: those of a nomenclature. ``facettes``: XSD facets by name (``maxLength``, ``pattern``,
    ``minInclusive``...).
    """

    code: str
    libelle: str
    genre: str
    minimum: int
    maximum: int | None
    codes: tuple[str, ...] = ()
    facettes: Mapping[str, str] | None = None
    champs: tuple[Champ, ...] = ()

    @property
    def obligatoire(self) -> bool:
        return self.minimum > 0

    @property
    def multiple(self) -> bool:
        return self.maximum is None or self.maximum > 1


@dataclass(frozen=True)
class Offre:
    """The form of an Offre: element ``element``, whose fields are in namespace ``espace``."""

    code: str
    libelle: str
    element: str
    espace: str
    champs: tuple[Champ, ...]

    def chemins(self) -> Iterator[tuple[str, Champ]]:
        """Every field that takes a value, by its path (``champ`` or ``groupe/champ``), in the order of the contract."""
        for champ in self.champs:
            if champ.champs:
                yield from ((f"{champ.code}/{sous.code}", sous) for sous in champ.champs)
            else:
                yield champ.code, champ

    @cached_property
    def par_chemin(self) -> Mapping[str, Champ]:
        return dict(self.chemins())


class ContratDepot:
    """The forms of one catalogue version. Raises ``ValueError`` when the document is no WSDL of ``depot``."""

    def __init__(self, wsdl: bytes) -> None:
        try:
            racine = etree.fromstring(wsdl, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as exc:
            raise ValueError(f"ce document n'est pas du XML : {exc}") from exc
        self._types = {
            f"{{{schema.get('targetNamespace', '')}}}{type_.get('name')}": type_
            for schema in racine.iterfind(f"{{{NS_WSDL}}}types/{_XS}schema")
            for type_ in schema.iterchildren(f"{_XS}complexType", f"{_XS}simpleType")
        }
        formulaires = [nom for nom in self._types if nom.startswith(f"{{{_PREFIXE}") and nom.endswith("}Formulaire")]
        if len(formulaires) != 1:
            raise ValueError("ce document n'est pas le WSDL d'un service de dépôt e-SAV")
        nom = formulaires[0]
        #: Namespace of the Offres' elements inside ``formulaire``.
        self.espace = nom[1:].partition("}")[0]
        self.version = self.espace.removeprefix(_PREFIXE)
        #: Offres by code, in the order of the contract.
        self.offres: Mapping[str, Offre] = {offre.code: offre for offre in self._offres(self._types[nom])}
        adresses = (n for s in (NS_WSDL_SOAP_11, NS_WSDL_SOAP_12) for n in racine.iter(f"{{{s}}}address"))
        #: Where the service is, as the WSDL says.
        self.adresse = next((n.get("location", "") for n in adresses), "")
        self._racine = racine

    def schema(self, offre: Offre) -> bytes:
        """The XML Schema of an Offre, as it stands in the WSDL."""
        for schema in self._racine.iter(f"{_XS}schema"):
            if schema.get("targetNamespace") == offre.espace:
                return etree.tostring(schema, encoding="UTF-8", xml_declaration=True, with_tail=False)
        raise AssertionError("an Offre comes from its schema")

    def _offres(self, formulaire: etree._Element) -> Iterator[Offre]:
        for element in formulaire.iter(f"{_XS}element"):
            type_ = _nom(element, "type")
            espace = type_[1:].partition("}")[0]
            code = espace.removeprefix(f"{self.espace}:")
            champs = tuple(self._champ(e) for e in self._types[type_].iter(f"{_XS}element"))
            yield Offre(code, _documentation(element), element.get("name", ""), espace, champs)

    def _champ(self, element: etree._Element) -> Champ:
        maximum = element.get("maxOccurs", "1")
        code = element.get("name", "")
        libelle = _documentation(element) or code
        minimum, borne = int(element.get("minOccurs", "1")), None if maximum == "unbounded" else int(maximum)
        nom = _nom(element, "type")
        type_ = self._types.get(nom)
        if type_ is None:
            genre = _GENRES.get(nom.rpartition("}")[2], "texte")
            return Champ(code, libelle, genre, minimum, borne)
        if type_.tag == f"{_XS}complexType":
            champs = tuple(self._champ(e) for e in type_.iter(f"{_XS}element"))
            return Champ(code, libelle, "groupe", minimum, borne, champs=champs)
        restriction = type_.find(f"{_XS}restriction")
        assert restriction is not None
        codes = tuple(n.get("value", "") for n in restriction.iterchildren(f"{_XS}enumeration"))
        facettes = {
            etree.QName(n).localname: n.get("value", "")
            for n in restriction.iterchildren(etree.Element)
            if n.tag != f"{_XS}enumeration"
        }
        if codes:
            genre = "nomenclature"
        else:
            base = _GENRES.get(_nom(restriction, "base").rpartition("}")[2], "texte")
            genre = _NOMMES.get(nom.removeprefix(f"{{{self.espace}}}"), base)
        return Champ(code, libelle, genre, minimum, borne, codes, facettes)


def _nom(noeud: etree._Element, attribut: str) -> str:
    """The QName in an attribute, in Clark's notation."""
    prefixe, deux_points, local = noeud.get(attribut, "").partition(":")
    if not deux_points:
        return prefixe
    return f"{{{noeud.nsmap.get(prefixe, '')}}}{local}"


def _documentation(element: etree._Element) -> str:
    return " ".join((element.findtext(f"{_XS}annotation/{_XS}documentation") or "").split())
