"""Writing deposits: the hot path, in plain SQL.

Several deposits are written in one transaction; a deposit whose reference or number is taken is left out by the engine
itself (``ON CONFLICT DO NOTHING``), so that it costs the others nothing, and is then answered with what is stored. So is one
whose reference or number is archived: the archive is asked in the same statement, by its keys (:mod:`esav_soap.store.archives`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.exc import DBAPIError

from esav_soap.calendar import en_utc
from esav_soap.jeton import JETON
from esav_soap.signalisation import Action, Cote, Depot, Etat, NouvelleSignalisation, Visibilite
from esav_soap.store.archives_lecture import lire_depot_archive
from esav_soap.store.moteur import Moteur, occupe
from esav_soap.store.sequence import NUMEROTER_LOT, reserver_sqlite
from esav_soap.store.tables import instant_sqlite, signalisation
from esav_soap.usecases.ports.depots import NumeroDejaPris

_EN_DEPOT = Etat.EN_DEPOT.name

#: Columns of a new row, with their type for PostgreSQL's arrays.
COLONNES = {
    "numero": "text",
    "plateforme": "text",
    "operateur": "text",
    "reference": "text",
    "empreinte": "bytea",
    "etat": "text",
    "prestation": "text",
    "offre": "text",
    "version_catalogue": "text",
    "depot_le": "timestamptz",
    "modifiee_le": "timestamptz",
    "contact_nom": "text",
    "contact_telephone": "text",
    "contact_courriel": "text",
    "formulaire": "bytea",
}
_NOMS = ", ".join(COLONNES)
#: Columns of its event: first those of the deposit, then those that all deposits have the same.
_NOMS_EVENEMENT = (
    "signalisation, plateforme, operateur, rang, date, etat, cote, action, auteur, visibilite, commentaire"
)
_CONSTANTES = (
    f"'{Etat.EN_DEPOT.name}', '{Cote.OPERATEUR.name}', '{Action.DEPOSER.name}', '', '{Visibilite.PARTAGE.name}', ''"
)

_SIGNALISATION_SQLITE = f"""
    INSERT INTO signalisation ({_NOMS}) SELECT {", ".join("?" * len(COLONNES))}
    WHERE NOT EXISTS (SELECT 1 FROM archive_signalisation WHERE numero = ?)
      AND NOT EXISTS (SELECT 1 FROM archive_signalisation WHERE plateforme = ? AND operateur = ? AND reference = ?)
    ON CONFLICT DO NOTHING
"""  # noqa: S608
_EVENEMENT_SQLITE = f"INSERT INTO evenement ({_NOMS_EVENEMENT}) VALUES (?, ?, ?, ?, ?, {_CONSTANTES})"  # noqa: S608
#: One statement for the whole group, so one round trip; alone it is also its own transaction. No signalisation is written
#: once a counter is held, and the counters are taken in the order of their keys: see :mod:`esav_soap.store.sequence`.
_DEPOT_POSTGRESQL = f"""
    WITH ecrites AS (
        INSERT INTO signalisation ({_NOMS})
        SELECT * FROM unnest({", ".join(f"%s::{nature}[]" for nature in COLONNES.values())}) AS n ({_NOMS})
        WHERE (SELECT true FROM archive_signalisation AS a WHERE a.numero = n.numero) IS NULL
          AND (SELECT true FROM archive_signalisation AS a
               WHERE a.plateforme = n.plateforme AND a.operateur = n.operateur AND a.reference = n.reference) IS NULL
        ON CONFLICT DO NOTHING
        RETURNING id, depot_le, numero, plateforme, operateur, reference
    ), compteurs AS (
        {NUMEROTER_LOT}
    ), evenements AS (
        INSERT INTO evenement ({_NOMS_EVENEMENT})
        SELECT id, plateforme, operateur, dernier + 1 - row_number() OVER (PARTITION BY plateforme, operateur ORDER BY id DESC),
               depot_le, {_CONSTANTES}
        FROM ecrites JOIN compteurs USING (plateforme, operateur)
    )
    SELECT numero, plateforme, operateur, reference FROM ecrites
"""  # noqa: S608

_STOCKE = select(
    signalisation.c.numero,
    signalisation.c.etat,
    signalisation.c.depot_le,
    signalisation.c.version_catalogue,
    signalisation.c.empreinte,
)

Lot = Sequence[NouvelleSignalisation]


def ecrire_depots(moteur: Moteur, lot: Lot) -> list[Depot | Exception]:
    """Commit deposits together; one answer for each, which may be :class:`NumeroDejaPris` or what its own data caused.

    Raises what concerns all of them: the store is full, or out of reach.
    """
    ecrire = _ecrire_sqlite if moteur.sqlite else _ecrire_postgresql
    try:
        return _reessayer(lambda: ecrire(moteur, lot))
    except Exception as erreur:
        if len(lot) == 1 or occupe(erreur) or (isinstance(erreur, DBAPIError) and erreur.connection_invalidated):
            raise
    # One of them made the transaction fail, and nothing is written: each by itself, so that only this one is refused.
    resultats: list[Depot | Exception] = []
    for nouvelle in lot:
        try:
            resultats += _reessayer(lambda nouvelle=nouvelle: ecrire(moteur, [nouvelle]))  # type: ignore[misc]
        except Exception as erreur:
            resultats.append(erreur)
    return resultats


def _reessayer(ecriture: Callable[[], list[Depot | Exception]]) -> list[Depot | Exception]:
    """Once more when the server had closed the connection: a deposit may be repeated, its reference is unique."""
    try:
        return ecriture()
    except DBAPIError as erreur:
        if not erreur.connection_invalidated:
            raise
    return ecriture()


def _ecrire_sqlite(moteur: Moteur, lot: Lot) -> list[Depot | Exception]:
    lignes = [valeurs_depot(nouvelle, instant_sqlite(nouvelle.depot_le)) for nouvelle in lot]
    with moteur.ecriture_sqlite() as connexion:
        curseur = connexion.cursor()
        ids = []
        for ligne in lignes:
            curseur.execute(_SIGNALISATION_SQLITE, (*ligne, *ligne[:4]))  # its first four are the keys
            ids.append(curseur.lastrowid if curseur.rowcount == 1 else None)
        ecrites = [(id_, ligne) for id_, ligne in zip(ids, lignes, strict=True) if id_ is not None]
        rangs = {}
        for cle, nombre in Counter(ligne[1:3] for _, ligne in ecrites).items():
            rangs[cle] = iter(reserver_sqlite(curseur, cle, nombre))
        curseur.executemany(
            _EVENEMENT_SQLITE, [(id_, *ligne[1:3], next(rangs[ligne[1:3]]), ligne[9]) for id_, ligne in ecrites]
        )
    return [
        _refuse_sqlite(moteur, nouvelle) if id_ is None else _accepte(nouvelle)
        for nouvelle, id_ in zip(lot, ids, strict=True)
    ]


def _refuse_sqlite(moteur: Moteur, nouvelle: NouvelleSignalisation) -> Depot | NumeroDejaPris:
    return moteur.lire(lambda connexion: _refuse(connexion, nouvelle))


def _ecrire_postgresql(moteur: Moteur, lot: Lot) -> list[Depot | Exception]:
    # In the order of the keys: two nodes that write the same references wait for one another, and never in a circle.
    ordre = sorted(range(len(lot)), key=lambda rang: _cle(lot[rang]))
    lignes = [valeurs_depot(lot[rang], en_utc(lot[rang].depot_le)) for rang in ordre]
    with JETON.rendu(), moteur.ecrivains.connect() as connexion:
        reponse = connexion.exec_driver_sql(_DEPOT_POSTGRESQL, tuple(map(list, zip(*lignes, strict=True))))
        ecrites = {tuple(ligne) for ligne in reponse}
        resultats: dict[int, Depot | Exception] = {}
        for rang in ordre:
            nouvelle = lot[rang]
            marque = (nouvelle.numero, *_cle(nouvelle))
            if marque in ecrites:
                ecrites.discard(marque)
                resultats[rang] = _accepte(nouvelle)
            else:
                resultats[rang] = _refuse(connexion, nouvelle)
        return [resultats[rang] for rang in range(len(lot))]


def _cle(nouvelle: NouvelleSignalisation) -> tuple[str, str, str]:
    return nouvelle.plateforme, nouvelle.operateur, nouvelle.reference


def valeurs_depot(nouvelle: NouvelleSignalisation, instant: Any) -> tuple[Any, ...]:
    """In the order of :data:`COLONNES`; ``instant``: that of the deposit, as the driver takes it."""
    return (
        nouvelle.numero,
        nouvelle.plateforme,
        nouvelle.operateur,
        nouvelle.reference,
        nouvelle.empreinte,
        _EN_DEPOT,
        nouvelle.prestation,
        nouvelle.offre,
        nouvelle.version_catalogue,
        instant,
        instant,
        nouvelle.contact.nom,
        nouvelle.contact.telephone,
        nouvelle.contact.courriel,
        nouvelle.formulaire,
    )


def _accepte(nouvelle: NouvelleSignalisation) -> Depot:
    return Depot(
        nouvelle.numero,
        Etat.EN_DEPOT,
        en_utc(nouvelle.depot_le),
        nouvelle.version_catalogue,
        nouvelle.empreinte,
        deja_deposee=False,
    )


def _refuse(connexion: Connection, nouvelle: NouvelleSignalisation) -> Depot | NumeroDejaPris:
    """What its reference already holds; if nothing, it was the number that stood in the way."""
    return lire_depot(connexion, *_cle(nouvelle)) or NumeroDejaPris(nouvelle.numero)


def lire_depot(connexion: Connection, plateforme: str, operateur: str, reference: str) -> Depot | None:
    """The deposit that a reference holds, archived or not."""
    ligne = connexion.execute(_STOCKE.where(par_reference(plateforme, operateur, reference))).first()
    if ligne is None:
        return lire_depot_archive(connexion, plateforme, operateur, reference)
    return Depot(
        ligne.numero, Etat[ligne.etat], ligne.depot_le, ligne.version_catalogue, ligne.empreinte, deja_deposee=True
    )


def par_reference(plateforme: str, operateur: str, reference: str) -> Any:
    """The condition on ``signalisation`` that its unique index answers."""
    c = signalisation.c
    return and_(c.plateforme == plateforme, c.operateur == operateur, c.reference == reference)
