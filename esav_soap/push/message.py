"""The message of a notification, and the acknowledgement that must come back (SOAP 1.1)."""

from __future__ import annotations

from types import SimpleNamespace

from lxml import etree

from esav_soap.contract.ecriture import ecriture_requete
from esav_soap.contract.services import RECEPTEURS, appel
from esav_soap.names import NS_SOAP_11, NS_WS
from esav_soap.usecases.ports.notifications import EchecNotification, MotifEchec, Notification
from esav_soap.usecases.presentation_evenements import evenement_suivi

(OPERATION,) = RECEPTEURS["notification"]
ACTION = f'"{NS_WS}:{OPERATION}"'
_REQUETE, _REPONSE = appel(OPERATION)
_ecrire = ecriture_requete(OPERATION, _REQUETE)
_ANALYSEUR = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_S = f"{{{NS_SOAP_11}}}"
_W = f"{{{NS_WS}}}"


def ecrire(notification: Notification) -> bytes:
    """The SOAP message."""
    return _ecrire(
        SimpleNamespace(
            plateforme=notification.plateforme,
            operateur=notification.operateur,
            evenement=[evenement_suivi(un) for un in notification.evenements],
            curseur=str(notification.curseur),
        )
    )


def verifier_accuse(corps: bytes, curseur: int) -> None:
    """Nothing, if these bytes acknowledge everything up to ``curseur``. Raises :class:`EchecNotification`."""
    racine = _lire(corps)
    accuse = None if racine is None else racine.find(f"{_S}Body/{_W}{OPERATION}Response/{_W}{_REPONSE.nom}/{_W}curseur")
    if accuse is None:
        if faute := faute_lue(corps):
            raise EchecNotification(MotifEchec.STATUT, faute)
        dit = "ce n'est pas une enveloppe SOAP 1.1" if racine is None else f"elle n'a pas de {OPERATION}Response"
        raise EchecNotification(MotifEchec.REPONSE, dit)
    recu = (accuse.text or "").strip()
    if recu != str(curseur):
        raise EchecNotification(MotifEchec.REPONSE, f"elle accuse « {une_ligne(recu)} », et non {curseur}")


def faute_lue(corps: bytes) -> str:
    """What a SOAP fault says, for people; empty for anything else."""
    racine = _lire(corps)
    dite = None if racine is None else racine.findtext(f"{_S}Body/{_S}Fault/faultstring")
    return "" if dite is None else f"faute SOAP : {une_ligne(dite)}"


def _lire(corps: bytes) -> etree._Element | None:
    """The envelope, if it is one; what has a DTD is none."""
    try:
        racine = etree.fromstring(corps, _ANALYSEUR)
    except etree.XMLSyntaxError:
        return None
    return racine if racine.tag == f"{_S}Envelope" and racine.getroottree().docinfo.internalDTD is None else None


def une_ligne(texte: str) -> str:
    """What the other side said, for a log or a letter: one line of printable characters, not a long one."""
    return " ".join("".join(c if c.isprintable() else " " for c in texte[:400]).split())[:200]
