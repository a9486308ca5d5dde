"""What a rehearsal found, as data, as text for a terminal, as JSON and as XML (R2.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from lxml import etree

from esav_soap.calendar import en_francais, sur_le_fil
from esav_soap.names import NS_WS

_MESSAGE_MAX = 300


@dataclass(frozen=True, slots=True)
class Motif:
    """One reason why signalisations of an opérateur and Offre would be refused.

    ``champ``: path in the form without ranks (``mesures/puissance``), "" for the form as a whole; ``code``: name of a
    :class:`~esav_soap.errors.CodeChamp`; ``nombre``: signalisations, each counted once; ``valeur``, ``message``: those of
    the first of them.
    """

    champ: str
    libelle: str
    code: str
    nombre: int
    valeur: str
    message: str


@dataclass(frozen=True, slots=True)
class BilanOffre:
    """Signalisations of one opérateur and Offre. ``presente``: whether the candidate has the Offre; without it all are
    refused. ``averties``: accepted with a warning (deprecated codes). ``motifs``: the most frequent first."""

    operateur: str
    offre: str
    versions: tuple[str, ...]
    rejouees: int
    refusees: int
    averties: int
    presente: bool
    motifs: tuple[Motif, ...]

    @property
    def part(self) -> float:
        """Share refused, 0 to 1."""
        return self.refusees / self.rejouees


@dataclass(frozen=True, slots=True)
class Rapport:
    """A rehearsal of ``version`` on what was deposited since ``depuis``. ``bilans``: by opérateur and Offre."""

    version: str
    depuis: datetime
    bilans: tuple[BilanOffre, ...]

    @property
    def rejouees(self) -> int:
        return sum(b.rejouees for b in self.bilans)

    @property
    def refusees(self) -> int:
        return sum(b.refusees for b in self.bilans)

    @property
    def part(self) -> float:
        """Share refused, 0 to 1; 0 when nothing was there to replay."""
        return self.refusees / self.rejouees if self.bilans else 0.0

    @property
    def offres_absentes(self) -> tuple[str, ...]:
        """Offres that signalisations were deposited for and the candidate no longer has."""
        return tuple(sorted({b.offre for b in self.bilans if not b.presente}))

    def par_offre(self) -> tuple[BilanOffre, ...]:
        """The same for all opérateurs together, whose code is then ""; by Offre. Examples are the first opérateur's."""
        groupes: dict[str, list[BilanOffre]] = {}
        for bilan in self.bilans:
            groupes.setdefault(bilan.offre, []).append(bilan)
        return tuple(_ensemble(groupe) for _, groupe in sorted(groupes.items()))


def _ensemble(bilans: Sequence[BilanOffre]) -> BilanOffre:
    motifs: dict[tuple[str, str], Motif] = {}
    for motif in (m for b in bilans for m in b.motifs):
        cle = (motif.champ, motif.code)
        connu = motifs.get(cle)
        motifs[cle] = replace(connu, nombre=connu.nombre + motif.nombre) if connu else motif
    return BilanOffre(
        "",
        bilans[0].offre,
        tuple(sorted({version for b in bilans for version in b.versions})),
        sum(b.rejouees for b in bilans),
        sum(b.refusees for b in bilans),
        sum(b.averties for b in bilans),
        presente=bilans[0].presente,
        motifs=tuple(sorted(motifs.values(), key=ordre_motif)),
    )


def ordre_motif(motif: Motif) -> tuple[int, str, str]:
    """The most frequent first."""
    return (-motif.nombre, motif.champ, motif.code)


def pour_cent(part: float) -> str:
    """``0.0123`` -> ``1,2 %``; what is not nothing never looks like nothing, nor what is not all like all."""
    if 0 < part < 0.001:
        return "< 0,1 %"
    if 0.999 < part < 1:
        return "> 99,9 %"
    return f"{100 * part:.1f} %".replace(".", ",")


def en_texte(rapport: Rapport) -> str:
    """A table for a terminal, with the reasons under each line; with several opérateurs, first all of them together."""
    debut = f"Répétition de {rapport.version} sur les dépôts de production depuis le {en_francais(rapport.depuis)} : "
    if not rapport.bilans:
        return debut + "aucune signalisation à rejouer.\n"
    somme = f"{_nombre(rapport.rejouees)} rejouées, {_nombre(rapport.refusees)} seraient refusées"
    lignes = [f"{debut}{somme} ({pour_cent(rapport.part)}).", ""]
    ensembles = rapport.par_offre() if len({b.operateur for b in rapport.bilans}) > 1 else ()
    rangs = [_rang(bilan) for bilan in (*ensembles, *rapport.bilans)]
    largeurs = [max(map(len, colonne)) for colonne in zip(_ENTETES, *rangs, strict=True)]
    lignes.append(_aligner(_ENTETES, largeurs))
    for bilan, rang in zip((*ensembles, *rapport.bilans), rangs, strict=True):
        lignes += [_aligner(rang, largeurs), *_pourquoi(bilan, rapport.version)]
    if rapport.offres_absentes:
        lignes += ["", f"Offres que {rapport.version} n'a plus : {', '.join(rapport.offres_absentes)}."]
    return "\n".join(lignes) + "\n"


_ENTETES = ("Opérateur", "Offre", "Rejouées", "Refusées", "Part", "Averties")


def _rang(b: BilanOffre) -> tuple[str, ...]:
    nombres = (_nombre(b.rejouees), _nombre(b.refusees), pour_cent(b.part), _nombre(b.averties))
    return (b.operateur or "(tous)", b.offre, *nombres)


def _aligner(rang: Sequence[str], largeurs: Sequence[int]) -> str:
    mots = [
        mot.ljust(large) if i < 2 else mot.rjust(large)
        for i, (mot, large) in enumerate(zip(rang, largeurs, strict=True))
    ]
    return "  ".join(mots).rstrip()


def _pourquoi(bilan: BilanOffre, version: str) -> Iterator[str]:
    if not bilan.presente:
        yield f"    l'Offre n'existe plus dans {version}"
    for motif in bilan.motifs:
        ou = motif.champ or "formulaire"
        yield f"    {ou} : {motif.code}, {_nombre(motif.nombre)} ({pour_cent(motif.nombre / bilan.rejouees)})"
        dit, valeur = _une_ligne(motif.message), _une_ligne(motif.valeur)
        fin = "" if dit.endswith((".", "?", "!", "»", "…")) else "."
        exemple = f" Exemple : « {valeur} »." if valeur and f"« {valeur} »" not in dit else ""
        yield f"        {dit}{fin}{exemple}"


def en_json(rapport: Rapport) -> str:
    """The same, for programs; shares are numbers from 0 to 1, instants are ISO 8601."""
    dit: dict[str, Any] = {
        "version": rapport.version,
        "depuis": sur_le_fil(rapport.depuis),
        "rejouees": rapport.rejouees,
        "refusees": rapport.refusees,
        "part": round(rapport.part, 6),
        "offresAbsentes": list(rapport.offres_absentes),
        "offres": [asdict(b) | {"part": round(b.part, 6)} for b in rapport.par_offre()],
        "bilans": [asdict(b) | {"part": round(b.part, 6)} for b in rapport.bilans],
    }
    return json.dumps(dit, ensure_ascii=False, indent=2) + "\n"


def en_xml(rapport: Rapport) -> bytes:
    """The same as XML, in the namespace of the services."""
    racine = etree.Element(f"{{{NS_WS}}}rapportRepetition", nsmap={"ws": NS_WS})
    _attributs(racine, version=rapport.version, depuis=sur_le_fil(rapport.depuis))
    _attributs(racine, rejouees=rapport.rejouees, refusees=rapport.refusees, part=f"{rapport.part:.6f}")
    for code in rapport.offres_absentes:
        etree.SubElement(racine, f"{{{NS_WS}}}offreAbsente").text = code
    for b in rapport.bilans:
        element = etree.SubElement(racine, f"{{{NS_WS}}}bilan")
        _attributs(element, operateur=b.operateur, offre=b.offre, versions=" ".join(b.versions), rejouees=b.rejouees)
        _attributs(element, refusees=b.refusees, averties=b.averties, part=f"{b.part:.6f}")
        _attributs(element, presente=str(b.presente).lower())
        for motif in b.motifs:
            dit = etree.SubElement(element, f"{{{NS_WS}}}motif")
            _attributs(dit, champ=motif.champ, libelle=motif.libelle, code=motif.code, nombre=motif.nombre)
            etree.SubElement(dit, f"{{{NS_WS}}}message").text = motif.message
            etree.SubElement(dit, f"{{{NS_WS}}}valeur").text = motif.valeur
    etree.indent(racine)
    return etree.tostring(racine, encoding="UTF-8", xml_declaration=True) + b"\n"


def _attributs(element: etree._Element, **valeurs: object) -> None:
    for nom, valeur in valeurs.items():
        element.set(nom, str(valeur))


def _nombre(valeur: int) -> str:
    return f"{valeur:,}".replace(",", "\u202f")


def _une_ligne(texte: str) -> str:
    mots = " ".join(texte.split())
    return mots if len(mots) <= _MESSAGE_MAX else mots[: _MESSAGE_MAX - 1] + "…"
