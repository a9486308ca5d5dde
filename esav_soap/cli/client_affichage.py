"""What ``esav client`` prints: tables for people, JSON and XML for programs.

The JSON has the WSDL's names for what the service answers; failures have one key that says their kind. Both are promises.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from esav_soap.client import (
    Champ,
    ContratDepot,
    ProblemeSaisie,
    SaisieInvalide,
    en_dict,
)
from esav_soap.client.saisie import offre_de, proche

#: Columns when the output is no terminal, whose width is known.
_LARGEUR = 120
_CODES_MONTRES = 8
_GENRES = {
    "texte": "texte",
    "entier": "entier",
    "decimal": "décimal",
    "date": "date",
    "dateHeure": "date et heure",
    "ouiNon": "oui/non",
    "telephone": "téléphone",
    "courriel": "courriel",
    "nomenclature": "nomenclature",
    "groupe": "groupe",
}


# Answers


def accuse(reponse: Mapping[str, Any]) -> None:
    """The acknowledgement of a deposit."""
    if reponse["dejaDeposee"]:
        _titre("Signalisation déjà déposée sous cette référence : rien de nouveau n'est créé", "yellow")
    else:
        _titre("Signalisation déposée", "green")
    _fiche(
        ("Numéro", reponse["numeroSignalisation"]),
        ("Référence", reponse["referenceOperateur"]),
        ("État", reponse["etat"]),
        ("Prise en compte", heure(reponse["dateHeureDepot"])),
        ("Version du catalogue", reponse["versionCatalogue"]),
    )
    _avertissements(reponse)


def validation(reponse: Mapping[str, Any]) -> None:
    """The answer to a message that a deposit would accept."""
    _titre("Valide : ce message serait accepté. Rien n'a été déposé.", "green")
    _fiche(("Offre", reponse["offre"]), ("Version du catalogue", reponse["versionCatalogue"]))
    _avertissements(reponse)


def etat(reponse: Any) -> None:
    """State of a signalisation."""
    _fiche(*_resume(reponse))
    _avertissements(en_dict(reponse))


def detail(reponse: Any) -> None:
    """Everything about a signalisation."""
    p, c = reponse.prestation, reponse.contact
    _fiche(
        *_resume(reponse),
        ("Version du catalogue", reponse.versionCatalogue),
        ("Prestation", f"{p.identifiant}  ({p.libelleOffre})"),
        ("Extrémité A", p.extremiteA),
        ("Extrémité B", p.extremiteB),
        ("Complément", p.complement),
        ("Garantie", reponse.garantie),
        ("Défaut déclaré", reponse.defautDeclare),
        ("Contact", ", ".join(filter(None, (c.nom, c.telephone, c.courriel)))),
    )
    formulaire = table("Champ", "Libellé", "Valeur")
    for champ in reponse.champ or ():
        valeur = f"{champ.libelleValeur}  ({champ.valeur})" if champ.libelleValeur else champ.valeur
        formulaire.add_row(texte(champ.chemin), texte(champ.libelle), texte(valeur))
    evenements = table("Date", "État", "Auteur", "Commentaire")
    for e in reponse.evenement or ():
        evenements.add_row(*map(texte, (heure(e.dateHeure), e.libelleEtat, e.auteur, e.commentaire)))
    _titre("Formulaire déposé")
    _sortie().print(formulaire)
    _titre("Changements")
    _sortie().print(evenements)
    _avertissements(en_dict(reponse))


def versions(reponse: Iterable[Any]) -> None:
    """The catalogue versions."""
    tableau = table("Version", "État", "Ouverture", "Retrait", "Remplacée par", "WSDL du dépôt")
    for v in reponse:
        retrait = heure(v.dateHeureRetrait)
        tableau.add_row(*map(texte, (v.version, v.etat, heure(v.dateHeureOuverture), retrait, v.remplacante, v.wsdl)))
    _sortie().print(tableau)


def pack(resultat: Mapping[str, Any]) -> None:
    """Where a pack was written."""
    _fiche(
        ("Fichier", resultat["fichier"]), ("Taille", f"{resultat['octets']} octets"), ("SHA-256", resultat["sha256"])
    )


# Fields


def decrire(contrat: ContratDepot, offre: str | None, champ: str | None) -> dict[str, Any]:
    """The Offres of a version, or the fields of one, or one field. Raises :class:`SaisieInvalide`."""
    if offre is None:
        offres = [{"code": o.code, "libelle": o.libelle, "element": o.element} for o in contrat.offres.values()]
        return {"version": contrat.version, "offres": offres}
    decrite = offre_de(contrat, offre)
    champs = [c for c in decrite.champs if champ is None or champ.partition("/")[0] == c.code]
    if champ is not None:
        champs = (
            [sous for c in champs for sous in c.champs if f"{c.code}/{sous.code}" == champ] if "/" in champ else champs
        )
        if not champs:
            voisin = proche(champ, [*(c.code for c in decrite.champs), *decrite.par_chemin])
            suite = f" ; vouliez-vous « {voisin} » ?" if voisin else ""
            message = f"ce champ n'existe pas dans le formulaire {decrite.code}{suite}"
            raise SaisieInvalide([ProblemeSaisie(champ, message, proche=voisin)])
    return {
        "version": contrat.version,
        "offre": decrite.code,
        "libelle": decrite.libelle,
        "element": decrite.element,
        "espace": decrite.espace,
        "champs": [_champ_en_dict(c) for c in champs],
    }


def champs(description: Mapping[str, Any]) -> None:
    """What :func:`decrire` gives."""
    if "offres" in description:
        tableau = table("Offre", "Libellé", "Élément XML")
        for offre in description["offres"]:
            tableau.add_row(*map(texte, (offre["code"], offre["libelle"], offre["element"])))
        _titre(f"Offres de la version {description['version']}")
        _sortie().print(tableau)
        return
    tableau = table("Champ", "Libellé", "Type", "Présence", "Admis")
    seul = len(description["champs"]) == 1
    for champ in description["champs"]:
        _ligne(tableau, champ, "", tous=seul)
    _titre(f"{description['offre']} : {description['libelle']} (version {description['version']})")
    _sortie().print(tableau)


def schema(contrat: ContratDepot, offre: str | None) -> bytes:
    """The XSD of an Offre. Raises :class:`SaisieInvalide`."""
    if offre is None:
        raise SaisieInvalide([ProblemeSaisie("offre", "avec --format xml, indiquer l'OFFRE dont le schéma est voulu")])
    return contrat.schema(offre_de(contrat, offre))


def _champ_en_dict(champ: Champ) -> dict[str, Any]:
    return {
        "code": champ.code,
        "libelle": champ.libelle,
        "type": champ.genre,
        "obligatoire": champ.obligatoire,
        "minimum": champ.minimum,
        "maximum": champ.maximum,
        "codes": list(champ.codes),
        "facettes": dict(champ.facettes or {}),
        "champs": [_champ_en_dict(sous) for sous in champ.champs],
    }


def _ligne(tableau: Table, champ: Mapping[str, Any], groupe: str, *, tous: bool) -> None:
    presence = "obligatoire" if champ["obligatoire"] else "facultatif"
    if champ["maximum"] is None or champ["maximum"] > 1:
        presence += f", {champ['maximum'] or 'n'} fois au plus"
    codes = champ["codes"] if tous else champ["codes"][:_CODES_MONTRES]
    admis = ", ".join(codes)
    if len(codes) < len(champ["codes"]):
        admis += f"… ({len(champ['codes'])} codes)"
    code = f"{groupe}{champ['code']}"
    style = "bold" if champ["obligatoire"] else ""
    tableau.add_row(
        Text(code, style), texte(champ["libelle"]), _GENRES[champ["type"]], presence, texte(admis or _bornes(champ))
    )
    for sous in champ["champs"]:
        _ligne(tableau, sous, f"{code}[n]/" if presence.endswith("plus") else f"{code}/", tous=tous)


def _bornes(champ: Mapping[str, Any]) -> str:
    f = champ["facettes"]
    mots = []
    if "length" in f:
        mots.append(f"{f['length']} caractères")
    elif "maxLength" in f:
        minimum = f.get("minLength", "0")
        mots.append(
            f"{minimum} à {f['maxLength']} caractères" if int(minimum) > 1 else f"{f['maxLength']} caractères au plus"
        )
    if "minInclusive" in f and "maxInclusive" in f:
        mots.append(f"{f['minInclusive']} à {f['maxInclusive']}")
    elif "minInclusive" in f:
        mots.append(f"{f['minInclusive']} au moins")
    elif "maxInclusive" in f:
        mots.append(f"{f['maxInclusive']} au plus")
    if f.get("fractionDigits", "0") != "0":
        mots.append(f"{f['fractionDigits']} décimale(s)")
    if "pattern" in f and champ["type"] == "texte":
        mots.append(f"forme {f['pattern']}")
    return ", ".join(mots)


# Pieces


def json_(resultat: Any) -> None:
    """One JSON document on the standard output, UTF-8."""
    resultat = en_dict(resultat)
    if isinstance(resultat, list):
        resultat = {"versions": resultat}
    click.echo(json.dumps(resultat, ensure_ascii=False, indent=2))


def xml(contenu: bytes) -> None:
    """The document as it came, on the standard output."""
    click.echo(contenu.rstrip(b"\n"))


def _resume(reponse: Any) -> tuple[tuple[str, Any], ...]:
    return (
        ("Numéro", reponse.numeroSignalisation),
        ("Référence", reponse.referenceOperateur),
        ("État", f"{reponse.libelleEtat}  ({reponse.etat})"),
        ("Prise en compte", heure(reponse.dateHeureDepot)),
        ("Dernier changement", heure(reponse.dateHeureEtat)),
    )


def _avertissements(reponse: Mapping[str, Any]) -> None:
    for avertissement in reponse.get("avertissement") or ():
        _sortie().print(Text(f"Attention : {sur(avertissement['message'])} [{sur(avertissement['code'])}]", "yellow"))


def _fiche(*lignes: tuple[str, Any]) -> None:
    tableau = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    tableau.add_column(style="dim", no_wrap=True)
    tableau.add_column(overflow="fold")
    for nom, valeur in lignes:
        if valeur:
            tableau.add_row(nom, texte(valeur))
    _sortie().print(tableau)


def table(*colonnes: str, entier: bool = True) -> Table:
    """An empty table. ``entier``: its first column, a name to copy, stays on one line; for names of bounded length."""
    tableau = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    for rang, colonne in enumerate(colonnes):
        tableau.add_column(colonne, overflow="fold", no_wrap=entier and rang == 0)
    return tableau


def _titre(titre: str, style: str = "") -> None:
    _sortie().print(Text(titre, f"bold {style}".strip()))


def texte(valeur: object) -> Text:
    """A cell: without markup, without control characters; nothing for None."""
    return Text(sur("" if valeur is None else str(valeur)))


def sur(recu: str) -> str:
    """Without control characters: what comes from elsewhere must not drive the terminal."""
    return "".join(c for c in recu if c == "\n" or unicodedata.category(c) != "Cc")


def heure(valeur: Any) -> str:
    """An instant as people read it, with its offset."""
    if valeur is None:
        return ""
    iso = valeur if isinstance(valeur, str) else valeur.isoformat(timespec="seconds")
    jour, _, horloge = iso.partition("T")
    return f"{'/'.join(reversed(jour.split('-')))} {horloge[:8]} {horloge[8:]}".rstrip() if horloge else iso


def _sortie() -> Console:
    return _console(sys.stdout, stderr=False)


def erreurs() -> Console:
    """The error output, as a console."""
    return _console(sys.stderr, stderr=True)


def _console(flux: Any, *, stderr: bool) -> Console:
    largeur = None if flux.isatty() else _LARGEUR
    return Console(stderr=stderr, width=largeur, highlight=False, markup=False, emoji=False)
