"""The port ``Abonnements`` on SQL: which opérateur is to be notified, where, and how far it is.

There is no row for an event to send: a subscription is behind when its place is less than the opérateur's newest event, whose
place ``compteur_evenements`` tells. So a deposit costs nothing more, and nothing that was committed can be left out.

A lease is the row's next due instant put off, as for notices (:mod:`esav_soap.store.envois`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, literal, null, select, update

from esav_soap.avis import Envoi
from esav_soap.notifications import Abonnement, AbonnementSuivi, EtatAbonnement
from esav_soap.store.envois import ecrire_envois
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.tables import Instant, abonnement_notification, compteur_evenements

_A = abonnement_notification.c
_C = compteur_evenements.c
_DU_MEME = and_(_C.plateforme == _A.plateforme, _C.operateur == _A.operateur)
_ACTIF, _SUSPENDU, _ARRETE = (etat.name for etat in EtatAbonnement)
#: As after an answer of the receiver.
_SANS_ECHEC: dict[str, Any] = {"essais": 0, "echecs_depuis": None, "erreur": ""}


class NotificationsSQL:
    """Subscriptions; see the port."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def abonnements(self) -> tuple[AbonnementSuivi, ...]:
        choix = select(abonnement_notification, _C.dernier).outerjoin(compteur_evenements, _DU_MEME)
        lignes = self._moteur.lire(lambda connexion: connexion.execute(choix).all())
        suivis = (AbonnementSuivi(_abonnement(ligne), ligne.dernier or 0) for ligne in lignes)
        return tuple(sorted(suivis, key=lambda s: (s.abonnement.plateforme, s.abonnement.operateur)))

    def abonner(
        self, plateforme: str, operateur: str, adresse: str, instant: datetime, curseur: int | None = None
    ) -> bool:
        present = select(_C.dernier).where(_C.plateforme == plateforme, _C.operateur == operateur)
        inserer = insertion(self._moteur, abonnement_notification)
        ordre = inserer.values(
            plateforme=plateforme,
            operateur=operateur,
            adresse=adresse,
            etat=_ACTIF,
            curseur=func.coalesce(present.scalar_subquery(), 0) if curseur is None else curseur,
            bail=0,
            cree_le=instant,
            prochain=instant,
            **_SANS_ECHEC,
        )
        change: dict[str, Any] = {"adresse": adresse, "bail": _A.bail + 1}
        for nom in ("prochain", *_SANS_ECHEC):  # of one that stands still, why it does is kept
            change[nom] = case((_A.etat == _ACTIF, ordre.excluded[nom]), else_=_A[nom])
        if curseur is not None:
            change["curseur"] = curseur
        ordre = ordre.on_conflict_do_update(index_elements=[_A.plateforme, _A.operateur], set_=change)
        with self._moteur.ecriture() as connexion:
            return bool(connexion.scalar(ordre.returning(_A.bail)) == 0)

    def retirer_abonnement(self, plateforme: str, operateur: str) -> bool:
        with self._moteur.ecriture() as connexion:
            return connexion.execute(delete(abonnement_notification).where(_de(plateforme, operateur))).rowcount > 0

    def suspendre_abonnement(self, plateforme: str, operateur: str, instant: datetime) -> bool:
        ordre = update(abonnement_notification).where(_de(plateforme, operateur), _A.etat == _ACTIF)
        with self._moteur.ecriture() as connexion:
            return connexion.execute(ordre.values(etat=_SUSPENDU, prochain=None, arrete_le=instant)).rowcount > 0

    def reprendre_abonnement(self, plateforme: str, operateur: str, instant: datetime) -> bool:
        ordre = update(abonnement_notification).where(_de(plateforme, operateur))
        with self._moteur.ecriture() as connexion:
            valeurs = {"etat": _ACTIF, "prochain": instant, "arrete_le": None, **_SANS_ECHEC}
            return connexion.execute(ordre.values(**valeurs)).rowcount > 0

    def prendre_abonnement(self, instant: datetime, bail: timedelta, *, sans_echec: bool = False) -> Abonnement | None:
        dus = (
            select(abonnement_notification)
            .join(compteur_evenements, _DU_MEME)
            .where(_A.prochain <= instant, _C.dernier > _A.curseur)
        )
        # Without failures, ``prochain`` is when it was last received.
        dus = dus.where(_A.essais == 0).order_by(_A.prochain.desc()) if sans_echec else dus.order_by(_A.prochain)
        du = dus.limit(1)
        # Workers ask often and mostly in vain: that must not queue with the deposits to write.
        if self._moteur.lire(lambda connexion: connexion.execute(du).first()) is None:
            return None
        with self._moteur.ecriture() as connexion:
            # Due at the moment of the lock: who waited for a row finds it leased, hence no longer due.
            ligne = connexion.execute(du.with_for_update(skip_locked=True, of=abonnement_notification)).first()
            if ligne is None:
                return None
            connexion.execute(
                update(abonnement_notification)
                .where(_de(ligne.plateforme, ligne.operateur))
                .values(
                    bail=_A.bail + 1,
                    essais=_A.essais + 1,
                    prochain=instant + bail,
                    echecs_depuis=func.coalesce(_A.echecs_depuis, literal(instant, Instant)),
                )
            )
        return _abonnement(ligne, bail=ligne.bail + 1)

    def noter_reception(self, pris: Abonnement, curseur: int, instant: datetime, *, recue: bool = True) -> None:
        valeurs: dict[str, Any] = {"curseur": curseur, **_SANS_ECHEC}
        # Behind those that waited meanwhile.
        valeurs["prochain"] = case((_A.etat == _ACTIF, literal(instant, Instant)), else_=null())
        if recue:
            valeurs["recu_le"] = instant
        with self._moteur.ecriture() as connexion:
            connexion.execute(update(abonnement_notification).where(_bail(pris)).values(**valeurs))

    def noter_echec(self, pris: Abonnement, instant: datetime, erreur: str, prochain: datetime) -> None:
        ordre = update(abonnement_notification).where(_bail(pris), _A.etat == _ACTIF)
        with self._moteur.ecriture() as connexion:
            connexion.execute(ordre.values(prochain=prochain, erreur=erreur))

    def arreter_abonnement(self, pris: Abonnement, instant: datetime, erreur: str, avis: Envoi | None) -> bool:
        ordre = update(abonnement_notification).where(_bail(pris), _A.etat == _ACTIF)
        with self._moteur.ecriture() as connexion:
            arrete = connexion.execute(ordre.values(etat=_ARRETE, prochain=None, arrete_le=instant, erreur=erreur))
            if not arrete.rowcount:
                return False
            if avis is not None:
                # Only who has the row of this subscription queues notices about it: nobody is waited for.
                ecrire_envois(self._moteur, connexion, [avis], instant)
            return True


def _de(plateforme: str, operateur: str) -> ColumnElement[bool]:
    return and_(_A.plateforme == plateforme, _A.operateur == operateur)


def _bail(pris: Abonnement) -> ColumnElement[bool]:
    """The row while that lease is the last one; a subscription that was withdrawn and made anew began at another instant."""
    return and_(_de(pris.plateforme, pris.operateur), _A.bail == pris.bail, _A.cree_le == pris.cree_le)


def _abonnement(ligne: Any, bail: int | None = None) -> Abonnement:
    return Abonnement(
        plateforme=ligne.plateforme,
        operateur=ligne.operateur,
        adresse=ligne.adresse,
        curseur=ligne.curseur,
        cree_le=ligne.cree_le,
        etat=EtatAbonnement[ligne.etat],
        bail=ligne.bail if bail is None else bail,
        essais=ligne.essais,
        prochain=ligne.prochain,
        recu_le=ligne.recu_le,
        echecs_depuis=ligne.echecs_depuis,
        arrete_le=ligne.arrete_le,
        erreur=ligne.erreur,
    )
