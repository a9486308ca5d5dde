"""Authorities: the platform's own one, and the list of those whose certificates may be registered (R6.2)."""

from __future__ import annotations

from esav_soap.certificats import Autorite, CertificatEnregistre, MotifRefus
from esav_soap.certificats.regles import defauts_autorite
from esav_soap.usecases.pki.pieces import lire_piece
from esav_soap.usecases.pki.ports import Contexte, Emetteur
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee, Raison, raison, raisons_de, refuser_si
from esav_soap.usecases.pki.revocation import normaliser, premiere_crl

_NOM_MAX = 64


def verifier_nom(nom: str) -> None:
    """Raise NOM_REFUSE unless a CA may be called so."""
    if not 0 < len(nom) <= _NOM_MAX or not nom.isprintable() or nom != nom.strip():
        raise PkiRefusee(raison(CodePki.NOM_REFUSE))


def internes(ctx: Contexte) -> tuple[Autorite, ...]:
    """The platform's own CAs that are recognised, the newest first."""
    propres = [a for a in ctx.base.autorites() if a.interne and a.retiree_le is None]
    return tuple(sorted(propres, key=lambda a: (a.debut, a.empreinte), reverse=True))


def permettre_init(ctx: Contexte, *, succession: bool) -> None:
    """Raise AUTORITE_DEJA_FAITE when there is an own CA already, unless its successor is wanted."""
    if internes(ctx) and not succession:
        raise PkiRefusee(raison(CodePki.AUTORITE_DEJA_FAITE))


def inscrire_interne(ctx: Contexte, emetteur: Emetteur, *, succession: bool = False) -> tuple[Autorite, bool]:
    """Record the platform's own CA with its first list; whether it was not recorded yet.

    Raises AUTORITE_RETIREE, or AUTORITE_DEJA_FAITE when another one is in service, unless its successor is wanted.
    """
    faits = ctx.chiffrement.lire(emetteur.der)
    connue = next((a for a in ctx.base.autorites() if a.empreinte == faits.empreinte), None)
    if connue is not None and connue.retiree_le is not None:
        raise PkiRefusee(raison(CodePki.AUTORITE_RETIREE))
    if connue is not None and connue.interne and connue.crl is not None:
        return connue, False
    permettre_init(ctx, succession=succession or connue is not None)
    autorite = Autorite(
        empreinte=faits.empreinte,
        nom=faits.nom,
        interne=True,
        debut=faits.debut,
        fin=faits.fin,
        ajoutee_le=ctx.instant,
        der=emetteur.der,
        crl=connue.crl if connue and connue.crl else premiere_crl(ctx, emetteur),
    )
    ctx.base.enregistrer_autorite(autorite)
    return autorite, True


def ajouter(ctx: Contexte, octets: bytes, nom: str | None = None) -> Autorite:
    """Recognise a CA, or recognise it again. Raises :class:`PkiRefusee` with every reason."""
    piece = lire_piece(octets, ctx.chiffrement, seul=True)
    faits = piece.certificat
    raisons: list[Raison] = [
        raison(CodePki.AUTORITE_REFUSEE) if motif is MotifRefus.USAGE_INCORRECT else raison(motif)
        for motif in defauts_autorite(faits, ctx.instant)
        if motif is not MotifRefus.PAS_ENCORE_VALIDE  # recognised ahead of its begin, like a certificate
    ]
    nom = nom or faits.nom or faits.sujet[:_NOM_MAX]
    try:
        verifier_nom(nom)
    except PkiRefusee as refus:
        raisons += refus.raisons
    connue = next((a for a in ctx.base.autorites() if a.empreinte == faits.empreinte), None)
    if connue is not None and connue.retiree_le is None:
        raisons.append(raison(CodePki.AUTORITE_DEJA_RECONNUE, f"« {connue.nom} »."))
    refuser_si(raisons)
    autorite = Autorite(
        empreinte=faits.empreinte,
        nom=nom,
        interne=connue.interne if connue else False,
        debut=faits.debut,
        fin=faits.fin,
        ajoutee_le=ctx.instant,
        der=piece.der,
    )
    ctx.base.enregistrer_autorite(autorite)
    return autorite


def trouver(ctx: Contexte, designation: str, *, reconnue: bool = True) -> Autorite:
    """A CA by its name, its fingerprint or the beginning of it. Raises AUTORITE_NON_TROUVEE or AUTORITE_AMBIGUE."""
    debut = normaliser(designation)
    trouvees = [
        a
        for a in ctx.base.autorites()
        if (a.nom == designation or (debut and a.empreinte.startswith(debut)))
        and (a.retiree_le is None or not reconnue)
    ]
    if len(trouvees) != 1:
        code = CodePki.AUTORITE_AMBIGUE if trouvees else CodePki.AUTORITE_NON_TROUVEE
        raise PkiRefusee(raison(code, f"« {designation} »."))
    return trouvees[0]


def dependants(ctx: Contexte, autorite: Autorite) -> tuple[CertificatEnregistre, ...]:
    """Usable certificates that stop working when that CA is recognised no more."""
    return tuple(c for c in ctx.base.certificats() if c.autorite == autorite.empreinte and c.vivant(ctx.instant))


def retirer(ctx: Contexte, autorite: Autorite) -> None:
    """Recognise that CA no more. It stays known, with its list."""
    ctx.base.retirer_autorite(autorite.empreinte, ctx.instant)


def importer_crl(ctx: Contexte, autorite: Autorite, octets: bytes) -> tuple[CertificatEnregistre, ...]:
    """Take the list of a recognised CA (DER or PEM), for every certificate that this CA has with that name and key; the
    registered certificates that it newly revokes.

    Raises CRL_INTERNE, CRL_REFUSEE (not its own, not current, unreadable) or CRL_ANCIENNE.
    """
    if autorite.interne:
        raise PkiRefusee(raison(CodePki.CRL_INTERNE))
    try:
        crl = ctx.chiffrement.crl_en_der(octets)
        ctx.chiffrement.verifier_crl(crl, autorite.der, ctx.instant)
        revoques = ctx.chiffrement.numeros_revoques(crl)
    except ValueError as refus:
        raise PkiRefusee(*raisons_de(CodePki.CRL_REFUSEE, refus)) from refus
    if autorite.crl is not None and _rang(ctx, crl) < _rang(ctx, autorite.crl):
        raise PkiRefusee(raison(CodePki.CRL_ANCIENNE))
    touches: list[CertificatEnregistre] = []
    for portee in (autorite, *_memes_cles(ctx, autorite, crl)):
        avant = ctx.chiffrement.numeros_revoques(portee.crl) if portee.crl is not None else frozenset()
        ctx.base.enregistrer_crl(portee.empreinte, crl)
        touches += (c for c in dependants(ctx, portee) if c.numero_serie in revoques - avant)
    return tuple(touches)


def _memes_cles(ctx: Contexte, autorite: Autorite, crl: bytes) -> list[Autorite]:
    """Other certificates of the same CA, renewed with its key: that list tells of what was registered under them as well."""
    trouvees = []
    for autre in ctx.base.autorites():
        if autre.interne or autre.empreinte == autorite.empreinte:
            continue
        if autre.crl is not None and _rang(ctx, crl) < _rang(ctx, autre.crl):
            continue
        try:
            ctx.chiffrement.verifier_crl(crl, autre.der, ctx.instant)
        except ValueError:
            continue
        trouvees.append(autre)
    return trouvees


def _rang(ctx: Contexte, crl: bytes) -> tuple[int, float]:
    """A later list ranks higher: by its number, and where lists have none by the date of the next one."""
    fin = ctx.chiffrement.fin_crl(crl)
    return ctx.chiffrement.numero_crl(crl) or 0, fin.timestamp() if fin else 0.0
