"""Publication of catalogue versions: their dates and what follows from them."""

from esav_soap.publication.versions import EtatVersion, VersionPubliee, vives

__all__ = ["EtatVersion", "VersionPubliee", "vives"]
