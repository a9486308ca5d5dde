"""Every schema is valid for libxml2, xmlschema and Xerces, and the three say the same of what is shown to them.

Where one of them errs, ``TRAVERS`` says on what and why it does no harm; an explanation that explains nothing is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from esav_soap.contract.services import SERVICES
from esav_soap.names import NS_XSD
from tests.contrat import lots
from tests.contrat.processeurs import Lot, Verdicts, juger
from tests.contrat.servis import CHEMINS, VERSIONS
from tests.contrat.valeurs import VALEURS
from tests.e2e.soap import catalogue

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Travers:
    """On which texts, for which types, a processor errs."""

    processeur: str
    pourquoi: str
    concerne: Callable[[str, str], bool]


def _nombre(type_: str) -> bool:
    return type_.startswith(("xs:int", "xs:decimal"))


def _instant(type_: str) -> bool:
    return type_ in ("xs:date", "xs:dateTime")


TRAVERS = (
    Travers(
        "libxml2",
        "refuses blanks around a date; intake takes them away before it asks",
        lambda type_, texte: _instant(type_) and texte != texte.strip(" \t\r\n"),
    ),
    Travers(
        "libxml2",
        "passes over what is no base64; the pack that comes so is no ZIP, and refused as such",
        lambda type_, texte: type_ == "xs:base64Binary" and re.fullmatch(r"[A-Za-z0-9+/= \t\r\n]*", texte) is None,
    ),
    Travers(
        "xmlschema",
        "takes Unicode's blanks away from base64; not in the way of a message",
        lambda type_, texte: type_ == "xs:base64Binary" and texte in ("\u00a0", "\u2028"),
    ),
    Travers(
        "xmlschema",
        "reads numbers as Python does: 1_000, other digits than ours, blanks inside; not in the way of a message",
        lambda type_, texte: _nombre(type_) and re.search(r"\d[_ ]\d|[^\x00-\x7f]", texte) is not None,
    ),
    Travers(
        "Xerces",
        "counts a character beyond the basic plane as two: a Java client may refuse a long text of emoji that we accept",
        lambda type_, texte: "ength=" in type_ and max(texte, default="") > "\uffff",
    ),
)


#: Hostile messages that are there for one of these.
CONNUS = {"nombre-pleine-chasse.xml": {"xmlschema"}}


def _personne(_: int) -> set[str]:
    return set()


def ecarts(
    dits: Mapping[str, Verdicts], propos: Sequence[str], excuses: Callable[[int], set[str]] = _personne
) -> Iterator[str]:
    """What the processors, but those that are excused for it, say differently."""
    for rang, de_quoi in enumerate(propos):
        vus = {nom: dit.documents[rang] for nom, dit in dits.items() if nom not in excuses(rang)}
        if len({not faute for faute in vus.values()}) > 1:
            yield f"{de_quoi}: {vus}"


def comparer(nommes: Sequence[tuple[str, Path, Sequence[tuple[str, bytes]]]]) -> dict[str, tuple[int, int]]:
    """Show documents to the three; each lot must have been judged alike. Gives how many were valid, and not, by lot."""
    verdicts = juger([Lot(schema, [octets for _, octets in documents]) for _, schema, documents in nommes])
    comptes, fautes = {}, []
    for rang, (nom, _, documents) in enumerate(nommes):
        dits = {processeur: rendus[rang] for processeur, rendus in verdicts.items()}
        fautes += [f"{nom}, {processeur}: {dit.schema}" for processeur, dit in dits.items() if dit.schema]
        excuses = [CONNUS.get(propos, set()) for propos, _ in documents]
        fautes += [
            f"{nom}, {ecart}" for ecart in ecarts(dits, [propos for propos, _ in documents], excuses.__getitem__)
        ]
        valides = sum(dits["libxml2"].valides)
        comptes[nom] = (valides, len(documents) - valides)
    assert fautes == []
    return comptes


@pytest.mark.exigence("R9", "R1.2")
def test_chaque_schema_compile_partout__ok(tmp_path: Path) -> None:
    """Those inside every served WSDL, every XSD of the packs, the meta-schemas."""
    fichiers: list[tuple[str, Path]] = []
    for rang, chemin in enumerate(CHEMINS):
        (tmp_path / f"{rang}").mkdir()
        fichiers.append((chemin, lots.schemas_servis(tmp_path / f"{rang}", chemin)[-1]))  # which imports the others
    for version in VERSIONS:
        (tmp_path / version).mkdir()
        fichiers += [(f"{version} {nom}", f) for nom, f in lots.schemas_du_pack(tmp_path / version, version).items()]
    fichiers += lots.meta_schemas(tmp_path).items()
    assert len(fichiers) > 30
    comparer([(nom, fichier, ()) for nom, fichier in fichiers])


def _simple(base: str, facette: str, valeur: str) -> str:
    return f'<xs:simpleType name="a"><xs:restriction base="xs:{base}"><xs:{facette} value="{valeur}"/></xs:restriction></xs:simpleType>'


def _suite(contenu: str) -> str:
    return f'<xs:complexType name="a"><xs:sequence>{contenu}</xs:sequence></xs:complexType>'


REFUSES = {
    "type inconnu": '<xs:element name="a" type="xs:truc"/>',
    "facette d'un autre type": _simple("int", "maxLength", "3"),
    "motif illisible": _simple("string", "pattern", "[a"),
    "borne qui n'est pas du type": _simple("date", "minInclusive", "demain"),
    "bornes inversées": _suite('<xs:element name="b" minOccurs="2" maxOccurs="1"/>'),
    "contenu ambigu": _suite('<xs:element name="b" minOccurs="0"/><xs:element name="b"/>'),
    "référence inconnue": _suite('<xs:element ref="b"/>'),
    "deux fois le même nom": '<xs:element name="a"/><xs:element name="a"/>',
    "attribut inconnu": '<xs:element name="a" nilable="true"/>',
    "défaut qui n'est pas du type": '<xs:element name="a" default="x" type="xs:int"/>',
}


@pytest.mark.exigence("R9", "R2.1")
def test_un_schema_faux_est_refuse_partout__error(tmp_path: Path) -> None:
    """The three do judge."""
    lots_: list[Lot] = []
    for rang, contenu in enumerate(REFUSES.values()):
        fichier = tmp_path / f"{rang}.xsd"
        fichier.write_text(f'<xs:schema xmlns:xs="{NS_XSD}">{contenu}</xs:schema>', encoding="utf-8")
        lots_.append(Lot(fichier))
    acceptes = [
        (processeur, nom)
        for processeur, rendus in juger(lots_).items()
        for nom, rendu in zip(REFUSES, rendus, strict=True)
        if not rendu.schema
    ]
    assert acceptes == []


@pytest.mark.exigence("R9")
def test_un_ecart_se_voit__error(tmp_path: Path) -> None:
    """A document on which they are known to differ."""
    schema = tmp_path / "date.xsd"
    schema.write_text(
        f'<xs:schema xmlns:xs="{NS_XSD}"><xs:element name="a" type="xs:date"/></xs:schema>', encoding="utf-8"
    )
    assert comparer([("dates", schema, [("bonne", b"<a>2026-01-01</a>"), ("fausse", b"<a>demain</a>")])]) == {
        "dates": (1, 1)
    }
    with pytest.raises(AssertionError, match="dates, blancs"):
        comparer([("dates", schema, [("blancs", b"<a> 2026-01-01 </a>")])])


@pytest.mark.exigence("R9", "R1.2", "R2.1")
@pytest.mark.parametrize("version", VERSIONS)
def test_meme_verdict_sur_les_formulaires__ok(version: str, tmp_path: Path) -> None:
    """Forms of every Offre, whole and spoiled in every way; whole requests of the jeu de test, and hostile ones."""
    schemas = lots.schemas_du_pack(tmp_path, version)
    depots = [*lots.requetes_du_jeu(version)["depot"], *lots.requetes_hostiles(f"depot/{version}")]
    offres = [offre.code for offre in catalogue(version).offres]
    comptes = comparer(
        [
            ("depot", schemas["depot.xsd"], depots),
            *((code, schemas[f"{code}.xsd"], list(lots.formes(version, code))) for code in offres),
        ]
    )
    assert min(min(compte) for compte in comptes.values()) > 20, "each has seen good and bad ones"


@pytest.mark.exigence("R9", "R3.5", "R4.1")
def test_meme_verdict_sur_les_autres_requetes__ok(tmp_path: Path) -> None:
    jeu = lots.requetes_du_jeu("2026.2")
    nommes = []
    for service in (s for s in SERVICES if s != "depot"):
        (tmp_path / service).mkdir()
        schema = lots.schemas_servis(tmp_path / service, service)[-1]
        documents = [*jeu.get(service, ()), *lots.requetes_hostiles(service), *lots.requetes_nues(service)]
        nommes.append((service, schema, documents))
    comptes = comparer(nommes)
    assert min(compte[1] for compte in comptes.values()) > 0
    assert comptes["suivi"][0] > 100


@pytest.mark.exigence("R2.1")
def test_meme_verdict_sur_les_fichiers_des_publieurs__ok(tmp_path: Path) -> None:
    schemas = lots.meta_schemas(tmp_path)
    comptes = comparer([(nom, schemas[nom], fichiers) for nom, fichiers in lots.fichiers_de_pack().items()])
    assert len(comptes) == 3
    assert min(min(compte) for compte in comptes.values()) > 5


@pytest.mark.exigence("R9", "R1.3")
def test_meme_verdict_sur_toute_valeur__ok(tmp_path: Path) -> None:
    """Every simple type of a version, with texts that processors read in their own ways."""
    fichier, types = lots.schema_de_types(tmp_path, lots.schemas_du_pack(tmp_path, "2026.2"))
    essais = [(nom, texte) for nom in types for texte in VALEURS]
    retour = {"\r": "&#13;"}  # else it would be read as a line feed
    rendus = juger([Lot(fichier, [f"<{nom}>{escape(texte, retour)}</{nom}>".encode() for nom, texte in essais])])
    dits = {processeur: rendu[0] for processeur, rendu in rendus.items()}
    assert {processeur: dit.schema for processeur, dit in dits.items()} == dict.fromkeys(dits, "")

    def excuses(rang: int) -> set[str]:
        nom, texte = essais[rang]
        return {t.processeur for t in TRAVERS if t.concerne(types[nom], texte)}

    propos = [f"{types[nom][:60]} « {texte[:40]} »" for nom, texte in essais]
    assert list(ecarts(dits, propos, excuses)) == []
    differents = [r for r in range(len(essais)) if len({dit.documents[r] == "" for dit in dits.values()}) > 1]
    inutiles = [t for t in TRAVERS if not [r for r in differents if t.concerne(types[essais[r][0]], essais[r][1])]]
    assert inutiles == [], "it was mended: take the explanation away"
    assert sum(dits["libxml2"].valides) > 3000
