"""Who is to hold a certificate: known, in one role, with an access; and what others hold already."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from esav_soap.certificats import CertificatEnregistre, FaitsCertificat, MotifRefus, Role
from esav_soap.names import PLATEFORMES
from esav_soap.usecases.droits import acces_apres
from esav_soap.usecases.pki.ports import Contexte
from esav_soap.usecases.pki.raisons import CodePki, Raison, raison

_NOM = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Titulaire:
    """For whom a certificate is, as what, and where it may call."""

    nom: str
    role: Role = Role.OPERATEUR
    plateformes: frozenset[str] = frozenset(PLATEFORMES)

    def detient(self, certificat: CertificatEnregistre) -> bool:
        """Whether the certificate is that holder's, in that role."""
        return certificat.titulaire == self.nom and certificat.role is self.role


def raisons_titulaire(ctx: Contexte, titulaire: Titulaire) -> list[Raison]:
    """Why nobody of that name can hold a certificate in that role."""
    operateurs = codes_operateurs(ctx)
    autres = {c.role for c in ctx.base.certificats() if c.titulaire == titulaire.nom and c.role is not titulaire.role}
    raisons = []
    if titulaire.role is Role.OPERATEUR and titulaire.nom not in operateurs:
        raisons.append(raison(CodePki.TITULAIRE_INCONNU, f"Demandé : « {titulaire.nom} »."))
    elif titulaire.role is not Role.OPERATEUR and not _NOM.fullmatch(titulaire.nom):
        raisons.append(raison(CodePki.TITULAIRE_MAL_FORME, f"Demandé : « {titulaire.nom} »."))
    if titulaire.role is not Role.OPERATEUR and titulaire.nom in operateurs:
        autres.add(Role.OPERATEUR)
    if autres:
        dits = ", ".join(sorted(role.name for role in autres))
        raisons.append(raison(CodePki.TITULAIRE_AUTRE_ROLE, f"« {titulaire.nom} » : {dits}."))
    return raisons


def raisons_acces(ctx: Contexte, titulaire: Titulaire) -> list[Raison]:
    """Why that opérateur may not have a certificate: it has no access to e-SAV intégré, now or to come."""
    souscription = next((s for s in ctx.base.souscriptions() if s.operateur == titulaire.nom), None)
    if acces_apres(titulaire.role, souscription, ctx.instant):
        return []
    return [raison(CodePki.SANS_ACCES_INTEGRE, f"Opérateur : {titulaire.nom}.")]


def raisons_nom(ctx: Contexte, titulaire: Titulaire, noms: Iterable[str]) -> list[Raison]:
    """NOM_DEJA_PRIS when one of these common names is the code of another known holder."""
    connus = codes_operateurs(ctx) | {c.titulaire for c in ctx.base.certificats()}
    designes = {nom.strip().upper(): nom for nom in noms}
    for connu in sorted(connus - {titulaire.nom}):
        if connu.upper() in designes and connu.upper() != titulaire.nom.upper():
            return [raison(MotifRefus.NOM_DEJA_PRIS, f"« {designes[connu.upper()]} » est un autre titulaire.")]
    return []


def raisons_sujet(ctx: Contexte, titulaire: Titulaire, faits: FaitsCertificat) -> list[Raison]:
    """NOM_DEJA_PRIS when another holder has a usable certificate of the same subject from the same issuer."""
    for autre in ctx.base.certificats():
        memes = autre.sujet == faits.sujet and autre.emetteur == faits.emetteur
        finie = autre.fin <= ctx.instant or autre.revoque_le is not None
        if memes and not finie and autre.titulaire != titulaire.nom:
            return [raison(MotifRefus.NOM_DEJA_PRIS, f"Le sujet « {faits.sujet} » est celui de {autre.titulaire}.")]
    return []


def avertir_du_nombre(ctx: Contexte, titulaire: Titulaire) -> list[Raison]:
    """TROIS_VALIDES when the holder has more than the two of a renewal."""
    vivants = [
        c for c in ctx.base.certificats() if titulaire.detient(c) and c.revoque_le is None and c.fin > ctx.instant
    ]
    if len(vivants) <= 2:
        return []
    return [raison(CodePki.TROIS_VALIDES, f"Utilisables : {', '.join(c.empreinte[:16] for c in vivants)}.")]


def codes_operateurs(ctx: Contexte) -> set[str]:
    """Codes of the opérateurs that are declared or have subscribed."""
    return {o.code for o in ctx.base.operateurs()} | {s.operateur for s in ctx.base.souscriptions()}
