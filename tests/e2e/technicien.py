"""What a technician does meanwhile: on the store of a running server, as ``esav sav`` does it."""

from __future__ import annotations

from datetime import UTC, datetime

from esav_soap.bootstrap.sav import monter_sav
from esav_soap.signalisation import Action, Attendu, CauseCloture, Cote, Responsabilite
from esav_soap.signalisation.transitions import Commande
from esav_soap.store import ouvrir
from esav_soap.usecases.sav import Technicien


def maintenant() -> datetime:
    return datetime.now(UTC)


def agir(store: str, numero: str, *commandes: Commande) -> str:
    """Do them one after the other; the code of the state after the last one."""
    with ouvrir(store, creer=False) as magasin:
        sav = monter_sav(magasin, maintenant)
        for commande in commandes:
            fiche = sav.agir(Technicien("T. Rivière"), numero, commande, maintenant())
        return fiche.signalisation.etat.name


def commande(action: Action, commentaire: str = "", **codes: object) -> Commande:
    return Commande(action, Cote.FOURNISSEUR, commentaire=commentaire, **codes)  # type: ignore[arg-type]


def geler(store: str, numero: str, commentaire: str = "") -> None:
    agir(store, numero, commande(Action.GELER, commentaire, attendu=Attendu.ACCES_SITE))


def clore(store: str, numero: str, *avant: Action) -> None:
    """Close it; ``avant``: what has to be done first."""
    codes = {"cause": CauseCloture.JARRETIERE, "responsabilite": Responsabilite.FOURNISSEUR, "retabli_le": maintenant()}
    agir(store, numero, *map(commande, avant), commande(Action.CLORE, "Jarretière refaite.", **codes))
