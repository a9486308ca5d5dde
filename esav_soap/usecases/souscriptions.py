"""Subscribing by Bon de commande, ending it by letter, and what an opérateur still lacks (R6.6, art. 7, 8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Protocol

from esav_soap.avis import Operateur
from esav_soap.calendar import en_francais, en_paris, en_utc
from esav_soap.certificats import MotifRefus, Role
from esav_soap.names import MOTIF_OPERATEUR
from esav_soap.souscription.objets import Acces, BonDeCommande, Souscription
from esav_soap.souscription.regles import (
    CodeDenonciation,
    DenonciationRefusee,
    ProblemeBon,
    adresse_des_avis,
    dernier_jour,
    problemes,
)
from esav_soap.souscription.regles import denoncer as _denoncer
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.homologation import DOMAINES_OUVERTS
from esav_soap.usecases.ports import acces as ports_acces
from esav_soap.usecases.ports.envois import Operateurs


class Base(ports_acces.Souscriptions, Operateurs, Protocol):
    """What subscribing writes to."""


class BaseComplete(ports_acces.Acces, Operateurs, Protocol):
    """What an opérateur needs before production, and has."""


class CodeSouscription(Enum):
    """Why a Bon de commande is not recorded, or only after a confirmation. Value: as the documentation prints it."""

    OPERATEUR_INVALIDE = "Ce n'est pas un code d'opérateur (lettres, chiffres, « . », « _ », « - », 64 au plus)."
    BON_INVALIDE = "Le Bon de commande a des défauts : chacun est dit avec son champ."
    ACTIVATION_TARDIVE = "L'accès est déjà ouvert : une activation plus tardive le fermerait jusque-là."
    RIEN_A_REPRENDRE = "Aucune résiliation n'est en cours : il n'y a rien à reprendre."
    ACCES_RETIRE = "Le nouveau Bon ne demande plus un accès ouvert, qui se ferme aussitôt, sans préavis de deux mois."


class SouscriptionRefusee(Exception):
    """Nothing was recorded. ``problemes``: of the Bon."""

    def __init__(self, code: CodeSouscription, complement: str = "", problemes: Sequence[ProblemeBon] = ()) -> None:
        super().__init__(f"{code.value} {complement}".strip())
        self.code = code
        self.problemes = tuple(problemes)


@dataclass(frozen=True, slots=True)
class Projet:
    """What subscribing will record. ``precedente``, ``avant``: what is recorded now; ``retires``: accesses that are open now and
    close at once (:attr:`CodeSouscription.ACCES_RETIRE`), to be confirmed."""

    souscription: Souscription
    operateur: Operateur
    precedente: Souscription | None = None
    avant: Operateur | None = None
    retires: tuple[Acces, ...] = ()

    @property
    def inchange(self) -> bool:
        return self.souscription == self.precedente and self.operateur == self.avant


def souscription_de(code: str, base: ports_acces.Souscriptions) -> Souscription | None:
    """The subscription of that opérateur, ended or not."""
    return next((s for s in base.souscriptions() if s.operateur == code), None)


def preparer(
    code: str,
    bon: BonDeCommande,
    base: Base,
    present: datetime,
    activee_le: datetime | None = None,
    *,
    reprendre: bool = False,
) -> Projet:
    """What subscribing with that Bon (in its kept form) would record.

    A Bon replaces the one before: while that subscription lasts, its Date d'Activation stays, unless an earlier one is given,
    and so does a résiliation, unless ``reprendre`` cancels it. After its end a new one begins, at ``activee_le`` or now.
    Raises :class:`SouscriptionRefusee`.
    """
    if not MOTIF_OPERATEUR.fullmatch(code):
        raise SouscriptionRefusee(CodeSouscription.OPERATEUR_INVALIDE, f"Donné : « {code[:80]} ».")
    if defauts := problemes(bon):
        raise SouscriptionRefusee(CodeSouscription.BON_INVALIDE, problemes=defauts)
    precedente = souscription_de(code, base)
    en_cours = precedente is not None and (precedente.fin is None or present < precedente.fin)
    voulue = None if activee_le is None else en_utc(activee_le)
    if precedente is None or not en_cours:
        if reprendre:
            raise SouscriptionRefusee(CodeSouscription.RIEN_A_REPRENDRE)
        nouvelle = Souscription(code, bon, voulue or en_utc(present))
        retires: tuple[Acces, ...] = ()
    else:
        nouvelle = _remplacer(precedente, bon, voulue, present, reprendre=reprendre)
        retires = tuple(a for a in Acces if precedente.ouverte(a, present) and not nouvelle.ouverte(a, present))
    operateur = Operateur(code, bon.raison_sociale, adresse_des_avis(bon))
    avant = next((o for o in base.operateurs() if o.code == code), None)
    return Projet(nouvelle, operateur, precedente, avant, retires)


def _remplacer(
    precedente: Souscription, bon: BonDeCommande, voulue: datetime | None, present: datetime, *, reprendre: bool
) -> Souscription:
    if voulue is not None and precedente.activee_le <= present and voulue > precedente.activee_le:
        depuis = f"Il l'est depuis le {en_francais(precedente.activee_le)}."
        raise SouscriptionRefusee(CodeSouscription.ACTIVATION_TARDIVE, depuis)
    nouvelle = replace(precedente, bon=bon, activee_le=voulue or precedente.activee_le)
    if not reprendre:
        return nouvelle
    if precedente.denoncee_le is None:
        raise SouscriptionRefusee(CodeSouscription.RIEN_A_REPRENDRE)
    return replace(nouvelle, denoncee_le=None, fin=None)


def souscrire(projet: Projet, base: Base) -> None:
    """Record it: the opérateur first, so that it has an address when its access opens. Repeated, it changes nothing more."""
    if projet.operateur != projet.avant:
        base.declarer_operateur(projet.operateur)
    if projet.souscription != projet.precedente:
        base.enregistrer_souscription(projet.souscription)


def preparer_resiliation(
    code: str,
    recue_le: datetime,
    base: ports_acces.Souscriptions,
    present: datetime,
    souhaitee: datetime | None = None,
) -> tuple[Souscription, Souscription]:
    """The subscription as it is, and as a letter received at ``recue_le`` ends it; nothing is recorded yet.

    Of the reception only the day is known: it may be that of the activation. Raises :class:`DenonciationRefusee`.
    """
    if recue_le > present:
        raise DenonciationRefusee(CodeDenonciation.RECUE_DANS_LE_FUTUR)
    souscription = souscription_de(code, base)
    if souscription is None:
        raise DenonciationRefusee(CodeDenonciation.SANS_SOUSCRIPTION)
    # Of one that is not active yet, a letter may come before: it is then the activation that never matters.
    if souscription.activee_le <= present and en_paris(recue_le).date() < en_paris(souscription.activee_le).date():
        activation = f"Activée le {en_francais(souscription.activee_le)}."
        raise DenonciationRefusee(CodeDenonciation.RECUE_AVANT_ACTIVATION, activation)
    return souscription, _denoncer(souscription, recue_le, souhaitee)


class CodeManque(Enum):
    """What keeps an opérateur from e-SAV intégré in production. Value: as the documentation prints it."""

    SANS_ADRESSE = "L'opérateur n'est pas déclaré : ses avis ne partent nulle part."
    SANS_SOUSCRIPTION = "Aucun Bon de commande n'est enregistré."
    PAS_ENCORE_ACTIVE = "La Date d'Activation n'est pas encore venue."
    RESILIEE = "La souscription est terminée."
    SANS_PRESTATION = "Le parc n'a aucune prestation de cet opérateur en production."
    SANS_CERTIFICAT = "Aucun certificat de cet opérateur n'est valable en production."
    NON_HOMOLOGUE = "Un domaine n'a pas encore d'appel réussi sur la plate-forme d'intégration."


@dataclass(frozen=True, slots=True)
class Manque:
    """One thing that is missing. ``precision``: which domain, since when."""

    code: CodeManque
    precision: str = ""

    def __str__(self) -> str:
        return f"{self.code.value} {self.precision}".strip()


def manques(code: str, base: BaseComplete, registre: RegistreAcces, instant: datetime) -> tuple[Manque, ...]:
    """What that opérateur lacks at that instant; certificate and homologation count only with the access e-SAV intégré.

    ``registre``: who may call, read from ``base`` a moment ago.
    """
    return tuple(_manques(code, base, registre, instant))


def _manques(code: str, base: BaseComplete, registre: RegistreAcces, instant: datetime) -> Iterator[Manque]:
    if not any(operateur.code == code for operateur in base.operateurs()):
        yield Manque(CodeManque.SANS_ADRESSE)
    souscription = souscription_de(code, base)
    if souscription is None:
        yield Manque(CodeManque.SANS_SOUSCRIPTION)
    elif souscription.fin is not None and souscription.fin <= instant:
        yield Manque(CodeManque.RESILIEE, f"Dernier jour d'accès : {dernier_jour(souscription.fin)}.")
    elif instant < souscription.activee_le:
        yield Manque(CodeManque.PAS_ENCORE_ACTIVE, f"Activation le {en_francais(souscription.activee_le)}.")
    if not any(operateur == code for operateur, _ in base.operateurs_par_offre()):
        yield Manque(CodeManque.SANS_PRESTATION)
    if souscription is None or Acces.INTEGRE not in souscription.bon.acces:
        return
    if not _a_un_certificat(code, registre, instant):
        yield Manque(CodeManque.SANS_CERTIFICAT)
    faits = {h.domaine for h in base.homologations(code)}
    for domaine in DOMAINES_OUVERTS:
        if domaine not in faits:
            yield Manque(CodeManque.NON_HOMOLOGUE, f"Domaine : {domaine.value}.")


def _a_un_certificat(code: str, registre: RegistreAcces, instant: datetime) -> bool:
    """Whether the service would let one in; that the access is not open yet, or no more, is told by itself."""
    return any(
        {*registre.motifs(certificat.der, "production", instant)} <= {MotifRefus.ACCES_TERMINE}
        for certificat in registre.certificats
        if certificat.titulaire == code and certificat.role is Role.OPERATEUR
    )
