"""The revision of what decides who may call: a number that every write of it raises, in the same transaction.

A node reads certificates, CAs and subscriptions anew only when it has another one: no clock is compared, and what is visible
of a write is visible with its number.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.tables import revision_acces as table_revision

_R = table_revision.c
#: The key of the only row.
SEULE = 1


class RevisionAccesSQL:
    """The port ``RevisionAcces``."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def revision_acces(self) -> int:
        choix = select(_R.nombre).where(_R.cle == SEULE)
        return int(self._moteur.lire(lambda connexion: connexion.scalar(choix)) or 0)


def noter_changement(connexion: Connection) -> None:
    """Raise the number. The last statement of its transaction: who waits here for another one holds it up nowhere."""
    ordre = insertion(connexion, table_revision)
    connexion.execute(
        ordre.values(cle=SEULE, nombre=1).on_conflict_do_update(index_elements=[_R.cle], set_={"nombre": _R.nombre + 1})
    )
