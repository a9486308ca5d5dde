"""Versions of the catalogue and their publication, as answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from esav_soap.contract import reponses as r
from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp, ErreurEsav, PackInvalide, PublicationRefusee
from esav_soap.publication import VersionPubliee
from esav_soap.publication.ecarts import Ecart
from esav_soap.usecases.presentation import heure
from esav_soap.usecases.publieur import Annonce, Essai
from esav_soap.usecases.registre import Registre


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
