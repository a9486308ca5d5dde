"""The files of the jeu de test in a pack::

jeu-de-test/manifeste.xml            every case: what is sent where, what is answered
jeu-de-test/cas.tsv                  the same in short, for the script
jeu-de-test/jeu-de-test.sh           sends all with curl and compares
jeu-de-test/parc.csv                 the test prestations, for ``esav parc import``
jeu-de-test/messages/OFFRE/GENRE.xml SOAP 1.1 messages
jeu-de-test/reponses/...             answers, with placeholders; one that is common to several Offres stands once
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from importlib import resources

from lxml import etree

from esav_soap.contract.schemas import GENERE
from esav_soap.contract.wsdl import octets
from esav_soap.model import Catalogue
from esav_soap.names import NS_PACK, chemin_service
from esav_soap.usecases.jeu_de_test.objets import PREFIXE, Cas, Genre, prestation_essai
from esav_soap.usecases.jeu_de_test.reponses import AVERTISSEMENTS_IGNORES, JOKERS, OPERATEUR, PLATEFORME

_P = f"{{{NS_PACK}}}"


@dataclass(frozen=True, slots=True)
class CasRange:
    """A case with the paths of its files, seen from the folder ``jeu-de-test``."""

    cas: Cas
    message: str
    reponse: str


def ranger(cas: Sequence[Cas]) -> tuple[CasRange, ...]:
    """Where the files of each case stand. Equal messages of an Offre are one file, and so are equal answers."""
    offres: dict[bytes, set[str]] = {}
    for un in cas:
        offres.setdefault(un.attendu.octets, set()).add(un.offre)
    messages: dict[tuple[str, bytes], str] = {}
    reponses: dict[bytes, str] = {}  # answer -> path; two common ones may be of the same kind
    ranges = []
    for un in cas:
        attendu = un.attendu.octets
        message = messages.setdefault((un.offre, un.message), f"messages/{un.offre}/{un.genre.name}.xml")
        if attendu not in reponses:
            dossier = un.offre if len(offres[attendu]) == 1 else "communes"
            reponses[attendu] = _libre(f"reponses/{dossier}/{un.genre.name}", set(reponses.values()))
        ranges.append(CasRange(un, message, reponses[attendu]))
    return tuple(ranges)


def _libre(nom: str, pris: Set[str]) -> str:
    """``nom.xml``, or with a number when other Offres have another common answer of that name."""
    noms = (f"{nom}{suffixe}.xml" for suffixe in ("", *(f"_{rang}" for rang in range(2, len(pris) + 2))))
    return next(libre for libre in noms if libre not in pris)


def fichiers_jeu_de_test(catalogue: Catalogue, ranges: Sequence[CasRange], base_url: str) -> dict[str, bytes]:
    """Path in the folder ``jeu-de-test`` -> bytes, but for the page that shows them."""
    chemin = chemin_service(PLATEFORME, "depot", catalogue.version)
    fichiers = {"manifeste.xml": _manifeste(catalogue, ranges, chemin)}
    fichiers |= {range_.message: range_.cas.message for range_ in ranges}
    fichiers |= {range_.reponse: range_.cas.attendu.octets for range_ in ranges}
    fichiers["cas.tsv"] = "".join(
        "\t".join((r.cas.code, r.cas.operation, r.message, r.reponse, str(r.cas.attendu.statut))) + "\n" for r in ranges
    ).encode()
    fichiers["parc.csv"] = _parc(catalogue)
    valeurs = {"@VERSION@": catalogue.version, "@URL@": base_url.rstrip("/"), "@CHEMIN@": chemin}
    fichiers["jeu-de-test.sh"] = _script(valeurs)
    return fichiers


def genres(ranges: Sequence[CasRange]) -> list[tuple[Genre, int]]:
    """Kinds that the set has, in their order, and how many cases of each."""
    nombres = {genre: sum(1 for r in ranges if r.cas.genre is genre) for genre in Genre}
    return [(genre, nombre) for genre, nombre in nombres.items() if nombre]


def _manifeste(catalogue: Catalogue, ranges: Sequence[CasRange], chemin: str) -> bytes:
    attributs = {"version": catalogue.version, "plateforme": PLATEFORME, "chemin": chemin, "prefixe": PREFIXE}
    racine = etree.Element(f"{_P}jeuDeTest", attributs, nsmap={"p": NS_PACK})
    for nom, joker in JOKERS.items():
        etree.SubElement(racine, f"{_P}joker", {"element": nom}).text = joker
    for code in AVERTISSEMENTS_IGNORES:
        etree.SubElement(racine, f"{_P}avertissementIgnore", {"code": code})
    for range_ in ranges:
        _cas(racine, range_)
    return octets(racine, GENERE)


def _cas(racine: etree._Element, range_: CasRange) -> None:
    cas, attendu = range_.cas, range_.cas.attendu
    element = etree.SubElement(
        racine,
        f"{_P}cas",
        {
            "code": cas.code,
            "offre": cas.offre,
            "genre": cas.genre.name,
            "operation": cas.operation,
            "message": range_.message,
            "reponse": range_.reponse,
            "statut": str(attendu.statut),
            "verdict": attendu.code.name if attendu.code else "ACCEPTE",
        },
    )
    for erreur in attendu.erreurs:
        etree.SubElement(
            element, f"{_P}erreur", {"champ": erreur.champ, "chemin": erreur.chemin, "code": erreur.code.name}
        )
    for code in attendu.avertissements:
        etree.SubElement(element, f"{_P}avertissement", {"code": code})


def _parc(catalogue: Catalogue) -> bytes:
    tampon = io.StringIO(newline="")
    lignes = csv.writer(tampon, delimiter=";", lineterminator="\n")
    lignes.writerow(("plateforme", "operateur", "identifiant", "offre", "complement"))
    for offre in catalogue.offres:
        lignes.writerow((PLATEFORME, OPERATEUR, prestation_essai(offre.code), offre.code, "Prestation du jeu de test"))
    return tampon.getvalue().encode()


def _script(valeurs: Mapping[str, str]) -> bytes:
    texte = resources.files(__package__ or "").joinpath("jeu-de-test.sh").read_text(encoding="utf-8")
    jokers = " ".join(f"-e 's|<ws:{nom}>[^<]*|<ws:{nom}>{joker}|g'" for nom, joker in JOKERS.items())
    ignore = " ".join(
        f"-e 's|<ws:avertissement><ws:code>{code}</ws:code><ws:message>[^<]*</ws:message></ws:avertissement>||g'"
        for code in AVERTISSEMENTS_IGNORES
    )
    for nom, valeur in {**valeurs, "@JOKERS@": f"{ignore} {jokers}", "@PREFIXE@": PREFIXE}.items():
        texte = texte.replace(nom, valeur)
    return texte.encode()
