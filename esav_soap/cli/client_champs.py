"""What ``esav client champs`` tells: the Offres of a version, their fields, what a field admits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from esav_soap.cli.client_tableau import Tableau, sortie, titre
from esav_soap.cli.nombres import compte
from esav_soap.client import Champ, ContratDepot, ProblemeSaisie, SaisieInvalide
from esav_soap.client.saisie import offre_de, proche

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
        tableau = Tableau(("Offre", "Libellé", "Élément XML"))
        for offre in description["offres"]:
            tableau.ajouter(offre["code"], offre["libelle"], offre["element"])
        titre(f"Offres de la version {description['version']}")
        tableau.montrer(sortie())
        return
    tableau = Tableau(("Champ", "Libellé", "Type", "Présence", "Admis"))
    seul = len(description["champs"]) == 1
    for champ in description["champs"]:
        _ligne(tableau, champ, "", tous=seul)
    titre(f"{description['offre']} : {description['libelle']} (version {description['version']})")
    tableau.montrer(sortie())


def schema(contrat: ContratDepot, offre: str) -> bytes:
    """The XSD of an Offre. Raises :class:`SaisieInvalide`."""
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


def _ligne(tableau: Tableau, champ: Mapping[str, Any], groupe: str, *, tous: bool) -> None:
    presence = "obligatoire" if champ["obligatoire"] else "facultatif"
    repete = champ["maximum"] is None or champ["maximum"] > 1
    if repete:
        presence += f", {champ['maximum'] or 'n'} fois au plus"
    codes = champ["codes"] if tous else champ["codes"][:_CODES_MONTRES]
    admis = ", ".join(codes)
    if len(codes) < len(champ["codes"]):
        admis += f", … ({len(champ['codes'])} codes)"
    code = f"{groupe}{champ['code']}"
    style = "bold" if champ["obligatoire"] else ""
    tableau.ajouter(Text(code, style), champ["libelle"], _GENRES[champ["type"]], presence, admis or _bornes(champ))
    for sous in champ["champs"]:
        _ligne(tableau, sous, f"{code}[n]/" if repete else f"{code}/", tous=tous)


def _bornes(champ: Mapping[str, Any]) -> str:
    f = champ["facettes"]
    mots = []
    if "length" in f:
        mots.append(compte(int(f["length"]), "caractère"))
    elif "maxLength" in f:
        minimum = f.get("minLength", "0")
        mots.append(
            f"{minimum} à {f['maxLength']} caractères"
            if int(minimum) > 1
            else f"{compte(int(f['maxLength']), 'caractère')} au plus"
        )
    if "minInclusive" in f and "maxInclusive" in f:
        mots.append(f"{f['minInclusive']} à {f['maxInclusive']}")
    elif "minInclusive" in f:
        mots.append(f"{f['minInclusive']} au moins")
    elif "maxInclusive" in f:
        mots.append(f"{f['maxInclusive']} au plus")
    if f.get("fractionDigits", "0") != "0":
        mots.append(f"{compte(int(f['fractionDigits']), 'décimale')} au plus")
    if "pattern" in f and champ["type"] == "texte":
        mots.append(f"forme {f['pattern']}")
    return ", ".join(mots)
