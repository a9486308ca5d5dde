"""The services that e-SAV is compared with, written as one plainly would, behind the same gunicorn settings.

``echo``: stock Spyne with the same concrete types, libxml2 validation, no store: it acknowledges what it decoded.
``orm``: the same Spyne service, that checks prestation and reference by SELECT and inserts with SQLAlchemy's ORM, one session
a request, SQLite in WAL with synchronous=FULL. Both read the catalogue once and build their contract before they listen.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from sqlalchemy import Table, create_engine, event, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.sql.dml import ReturningInsert

from bench.messages import OPERATEUR, catalogue_livre
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.bootstrap.serveur import Serveur
from esav_soap.contract import reponses as r
from esav_soap.contract import spyne_compat as s
from esav_soap.contract.types import Fabrique
from esav_soap.model import Catalogue
from esav_soap.model.requetes import requetes_depot
from esav_soap.names import NS_WS, ns_catalogue, ns_offre
from esav_soap.signalisation.numero import OCTETS, tirer
from esav_soap.store import tables

PLATEFORME = "production"
_OPERATION = "deposerSignalisation"

#: The work of a service: context, decoded entete, decoded formulaire -> AccuseReception.
Travail = Callable[[Any, Any, Any], Any]


def application_spyne(catalogue: Catalogue, travail: Travail) -> Any:
    """The WSGI application of stock Spyne for ``deposerSignalisation`` with the concrete types of ``catalogue``."""
    from spyne.server.wsgi import WsgiApplication

    fabrique = Fabrique(ns_catalogue(catalogue.version), dict(catalogue.nomenclatures))
    structure = requetes_depot(catalogue)[_OPERATION]
    membres = [(e.code, fabrique.element(e, structure.espace, structure.nom_type)) for e in structure.enfants]

    def operation(ctx: Any, entete: Any, formulaire: Any) -> Any:
        return travail(ctx, entete, formulaire)

    operation.__name__ = _OPERATION
    decoree = s.rpc(
        *(type_ for _, type_ in membres),
        _args=[code for code, _ in membres],
        _returns=r.AccuseReception.customize(min_occurs=1, nillable=False),
        _out_variable_name="accuseReception",
    )(operation)
    service = type("Depot", (s.ServiceBase,), {_OPERATION: decoree})
    application = s.Application(
        [service], NS_WS, name="Depot", in_protocol=s.Soap11(validator="lxml"), out_protocol=s.Soap11()
    )
    return WsgiApplication(application)


def echo(catalogue: Catalogue, _: str = "") -> Travail:
    """Acknowledges the request, with its own reference for a number."""

    def travail(ctx: Any, entete: Any, formulaire: Any) -> Any:
        assert formulaire is not None
        return _accuse(entete.referenceOperateur, "EN_DEPOT", datetime.now(UTC), catalogue.version, deja=False)

    return travail


def _accuse(numero: str, etat: str, depot_le: datetime, version: str, *, deja: bool) -> Any:
    return r.AccuseReception(
        numeroSignalisation=numero,
        etat=etat,
        dateHeureDepot=depot_le,
        versionCatalogue=version,
        dejaDeposee=deja,
        avertissement=[],
    )


class Base(DeclarativeBase):
    """ORM classes on the tables of the store, so that what is written is the same."""

    metadata = tables.tables


def _classe(nom: str, table: Table) -> Any:
    return type(nom, (Base,), {"__table__": table})


Prestation = _classe("Prestation", tables.prestation)
Signalisation = _classe("Signalisation", tables.signalisation)
Evenement = _classe("Evenement", tables.evenement)


def sessions(url: str) -> sessionmaker[Session]:
    """Sessions on SQLite, each commit on the disk before it is acknowledged."""
    moteur = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(moteur, "connect")
    def _reglages(connexion: Any, _: object) -> None:
        connexion.execute("PRAGMA journal_mode = WAL")
        connexion.execute("PRAGMA synchronous = FULL")
        connexion.execute("PRAGMA foreign_keys = ON")

    return sessionmaker(moteur)


def _rang_suivant() -> ReturningInsert[tuple[int]]:
    """Counts an event of the opérateur and gives its place in the sequence."""
    compteur = tables.compteur_evenements
    ordre = sqlite.insert(compteur).values(plateforme=PLATEFORME, operateur=OPERATEUR, dernier=1)
    return ordre.on_conflict_do_update(
        index_elements=[compteur.c.plateforme, compteur.c.operateur], set_={"dernier": compteur.c.dernier + 1}
    ).returning(compteur.c.dernier)


def orm(catalogue: Catalogue, url: str) -> Travail:
    """Checks and stores the deposit with the ORM."""
    ouvrir = sessions(url)
    version = catalogue.version
    offres = {ns_offre(version, offre.code): offre.code for offre in catalogue.offres}

    def travail(ctx: Any, entete: Any, _: Any) -> Any:
        formulaire = ctx.in_body_doc[1][0]
        offre = offres[etree.QName(formulaire[0]).namespace or ""]
        octets = etree.tostring(formulaire, encoding="UTF-8")
        signature = hashlib.sha256(octets).digest()
        with ouvrir() as session:
            prestation = session.get(Prestation, (PLATEFORME, OPERATEUR, entete.identifiantPrestation))
            if prestation is None or prestation.offre != offre:
                raise s.Fault("Client", "prestation inconnue, ou d'une autre Offre")
            deja = session.scalars(
                select(Signalisation).where(
                    Signalisation.plateforme == PLATEFORME,
                    Signalisation.operateur == OPERATEUR,
                    Signalisation.reference == entete.referenceOperateur,
                )
            ).first()
            if deja is not None:
                if deja.empreinte != signature:
                    raise s.Fault("Client", "référence déjà utilisée")
                return _accuse(deja.numero, deja.etat, deja.depot_le, deja.version_catalogue, deja=True)
            maintenant = datetime.now(UTC)
            signalisation = Signalisation(
                numero=tirer(secrets.token_bytes(OCTETS)),
                plateforme=PLATEFORME,
                operateur=OPERATEUR,
                reference=entete.referenceOperateur,
                empreinte=signature,
                etat="EN_DEPOT",
                prestation=prestation.identifiant,
                offre=offre,
                version_catalogue=version,
                depot_le=maintenant,
                modifiee_le=maintenant,
                contact_nom=entete.contact.nom,
                contact_telephone=entete.contact.telephone,
                contact_courriel=entete.contact.courriel,
                formulaire=octets,
            )
            session.add(signalisation)
            session.flush()
            session.add(
                Evenement(
                    signalisation=signalisation.id,
                    plateforme=PLATEFORME,
                    operateur=OPERATEUR,
                    rang=session.scalars(_rang_suivant()).one(),
                    date=maintenant,
                    etat="EN_DEPOT",
                    cote="OPERATEUR",
                    action="DEPOSER",
                    auteur="",
                    visibilite="PARTAGE",
                    commentaire="",
                )
            )
            reponse = _accuse(signalisation.numero, "EN_DEPOT", maintenant, version, deja=False)
            session.commit()
            return reponse

    return travail


SERVICES: Mapping[str, Callable[[Catalogue, str], Travail]] = {"echo": echo, "orm": orm}


_REPONSE = b"<numeroSignalisation>1</numeroSignalisation><dejaDeposee>false</dejaDeposee>"


def vide(environ: Any, start_response: Any) -> Any:
    """Reads the request and answers with a constant: what gunicorn alone costs."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", str(len(_REPONSE)))])
    return [_REPONSE]


class ServeurNu(Serveur):
    """One of the services behind the settings of ``esav serve``, and gunicorn's own threaded worker."""

    travailleur = "gthread"

    def __init__(self, nom: str, reglages: Reglages) -> None:
        self._nom = nom
        super().__init__(reglages)

    def load(self) -> Any:
        catalogue = catalogue_livre()
        application: Any = vide
        if self._nom != "vide":
            application = application_spyne(catalogue, SERVICES[self._nom](catalogue, self._reglages.store))

        def wsgi(environ: Any, start_response: Any) -> Any:
            if environ["PATH_INFO"] == "/sante":
                start_response("200 OK", [("Content-Length", "3")])
                return [b"ok\n"]
            return application(environ, start_response)

        return wsgi


if __name__ == "__main__":
    _nom, _adresse, _url, _processus = sys.argv[1:]
    ServeurNu(_nom, Reglages(store=_url, adresse=_adresse, processus=int(_processus))).run()
