"""Cross-checks: what only the whole pack can tell. Each module adds the problems of one family."""

from __future__ import annotations

from esav_soap.reader.lieux import Problemes
from esav_soap.reader.lus import PackLu


def controler(pack: PackLu, version_attendue: str | None, problemes: Problemes) -> None:
    """Run every cross-check on a pack as read, whatever other checks found."""
