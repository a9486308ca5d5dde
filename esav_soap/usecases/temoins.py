"""The witnesses of the gate: libxml2, xmlschema and the explainer say the same of every example (R2.1)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from elementpath.regex import RegexError, translate_pattern
from lxml import etree

from esav_soap.contract.exemples import ExempleImpossible, exemple, requete_depot
from esav_soap.contract.motifs import MotifIllisible, tirer
from esav_soap.errors import CodeErreur, Probleme
from esav_soap.intake import Controle
from esav_soap.intake.controle import absents
from esav_soap.intake.explication import Contexte, expliquer
from esav_soap.intake.normalisation import normaliser
from esav_soap.model import Catalogue, Champ, Groupe, Offre, Structure, Texte, structure_offre
from esav_soap.names import NS_XSD, ns_catalogue
from esav_soap.usecases.codes_verification import CodeVerification, message
from esav_soap.usecases.jeu_verifie import Publie, rejuger
from esav_soap.usecases.mutations import Exemple, mutations

if TYPE_CHECKING:
    import xmlschema

_C = CodeVerification
#: Spoiled forms that are shown for a whole catalogue, shared out among its Offres, and for one Offre at least.
_GATES_EN_TOUT, _GATES_PAR_OFFRE = 1200, 4
_TIRAGES = 20
_FORMES = (("minimal", False), ("complet", True), ("partiel", None))

Avance = Callable[[int, int], None]


def second_processeur(xsd: Mapping[str, bytes]) -> xmlschema.XMLSchema:
    """The XSDs of a pack, by their names, compiled by xmlschema from these files alone. What it raises for those
    that it refuses is of many classes."""
    import xmlschema  # only here: a node, which publishes seldom, does without it

    with tempfile.TemporaryDirectory(prefix="esav-xsd-") as dossier:
        for nom, contenu in xsd.items():
            Path(dossier, Path(nom).name).write_bytes(contenu)
        return xmlschema.XMLSchema(str(Path(dossier, "depot.xsd")), allow="sandbox", base_url=dossier)


def verifier_exemples(
    catalogue: Catalogue,
    publies: Mapping[str, Sequence[Publie]],
    schema: etree.XMLSchema,
    second: xmlschema.XMLSchema,
    controle: Controle,
    avance: Avance,
) -> Iterator[Probleme]:
    """Show examples of every Offre to all witnesses: those of the jeu de test (``publies``, by Offre), and others."""
    nombre = len(catalogue.offres)
    maximum = max(_GATES_PAR_OFFRE, _GATES_EN_TOUT // max(nombre, 1))
    for rang, offre in enumerate(catalogue.offres, start=1):
        structure = structure_offre(catalogue, offre)
        temoins = _Temoins(catalogue, offre, structure, schema, second)
        try:
            formes = [
                (propos, exemple(structure, catalogue, Random(graine), complet))  # noqa: S311 - examples, not secrets
                for graine, (propos, complet) in enumerate(_FORMES)
            ]
        except (ExempleImpossible, MotifIllisible) as exc:
            yield _probleme(offre.code, _C.EXEMPLE_IMPOSSIBLE, f"Offre {offre.code} ({exc}).")
            continue
        for propos, forme in formes:
            yield from temoins.juger(Exemple(f"exemple {propos}", forme, True))
            verdict = controle.controler(requete_depot(forme, Random(0)))  # noqa: S311
            if not verdict.valide and not temoins.en_faute:
                dit = verdict.erreurs[0].message
                yield _probleme(offre.code, _C.EXEMPLE_REFUSE, f"Offre {offre.code}, exemple {propos} : {dit}")
        yield from _jeu_de_test(publies.get(offre.code, ()), temoins, controle)
        for gate in mutations(formes[1][1], structure, catalogue, maximum):
            yield from temoins.juger(gate)
        avance(rang, nombre)


def _jeu_de_test(publies: Sequence[Publie], temoins: _Temoins, controle: Controle) -> Iterator[Probleme]:
    """Equal messages stand for several cases: each is shown once, and judged for every case."""
    vus = set()
    for publie in publies:
        forme = publie.forme
        if forme is not None and publie.chemin not in vus and forme.tag == temoins.etiquette:
            vus.add(publie.chemin)
            valide = None if publie.verdict == CodeErreur.FORMULAIRE_INVALIDE.name else True
            yield from temoins.juger(Exemple(f"cas {publie.code} du jeu de test", deepcopy(forme), valide))
        yield from rejuger(publie, controle)


class _Temoins:
    """The three witnesses for one Offre. ``etiquette``: of its form in a deposit; ``en_faute``: whether they were found to
    differ, or wrong."""

    def __init__(
        self,
        catalogue: Catalogue,
        offre: Offre,
        structure: Structure,
        schema: etree.XMLSchema,
        second: xmlschema.XMLSchema,
    ) -> None:
        self._offre, self._structure, self._schema, self._second = offre.code, structure, schema, second
        self._contexte = Contexte(catalogue.nomenclatures, {structure.espace: absents(catalogue, offre, structure)})
        self.etiquette = f"{{{ns_catalogue(catalogue.version)}}}{structure.nom}"
        self.en_faute = False

    def juger(self, exemple_: Exemple) -> Iterator[Probleme]:
        element = exemple_.element
        normaliser(element, self._structure)
        # Alone, the form is the element of its own XSD; in a deposit it is the same type under the catalogue's name.
        dans_le_depot, element.tag = element.tag, f"{{{self._structure.espace}}}{self._structure.nom}"
        verdicts = {
            "libxml2": self._schema.validate(element),
            "xmlschema": self._xmlschema(element),
            "l'explication": not expliquer(element, self._structure, self._contexte),
        }
        element.tag = dans_le_depot
        ici = f"Offre {self._offre}, {exemple_.propos} :"
        dits = set(verdicts.values())
        if len(dits) > 1:
            qui = ", ".join(f"{nom} {'accepte' if verdict else 'refuse'}" for nom, verdict in verdicts.items())
            yield self._fautif(_C.VERDICTS_DIFFERENTS, f"{ici} {qui}.")
        elif exemple_.attendu is not None and dits != {exemple_.attendu}:
            if exemple_.attendu:
                pourquoi = str(self._schema.error_log).partition("\n")[0].rpartition(": ")[2]
                yield self._fautif(_C.EXEMPLE_REFUSE, f"{ici} refusé par tous ({pourquoi}).")
            else:
                yield self._fautif(_C.EXEMPLE_ACCEPTE, f"{ici} accepté par tous.")

    def _xmlschema(self, element: etree._Element) -> bool:
        from xmlschema import XMLSchemaException

        try:
            return self._second.is_valid(element)
        except (
            XMLSchemaException,
            OverflowError,
        ):  # its answer to an xsi:type that names no type, and to the year 10^10
            return False

    def _fautif(self, code: CodeVerification, precision: str) -> Probleme:
        self.en_faute = True
        return _probleme(self._offre, code, precision)


def verifier_motifs(catalogue: Catalogue) -> Iterator[Probleme]:
    """Every pattern accepts at least one text: an example of the field, or one drawn from the pattern."""
    vus: dict[Texte, bool] = {}
    for code, formulaire in sorted(catalogue.formulaires.items()):
        for noeud in formulaire.noeuds():
            groupe = f"{noeud.code}/" if isinstance(noeud, Groupe) else ""
            for champ in noeud.champs if isinstance(noeud, Groupe) else (noeud,):
                if not isinstance(champ.type, Texte) or champ.type.motif is None:
                    continue
                if not vus.get(champ.type):
                    vus[champ.type] = any(_accepte(champ.type, texte) for texte in _candidats(champ, champ.type.motif))
                if not vus[champ.type]:
                    dit = f"Champ « {groupe}{champ.code} », motif « {champ.type.motif} »."
                    yield Probleme(
                        f"formulaires/{code}.xml", 0, _C.MOTIF_SANS_EXEMPLE.name, message(_C.MOTIF_SANS_EXEMPLE, dit)
                    )


def _candidats(champ: Champ, motif: str) -> Iterator[str]:
    yield from champ.exemples
    for graine in range(_TIRAGES):
        try:
            yield tirer(motif, Random(graine))  # noqa: S311 - examples, not secrets
        except MotifIllisible:
            return


def _accepte(type_: Texte, texte: str) -> bool:
    """By libxml2, and by Python with the translation that xmlschema uses."""
    assert type_.motif is not None
    schema = _schema_de_motif(type_.motif, type_.longueur_min, type_.longueur_max)
    if schema is None:
        return False
    element = etree.Element("v")
    try:
        element.text = texte
        traduit = translate_pattern(type_.motif, back_references=False, lazy_quantifiers=False, anchors=False)
        return schema.validate(element) and re.search(traduit, texte) is not None
    except (RegexError, re.error, ValueError):
        return False


def _schema_de_motif(motif: str, minimum: int, maximum: int) -> etree.XMLSchema | None:
    try:
        return etree.XMLSchema(
            etree.fromstring(
                f'<xs:schema xmlns:xs="{NS_XSD}"><xs:element name="v"><xs:simpleType><xs:restriction base="xs:string">'
                f'<xs:minLength value="{minimum}"/><xs:maxLength value="{maximum}"/><xs:pattern value={quoteattr(motif)}/>'
                "</xs:restriction></xs:simpleType></xs:element></xs:schema>"
            )
        )
    except etree.XMLSchemaParseError:
        return None


def _probleme(offre: str, code: CodeVerification, precision: str) -> Probleme:
    return Probleme(f"xsd/{offre}.xsd", 0, code.name, message(code, precision))
