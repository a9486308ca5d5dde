"""The port ``Homologations`` on SQL."""

from __future__ import annotations

from sqlalchemy import select

from esav_soap.homologation import Domaine, Homologation
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.tables import homologation as table_homologation

_H = table_homologation.c


class HomologationsSQL:
    """First successful calls."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def homologations(self, operateur: str | None = None) -> tuple[Homologation, ...]:
        choix = select(_H.operateur, _H.domaine, _H.date, _H.operation, _H.requete)
        if operateur is not None:
            choix = choix.where(_H.operateur == operateur)
        lignes = self._moteur.lire(lambda connexion: connexion.execute(choix).all())
        toutes = (Homologation(code, Domaine[domaine], *reste) for code, domaine, *reste in lignes)
        return tuple(sorted(toutes, key=lambda h: (h.operateur, h.domaine.name)))

    def enregistrer_homologation(self, homologation: Homologation) -> bool:
        inserer = insertion(self._moteur, table_homologation)
        ordre = inserer.values(
            operateur=homologation.operateur,
            domaine=homologation.domaine.name,
            date=homologation.date,
            operation=homologation.operation,
            requete=homologation.requete,
        ).on_conflict_do_nothing(index_elements=[_H.operateur, _H.domaine])
        with self._moteur.ecriture() as connexion:
            return connexion.scalar(ordre.returning(_H.operateur)) is not None
