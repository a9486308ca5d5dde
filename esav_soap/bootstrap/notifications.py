"""Settings of the notifications: what is wrong with them, and what they make."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from esav_soap.errors import ReglageInvalide
from esav_soap.notifications import Patience, lire_reseaux

if TYPE_CHECKING:
    from esav_soap.bootstrap.reglages import Reglages
    from esav_soap.push import RecepteurHttps
    from esav_soap.store import Magasin
    from esav_soap.usecases.ports.horloge import Horloge

SANS_CERTIFICAT = (
    "Aucun certificat n'est réglé pour les notifications (ESAV_NOTIFICATIONS_CERTIFICAT, ESAV_NOTIFICATIONS_CLE) : "
    "aucune ne part, les événements attendent."
)


def problemes_notifications(valeurs: Mapping[str, object]) -> list[str]:
    """What is wrong with the settings that are given, in French."""
    problemes = []
    certificat, cle = valeurs.get("notifications_certificat"), valeurs.get("notifications_cle")
    if bool(certificat) != bool(cle):
        manque = "ESAV_NOTIFICATIONS_CLE" if certificat else "ESAV_NOTIFICATIONS_CERTIFICAT"
        problemes.append(f"{manque} manque : le certificat des notifications et sa clé vont ensemble")
    try:
        lire_reseaux(str(valeurs.get("notifications_reseaux", "")))
    except ValueError as exc:
        problemes.append(
            f"ESAV_NOTIFICATIONS_RESEAUX doit être des réseaux comme 10.20.0.0/16, séparés par des virgules, pas « {exc} »"
        )
    return problemes


def recepteur_https(reglages: Reglages) -> RecepteurHttps | None:
    """The way to the receivers; None when no certificate is set: nothing is sent then. Raises :class:`ReglageInvalide`."""
    if not reglages.notifications_certificat:
        return None
    from esav_soap.push import RecepteurHttps, ReglagesPush

    reglages_push = ReglagesPush(
        reglages.notifications_certificat,
        reglages.notifications_cle,
        reglages.notifications_autorites,
        lire_reseaux(reglages.notifications_reseaux),
        reglages.notifications_delai,
    )
    try:
        return RecepteurHttps(reglages_push)
    except OSError as exc:
        fichiers = [reglages.notifications_certificat, reglages.notifications_cle, reglages.notifications_autorites]
        raise ReglageInvalide(
            "ESAV_NOTIFICATIONS_CERTIFICAT, ESAV_NOTIFICATIONS_CLE, ESAV_NOTIFICATIONS_AUTORITES : "
            f"{', '.join(filter(None, fichiers))} ne peuvent pas servir ({exc.strerror or exc}). Il faut un certificat PEM, sa "
            "clé sans phrase, et des autorités en PEM."
        ) from exc


def patience(reglages: Reglages) -> Patience:
    """When sending is tried again and when it stops. A lease outlasts every step of an exchange."""
    bail = max(timedelta(minutes=5), 4 * timedelta(seconds=reglages.notifications_delai))
    return Patience(arret=timedelta(hours=reglages.notifications_arret), bail=bail)


def actualisation(magasin: Magasin, instant: Horloge) -> Callable[[], None]:
    """Brings up to date what the subscribed opérateurs have on integration: nothing happens there unless somebody looks."""
    from esav_soap.usecases.notifications import actualiser
    from esav_soap.usecases.scenarios import AvecScenarios

    # No deposit goes through here, so no Offre is asked for.
    scenarios = AvecScenarios(magasin, magasin, lambda _: frozenset(), instant, time.sleep)
    return lambda: actualiser(magasin, magasin, scenarios.avancer)
