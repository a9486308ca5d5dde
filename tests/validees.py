"""Signalisations in a store that are validated and wait to be locked."""

from __future__ import annotations

from datetime import datetime, timedelta

from esav_soap.signalisation import Action, Cote, Etat, Evenement
from esav_soap.store import Magasin
from tests.integration.exemples import nouvelle


def validee(magasin: Magasin, reference: str, clos_le: datetime, **autres: str) -> str:
    """One of OPA that was deposited an hour before it was closed, and validated at once; its number."""
    depose = nouvelle(reference, depot_le=clos_le - timedelta(hours=1), **autres)
    magasin.deposer(depose)
    cle = (depose.plateforme, depose.operateur, depose.numero)
    clore = Evenement(clos_le, Etat.CLOS, Cote.FOURNISSEUR, action=Action.CLORE, auteur="Anne")
    valider = Evenement(clos_le, Etat.VALIDE, Cote.FOURNISSEUR, action=Action.VALIDER, auteur="Anne")
    assert all(magasin.changer(*cle, rang, un) for rang, un in enumerate((clore, valider), 1))
    return depose.numero


def etat_de(magasin: Magasin, numero: str) -> Etat:
    lue = magasin.retrouver(numero)
    assert lue is not None
    return lue.etat
