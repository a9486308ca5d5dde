"""The port ``Certificats`` on SQL.

Few rows, read whole when the revision says so, seldom written. Whoever records or revokes certificates excludes the others, on
PostgreSQL by a lock on their table, which who reads does not notice: so nobody waits in a circle, and a request is met once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from esav_soap.certificats import Autorite, CertificatEnregistre, Demande, GenreDemande, Origine, Role
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.revision_acces import noter_changement
from esav_soap.store.tables import autorite as table_autorite
from esav_soap.store.tables import certificat as table_certificat
from esav_soap.store.tables import demande_certificat
from esav_soap.usecases.ports.acces import CertificatDejaConnu, DemandeDejaTraitee, Lister

#: Fingerprints of one statement.
TRANCHE = 500

_A = table_autorite.c
_C = table_certificat.c
_D = demande_certificat.c


class CertificatsSQL:
    """Certificates, CAs and requests; see the port."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def certificats(self) -> tuple[CertificatEnregistre, ...]:
        lignes = self._moteur.lire(lambda connexion: connexion.execute(select(table_certificat)).all())
        return tuple(sorted((_certificat(ligne) for ligne in lignes), key=lambda c: (c.titulaire, c.fin, c.empreinte)))

    def enregistrer_certificat(self, certificat: CertificatEnregistre, demande: int | None = None) -> None:
        inserer = insertion(self._moteur, table_certificat)
        ordre = inserer.values(_colonnes_certificat(certificat)).on_conflict_do_nothing(index_elements=[_C.empreinte])
        # What was written is returned: the count of rows of an insertion is not told by every driver.
        with self._exclusif() as connexion:
            if connexion.scalar(ordre.returning(_C.empreinte)) is None:
                raise CertificatDejaConnu(certificat.empreinte)
            le, par = certificat.enregistre_le, certificat.empreinte
            if demande is not None and not _traiter(connexion, demande, le, par):
                raise DemandeDejaTraitee(demande)
            noter_changement(connexion)

    def revoquer_certificats(
        self,
        empreintes: Collection[str],
        instant: datetime,
        motif: str,
        autorite: str | None = None,
        lister: Lister | None = None,
    ) -> int:
        voulues = sorted(set(empreintes))
        revoques = 0
        with self._exclusif() as connexion:
            for rang in range(0, len(voulues), TRANCHE):
                tranche = voulues[rang : rang + TRANCHE]
                ordre = update(table_certificat).where(_C.empreinte.in_(tranche), _C.revoque_le.is_(None))
                revoques += connexion.execute(ordre.values(revoque_le=instant, motif_revocation=motif)).rowcount
            if autorite is not None and lister is not None:
                _noter_crl(connexion, autorite, _lister(connexion, autorite, lister))
            noter_changement(connexion)
        return revoques

    def autorites(self) -> tuple[Autorite, ...]:
        lignes = self._moteur.lire(lambda connexion: connexion.execute(select(table_autorite)).all())
        return tuple(sorted((_autorite(ligne) for ligne in lignes), key=lambda a: (a.nom, a.empreinte)))

    def enregistrer_autorite(self, autorite: Autorite) -> None:
        valeurs = {
            "nom": autorite.nom,
            "interne": autorite.interne,
            "debut": autorite.debut,
            "fin": autorite.fin,
            "ajoutee_le": autorite.ajoutee_le,
            "retiree_le": autorite.retiree_le,
            "der": autorite.der,
        }
        inserer = insertion(self._moteur, table_autorite)
        ordre = inserer.values(empreinte=autorite.empreinte, crl=autorite.crl, **valeurs)
        remplacer = ordre.on_conflict_do_update(
            index_elements=[_A.empreinte], set_={**valeurs, "crl": func.coalesce(ordre.excluded.crl, _A.crl)}
        )
        with self._moteur.ecriture() as connexion:
            connexion.execute(remplacer)
            noter_changement(connexion)

    def retirer_autorite(self, empreinte: str, instant: datetime) -> bool:
        depuis = func.coalesce(_A.retiree_le, instant)  # who retires it again does not change since when
        ordre = update(table_autorite).where(_A.empreinte == empreinte).values(retiree_le=depuis)
        with self._moteur.ecriture() as connexion:
            retiree = connexion.execute(ordre).rowcount == 1
            noter_changement(connexion)
        return retiree

    def enregistrer_crl(self, empreinte: str, crl: bytes) -> bool:
        with self._moteur.ecriture() as connexion:
            notee = _noter_crl(connexion, empreinte, crl)
            noter_changement(connexion)
        return notee

    def demandes(self, *, en_attente: bool = True) -> tuple[Demande, ...]:
        choix = select(demande_certificat).order_by(_D.echeance, _D.numero)
        if en_attente:
            choix = choix.where(_D.traitee_le.is_(None))
        lignes = self._moteur.lire(lambda connexion: connexion.execute(choix).all())
        return tuple(_demande(ligne) for ligne in lignes)

    def ajouter_demande(self, demande: Demande) -> int:
        ordre = insert(demande_certificat).values(
            genre=demande.genre.name,
            titulaire=demande.titulaire,
            role=demande.role.name,
            plateformes=mots(demande.plateformes),
            recue_le=demande.recue_le,
            echeance=demande.echeance,
            traitee_le=demande.traitee_le,
            empreinte=demande.empreinte,
            piece=demande.piece,
        )
        with self._moteur.ecriture() as connexion:
            return int(connexion.execute(ordre.returning(_D.numero)).scalar_one())

    def classer_demande(self, numero: int, instant: datetime) -> bool:
        with self._exclusif() as connexion:
            return _traiter(connexion, numero, instant, "")

    @contextmanager
    def _exclusif(self) -> Iterator[Connection]:
        """A transaction that excludes others of this kind from its beginning."""
        with self._moteur.ecriture() as connexion:
            if not self._moteur.sqlite:  # where there is but one writer
                connexion.exec_driver_sql("LOCK TABLE certificat IN SHARE ROW EXCLUSIVE MODE")
            yield connexion


def mots(noms: Collection[str]) -> str:
    """How a set of names that have no blanks is kept: sorted, parted by blanks."""
    return " ".join(sorted(noms))


def _traiter(connexion: Connection, numero: int, instant: datetime, empreinte: str) -> bool:
    """Whether it waited until now."""
    ordre = update(demande_certificat).where(_D.numero == numero, _D.traitee_le.is_(None))
    return connexion.execute(ordre.values(traitee_le=instant, empreinte=empreinte)).rowcount == 1


def _lister(connexion: Connection, autorite: str, lister: Lister) -> bytes:
    connue = connexion.execute(select(_A.crl).where(_A.empreinte == autorite)).one_or_none()
    if connue is None:
        raise LookupError(autorite)
    revoques = select(table_certificat).where(_C.autorite == autorite, _C.revoque_le.is_not(None))
    return lister(connue.crl, [_certificat(ligne) for ligne in connexion.execute(revoques.order_by(_C.empreinte))])


def _noter_crl(connexion: Connection, empreinte: str, crl: bytes) -> bool:
    return connexion.execute(update(table_autorite).where(_A.empreinte == empreinte).values(crl=crl)).rowcount == 1


def _colonnes_certificat(certificat: CertificatEnregistre) -> dict[str, Any]:
    return {
        "empreinte": certificat.empreinte,
        "titulaire": certificat.titulaire,
        "role": certificat.role.name,
        "origine": certificat.origine.name,
        "plateformes": mots(certificat.plateformes),
        "sujet": certificat.sujet,
        "emetteur": certificat.emetteur,
        "numero_serie": certificat.numero_serie,
        "autorite": certificat.autorite,
        "debut": certificat.debut,
        "fin": certificat.fin,
        "recu_le": certificat.recu_le,
        "enregistre_le": certificat.enregistre_le,
        "revoque_le": certificat.revoque_le,
        "motif_revocation": certificat.motif_revocation,
        "der": certificat.der,
    }


def _certificat(ligne: Any) -> CertificatEnregistre:
    return CertificatEnregistre(
        empreinte=ligne.empreinte,
        titulaire=ligne.titulaire,
        role=Role[ligne.role],
        origine=Origine[ligne.origine],
        sujet=ligne.sujet,
        emetteur=ligne.emetteur,
        numero_serie=ligne.numero_serie,
        autorite=ligne.autorite,
        debut=ligne.debut,
        fin=ligne.fin,
        recu_le=ligne.recu_le,
        enregistre_le=ligne.enregistre_le,
        der=ligne.der,
        plateformes=frozenset(ligne.plateformes.split()),
        revoque_le=ligne.revoque_le,
        motif_revocation=ligne.motif_revocation,
    )


def _autorite(ligne: Any) -> Autorite:
    return Autorite(
        empreinte=ligne.empreinte,
        nom=ligne.nom,
        interne=ligne.interne,
        debut=ligne.debut,
        fin=ligne.fin,
        ajoutee_le=ligne.ajoutee_le,
        der=ligne.der,
        crl=ligne.crl,
        retiree_le=ligne.retiree_le,
    )


def _demande(ligne: Any) -> Demande:
    return Demande(
        numero=ligne.numero,
        genre=GenreDemande[ligne.genre],
        titulaire=ligne.titulaire,
        role=Role[ligne.role],
        plateformes=frozenset(ligne.plateformes.split()),
        piece=ligne.piece,
        recue_le=ligne.recue_le,
        echeance=ligne.echeance,
        traitee_le=ligne.traitee_le,
        empreinte=ligne.empreinte,
    )
