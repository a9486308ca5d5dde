"""Follow-up of one signalisation (R3.5, R3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.model import Branche, Catalogue, Choisi, Feuille, Structure, structure_offre
from esav_soap.signalisation import Signalisation
from esav_soap.signalisation.numero import normaliser
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports import Signalisations


@dataclass(frozen=True, slots=True)
class ChampRempli:
    """A field of the form as it was deposited. ``libelle_valeur``: label of the code, for a nomenclature."""

    chemin: str
    libelle: str
    valeur: str
    libelle_valeur: str | None = None


def trouver(
    appelant: Appelant, numero: str | None, reference: str | None, signalisations: Signalisations
) -> Signalisation:
    """The caller's signalisation of that number, or of that reference of its own.

    Raises SIGNALISATION_INCONNUE, the same for one that does not exist and one of another opérateur.
    """
    trouvee = None
    if numero is not None:
        canonique = normaliser(numero)
        if canonique is not None:
            trouvee = signalisations.par_numero(appelant.plateforme, appelant.operateur, canonique)
    elif reference is not None:
        trouvee = signalisations.par_reference(appelant.plateforme, appelant.operateur, reference)
    if trouvee is None:
        raise ErreurEsav(CodeErreur.SIGNALISATION_INCONNUE)
    return trouvee


def champs_remplis(signalisation: Signalisation, catalogue: Catalogue) -> tuple[ChampRempli, ...]:
    """The form as filled, with the labels of the catalogue version that it was deposited in."""
    structure = structure_offre(catalogue, catalogue.offre(signalisation.offre))
    racine = etree.fromstring(signalisation.formulaire, _ANALYSEUR)
    return tuple(_champs(racine, structure, catalogue))


def defaut_declare(signalisation: Signalisation, catalogue: Catalogue) -> str | None:
    """The declared fault in words: the value of the field that the formulaire names for it (``defautDeclare``)."""
    formulaire = catalogue.formulaires[catalogue.offre(signalisation.offre).formulaire]
    if formulaire.defaut_declare is None:
        return None
    valeurs = [
        champ.libelle_valeur or champ.valeur
        for champ in champs_remplis(signalisation, catalogue)
        if champ.chemin == formulaire.defaut_declare
    ]
    return ", ".join(valeurs) or None


_ANALYSEUR = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _champs(
    element: etree._Element, parent: Structure | Branche, catalogue: Catalogue, chemin: str = ""
) -> Iterator[ChampRempli]:
    par_code = {enfant.code: enfant for enfant in parent.enfants}
    rangs: dict[str, int] = {}
    for noeud in element:
        code = etree.QName(noeud).localname
        decrit = par_code[code]
        rangs[code] = rangs.get(code, 0) + 1
        if isinstance(decrit, Branche):
            rang = f"[{rangs[code]}]" if decrit.maximum > 1 else ""
            yield from _champs(noeud, decrit, catalogue, f"{chemin}{code}{rang}/")
        elif isinstance(decrit, Feuille):
            valeur = noeud.text or ""
            yield ChampRempli(f"{chemin}{code}", decrit.libelle, valeur, _libelle(decrit, valeur, catalogue))


def _libelle(feuille: Feuille, valeur: str, catalogue: Catalogue) -> str | None:
    if not isinstance(feuille.champ.type, Choisi):
        return None
    connue = catalogue.nomenclatures[feuille.champ.type.nomenclature].par_code.get(valeur)
    return connue.libelle if connue else None
