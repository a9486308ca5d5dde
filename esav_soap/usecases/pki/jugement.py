"""What is wrong with a certificate that somebody wants to register: everything at once."""

from __future__ import annotations

from dataclasses import dataclass

from esav_soap.certificats import Autorite, FaitsCertificat, MotifRefus
from esav_soap.certificats.regles import defauts
from esav_soap.usecases.pki.ports import Contexte
from esav_soap.usecases.pki.raisons import CodePki, Raison, raison
from esav_soap.usecases.pki.titulaires import Titulaire, raisons_nom, raisons_sujet


@dataclass(frozen=True, slots=True)
class Jugement:
    """What was found. ``autorite``: the recognised CA that signed it, if one did; ``deja``: it is registered as asked."""

    autorite: Autorite | None
    raisons: tuple[Raison, ...]
    avertissements: tuple[Raison, ...] = ()
    deja: bool = False


def autorite_signataire(ctx: Contexte, der: bytes, *, retirees: bool = False) -> Autorite | None:
    """The CA whose signature that certificate bears, among those that are recognised, or with ``retirees`` were."""
    candidates = {a.der: a for a in ctx.base.autorites() if retirees or a.retiree_le is None}
    trouvee = ctx.chiffrement.signataire(der, list(candidates))
    return None if trouvee is None else candidates[trouvee]


def dans_la_liste(ctx: Contexte, autorite: Autorite, faits: FaitsCertificat) -> bool:
    """Whether the list of the CA that signed a certificate revokes it."""
    return autorite.crl is not None and faits.numero_serie in ctx.chiffrement.numeros_revoques(autorite.crl)


def raisons_certificat(ctx: Contexte, der: bytes, faits: FaitsCertificat, titulaire: Titulaire) -> Jugement:
    """Judge a certificate that is to be registered for that holder.

    One that has not begun may be registered: it is how a renewal is prepared. That is a warning.
    """
    raisons, avertissements = [], []
    for motif in defauts(faits, ctx.instant):
        if motif is MotifRefus.PAS_ENCORE_VALIDE:
            avertissements.append(raison(CodePki.PAS_ENCORE_COMMENCE))
        else:
            raisons.append(raison(motif))
    autorite = autorite_signataire(ctx, der)
    if autorite is None:
        auto = ctx.chiffrement.auto_signe(der)
        raisons.append(
            raison(MotifRefus.AUTO_SIGNE if auto else MotifRefus.AUTORITE_INCONNUE, f"Émetteur : « {faits.emetteur} ».")
        )
    elif dans_la_liste(ctx, autorite, faits):
        raisons.append(raison(MotifRefus.REVOQUE, f"Il est dans la liste de révocation de « {autorite.nom} »."))
    deja = next((c for c in ctx.base.certificats() if c.empreinte == faits.empreinte), None)
    if deja is not None and deja.revoque_le is not None:
        raisons.append(raison(CodePki.DEJA_REVOQUE))
    elif deja is not None and not (titulaire.detient(deja) and deja.plateformes == titulaire.plateformes):
        raisons.append(raison(CodePki.DEJA_ENREGISTRE, f"Titulaire : {deja.titulaire} ({deja.role.value})."))
    else:
        raisons += raisons_nom(ctx, titulaire, [faits.nom])
        raisons += raisons_sujet(ctx, titulaire, faits)
    return Jugement(autorite, tuple(raisons), tuple(avertissements), deja is not None and not raisons)
