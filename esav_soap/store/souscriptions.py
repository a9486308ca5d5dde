"""The port ``Souscriptions`` on SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from esav_soap.souscription import Acces, BonDeCommande, Interlocuteur, Souscription
from esav_soap.store.moteur import Moteur, insertion
from esav_soap.store.revision_acces import noter_changement
from esav_soap.store.tables import souscription as table_souscription

_S = table_souscription.c
#: Lines of an address.
LIGNES = 3


class SouscriptionsSQL:
    """Subscriptions; few rows, read whole."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def souscriptions(self) -> tuple[Souscription, ...]:
        lignes = self._moteur.lire(lambda connexion: connexion.execute(select(table_souscription)).all())
        return tuple(sorted((_souscription(ligne) for ligne in lignes), key=lambda s: s.operateur))

    def enregistrer_souscription(self, souscription: Souscription) -> None:
        """See the port. Raises ``ValueError`` for an address of no line, or of more than three."""
        valeurs = _colonnes(souscription)
        inserer = insertion(self._moteur, table_souscription)
        ordre = inserer.values(operateur=souscription.operateur, **valeurs).on_conflict_do_update(
            index_elements=[_S.operateur], set_=valeurs
        )
        with self._moteur.ecriture() as connexion:
            connexion.execute(ordre)
            noter_changement(connexion)


def _colonnes(souscription: Souscription) -> dict[str, Any]:
    bon = souscription.bon
    if not 1 <= len(bon.adresse) <= LIGNES:
        raise ValueError(f"adresse: {len(bon.adresse)} lines")
    adresse = (*bon.adresse, None, None)
    nomme = bon.interlocuteur
    return {
        "reference_contrat": bon.reference_contrat,
        "affaire": bon.affaire,
        "raison_sociale": bon.raison_sociale,
        "siret": bon.siret,
        "representant": bon.representant,
        "telephone": bon.telephone,
        "courriel": bon.courriel,
        "adresse_1": adresse[0],
        "adresse_2": adresse[1],
        "adresse_3": adresse[2],
        "acces": " ".join(sorted(acces.name for acces in bon.acces)),
        "interlocuteur_nom": nomme and nomme.nom,
        "interlocuteur_fonction": nomme and nomme.fonction,
        "interlocuteur_telephone": nomme and nomme.telephone,
        "interlocuteur_courriel": nomme and nomme.courriel,
        "commentaires": bon.commentaires,
        "fait_a": bon.fait_a,
        "fait_le": bon.fait_le,
        "signataire": bon.signataire,
        "activee_le": souscription.activee_le,
        "denoncee_le": souscription.denoncee_le,
        "fin": souscription.fin,
    }


def _souscription(ligne: Any) -> Souscription:
    nomme = (
        Interlocuteur(
            ligne.interlocuteur_nom,
            ligne.interlocuteur_fonction,
            ligne.interlocuteur_telephone,
            ligne.interlocuteur_courriel,
        )
        if ligne.interlocuteur_nom is not None
        else None
    )
    bon = BonDeCommande(
        reference_contrat=ligne.reference_contrat,
        affaire=ligne.affaire,
        raison_sociale=ligne.raison_sociale,
        siret=ligne.siret,
        representant=ligne.representant,
        telephone=ligne.telephone,
        courriel=ligne.courriel,
        adresse=tuple(texte for texte in (ligne.adresse_1, ligne.adresse_2, ligne.adresse_3) if texte is not None),
        acces=frozenset(Acces[nom] for nom in ligne.acces.split()),
        interlocuteur=nomme,
        commentaires=ligne.commentaires,
        fait_a=ligne.fait_a,
        fait_le=ligne.fait_le,
        signataire=ligne.signataire,
    )
    return Souscription(ligne.operateur, bon, ligne.activee_le, ligne.denoncee_le, ligne.fin)
