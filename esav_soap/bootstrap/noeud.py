"""The one place that joins ports to adapters: a node, from its settings."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from esav_soap import pki
from esav_soap.bootstrap.ecoutes import sur_la_boucle
from esav_soap.bootstrap.horloge import fonction, horloge
from esav_soap.bootstrap.operations import monter_operations
from esav_soap.bootstrap.publieur import PublieurDuNoeud
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.contract.schemas import GENERE, compiler_schema, fichiers_schemas
from esav_soap.contract.services import RECEPTEURS, SERVICES
from esav_soap.contract.wsdl import contrat, octets
from esav_soap.errors import ReglageInvalide
from esav_soap.jeton import JETON
from esav_soap.soap.identite import Identite, IdentiteParCertificat, entete_locale
from esav_soap.soap.wsgi import ApplicationWsgi
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.acces import PEREMPTION_S, RegistreAcces
from esav_soap.usecases.avertissements import AvertissementsCertificats
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.ports.horloge import Horloge
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.scenarios import ATTENTES, AvecScenarios

_journal = logging.getLogger(__name__)


@dataclass
class Noeud:
    """A node ready to answer. ``application`` is its WSGI application."""

    reglages: Reglages
    magasin: Magasin
    registre: Registre
    acces: RegistreAcces
    horloge: Horloge
    application: ApplicationWsgi

    def suivre_les_versions(self) -> None:
        """Look at the recorded versions from time to time, in a thread that ends with the process."""
        self._suivre("versions du catalogue", lambda: self.registre.rafraichir(self.horloge()))

    def suivre_les_acces(self) -> None:
        """The same for certificates, CAs and subscriptions."""
        self._suivre("certificats et souscriptions", self.acces.rafraichir)

    def _suivre(self, quoi: str, lire: Callable[[], None]) -> None:
        def suivre() -> None:
            pause = threading.Event()
            while not pause.wait(self.reglages.rafraichissement):
                try:
                    lire()
                except Exception:
                    _journal.exception("%s : lecture impossible, nouvel essai", quoi)

        threading.Thread(target=suivre, name=quoi, daemon=True).start()


def identite(reglages: Reglages) -> Identite | None:
    """The identity source of the settings, None for certificates; only a loopback address may do without a real one.

    Raises :class:`ReglageInvalide`.
    """
    if reglages.source == "certificat":
        return None
    if reglages.source == "locale":
        if not sur_la_boucle(reglages.adresse):
            raise ReglageInvalide(
                f"L'adresse {reglages.adresse} est joignable par d'autres machines, mais aucune source d'identité ne dit "
                "qui appelle. Écouter sur 127.0.0.1, ou indiquer ESAV_TLS_CERTIFICAT et ESAV_TLS_CLE, ou "
                "ESAV_IDENTITE=paquet.module:fonction."
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
    """Request schemas and WSDLs of the services that do not depend on the catalogue: small, built once at start. Of those
    that opérateurs offer, the WSDLs alone."""
    contrats = {service: contrat(service) for service in SERVICES if service != "depot"}
    schemas = {service: compiler_schema(fichiers_schemas(c), f"{service}.xsd") for service, c in contrats.items()}
    contrats |= {service: contrat(service) for service in RECEPTEURS}
    return schemas, {service: octets(c.wsdl, GENERE) for service, c in contrats.items()}


def monter(reglages: Reglages) -> Noeud:
    """Open the store, load the recorded versions, make the application. Raises :class:`ReglageInvalide`."""
    source = identite(reglages)
    magasin = ouvrir(reglages.store)
    registre = Registre(magasin, reglages.base_url)
    instant = horloge(reglages)
    registre.rafraichir(instant())
    acces = RegistreAcces(magasin, pki, peremption=max(PEREMPTION_S, 5 * reglages.rafraichissement))
    acces.rafraichir()
    schemas, wsdls = contrats_sans_version()
    publieur = PublieurDuNoeud(magasin, reglages.store, registre.base_url)
    homologations = RegistreHomologations(magasin, registre.base_url, exigee=reglages.homologation == "exigee")
    signalisations = avec_scenarios(magasin, registre, instant, reglages.fils)
    operations = monter_operations(
        signalisations, signalisations.avancer, magasin, registre, publieur, homologations, schemas, instant
    )
    qui = IdentiteParCertificat(acces) if source is None else sans_jeton(source)
    tailles = reglages.taille_max, reglages.taille_pack_max
    avertir = AvertissementsCertificats(lambda: acces.certificats).pour
    application = ApplicationWsgi(
        operations, registre, qui, instant, wsdls, homologations, *tailles, avertir, lambda: acces.autorites
    )
    return Noeud(reglages, magasin, registre, acces, instant, application)
