"""From a notice to the bytes of a mail (RFC 5322, MIME)."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from esav_soap.avis.adresses import adresse_correcte
from esav_soap.avis.message import Message
from esav_soap.calendar import en_paris
from esav_soap.usecases.courrier import EchecDefinitif


def ecrire(message: Message, expediteur: str, nom_expediteur: str, instant: datetime) -> EmailMessage:
    """The mail of a notice: plain text with an HTML alternative, then the attachments.

    No header can be added by what a message says: line ends and control characters become spaces, and addresses that are
    not one plain address are refused. Raises :class:`EchecDefinitif`.
    """
    if not adresse_correcte(message.destinataire):
        raise EchecDefinitif("L'adresse électronique de l'opérateur n'est pas une adresse simple : la corriger.")
    mail = EmailMessage(SMTP)
    mail["From"] = Address(une_ligne(nom_expediteur), addr_spec=expediteur)
    mail["To"] = message.destinataire
    mail["Subject"] = une_ligne(message.sujet)
    mail["Date"] = en_paris(instant).replace(microsecond=0)
    mail["Message-ID"] = f"<{une_ligne(message.identifiant)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail["Content-Language"] = "fr"
    mail.set_content(message.texte, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", charset="utf-8", cte="quoted-printable")
    for piece in message.pieces:
        genre, _, sous_genre = piece.type.partition("/")
        mail.add_attachment(
            piece.contenu, maintype=genre, subtype=sous_genre, filename=piece.nom, params=dict(piece.parametres)
        )
    return mail


def une_ligne(texte: str) -> str:
    """The text without line ends, control characters and lone surrogates: it stands on one line of a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in texte).split())
