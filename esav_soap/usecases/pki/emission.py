"""Issuing: a certificate of the platform's own authority for a CSR, registered in the act (R6.2, art. 5.2.2 a)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from esav_soap.calendar import instant_plus_mois
from esav_soap.certificats import Autorite, CertificatEnregistre, Demande, FaitsCertificat, GenreDemande, Origine
from esav_soap.usecases.pki.demandes import demander, examiner, remarques_csr, retrouver, semblables
from esav_soap.usecases.pki.pieces import Piece
from esav_soap.usecases.pki.ports import Contexte, Emetteur
from esav_soap.usecases.pki.raisons import CodePki, PkiRefusee, Raison, raison, refuser_si
from esav_soap.usecases.pki.titulaires import Titulaire, avertir_du_nombre, raisons_acces
from esav_soap.usecases.ports.acces import CertificatDejaConnu, DemandeDejaTraitee

#: Validity of a certificate unless another is asked for, in calendar months.
MOIS = 24
#: A certificate begins a little earlier than it is made: clocks of callers and nodes may be late.
_AVANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Delivre:
    """A certificate and the request that it meets. ``deja``: it had been issued before, and is given again."""

    certificat: CertificatEnregistre
    demande: Demande
    deja: bool
    avertissements: tuple[Raison, ...] = ()


def delivrer_demande(ctx: Contexte, emetteur: Emetteur, numero: int, fin: datetime | None = None) -> Delivre:
    """Meet the request of that number. Raises :class:`PkiRefusee`.

    A request that was met already gives its certificate again: so nothing is lost when the first answer was.
    """
    demande = retrouver(ctx, numero, GenreDemande.EMISSION)
    if demande.traitee_le is not None:
        return _rendre(ctx, demande)
    titulaire = Titulaire(demande.titulaire, demande.role, demande.plateformes)
    piece, raisons = examiner(ctx, demande.piece, titulaire)
    autorite = _preparer(ctx, emetteur, piece, titulaire, raisons, fin)
    assert piece is not None
    return _delivrer(ctx, emetteur, autorite, demande, piece, fin)


def delivrer_csr(
    ctx: Contexte,
    emetteur: Emetteur,
    octets: bytes,
    titulaire: Titulaire,
    recue_le: datetime | None = None,
    fin: datetime | None = None,
    *,
    nouveau: bool = False,
) -> Delivre:
    """Record the request of that CSR and meet it. Raises :class:`PkiRefusee`, and then nothing was written.

    The same CSR for the same holder gives the certificate that it got, while that one is usable, unless ``nouveau``. Ended
    half-way, the request stands and waits: the same call, or :func:`delivrer_demande`, goes on from there.
    """
    piece, raisons = examiner(ctx, octets, titulaire)
    if piece is not None and piece.csr is None:
        raisons.append(raison(CodePki.CSR_ATTENDU))
    autorite = _preparer(ctx, emetteur, piece, titulaire, raisons, fin)
    assert piece is not None
    if not nouveau:
        vivants = {c.empreinte for c in ctx.base.certificats() if c.revoque_le is None and c.fin > ctx.instant}
        servie = next((d for d in semblables(ctx, piece, titulaire) if d.empreinte in vivants), None)
        if servie is not None:
            return _rendre(ctx, servie)
    demande = demander(ctx, octets, titulaire, recue_le).demande
    return _delivrer(ctx, emetteur, autorite, demande, piece, fin)


def interne(ctx: Contexte, emetteur: Emetteur) -> Autorite:
    """The platform's own CA as it is recorded. Raises AUTORITE_ABSENTE or AUTORITE_TERMINEE."""
    trouvee = next((a for a in ctx.base.autorites() if a.der == emetteur.der and a.interne), None)
    if trouvee is None or trouvee.retiree_le is not None:
        raise PkiRefusee(raison(CodePki.AUTORITE_ABSENTE))
    if trouvee.fin <= ctx.instant:
        raise PkiRefusee(raison(CodePki.AUTORITE_TERMINEE))
    return trouvee


def enregistre(
    faits: FaitsCertificat,
    der: bytes,
    titulaire: Titulaire,
    origine: Origine,
    autorite: Autorite,
    recu_le: datetime,
    instant: datetime,
) -> CertificatEnregistre:
    """The record of a certificate."""
    return CertificatEnregistre(
        empreinte=faits.empreinte,
        titulaire=titulaire.nom,
        role=titulaire.role,
        origine=origine,
        sujet=faits.sujet,
        emetteur=faits.emetteur,
        numero_serie=faits.numero_serie,
        autorite=autorite.empreinte,
        debut=faits.debut,
        fin=faits.fin,
        recu_le=recu_le,
        enregistre_le=instant,
        der=der,
        plateformes=titulaire.plateformes,
    )


def _preparer(
    ctx: Contexte,
    emetteur: Emetteur,
    piece: Piece | None,
    titulaire: Titulaire,
    raisons: list[Raison],
    fin: datetime | None,
) -> Autorite:
    """Everything that can be refused, before anything is written."""
    raisons = [*raisons, *raisons_acces(ctx, titulaire)]
    autorite = None
    try:
        autorite = interne(ctx, emetteur)
    except PkiRefusee as refus:
        raisons += refus.raisons
    if fin is not None and fin <= ctx.instant:
        raisons.append(raison(CodePki.DUREE_REFUSEE))
    refuser_si(raisons)
    assert autorite is not None
    return autorite


def _delivrer(
    ctx: Contexte, emetteur: Emetteur, autorite: Autorite, demande: Demande, piece: Piece, fin: datetime | None
) -> Delivre:
    titulaire = Titulaire(demande.titulaire, demande.role, demande.plateformes)
    debut = max(autorite.debut, (ctx.instant - _AVANCE).replace(microsecond=0))
    voulue = (fin or instant_plus_mois(ctx.instant, MOIS)).replace(microsecond=0)
    avertissements = remarques_csr(piece, titulaire)
    if voulue > autorite.fin:
        voulue = autorite.fin
        avertissements.append(raison(CodePki.FIN_ABREGEE))
    societe = next((o.raison_sociale for o in ctx.base.operateurs() if o.code == titulaire.nom), "")
    der = emetteur.delivrer_client(piece.der, titulaire.nom, titulaire.role.name, debut, voulue, societe)
    faits = ctx.chiffrement.lire(der)
    certificat = enregistre(faits, der, titulaire, Origine.FOURNISSEUR, autorite, demande.recue_le, ctx.instant)
    try:
        ctx.base.enregistrer_certificat(certificat, demande.numero)
    except DemandeDejaTraitee:  # by somebody else, a moment ago: theirs counts, ours was never known to anybody
        return _rendre(ctx, retrouver(ctx, demande.numero, GenreDemande.EMISSION))
    except CertificatDejaConnu as exc:  # a serial number is random: it is never met
        raise PkiRefusee(raison(CodePki.DEJA_ENREGISTRE)) from exc
    return Delivre(certificat, demande, False, (*avertissements, *avertir_du_nombre(ctx, titulaire)))


def _rendre(ctx: Contexte, demande: Demande) -> Delivre:
    certificat = next((c for c in ctx.base.certificats() if c.empreinte == demande.empreinte), None)
    if certificat is None:
        raise PkiRefusee(raison(CodePki.DEMANDE_CLASSEE, f"Demande : {demande.numero}."))
    refuser_si([raison(CodePki.DEJA_REVOQUE)] if certificat.revoque_le is not None else [])
    return Delivre(certificat, demande, True)
