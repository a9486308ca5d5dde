"""Catalogues of any size, to see what size costs: each Offre has a formulaire of its own, of :data:`CHAMPS` fields.

The fields are of every type of the catalogue language, with rules, a repeated group and a dependent nomenclature; like in
the shipped catalogue about two thirds of the values are codes and short texts. The same number gives the same files.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from esav_soap.names import NS_PACK

VERSION = "2030.1"
#: Fields of a formulaire, those of its group included.
CHAMPS = 30
#: Nomenclatures that the formulaires share, and values of each.
_NOMENCLATURES, _VALEURS = 20, 12
_DEBUT = '<?xml version="1.0" encoding="UTF-8"?>\n'


def code_offre(rang: int) -> str:
    """Code of an Offre, from 1."""
    return f"OFFRE_S{rang:04d}"


def sources(formulaires: int) -> dict[str, bytes]:
    """The publisher's files of a catalogue of that many Offres and formulaires, by their path in a pack."""
    fichiers = {"catalogue.xml": _catalogue(formulaires)}
    for rang in range(1, formulaires + 1):
        fichiers[f"formulaires/{_code_formulaire(rang)}.xml"] = _formulaire(rang)
    employees = "".join(fichiers.values())
    for rang in range(1, _NOMENCLATURES + 1):  # the reader wants no nomenclature that nothing refers to
        if any(f'ref="{_code_nomenclature(r)}"' in employees for r in ((rang, rang + 1) if rang % 2 else (rang,))):
            fichiers[f"nomenclatures/{_code_nomenclature(rang)}.xml"] = _nomenclature(rang)
    return {nom: contenu.encode() for nom, contenu in fichiers.items()}


def _code_formulaire(rang: int) -> str:
    return f"formulaire-s{rang:04d}"


def _code_nomenclature(rang: int) -> str:
    return f"LISTE_S{rang:02d}"


def _catalogue(formulaires: int) -> str:
    offres = "".join(
        f'<offre code="{code_offre(rang)}" formulaire="{_code_formulaire(rang)}"><libelle>Offre synthétique {rang}</libelle>'
        "<canal>WS</canal><rendezVous>SAV</rendezVous></offre>\n"
        for rang in range(1, formulaires + 1)
    )
    return (
        f'{_DEBUT}<catalogue xmlns="{NS_PACK}" version="{VERSION}"><libelle>Catalogue synthétique</libelle>\n'
        f"{offres}</catalogue>\n"
    )


def _nomenclature(rang: int) -> str:
    """Even ones depend on the one before."""
    enfant = rang % 2 == 0
    parent = f' parent="{_code_nomenclature(rang - 1)}"' if enfant else ""
    valeurs = "".join(
        f'<valeur code="V{rang:02d}_{valeur:02d}"'
        + (f' parents="V{rang - 1:02d}_{valeur:02d} V{rang - 1:02d}_{valeur % _VALEURS + 1:02d}"' if enfant else "")
        + f"><libelle>Valeur {valeur} de la liste {rang}</libelle></valeur>\n"
        for valeur in range(1, _VALEURS + 1)
    )
    return (
        f'{_DEBUT}<nomenclature xmlns="{NS_PACK}" code="{_code_nomenclature(rang)}"{parent}>'
        f"<libelle>Liste synthétique {rang}</libelle>\n{valeurs}</nomenclature>\n"
    )


def _formulaire(rang: int) -> str:
    libres, groupe = _champs(rang), _champs_du_groupe(rang)
    return (
        f'{_DEBUT}<formulaire xmlns="{NS_PACK}" code="{_code_formulaire(rang)}">'
        f'<libelle>Formulaire synthétique {rang}</libelle>\n<section code="section"><libelle>Section</libelle>\n'
        f"{''.join(libres)}"
        f'<groupe code="mesures" usage="obligatoire" min="1" max="5"><libelle>Mesures</libelle>\n{"".join(groupe)}'
        f"{_regle('REPERE-SI-FORT', 'repere', 'puissance > 10', 'Donner le repère d’une mesure forte.')}"
        "</groupe></section>\n"
        f"{_regle('FREQUENCE-SI-INTERMITTENT', 'frequence', _INTERMITTENT, 'Donner la fréquence des coupures.')}"
        f'<regle code="TOUCHES-AU-PLUS-LOUES" champ="touches"><condition>{escape("touches <= loues")}</condition>'
        "<message>Pas plus de fibres touchées que de fibres louées.</message></regle>\n"
        "</formulaire>\n"
    )


_INTERMITTENT = "intermittent = 'true'"


def _regle(code: str, champ: str, condition: str, message: str) -> str:
    return (
        f'<obligatoireSi code="{code}" champ="{champ}"><condition>{escape(condition)}</condition>'
        f"<message>{message}</message></obligatoireSi>\n"
    )


def _champ(nature: str, code: str, suite: str = "", **attributs: object) -> str:
    ecrits = "".join(f" {nom}={quoteattr(str(valeur))}" for nom, valeur in attributs.items())
    return f'<{nature} code="{code}"{ecrits}><libelle>Champ {code}</libelle>{suite}</{nature}>\n'


def _champs_du_groupe(rang: int) -> list[str]:
    liste = _code_nomenclature(rang % _NOMENCLATURES + 1)
    return [
        _champ("nomenclature", "sens", usage="obligatoire", ref=liste),
        _champ("decimal", "puissance", usage="obligatoire", min=-60, max=20, decimales=2, unite="dBm"),
        _champ("texte", "repere", longueurMax=20),
    ]


def _champs(rang: int) -> list[str]:
    parent = 2 * (rang % (_NOMENCLATURES // 2)) + 1
    exemple = f"<exemple>REF-{rang % 1000:03d}</exemple>"
    fixes = [
        _champ("texte", "reference", exemple, usage="obligatoire", longueurMax=7, motif="REF-[0-9]{3}"),
        _champ("nomenclature", "famille", usage="obligatoire", ref=_code_nomenclature(parent)),
        _champ("nomenclature", "nature", usage="obligatoire", ref=_code_nomenclature(parent + 1), dependDe="famille"),
        _champ("entier", "loues", usage="obligatoire", min=1, max=144),
        _champ("entier", "touches", usage="obligatoire", min=1, max=144),
        _champ("ouiNon", "intermittent", usage="obligatoire"),
        _champ("entier", "frequence", min=1, max=1000),
        _champ("decimal", "bilan", min=0, max=60, decimales=2, unite="dB"),
        _champ("dateHeure", "constat", usage="obligatoire"),
        _champ("date", "recette", min="2005-01-01"),
        _champ("telephone", "telephone", usage="obligatoire"),
        _champ("courriel", "courriel"),
        _champ("texteLong", "description", usage="obligatoire", longueurMin=10, longueurMax=2000),
        _champ("nomenclature", "verifications", ref=_code_nomenclature((parent + 4) % _NOMENCLATURES + 1), max=4),
    ]
    return fixes + list(_restants(rang, CHAMPS - len(fixes) - len(_champs_du_groupe(rang))))


def _restants(rang: int, nombre: int) -> Iterator[str]:
    for numero in range(1, nombre + 1):
        usage = "obligatoire" if numero % 3 else "facultatif"
        if numero % 2:
            liste = 2 * ((rang + numero) % (_NOMENCLATURES // 2)) + 1
            yield _champ("nomenclature", f"code{numero}", usage=usage, ref=_code_nomenclature(liste))
        else:
            yield _champ("texte", f"texte{numero}", usage=usage, longueurMax=20 + numero)
