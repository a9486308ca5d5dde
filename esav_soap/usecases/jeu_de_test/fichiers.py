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
from esav_soap.signalisation.scenarios import PLATEFORME, ZONE_ESSAI
from esav_soap.usecases.jeu_de_test.objets import PREFIXE, Cas, Genre, prestation_essai
from esav_soap.usecases.jeu_de_test.reponses import (
    AVERTISSEMENTS_IGNORES,
    JOKERS,
    MOTIFS,
    OPERATEUR,
    REFERENCES,
    RETENUS,
)

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
    fichiers = {"manifeste.xml": _manifeste(catalogue, ranges)}
    fichiers |= {range_.message: range_.cas.message for range_ in ranges}
    fichiers |= {range_.reponse: range_.cas.attendu.octets for range_ in ranges}
    fichiers["cas.tsv"] = "".join(
        "\t".join(
            (
                *(r.cas.code, r.cas.operation, r.message, r.reponse, str(r.cas.attendu.statut)),
                *(_chemin(r.cas, catalogue), str(r.cas.apres)),
            )
        )
        + "\n"
        for r in ranges
    ).encode()
    fichiers["parc.csv"] = _parc(catalogue)
    valeurs = {"@VERSION@": catalogue.version, "@URL@": base_url.rstrip("/")}
    fichiers["jeu-de-test.sh"] = _script(valeurs)
    return fichiers


def genres(ranges: Sequence[CasRange]) -> list[tuple[Genre, int]]:
    """Kinds that the set has, in their order, and how many cases of each."""
    nombres = {genre: sum(1 for r in ranges if r.cas.genre is genre) for genre in Genre}
    return [(genre, nombre) for genre, nombre in nombres.items() if nombre]


def _chemin(cas: Cas, catalogue: Catalogue) -> str:
    """Where the message is posted, after the base URL."""
    return chemin_service(PLATEFORME, cas.service, catalogue.version if cas.service == "depot" else None)


def _manifeste(catalogue: Catalogue, ranges: Sequence[CasRange]) -> bytes:
    chemin = chemin_service(PLATEFORME, "depot", catalogue.version)
    attributs = {"version": catalogue.version, "plateforme": PLATEFORME, "chemin": chemin, "prefixe": PREFIXE}
    racine = etree.Element(f"{_P}jeuDeTest", attributs, nsmap={"p": NS_PACK})
    for nom, joker in JOKERS.items():
        etree.SubElement(racine, f"{_P}joker", {"element": nom}).text = joker
    for service, motifs in MOTIFS.items():
        for motif, joker in motifs:
            etree.SubElement(racine, f"{_P}motif", {"service": service, "cherche": motif}).text = joker
    for nom in REFERENCES:
        etree.SubElement(racine, f"{_P}reference", {"element": nom})
    for nom, joker in RETENUS.items():
        etree.SubElement(racine, f"{_P}retenu", {"element": nom}).text = joker
    for code in AVERTISSEMENTS_IGNORES:
        etree.SubElement(racine, f"{_P}avertissementIgnore", {"code": code})
    for range_ in ranges:
        _cas(racine, range_, _chemin(range_.cas, catalogue))
    return octets(racine, GENERE)


def _cas(racine: etree._Element, range_: CasRange, chemin: str) -> None:
    cas, attendu = range_.cas, range_.cas.attendu
    element = etree.SubElement(
        racine,
        f"{_P}cas",
        {
            "code": cas.code,
            "offre": cas.offre,
            "genre": cas.genre.name,
            "service": cas.service,
            "operation": cas.operation,
            "chemin": chemin,
            "message": range_.message,
            "reponse": range_.reponse,
            "statut": str(attendu.statut),
            "verdict": attendu.code.name if attendu.code else "ACCEPTE",
        },
    )
    if cas.apres:
        element.set("apres", str(cas.apres))
    for erreur in attendu.erreurs:
        etree.SubElement(
            element, f"{_P}erreur", {"champ": erreur.champ, "chemin": erreur.chemin, "code": erreur.code.name}
        )
    for code in attendu.avertissements:
        etree.SubElement(element, f"{_P}avertissement", {"code": code})


def _parc(catalogue: Catalogue) -> bytes:
    tampon = io.StringIO(newline="")
    lignes = csv.writer(tampon, delimiter=";", lineterminator="\n")
    lignes.writerow(("plateforme", "operateur", "identifiant", "offre", "complement", "zone"))
    for offre in catalogue.offres:
        identifiant, dite = prestation_essai(offre.code), "Prestation du jeu de test"
        lignes.writerow((PLATEFORME, OPERATEUR, identifiant, offre.code, dite, ZONE_ESSAI))
    return tampon.getvalue().encode()


def _script(valeurs: Mapping[str, str]) -> bytes:
    texte = resources.files(__package__ or "").joinpath("jeu-de-test.sh").read_text(encoding="utf-8")
    jokers = " ".join(f"-e 's|<ws:{nom}>[^<]*|<ws:{nom}>{joker}|g'" for nom, joker in JOKERS.items())
    ignore = " ".join(
        f"-e 's|<ws:avertissement><ws:code>{code}</ws:code><ws:message>[^<]*</ws:message></ws:avertissement>||g'"
        for code in AVERTISSEMENTS_IGNORES
    )
    motifs = "\n".join(
        f"    */{service}) sed " + " ".join(f"-e 's|{motif}|{joker}|g'" for motif, joker in siens) + " ;;"
        for service, siens in MOTIFS.items()
    )
    series = " ".join(f'-e "s|<ws:{nom}>{PREFIXE}|<ws:{nom}>$serie-{PREFIXE}|"' for nom in REFERENCES)
    remplaces = " ".join(f'-e "s|{joker}|$retenu_{nom}|g"' for nom, joker in RETENUS.items())
    vides = " ".join(f"retenu_{nom}=" for nom in RETENUS)
    retenus = "; ".join(f"dit=$(contenu {nom}); retenu_{nom}=${{dit:-$retenu_{nom}}}" for nom in RETENUS)
    propres = {
        "@JOKERS@": f"{ignore} {jokers}",
        "@MOTIFS@": motifs,
        "@SERIE@": f"{series} {remplaces}",
        "@VIDES@": vides,
        "@RETENUS@": retenus,
    }
    for nom, valeur in {**valeurs, **propres}.items():
        texte = texte.replace(nom, valeur)
    return texte.encode()
