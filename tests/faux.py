"""The ports in memory, and a node over them without sockets or SQL: for the tests of the use cases and of the SOAP edge."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from unittest.mock import patch

from esav_soap.avis import Envoi
from esav_soap.bootstrap.noeud import contrats_sans_version
from esav_soap.bootstrap.operations import monter_operations
from esav_soap.contract.ecriture import ecriture_reponse
from esav_soap.homologation import Domaine, Homologation
from esav_soap.publication import VersionPubliee
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.signalisation import (
    Action,
    Cote,
    Depot,
    Etat,
    Evenement,
    NouvelleSignalisation,
    Prestation,
    Signalisation,
    Visibilite,
)
from esav_soap.soap.identite import Identite, SourceIdentite, entete_locale
from esav_soap.soap.wsgi import ApplicationWsgi, Avertir
from esav_soap.usecases.actions import Avancer
from esav_soap.usecases.catalogue import empaqueter
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.ports.depots import NumeroDejaPris
from esav_soap.usecases.ports.evenements import Deroulements, EvenementSuivi, PageEvenements
from esav_soap.usecases.ports.rendez_vous import CapacitesImportees
from esav_soap.usecases.ports.suivi import Filtre, PageSignalisations, Place, Resume
from esav_soap.usecases.publieur import Publieur
from esav_soap.usecases.registre import Registre, charger
from esav_soap.usecases.scenarios import AvecScenarios
from tests.e2e.soap import Reponse
from tests.faux_publieur import FauxPublieur

RACINE = Path(__file__).parents[1]
URL = "https://esav.example"
#: A working day, between the opening of 2026.2 and the end of 2026.1; see :func:`noeud`.
INSTANT = datetime(2026, 7, 1, 10, 0, 0, tzinfo=UTC)


FERMES = frozenset({Etat.CLOS, Etat.VALIDE, Etat.CLOS_TABLEAU_DE_BORD, Etat.EN_REJET})


class FausseBase:
    """The ports of signalisations, events and versions in dictionaries. ``appels``: what was asked of it, in order."""

    def __init__(self) -> None:
        self.prestations: dict[tuple[str, str, str], Prestation] = {}
        self.deposees: dict[tuple[str, str, str], NouvelleSignalisation] = {}
        self.publiees: dict[str, tuple[VersionPubliee, bytes]] = {}
        self.appels: list[str] = []
        self.homologuees: dict[tuple[str, Domaine], Homologation] = {}
        #: Raised by ``deposer``, one at each call, as long as there are some.
        self.pannes: list[Exception] = []
        #: What followed the deposit, by number; first events that are not the ordinary one; late entries; notices.
        self.histoires: dict[str, list[Evenement]] = {}
        self.premiers: dict[str, Evenement] = {}
        self.saisies: dict[str, datetime] = {}
        self.envois: list[Envoi] = []
        #: What others do just before ``changer`` looks at the history, one at each call.
        self.pendant: list[Callable[[], object]] = []
        self._suite: list[tuple[NouvelleSignalisation, Evenement]] = []

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
        if not deja:
            self._noter(nouvelle, self._premier(nouvelle))
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
        cle = (n.plateforme, n.operateur, n.prestation)
        evenements = (self._premier(n), *self.histoires.get(n.numero, ()))
        return Signalisation(
            numero=n.numero,
            plateforme=n.plateforme,
            operateur=n.operateur,
            reference=n.reference,
            etat=evenements[-1].etat,
            offre=n.offre,
            version_catalogue=n.version_catalogue,
            depot_le=n.depot_le,
            modifiee_le=max(evenements[-1].date, self.saisies.get(n.numero, n.depot_le)),
            contact=n.contact,
            formulaire=n.formulaire,
            prestation=self.prestations.get(cle) or Prestation(*cle, n.offre),
            evenements=evenements,
            saisie_le=self.saisies.get(n.numero),
        )

    def _premier(self, n: NouvelleSignalisation) -> Evenement:
        return self.premiers.get(n.numero, Evenement(n.depot_le, Etat.EN_DEPOT, Cote.OPERATEUR, action=Action.DEPOSER))

    def _noter(self, n: NouvelleSignalisation, un: Evenement) -> None:
        if un.visibilite is Visibilite.PARTAGE:
            cle = (n.plateforme, n.operateur)
            rang = 1 + sum((autre.plateforme, autre.operateur) == cle for autre, _ in self._suite)
            self._suite.append((n, replace(un, rang=rang)))

    # Evenements

    def changer(
        self, plateforme: str, operateur: str, numero: str, attendu: int, un: Evenement, envois: Sequence[Envoi] = ()
    ) -> bool:
        if self.pendant:
            self.pendant.pop(0)()
        return self.ajouter_evenements(plateforme, operateur, numero, attendu, (un,), envois) is not None

    def ajouter_evenements(
        self,
        plateforme: str,
        operateur: str,
        numero: str,
        attendus: int,
        evenements: Sequence[Evenement],
        envois: Sequence[Envoi] = (),
    ) -> Etat | None:
        cle = (plateforme, operateur, numero)
        n = next((n for n in self.deposees.values() if (n.plateforme, n.operateur, n.numero) == cle), None)
        histoire = self.histoires.setdefault(numero, [])
        if n is None or 1 + len(histoire) != attendus:
            return None
        for un in evenements:
            histoire.append(un)
            self._noter(n, un)
        self.envois += envois
        return histoire[-1].etat if histoire else Etat.EN_DEPOT

    def evenements_depuis(self, plateforme: str, operateur: str, curseur: int, maximum: int) -> PageEvenements:
        siens = [(n, e) for n, e in self._suite if (n.plateforme, n.operateur) == (plateforme, operateur)]
        vus = [(n, e) for n, e in siens if e.rang > curseur][:maximum]
        fin = vus[-1][1].rang if len(vus) == maximum else max(curseur, len(siens))
        return PageEvenements(tuple(EvenementSuivi(n.numero, n.reference, e) for n, e in vus), fin, len(siens))

    # Listes, Saisies

    def retrouver(self, numero: str) -> Signalisation | None:
        return self._lue(lambda n: n.numero == numero)

    def retrouver_toutes(self, numeros: Sequence[str]) -> Mapping[str, Signalisation]:
        lues = map(self.retrouver, numeros)
        return {lue.numero: lue for lue in lues if lue is not None}

    def lister(
        self, filtre: Filtre, apres: Place | None, maximum: int, *, anciennes_d_abord: bool = False
    ) -> PageSignalisations:
        bornes = filtre.depuis or datetime.min.replace(tzinfo=UTC), filtre.avant or datetime.max.replace(tzinfo=UTC)
        choisis = [
            r
            for r in self._resumes(filtre.plateforme)
            if filtre.operateur in (None, r.operateur)
            and (not filtre.etats or r.etat in filtre.etats)
            and filtre.offre in (None, r.offre)
            and filtre.prestation in (None, r.prestation)
            and bornes[0] <= r.depot_le < bornes[1]
        ]
        choisis.sort(key=lambda r: (r.depot_le, r.numero), reverse=not anciennes_d_abord)
        return _page(choisis, lambda r: Place(r.depot_le, r.numero), apres, maximum, not anciennes_d_abord)

    def closes(
        self, plateforme: str, operateur: str, depuis: datetime, apres: Place | None, maximum: int
    ) -> PageSignalisations:
        siens = [r for r in self._resumes(plateforme) if r.operateur == operateur and r.clos_le and r.clos_le >= depuis]
        siens.sort(key=lambda r: (r.clos_le or r.depot_le, r.numero))
        return _page(siens, lambda r: Place(r.clos_le or r.depot_le, r.numero), apres, maximum, False)

    def saisir(self, nouvelle: NouvelleSignalisation, premier: Evenement, saisie_le: datetime) -> Depot:
        cle = (nouvelle.plateforme, nouvelle.operateur, nouvelle.reference)
        if cle not in self.deposees:
            self.premiers[nouvelle.numero], self.saisies[nouvelle.numero] = premier, saisie_le
        return self.deposer(nouvelle)

    # Appointments: nothing is open, nothing was ever booked.

    def capacites(self, *_: object) -> tuple[tuple[()], tuple[()]]:
        return (), ()

    def reservation(self, *_: object) -> None:
        return None

    def reservations(self, *_: object) -> tuple[()]:
        return ()

    def seance(self, *_: object, **__: object) -> AbstractContextManager[None]:
        return nullcontext()

    def importer_capacites(self, *_: object, **__: object) -> CapacitesImportees:
        return CapacitesImportees()

    def ouvrir_places(self, *_: object) -> None:
        """Appointments are tried over a real store."""

    def occupations(self, *_: object, **__: object) -> tuple[()]:
        return ()

    def _resumes(self, plateforme: str) -> Iterator[Resume]:
        for n in [n for n in self.deposees.values() if n.plateforme == plateforme]:
            lue = self.retrouver(n.numero)
            assert lue is not None
            fermes = list(takewhile(lambda e: e.etat in FERMES, reversed(lue.evenements)))
            yield Resume(
                *(n.numero, n.plateforme, n.operateur, n.reference, lue.etat, n.prestation, n.offre, n.depot_le),
                *(lue.modifiee_le, fermes[-1].date if fermes else None),
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


def _page(
    choisis: Sequence[Resume], place: Callable[[Resume], Place], apres: Place | None, maximum: int, decroissant: bool
) -> PageSignalisations:
    if apres is not None:
        borne = (apres.instant, apres.numero)
        choisis = [
            r for r in choisis if ((place(r).instant, place(r).numero) < borne) is decroissant and place(r) != apres
        ]
    page = tuple(choisis[:maximum])
    return PageSignalisations(page, place(page[-1]) if len(choisis) > maximum else None)


@cache
def pack(version: str) -> bytes:
    """The pack of a version of this repository, built once for all tests."""
    return empaqueter(depuis_dossiers(RACINE, version), URL)[1]


#: What a node makes of a pack and of its services is never changed: all nodes of these tests share it.
charger_une_fois = lru_cache(maxsize=8)(charger)
_contrats = cache(contrats_sans_version)
_ecriture = cache(ecriture_reponse)


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
    deroulements: Deroulements | None = None,
) -> FauxNoeud:
    """A node over ``base`` (by default :func:`base_garnie`) at :data:`INSTANT`. ``homologation``: production asks for it.

    ``deroulements``: with the test prestations of integration, whose events go there; nobody waits for LENT.
    """
    base = base or base_garnie()
    registre = Registre(base, URL)
    with patch("esav_soap.usecases.registre.charger", charger_une_fois):
        registre.rafraichir(INSTANT)
    horloge = [INSTANT]
    schemas, wsdls = _contrats()
    homologations = RegistreHomologations(base, URL, exigee=homologation)
    scenarios = deroulements and AvecScenarios(
        base, deroulements, lambda quand: registre.offres("integration", quand), lambda: horloge[0], lambda _: None
    )
    avancer: Avancer = scenarios.avancer if scenarios else lambda une: une
    operations = monter_operations(
        scenarios or base,
        avancer,
        base,
        registre,
        publieur or FauxPublieur(),
        homologations,
        schemas,
        lambda: horloge[0],
    )
    with patch("esav_soap.soap.protocole.ecriture_reponse", _ecriture):
        application = ApplicationWsgi(
            operations, registre, identite, lambda: horloge[0], wsdls, homologations, taille_max, avertir=avertir
        )
    return FauxNoeud(base, registre, application, horloge)


def suites(valeurs: list[bytes]) -> Callable[[int], bytes]:
    """A source of chance that gives these values, one after the other."""
    reste: Iterator[bytes] = iter(valeurs)
    return lambda _: next(reste)


__all__ = ["INSTANT", "RACINE", "URL", "FausseBase", "FauxNoeud", "base_garnie", "noeud", "pack", "publiee", "suites"]
