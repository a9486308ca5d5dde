"""The reference client: a library over zeep that reads everything from the WSDL (R9).

::

    from esav_soap.client import ClientEsav, Contact, RefusEsav

    with ClientEsav("https://esav.example", certificat=("operateur.pem", "operateur.key")) as esav:
        accuse = esav.deposer("FTTH-0001", Path("acces-ftth.xml"), Contact("Léa Martin", "0299000000"))
        print(accuse.numeroSignalisation)

It knows no more than any opérateur's system: the addresses of ``docs/client.md`` and what the WSDLs say. So a test of
this client that passes proves that the WSDLs suffice.
"""

from esav_soap.client.contrat import Champ, ContratDepot, Offre
from esav_soap.client.erreurs import (
    ErreurClient,
    ErreurRecue,
    ProblemeSaisie,
    RefusEsav,
    SaisieInvalide,
    ServiceInjoignable,
    VersionIntrouvable,
)
from esav_soap.client.esav import ClientEsav
from esav_soap.client.jeu_de_test import JeuDeTest, ResultatCas
from esav_soap.client.rendez_vous import RendezVous
from esav_soap.client.requetes import Contact, en_dict, reference_neuve
from esav_soap.client.sav import Sav
from esav_soap.client.suivi import EvenementRecu, Suivi

__all__ = [
    "Champ",
    "ClientEsav",
    "Contact",
    "ContratDepot",
    "ErreurClient",
    "ErreurRecue",
    "EvenementRecu",
    "JeuDeTest",
    "Offre",
    "ProblemeSaisie",
    "RefusEsav",
    "RendezVous",
    "ResultatCas",
    "SaisieInvalide",
    "Sav",
    "ServiceInjoignable",
    "Suivi",
    "VersionIntrouvable",
    "en_dict",
    "reference_neuve",
]
