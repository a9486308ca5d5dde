"""Adapter to mail servers (SMTP)."""

from esav_soap.mail.ecriture import ecrire
from esav_soap.mail.smtp import Chiffrement, CourrierSmtp, ReglagesSmtp

__all__ = ["Chiffrement", "CourrierSmtp", "ReglagesSmtp", "ecrire"]
