"""The port ``Listes`` on SQL: pages of signalisations, each read by an index from the place where the page before ended.

That place is an instant and a number, and the pages of ``lister`` go by the instant of the deposit, which never changes. They
are found in two steps that see the same moment. The first reads places, and the Offres that stand behind them, in an index
alone: of several states it merges as many ranges of it, each in the order of the page, so that nothing is sorted and nothing
is read behind the page. The second reads the rows of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, literal, select, tuple_

from esav_soap.calendar import en_utc
from esav_soap.signalisation import Etat
from esav_soap.store.moteur import Moteur
from esav_soap.store.tables import Instant, instant_lu, instant_sqlite, signalisation
from esav_soap.usecases.ports.suivi import Filtre, PageSignalisations, Place, Resume

#: Places that the second run of a page looks at, for a filter that no index answers: then the page is short, and tells where
#: to go on. The first run looks at so many times as many as the page has.
EXAMEN = 300
_PREMIERE = 3

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
_PAR_NUMERO = select(*_COLONNES).where(_S.numero.in_(bindparam("numeros", expanding=True)))


class ListesSQL:
    """Reads on connections of their own; a page shows one moment."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def lister(
        self, filtre: Filtre, apres: Place | None, maximum: int, *, anciennes_d_abord: bool = False
    ) -> PageSignalisations:
        _verifier(maximum)

        def lire(connexion: Connection) -> PageSignalisations:
            with self._moteur.instantane(connexion):
                retenues, suite = self._parcourir(connexion, filtre, apres, maximum, anciennes_d_abord)
                return PageSignalisations(_lignes(connexion, retenues), suite)

        return self._moteur.lire(lire)

    def _parcourir(
        self, connexion: Connection, filtre: Filtre, apres: Place | None, maximum: int, croissant: bool
    ) -> tuple[Sequence[str], Place | None]:
        """Numbers of the page, and where the next one begins: one more place than the page has tells whether there is one.

        A filter that no index answers has places looked at in two runs: most find all they want in the first, short one.
        """
        sans_index = filtre.offre is not None or (filtre.prestation is not None and bool(filtre.etats))
        retenues: list[str] = []
        for nombre in (_PREMIERE * (maximum + 1), EXAMEN) if sans_index else (maximum + 1,):
            ordre, valeurs = _places(filtre, apres, nombre, sqlite=self._moteur.sqlite, croissant=croissant)
            vues = connexion.exec_driver_sql(ordre, valeurs).all()
            derniere = None
            for vue in vues:
                if len(retenues) == maximum:
                    return retenues, _place_de(derniere) if derniere else apres
                if _convient(filtre, vue):
                    retenues.append(vue.numero)
                derniere = vue
            if len(vues) < nombre:
                return retenues, None
            apres = _place_de(derniere)
        return retenues, apres

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


def _places(
    filtre: Filtre, apres: Place | None, nombre: int, *, sqlite: bool, croissant: bool
) -> tuple[str, tuple[Any, ...]]:
    """The next places in the words of the driver: building this with SQLAlchemy takes longer than reading the page.

    Of a prestation, there are few and in any state; else a range of the index for each state.
    """
    filtre, apres = _sans_double(filtre, apres, croissant=croissant)
    marque = "?" if sqlite else "%s"
    instant = instant_sqlite if sqlite else en_utc
    bornes: list[tuple[str, Sequence[Any]]] = [(f"plateforme = {marque}", [filtre.plateforme])]
    if filtre.operateur is not None:
        bornes.append((f"operateur = {marque}", [filtre.operateur]))
    if filtre.depuis is not None:
        bornes.append((f"depot_le >= {marque}", [instant(filtre.depuis)]))
    if filtre.avant is not None:
        bornes.append((f"depot_le < {marque}", [instant(filtre.avant)]))
    if apres is not None:
        signe = ">" if croissant else "<"
        bornes.append((f"(depot_le, numero) {signe} ({marque}, {marque})", [instant(apres.instant), apres.numero]))
    if filtre.prestation is not None:
        etendues: list[tuple[str, Sequence[Any]]] = [(f"prestation = {marque}", [filtre.prestation])]
    else:
        etats = [etat for etat in Etat if not filtre.etats or etat in filtre.etats]
        etendues = [(f"etat = {marque}", [etat.name]) for etat in etats]
    choix, valeurs = [], []
    for etendue in etendues:
        conditions = [*bornes, etendue]
        choix.append(
            f"SELECT depot_le, numero, offre, etat FROM signalisation WHERE {' AND '.join(c for c, _ in conditions)}"  # noqa: S608
        )
        valeurs += [valeur for _, siennes in conditions for valeur in siennes]
    sens = "" if croissant else " DESC"
    page = f"ORDER BY depot_le{sens}, numero{sens} LIMIT {nombre:d}"
    # SQLite merges ranges as they are, PostgreSQL only when each is asked for in its order.
    if not sqlite and len(choix) > 1:
        choix = [f"({un} {page})" for un in choix]
    return f"{' UNION ALL '.join(choix)} {page}", tuple(valeurs)


def _sans_double(filtre: Filtre, apres: Place | None, *, croissant: bool) -> tuple[Filtre, Place | None]:
    """One bound on the side where the page begins, the narrower one: of two, SQLite would go by the first and read from there."""
    borne = filtre.depuis if croissant else filtre.avant
    if apres is None or borne is None:
        return filtre, apres
    if apres.instant < borne if croissant else apres.instant >= borne:
        return filtre, None
    return (replace(filtre, depuis=None) if croissant else replace(filtre, avant=None)), apres


def _lignes(connexion: Connection, numeros: Sequence[str]) -> tuple[Resume, ...]:
    """The signalisations of these numbers, in their order."""
    if not numeros:
        return ()
    lues = {ligne.numero: ligne for ligne in connexion.execute(_PAR_NUMERO, {"numeros": numeros})}
    return tuple(_resume(lues[numero]) for numero in numeros)


def _closes(plateforme: str, operateur: str, depuis: datetime, apres: Place | None, nombre: int) -> Select[Any]:
    choix = select(*_COLONNES).where(_S.plateforme == plateforme, _S.operateur == operateur)
    # One bound, as in ``_sans_double``. SQLite takes the index, which leaves out what is open, only when that is said.
    if apres is not None and apres.instant >= depuis:
        choix = choix.where(_S.clos_le.is_not(None), tuple_(_S.clos_le, _S.numero) > _place(apres))
    else:
        choix = choix.where(_S.clos_le >= depuis)
    return choix.order_by(_S.clos_le, _S.numero).limit(nombre)


def _place(place: Place) -> Any:
    return tuple_(literal(place.instant, Instant), literal(place.numero))


def _place_de(vue: Any) -> Place:
    return Place(instant_lu(vue.depot_le), vue.numero)


def _convient(filtre: Filtre, vue: Any) -> bool:
    """What no index was asked for."""
    return filtre.offre in (None, vue.offre) and (not filtre.etats or Etat[vue.etat] in filtre.etats)


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
