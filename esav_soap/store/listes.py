"""The port ``Listes`` on SQL: pages of signalisations, each read by an index from the place where the page before ended.

That place is an instant and a number, and the pages of ``lister`` go by the instant of the deposit, which never changes.
A list of several states is made of as many lists of one, each in the order of its index, no longer than the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select, tuple_, union_all

from esav_soap.signalisation import Etat
from esav_soap.store.moteur import Moteur
from esav_soap.store.tables import Instant, signalisation
from esav_soap.usecases.ports_suivi import Filtre, PageSignalisations, Place, Resume

#: Rows that one page looks at, for a filter that no index answers: then the page is short, and tells where to go on.
EXAMEN = 1000

_S = signalisation.c
_COLONNES = (
    _S.numero,
    _S.plateforme,
    _S.operateur,
    _S.reference,
    _S.etat,
    _S.prestation,
    _S.offre,
    _S.depot_le,
    _S.modifiee_le,
    _S.clos_le,
)


class ListesSQL:
    """Reads on connections of their own; each page is one statement, so it shows one moment."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def lister(
        self, filtre: Filtre, apres: Place | None, maximum: int, *, anciennes_d_abord: bool = False
    ) -> PageSignalisations:
        _verifier(maximum)
        examinees = maximum + 1
        if filtre.offre is not None or filtre.prestation is not None:
            examinees = max(EXAMEN, examinees)
        ordre = _par_depot(filtre, apres, examinees, croissant=anciennes_d_abord)
        lignes = self._moteur.lire(lambda connexion: connexion.execute(ordre).all())
        retenues = [rang for rang, ligne in enumerate(lignes) if _convient(filtre, ligne)][:maximum]
        if len(retenues) == maximum and retenues[-1] + 1 < len(lignes):
            fin = retenues[-1]
        elif len(lignes) == examinees:
            fin = len(lignes) - 1
        else:
            return PageSignalisations(tuple(_resume(lignes[rang]) for rang in retenues))
        suite = Place(lignes[fin].depot_le, lignes[fin].numero)
        return PageSignalisations(tuple(_resume(lignes[rang]) for rang in retenues), suite)

    def closes(
        self, plateforme: str, operateur: str, depuis: datetime, apres: Place | None, maximum: int
    ) -> PageSignalisations:
        _verifier(maximum)
        choix = _closes(plateforme, operateur, depuis, apres, maximum + 1)
        lignes = self._moteur.lire(lambda connexion: connexion.execute(choix).all())
        page = tuple(map(_resume, lignes[:maximum]))
        suite = Place(lignes[maximum - 1].clos_le, lignes[maximum - 1].numero) if len(lignes) > maximum else None
        return PageSignalisations(page, suite)


def _verifier(maximum: int) -> None:
    if maximum < 1:
        raise ValueError(f"Une page compte au moins une signalisation, et non {maximum}.")


def _par_depot(filtre: Filtre, apres: Place | None, nombre: int, *, croissant: bool) -> Any:
    commun = select(*_COLONNES).where(_S.plateforme == filtre.plateforme)
    if filtre.operateur is not None:
        commun = commun.where(_S.operateur == filtre.operateur)
    if filtre.depuis is not None:
        commun = commun.where(_S.depot_le >= filtre.depuis)
    if filtre.avant is not None:
        commun = commun.where(_S.depot_le < filtre.avant)
    if apres is not None:
        cle = tuple_(_S.depot_le, _S.numero)
        commun = commun.where(cle > _place(apres) if croissant else cle < _place(apres))
    if filtre.prestation is not None:  # it has few: they are found by it, and sorted
        return _triee(commun.where(_S.prestation == filtre.prestation), _S, croissant=croissant).limit(nombre)
    etats: Sequence[Etat] = [e for e in Etat if not filtre.etats or e in filtre.etats]
    un_etat = [
        _triee(commun.where(_S.etat == etat.name), _S, croissant=croissant).limit(nombre).subquery() for etat in etats
    ]
    tous = union_all(*(select(partie) for partie in un_etat)).subquery()
    return _triee(select(tous), tous.c, croissant=croissant).limit(nombre)


def _closes(plateforme: str, operateur: str, depuis: datetime, apres: Place | None, nombre: int) -> Select[Any]:
    choix = select(*_COLONNES).where(_S.plateforme == plateforme, _S.operateur == operateur, _S.clos_le >= depuis)
    if apres is not None:
        choix = choix.where(tuple_(_S.clos_le, _S.numero) > _place(apres))
    return choix.order_by(_S.clos_le, _S.numero).limit(nombre)


def _triee(choix: Select[Any], colonnes: Any, *, croissant: bool) -> Select[Any]:
    cles = (colonnes.depot_le, colonnes.numero)
    return choix.order_by(*cles) if croissant else choix.order_by(*(cle.desc() for cle in cles))


def _place(place: Place) -> Any:
    return tuple_(literal(place.instant, Instant), literal(place.numero))


def _convient(filtre: Filtre, ligne: Any) -> bool:
    """What no index was asked for."""
    etat_voulu = filtre.prestation is None or not filtre.etats or Etat[ligne.etat] in filtre.etats
    return etat_voulu and filtre.offre in (None, ligne.offre)


def _resume(ligne: Any) -> Resume:
    return Resume(
        numero=ligne.numero,
        plateforme=ligne.plateforme,
        operateur=ligne.operateur,
        reference=ligne.reference,
        etat=Etat[ligne.etat],
        prestation=ligne.prestation,
        offre=ligne.offre,
        depot_le=ligne.depot_le,
        modifiee_le=ligne.modifiee_le,
        clos_le=ligne.clos_le,
    )
