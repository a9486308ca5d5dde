"""Sending by SMTP, with verified TLS. Nothing that this module says holds a password."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from enum import Enum

from esav_soap.avis.message import Message
from esav_soap.mail.ecriture import ecrire, une_ligne
from esav_soap.usecases.courrier import EchecDefinitif, EchecServeur, EchecTemporaire


class Chiffrement(Enum):
    """How the connection is protected. ``STARTTLS``: it must be offered, there is no falling back to clear text."""

    STARTTLS = "starttls"
    TLS = "tls"
    AUCUN = "aucun"


@dataclass(frozen=True, slots=True)
class ReglagesSmtp:
    """The mail server. ``delai``: seconds for each step; ``autorites``: file (PEM) of the authorities to trust, by default
    the machine's."""

    hote: str
    port: int
    chiffrement: Chiffrement
    expediteur: str
    nom_expediteur: str = ""
    utilisateur: str = ""
    mot_de_passe: str = field(default="", repr=False)
    delai: float = 30
    autorites: str = ""


class CourrierSmtp:
    """The port ``Courrier``. A connection for each message: notices are few, and a server may close idle ones.

    Raises ``OSError`` when the file of authorities cannot be read.
    """

    def __init__(self, reglages: ReglagesSmtp, horloge: Callable[[], datetime]) -> None:
        self._reglages = reglages
        self._horloge = horloge
        self._contexte = None if reglages.chiffrement is Chiffrement.AUCUN else _contexte(reglages.autorites)

    def envoyer(self, message: Message) -> None:
        mail = ecrire(message, self._reglages.expediteur, self._reglages.nom_expediteur, self._horloge())
        with _pannes(self._reglages):
            smtp = self._ouvrir()
            try:
                self._remettre(smtp, mail, message.destinataire)
            finally:
                # Once the server has taken it, a failing farewell must not have it sent again.
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()
                smtp.close()

    def _ouvrir(self) -> smtplib.SMTP:
        r = self._reglages
        smtp: smtplib.SMTP
        if r.chiffrement is Chiffrement.TLS:
            smtp = smtplib.SMTP_SSL(r.hote, r.port, timeout=r.delai, context=self._contexte)
        else:
            smtp = smtplib.SMTP(r.hote, r.port, timeout=r.delai)
        try:
            smtp.ehlo_or_helo_if_needed()
            if r.chiffrement is Chiffrement.STARTTLS:
                smtp.starttls(context=self._contexte)
                smtp.ehlo()
            if r.utilisateur:
                smtp.login(r.utilisateur, r.mot_de_passe)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _remettre(self, smtp: smtplib.SMTP, mail: EmailMessage, destinataire: str) -> None:
        try:
            smtp.send_message(mail, self._reglages.expediteur, [destinataire])
        except smtplib.SMTPRecipientsRefused as refus:
            code, dit = refus.recipients[destinataire]
            raise _refus(code, dit, "le destinataire") from None
        except smtplib.SMTPSenderRefused as refus:
            # 552: this message is too large. Anything else is about the sender's address, whatever the message.
            if refus.smtp_code == 552:
                raise _refus(refus.smtp_code, refus.smtp_error, "le message") from None
            raise EchecServeur(_dit(refus.smtp_code, refus.smtp_error, "l'expéditeur")) from None
        except smtplib.SMTPDataError as refus:
            raise _refus(refus.smtp_code, refus.smtp_error, "le message") from None


def _contexte(autorites: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificate and name verified."""
    contexte = ssl.create_default_context(cafile=autorites or None)
    contexte.minimum_version = ssl.TLSVersion.TLSv1_2
    return contexte


@contextmanager
def _pannes(reglages: ReglagesSmtp) -> Iterator[None]:
    """What keeps every message from being sent is never one message's fault: it is tried again."""
    lieu = f"{reglages.hote}:{reglages.port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as refus:
        # Without the server's words: it may repeat what it was sent.
        raise EchecServeur(
            f"Le serveur de courrier {lieu} refuse l'utilisateur ou le mot de passe (code {refus.smtp_code})."
        ) from None
    except smtplib.SMTPNotSupportedError:
        attendu = "STARTTLS" if reglages.chiffrement is Chiffrement.STARTTLS else "l'identification"
        raise EchecServeur(f"Le serveur de courrier {lieu} n'offre pas {attendu}.") from None
    except smtplib.SMTPResponseException as refus:
        raise EchecServeur(f"{lieu} : {_dit(refus.smtp_code, refus.smtp_error, 'la connexion')}") from None
    except smtplib.SMTPServerDisconnected as refus:
        if isinstance(refus.__context__, TimeoutError):  # which smtplib wraps
            raise EchecServeur(_muet(reglages)) from None
        raise EchecServeur(f"Le serveur de courrier {lieu} a coupé la connexion.") from None
    except smtplib.SMTPException as refus:
        raise EchecServeur(f"Le serveur de courrier {lieu} a échoué ({type(refus).__name__}).") from None
    except ssl.SSLCertVerificationError as refus:
        raise EchecServeur(
            f"Le certificat du serveur de courrier {lieu} n'est pas reconnu : {refus.verify_message}."
        ) from None
    except ssl.SSLError as refus:
        raise EchecServeur(
            f"La connexion chiffrée au serveur de courrier {lieu} échoue ({refus.reason or 'TLS'}) : le port ou le "
            "chiffrement ne sont peut-être pas les bons."
        ) from None
    except TimeoutError:
        raise EchecServeur(_muet(reglages)) from None
    except OSError as refus:
        raise EchecServeur(
            f"Le serveur de courrier {lieu} est hors d'atteinte : {refus.strerror or type(refus).__name__}."
        ) from None


def _muet(reglages: ReglagesSmtp) -> str:
    return f"Le serveur de courrier {reglages.hote}:{reglages.port} n'a pas répondu en {reglages.delai:g} s."


def _refus(code: int, dit: bytes | str, quoi: str) -> EchecDefinitif | EchecTemporaire:
    """421 and every 4xx: later perhaps (RFC 5321, 4.2.1); 5xx: never."""
    return (EchecDefinitif if 500 <= code < 600 else EchecTemporaire)(_dit(code, dit, quoi))


def _dit(code: int, dit: bytes | str, quoi: str) -> str:
    texte = dit.decode("utf-8", "replace") if isinstance(dit, bytes) else dit
    return f"Le serveur de courrier refuse {quoi} : {code} {une_ligne(texte)[:300]}"
