"""Since which version something is refused: an error that the version before would not have made says so (R2.1, R3.2).

Only for a refused message: the version before judges the same one, brought into its own namespaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.controle import Controle
from esav_soap.names import ns_catalogue

#: What is wrong in every version alike: the way in which the message is written.
_SANS_VERSION = frozenset(
    {
        CodeChamp.ESPACE_DE_NOMS,
        CodeChamp.NIL_INTERDIT,
        CodeChamp.ATTRIBUT_INTERDIT,
        CodeChamp.TEXTE_INATTENDU,
        CodeChamp.PLUSIEURS_OFFRES,
        CodeChamp.NON_CONFORME,
    }
)
#: Where the version before gives up: what it does not say is not known.
_ABANDONS = frozenset(
    {CodeChamp.OFFRE_INCONNUE, CodeChamp.OFFRE_MANQUANTE, CodeChamp.PLUSIEURS_OFFRES, CodeChamp.NON_CONFORME}
)
#: What keeps the version before from looking below the element that it says this of.
_MASQUENT = frozenset(
    {
        CodeChamp.ESPACE_DE_NOMS,
        CodeChamp.NIL_INTERDIT,
        CodeChamp.CHAMP_INCONNU,
        CodeChamp.CHAMP_ABSENT_OFFRE,
        CodeChamp.ELEMENT_INATTENDU,
        CodeChamp.CHAMP_EN_TROP,
    }
)
#: What is wrong is that something is not there.
_ABSENCES = frozenset({CodeChamp.CHAMP_MANQUANT, CodeChamp.OBLIGATOIRE_SI})
_INCONNUS = frozenset({CodeChamp.CHAMP_INCONNU, CodeChamp.CHAMP_ABSENT_OFFRE})


def dater(
    erreurs: Sequence[ErreurChamp], requete: etree._Element, version: str, precedente: str, controle: Controle
) -> tuple[ErreurChamp, ...]:
    """The same errors; the message of each whose place the version ``precedente`` finds nothing wrong with says so.

    ``requete``: the refused request of ``version``, which is left as it is; ``controle``: the check of ``precedente``.
    """
    if all(erreur.code in _SANS_VERSION for erreur in erreurs):
        return tuple(erreurs)
    reproches = controle.reproches(traduire(requete, version, precedente))
    if any(reproche.code in _ABANDONS for reproche in reproches):
        return tuple(erreurs)
    connus = _Reproches(reproches)
    return tuple(_dire(erreur, precedente, version) if connus.rien(erreur) else erreur for erreur in erreurs)


def traduire(requete: etree._Element, version: str, autre: str) -> etree._Element:
    """A copy of a request with the namespaces of ``version`` replaced by those of ``autre``."""
    copie = deepcopy(requete)
    ici, la = ns_catalogue(version), ns_catalogue(autre)
    for element in copie.iter(etree.Element):
        espace, _, nom = element.tag.rpartition("}")
        if espace == f"{{{ici}" or espace.startswith(f"{{{ici}:"):
            element.tag = f"{{{la}{espace.removeprefix(f'{{{ici}')}}}{nom}"
    return copie


class _Reproches:
    """What the version before finds wrong, by place."""

    def __init__(self, reproches: Iterable[ErreurChamp]) -> None:
        self._lieux: set[str] = set()
        self._masques: set[str] = set()
        self._desordres: set[str] = set()
        self._incompris: set[str] = set()
        for reproche in reproches:
            lieu = _lieu(reproche.chemin)
            self._lieux.add(lieu)
            if reproche.code in _MASQUENT:
                self._masques.add(lieu)
            if reproche.code in _INCONNUS:
                self._incompris.add(_parent(lieu))
            if reproche.code is CodeChamp.CHAMP_MAL_PLACE:
                self._desordres.add(_parent(lieu))

    def rien(self, erreur: ErreurChamp) -> bool:
        """Whether the version before looked at the place of ``erreur`` and has nothing to say there."""
        lieu = _lieu(erreur.chemin)
        if erreur.code in _SANS_VERSION or lieu in self._lieux:
            return False
        if erreur.code is CodeChamp.CHAMP_MAL_PLACE and _parent(lieu) in self._desordres:
            return False  # of two that are out of order, each version may name another
        groupe = _parent(lieu)
        if erreur.code is CodeChamp.CHAMP_MANQUANT and groupe and "/" not in groupe and groupe in self._incompris:
            return False  # of a generic deposit: it may not know the group at all, of which it names each field
        while lieu:
            lieu = _parent(lieu)
            if lieu in self._masques:
                return False
        return True


def _lieu(chemin: str) -> str:
    """A path that is the same whether a group may be repeated or not."""
    return chemin.replace("[1]", "")


def _parent(lieu: str) -> str:
    return lieu.rpartition("/")[0]


def _dire(erreur: ErreurChamp, precedente: str, version: str) -> ErreurChamp:
    debut, fin = (
        ("Son absence était acceptée", "elle ne l'est") if erreur.code in _ABSENCES else ("Accepté", "ne l'est")
    )
    point = "" if erreur.message.endswith((".", "!", "?")) else "."
    suite = f"{debut} jusqu'à la version {precedente} ; {fin} plus depuis la version {version}."
    return replace(erreur, message=f"{erreur.message}{point} {suite}")
