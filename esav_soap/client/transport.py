"""HTTP under zeep: one kept session, time limits, safe retries, and French words for what went wrong.

What an opérateur asks may be sent again: it only reads, or its reference makes it idempotent (R3.3), or the service sees that
it has been done. So a request that got no answer is retried, except inside of :func:`une_seule_fois`; an answer, a refusal
included, never is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

import requests
import zeep
from lxml import etree
from urllib3.exceptions import NewConnectionError

from esav_soap.client.erreurs import ServiceInjoignable
from esav_soap.client.pannes import cause
from esav_soap.names import NS_SOAP_11, NS_SOAP_12

_ENVELOPPES = (f"{{{NS_SOAP_11}}}Envelope", f"{{{NS_SOAP_12}}}Envelope")
_REPRISE_MAX_S = 30.0
_STATUTS = {
    401: "l'accès est refusé (HTTP 401)",
    403: "l'accès est refusé (HTTP 403)",
    404: "aucun service e-SAV ne se trouve à cette adresse (HTTP 404)",
    413: "le message est trop grand pour le serveur (HTTP 413)",
    502: "le relais n'atteint pas le service (HTTP 502)",
    503: "le service est momentanément indisponible (HTTP 503)",
    504: "le relais n'a pas reçu de réponse du service (HTTP 504)",
}
#: Whether the request that is being made could do something twice.
_une_fois: ContextVar[bool] = ContextVar("une_fois", default=False)


@contextmanager
def une_seule_fois() -> Iterator[None]:
    """Requests made inside are repeated only when no connection could be made, so that none can be received twice."""
    jeton = _une_fois.set(True)
    try:
        yield
    finally:
        _une_fois.reset(jeton)


class Transport(zeep.Transport):
    """Sends and receives for zeep. ``temoin`` is told of every exchange: method, address, answer's bytes."""

    def __init__(
        self,
        session: requests.Session,
        *,
        delai: tuple[float, float],
        essais: int,
        pause: Callable[[float], object],
        ca: str | None,
        cache: object,
        temoin: Callable[[str, str, bytes], object] | None,
    ) -> None:
        super().__init__(cache=cache, session=session)  # type: ignore[no-untyped-call]
        session.headers["User-Agent"] = "esav-client"
        self._delai = delai
        self._essais = max(1, essais)
        self._pause = pause
        self._ca = ca
        self._temoin = temoin

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        """Post a SOAP request; the answer is a SOAP envelope. Raises :class:`ServiceInjoignable`."""
        reponse = self._envoyer("POST", address, data=message, headers=headers)
        if not _est_soap(reponse.content):
            raise ServiceInjoignable(_inattendue(address, reponse), statut=reponse.status_code)
        return reponse

    def envoyer(self, address: str, message: bytes, action: str) -> tuple[int, bytes]:
        """Post a SOAP 1.1 message as it is; the HTTP status and the body, whatever they are. Raises
        :class:`ServiceInjoignable`."""
        entetes = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        reponse = self._envoyer("POST", address, data=message, headers=entetes)
        return reponse.status_code, bytes(reponse.content)

    def rediriger(self, url: str) -> str:
        """Where ``url`` redirects to. Raises :class:`ServiceInjoignable` when it does not."""
        reponse = self._envoyer("GET", url)
        if not reponse.is_redirect:
            raise ServiceInjoignable(_inattendue(url, reponse), statut=reponse.status_code)
        return str(reponse.headers["Location"])

    def charger(self, url: str) -> bytes:
        """The document at ``url``, from the cache if there is one. Raises :class:`ServiceInjoignable`."""
        return bytes(self.load(url))  # type: ignore[no-untyped-call]

    def _load_remote_data(self, url: str) -> bytes:
        reponse = self._envoyer("GET", url)
        if reponse.status_code != requests.codes.ok:
            raise ServiceInjoignable(_inattendue(url, reponse), statut=reponse.status_code)
        return bytes(reponse.content)

    def _envoyer(
        self, methode: str, url: str, *, data: bytes | None = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        for essai in range(1, self._essais + 1):
            dernier = essai == self._essais
            try:
                # ``verify`` is given with the request: on the session, REQUESTS_CA_BUNDLE would win over it.
                reponse = self.session.request(
                    methode,
                    url,
                    data=data,
                    headers=headers,
                    timeout=self._delai,
                    verify=self._ca,
                    allow_redirects=False,
                )
            except requests.RequestException as exc:
                if dernier or not _a_reprendre(exc):
                    raise ServiceInjoignable(self._raison(url, exc)) from exc
                self._pause(_attente(essai, None))
                continue
            occupe = reponse.status_code == requests.codes.unavailable and not _est_soap(reponse.content)
            if occupe and not dernier and not _une_fois.get():
                self._pause(_attente(essai, reponse.headers.get("Retry-After")))
                continue
            if self._temoin is not None:
                self._temoin(methode, url, reponse.content)
            return reponse
        raise AssertionError("the last attempt returns or raises")

    def _raison(self, url: str, exc: requests.RequestException) -> str:
        hote = "://".join(urlsplit(url)[:2])
        match exc:
            case requests.exceptions.SSLError():
                return f"La connexion TLS à {hote} n'a pas pu s'établir : {cause(exc)}. Vérifier le certificat, la clé et l'autorité."
            case requests.exceptions.ProxyError():
                return f"Le relais (proxy) vers {hote} ne répond pas : {cause(exc)}."
            case requests.exceptions.ConnectTimeout():
                return f"{hote} ne répond pas : pas de connexion en {self._delai[0]:g} s."
            case requests.exceptions.Timeout():
                return f"{hote} n'a pas répondu en {self._delai[1]:g} s. La requête a pu être reçue."
            case requests.exceptions.ConnectionError():
                raison = cause(exc)
                coupee = url.startswith("http:") and raison in ("connexion fermée sans réponse", "connexion coupée")
                tls = " Si le service est en TLS, son adresse commence par https://." if coupee else ""
                return f"Aucun service n'est joignable à {hote} : {raison}.{tls}"
            case requests.exceptions.ChunkedEncodingError():
                return f"La réponse de {hote} s'est interrompue. La requête a pu être reçue."
            case _:
                return f"L'échange avec {hote} a échoué : {cause(exc)}."


def _a_reprendre(exc: requests.RequestException) -> bool:
    if isinstance(exc, requests.exceptions.SSLError):
        return False
    if _une_fois.get():
        return isinstance(exc, requests.ConnectTimeout) or isinstance(
            getattr(next(iter(exc.args), None), "reason", None), NewConnectionError
        )
    return isinstance(exc, (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError))


def _attente(essai: int, demandee: str | None) -> float:
    """Seconds before the next attempt: what the server asks for, or doubling from a half second, spread at random."""
    if demandee is not None and demandee.strip().isdigit():
        return min(float(demandee), _REPRISE_MAX_S)
    return min(0.5 * 2.0 ** (essai - 1), _REPRISE_MAX_S) * random.uniform(0.5, 1.0)  # noqa: S311  spreads load, hides nothing


def _est_soap(contenu: bytes) -> bool:
    """Whether this is a SOAP envelope with something in its body; zeep stumbles over one without."""
    try:
        racine = etree.fromstring(contenu, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return False
    if racine.tag not in _ENVELOPPES:
        return False
    corps = racine.find(f"{{{etree.QName(racine).namespace}}}Body")
    return corps is not None and len(corps) > 0


def _inattendue(url: str, reponse: requests.Response) -> str:
    statut = reponse.status_code
    raison = _STATUTS.get(statut, f"la réponse n'est pas celle d'un service e-SAV (HTTP {statut})")
    return f"{url} : {raison}."
