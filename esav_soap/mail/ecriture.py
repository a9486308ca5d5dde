"""From a notice to the bytes of a mail (RFC 5322, MIME)."""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from esav_soap.adresses import adresse_correcte
from esav_soap.avis.message import Message
from esav_soap.calendar import en_paris
from esav_soap.usecases.courrier import EchecDefinitif


class _Politique(EmailPolicy):
    """How headers become lines. The standard folding doubles spaces around words with accents and breaks identifiers: here
    what is not ASCII goes into encoded words (RFC 2047) as a whole, and addresses and identifiers stay on one line."""

    def fold(self, name: str, value: Any) -> str:
        match name.lower():
            case "subject":
                dit = _mots(name, str(value))
            case "from":
                (de,) = value.addresses
                dit = f"{_mots(name, de.display_name, phrase=True)} <{de.addr_spec}>" if de.display_name else str(value)
            case "to" | "message-id":
                dit = str(value)
            case _:
                return str(super().fold(name, value))
        return f"{name}: {dit}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii")


def _mots(name: str, texte: str, *, phrase: bool = False) -> str:
    """A text in a header. ``phrase``: before an address, where more characters mean something."""
    if phrase and texte.isascii() and "=?" not in texte:
        return '"' + texte.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if texte.isascii() and "=?" not in texte and len(texte) < 60:
        return texte
    return Header(texte, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")


_POLITIQUE = _Politique(linesep="\r\n", max_line_length=78, raise_on_defect=False)


def ecrire(message: Message, expediteur: str, nom_expediteur: str, instant: datetime) -> EmailMessage:
    """The mail of a notice: plain text with an HTML alternative, then the attachments.

    No header can be added by what a message says: line ends and control characters become spaces, and addresses that are
    not one plain address are refused. Raises :class:`EchecDefinitif`.
    """
    if not adresse_correcte(message.destinataire):
        raise EchecDefinitif("L'adresse électronique de l'opérateur n'est pas une adresse simple : la corriger.")
    mail = EmailMessage(_POLITIQUE)
    mail["From"] = Address(une_ligne(nom_expediteur), addr_spec=expediteur)
    mail["To"] = message.destinataire
    mail["Subject"] = une_ligne(message.sujet)
    mail["Date"] = en_paris(instant).replace(microsecond=0)
    mail["Message-ID"] = f"<{une_ligne(message.identifiant)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail.set_content(message.texte, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", charset="utf-8", cte="quoted-printable")
    for piece in message.pieces:
        genre, _, sous_genre = piece.type.partition("/")
        mail.add_attachment(
            piece.contenu, maintype=genre, subtype=sous_genre, filename=piece.nom, params=dict(piece.parametres)
        )
    mail["Content-Language"] = "fr"  # last: it would go along with the text into its part
    return mail


def une_ligne(texte: str) -> str:
    """The text without line ends, control characters and lone surrogates: it stands on one line of a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in texte).split())
