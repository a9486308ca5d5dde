"""The gate: what a candidate pack has to pass before it may be announced (R2.1).

Everything is done here with bytes and returns plain values, so that a serving node can have it done by another process.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from esav_soap.contract.schemas import compiler_schema
from esav_soap.errors import Probleme
from esav_soap.intake import Controle
from esav_soap.model import Catalogue
from esav_soap.model.xpath import ExpressionInvalide
from esav_soap.names import NS_WSDL, NS_XSD
from esav_soap.reader import lire
from esav_soap.usecases.catalogue import Suivi, sans_suivi
from esav_soap.usecases.codes_verification import CodeVerification, message
from esav_soap.usecases.formes_xsd import composants, forme
from esav_soap.usecases.jeu_verifie import lire_jeu
from esav_soap.usecases.registre import FichiersDuPack, ouvrir_pack
from esav_soap.usecases.reponses_stables import comparer_reponses
from esav_soap.usecases.tampons import verifier_manifeste, verifier_sources, verifier_tampons
from esav_soap.usecases.temoins import second_processeur, verifier_exemples, verifier_motifs

if TYPE_CHECKING:
    import xmlschema

_C = CodeVerification
_ANALYSEUR = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=True)


def verifier(
    sources: Mapping[str, bytes], pack: bytes, precedent_pack: bytes | None, suivi: Suivi = sans_suivi
) -> tuple[Probleme, ...]:
    """Every problem of a candidate, sorted; empty when it may be announced.

    ``pack``: built from ``sources``. ``precedent_pack``: of the version in force, whose answers must stay (R2.2). Codes are
    those of ``CodeProbleme`` when the sources cannot be read, else of :class:`CodeVerification`.
    """
    suivi("vérification : fichiers", 0, 1)
    lecture = lire(sources)
    if lecture.catalogue is None:
        return lecture.problemes
    try:
        fichiers = ouvrir_pack(pack)
    except zipfile.BadZipFile:
        return (_probleme("", _C.PACK_ILLISIBLE, "L'archive ne s'ouvre pas."),)
    avant = FichiersDuPack(precedent_pack) if precedent_pack is not None else {}
    return tuple(sorted(set(_Examen(lecture.catalogue, sources, fichiers, avant, suivi).problemes())))


@dataclass(frozen=True)
class _Examen:
    """One candidate under examination."""

    catalogue: Catalogue
    sources: Mapping[str, bytes]
    fichiers: Mapping[str, bytes]
    avant: Mapping[str, bytes]
    suivi: Suivi

    def problemes(self) -> Iterator[Probleme]:
        version = self.catalogue.version
        yield from verifier_sources(self.sources, self.fichiers)
        yield from verifier_manifeste(self.fichiers, version)
        yield from verifier_tampons(self.fichiers, version)
        self.suivi("vérification : fichiers", 1, 1)
        yield from verifier_motifs(self.catalogue)
        yield from self._suivre("vérification : WSDL", self._wsdls())
        yield from self._schemas()
        if self.avant:
            yield from comparer_reponses(self.avant, self.fichiers)

    def _wsdls(self) -> Iterator[Iterable[Probleme]]:
        for chemin in sorted(self.fichiers):
            if chemin.startswith("wsdl/"):
                yield charger_wsdl(chemin, self.fichiers[chemin])
        yield memes_schemas(self.fichiers)

    def _schemas(self) -> Iterator[Probleme]:
        """Both processors, the rules, and, when all of them are there, the examples."""
        etape = "vérification : schémas"
        self.suivi(etape, 0, 3)
        xsd = {nom.removeprefix("xsd/"): contenu for nom, contenu in self.fichiers.items() if nom.startswith("xsd/")}
        schema: etree.XMLSchema | None = None
        second: xmlschema.XMLSchema | None = None
        controle: Controle | None = None
        try:
            schema = compiler_schema(xsd, "depot.xsd")
        except (etree.LxmlError, SyntaxError, ValueError, OSError) as exc:
            yield _probleme("xsd/depot.xsd", _C.XSD_REFUSE_LIBXML2, f"{_bref(exc)}.")
        self.suivi(etape, 1, 3)
        if schema is not None:
            try:
                controle = Controle(self.catalogue, schema)
            except ExpressionInvalide as exc:
                yield _probleme("catalogue.xml", _C.REGLES_NON_COMPILEES, f"{_bref(exc)}.")
        self.suivi(etape, 2, 3)
        try:
            second = second_processeur(xsd)
        except Exception as exc:  # whatever stops it is a reason to refuse
            yield _probleme("xsd/depot.xsd", _C.XSD_REFUSE_XMLSCHEMA, f"{_bref(exc)}.")
        self.suivi(etape, 3, 3)
        if schema is None or second is None or controle is None:
            return
        illisibles: list[Probleme] = []
        publies = lire_jeu(self.fichiers, illisibles.append)
        yield from illisibles
        exemples = "vérification : exemples"
        yield from verifier_exemples(
            self.catalogue, publies, schema, second, controle, lambda fait, total: self.suivi(exemples, fait, total)
        )

    def _suivre(self, etape: str, lots: Iterator[Iterable[Probleme]]) -> Iterator[Probleme]:
        total = sum(1 for nom in self.fichiers if nom.startswith("wsdl/")) + 1
        for fait, lot in enumerate(lots, start=1):
            yield from lot
            self.suivi(etape, fait, total)


def charger_wsdl(chemin: str, wsdl: bytes) -> Iterator[Probleme]:
    """Load a WSDL in zeep as a client would, but from these bytes alone: nothing that it refers to is fetched."""
    from requests import Session
    from zeep import Transport
    from zeep.wsdl import Document

    class HorsLigne(Transport):
        _close_session = False  # what zeep looks for at the end of one that was interrupted before it was made

        def load(self, url: Any) -> Any:
            raise ValueError(f"« {url} » n'est pas dans le fichier")

    try:
        transport: Any = HorsLigne(session=Session())  # type: ignore[no-untyped-call]
        document: Any = Document(io.BytesIO(wsdl), transport)
        operations = {
            nom
            for service in document.services.values()
            for port in service.ports.values()
            for nom in port.binding.all()
        }
        attendues = {
            noeud.get("name")
            for noeud in etree.fromstring(wsdl, _ANALYSEUR).iterfind(f"{{{NS_WSDL}}}portType/{{{NS_WSDL}}}operation")
        }
        if operations != attendues or not operations:
            yield _probleme(chemin, _C.WSDL_REFUSE_ZEEP, "Des opérations manquent au client.")
    except Exception as exc:  # whatever a client's library trips over is a reason to refuse
        yield _probleme(chemin, _C.WSDL_REFUSE_ZEEP, f"{_bref(exc)}.")


def memes_schemas(fichiers: Mapping[str, bytes]) -> Iterator[Probleme]:
    """The schemas inside of the WSDLs of ``depot`` say the same of every type as the XSDs of the pack."""
    des_xsd: dict[tuple[str, str, str], object] = {}
    for chemin, contenu in fichiers.items():
        if chemin.startswith("xsd/"):
            des_xsd |= _composants(contenu)
    for chemin in ("wsdl/depot.wsdl", "wsdl/depot-soap12.wsdl"):
        du_wsdl = _composants(fichiers.get(chemin, b"<absent/>"))
        for nom in sorted(des_xsd.keys() | du_wsdl.keys()):
            if des_xsd.get(nom) != du_wsdl.get(nom):
                yield _probleme(chemin, _C.WSDL_AUTRE_SCHEMA, f"« {nom[2]} » de l'espace « {nom[0]} ».")


def _composants(contenu: bytes) -> dict[tuple[str, str, str], object]:
    try:
        racine = etree.fromstring(contenu, _ANALYSEUR)
    except etree.XMLSyntaxError:
        return {}
    return {
        (schema.get("targetNamespace", ""), genre, nom): forme(noeud)
        for schema in racine.iter(f"{{{NS_XSD}}}schema")
        for (genre, nom), noeud in composants(schema)
    }


def _bref(exc: BaseException) -> str:
    """One line of what a processor says."""
    ligne = " ".join(str(exc).split()) or type(exc).__name__
    return ligne if len(ligne) <= 300 else f"{ligne[:299]}…"


def _probleme(chemin: str, code: CodeVerification, precision: str) -> Probleme:
    return Probleme(chemin, 0, code.name, message(code, precision))
