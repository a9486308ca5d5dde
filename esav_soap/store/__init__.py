"""Where all that lasts is kept, from the parc and the signalisations to notices and who may call: SQLite by default, PostgreSQL by URL.

Import this only where a store is really opened: SQLAlchemy takes 190 ms.
"""

from __future__ import annotations

from esav_soap.store.magasin import Magasin, mettre_a_jour, ouvrir

__all__ = ["Magasin", "mettre_a_jour", "ouvrir"]
