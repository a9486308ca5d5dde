"""Two nodes over one store and a clock that is set by hand, for the life of signalisations over SOAP."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from lxml import etree

from esav_soap.avis import Operateur
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite, Plage
from esav_soap.signalisation import Prestation
from esav_soap.store import Magasin
from esav_soap.usecases.catalogue import Dates
from tests.e2e.horloge import Cadran
from tests.e2e.installation import installer, preparer_avec
from tests.e2e.serveur import ServeurReel, serveur_neuf
from tests.e2e.soap import RACINE, Reponse, depot, enveloppe, poster, requete

VERSION, OFFRE = "2026.2", "ACCES_FTTH"
ZONE = "35-RENNES"
#: A Wednesday, 10:00 in Paris.
DEPART = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
JEUDI, VENDREDI = date(2026, 7, 2), date(2026, 7, 3)
JOUR, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Banc:
    """``noeud`` says which of the two answers. Opérateurs are OPA and OPB; the Fournisseur's system is SI-SAV."""

    noeuds: list[ServeurReel]
    cadran: Cadran
    store: str

    def passer(self, duree: timedelta = MINUTE) -> None:
        self.cadran.regler(self.cadran() + duree)

    def demander(
        self,
        service: str,
        demande: etree._Element,
        *,
        qui: str = "OPA",
        role: str = "OPERATEUR",
        soap: str = "1.1",
        noeud: int = 0,
        plateforme: str = "production",
    ) -> Reponse:
        url = f"{self.noeuds[noeud].url}/{plateforme}/ws/1/{service}"
        return poster(url, enveloppe(demande, soap), operateur=qui, soap=soap, entetes={"X-Esav-Role": role})

    def deposer(self, reference: str, qui: str = "OPA") -> str:
        """The number of a new signalisation."""
        accuse = self.demander(f"depot/{VERSION}", depot(VERSION, OFFRE, reference, operateur=qui), qui=qui)
        assert accuse.refus is None, accuse.octets
        return accuse.texte("numeroSignalisation") or ""

    def suivi(
        self, operation: str, champs: Mapping[str, str], *, soap: str = "1.1", noeud: int = 0, qui: str = "OPA"
    ) -> Reponse:
        """``champs``, here as below, in the order of the contract."""
        return self.demander("suivi", requete(operation, **champs), soap=soap, noeud=noeud, qui=qui)

    def rendez_vous(self, operation: str, champs: Mapping[str, str], *, soap: str = "1.1") -> Reponse:
        return self.demander("rendez-vous", requete(operation, **champs), soap=soap)

    def sav(self, operation: str, champs: Mapping[str, str], *, soap: str = "1.1", noeud: int = 0) -> Reponse:
        demande = requete(operation, **champs)
        return self.demander("sav", demande, qui="SI-SAV", role="FOURNISSEUR", soap=soap, noeud=noeud)

    def traiter(
        self, numero: str, action: str, champs: Mapping[str, str] | None = None, *, soap: str = "1.1", noeud: int = 0
    ) -> Reponse:
        dits = {"numeroSignalisation": numero, "action": action, **(champs or {})}
        return self.sav("traiterSignalisation", dits, soap=soap, noeud=noeud)


def bilan(retabli: datetime) -> dict[str, str]:
    """What a closure tells."""
    instant = retabli.isoformat(timespec="seconds")
    return {"cause": "CABLE", "responsabilite": "TIERS", "dateHeureRetablissement": instant}


def garnir(magasin: Magasin) -> None:
    """A version, a mailbox, a parc with an area and a guarantee, and places for two days."""
    installer(VERSION, Dates(DEPART - 90 * JOUR), magasin, DEPART)
    magasin.declarer_operateur(Operateur("OPA", "Opérateur A", "exploitation@opa.example"))
    magasin.importer(
        [
            Prestation(plateforme, qui, f"{qui}-{OFFRE}-1", OFFRE, "NRO 35238", "PTO", "", "GTR_4H_S2", ZONE)
            for plateforme in ("production", "integration")
            for qui in ("OPA", "OPB")
        ]
    )
    places = [
        Capacite("production", ZONE, TypeRendezVous.SAV, jour, plage, 1)
        for jour in (JEUDI, VENDREDI)
        for plage in (Plage.MATIN, Plage.APRES_MIDI)
    ]
    assert not magasin.importer_capacites(list(enumerate(places, 2)), DEPART).problemes


@contextmanager
def banc_ouvert(store: str, dossier: Path) -> Iterator[Banc]:
    """Two nodes on a fresh store, at :data:`DEPART`."""
    preparer_avec(garnir, store)
    cadran = Cadran(dossier / "cadran")
    cadran.regler(DEPART)
    env = {**cadran.env(), "PYTHONPATH": str(RACINE), "PATH": os.environ["PATH"]}
    for nom in ("un", "deux"):
        (dossier / nom).mkdir()
    with serveur_neuf(store, dossier / "un", env=env) as un, serveur_neuf(store, dossier / "deux", env=env) as deux:
        yield Banc([un, deux], cadran, store)
