"""Events on SQL: how one is kept and read, how it is appended, and the port ``Evenements``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, case, func, insert, literal, select, update

from esav_soap.avis import Envoi
from esav_soap.signalisation import (
    FERMES,
    Action,
    Attendu,
    CauseCloture,
    Cote,
    Etat,
    Evenement,
    MotifRejet,
    Responsabilite,
    Visibilite,
)
from esav_soap.store.archives_lecture import evenements_archives
from esav_soap.store.envois import ecrire_envois
from esav_soap.store.moteur import Moteur
from esav_soap.store.sequence import reserver
from esav_soap.store.tables import Instant, compteur_evenements, evenement, signalisation
from esav_soap.usecases.ports.evenements import EvenementSuivi, PageEvenements

_C = compteur_evenements.c
_E = evenement.c
_S = signalisation.c
_M = TypeVar("_M", bound=Enum)

#: What :func:`lire_evenement` needs of a row.
COLONNES = [
    _E.date,
    _E.etat,
    _E.cote,
    _E.commentaire,
    _E.action,
    _E.auteur,
    _E.visibilite,
    _E.motif,
    _E.attendu,
    _E.cause,
    _E.responsabilite,
    _E.retabli_le,
    _E.rang,
]


def lire_evenement(ligne: Any) -> Evenement:
    """The event of a row with :data:`COLONNES`."""
    return Evenement(
        date=ligne.date,
        etat=Etat[ligne.etat],
        cote=Cote[ligne.cote],
        commentaire=ligne.commentaire,
        action=_membre(Action, ligne.action),
        auteur=ligne.auteur,
        visibilite=Visibilite[ligne.visibilite],
        motif=_membre(MotifRejet, ligne.motif),
        attendu=_membre(Attendu, ligne.attendu),
        cause=_membre(CauseCloture, ligne.cause),
        responsabilite=_membre(Responsabilite, ligne.responsabilite),
        retabli_le=ligne.retabli_le,
        rang=ligne.rang or 0,
    )


def _membre(nature: type[_M], nom: str | None) -> _M | None:
    return None if nom is None else nature[nom]


def valeurs(un: Evenement) -> dict[str, Any]:
    """The columns that an event fills by itself."""
    return {
        "date": un.date,
        "etat": un.etat.name,
        "cote": un.cote.name,
        "commentaire": un.commentaire,
        "action": un.action and un.action.name,
        "auteur": un.auteur,
        "visibilite": un.visibilite.name,
        "motif": un.motif and un.motif.name,
        "attendu": un.attendu and un.attendu.name,
        "cause": un.cause and un.cause.name,
        "responsabilite": un.responsabilite and un.responsabilite.name,
        "retabli_le": un.retabli_le,
    }


class EvenementsSQL:
    """Several callers may decide on the same history: whoever comes second finds another number of events, and writes nothing."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def evenements_depuis(self, plateforme: str, operateur: str, curseur: int, maximum: int) -> PageEvenements:
        def lire(connexion: Connection) -> PageEvenements:
            # The end first: what is up to it is committed, and so is found by the next statement.
            compteur = and_(_C.plateforme == plateforme, _C.operateur == operateur)
            dernier = connexion.scalar(select(_C.dernier).where(compteur)) or 0
            lignes = connexion.execute(_page(plateforme, operateur, curseur, dernier).limit(maximum)).all()
            suivis = {
                ligne.rang: EvenementSuivi(ligne.numero, ligne.reference, lire_evenement(ligne)) for ligne in lignes
            }
            fin = lignes[-1].rang if len(lignes) == maximum else dernier
            if fin - curseur > len(suivis):  # some of these places are archived
                suivis |= evenements_archives(connexion, plateforme, operateur, curseur, fin, maximum)
            page = tuple(suivis[rang] for rang in sorted(suivis)[:maximum])
            jusqu_a = page[-1].evenement.rang if len(page) == maximum else max(curseur, dernier)
            return PageEvenements(page, jusqu_a, dernier)

        if maximum < 1:
            raise ValueError(f"Une page compte au moins un événement, et non {maximum}.")
        return self._moteur.lire(lire)

    def changer(
        self,
        plateforme: str,
        operateur: str,
        numero: str,
        attendu: int,
        un: Evenement,
        envois: Sequence[Envoi] = (),
    ) -> bool:
        return self.ajouter_evenements(plateforme, operateur, numero, attendu, (un,), envois) is not None

    def ajouter_evenements(
        self,
        plateforme: str,
        operateur: str,
        numero: str,
        attendus: int,
        evenements: Sequence[Evenement],
        envois: Sequence[Envoi] = (),
    ) -> Etat | None:
        """See the port ``Deroulements``; without events, the state as it is."""
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
            if envois:
                # Only who has the row of this signalisation queues notices about it: nobody is waited for.
                ecrire_envois(self._moteur, connexion, envois, evenements[-1].date)
            ecrire_evenements(connexion, ligne.id, (plateforme, operateur), evenements)
            return evenements[-1].etat


def ecrire_evenements(connexion: Connection, id_: int, cle: tuple[str, str], evenements: Sequence[Evenement]) -> None:
    """Append at least one event to the signalisation whose row the transaction has locked; ``cle``: its platform and opérateur.

    The last thing that a transaction does: from here on the opérateur's other writers wait.
    """
    dernier = evenements[-1]
    connexion.execute(
        update(signalisation)
        .where(_S.id == id_)
        .values(
            etat=dernier.etat.name,
            # One that was entered late was changed then, after the true date of its deposit (R7.4).
            modifiee_le=case((_S.modifiee_le > dernier.date, _S.modifiee_le), else_=literal(dernier.date, Instant)),
            clos_le=_clos_le(evenements),
        )
    )
    partages = sum(un.visibilite is Visibilite.PARTAGE for un in evenements)
    rangs = iter(reserver(connexion, cle, partages) if partages else ())
    commun = {"signalisation": id_, "plateforme": cle[0], "operateur": cle[1]}
    connexion.execute(
        insert(evenement),
        [
            {**commun, "rang": next(rangs) if un.visibilite is Visibilite.PARTAGE else None, **valeurs(un)}
            for un in evenements
        ],
    )


def _clos_le(evenements: Sequence[Evenement]) -> Any:
    """Since when the signalisation is closed, after these events: as before, unless they close or open it."""
    depuis: Any = _S.clos_le
    connu = False
    for un in evenements:
        if un.etat not in FERMES:
            depuis, connu = None, True
        elif not connu:
            depuis, connu = func.coalesce(_S.clos_le, literal(un.date, Instant)), True
        elif depuis is None:
            depuis = un.date
    return depuis


def _page(plateforme: str, operateur: str, apres: int, jusqu_a: int) -> Any:
    visibles = _E.visibilite == Visibilite.PARTAGE.name  # none other has a place: this is a second lock
    return (
        select(_S.numero, _S.reference, *COLONNES)
        .join_from(evenement, signalisation, _S.id == _E.signalisation)
        .where(_E.plateforme == plateforme, _E.operateur == operateur, _E.rang > apres, _E.rang <= jusqu_a, visibles)
        .order_by(_E.rang)
    )
