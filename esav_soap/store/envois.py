"""The port ``Envois`` on SQL: the queue of notices.

A lease is the row's next due instant put off: a worker that dies gives it back by doing nothing (at least once). Leases
are counted, and the count tells a stale one from its successor. Success is final, whoever reports it, since the notice went
out; a failure changes only what still waits, and only for the lease that it belongs to.

Who changes several rows takes the lock of the announcements first, or skips what others hold: so nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from esav_soap.avis import Envoi, EnvoiPris, EnvoiSuivi, EtatEnvoi, GenreAvis
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.tables import envoi

#: Notices of one statement.
TRANCHE = 500

_E = envoi.c
_EN_ATTENTE, _ENVOYE, _REBUT = (etat.name for etat in (EtatEnvoi.EN_ATTENTE, EtatEnvoi.ENVOYE, EtatEnvoi.REBUT))


class EnvoisSQL:
    """The queue; see the port."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def ajouter(self, envois: Iterable[Envoi], instant: datetime) -> int:
        a_envoyer = list(envois)
        if not a_envoyer:
            return 0
        with self._moteur.ecriture() as connexion:
            exclure(self._moteur, connexion)
            return ecrire_envois(self._moteur, connexion, a_envoyer, instant)

    def prendre(self, instant: datetime, bail: timedelta, maximum: int) -> tuple[EnvoiPris, ...]:
        du = select(_E.numero).where(_E.prochain <= instant).order_by(_E.prochain, _E.numero)
        # Workers ask often and mostly in vain: that must not queue with the deposits to write.
        if self._moteur.lire(lambda connexion: connexion.execute(du.limit(1)).first()) is None:
            return ()
        with self._moteur.ecriture() as connexion:
            # Due at the moment of the lock: who waited for a row finds it leased, hence no longer due.
            numeros = connexion.scalars(du.limit(maximum).with_for_update(skip_locked=True)).all()
            pris = connexion.execute(
                select(_E.numero, _E.genre, _E.objet, _E.operateur, _E.essais)
                .where(_E.numero.in_(numeros))
                .order_by(_E.numero)
            ).all()
            connexion.execute(
                update(envoi).where(_E.numero.in_(numeros)).values(essais=_E.essais + 1, prochain=instant + bail)
            )
        return tuple(EnvoiPris(ligne.numero, _envoi(ligne), ligne.essais) for ligne in pris)

    def reussir(self, numero: int, instant: datetime) -> None:
        ordre = update(envoi).where(_E.numero == numero, _E.etat != _ENVOYE)
        with self._moteur.ecriture() as connexion:
            connexion.execute(ordre.values(etat=_ENVOYE, prochain=None, envoye_le=instant, erreur=""))

    def echouer(
        self, numero: int, instant: datetime, erreur: str, prochain: datetime | None, essais: int | None = None
    ) -> None:
        ordre = update(envoi).where(_E.numero == numero, _E.etat == _EN_ATTENTE)
        if essais is not None:
            ordre = ordre.where(_E.essais == essais + 1)
        etat = _REBUT if prochain is None else _EN_ATTENTE
        with self._moteur.ecriture() as connexion:
            connexion.execute(ordre.values(etat=etat, prochain=prochain, erreur=erreur))

    def suivis(self, etat: EtatEnvoi | None, maximum: int) -> tuple[EnvoiSuivi, ...]:
        choix = select(envoi).order_by(_E.numero.desc()).limit(maximum)
        if etat is not None:
            choix = choix.where(_E.etat == etat.name)
        lignes = self._moteur.lire(lambda connexion: connexion.execute(choix).all())
        return tuple(
            EnvoiSuivi(
                ligne.numero,
                _envoi(ligne),
                EtatEnvoi[ligne.etat],
                ligne.essais,
                ligne.cree_le,
                ligne.prochain,
                ligne.envoye_le,
                ligne.erreur,
            )
            for ligne in lignes
        )

    def rejouer(self, numeros: Collection[int], instant: datetime) -> int:
        voulus = sorted(set(numeros))
        rejoues = 0
        if not voulus:
            return 0
        with self._moteur.ecriture() as connexion:
            exclure(self._moteur, connexion)
            for rang in range(0, len(voulus), TRANCHE):
                ordre = update(envoi).where(_E.numero.in_(voulus[rang : rang + TRANCHE]), _E.etat == _REBUT)
                rejoues += connexion.execute(ordre.values(etat=_EN_ATTENTE, essais=0, prochain=instant)).rowcount
        return rejoues


def exclure(moteur: Moteur, connexion: Connection) -> None:
    """Wait for announcements and for others who write several notices, and hold them off until the commit."""
    if not moteur.sqlite:  # where there is but one writer
        connexion.exec_driver_sql("LOCK TABLE version_catalogue IN SHARE ROW EXCLUSIVE MODE")


def ecrire_envois(moteur: Moteur, connexion: Connection, envois: Sequence[Envoi], instant: datetime) -> int:
    """Queue, within a transaction, those whose ``cle`` is not there; returns how many."""
    lignes = [
        {
            "cle": un.cle,
            "genre": un.genre.name,
            "objet": un.objet,
            "operateur": un.operateur,
            "etat": _EN_ATTENTE,
            "essais": 0,
            "cree_le": instant,
            "prochain": instant,
            "erreur": "",
        }
        for un in envois
    ]
    inserer = insertion(moteur, envoi)
    nouvelles = 0
    for rang in range(0, len(lignes), TRANCHE):
        ordre = inserer.values(lignes[rang : rang + TRANCHE]).on_conflict_do_nothing(index_elements=[_E.cle])
        nouvelles += connexion.execute(ordre, execution_options={"preserve_rowcount": True}).rowcount
    return nouvelles


def retirer_envois(connexion: Connection, version: str) -> None:
    """Drop, within a transaction, the notices of a version that were not sent, except those of its withdrawal."""
    du_retrait = GenreAvis.ANNONCE_RETIREE.name
    connexion.execute(
        delete(envoi).where(_E.etat.in_((_EN_ATTENTE, _REBUT)), _E.objet == version, _E.genre != du_retrait)
    )


def _envoi(ligne: Any) -> Envoi:
    return Envoi(GenreAvis[ligne.genre], ligne.objet, ligne.operateur)
