"""The port ``Deroulements`` on SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update

from esav_soap.signalisation import Etat, Evenement
from esav_soap.store.moteur import Moteur
from esav_soap.store.tables import evenement, signalisation

_E = evenement.c
_S = signalisation.c


class DeroulementsSQL:
    """Several callers may find the same events due: whoever comes second finds another number of them, and writes nothing."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def ajouter_evenements(
        self, plateforme: str, operateur: str, numero: str, attendus: int, evenements: Sequence[Evenement]
    ) -> Etat | None:
        """See the port; without events, the state as it is."""
        choix = select(_S.id, _S.etat).where(
            _S.numero == numero, _S.plateforme == plateforme, _S.operateur == operateur
        )
        with self._moteur.ecriture() as connexion:
            # PostgreSQL: the lock first, then the count, which so sees what was committed while this waited.
            ligne = connexion.execute(choix.with_for_update()).first()
            if ligne is None:
                return None
            nombre = connexion.scalar(select(func.count()).select_from(evenement).where(_E.signalisation == ligne.id))
            if nombre != attendus:
                return None
            if not evenements:
                return Etat[ligne.etat]
            lignes = [
                {
                    "signalisation": ligne.id,
                    "date": un.date,
                    "etat": un.etat.name,
                    "cote": un.cote.name,
                    "commentaire": un.commentaire,
                }
                for un in evenements
            ]
            connexion.execute(insert(evenement), lignes)
            dernier = evenements[-1]
            connexion.execute(
                update(signalisation).where(_S.id == ligne.id).values(etat=dernier.etat.name, modifiee_le=dernier.date)
            )
            return dernier.etat
