"""One request on its way, and its fields as the use cases want them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from lxml import etree

from esav_soap.calendar import en_utc
from esav_soap.errors import CodeChamp, ErreurChamp, ErreurEsav, FormulaireInvalide
from esav_soap.intake import Avertissement
from esav_soap.model.structure import Feuille, Structure
from esav_soap.names import NS_WS
from esav_soap.publication import VersionPubliee
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.diagnostic import Connexion
from esav_soap.usecases.droits import Identifie
from esav_soap.usecases.registre import VersionChargee

_M = TypeVar("_M", bound=Enum)


@dataclass(slots=True)
class Appel:
    """One request on its way: who, when, under which id.

    ``version`` and ``publiee``: the catalogue version, for ``depot``. ``connexion``: how the caller is known, for
    ``information``. ``avertissements``: about its certificate. ``erreur``: what the request was refused for. ``numero``: of what
    was made, read or changed, once it is known to be the caller's.
    """

    requete: str
    appelant: Appelant
    instant: datetime
    version: VersionChargee | None = None
    publiee: VersionPubliee | None = None
    connexion: Connexion | None = None
    avertissements: tuple[Avertissement, ...] = ()
    erreur: ErreurEsav | None = None
    numero: str = ""

    @property
    def identifie(self) -> Identifie:
        """The caller, of an operation that asks for an identity."""
        assert self.connexion is not None
        assert self.connexion.identifie is not None
        return self.connexion.identifie


class Champs:
    """The fields of a request that its schema accepts."""

    def __init__(self, corps: etree._Element, structure: Structure) -> None:
        self.corps = corps
        self._feuilles = {enfant.code: enfant for enfant in structure.enfants if isinstance(enfant, Feuille)}

    def textes(self, nom: str) -> list[str]:
        """Every occurrence."""
        return [element.text or "" for element in self.corps.iterfind(f"{{{NS_WS}}}{nom}")]

    def texte(self, nom: str) -> str | None:
        """None when it is missing."""
        return self.corps.findtext(f"{{{NS_WS}}}{nom}")

    def present(self, nom: str) -> str:
        """Of a field that the schema demands."""
        return self.texte(nom) or ""

    def entier(self, nom: str) -> int | None:
        dit = self.texte(nom)
        return None if dit is None else int(dit)

    def vrai(self, nom: str) -> bool:
        """False when it is missing."""
        return self.texte(nom) in ("true", "1")

    def instant(self, nom: str) -> datetime | None:
        """In UTC."""
        dit = self.texte(nom)
        return None if dit is None else en_utc(datetime.fromisoformat(dit))

    def jour(self, nom: str) -> date | None:
        dit = self.texte(nom)
        return None if dit is None else date.fromisoformat(dit)

    def code(self, nom: str, genre: type[_M]) -> _M | None:
        """The member of that name; None when the field is missing. Its operation has verified that it is one."""
        dit = self.texte(nom)
        return None if dit is None else genre[dit]

    def codes(self, nom: str, genre: type[_M]) -> frozenset[_M]:
        """The same for a repeated field."""
        return frozenset(genre[dit] for dit in self.textes(nom))

    def hors_liste(self, nom: str, admis: Iterable[Enum]) -> Iterator[ErreurChamp]:
        """Every value of that field that names none of these."""
        connus = tuple(membre.name for membre in admis)
        decrit = self._feuilles[nom]
        for rang, dit in enumerate(self.textes(nom), 1):
            if dit not in connus:
                chemin = f"{nom}[{rang}]" if decrit.maximum > 1 else nom
                dite = f"Le code « {dit[:64]} » n'existe pas ici."
                hors_liste = CodeChamp.VALEUR_HORS_LISTE
                yield ErreurChamp(nom, decrit.libelle, chemin, hors_liste, dite, dit[:200], connus)

    def illisible(self, nom: str, lire: Callable[[str | None], object]) -> Iterator[ErreurChamp]:
        """What ``lire``, which raises :class:`FormulaireInvalide`, has against that field."""
        try:
            lire(self.texte(nom))
        except FormulaireInvalide as refus:
            yield from refus.erreurs


#: What is wrong with a request that its schema does not see; the schema may have refused it already.
Verification = Callable[[Champs, "Appel"], Iterable[ErreurChamp]]


@dataclass(frozen=True, slots=True)
class Operation:
    """``faire`` gets only what its schema accepts and ``verifier`` has nothing against; both refusals are told at once."""

    faire: Callable[[Champs, Appel], Any]
    verifier: Verification = lambda champs, appel: ()


#: The operations of a service, by name.
Groupe = Mapping[str, Operation]
