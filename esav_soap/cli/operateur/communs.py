"""What several commands of ``esav operateur`` take and say."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esav_soap.souscription import Souscription


def acces_de(souscription: Souscription) -> str:
    """``e-SAV en ligne et e-SAV intégré``."""
    from esav_soap.souscription import Acces

    return " et ".join(acces.value for acces in Acces if acces in souscription.bon.acces)


def duree_de(souscription: Souscription, present: datetime) -> str:
    """From when to when, in words."""
    from esav_soap.calendar import en_francais
    from esav_soap.souscription.regles import dernier_jour

    depuis = en_francais(souscription.activee_le)
    dit = f"depuis le {depuis}" if souscription.activee_le <= present else f"à partir du {depuis}"
    if souscription.fin is None:
        return dit
    if souscription.fin <= present:
        return f"{dit}, TERMINÉ, dernier jour : {dernier_jour(souscription.fin)}"
    return f"{dit}, dernier jour : {dernier_jour(souscription.fin)}"
