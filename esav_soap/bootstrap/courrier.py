"""Settings of the mail server: what is wrong with them, and what they make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from esav_soap.adresses import adresse_correcte
from esav_soap.errors import ReglageInvalide

if TYPE_CHECKING:
    from esav_soap.bootstrap.reglages import Reglages
    from esav_soap.mail import CourrierSmtp
    from esav_soap.usecases.expedition import Cadence
    from esav_soap.usecases.ports.horloge import Horloge

CHIFFREMENTS = ("starttls", "tls", "aucun")
SANS_SERVEUR = "Aucun serveur de courrier n'est réglé (ESAV_SMTP_HOTE) : rien ne part, les avis attendent dans la file."
_BOUCLES = frozenset({"127.0.0.1", "localhost", "::1"})


def problemes_courrier(valeurs: Mapping[str, object]) -> list[str]:
    """What is wrong with the settings that are given, in French; never with a secret in it."""
    problemes = []
    chiffrement = valeurs.get("smtp_chiffrement", CHIFFREMENTS[0])
    if chiffrement not in CHIFFREMENTS:
        problemes.append(f"ESAV_SMTP_CHIFFREMENT doit être {', '.join(CHIFFREMENTS)}, pas « {chiffrement} »")
    if valeurs.get("worker", "oui") not in ("oui", "non"):
        problemes.append(f"ESAV_WORKER doit être oui ou non, pas « {valeurs['worker']} »")
    if int(str(valeurs.get("smtp_port", 587))) > 65535:
        problemes.append(f"ESAV_SMTP_PORT doit être un port, pas « {valeurs['smtp_port']} »")
    expediteur = valeurs.get("smtp_expediteur")
    if expediteur is not None and not adresse_correcte(str(expediteur)):
        problemes.append(f"ESAV_SMTP_EXPEDITEUR doit être une adresse comme esav@fournisseur.fr, pas « {expediteur} »")
    if not str(valeurs.get("smtp_nom", "")).isprintable():
        problemes.append("ESAV_SMTP_NOM contient un saut de ligne ou un caractère de commande")
    if not valeurs.get("smtp_hote"):
        return problemes
    if expediteur is None:
        problemes.append("ESAV_SMTP_EXPEDITEUR manque : l'adresse d'où partent les avis, comme esav@fournisseur.fr")
    if not valeurs.get("url_publique") and valeurs["smtp_hote"] not in _BOUCLES:
        problemes.append("ESAV_URL_PUBLIQUE manque : les avis donneraient aux opérateurs l'adresse de cette machine")
    if bool(valeurs.get("smtp_utilisateur")) != bool(valeurs.get("smtp_mot_de_passe")):
        problemes.append("ESAV_SMTP_UTILISATEUR et ESAV_SMTP_MOT_DE_PASSE vont ensemble")
    if valeurs.get("smtp_utilisateur") and chiffrement == "aucun" and valeurs["smtp_hote"] not in _BOUCLES:
        problemes.append("ESAV_SMTP_CHIFFREMENT=aucun enverrait le mot de passe en clair : choisir starttls ou tls")
    return problemes


def courrier_smtp(reglages: Reglages, horloge: Horloge) -> CourrierSmtp | None:
    """The mail server; None when none is set: nothing is sent then. Raises :class:`ReglageInvalide`."""
    from esav_soap.mail import Chiffrement, CourrierSmtp, ReglagesSmtp

    if not reglages.smtp_hote:
        return None
    try:
        return CourrierSmtp(
            ReglagesSmtp(
                reglages.smtp_hote,
                reglages.smtp_port,
                Chiffrement(reglages.smtp_chiffrement),
                reglages.smtp_expediteur,
                reglages.smtp_nom,
                reglages.smtp_utilisateur,
                reglages.smtp_mot_de_passe,
                reglages.smtp_delai,
                reglages.smtp_autorites,
            ),
            horloge,
        )
    except OSError as exc:
        raise ReglageInvalide(
            f"ESAV_SMTP_AUTORITES={reglages.smtp_autorites} : ce fichier d'autorités (PEM) ne peut pas être lu."
        ) from exc


def cadence(reglages: Reglages) -> Cadence:
    """When a failed notice is tried again. A lease outlasts every step of a sending."""
    from esav_soap.usecases.expedition import Cadence

    bail = max(timedelta(minutes=15), 15 * timedelta(seconds=reglages.smtp_delai))
    return Cadence(recul=timedelta(seconds=reglages.smtp_recul), essais=reglages.smtp_essais, bail=bail)
