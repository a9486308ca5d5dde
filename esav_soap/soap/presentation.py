"""From the domain to the answers on the wire: types of ``contract.reponses``, Paris time with its offset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from esav_soap.certificats import CertificatEnregistre, FaitsCertificat
from esav_soap.contract import reponses as r
from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp, ErreurEsav, PackInvalide, PublicationRefusee
from esav_soap.intake import Avertissement
from esav_soap.publication import VersionPubliee
from esav_soap.publication.ecarts import Ecart
from esav_soap.signalisation import Signalisation
from esav_soap.usecases.diagnostic import Diagnostic
from esav_soap.usecases.presentation import (
    accuse,
    avertissements,
    du_serveur,
    etat,
    fault,
    heure,
    validation,
    version_vive,
)
from esav_soap.usecases.publieur import Annonce, Essai
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.suivi import ChampRempli

__all__ = [
    "accuse",
    "annonce",
    "detail",
    "diagnostic",
    "du_serveur",
    "essai",
    "etat",
    "fault",
    "pack",
    "refus_de_publication",
    "validation",
    "version",
    "versions",
]


def detail(
    signalisation: Signalisation,
    libelle_offre: str,
    champs: Iterable[ChampRempli],
    defaut: str | None,
    dits: Iterable[Avertissement] = (),
) -> Any:
    """Everything that an opérateur may see of its signalisation (R3.5)."""
    prestation, contact = signalisation.prestation, signalisation.contact
    return r.DetailSignalisation(
        numeroSignalisation=signalisation.numero,
        referenceOperateur=signalisation.reference,
        etat=signalisation.etat.name,
        libelleEtat=signalisation.etat.value,
        dateHeureDepot=heure(signalisation.depot_le),
        dateHeureEtat=heure(signalisation.modifiee_le),
        versionCatalogue=signalisation.version_catalogue,
        prestation=r.PrestationConcernee(
            identifiant=prestation.identifiant,
            offre=prestation.offre,
            libelleOffre=libelle_offre,
            extremiteA=prestation.extremite_a or None,
            extremiteB=prestation.extremite_b or None,
            complement=prestation.complement or None,
        ),
        defautDeclare=defaut,
        garantie=prestation.garantie or None,
        contact=r.ContactOperateur(nom=contact.nom, telephone=contact.telephone, courriel=contact.courriel),
        champ=[
            r.ChampRempli(chemin=c.chemin, libelle=c.libelle, valeur=c.valeur, libelleValeur=c.libelle_valeur)
            for c in champs
        ],
        evenement=[
            r.EvenementSignalisation(
                dateHeure=heure(e.date),
                etat=e.etat.name,
                libelleEtat=e.etat.value,
                auteur=e.cote.name,
                commentaire=e.commentaire or None,
            )
            for e in signalisation.evenements
        ],
        avertissement=avertissements(dits),
    )


def diagnostic(dit: Diagnostic) -> Any:
    """What the service sees of the caller's connection."""
    identifie = dit.identifie
    return r.DiagnosticConnexion(
        accepte=identifie is not None,
        motif=dit.motif.name if dit.motif else None,
        message=dit.message,
        identification=dit.moyen,
        certificat=_certificat(dit.certificat),
        operateur=identifie.code if identifie else None,
        role=identifie.role.name if identifie else None,
        plateforme=dit.plateforme,
        dateHeureServeur=heure(dit.instant),
        homologation=[
            r.EtatHomologation(
                domaine=etat.domaine.name,
                homologue=etat.ouvert,
                dateHeure=heure(etat.preuve.date) if etat.preuve else None,
                operation=etat.preuve.operation if etat.preuve else None,
                requete=etat.preuve.requete if etat.preuve else None,
            )
            for etat in dit.homologations
        ],
        version=[version_vive(v) for v in dit.versions],
        avertissement=avertissements(dit.avertissements),
    )


def _certificat(vu: CertificatEnregistre | FaitsCertificat | None) -> Any:
    if vu is None:
        return None
    return r.CertificatVu(
        empreinte=vu.empreinte,
        sujet=vu.sujet,
        emetteur=vu.emetteur,
        numeroSerie=vu.numero_serie,
        dateHeureDebut=heure(vu.debut),
        dateHeureFin=heure(vu.fin),
    )


def versions(publiees: Iterable[VersionPubliee], registre: Registre, plateforme: str, instant: datetime) -> Any:
    """The catalogue versions and their dates; the WSDL of those that can be used on this platform."""
    return r.ListeVersions(version=[version(v, registre, plateforme, instant) for v in publiees])


def version(publiee: VersionPubliee, registre: Registre, plateforme: str, instant: datetime) -> Any:
    """One catalogue version."""
    utilisable = publiee.utilisable(plateforme, instant)
    return r.Version(
        version=publiee.version,
        etat=publiee.etat(instant).name,
        dateHeureAnnonce=heure(publiee.annonce),
        dateHeureOuverture=heure(publiee.ouverture),
        dateHeureRetrait=heure(publiee.retrait) if publiee.retrait else None,
        remplacante=publiee.remplacante,
        wsdl=registre.adresse_wsdl(plateforme, publiee.version) if utilisable else None,
    )


def pack(version: str, contenu: bytes) -> Any:
    """The pack of a version."""
    return r.Pack(
        version=version,
        nomFichier=f"catalogue-esav-{version}.zip",
        sha256=hashlib.sha256(contenu).hexdigest(),
        contenu=[contenu],
    )


def annonce(faite: Annonce, registre: Registre, plateforme: str, instant: datetime) -> Any:
    """A recorded announcement."""
    return r.Annonce(
        version=version(faite.publiee, registre, plateforme, instant), ecart=[_ecart(ecart) for ecart in faite.ecarts]
    )


def essai(fait: Essai) -> Any:
    """The outcome of a rehearsal: one line for each opérateur, Offre, field and reason."""
    return r.RapportSimulation(
        version=fait.version,
        dateHeureDebut=heure(fait.depuis),
        dateHeureOuvertureAuPlusTot=heure(fait.au_plus_tot),
        rejouees=fait.rapport.rejouees,
        refusees=fait.rapport.refusees,
        ecart=[_ecart(ecart) for ecart in fait.ecarts],
        ligne=[
            r.LigneSimulation(
                operateur=bilan.operateur,
                offre=bilan.offre,
                champ=motif.champ,
                code=motif.code,
                rejouees=bilan.rejouees,
                refusees=motif.nombre,
                message=motif.message,
                exemple=motif.valeur or None,
            )
            for bilan in fait.rapport.bilans
            for motif in bilan.motifs
        ],
    )


def _ecart(ecart: Ecart) -> Any:
    return r.Ecart(
        nom=ecart.nom,
        code=ecart.code,
        gravite=ecart.gravite.name,
        offre=ecart.offre or None,
        champ=ecart.champ or None,
        message=ecart.message,
    )


def refus_de_publication(refus: PackInvalide | PublicationRefusee) -> ErreurEsav:
    """A refused publication as the declared fault: one ``erreur`` for each defect or reason."""
    if isinstance(refus, PublicationRefusee):
        motifs = [ErreurChamp("publication", "Publication", "", CodeChamp.PUBLICATION_REFUSEE, m) for m in refus.motifs]
        return ErreurEsav(CodeErreur.PUBLICATION_REFUSEE, erreurs=motifs)
    problemes = [
        ErreurChamp(
            p.fichier, p.fichier, f"{p.fichier}:{p.ligne}" if p.ligne else p.fichier, CodeChamp.DEFAUT_DU_PACK,
            p.message, p.code,
        )
        for p in refus.problemes
    ]  # fmt: skip
    return ErreurEsav(CodeErreur.PACK_INVALIDE, erreurs=problemes)
