"""Deposits that a scenario refuses."""

from __future__ import annotations

from datetime import datetime, timedelta

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.signalisation.scenarios.objets import LIMITE_S, MINUTE, PAUSE, Scenario


def refus(scenario: Scenario, instant: datetime) -> ErreurEsav | None:
    """The fault that a deposit gets then, if it gets one."""
    minute = instant.replace(second=0, microsecond=0)
    match scenario:
        case Scenario.LIMITE if instant.second < LIMITE_S:
            return _refuser(scenario, CodeErreur.LIMITATION_DEBIT, minute + timedelta(seconds=LIMITE_S))
        case Scenario.MAINTENANCE if instant.minute % 2 == 0:
            return _refuser(scenario, CodeErreur.MAINTENANCE, minute + MINUTE)
        case Scenario.PANNE:
            return _refuser(scenario, CodeErreur.ERREUR_INTERNE, None)
        case _:
            return None


def trop_d_attentes(instant: datetime) -> ErreurEsav:
    """The fault for a deposit that LENT cannot keep waiting, because too many wait already."""
    return _refuser(Scenario.LENT, CodeErreur.LIMITATION_DEBIT, instant + PAUSE)


def _refuser(scenario: Scenario, code: CodeErreur, apres: datetime | None) -> ErreurEsav:
    return ErreurEsav(code, f"{code.value} (Scénario {scenario.name} du jeu de test.)", reessayer_apres=apres)
