"""The ports of access in memory: certificates, CAs, requests, subscriptions, homologation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from esav_soap.certificats import Autorite, CertificatEnregistre, Demande
from esav_soap.homologation import Domaine, Homologation
from esav_soap.souscription import Souscription
from esav_soap.usecases.ports.acces import Acces, CertificatDejaConnu, DemandeDejaTraitee, Lister


class FauxAcces:
    """``Acces``. What is kept lies open, by key: for a test to look at, or to put there."""

    def __init__(self) -> None:
        self.par_empreinte: dict[str, CertificatEnregistre] = {}
        self.reconnues: dict[str, Autorite] = {}
        self.recues: dict[int, Demande] = {}
        self.bons: dict[str, Souscription] = {}
        self.faites: dict[tuple[str, Domaine], Homologation] = {}
        self._vu: tuple[object, ...] = ()
        self._revision = 0

    def certificats(self) -> tuple[CertificatEnregistre, ...]:
        return tuple(sorted(self.par_empreinte.values(), key=lambda c: (c.titulaire, c.fin, c.empreinte)))

    def revision_acces(self) -> int:
        """Raised also by what a test puts where it lies open."""
        vu = (dict(self.par_empreinte), dict(self.reconnues), dict(self.bons))
        if vu != self._vu:
            self._vu = vu
            self._revision += 1
        return self._revision

    def enregistrer_certificat(self, certificat: CertificatEnregistre, demande: int | None = None) -> None:
        if certificat.empreinte in self.par_empreinte:
            raise CertificatDejaConnu(certificat.empreinte)
        if demande is not None and not self._traiter(demande, certificat.enregistre_le, certificat.empreinte):
            raise DemandeDejaTraitee(demande)
        self.par_empreinte[certificat.empreinte] = certificat

    def revoquer_certificats(
        self,
        empreintes: Collection[str],
        instant: datetime,
        motif: str,
        autorite: str | None = None,
        lister: Lister | None = None,
    ) -> int:
        if autorite is not None and autorite not in self.reconnues:
            raise LookupError(autorite)
        apres = {
            c.empreinte: replace(c, revoque_le=instant, motif_revocation=motif)
            for c in self.par_empreinte.values()
            if c.empreinte in empreintes and c.revoque_le is None
        }
        if autorite is not None and lister is not None:
            tous = [
                c for c in (self.par_empreinte | apres).values() if c.autorite == autorite and c.revoque_le is not None
            ]
            crl = lister(self.reconnues[autorite].crl, sorted(tous, key=lambda c: c.empreinte))
            self.reconnues[autorite] = replace(self.reconnues[autorite], crl=crl)
        self.par_empreinte |= apres
        return len(apres)

    def autorites(self) -> tuple[Autorite, ...]:
        return tuple(sorted(self.reconnues.values(), key=lambda a: (a.nom, a.empreinte)))

    def enregistrer_autorite(self, autorite: Autorite) -> None:
        avant = self.reconnues.get(autorite.empreinte)
        if avant is not None and autorite.crl is None:
            autorite = replace(autorite, crl=avant.crl)
        self.reconnues[autorite.empreinte] = autorite

    def retirer_autorite(self, empreinte: str, instant: datetime) -> bool:
        autorite = self.reconnues.get(empreinte)
        if autorite is not None:
            self.reconnues[empreinte] = replace(autorite, retiree_le=autorite.retiree_le or instant)
        return autorite is not None

    def enregistrer_crl(self, empreinte: str, crl: bytes) -> bool:
        autorite = self.reconnues.get(empreinte)
        if autorite is not None:
            self.reconnues[empreinte] = replace(autorite, crl=crl)
        return autorite is not None

    def demandes(self, *, en_attente: bool = True) -> tuple[Demande, ...]:
        voulues = (d for d in self.recues.values() if d.traitee_le is None or not en_attente)
        return tuple(sorted(voulues, key=lambda d: (d.echeance, d.numero)))

    def ajouter_demande(self, demande: Demande) -> int:
        numero = len(self.recues) + 1
        self.recues[numero] = replace(demande, numero=numero)
        return numero

    def classer_demande(self, numero: int, instant: datetime) -> bool:
        return self._traiter(numero, instant, "")

    def _traiter(self, numero: int, instant: datetime, empreinte: str) -> bool:
        demande = self.recues.get(numero)
        if demande is None or demande.traitee_le is not None:
            return False
        self.recues[numero] = replace(demande, traitee_le=instant, empreinte=empreinte)
        return True

    def souscriptions(self) -> tuple[Souscription, ...]:
        return tuple(sorted(self.bons.values(), key=lambda s: s.operateur))

    def enregistrer_souscription(self, souscription: Souscription) -> None:
        if not 1 <= len(souscription.bon.adresse) <= 3:
            raise ValueError("adresse")
        self.bons[souscription.operateur] = souscription

    def homologations(self, operateur: str | None = None) -> tuple[Homologation, ...]:
        voulues = (h for h in self.faites.values() if operateur in (None, h.operateur))
        return tuple(sorted(voulues, key=lambda h: (h.operateur, h.domaine.name)))

    def enregistrer_homologation(self, homologation: Homologation) -> bool:
        cle = (homologation.operateur, homologation.domaine)
        neuve = cle not in self.faites
        self.faites.setdefault(cle, homologation)
        return neuve


#: The type checker proves it.
_: type[Acces] = FauxAcces
