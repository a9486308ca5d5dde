"""The one place that joins ports to adapters: a node, from its settings."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from esav_soap.bootstrap.horloge import fonction, horloge
from esav_soap.bootstrap.publieur import PublieurDuNoeud
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.contract.schemas import GENERE, compiler_schema, fichiers_schemas
from esav_soap.contract.services import SERVICES
from esav_soap.contract.wsdl import contrat, octets
from esav_soap.errors import ReglageInvalide
from esav_soap.jeton import JETON
from esav_soap.soap.identite import Identite, entete_locale
from esav_soap.soap.operations import Operations
from esav_soap.soap.wsgi import ApplicationWsgi
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.ports import Horloge
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.scenarios import ATTENTES, AvecScenarios

_journal = logging.getLogger(__name__)
_BOUCLES = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


@dataclass
class Noeud:
    """A node ready to answer. ``application`` is its WSGI application."""

    reglages: Reglages
    magasin: Magasin
    registre: Registre
    horloge: Horloge
    application: ApplicationWsgi

    def suivre_les_versions(self) -> None:
        """Look at the recorded versions from time to time, in a thread that ends with the process."""

        def suivre() -> None:
            pause = threading.Event()
            while not pause.wait(self.reglages.rafraichissement):
                try:
                    self.registre.rafraichir(self.horloge())
                except Exception:
                    _journal.exception("versions du catalogue : lecture impossible, nouvel essai")

        threading.Thread(target=suivre, name="versions", daemon=True).start()


def identite(reglages: Reglages) -> Identite:
    """The identity source of the settings; only a loopback address may do without a real one.

    Raises :class:`ReglageInvalide`.
    """
    hote = reglages.adresse.rpartition(":")[0]
    if reglages.identite in ("", "locale"):
        if hote not in _BOUCLES:
            raise ReglageInvalide(
                f"L'adresse {reglages.adresse} est joignable par d'autres machines, mais aucune source d'identité ne dit "
                "qui appelle. Écouter sur 127.0.0.1, ou indiquer ESAV_IDENTITE=paquet.module:fonction."
            )
        return entete_locale
    return fonction("ESAV_IDENTITE", reglages.identite)


def sans_jeton(source: Identite) -> Identite:
    """An integrator's source may have to ask a directory: others compute meanwhile."""
    if source is entete_locale:
        return source

    def demander(environ: Mapping[str, Any]) -> Any:
        with JETON.rendu():
            return source(environ)

    return demander


def avec_scenarios(magasin: Magasin, registre: Registre, instant: Horloge, fils: int) -> AvecScenarios:
    """The signalisations, with the test prestations of integration; at least one thread is always left to the others."""

    def offres(quand: datetime) -> frozenset[str]:
        return registre.offres("integration", quand)

    return AvecScenarios(magasin, magasin, offres, instant, time.sleep, min(ATTENTES, fils - 1))


def contrats_sans_version() -> tuple[dict[str, etree.XMLSchema], dict[str, bytes]]:
    """Request schemas and WSDLs of the services that do not depend on the catalogue: small, built once at start."""
    contrats = {service: contrat(service) for service in SERVICES if service != "depot"}
    schemas = {service: compiler_schema(fichiers_schemas(c), f"{service}.xsd") for service, c in contrats.items()}
    return schemas, {service: octets(c.wsdl, GENERE) for service, c in contrats.items()}


def monter(reglages: Reglages) -> Noeud:
    """Open the store, load the recorded versions, make the application. Raises :class:`ReglageInvalide`."""
    source = identite(reglages)
    magasin = ouvrir(reglages.store)
    registre = Registre(magasin, reglages.base_url)
    instant = horloge(reglages)
    registre.rafraichir(instant())
    schemas, wsdls = contrats_sans_version()
    publieur = PublieurDuNoeud(magasin, reglages.store, registre.base_url)
    homologations = RegistreHomologations(magasin, registre.base_url, exigee=reglages.homologation == "exigee")
    signalisations = avec_scenarios(magasin, registre, instant, reglages.fils)
    operations = Operations(signalisations, registre, schemas, publieur, homologations)
    tailles = reglages.taille_max, reglages.taille_pack_max
    application = ApplicationWsgi(operations, registre, sans_jeton(source), instant, wsdls, homologations, *tailles)
    return Noeud(reglages, magasin, registre, instant, application)
