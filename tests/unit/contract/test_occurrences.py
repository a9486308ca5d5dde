"""The WSDL of a service says of each member of a request what the model of that request says: no more and no less often."""

from __future__ import annotations

from pathlib import Path

import pytest

from esav_soap.contract.services import SERVICES, requetes
from esav_soap.contract.wsdl import contrat
from esav_soap.model.structure import Branche, Feuille
from esav_soap.names import NS_XSD
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers

RACINE = Path(__file__).parents[3]
_XS = f"{{{NS_XSD}}}"


@pytest.mark.exigence("R1.1", "R3.5", "R4.1")
@pytest.mark.parametrize("service", SERVICES)
def test_occurrences_du_wsdl__celles_de_la_requete(service: str) -> None:
    catalogue = lire_catalogue(depuis_dossiers(RACINE, "2026.2")) if service == "depot" else None
    wsdl = contrat(service, catalogue).wsdl
    types = {type_.get("name"): type_ for type_ in wsdl.iter(f"{_XS}complexType")}
    lues, voulues = {}, {}
    for operation, structure in requetes(service, catalogue).items():
        for element in types[operation].iter(f"{_XS}element"):
            maximum = element.get("maxOccurs", "1")
            lues[operation, element.get("name")] = (element.get("minOccurs", "1"), maximum)
        for enfant in structure.enfants:
            bornes = (enfant.minimum, enfant.maximum) if isinstance(enfant, (Feuille, Branche)) else (1, 1)
            voulues[operation, enfant.code] = tuple(map(str, bornes))
    assert lues == voulues
