"""The SOAP services of one platform over zeep: opened when first called, from their WSDL; faults read by its types."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import requests
import zeep
import zeep.exceptions
from lxml import etree

from esav_soap.client.contrat import ContratDepot
from esav_soap.client.erreurs import (
    ErreurRecue,
    ProblemeSaisie,
    RefusEsav,
    SaisieInvalide,
    ServiceInjoignable,
    VersionIntrouvable,
)
from esav_soap.client.transport import Transport, une_seule_fois
from esav_soap.errors import VersionVive
from esav_soap.names import MOTIF_VERSION, NS_WS, chemin_service

_ERREUR = f"{{{NS_WS}}}ErreurEsav"
_REGLAGES = zeep.Settings(strict=True, xml_huge_tree=True, forbid_dtd=True, forbid_external=True)
#: Operations that the service does again when they are sent again. What an opérateur does is recognised as done.
_UNE_FOIS = frozenset({"traiterSignalisation"})
#: The form of the request that is being made, for :class:`_Greffe`.
_formulaire: ContextVar[etree._Element | None] = ContextVar("formulaire", default=None)


#: zeep is not annotated.
_Client: Any = zeep.Client


class _Greffe(zeep.Plugin):
    """Puts the form into the envelope as it is.

    zeep refuses a form that lacks a mandatory field, and would drop what it does not know; the service says it better,
    with everything that is wrong at once.
    """

    def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> tuple[Any, Any]:
        forme = _formulaire.get()
        if forme is not None:
            envelope.find(f".//{{{NS_WS}}}formulaire").append(forme)
        return envelope, http_headers


@contextmanager
def avec_formulaire(forme: etree._Element) -> Iterator[None]:
    """Calls made inside carry ``forme`` in their ``formulaire``."""
    jeton = _formulaire.set(forme)
    try:
        yield
    finally:
        _formulaire.reset(jeton)


class Services:
    """Calls operations; may be shared between threads. ``version`` is that of ``depot``, None for the newest live one."""

    def __init__(
        self, base_url: str, plateforme: str, version: str | None, transport: Transport, *, soap: str, directe: bool
    ) -> None:
        self._base = base_url.rstrip("/")
        self._plateforme = plateforme
        self._version = version
        self._suffixe = "?wsdl=soap12" if soap == "1.2" else "?wsdl"
        self._directe = directe
        self._transport = transport
        self._verrou = threading.RLock()
        self._ouverts: dict[str, tuple[Any, Any]] = {}
        self._contrat: ContratDepot | None = None

    def contrat(self) -> ContratDepot:
        """What the WSDL of ``depot`` says of the forms. Raises :class:`VersionIntrouvable`."""
        with self._verrou:
            self._service("depot")
            assert self._contrat is not None
            return self._contrat

    def versions(self) -> list[Any]:
        """The catalogue versions, oldest first."""
        liste = self.appeler("catalogue", "listerVersions")
        # zeep takes the wrapper off an answer that has a single member.
        return list(getattr(liste, "version", liste) or ())

    def appeler(self, service: str, operation: str, **arguments: Any) -> Any:
        """Call an operation; arguments that are None are not sent.

        Raises :class:`RefusEsav`, :class:`ServiceInjoignable`, :class:`VersionIntrouvable`.
        """
        client, proxy = self._service(service)
        try:
            appel = proxy[operation]
        except AttributeError as exc:
            raise ServiceInjoignable(f"Le WSDL de {self._base} n'a pas l'opération {operation}.") from exc
        une_fois = operation in _UNE_FOIS
        try:
            with une_seule_fois() if une_fois else nullcontext():
                recu = appel(**{nom: valeur for nom, valeur in arguments.items() if valeur is not None})
        except ServiceInjoignable as panne:
            panne.a_verifier = une_fois
            raise
        except zeep.exceptions.Fault as fault:
            raise _refus(client, fault) from fault
        except zeep.exceptions.ValidationError as exc:
            raise SaisieInvalide([ProblemeSaisie(operation, f"le WSDL ne permet pas cet envoi : {exc}")]) from exc
        except zeep.exceptions.Error as exc:
            raise ServiceInjoignable(
                f"La réponse de {self._base} n'est pas celle que son WSDL annonce : {exc}."
            ) from exc
        if recu is None:
            recu = _vide(proxy, operation)
        if recu is None:
            raise ServiceInjoignable(f"La réponse de {self._base} est vide, contre ce que son WSDL annonce.")
        return recu

    def _service(self, service: str) -> tuple[Any, Any]:
        with self._verrou:
            if service not in self._ouverts:
                self._ouverts[service] = self._ouvrir(service)
            return self._ouverts[service]

    def _ouvrir(self, service: str) -> tuple[Any, Any]:
        adresse = self._base + chemin_service(self._plateforme, service)
        if service == "depot":
            if self._version is None:
                self._version = self._plus_recente(adresse)
            adresse = f"{adresse}/{self._version}"
        try:
            wsdl = self._transport.charger(f"{adresse}{self._suffixe}")
        except ServiceInjoignable as absent:
            if service == "depot" and absent.statut == requests.codes.not_found:
                raise VersionIntrouvable(self._version or "", self._utilisables()) from absent
            raise
        try:
            client: Any = _Client(io.BytesIO(wsdl), transport=self._transport, settings=_REGLAGES, plugins=[_Greffe()])
            proxy = client.service
            if self._directe:
                proxy = client.create_service(next(iter(client.wsdl.bindings)), adresse)
            if service == "depot":
                self._contrat = ContratDepot(wsdl)
        except (zeep.exceptions.Error, ValueError) as exc:
            raise ServiceInjoignable(f"{adresse} : ce n'est pas le WSDL d'un service e-SAV ({exc}).") from exc
        return client, proxy

    def _plus_recente(self, adresse: str) -> str:
        """The newest live version: where the WSDL without version redirects to (R2.4).

        Raises :class:`VersionIntrouvable` when the service has none.
        """
        try:
            lieu = urlsplit(self._transport.rediriger(f"{adresse}{self._suffixe}")).path.rpartition("/")[2]
        except ServiceInjoignable as absent:
            if absent.statut == requests.codes.not_found and self._repond():
                raise VersionIntrouvable("", self._utilisables()) from absent
            raise
        if not MOTIF_VERSION.fullmatch(lieu):
            raise ServiceInjoignable(f"{adresse} : la redirection ne mène pas au WSDL d'une version du catalogue.")
        return lieu

    def _repond(self) -> bool:
        """Whether there is a service at all: that of the catalogue stands on every platform."""
        try:
            self._service("catalogue")
        except ServiceInjoignable:
            return False
        return True

    def _utilisables(self) -> list[str]:
        try:
            return [v.version for v in self.versions() if v.wsdl]
        except (RefusEsav, ServiceInjoignable):
            return []


def _vide(proxy: Any, operation: str) -> Any:
    """The answer without any member, such as a list that has nothing to tell; None when its type does not permit it.

    zeep gives None for it.
    """
    ((_, reponse),) = proxy._binding.get(operation).output.body.type.elements
    return reponse.type() if all(membre.is_optional for _, membre in reponse.type.elements) else None


def _refus(client: Any, fault: zeep.exceptions.Fault) -> RefusEsav | ServiceInjoignable:
    """The declared fault inside of a SOAP fault, by the WSDL's own type for it."""
    detail = fault.detail.find(_ERREUR) if isinstance(fault.detail, etree._Element) else None
    if detail is None:
        return ServiceInjoignable(f"Réponse SOAP inattendue, sans détail e-SAV : {fault.message}")
    lu = client.get_element(_ERREUR).parse(detail, client.wsdl.types)
    erreurs = [
        ErreurRecue(e.champ, e.libelle, e.chemin, e.code, e.message, e.valeur or "", tuple(e.valeurAdmise or ()))
        for e in lu.erreur or ()
    ]
    versions = [VersionVive(v.version, v.wsdl, v.dateHeureRetrait) for v in lu.version or ()]
    return RefusEsav(lu.code, lu.message, lu.requete, erreurs, versions, lu.reessayerApres)
