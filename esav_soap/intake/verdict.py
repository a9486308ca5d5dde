"""What intake says of a request: accepted with its content, or refused with everything that is wrong in it (R3.1, R3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from esav_soap.errors import ErreurChamp


@dataclass(frozen=True, slots=True)
class EnteteRecu:
    """The header of a deposit. Identifiers come without surrounding blanks."""

    identifiant_prestation: str
    reference_operateur: str
    contact_nom: str
    contact_telephone: str
    contact_courriel: str | None = None


@dataclass(frozen=True, slots=True)
class Avertissement:
    """A remark on an accepted request, for the acknowledgement. ``code`` is stable, ``message`` is French."""

    code: str
    message: str


#: Code of the warning for a deprecated nomenclature value.
VALEUR_DEPRECIEE = "VALEUR_DEPRECIEE"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a check.

    Accepted: ``offre`` (its code), ``formulaire`` (the Offre's form element, without comments and without blanks around
    values other than texts), ``entete`` and ``contenu`` (the header's and the form's elements, for
    :func:`esav_soap.intake.empreinte`) are set, ``erreurs`` is empty.
    Refused: ``erreurs`` has at least one item, in the order of the form (see ``ordre``); ``offre`` is set when it could be
    told; the rest is not.
    """

    offre: str | None = None
    formulaire: etree._Element | None = None
    entete: EnteteRecu | None = None
    erreurs: tuple[ErreurChamp, ...] = ()
    avertissements: tuple[Avertissement, ...] = ()
    contenu: tuple[etree._Element, ...] = ()

    @property
    def valide(self) -> bool:
        return not self.erreurs
