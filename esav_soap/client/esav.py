"""The client itself: services by name, requests from Python values, answers as the WSDL names them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack
from urllib.parse import urlsplit

import requests
from lxml import etree

from esav_soap.client import requetes, saisie
from esav_soap.client.contrat import ContratDepot
from esav_soap.client.erreurs import ProblemeSaisie, SaisieInvalide, ServiceInjoignable
from esav_soap.client.jeu_de_test import JeuDeTest, ResultatCas
from esav_soap.client.rendez_vous import RendezVous
from esav_soap.client.requetes import Contact
from esav_soap.client.sav import Sav
from esav_soap.client.services import Services, avec_formulaire
from esav_soap.client.suivi import Suivi
from esav_soap.client.transport import Transport
from esav_soap.names import MOTIF_VERSION, PLATEFORMES

#: What the caller may give as a form; see :meth:`ClientEsav.deposer`.
Formulaire = Mapping[str, Any] | Sequence[tuple[str, str]] | etree._Element | Path | bytes

#: Paths and values.
Paires = Iterable[tuple[str, str]]


class Reglages(TypedDict, total=False):
    """What may be said of a deposit; see :meth:`ClientEsav.deposer`."""

    offre: str | None
    reference: str | None
    brut: bool


_LOCALES = frozenset({"localhost", "127.0.0.1", "::1"})


class ClientEsav:
    """A client of one platform; safe to share between threads, best closed (or used in ``with``).

    ``base_url``: ``https://host[:port]``. ``version``: catalogue version of deposits, None for the newest live one at
    the first use. ``operateur``: identity on a loopback service (header X-Esav-Operateur). ``certificat``: file with
    certificate and key, or a pair of files; ``ca``: file of the authority that signed the server's. ``soap``: "1.1" or
    "1.2". ``delai``: seconds to wait for an answer (5 at most for the connection). ``essais``: attempts of a request
    that gets no answer. ``cache``: a zeep cache for WSDLs. ``adresse_directe``: call ``base_url`` rather than the address
    in the WSDL (tunnels, relays). ``temoin``: see :class:`Transport`.

    Deposits, states and versions are its own methods; lists, events and what follows a deposit are in ``suivi``,
    appointments in ``rendez_vous``, the Fournisseur's side in ``sav``.

    Raises ``ValueError`` for arguments that cannot be used; calls raise :class:`RefusEsav` and
    :class:`ServiceInjoignable`.
    """

    def __init__(
        self,
        base_url: str,
        plateforme: str = "production",
        version: str | None = None,
        *,
        operateur: str | None = None,
        certificat: str | tuple[str, str] | None = None,
        ca: str | None = None,
        soap: str = "1.1",
        delai: float = 30.0,
        essais: int = 3,
        cache: object = None,
        adresse_directe: bool = False,
        session: requests.Session | None = None,
        pause: Callable[[float], object] = time.sleep,
        temoin: Callable[[str, str, bytes], object] | None = None,
    ) -> None:
        adresse = urlsplit(base_url)
        if adresse.scheme not in ("http", "https") or not adresse.netloc:
            raise ValueError(f"« {base_url} » n'est pas une adresse http:// ou https://")
        if plateforme not in PLATEFORMES:
            raise ValueError(f"la plate-forme « {plateforme} » n'existe pas ; admis : {', '.join(PLATEFORMES)}")
        if soap not in ("1.1", "1.2"):
            raise ValueError(f"SOAP « {soap} » n'existe pas ; admis : 1.1, 1.2")
        if version is not None and not MOTIF_VERSION.fullmatch(version):
            raise ValueError(
                f"version du catalogue « {version} » mal écrite : année et rang sont attendus, comme 2026.1"
            )
        fichiers = (certificat,) if isinstance(certificat, str) else certificat or ()
        for fichier in (*fichiers, *([ca] if ca else [])):
            if not Path(fichier).exists():
                raise ValueError(f"le fichier « {fichier} » n'existe pas")
        self._session = session or requests.Session()
        self._session.cert = certificat
        if adresse.hostname in _LOCALES:
            # A proxy of the environment is for other hosts than this one; requests would send it everything.
            self._session.trust_env = False
        if operateur:
            self._session.headers["X-Esav-Operateur"] = operateur
        transport = Transport(
            self._session,
            delai=(min(5.0, delai), delai),
            essais=essais,
            pause=pause,
            ca=ca,
            cache=cache,
            temoin=temoin,
        )
        self._base_url = base_url
        self._transport = transport
        self._services = Services(base_url, plateforme, version, transport, soap=soap, directe=adresse_directe)
        self.suivi = Suivi(self._services, pause)
        self.rendez_vous = RendezVous(self._services)
        self.sav = Sav(self._services)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.fermer()

    def fermer(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def passer_jeu_de_test(
        self, jeu: JeuDeTest, offres: Collection[str] = (), serie: str | None = None, *, apres: bool = False
    ) -> Iterator[ResultatCas]:
        """Send the messages of a pack's jeu de test, always to the integration platform, and compare the answers.

        ``serie`` stands before each reference, so that the set can be passed again; None: a new one. ``apres``: the cases
        that come ``jeu.minutes`` after the others of that series. Raises :class:`SaisieInvalide`,
        :class:`ServiceInjoignable`.
        """
        serie = serie or requetes.reference_neuve()
        return jeu.passer(self._base_url, self._transport.envoyer, serie, offres, apres=apres)

    # Deposits

    def deposer(self, prestation: str, formulaire: Formulaire, contact: Contact, **reglages: Unpack[Reglages]) -> Any:
        """Deposit a signalisation (R3.1): the WSDL's ``AccuseReception``; once returned, it is never lost.

        ``formulaire``: a nested dict by field code or ``(chemin, valeur)`` pairs, of ``offre``; or the form as XML (an
        element, bytes, a file), such as a maquette makes it. ``reference``: yours, unique; without it a new one is made,
        and told in ``ServiceInjoignable.reference``. ``brut`` sends names and values as given: pairs by the generic
        operation, XML whatever its root. Raises :class:`SaisieInvalide` before sending.
        """
        return self._signaler("deposerSignalisation", prestation, formulaire, contact, **reglages)

    def valider(self, prestation: str, formulaire: Formulaire, contact: Contact, **reglages: Unpack[Reglages]) -> Any:
        """Check what :meth:`deposer` would send; nothing is stored. The WSDL's ``ResultatValidation``."""
        return self._signaler("validerSignalisation", prestation, formulaire, contact, **reglages)

    def deposer_generique(
        self, prestation: str, offre: str, champs: Paires, contact: Contact, *, reference: str | None = None
    ) -> Any:
        """Deposit by code/value pairs, sent as given: the service places and judges them."""
        return self._generique("deposerSignalisationGenerique", prestation, offre, champs, contact, reference)

    def valider_generique(
        self, prestation: str, offre: str, champs: Paires, contact: Contact, *, reference: str | None = None
    ) -> Any:
        """Check what :meth:`deposer_generique` would send; nothing is stored."""
        return self._generique("validerSignalisationGenerique", prestation, offre, champs, contact, reference)

    # Connection, follow-up and catalogue

    def diagnostiquer(self) -> Any:
        """What the service sees of this client's connection, also when it does not let it in: the WSDL's
        ``DiagnosticConnexion``. The first call to make."""
        return self._services.appeler("information", "diagnostiquerConnexion")

    def etat(self, numero: str | None = None, *, reference: str | None = None) -> Any:
        """State of a signalisation, by its number or by your reference: the WSDL's ``EtatSignalisation``."""
        return self._services.appeler("suivi", "consulterEtat", **requetes.cle(numero, reference))

    def detail(self, numero: str | None = None, *, reference: str | None = None) -> Any:
        """Everything about a signalisation: the WSDL's ``DetailSignalisation``."""
        return self._services.appeler("suivi", "consulterDetail", **requetes.cle(numero, reference))

    def versions(self) -> list[Any]:
        """The catalogue versions, oldest first: the WSDL's ``Version``."""
        return self._services.versions()

    def pack(self, version: str) -> Any:
        """The pack of a version: the WSDL's ``Pack``, its ``contenu`` checked against its ``sha256``."""
        pack = self._services.appeler("catalogue", "telechargerPack", version=version)
        if hashlib.sha256(pack.contenu).hexdigest() != pack.sha256:
            raise ServiceInjoignable(f"Le pack {version} reçu ne correspond pas à son empreinte : il est altéré.")
        return pack

    def contrat(self) -> ContratDepot:
        """What the WSDL says of the forms. Raises :class:`VersionIntrouvable`."""
        return self._services.contrat()

    # Making requests

    def _signaler(
        self,
        operation: str,
        prestation: str,
        formulaire: Formulaire,
        contact: Contact,
        *,
        offre: str | None = None,
        reference: str | None = None,
        brut: bool = False,
    ) -> Any:
        if isinstance(formulaire, Sequence) and not isinstance(formulaire, bytes) and brut:
            if offre is None:
                raise SaisieInvalide([ProblemeSaisie("offre", "indiquer l'Offre du formulaire")])
            return self._generique(f"{operation}Generique", prestation, offre, formulaire, contact, reference)
        forme = self._forme(formulaire, offre, brut=brut)
        reference = reference or requetes.reference_neuve()
        entete = requetes.entete(prestation, reference, contact)
        with requetes.a_redeposer(reference), avec_formulaire(forme):
            return self._services.appeler("depot", operation, entete=entete, formulaire={})

    def _generique(
        self,
        operation: str,
        prestation: str,
        offre: str,
        champs: Paires,
        contact: Contact,
        reference: str | None,
    ) -> Any:
        reference = reference or requetes.reference_neuve()
        paires = [{"chemin": chemin, "valeur": valeur} for chemin, valeur in champs]
        entete = requetes.entete(prestation, reference, contact)
        with requetes.a_redeposer(reference):
            return self._services.appeler("depot", operation, entete=entete, offre=offre, champ=paires)

    def _forme(self, formulaire: Formulaire, code: str | None, *, brut: bool) -> etree._Element:
        contrat = self.contrat()
        offre = saisie.offre_de(contrat, code) if code is not None else None
        if isinstance(formulaire, Path):
            formulaire = formulaire.read_bytes()
        if isinstance(formulaire, (bytes, etree._Element)):
            forme = saisie.depuis_xml(contrat, formulaire, brut=brut)
            if offre is not None and not brut and etree.QName(forme).localname != offre.element:
                message = f"le formulaire est celui de « {etree.QName(forme).localname} », pas de l'Offre {offre.code}"
                raise SaisieInvalide([ProblemeSaisie("offre", message)])
            return forme
        valeurs: Any = formulaire
        if offre is None:
            offre, valeurs = requetes.seule_offre(contrat, valeurs)
        if isinstance(valeurs, Mapping):
            return saisie.depuis_valeurs(contrat, offre, valeurs)
        return saisie.depuis_paires(contrat, offre, valeurs)
