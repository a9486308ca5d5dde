"""Who may call, by certificate: a snapshot of what is recorded, and the judgement of one request (R6.1, R6.2).

The judgement is made for every request, from memory: a connection that is kept open or a resumed TLS session lasts no longer
than the certificate that opened it. What is recorded meanwhile (a registration, a revocation, a subscription that ends) is
seen at the next refresh, which reads everything anew when the store's revision is another one, and else one number.

There is no other judgement: commands that tell who may call ask this one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
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
from esav_soap.usecases.droits import Identifie
from esav_soap.usecases.ports import acces as ports_acces

#: Seconds for which no request tries to read a store that could not be read.
ENTRE_DEUX_S = 1.0
#: Seconds after which everything is read anew whatever the revision says: somebody may have put it right by hand, in SQL.
RELECTURE_S = 60.0
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
    """What was recorded at one instant. ``fiches``: by the certificate's DER form.

    ``revision``: another number whenever the recognised CAs are others; ``revision_acces``: what the store said before all
    was read. ``lu``: since when nothing else may be recorded; ``entier``: when all was read; both monotonic.
    """

    fiches: Mapping[bytes, _Fiche]
    certificats: tuple[CertificatEnregistre, ...]
    autorites: tuple[Autorite, ...]
    souscriptions: tuple[Souscription, ...]
    revision: int
    revision_acces: int
    lu: float
    entier: float

    def reconnues(self) -> tuple[bytes, ...]:
        """DER of the CAs that are recognised, always in the same order."""
        return tuple(sorted(a.der for a in self.autorites if a.retiree_le is None))


_JAMAIS = float("-inf")
_VIDE = Instantane(MappingProxyType({}), (), (), (), 0, -1, _JAMAIS, _JAMAIS)


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
        self._echec = _JAMAIS
        self._crl: dict[str, tuple[bytes, frozenset[str]]] = {}

    @property
    def certificats(self) -> tuple[CertificatEnregistre, ...]:
        """All that are recorded, those that are revoked or ended included; the same object as long as they are the same."""
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
        return self._instantane.revision

    def rafraichir(self) -> None:
        """See what is recorded now. What the store raises leaves the snapshot as it was."""
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
            instantane = self._plus_recent()
            fiche = instantane.fiches.get(der)
            if self._monotone() - instantane.lu > self._peremption:
                raise ErreurEsav(CodeErreur.ERREUR_INTERNE)
        if fiche is None:
            raise self._inconnu(der, instantane, instant)
        motif = next(_motifs(fiche, plateforme, instant), None)
        if motif is not None:
            raise CertificatRefuse(motif, self._lecture.lire(der))
        return fiche.identifie

    def motifs(self, der: bytes, plateforme: str, instant: datetime) -> tuple[MotifRefus, ...]:
        """Everything for which :meth:`identifier` refuses that certificate, in its order; empty when it lets it in.

        As far as the last refresh knows. Of a certificate that nobody registered, the reason that is told.
        """
        fiche = self._instantane.fiches.get(der)
        if fiche is None:
            return (self._inconnu(der, self._instantane, instant).motif,)
        return tuple(dict.fromkeys(_motifs(fiche, plateforme, instant)))

    def refus(self, certificat: CertificatEnregistre, instant: datetime) -> MotifRefus | None:
        """Why a registered certificate is refused where it may call; None when it is let in there, the same everywhere."""
        return next((m for p in certificat.plateformes for m in self.motifs(certificat.der, p, instant)), None)

    def _plus_recent(self) -> Instantane:
        """The snapshot as of now, if the store can be read: what was recorded a moment ago is known at once."""
        with JETON.rendu(), self._verrou:
            if self._monotone() - self._echec >= ENTRE_DEUX_S:
                with suppress(Exception):  # the thread that refreshes tells of it; here the last snapshot counts
                    self._lire()
            return self._instantane

    def _lire(self) -> None:
        debut = self._echec = self._monotone()
        # Before all else: what is written while the rest is read has another number, and is read next time.
        revision_acces, avant = self._base.revision_acces(), self._instantane
        if revision_acces == avant.revision_acces and debut - avant.entier < RELECTURE_S:
            self._instantane = replace(avant, lu=debut)
        else:
            self._instantane = self._tout_lire(avant, revision_acces, debut)
        self._echec = _JAMAIS

    def _tout_lire(self, avant: Instantane, revision_acces: int, debut: float) -> Instantane:
        autorites = self._base.autorites()
        certificats = self._base.certificats()
        souscriptions = self._base.souscriptions()
        if certificats == avant.certificats:
            certificats = avant.certificats  # for those who look whether they have changed
        par_empreinte = {autorite.empreinte: autorite for autorite in autorites}
        par_operateur = {s.operateur: s for s in souscriptions}
        revoques = {autorite.empreinte: self._revoques(autorite) for autorite in autorites}
        fiches = {
            c.der: _Fiche(
                Identifie(c.titulaire, c.role, c.plateformes, c),
                c,
                par_empreinte.get(c.autorite),
                c.numero_serie in revoques.get(c.autorite, ()),
                par_operateur.get(c.titulaire) if c.role is Role.OPERATEUR else None,
            )
            for c in certificats
        }
        suivant = Instantane(
            fiches, certificats, autorites, souscriptions, avant.revision, revision_acces, debut, debut
        )
        # One object has both, so that nobody sees the new number with the old CAs.
        return suivant if suivant.reconnues() == avant.reconnues() else replace(suivant, revision=avant.revision + 1)

    def _revoques(self, autorite: Autorite) -> frozenset[str]:
        """Serial numbers that the list of that CA revokes: it signed all certificates that are recorded under it."""
        if autorite.crl is None:
            return frozenset()
        connue, revoques = self._crl.get(autorite.empreinte, (None, frozenset()))
        if connue != autorite.crl:  # a list has thousands of numbers and changes once a day
            revoques = self._lecture.numeros_revoques(autorite.crl)
            self._crl[autorite.empreinte] = autorite.crl, revoques
        return revoques

    def _inconnu(self, der: bytes, instantane: Instantane, instant: datetime) -> CertificatRefuse:
        """Why a certificate that nobody registered is refused: what is wrong with it, if anything is."""
        try:
            faits = self._lecture.lire(der)
        except CertificatRefuse as illisible:
            return illisible
        motifs = defauts(faits, instant)
        # What OpenSSL makes unless told otherwise is a CA besides: that it vouches for itself is what its holder must know.
        if set(motifs) <= {MotifRefus.EST_UNE_AUTORITE}:
            signee = self._lecture.signataire(der, instantane.reconnues()) is not None
            if self._lecture.auto_signe(der) and not (signee and motifs):
                motifs = (MotifRefus.AUTO_SIGNE,)
            elif not signee and not motifs:
                motifs = (MotifRefus.AUTORITE_INCONNUE,)
        return CertificatRefuse(motifs[0] if motifs else MotifRefus.NON_ENREGISTRE, faits)


def _motifs(fiche: _Fiche, plateforme: str, instant: datetime) -> Iterator[MotifRefus]:
    """Why a registered certificate may not call; the first one is told.

    Who revoked it or retired its CA did so with the clock of another machine: that counts at once, whatever ours says.
    """
    certificat, autorite = fiche.certificat, fiche.autorite
    if fiche.dans_la_crl or certificat.revoque_le is not None:
        yield MotifRefus.REVOQUE
    if certificat.fin <= instant:
        yield MotifRefus.EXPIRE
    if instant < certificat.debut:
        yield MotifRefus.PAS_ENCORE_VALIDE
    if autorite is None or autorite.retiree_le is not None or not autorite.debut <= instant < autorite.fin:
        yield MotifRefus.AUTORITE_INCONNUE
    if certificat.role is Role.OPERATEUR and not (
        fiche.souscription is not None and fiche.souscription.ouverte(Acces.INTEGRE, instant)
    ):
        yield MotifRefus.ACCES_TERMINE
    if plateforme not in certificat.plateformes:
        yield MotifRefus.PLATEFORME_INTERDITE
