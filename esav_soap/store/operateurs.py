"""The port ``Operateurs`` on SQL."""

from __future__ import annotations

from sqlalchemy import select

from esav_soap.avis import Operateur
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.tables import operateur, prestation

_O = operateur.c
_P = prestation.c


class OperateursSQL:
    """Opérateurs; few rows, read whole."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def declarer_operateur(self, operateur: Operateur) -> None:
        valeurs = {"raison_sociale": operateur.raison_sociale, "courriel": operateur.courriel}
        inserer = insertion(self._moteur, _O.code.table)
        ordre = inserer.values(code=operateur.code, **valeurs).on_conflict_do_update(
            index_elements=[_O.code], set_=valeurs
        )
        with self._moteur.ecriture() as connexion:
            connexion.execute(ordre)

    def operateurs(self) -> tuple[Operateur, ...]:
        lignes = self._moteur.lire(
            lambda connexion: connexion.execute(select(_O.code, _O.raison_sociale, _O.courriel)).all()
        )
        return tuple(sorted((Operateur(*ligne) for ligne in lignes), key=lambda o: o.code))

    def operateurs_par_offre(self) -> tuple[tuple[str, str], ...]:
        # Reads the whole parc of production: no index serves this alone, since it is asked once an announcement.
        choix = select(_P.operateur, _P.offre).where(_P.plateforme == "production").distinct()
        lignes = self._moteur.lire(lambda connexion: connexion.execute(choix).all())
        return tuple(sorted((ligne.operateur, ligne.offre) for ligne in lignes))
