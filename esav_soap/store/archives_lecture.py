"""Reading what is archived, where the hot tables have nothing (any more).

Whoever looks for something looks in the hot tables first and here second, each by a statement that sees what is committed: a
signalisation leaves the hot tables only when it stands here, so it is never missed, and may be seen twice at most.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from esav_soap.rendez_vous import Reservation
from esav_soap.signalisation import Depot, Etat, Prestation, Visibilite
from esav_soap.store.tables import archive_evenement, archive_reservation, archive_signalisation, prestation
from esav_soap.usecases.archives.document import Dossier, ecrire, lire
from esav_soap.usecases.ports.evenements import EvenementSuivi

_A = archive_signalisation.c
_E = archive_evenement.c
_P = prestation.c
_R = archive_reservation.c

_DEPOT = select(_A.numero, _A.etat, _A.depot_le, _A.version_catalogue, _A.empreinte)
_PRESTATION = select(_P.offre, _P.extremite_a, _P.extremite_b, _P.complement, _P.garantie, _P.zone)


def comprimer(dossier: Dossier) -> bytes:
    """The document as it is kept."""
    return zlib.compress(ecrire(dossier))


def decomprimer(document: bytes) -> Dossier:
    """The dossier of a document as it is kept."""
    return lire(zlib.decompress(document))


def lire_depot_archive(connexion: Connection, plateforme: str, operateur: str, reference: str) -> Depot | None:
    """The archived deposit that a reference holds (R3.3)."""
    ligne = connexion.execute(_DEPOT.where(par_reference_archivee(plateforme, operateur, reference))).first()
    if ligne is None:
        return None
    return Depot(
        ligne.numero, Etat[ligne.etat], ligne.depot_le, ligne.version_catalogue, ligne.empreinte, deja_deposee=True
    )


def numero_archive(connexion: Connection, numero: str) -> bool:
    """Whether an archived signalisation has that number, which so is not given again."""
    return connexion.execute(select(_A.numero).where(_A.numero == numero)).first() is not None


def par_reference_archivee(plateforme: str, operateur: str, reference: str) -> ColumnElement[bool]:
    return and_(_A.plateforme == plateforme, _A.operateur == operateur, _A.reference == reference)


def par_numero_archive(numero: str, plateforme: str | None = None, operateur: str | None = None) -> ColumnElement[bool]:
    conditions = [_A.numero == numero]
    if plateforme is not None:
        conditions.append(_A.plateforme == plateforme)
    if operateur is not None:
        conditions.append(_A.operateur == operateur)
    return and_(*conditions)


def lire_dossier(connexion: Connection, condition: ColumnElement[bool]) -> Dossier | None:
    """The archived signalisation, with its prestation as the parc has it now; as it was archived, when it left the parc."""
    document = connexion.scalar(select(_A.document).where(condition))
    if document is None:
        return None
    dossier = decomprimer(document)
    p = dossier.signalisation.prestation
    cle = and_(_P.plateforme == p.plateforme, _P.operateur == p.operateur, _P.identifiant == p.identifiant)
    connue = connexion.execute(_PRESTATION.where(cle)).first()
    if connue is None:
        return dossier
    presente = Prestation(p.plateforme, p.operateur, p.identifiant, *connue)
    return replace(dossier, signalisation=replace(dossier.signalisation, prestation=presente))


def evenements_archives(
    connexion: Connection, plateforme: str, operateur: str, apres: int, jusqu_a: int, maximum: int
) -> dict[int, EvenementSuivi]:
    """The first archived events after that place of the sequence that the opérateur may see, by their place."""
    pointeurs = connexion.execute(
        select(_E.rang, _E.signalisation)
        .where(_E.plateforme == plateforme, _E.operateur == operateur, _E.rang > apres, _E.rang <= jusqu_a)
        .order_by(_E.rang)
        .limit(maximum)
    ).all()
    numeros = {ligne.signalisation for ligne in pointeurs}
    if not numeros:
        return {}
    documents = connexion.execute(select(_A.document).where(_A.numero.in_(numeros))).scalars()
    par_rang: dict[int, EvenementSuivi] = {}
    for document in documents:
        s = decomprimer(document).signalisation
        par_rang |= {un.rang: EvenementSuivi(s.numero, s.reference, un) for un in s.evenements}
    return {ligne.rang: par_rang[ligne.rang] for ligne in pointeurs}


def rendez_vous_archives(
    connexion: Connection,
    plateforme: str,
    operateur: str | None,
    *,
    signalisation: str | None = None,
    numero: str | None = None,
    reference: str | None = None,
) -> tuple[Reservation, ...]:
    """Archived appointments, the oldest first: of a signalisation, or the one of that number or reference."""
    conditions = [_R.plateforme == plateforme]
    if operateur is not None:
        conditions.append(_R.operateur == operateur)
    if numero is not None:
        conditions.append(_R.numero == numero)
    if reference is not None:
        conditions.append(_R.reference == reference)
    if signalisation is None:
        signalisation = connexion.scalar(select(_R.signalisation).where(*conditions))
    if signalisation is None:
        return ()
    dossier = lire_dossier(connexion, par_numero_archive(signalisation, plateforme, operateur))
    siennes = () if dossier is None else dossier.rendez_vous
    return tuple(r for r in siennes if numero in (None, r.numero) and reference in (None, r.reference))


def pointeurs(dossier: Dossier) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The rows that lead to a document: of its events that the opérateur may see, of its appointments."""
    s = dossier.signalisation
    commun = {"plateforme": s.plateforme, "operateur": s.operateur, "signalisation": s.numero}
    return (
        [{**commun, "rang": un.rang} for un in s.evenements if un.visibilite is Visibilite.PARTAGE],
        [{**commun, "numero": une.numero, "reference": une.reference} for une in dossier.rendez_vous],
    )
