"""The ports in memory, and a node over them without sockets or SQL: for the tests of the use cases and of the SOAP edge."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from esav_soap.bootstrap.noeud import contrats_sans_version
from esav_soap.homologation import Domaine, Homologation
from esav_soap.publication import VersionPubliee
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.signalisation import Cote, Depot, Etat, Evenement, NouvelleSignalisation, Prestation, Signalisation
from esav_soap.soap.identite import Identite, SourceIdentite, entete_locale
from esav_soap.soap.operations import Operations
from esav_soap.soap.wsgi import ApplicationWsgi, Avertir
from esav_soap.usecases.catalogue import empaqueter
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.ports import NumeroDejaPris
from esav_soap.usecases.publieur import Publieur
from esav_soap.usecases.registre import Registre
from tests.e2e.soap import Reponse
from tests.faux_publieur import FauxPublieur

RACINE = Path(__file__).parents[1]
URL = "https://esav.example"
#: A working day, between the opening of 2026.2 and the end of 2026.1; see :func:`noeud`.
INSTANT = datetime(2026, 7, 1, 10, 0, 0, tzinfo=UTC)


class FausseBase:
    """``Signalisations`` and ``Versions`` in dictionaries. ``appels``: what was asked of it, in order."""

    def __init__(self) -> None:
        self.prestations: dict[tuple[str, str, str], Prestation] = {}
        self.deposees: dict[tuple[str, str, str], NouvelleSignalisation] = {}
        self.publiees: dict[str, tuple[VersionPubliee, bytes]] = {}
        self.appels: list[str] = []
        self.homologuees: dict[tuple[str, Domaine], Homologation] = {}
        #: Raised by ``deposer``, one at each call, as long as there are some.
        self.pannes: list[Exception] = []

    def ajouter(self, *prestations: Prestation) -> None:
        for p in prestations:
            self.prestations[p.plateforme, p.operateur, p.identifiant] = p

    def prestation(self, plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        self.appels.append("prestation")
        return self.prestations.get((plateforme, operateur, identifiant))

    def deposer(self, nouvelle: NouvelleSignalisation) -> Depot:
        self.appels.append("deposer")
        if self.pannes:
            raise self.pannes.pop(0)
        cle = (nouvelle.plateforme, nouvelle.operateur, nouvelle.reference)
        gardee = self.deposees.get(cle)
        if gardee is None and any(n.numero == nouvelle.numero for n in self.deposees.values()):
            raise NumeroDejaPris(nouvelle.numero)
        deja = gardee is not None
        gardee = self.deposees.setdefault(cle, nouvelle)
        return Depot(
            gardee.numero, Etat.EN_DEPOT, gardee.depot_le, gardee.version_catalogue, gardee.empreinte, deja_deposee=deja
        )

    def depot(self, plateforme: str, operateur: str, reference: str) -> Depot | None:
        self.appels.append("depot")
        n = self.deposees.get((plateforme, operateur, reference))
        if n is None:
            return None
        return Depot(n.numero, Etat.EN_DEPOT, n.depot_le, n.version_catalogue, n.empreinte, deja_deposee=True)

    def par_numero(self, plateforme: str, operateur: str, numero: str) -> Signalisation | None:
        self.appels.append("par_numero")
        return self._lue(lambda n: (n.plateforme, n.operateur, n.numero) == (plateforme, operateur, numero))

    def par_reference(self, plateforme: str, operateur: str, reference: str) -> Signalisation | None:
        self.appels.append("par_reference")
        return self._lue(lambda n: (n.plateforme, n.operateur, n.reference) == (plateforme, operateur, reference))

    def _lue(self, est: Callable[[NouvelleSignalisation], bool]) -> Signalisation | None:
        n = next((n for n in self.deposees.values() if est(n)), None)
        if n is None:
            return None
        return Signalisation(
            numero=n.numero,
            plateforme=n.plateforme,
            operateur=n.operateur,
            reference=n.reference,
            etat=Etat.EN_DEPOT,
            offre=n.offre,
            version_catalogue=n.version_catalogue,
            depot_le=n.depot_le,
            modifiee_le=n.depot_le,
            contact=n.contact,
            formulaire=n.formulaire,
            prestation=self.prestations[n.plateforme, n.operateur, n.prestation],
            evenements=(Evenement(n.depot_le, Etat.EN_DEPOT, Cote.OPERATEUR),),
        )

    def homologations(self, operateur: str | None = None) -> tuple[Homologation, ...]:
        return tuple(h for h in self.homologuees.values() if operateur in (None, h.operateur))

    def enregistrer_homologation(self, homologation: Homologation) -> bool:
        cle = (homologation.operateur, homologation.domaine)
        return self.homologuees.setdefault(cle, homologation) is homologation

    def versions(self) -> tuple[VersionPubliee, ...]:
        return tuple(publiee for publiee, _ in self.publiees.values())

    def pack(self, version: str) -> bytes | None:
        self.appels.append(f"pack {version}")
        return self.publiees[version][1] if version in self.publiees else None

    def enregistrer_version(self, version: VersionPubliee, pack: bytes) -> None:
        self.publiees[version.version] = (version, pack)


@cache
def pack(version: str) -> bytes:
    """The pack of a version of this repository, built once for all tests."""
    return empaqueter(depuis_dossiers(RACINE, version), URL)[1]


def publiee(version: str, ouverture: datetime, retrait: datetime | None = None, suite: str = "") -> VersionPubliee:
    return VersionPubliee(version, ouverture - timedelta(days=60), ouverture, retrait, suite or None)


def base_garnie() -> FausseBase:
    """2026.1 ending and 2026.2 open at :data:`INSTANT`; a prestation of each of three Offres for OPA and for OPB."""
    base = FausseBase()
    base.enregistrer_version(
        publiee("2026.1", INSTANT - timedelta(days=100), INSTANT + timedelta(days=10), "2026.2"), pack("2026.1")
    )
    base.enregistrer_version(publiee("2026.2", INSTANT - timedelta(days=10)), pack("2026.2"))
    for plateforme in ("production", "integration"):
        for operateur in ("OPA", "OPB"):
            for offre in ("ACCES_FTTH", "FIBRE_NOIRE", "GENIE_CIVIL"):
                base.ajouter(
                    Prestation(
                        plateforme, operateur, f"{operateur}-{offre}-1", offre, "NRO 35238", "PTO", "Bât. B", "GTR_4H"
                    )
                )
    return base


@dataclass
class FauxNoeud:
    """A node in this process; ``instant`` is its clock."""

    base: FausseBase
    registre: Registre
    application: ApplicationWsgi
    horloge: list[datetime] = field(default_factory=lambda: [INSTANT])

    def appeler(
        self,
        chemin: str,
        octets: bytes = b"",
        *,
        methode: str = "POST",
        type_contenu: str = "text/xml; charset=utf-8",
        operateur: str | None = "OPA",
        question: str = "",
        entetes: Mapping[str, object] | None = None,
    ) -> Reponse:
        """One request through the WSGI application, as a WSGI server hands it over."""
        environ: dict[str, object] = {
            "REQUEST_METHOD": methode,
            "PATH_INFO": chemin,
            "QUERY_STRING": question,
            "CONTENT_TYPE": type_contenu,
            "CONTENT_LENGTH": str(len(octets)),
            "wsgi.input": io.BytesIO(octets),
        }
        if operateur is not None:
            environ["HTTP_X_ESAV_OPERATEUR"] = operateur
        environ.update(entetes or {})
        recu: list[tuple[str, list[tuple[str, str]]]] = []
        corps = b"".join(self.application(environ, lambda statut, tetes: recu.append((statut, tetes))))
        ((statut, tetes),) = recu
        return Reponse(int(statut.split()[0]), dict(tetes), corps)


def noeud(
    base: FausseBase | None = None,
    *,
    taille_max: int = 2 * 1024 * 1024,
    publieur: Publieur | None = None,
    identite: SourceIdentite | Identite = entete_locale,
    homologation: bool = False,
    avertir: Avertir = lambda certificat, instant: (),
) -> FauxNoeud:
    """A node over ``base`` (by default :func:`base_garnie`) at :data:`INSTANT`. ``homologation``: production asks for it."""
    base = base or base_garnie()
    registre = Registre(base, URL)
    registre.rafraichir(INSTANT)
    horloge = [INSTANT]
    schemas, wsdls = contrats_sans_version()
    homologations = RegistreHomologations(base, URL, exigee=homologation)
    operations = Operations(base, registre, schemas, publieur or FauxPublieur(), homologations)
    application = ApplicationWsgi(
        operations, registre, identite, lambda: horloge[0], wsdls, homologations, taille_max, avertir=avertir
    )
    return FauxNoeud(base, registre, application, horloge)


def suites(valeurs: list[bytes]) -> Callable[[int], bytes]:
    """A source of chance that gives these values, one after the other."""
    reste: Iterator[bytes] = iter(valeurs)
    return lambda _: next(reste)


__all__ = ["INSTANT", "RACINE", "URL", "FausseBase", "FauxNoeud", "base_garnie", "noeud", "pack", "publiee", "suites"]
