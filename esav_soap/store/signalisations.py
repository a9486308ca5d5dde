"""The port ``Signalisations`` on SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from esav_soap.signalisation import (
    Contact,
    Depot,
    Etat,
    Evenement,
    NouvelleSignalisation,
    Prestation,
    Signalisation,
)
from esav_soap.store.archives_lecture import lire_dossier, par_numero_archive, par_reference_archivee
from esav_soap.store.depots import ecrire_depots, lire_depot, par_reference
from esav_soap.store.evenements import COLONNES, lire_evenement
from esav_soap.store.groupe import Groupe
from esav_soap.store.listes import ListesSQL
from esav_soap.store.moteur import Moteur
from esav_soap.store.saisies import ecrire_saisie
from esav_soap.store.tables import evenement, prestation, signalisation

#: Deposits of one transaction; more threads than this do not wait longer for it.
GROUPE_MAX = 64
#: How long a deposit waits for the group before it, which a suspended process may hold up.
DELAI_S = 30

_P = prestation.c
_S = signalisation.c

#: In the driver's words: it is read by every deposit.
PRESTATION = (
    "SELECT offre, extremite_a, extremite_b, complement, garantie, zone FROM prestation "
    "WHERE plateforme = ? AND operateur = ? AND identifiant = ?"
)

_SIGNALISATION = select(
    signalisation,
    _P.identifiant,
    _P.offre.label("p_offre"),
    _P.extremite_a,
    _P.extremite_b,
    _P.complement,
    _P.garantie,
    _P.zone,
).join_from(
    signalisation,
    prestation,
    and_(_P.plateforme == _S.plateforme, _P.operateur == _S.operateur, _P.identifiant == _S.prestation),
    isouter=True,
)
_EVENEMENTS = select(evenement.c.signalisation, *COLONNES).order_by(evenement.c.id)


class SignalisationsSQL(ListesSQL):
    """Reads on connections of their own, which no writer holds up; deposits in groups (``Groupe``)."""

    def __init__(self, moteur: Moteur) -> None:
        ListesSQL.__init__(self, moteur)
        self._prestation = PRESTATION if moteur.sqlite else PRESTATION.replace("?", "%s")
        self._depots: Groupe[NouvelleSignalisation, Depot] = Groupe(
            lambda lot: ecrire_depots(moteur, lot), maximum=GROUPE_MAX, delai_s=DELAI_S
        )

    def prestation(self, plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        ligne = self._moteur.ligne(self._prestation, (plateforme, operateur, identifiant))
        return None if ligne is None else Prestation(plateforme, operateur, identifiant, *ligne)

    def deposer(self, nouvelle: NouvelleSignalisation) -> Depot:
        return self._depots.soumettre(nouvelle)

    def depot(self, plateforme: str, operateur: str, reference: str) -> Depot | None:
        return self._moteur.lire(lambda connexion: lire_depot(connexion, plateforme, operateur, reference))

    def par_numero(self, plateforme: str, operateur: str, numero: str) -> Signalisation | None:
        propre = and_(_S.numero == numero, _S.plateforme == plateforme, _S.operateur == operateur)
        return self._lire(propre, par_numero_archive(numero, plateforme, operateur))

    def par_reference(self, plateforme: str, operateur: str, reference: str) -> Signalisation | None:
        cle = (plateforme, operateur, reference)
        return self._lire(par_reference(*cle), par_reference_archivee(*cle))

    def retrouver(self, numero: str) -> Signalisation | None:
        return self._lire(_S.numero == numero, par_numero_archive(numero))

    def retrouver_toutes(self, numeros: Sequence[str]) -> Mapping[str, Signalisation]:
        def lire(connexion: Connection) -> Mapping[str, Signalisation]:
            with self._moteur.instantane(connexion):
                return {lue.numero: lue for _, lue in lire_plusieurs(connexion, _S.numero.in_(numeros))}

        return self._moteur.lire(lire)

    def saisir(self, nouvelle: NouvelleSignalisation, premier: Evenement, saisie_le: datetime) -> Depot:
        return ecrire_saisie(self._moteur, nouvelle, premier, saisie_le)

    def _lire(self, condition: ColumnElement[bool], archivee: ColumnElement[bool]) -> Signalisation | None:
        def lire(connexion: Connection) -> Signalisation | None:
            with self._moteur.instantane(connexion):
                lue = lire_une(connexion, condition)
                if lue is not None:
                    return lue
                dossier = lire_dossier(connexion, archivee)
                return None if dossier is None else dossier.signalisation

        return self._moteur.lire(lire)


def lire_une(connexion: Connection, condition: ColumnElement[bool]) -> Signalisation | None:
    """The one of the hot tables, with its events; in a transaction that sees one moment, or has its row locked."""
    ligne = connexion.execute(_SIGNALISATION.where(condition)).first()
    if ligne is None:
        return None
    return _composer(ligne, connexion.execute(_EVENEMENTS.where(evenement.c.signalisation == ligne.id)).all())


def lire_plusieurs(connexion: Connection, condition: ColumnElement[bool]) -> list[tuple[Any, Signalisation]]:
    """The same of all that meet it, each with its row of ``signalisation``."""
    lignes = connexion.execute(_SIGNALISATION.where(condition)).all()
    histoires: dict[int, list[Any]] = {ligne.id: [] for ligne in lignes}
    for un in connexion.execute(_EVENEMENTS.where(evenement.c.signalisation.in_(list(histoires)))):
        histoires[un.signalisation].append(un)
    return [(ligne, _composer(ligne, histoires[ligne.id])) for ligne in lignes]


def _composer(ligne: Any, evenements: Any) -> Signalisation:
    cle = (ligne.plateforme, ligne.operateur, ligne.prestation)
    connue = (
        Prestation(
            *cle, ligne.p_offre, ligne.extremite_a, ligne.extremite_b, ligne.complement, ligne.garantie, ligne.zone
        )
        if ligne.identifiant is not None
        else Prestation(*cle, ligne.offre)
    )
    return Signalisation(
        numero=ligne.numero,
        plateforme=ligne.plateforme,
        operateur=ligne.operateur,
        reference=ligne.reference,
        etat=Etat[ligne.etat],
        offre=ligne.offre,
        version_catalogue=ligne.version_catalogue,
        depot_le=ligne.depot_le,
        modifiee_le=ligne.modifiee_le,
        contact=Contact(ligne.contact_nom, ligne.contact_telephone, ligne.contact_courriel),
        formulaire=ligne.formulaire,
        prestation=connue,
        evenements=tuple(map(lire_evenement, evenements)),
        saisie_le=ligne.saisie_le,
    )
