"""WSDLs made from the shipped catalogues, as a service would give them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from esav_soap.cli.client import client
from esav_soap.client import ContratDepot
from esav_soap.contract.schemas import GENERE
from esav_soap.contract.wsdl import adresser, contrat, en_soap_12, octets
from esav_soap.model import Catalogue
from esav_soap.names import chemin_service
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from tests.unit.client.service_feint import BASE, Reponse, ServiceFeint

RACINE = Path(__file__).parents[3]
VERSIONS = ("2026.1", "2026.2")
SERVICES = ("suivi", "rendez-vous", "sav", "information", "catalogue")


@pytest.fixture(scope="session")
def catalogues() -> Mapping[str, Catalogue]:
    return {v: lire_catalogue(depuis_dossiers(RACINE, v)) for v in VERSIONS}


@pytest.fixture(scope="session")
def wsdls(catalogues: Mapping[str, Catalogue]) -> Mapping[str, bytes]:
    """WSDLs without address: by service, and ``depot/<version>``."""
    faits = {f"depot/{v}": octets(contrat("depot", c).wsdl, GENERE) for v, c in catalogues.items()}
    return faits | {service: octets(contrat(service).wsdl, GENERE) for service in SERVICES}


@pytest.fixture(scope="session")
def documents(wsdls: Mapping[str, bytes]) -> Mapping[str, Reponse]:
    """What a service answers to GET on both platforms; the newest version of depot is 2026.2."""
    reponses = {}
    for plateforme in ("production", "integration"):
        for nom, wsdl in wsdls.items():
            service, _, version = nom.partition("/")
            adresse = adresser(wsdl, BASE, plateforme, service, version or None)
            chemin = chemin_service(plateforme, service, version or None)
            reponses[f"{chemin}?wsdl"] = Reponse(adresse)
            reponses[f"{chemin}?wsdl=soap12"] = Reponse(en_soap_12(adresse))
        for question in ("wsdl", "wsdl=soap12"):
            lieu = f"https://public.example/{plateforme}/ws/1/depot/2026.2?{question}"
            reponses[f"/{plateforme}/ws/1/depot?{question}"] = Reponse(b"", 302, entetes={"Location": lieu})
    return reponses


@pytest.fixture
def service(documents: Mapping[str, Reponse]) -> ServiceFeint:
    return ServiceFeint(documents)


@pytest.fixture(scope="session")
def contrats(wsdls: Mapping[str, bytes]) -> Mapping[str, ContratDepot]:
    """What the client reads from the WSDLs of depot, by version."""
    return {v: ContratDepot(wsdls[f"depot/{v}"]) for v in VERSIONS}


@pytest.fixture
def lancer(service: ServiceFeint, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``esav client`` against the feigned service."""

    def session() -> requests.Session:
        faite = vraie()
        faite.mount(BASE, service)
        return faite

    vraie = requests.Session
    monkeypatch.setattr("esav_soap.client.esav.requests.Session", session)
    monkeypatch.setenv("ESAV_URL", BASE)
    for nom in ("ESAV_OPERATEUR", "ESAV_PLATEFORME", "ESAV_CONTACT_NOM", "ESAV_CONTACT_TELEPHONE"):
        monkeypatch.delenv(nom, raising=False)

    def faire(*arguments: str, entree: bytes | None = None) -> Result:
        resultat = CliRunner().invoke(client, arguments, input=entree)
        if resultat.exception is not None and not isinstance(resultat.exception, SystemExit):
            raise resultat.exception
        return resultat

    return faire
