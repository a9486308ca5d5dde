"""The clock of a process, and functions that settings name. Apart from the node: a worker needs no SOAP."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from esav_soap.bootstrap.reglages import Reglages
from esav_soap.errors import ReglageInvalide
from esav_soap.usecases.ports.horloge import Horloge

_journal = logging.getLogger(__name__)


def maintenant() -> datetime:
    """The clock of a running node."""
    return datetime.now(UTC)


def horloge(reglages: Reglages) -> Horloge:
    """The clock of the settings: the system's, unless a switch is rehearsed. Raises :class:`ReglageInvalide`."""
    if not reglages.horloge:
        return maintenant
    _journal.warning("horloge de répétition : %s", reglages.horloge)
    return fonction("ESAV_HORLOGE", reglages.horloge)


def fonction(reglage: str, nom: str) -> Callable[..., Any]:
    """The function ``package.module:function`` of a setting. Raises :class:`ReglageInvalide`."""
    module, _, partie = nom.partition(":")
    try:
        trouvee = getattr(importlib.import_module(module), partie)
    except (ImportError, AttributeError, ValueError) as exc:
        raise ReglageInvalide(f"{reglage}={nom} : source introuvable ({exc}).") from exc
    if not callable(trouvee):
        raise ReglageInvalide(f"{reglage}={nom} : ce n'est pas une fonction.")
    return trouvee  # type: ignore[no-any-return]
