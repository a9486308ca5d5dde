"""Reminders about certificates: to whom, when, and what is known of them (R6.2, art. 5.2.2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.avis.faits import AutreCertificat, DemandeEnCours, RappelCertificat
from esav_soap.calendar import en_francais, instant_plus_mois
from esav_soap.certificats import CertificatEnregistre, Demande, Origine, Role
from esav_soap.certificats.echeances import Etape, echeances, etape, par_titulaire, releve
from esav_soap.names import PLATEFORMES
from esav_soap.souscription import Souscription
from esav_soap.usecases.courrier import EchecDefinitif
from esav_soap.usecases.droits import acces_apres
from esav_soap.usecases.ports.envois import Operateurs

#: How long after a certificate's end its holder is still told of it, in months: a node may have been down meanwhile.
OUBLI_MOIS = 2


class BaseCertificats(Operateurs, Protocol):
    """What these reminders are made from; see :mod:`esav_soap.usecases.ports.acces`."""

    def certificats(self) -> tuple[CertificatEnregistre, ...]: ...

    def souscriptions(self) -> tuple[Souscription, ...]: ...

    def demandes(self, *, en_attente: bool = True) -> tuple[Demande, ...]: ...


def certificats_dus(base: BaseCertificats, instant: datetime) -> tuple[list[Envoi], list[Envoi]]:
    """Reminders that are due at ``instant``, queued before or not: those to send, and those for which there is no address.

    One for each certificate that nothing relieves, for the step that it is in: who was not running at the steps before
    sends the last one only. Opérateurs get theirs in any case, so that a missing address ends in the rebut, where it is
    seen; publishers and systems need not be declared.
    """
    tous = base.certificats()
    groupes = par_titulaire(tous)
    souscriptions = {s.operateur: s for s in base.souscriptions()}
    declares = {operateur.code for operateur in base.operateurs()}
    dus: list[Envoi] = []
    sans_adresse: list[Envoi] = []
    for certificat in tous:
        courante = etape(certificat, instant)
        if courante is None or _sans_objet(
            certificat,
            groupes[certificat.titulaire, certificat.role],
            souscriptions.get(certificat.titulaire),
            instant,
        ):
            continue
        envoi = Envoi(GenreAvis.RAPPEL_CERTIFICAT, objet(certificat, courante), certificat.titulaire)
        adresse_attendue = certificat.role is Role.OPERATEUR or certificat.titulaire in declares
        (dus if adresse_attendue else sans_adresse).append(envoi)
    return dus, sans_adresse


def objet(certificat: CertificatEnregistre, courante: Etape) -> str:
    """What the notice of a step is about: the fingerprint and the step's name."""
    return f"{certificat.empreinte}:{courante.name}"


def faits_certificat(base: BaseCertificats, envoi: Envoi, instant: datetime) -> RappelCertificat:
    """What a reminder tells at ``instant``. Raises :class:`EchecDefinitif` when it has no object any more."""
    empreinte, _, prevue = envoi.objet.partition(":")
    tous = base.certificats()
    certificat = next((c for c in tous if c.empreinte == empreinte), None)
    if certificat is None:
        raise EchecDefinitif(f"Le certificat {empreinte} n'est pas enregistré.")
    souscription = next((s for s in base.souscriptions() if s.operateur == certificat.titulaire), None)
    if motif := _sans_objet(certificat, tous, souscription, instant):
        raise EchecDefinitif(f"{motif} : le rappel n'a plus d'objet.")
    courante = etape(certificat, instant)
    if courante is None or courante.name != prevue:
        suite = f"celui de l'étape {courante.name} le remplace" if courante else "l'étape n'est pas venue"
        raise EchecDefinitif(f"Le rappel de l'étape {prevue} n'est plus à envoyer : {suite}.")
    dates = echeances(certificat)
    return RappelCertificat(
        empreinte,
        certificat.sujet,
        certificat.emetteur,
        certificat.numero_serie,
        _plateformes(certificat),
        certificat.origine is Origine.FOURNISSEUR,
        dates.preparer,
        dates.changement,
        dates.renouvellement,
        dates.fin,
        tuple(AutreCertificat(c.numero_serie, _plateformes(c), c.debut, c.fin) for c in _autres(certificat, tous)),
        tuple(
            DemandeEnCours(d.numero, d.recue_le, d.echeance)
            for d in base.demandes()
            if (d.titulaire, d.role) == (certificat.titulaire, certificat.role)
            and d.plateformes >= certificat.plateformes
        ),
    )


def _sans_objet(
    certificat: CertificatEnregistre,
    tous: Collection[CertificatEnregistre],
    souscription: Souscription | None,
    instant: datetime,
) -> str:
    """Why nobody is to be reminded of it, in French; empty when somebody is."""
    if certificat.revoque_le is not None:
        return f"Le certificat est révoqué depuis le {en_francais(certificat.revoque_le)}"
    if suite := releve(certificat, tous):
        return f"Le certificat de numéro de série {suite.numero_serie} prend sa suite"
    if not acces_apres(certificat.role, souscription, max(instant, certificat.fin)):
        return f"L'accès de l'opérateur {certificat.titulaire} à e-SAV intégré ne dure pas plus longtemps que le certificat"
    if instant_plus_mois(instant, -OUBLI_MOIS) >= certificat.fin:
        return f"Le certificat a expiré le {en_francais(certificat.fin)}"
    return ""


def _plateformes(certificat: CertificatEnregistre) -> tuple[str, ...]:
    return tuple(p for p in PLATEFORMES if p in certificat.plateformes)


def _autres(certificat: CertificatEnregistre, tous: Collection[CertificatEnregistre]) -> list[CertificatEnregistre]:
    """The holder's certificates in the same role that end later: they go on, or are to begin."""
    return [
        c
        for c in tous
        if (c.titulaire, c.role) == (certificat.titulaire, certificat.role)
        and c.revoque_le is None
        and c.fin > certificat.fin
    ]
