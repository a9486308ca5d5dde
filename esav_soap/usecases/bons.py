"""Bons de commande as people write them, in a file or by options -> ``BonDeCommande``, or every defect at once (R6.6).

The file is flat XML without a namespace: ``bonDeCommande`` holds one element for each field of ``souscription.champs``, in any
order; those of the interlocuteur stand in ``interlocuteur``. An empty element is one that was not given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from esav_soap.reader.lieux import Problemes, abrege, proche
from esav_soap.reader.parsing import parse
from esav_soap.souscription.champs import CHAMPS, INTERLOCUTEUR, PAR_NOM, GenreChamp
from esav_soap.souscription.objets import Acces, BonDeCommande, Interlocuteur
from esav_soap.souscription.regles import CodeBon, ProblemeBon, normaliser, problemes, textes

RACINE = "bonDeCommande"
#: A Bon has some hundred words; a file of more bytes is another one.
TAILLE_MAX = 256 * 1024


@dataclass(frozen=True, slots=True)
class Saisi:
    """One value as it was written, and its line in the file, or 0."""

    texte: str
    ligne: int = 0


#: What was written, by name of field.
Saisie = Mapping[str, Sequence[Saisi]]


def lire_fichier(octets: bytes) -> tuple[Saisie, tuple[ProblemeBon, ...]]:
    """What stands in a file, and what is wrong with the file itself; the values are not judged yet.

    Nothing outside the file is read, no entity is expanded.
    """
    if len(octets) > TAILLE_MAX:
        dit = f"Le fichier a {len(octets)} octets : {TAILLE_MAX} au plus."
        return {}, (ProblemeBon("", CodeBon.FICHIER, dit),)
    du_xml = Problemes()
    racine = parse("", octets, du_xml)
    refus = [ProblemeBon("", CodeBon.FICHIER, p.message, ligne=p.ligne) for p in du_xml.tries()]
    if racine is None:
        return {}, tuple(refus)
    if racine.tag != RACINE:
        dit = f"L'élément racine est <{_nom(racine)}>, <{RACINE}> est attendu, sans espace de noms."
        return {}, (*refus, ProblemeBon("", CodeBon.ELEMENT_INCONNU, dit, ligne=_ligne(racine)))
    saisie: dict[str, list[Saisi]] = {}
    refus += _lire_groupe(racine, "", saisie)
    return saisie, tuple(refus)


def _lire_groupe(groupe: etree._Element, prefixe: str, saisie: dict[str, list[Saisi]]) -> Iterator[ProblemeBon]:
    connus = {champ.element: champ for champ in CHAMPS if champ.nom.rpartition(".")[0] == prefixe}
    sous_groupes = () if prefixe else (INTERLOCUTEUR,)
    yield from _sans_attribut(groupe)
    for avant, texte in ((groupe, groupe.text), *((enfant, enfant.tail) for enfant in groupe)):
        if texte and texte.strip():
            ou = "au début de" if avant is groupe else "après"
            dit = f"Du texte se trouve hors de tout champ, {ou} <{_nom(avant)}> : « {abrege(texte)} »."
            yield ProblemeBon("", CodeBon.FICHIER, dit, ligne=_ligne(avant))
    deja: set[str] = set()
    for element in groupe.iterchildren("*"):
        nom = _nom(element)
        if nom in sous_groupes and nom not in deja:
            deja.add(nom)
            yield from _lire_groupe(element, nom, saisie)
        elif (champ := connus.get(nom)) is not None:
            yield from _sans_attribut(element)
            for enfant in element.iterchildren("*"):
                dit = f"<{_nom(enfant)}> n'a pas sa place dans <{nom}>."
                yield ProblemeBon(champ.nom, CodeBon.ELEMENT_INCONNU, dit, ligne=_ligne(enfant))
            saisie.setdefault(champ.nom, []).append(Saisi(element.text or "", _ligne(element)))
        else:
            double = "est donné deux fois" if nom in deja else "n'existe pas à cet endroit"
            aide = "" if nom in deja else proche(nom, [*connus, *sous_groupes])
            yield ProblemeBon("", CodeBon.ELEMENT_INCONNU, f"L'élément <{nom}> {double}.{aide}", ligne=_ligne(element))


def _sans_attribut(element: etree._Element) -> Iterator[ProblemeBon]:
    for attribut in element.attrib:
        dit = f"L'attribut « {abrege(str(attribut))} » de <{_nom(element)}> n'existe pas : le retirer."
        yield ProblemeBon("", CodeBon.ELEMENT_INCONNU, dit, ligne=_ligne(element))


def _nom(element: Any) -> str:
    return abrege(str(element.tag))


def _ligne(element: Any) -> int:
    return int(element.sourceline or 0)


def lire_bon(saisie: Saisie) -> tuple[BonDeCommande | None, tuple[ProblemeBon, ...]]:
    """The Bon that was written, in its kept form; or None, with everything that is wrong, by line, then in the order of fields."""
    donnes = {nom: [s for s in saisis if s.texte.strip()] for nom, saisis in saisie.items()}
    refus: list[ProblemeBon] = []
    for champ in CHAMPS:
        en_trop = donnes.get(champ.nom, [])[champ.maximum :]
        if en_trop and champ.nom != "adresse":  # of which the rules know
            dit = f"{champ.libelle} : donné plus de {champ.maximum} fois."
            refus.append(ProblemeBon(champ.nom, CodeBon.TROP_DE_LIGNES, dit, champ.maximum))
    lus = {champ.nom: [s.texte for s in donnes.get(champ.nom, ())] for champ in CHAMPS}
    seuls = {nom: valeurs[0] if valeurs else "" for nom, valeurs in lus.items()}
    nomme = Interlocuteur(*(seuls[champ.nom] for champ in CHAMPS if champ.nom.startswith(f"{INTERLOCUTEUR}.")))
    bon = normaliser(
        BonDeCommande(
            **{c.nom: seuls[c.nom] for c in CHAMPS if c.maximum == 1 and "." not in c.nom and c.nom != "fait_le"},
            adresse=tuple(lus["adresse"]),
            acces=frozenset(_acces(lus["acces"], refus)),
            interlocuteur=nomme,
            fait_le=_jour(seuls["fait_le"].strip(), refus),
        )
    )
    deja = {(p.champ, p.rang) for p in refus}
    refus += (p for p in problemes(bon) if p.champ != "acces" or ("acces", p.rang) not in deja)
    situes = [replace(p, ligne=_ligne_de(p, donnes)) for p in refus]
    ordre = list(PAR_NOM)
    situes.sort(key=lambda p: (p.ligne, ordre.index(p.champ), p.rang))
    return (None if situes else bon), tuple(situes)


def _ligne_de(probleme: ProblemeBon, donnes: Saisie) -> int:
    saisis = donnes.get(probleme.champ, ())
    return saisis[probleme.rang].ligne if probleme.rang < len(saisis) else 0


def _acces(textes: Sequence[str], refus: list[ProblemeBon]) -> Iterator[Acces]:
    for rang, texte in enumerate(textes):
        nom = texte.strip().upper().replace("-", "_")
        if nom in Acces.__members__:
            yield Acces[nom]
        else:
            dit = f"Accès demandé : « {abrege(texte)} » n'existe pas, écrire {GenreChamp.ACCES.value}."
            refus.append(ProblemeBon("acces", CodeBon.ACCES_INCONNU, dit, rang))


def _jour(texte: str, refus: list[ProblemeBon]) -> date | None:
    if not texte:
        return None
    for forme in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(texte, forme).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    dit = f"Fait le : « {abrege(texte)} » n'est pas une date, écrire 2026-12-31 ou 31/12/2026."
    refus.append(ProblemeBon("fait_le", CodeBon.DATE_INCORRECTE, dit))
    return None


def ecrire(bon: BonDeCommande | None = None) -> str:
    """The file of a Bon, or an empty one to be filled in; comments tell what each field wants."""
    lignes = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!-- Bon de commande e-SAV. Les champs marqués * sont obligatoires ; laisser vides ceux qui ne servent pas. -->",
        f"<{RACINE}>",
    ]
    dans = ""
    for champ in CHAMPS:
        groupe = champ.nom.rpartition(".")[0]
        if groupe != dans:
            lignes.append("  <!-- Facultatif : le Correspondant e-SAV, à qui vont les avis -->" if groupe else "")
            lignes.append(f"  <{groupe}>" if groupe else f"  </{dans}>")
            lignes = [ligne for ligne in lignes if ligne]
            dans = groupe
        marge = "    " if groupe else "  "
        etoile = "* " if champ.obligatoire else ""
        repete = f", {champ.maximum} fois au plus" if champ.maximum > 1 else ""
        forme = "" if champ.genre is GenreChamp.TEXTE else f" : {champ.genre.value}"
        lignes.append(f"{marge}<!-- {etoile}{champ.libelle}{forme}{repete} -->")
        lignes += (
            f"{marge}<{champ.element}>{escape(texte)}</{champ.element}>"
            for texte in (bon and textes(champ, bon)) or ("",)
        )
    return "\n".join([*lignes, f"</{RACINE}>", ""])
