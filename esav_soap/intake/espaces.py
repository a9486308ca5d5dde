"""Elements in another XML namespace than the contract's: told of once for all that share the mistake (R3.2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake.messages import erreur
from esav_soap.names import MOTIF_VERSION, ns_catalogue

_ESPACE = re.compile(f"{re.escape(ns_catalogue(''))}({MOTIF_VERSION.pattern})(:.*)?")


def version_de(espace: str) -> str | None:
    """The catalogue version that a namespace names, if it does."""
    lu = _ESPACE.fullmatch(espace)
    return lu[1] if lu else None


def partages(espaces: Iterable[str]) -> list[str]:
    """Of the wrong namespaces of sibling elements, those that several have."""
    return [espace for espace, combien in Counter(espaces).items() if combien > 1]


def mauvais_espace(
    code: str, libelle: str, chemin: str, recu: str, voulu: str, *, contenu: bool = False
) -> ErreurChamp:
    """An element in namespace ``recu`` instead of ``voulu``; ``contenu``: not the element itself, but its children."""
    sujet = f"les éléments de « {libelle} »" if contenu else f"« {libelle} »"
    autre, ici = version_de(recu), version_de(voulu)
    if autre and ici and autre != ici:
        verbe = "sont" if contenu else "est"
        message = (
            f"{sujet} {verbe} dans l'espace de noms de la version {autre} du catalogue, cette adresse reçoit la version "
            f"{ici} : envoyer à l'adresse de la version {autre}, ou prendre le WSDL de la version {ici}"
        )
    else:
        donne = f"« {recu} »" if recu else "aucun"
        message = f"{sujet} : espace de noms XML attendu « {voulu} », reçu {donne}"
    message = message[:1].upper() + message[1:]
    return erreur(CodeChamp.ESPACE_DE_NOMS, code, libelle, chemin, message, recu, (voulu,))
