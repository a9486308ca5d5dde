"""Why a certificate is let in or refused: every check, then the answer that a call gets (R6.2).

The answer, and what is wrong with a registered certificate, come from the judgement that the service itself makes of every
call; the checks only explain it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from esav_soap.calendar import en_francais
from esav_soap.certificats import CertificatEnregistre, FaitsCertificat, MotifRefus, Role
from esav_soap.certificats.echeances import avertissement, echeances
from esav_soap.certificats.regles import CLIENT_AUTH, defauts
from esav_soap.names import PLATEFORMES
from esav_soap.souscription import Acces, Souscription
from esav_soap.usecases.acces import RegistreAcces
from esav_soap.usecases.homologation import DOMAINES_OUVERTS
from esav_soap.usecases.pki.jugement import autorite_signataire, dans_la_liste
from esav_soap.usecases.pki.pieces import lire_piece
from esav_soap.usecases.pki.ports import Contexte
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee

_USAGES = {CLIENT_AUTH: "clientAuth", "1.3.6.1.5.5.7.3.1": "serverAuth", "2.5.29.37.0": "anyExtendedKeyUsage"}


@dataclass(frozen=True, slots=True)
class Controle:
    """One check. ``nom``: what was looked at; ``motif``: what is wrong, None when nothing is; ``dit``: what was found;
    ``pour_memoire``: it changes nothing to the answer."""

    nom: str
    motif: MotifRefus | None
    dit: str
    pour_memoire: bool = False


@dataclass(frozen=True, slots=True)
class Explication:
    """``reponses``: by platform, why a call is refused there, None when it is let in."""

    faits: FaitsCertificat | None
    certificat: CertificatEnregistre | None
    controles: tuple[Controle, ...]
    reponses: dict[str, MotifRefus | None] = field(default_factory=dict)

    @property
    def admis(self) -> bool:
        """Whether a call is let in on every platform that was asked for."""
        return all(motif is None for motif in self.reponses.values())


def expliquer(ctx: Contexte, octets: bytes, plateforme: str | None = None) -> Explication:
    """Check a certificate (PEM or DER), for one platform, or by default for those that it is registered for.

    Never refuses: what cannot be read is ILLISIBLE. Raises :class:`PkiRefusee` for what is no certificate by intent: a CSR,
    a private key.
    """
    try:
        piece = lire_piece(octets, ctx.chiffrement)
    except PkiRefusee as exc:
        if any(r.code in (CodePki.CLE_PRIVEE.name, CodePki.CSR_REFUSE.name) for r in exc.raisons):
            raise
        controle = Controle("lecture", MotifRefus.ILLISIBLE, "ni PEM ni DER d'un certificat X.509")
        return Explication(None, None, (controle,), dict.fromkeys([plateforme or "production"], MotifRefus.ILLISIBLE))
    faits = piece.certificat
    registre = RegistreAcces(ctx.base, ctx.chiffrement)
    registre.rafraichir()
    certificat = next((c for c in registre.certificats if c.empreinte == faits.empreinte), None)
    plateformes = [plateforme] if plateforme else sorted(certificat.plateformes if certificat else PLATEFORMES)
    trouves = {p: registre.motifs(piece.der, p, ctx.instant) for p in plateformes}
    motifs = frozenset(motif for siens in trouves.values() for motif in siens)
    controles = (
        *_de_lui_meme(ctx, faits),
        *_autorite(ctx, registre, piece.der, faits, certificat, motifs),
        *_enregistrement(registre, certificat, motifs),
        *_plateformes(certificat, motifs),
        *_pour_memoire(ctx, certificat, registre.certificats),
    )
    return Explication(faits, certificat, controles, {p: next(iter(siens), None) for p, siens in trouves.items()})


def _si(motif: MotifRefus, motifs: Collection[MotifRefus]) -> MotifRefus | None:
    return motif if motif in motifs else None


def _de_lui_meme(ctx: Contexte, faits: FaitsCertificat) -> Iterator[Controle]:
    trouves = defauts(faits, ctx.instant)

    def premier(*motifs: MotifRefus) -> MotifRefus | None:
        return next((m for m in trouves if m in motifs), None)

    yield Controle("lecture", None, f"certificat X.509 « {faits.sujet} »")
    dates = f"du {en_francais(faits.debut)} au {en_francais(faits.fin)}"
    yield Controle("dates", premier(MotifRefus.EXPIRE, MotifRefus.PAS_ENCORE_VALIDE), dates)
    cle = f"{faits.cle.algorithme} {faits.cle.taille} bits" + (f" ({faits.cle.courbe})" if faits.cle.courbe else "")
    yield Controle("clé", premier(MotifRefus.CLE_FAIBLE), cle)
    yield Controle("signature", premier(MotifRefus.SIGNATURE_FAIBLE), faits.signature)
    usages = ", ".join(sorted(faits.usages)) if faits.usages is not None else "non précisé"
    etendus = (
        ", ".join(sorted(_USAGES.get(oid, oid) for oid in faits.usages_etendus))
        if faits.usages_etendus is not None
        else "non précisé"
    )
    yield Controle("usage", premier(MotifRefus.USAGE_INCORRECT), f"keyUsage : {usages} ; extendedKeyUsage : {etendus}")
    if MotifRefus.EST_UNE_AUTORITE in trouves:
        yield Controle("genre", MotifRefus.EST_UNE_AUTORITE, "certificat d'une autorité")


def _autorite(
    ctx: Contexte,
    registre: RegistreAcces,
    der: bytes,
    faits: FaitsCertificat,
    certificat: CertificatEnregistre | None,
    motifs: Collection[MotifRefus],
) -> Iterator[Controle]:
    """Of a registered certificate, the CA that it was registered under counts, whichever else has the same key."""
    connue = certificat.autorite if certificat else ""
    autorite = (
        next((a for a in registre.autorites if a.empreinte == connue), None)
        or autorite_signataire(ctx, der)
        or autorite_signataire(ctx, der, retirees=True)
    )
    if autorite is None:
        auto = ctx.chiffrement.auto_signe(der)
        dit = "signé par lui-même" if auto else f"« {faits.emetteur} », qui n'est pas reconnue (esav pki ca list)"
        yield Controle("autorité", MotifRefus.AUTO_SIGNE if auto else MotifRefus.AUTORITE_INCONNUE, dit)
        return
    dit = f"« {autorite.nom} »" + (", celle de la plate-forme" if autorite.interne else "")
    if autorite.retiree_le is not None:
        dit += f", qui n'est plus reconnue depuis le {en_francais(autorite.retiree_le)}"
    elif not autorite.debut <= ctx.instant < autorite.fin:
        dit += f", valable du {en_francais(autorite.debut)} au {en_francais(autorite.fin)}"
    inconnue = autorite.retiree_le is not None or not autorite.debut <= ctx.instant < autorite.fin
    if certificat is not None:
        inconnue = MotifRefus.AUTORITE_INCONNUE in motifs
    yield Controle("autorité", MotifRefus.AUTORITE_INCONNUE if inconnue else None, dit)
    if autorite.crl is None:
        yield Controle("liste de révocation", None, "aucune n'est enregistrée pour cette autorité", pour_memoire=True)
    elif dans_la_liste(ctx, autorite, faits):
        yield Controle("liste de révocation", MotifRefus.REVOQUE, f"elle contient le numéro {faits.numero_serie}")
    else:
        yield Controle("liste de révocation", None, "elle ne contient pas ce certificat")


def _enregistrement(
    registre: RegistreAcces, certificat: CertificatEnregistre | None, motifs: Collection[MotifRefus]
) -> Iterator[Controle]:
    if certificat is None:
        yield Controle("enregistrement", MotifRefus.NON_ENREGISTRE, "empreinte inconnue")
        return
    qui = f"{certificat.titulaire}, {certificat.role.value}, enregistré le {en_francais(certificat.enregistre_le)}"
    yield Controle("enregistrement", None, qui)
    revoque = certificat.revoque_le
    if revoque is not None:
        dit = f"révoqué le {en_francais(revoque)} : {certificat.motif_revocation}"
        yield Controle("révocation", _si(MotifRefus.REVOQUE, motifs), dit)
    else:
        yield Controle("révocation", None, "non révoqué")
    if certificat.role is Role.OPERATEUR:
        souscription = next((s for s in registre.souscriptions if s.operateur == certificat.titulaire), None)
        yield Controle("souscription", _si(MotifRefus.ACCES_TERMINE, motifs), _acces_souscrit(souscription))


def _acces_souscrit(souscription: Souscription | None) -> str:
    if souscription is None or Acces.INTEGRE not in souscription.bon.acces:
        return "pas d'accès à e-SAV intégré"
    dit = f"e-SAV intégré, à partir du {en_francais(souscription.activee_le)}"
    return dit + (f", jusqu'au {en_francais(souscription.fin)}" if souscription.fin is not None else "")


def _plateformes(certificat: CertificatEnregistre | None, motifs: Collection[MotifRefus]) -> Iterator[Controle]:
    if certificat is None:
        return
    dites = ", ".join(sorted(certificat.plateformes))
    yield Controle("plates-formes", _si(MotifRefus.PLATEFORME_INTERDITE, motifs), dites)


def _pour_memoire(
    ctx: Contexte, certificat: CertificatEnregistre | None, tous: tuple[CertificatEnregistre, ...]
) -> Iterator[Controle]:
    if certificat is None:
        return
    if certificat.role is Role.OPERATEUR:
        faites = {h.domaine: h for h in ctx.base.homologations(certificat.titulaire)}
        for domaine in DOMAINES_OUVERTS:
            faite = faites.get(domaine)
            dit = f"{domaine.value} : " + (
                f"acquise le {en_francais(faite.date)} ({faite.operation})"
                if faite
                else "pas encore ; la production répond NON_HOMOLOGUE jusqu'à un appel réussi sur integration"
            )
            yield Controle("homologation", None, dit, pour_memoire=True)
    if certificat.revoque_le is not None:
        return
    dates = echeances(certificat)
    dit = avertissement(certificat, tous, ctx.instant) or f"renouvellement à préparer le {en_francais(dates.preparer)}"
    yield Controle("échéance", None, dit, pour_memoire=True)
