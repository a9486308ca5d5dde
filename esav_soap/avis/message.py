"""A notice ready to be sent: subject, plain text, HTML, calendar, attachments, and its identifier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from esav_soap.avis.agenda import NOM, calendrier, domaine, methode
from esav_soap.avis.faits import Annonce, Cloture, Faits, Lieux, NotificationsArretees
from esav_soap.avis.lettre import en_html, en_texte
from esav_soap.avis.objets import Envoi, Operateur
from esav_soap.avis.redaction import rediger

#: A larger changelog is not attached; the letter has its address in any case.
TAILLE_MAX_JOURNAL = 512 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """An attachment. ``type``: ``text/html``; ``parametres``: of the type, as ``(name, value)``."""

    nom: str
    type: str
    contenu: bytes
    parametres: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """``identifiant``: the Message-ID, without angle brackets, the same each time that this notice is sent."""

    identifiant: str
    destinataire: str
    sujet: str
    texte: str
    html: str
    pieces: tuple[Piece, ...]


def composer(
    envoi: Envoi,
    faits: Faits,
    operateur: Operateur,
    lieux: Lieux,
    instant: datetime,
    taille_max_journal: int = TAILLE_MAX_JOURNAL,
) -> Message:
    """The message of a notice, as it is true at ``instant``."""
    lettre = rediger(faits, operateur, lieux, instant)
    pieces = []
    if not isinstance(faits, Cloture | NotificationsArretees):
        genre = (("charset", "utf-8"), ("method", methode(faits)))
        pieces.append(Piece(NOM, "text/calendar", calendrier(faits, lieux), genre))
    if isinstance(faits, Annonce) and faits.journal is not None and len(faits.journal) <= taille_max_journal:
        nom = f"changelog-{faits.version}.html"
        pieces.append(Piece(nom, "text/html", faits.journal, (("charset", "utf-8"),)))
    return Message(
        identifiant(envoi, lieux), operateur.courriel, lettre.sujet, en_texte(lettre), en_html(lettre), tuple(pieces)
    )


def identifiant(envoi: Envoi, lieux: Lieux) -> str:
    """Stable and readable: ``VERSION_ANNONCEE/2026.2/OPA@esav.example``."""
    parties = (envoi.genre.name, envoi.objet, envoi.operateur)
    return f"{'/'.join(quote(partie, safe='') for partie in parties)}@{domaine(lieux)}"
