"""Who may call, by certificate: a snapshot of what is recorded, and the judgement of one request (R6.1, R6.2).

The judgement is made for every request, from memory: a connection that is kept open or a resumed TLS session lasts no longer
than the certificate that opened it. What is recorded meanwhile (a registration, a revocation, a subscription that ends) is
seen at the next refresh.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from esav_soap.certificats import (
    Autorite,
    CertificatEnregistre,
    CertificatRefuse,
    FaitsCertificat,
    MotifRefus,
    Role,
)
from esav_soap.certificats.regles import defauts
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.jeton import JETON
from esav_soap.souscription import Acces, Souscription
from esav_soap.usecases import ports_acces
from esav_soap.usecases.droits import Identifie

#: Seconds between two refreshes that unknown certificates may bring about.
ENTRE_DEUX_S = 1.0
#: Seconds after which a snapshot that cannot be refreshed is believed no more: a revocation may have been missed.
PEREMPTION_S = 60.0


class Lecture(Protocol):
    """What is read in certificates; the package ``pki`` has all of it."""

    def lire(self, octets: bytes) -> FaitsCertificat:
        """What a certificate says. Raises CertificatRefuse(ILLISIBLE)."""
        ...

    def numeros_revoques(self, crl: bytes) -> frozenset[str]:
        """Serial numbers in a list of revoked certificates, as in :class:`FaitsCertificat`."""
        ...

    def auto_signe(self, der: bytes) -> bool:
        """Whether it is signed by itself."""
        ...

    def signataire(self, der: bytes, autorites: Sequence[bytes]) -> bytes | None:
        """The CA among ``autorites`` that verifiably signed it."""
        ...


@dataclass(frozen=True, slots=True)
class _Fiche:
    """A recorded certificate with all that its judgement needs. ``autorite``: None when the store has it no more."""

    identifie: Identifie
    certificat: CertificatEnregistre
    autorite: Autorite | None
    dans_la_crl: bool
    souscription: Souscription | None


@dataclass(frozen=True, slots=True)
class Instantane:
    """What was recorded at one instant. ``fiches``: by the certificate's DER form; ``lu``: when it was asked for, monotonic."""

    fiches: Mapping[bytes, _Fiche]
    certificats: tuple[CertificatEnregistre, ...]
    autorites: tuple[Autorite, ...]
    souscriptions: tuple[Souscription, ...]
    lu: float

    def reconnues(self) -> tuple[bytes, ...]:
        """DER of the CAs that are recognised, always in the same order."""
        return tuple(sorted(a.der for a in self.autorites if a.retiree_le is None))


_VIDE = Instantane(MappingProxyType({}), (), (), (), float("-inf"))


class RegistreAcces:
    """Certificates, CAs and subscriptions as last read. Thread-safe.

    A refresh that fails leaves the last snapshot in force, for ``peremption`` seconds: then nobody is let in (ERREUR_INTERNE)
    until one succeeds. ``monotone``: the clock for these delays.
    """

    def __init__(
        self,
        base: ports_acces.Acces,
        lecture: Lecture,
        *,
        peremption: float = PEREMPTION_S,
        monotone: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = base
        self._lecture = lecture
        self._peremption = peremption
        self._monotone = monotone
        self._verrou = threading.Lock()
        self._instantane = _VIDE
        self._essaye = float("-inf")
        self._revision = 0
        self._crl: dict[str, tuple[bytes, frozenset[tuple[str, str]]]] = {}

    @property
    def certificats(self) -> tuple[CertificatEnregistre, ...]:
        """All that are recorded, those that are revoked or ended included."""
        return self._instantane.certificats

    @property
    def souscriptions(self) -> tuple[Souscription, ...]:
        """All that are recorded."""
        return self._instantane.souscriptions

    @property
    def autorites(self) -> tuple[Autorite, ...]:
        """All that are recorded, those that are recognised no more included."""
        return self._instantane.autorites

    @property
    def autorites_reconnues(self) -> tuple[bytes, ...]:
        """DER of the CAs whose certificates a TLS handshake may accept."""
        return self._instantane.reconnues()

    @property
    def revision(self) -> int:
        """Another number whenever :attr:`autorites_reconnues` is another one."""
        return self._revision

    def rafraichir(self) -> None:
        """Read the store anew. What it raises leaves the snapshot as it was."""
        with JETON.rendu(), self._verrou:
            self._lire()

    def identifier(self, der: bytes | None, plateforme: str, instant: datetime) -> Identifie:
        """The caller with that certificate (DER). Raises :class:`CertificatRefuse`, or ERREUR_INTERNE when nothing recent
        enough is known of the certificates."""
        if der is None:
            raise CertificatRefuse(MotifRefus.ABSENT)
        instantane = self._instantane
        fiche = instantane.fiches.get(der)
        if fiche is None or self._monotone() - instantane.lu > self._peremption:
            instantane = self._plus_recent(der if fiche is None else None)
            fiche = instantane.fiches.get(der)
            if self._monotone() - instantane.lu > self._peremption:
                raise ErreurEsav(CodeErreur.ERREUR_INTERNE)
        if fiche is None:
            raise self._inconnu(der, instantane, instant)
        motif = _refus(fiche, plateforme, instant)
        if motif is not None:
            raise CertificatRefuse(motif, self._lecture.lire(der))
        return fiche.identifie

    def _plus_recent(self, der: bytes | None) -> Instantane:
        """The snapshot, read anew unless that was tried less than :data:`ENTRE_DEUX_S` ago; but a certificate that was
        recorded since then is known at once, for the price of one look at the store by its fingerprint."""
        with JETON.rendu(), self._verrou:
            with suppress(Exception):  # the thread that refreshes tells of it; here the last snapshot counts
                if self._monotone() - self._essaye >= ENTRE_DEUX_S or self._vient_d_arriver(der):
                    self._lire()
            return self._instantane

    def _vient_d_arriver(self, der: bytes | None) -> bool:
        return (
            der is not None
            and der not in self._instantane.fiches
            and self._base.certificat_connu(hashlib.sha256(der).hexdigest())
        )

    def _lire(self) -> None:
        debut = self._essaye = self._monotone()
        autorites = self._base.autorites()
        certificats = self._base.certificats()
        souscriptions = self._base.souscriptions()
        par_empreinte = {autorite.empreinte: autorite for autorite in autorites}
        par_operateur = {s.operateur: s for s in souscriptions}
        revoques = {autorite.empreinte: self._revoques(autorite) for autorite in autorites}
        fiches = {
            c.der: _Fiche(
                Identifie(c.titulaire, c.role, c.plateformes, c),
                c,
                par_empreinte.get(c.autorite),
                (c.emetteur, c.numero_serie) in revoques.get(c.autorite, ()),
                par_operateur.get(c.titulaire) if c.role is Role.OPERATEUR else None,
            )
            for c in certificats
        }
        suivant = Instantane(fiches, certificats, autorites, souscriptions, debut)
        if suivant.reconnues() != self._instantane.reconnues():
            self._revision += 1
        self._instantane = suivant

    def _revoques(self, autorite: Autorite) -> frozenset[tuple[str, str]]:
        """Issuer and serial of what the list of that CA revokes: an intermediate CA below it counts its own serials."""
        if autorite.crl is None:
            return frozenset()
        connue, revoques = self._crl.get(autorite.empreinte, (None, frozenset()))
        if connue != autorite.crl:  # a list has thousands of numbers and changes once a day
            sujet = self._lecture.lire(autorite.der).sujet
            revoques = frozenset((sujet, numero) for numero in self._lecture.numeros_revoques(autorite.crl))
            self._crl[autorite.empreinte] = autorite.crl, revoques
        return revoques

    def _inconnu(self, der: bytes, instantane: Instantane, instant: datetime) -> CertificatRefuse:
        """Why a certificate that nobody registered is refused: what is wrong with it, if anything is."""
        try:
            faits = self._lecture.lire(der)
        except CertificatRefuse as illisible:
            return illisible
        motifs = defauts(faits, instant)
        if not motifs and self._lecture.auto_signe(der):
            motifs = (MotifRefus.AUTO_SIGNE,)
        if not motifs and self._lecture.signataire(der, instantane.reconnues()) is None:
            motifs = (MotifRefus.AUTORITE_INCONNUE,)
        return CertificatRefuse(motifs[0] if motifs else MotifRefus.NON_ENREGISTRE, faits)


def _refus(fiche: _Fiche, plateforme: str, instant: datetime) -> MotifRefus | None:
    """Why a registered certificate may not call; the first reason that holds."""
    certificat, autorite = fiche.certificat, fiche.autorite
    if fiche.dans_la_crl or (certificat.revoque_le is not None and certificat.revoque_le <= instant):
        return MotifRefus.REVOQUE
    if certificat.fin <= instant:
        return MotifRefus.EXPIRE
    if instant < certificat.debut:
        return MotifRefus.PAS_ENCORE_VALIDE
    if (
        autorite is None
        or not autorite.debut <= instant < autorite.fin
        or (autorite.retiree_le is not None and autorite.retiree_le <= instant)
    ):
        return MotifRefus.AUTORITE_INCONNUE
    if certificat.role is Role.OPERATEUR and not (
        fiche.souscription is not None and fiche.souscription.ouverte(Acces.INTEGRE, instant)
    ):
        return MotifRefus.ACCES_TERMINE
    if plateforme not in certificat.plateformes:
        return MotifRefus.PLATEFORME_INTERDITE
    return None
