"""When a worker has as many connections as it can: whose is closed for a newcomer."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeVar

_C = TypeVar("_C")

#: Descriptors that are no connection's: the store's, files that are being read.
_AUTRES_DESCRIPTEURS = 200


def connexions_possibles(voulues: int) -> int:
    """How many connections a worker can have, ``voulues`` at most, each with two descriptors; the process may open as many as
    it is allowed to."""
    doux, dur = resource.getrlimit(resource.RLIMIT_NOFILE)
    voulus = 2 * voulues + _AUTRES_DESCRIPTEURS
    if doux < voulus:
        doux = voulus if dur == resource.RLIM_INFINITY else min(dur, voulus)
        resource.setrlimit(resource.RLIMIT_NOFILE, (doux, dur))
    return max(32, min(voulues, (doux - _AUTRES_DESCRIPTEURS) // 2))


def victime(candidates: Iterable[tuple[Any, _C]]) -> _C | None:
    """The first connection, in the order given, of the address that has the most of them; ``candidates``: address, connection."""
    toutes = list(candidates)
    if not toutes:
        return None
    ((adresse, _),) = Counter(adresse for adresse, _ in toutes).most_common(1)
    return next(connexion for qui, connexion in toutes if qui == adresse)
