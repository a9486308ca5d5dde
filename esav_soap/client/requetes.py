"""Pieces of requests and answers: the head of a deposit, the key of a signalisation, answers as plain values."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import zeep.helpers

from esav_soap.client import saisie, valeurs
from esav_soap.client.contrat import ContratDepot, Offre
from esav_soap.client.erreurs import ProblemeSaisie, RefusEsav, SaisieInvalide, ServiceInjoignable


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the Fournisseur's SAV can reach about a signalisation."""

    nom: str
    telephone: str
    courriel: str | None = None


_en_objets: Any = zeep.helpers.serialize_object


def reference_neuve(prefixe: str = "ESAV") -> str:
    """A new reference for a deposit or an appointment: never the same twice."""
    return f"{prefixe}-{secrets.token_hex(8).upper()}"


def en_dict(reponse: Any) -> Any:
    """An answer as plain dicts and lists under the WSDL's names, ready for ``json``: instants are ISO 8601 texts."""
    return _simple(_en_objets(reponse, dict))


def _simple(valeur: Any) -> Any:
    if isinstance(valeur, dict):
        return {cle: _simple(v) for cle, v in valeur.items()}
    if isinstance(valeur, list):
        return [_simple(v) for v in valeur]
    return valeur.isoformat() if isinstance(valeur, (date, datetime)) else valeur


def cle(numero: str | None, reference: str | None) -> dict[str, Any]:
    if (numero is None) == (reference is None):
        raise ValueError("indiquer soit le numéro de signalisation, soit la référence")
    return {"numeroSignalisation": numero} if numero is not None else {"referenceOperateur": reference}


def jour(nom: str, valeur: date | str | None) -> str | None:
    """A day for the wire, from a date or as people write it. Raises :class:`SaisieInvalide`."""
    return _lu(nom, valeur, valeurs.date_sur_le_fil)


def instant(nom: str, valeur: date | str | None) -> str | None:
    """An instant for the wire; a day alone is its midnight in Paris. Raises :class:`SaisieInvalide`."""
    return _lu(nom, valeur, valeurs.instant_sur_le_fil)


def _lu(nom: str, valeur: date | str | None, lire: Callable[[object], str]) -> str | None:
    if valeur is None:
        return None
    try:
        return lire(valeur)
    except ValueError as exc:
        raise SaisieInvalide([ProblemeSaisie(nom, str(exc), str(valeur)[:200])]) from exc


def entete(prestation: str, reference: str, contact: Contact) -> dict[str, Any]:
    # What is empty is left out: the service then says that it is missing, with all the rest.
    membres = {"nom": contact.nom, "telephone": re.sub(r"[\s.()\-]", "", contact.telephone)}
    donnes = {nom: valeur or zeep.xsd.SkipValue for nom, valeur in membres.items()}
    if contact.courriel:
        donnes["courriel"] = contact.courriel
    return {
        "identifiantPrestation": prestation or zeep.xsd.SkipValue,
        "referenceOperateur": reference,
        "contact": donnes,
    }


def seule_offre(contrat: ContratDepot, formulaire: Any) -> tuple[Offre, Any]:
    """The Offre of ``{"accesFtth": {...}}``, and its fields."""
    if isinstance(formulaire, Mapping) and len(formulaire) == 1:
        (nom, champs), *_ = formulaire.items()
        if isinstance(champs, Mapping):
            return saisie.offre_de(contrat, nom), champs
    message = f"indiquer l'Offre du formulaire, l'une de : {', '.join(contrat.offres)}"
    raise SaisieInvalide([ProblemeSaisie("offre", message)])


@contextmanager
def a_redeposer(reference: str) -> Iterator[None]:
    """Tell in a failure the reference under which to ask again."""
    try:
        yield
    except (RefusEsav, ServiceInjoignable) as erreur:
        erreur.reference = reference
        raise
