"""HTTP in, HTTP out: routes, the guard in front of Spyne, one log line for each request (:mod:`esav_soap.soap.journal`).

Every POST gets a SOAP answer, whatever its bytes; only what is no request to a service gets a plain HTTP error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from esav_soap.calendar import http_date
from esav_soap.certificats import Autorite, CertificatEnregistre
from esav_soap.contract.services import RECEPTEURS, SANS_IDENTITE, SERVICES
from esav_soap.contract.wsdl import adresser, en_soap_12
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.intake import Avertissement
from esav_soap.intake.enveloppe import TAILLE_MAX, Message, lire_enveloppe, trop_grand
from esav_soap.jeton import JETON
from esav_soap.names import NS_WS, PLATEFORMES, VERSION_WS, chemin_service
from esav_soap.publication import VersionPubliee
from esav_soap.soap import journal, pages, presentation
from esav_soap.soap.connexion import connecter
from esav_soap.soap.identite import Identite, SourceIdentite
from esav_soap.soap.operations import Appel, Operations
from esav_soap.soap.protocole import Protocole11, Protocole12, Service
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.droits import autoriser
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.ports.horloge import Horloge
from esav_soap.usecases.registre import Registre

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
#: What the log tells of a request, by name.
Faits = dict[str, object]
#: What to tell a caller of its certificate, if it has one.
Avertir = Callable[[CertificatEnregistre | None, datetime], tuple[Avertissement, ...]]

_STATUTS = {200: "200 OK", 302: "302 Found", 400: "400 Bad Request", 404: "404 Not Found"}
_STATUTS |= {405: "405 Method Not Allowed", 500: "500 Internal Server Error"}
_TYPES = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
_SANS_ID = "0" * 16
_SANS_IDENTITE = frozenset(f"{{{NS_WS}}}{operation}" for operation in SANS_IDENTITE)

#: Largest request to ``publication``, in bytes: a pack in base64. libxml2 reads no longer text than ten million characters.
TAILLE_PACK_MAX = 8 * 1024 * 1024

#: A larger request is served while others compute, in bytes: a deposit has 4 to 7 KiB.
LEGER = 16 * 1024
_DEPOT = f"/ws/{VERSION_WS}/depot/"


@dataclass(slots=True)
class Reponse:
    """An HTTP answer on its way out."""

    statut: int
    corps: bytes
    entetes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chemin:
    """``/{plateforme}/ws/1/{service}[/{version}]``, taken apart."""

    plateforme: str
    service: str
    version: str | None


class ApplicationWsgi:
    """The WSGI application of a node. Immutable after construction, but for what ``registre`` learns.

    ``wsdls``: contracts of the services that have no catalogue version, not yet addressed; ``autorites``: all CAs that
    are recorded, of which ``/pki/`` publishes the platform's own.
    """

    def __init__(
        self,
        operations: Operations,
        registre: Registre,
        identite: SourceIdentite | Identite,
        horloge: Horloge,
        wsdls: Mapping[str, bytes],
        homologations: RegistreHomologations,
        taille_max: int = TAILLE_MAX,
        taille_pack_max: int = TAILLE_PACK_MAX,
        avertir: Avertir = lambda certificat, instant: (),
        autorites: Callable[[], Collection[Autorite]] = tuple,
    ) -> None:
        self._registre = registre
        self._identite = identite
        self._horloge = horloge
        self._wsdls = wsdls
        self._homologations = homologations
        self._avertir = avertir
        self._autorites = autorites
        self._taille_max = taille_max
        self._taille_pack_max = max(taille_max, taille_pack_max)
        self._services = {
            (nom, version): Service(nom, _traitement(operations, nom), protocole)
            for nom in SERVICES
            for version, protocole in (("1.1", Protocole11), ("1.2", Protocole12))
        }
        # Made at start, so that even an error of ours while answering is answered.
        interne = presentation.fault(ErreurEsav(CodeErreur.ERREUR_INTERNE), _SANS_ID)
        self._secours = {version: self._services["depot", version].refuser(interne) for version in _TYPES}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        depot = environ["REQUEST_METHOD"] == "POST" and _DEPOT in (environ.get("PATH_INFO") or "")
        if depot and 0 < _annonce(environ) <= LEGER:
            return self._repondre(environ, start_response)
        with JETON.rendu():  # a pack, a publication, a large message: what takes long must not be alone
            return self._repondre(environ, start_response)

    def _repondre(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        debut = time.perf_counter()
        requete = journal.nouvelle_requete()
        methode, chemin = environ["REQUEST_METHOD"], environ.get("PATH_INFO") or "/"
        faits: Faits = {}
        try:
            if (lieu := decouper(chemin)) is not None:
                faits.update(plateforme=lieu.plateforme, service=lieu.service)
            if methode == "POST":
                reponse = self._post(environ, chemin, requete, faits)
            elif methode in ("GET", "HEAD"):
                reponse = self._get(environ, chemin, faits)
            else:
                reponse = Reponse(405, b"", [("Allow", "GET, HEAD, POST")])
        except Exception as exc:
            journal.noter_erreur(requete, "erreur interne", exc)
            version = _version_soap(environ)
            corps = self._secours[version].replace(_SANS_ID.encode(), requete.encode())
            reponse = Reponse(500, corps, [("Content-Type", _TYPES[version])])
            faits["verdict"] = CodeErreur.ERREUR_INTERNE.name
        rendu = b"" if methode == "HEAD" else reponse.corps
        _noter(requete, methode, chemin, reponse.statut, faits, len(rendu), time.perf_counter() - debut)
        entetes = [*reponse.entetes, ("Content-Length", str(len(reponse.corps))), (journal.EN_TETE, requete)]
        start_response(_STATUTS[reponse.statut], entetes)
        return [rendu]

    # POST: SOAP requests

    def _post(self, environ: Environ, chemin: str, requete: str, faits: Faits) -> Reponse:
        version_soap = _version_soap(environ)
        try:
            message = self._lire(environ, self._taille(chemin), faits)
            version_soap = message.version
            return self._appeler(environ, chemin, message, requete, faits)
        except ErreurEsav as erreur:
            return self._refus(erreur, requete, version_soap, faits)

    def _taille(self, chemin: str) -> int:
        """Largest body at this address: a publisher sends a whole pack."""
        decoupe = decouper(chemin)
        return self._taille_pack_max if decoupe and decoupe.service == "publication" else self._taille_max

    def _lire(self, environ: Environ, taille_max: int, faits: Faits) -> Message:
        if _annonce(environ) > taille_max:
            raise trop_grand(taille_max)
        try:
            octets = environ["wsgi.input"].read(taille_max + 1)
        except Exception as exc:  # the server's own kinds of error: cut off, or wrongly chunked
            raise _incomplet() from exc
        faits["octets_recus"] = len(octets)
        if len(octets) < _annonce(environ):  # however well it reads (RFC 9112, 8)
            raise _incomplet()
        return lire_enveloppe(
            octets, environ.get("CONTENT_TYPE") or "", environ.get("HTTP_CONTENT_ENCODING") or "", taille_max
        )

    def _appeler(self, environ: Environ, chemin: str, message: Message, requete: str, faits: Faits) -> Reponse:
        decoupe = decouper(chemin)
        if decoupe is None:
            raise ErreurEsav(CodeErreur.MESSAGE_MAL_FORME, "Aucun service ne répond à cette adresse.")
        if decoupe.service in RECEPTEURS:
            raise ErreurEsav(
                CodeErreur.MESSAGE_MAL_FORME,
                f"Le service « {decoupe.service} » est à offrir par l'opérateur : e-SAV l'appelle et ne le sert pas. Cette adresse "
                "n'en donne que le contrat (?wsdl) ; les changements se lisent par suivi, listerEvenements.",
            )
        service = self._services[decoupe.service, message.version]
        instant = self._horloge()
        version = publiee = None
        if decoupe.service == "depot":
            version, publiee = self._registre.utilisable(decoupe.plateforme, decoupe.version or "", instant)
        connexion = connecter(self._identite, environ, decoupe.plateforme, instant)
        appelant = connexion.identifie
        if appelant is not None:
            faits["appelant"] = appelant.code
            if appelant.certificat is not None:
                faits["certificat"] = journal.empreinte_abregee(appelant.certificat.empreinte)
        ouverte = message.corps.tag in _SANS_IDENTITE and message.corps.tag in service.operations
        if connexion.refus is not None and not ouverte:
            raise connexion.refus
        if appelant is not None:
            autoriser(appelant, decoupe.service)
            self._homologations.exiger(appelant, decoupe.service, decoupe.plateforme, decoupe.version)
        if message.corps.tag not in service.operations:
            raise ErreurEsav(
                CodeErreur.MESSAGE_MAL_FORME,
                f"Le service « {decoupe.service} » n'a pas cette opération. Il connaît : "
                + ", ".join(SERVICES[decoupe.service])
                + ", dans l'espace de noms du WSDL.",
            )
        code = appelant.code if appelant else ""  # nobody's: only what tells of the connection is called with it
        appel = Appel(requete, Appelant(decoupe.plateforme, code), instant, version, publiee, connexion)
        appel.avertissements = self._avertir(appelant.certificat, instant) if appelant else ()
        faits["operation"] = operation = message.corps.tag.rpartition("}")[2]
        corps, refuse = service.appeler(message.corps, appel)
        if appelant is not None and not refuse:
            self._homologations.noter(appelant, decoupe.service, decoupe.plateforme, operation, requete, instant)
        if appelant is None:
            faits["certificat"] = journal.certificat_refuse(connexion.refus)
        faits["verdict"] = journal.verdict(appel.erreur or connexion.refus)
        faits["numero"] = appel.numero
        statut = _statut(message.version, appel.erreur) if refuse else 200
        return Reponse(statut, corps, [("Content-Type", _TYPES[message.version]), *self._fin(publiee)])

    def _refus(self, erreur: ErreurEsav, requete: str, version_soap: str, faits: Faits) -> Reponse:
        service = self._services["depot", version_soap]
        corps = service.refuser(presentation.fault(erreur, requete))
        faits["verdict"] = journal.verdict(erreur)
        faits.setdefault("certificat", journal.certificat_refuse(erreur))
        return Reponse(_statut(version_soap, erreur), corps, [("Content-Type", _TYPES[version_soap])])

    # GET: contracts and packs

    def _get(self, environ: Environ, chemin: str, faits: Faits) -> Reponse:
        decoupe = decouper(chemin)
        question = (environ.get("QUERY_STRING") or "").lower()
        if decoupe is not None and question.startswith("wsdl"):
            return self._wsdl(decoupe, faits, soap_12=question == "wsdl=soap12")
        if decoupe is not None:
            return Reponse(405, pages.service(chemin), [("Content-Type", pages.HTML), ("Allow", "POST")])
        page = pages.page(chemin, self._registre, self._horloge(), self._autorites())
        if page is None:
            return Reponse(404, pages.introuvable(), [("Content-Type", pages.HTML)])
        return Reponse(200, page.contenu, [("Content-Type", page.type), *page.entetes])

    def _wsdl(self, decoupe: Chemin, faits: Faits, *, soap_12: bool) -> Reponse:
        instant = self._horloge()
        base_url, plateforme = self._registre.base_url, decoupe.plateforme
        entetes = [("Content-Type", _TYPES["1.1"])]
        if decoupe.service != "depot":
            wsdl = adresser(self._wsdls[decoupe.service], base_url, plateforme, decoupe.service)
            soap_12 = soap_12 and decoupe.service in SERVICES  # e-SAV itself calls in SOAP 1.1
            return Reponse(200, en_soap_12(wsdl) if soap_12 else wsdl, entetes)
        if decoupe.version is None:
            return self._vers_la_plus_recente(plateforme, instant, "wsdl=soap12" if soap_12 else "wsdl")
        try:
            chargee, publiee = self._registre.utilisable(plateforme, decoupe.version, instant)
        except ErreurEsav as erreur:
            faits["verdict"] = erreur.code.name
            return Reponse(404, pages.refus(erreur), [("Content-Type", pages.HTML)])
        return Reponse(200, chargee.wsdl(base_url, plateforme, soap_12=soap_12), entetes + self._fin(publiee))

    def _vers_la_plus_recente(self, plateforme: str, instant: datetime, question: str) -> Reponse:
        vives = self._registre.vives(plateforme, instant)
        if not vives:
            return Reponse(404, pages.introuvable(), [("Content-Type", pages.HTML)])
        adresse = chemin_service(plateforme, "depot", vives[-1].version)
        return Reponse(302, b"", [("Location", f"{self._registre.base_url}{adresse}?{question}")])

    def _fin(self, publiee: VersionPubliee | None) -> list[tuple[str, str]]:
        """Headers of RFC 9745 and RFC 8594 while a version has a known end."""
        if publiee is None or publiee.retrait is None:
            return []
        suivante = next((v for v in self._registre.publiees if v.version == publiee.remplacante), publiee)
        return [
            ("Deprecation", f"@{int(suivante.ouverture.timestamp())}"),
            ("Sunset", http_date(publiee.retrait)),
        ]


def decouper(chemin: str) -> Chemin | None:
    """The service address in a path, or None. ``depot`` alone has a version."""
    match chemin.strip("/").split("/"):
        case [plateforme, "ws", numero, service] if _connu(plateforme, numero, service):
            return Chemin(plateforme, service, None)
        case [plateforme, "ws", numero, "depot", version] if _connu(plateforme, numero, "depot"):
            return Chemin(plateforme, "depot", version)
    return None


def _connu(plateforme: str, numero: str, service: str) -> bool:
    return plateforme in PLATEFORMES and numero == VERSION_WS and (service in SERVICES or service in RECEPTEURS)


def _traitement(operations: Operations, service: str) -> Callable[[Any, Any], Any]:
    return lambda corps, appel: operations.traiter(service, corps, appel)


def _noter(requete: str, methode: str, chemin: str, statut: int, faits: Faits, rendus: int, secondes: float) -> None:
    """The line of a request, in an order that reads well."""
    journal.noter(
        {
            "requete": requete,
            "methode": methode,
            "chemin": journal.chemin_lisible(chemin),
            "statut": statut,
            "appelant": faits.get("appelant"),
            "certificat": faits.get("certificat"),
            "plateforme": faits.get("plateforme"),
            "service": faits.get("service"),
            "operation": faits.get("operation"),
            "verdict": faits.get("verdict"),
            "numero": faits.get("numero"),
            "octets_recus": faits.get("octets_recus"),
            "octets_rendus": rendus,
            "duree_ms": round(secondes * 1000, 1),
        }
    )


def _incomplet() -> ErreurEsav:
    return ErreurEsav(CodeErreur.MESSAGE_MAL_FORME, "Le corps de la requête n'est pas arrivé en entier.")


def _annonce(environ: Environ) -> int:
    """Length of the body that the request announces, in bytes; 0 when it does not."""
    annonce = environ.get("CONTENT_LENGTH") or ""
    return int(annonce) if annonce.isdecimal() else 0


def _version_soap(environ: Environ) -> str:
    return "1.2" if "application/soap+xml" in (environ.get("CONTENT_TYPE") or "").lower() else "1.1"


def _statut(version_soap: str, erreur: ErreurEsav | None) -> int:
    """SOAP 1.1 wants 500 for every fault, SOAP 1.2 wants 400 for those of its code Sender."""
    if version_soap == "1.2" and erreur is not None and not (presentation.du_serveur(erreur) or erreur.faute_soap):
        return 400
    return 500
