"""Signalisations and their changes, as answers: what opérateurs see, and what the SAV does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from esav_soap.contract import reponses as r
from esav_soap.intake import Avertissement
from esav_soap.signalisation import Contact, Evenement, Prestation, Signalisation
from esav_soap.usecases.actions import ecrire_curseur
from esav_soap.usecases.ports import PageEvenements
from esav_soap.usecases.ports_suivi import PageSignalisations, Resume
from esav_soap.usecases.presentation import avertissements, heure
from esav_soap.usecases.sav import Fiche
from esav_soap.usecases.suivi import ChampRempli, SituationGarantie


def detail(
    signalisation: Signalisation,
    libelle_offre: str,
    champs: Iterable[ChampRempli],
    defaut: str | None,
    garantie: SituationGarantie,
    dits: Iterable[Avertissement] = (),
) -> Any:
    """Everything that an opérateur may see of its signalisation (R3.5)."""
    return r.DetailSignalisation(
        **_identite(signalisation, libelle_offre, champs, defaut, garantie),
        evenement=[r.EvenementSignalisation(**_evenement(e)) for e in signalisation.evenements],
        avertissement=avertissements(dits),
    )


def fiche(
    lue: Fiche,
    libelle_offre: str,
    champs: Iterable[ChampRempli],
    defaut: str | None,
    dits: Iterable[Avertissement] = (),
) -> Any:
    """Everything that the SAV sees of a signalisation, internal comments and names of technicians included."""
    signalisation = lue.signalisation
    return r.FicheSignalisation(
        **_identite(signalisation, libelle_offre, champs, defaut, lue.garantie),
        operateur=signalisation.operateur,
        dateHeureSaisie=heure(signalisation.saisie_le) if signalisation.saisie_le else None,
        zone=signalisation.prestation.zone or None,
        evenement=[
            r.EvenementSav(**_evenement(e), technicien=e.auteur or None, visibilite=e.visibilite.name)
            for e in signalisation.evenements
        ],
        nombreEvenements=len(signalisation.evenements),
        actionPossible=[r.ActionPossible(action=a.name, libelle=a.value) for a in lue.actions],
        avertissement=avertissements(dits),
    )


def liste(page: PageSignalisations, dits: Iterable[Avertissement] = ()) -> Any:
    """A page of an opérateur's own. When it was last changed is not told: that may have been by an internal comment."""
    return r.ListeSignalisations(
        signalisation=[r.ResumeSignalisation(**_resume(un)) for un in page.signalisations],
        curseurSuivant=ecrire_curseur(page.suite),
        avertissement=avertissements(dits),
    )


def file_sav(page: PageSignalisations, dits: Iterable[Avertissement] = ()) -> Any:
    """A page of the SAV's file."""
    return r.FileSav(
        signalisation=[
            r.LigneFile(**_resume(un), operateur=un.operateur, dateHeureEtat=heure(un.modifiee_le))
            for un in page.signalisations
        ],
        curseurSuivant=ecrire_curseur(page.suite),
        avertissement=avertissements(dits),
    )


def evenements(page: PageEvenements, dits: Iterable[Avertissement] = ()) -> Any:
    """Changes after a cursor."""
    return r.ListeEvenements(
        evenement=[
            r.EvenementSuivi(
                rang=str(suivi.evenement.rang),
                numeroSignalisation=suivi.numero,
                referenceOperateur=suivi.reference,
                **_evenement(suivi.evenement),
            )
            for suivi in page.evenements
        ],
        curseur=str(page.curseur),
        encore=page.encore,
        avertissement=avertissements(dits),
    )


def _identite(
    signalisation: Signalisation,
    libelle_offre: str,
    champs: Iterable[ChampRempli],
    defaut: str | None,
    garantie: SituationGarantie,
) -> Mapping[str, Any]:
    return {
        "numeroSignalisation": signalisation.numero,
        "referenceOperateur": signalisation.reference,
        "etat": signalisation.etat.name,
        "libelleEtat": signalisation.etat.value,
        "dateHeureDepot": heure(signalisation.depot_le),
        "dateHeureEtat": heure(signalisation.modifiee_le),
        "versionCatalogue": signalisation.version_catalogue,
        "prestation": _prestation(signalisation.prestation, libelle_offre),
        "defautDeclare": defaut,
        "garantie": garantie.texte or None,
        "dateHeureEcheance": heure(garantie.echeance) if garantie.echeance else None,
        "garantieTenue": garantie.tenue,
        "contact": _contact(signalisation.contact),
        "champ": [
            r.ChampRempli(chemin=c.chemin, libelle=c.libelle, valeur=c.valeur, libelleValeur=c.libelle_valeur)
            for c in champs
        ],
    }


def _prestation(prestation: Prestation, libelle_offre: str) -> Any:
    return r.PrestationConcernee(
        identifiant=prestation.identifiant,
        offre=prestation.offre,
        libelleOffre=libelle_offre,
        extremiteA=prestation.extremite_a or None,
        extremiteB=prestation.extremite_b or None,
        complement=prestation.complement or None,
    )


def _contact(contact: Contact) -> Any:
    return r.ContactOperateur(nom=contact.nom, telephone=contact.telephone, courriel=contact.courriel)


def _evenement(un: Evenement) -> Mapping[str, Any]:
    """What happened, for whoever reads it: ``auteur`` is the side that acted, never the person (R3.7)."""
    return {
        "dateHeure": heure(un.date),
        "etat": un.etat.name,
        "libelleEtat": un.etat.value,
        "auteur": un.cote.name,
        "action": un.action.name if un.action else None,
        "libelleAction": un.action.value if un.action else None,
        "attendu": un.attendu.name if un.attendu else None,
        "libelleAttendu": un.attendu.value if un.attendu else None,
        "aupresDe": un.attendu.aupres_de.name if un.attendu else None,
        "motif": un.motif.name if un.motif else None,
        "libelleMotif": un.motif.value if un.motif else None,
        "cause": un.cause.name if un.cause else None,
        "libelleCause": un.cause.value if un.cause else None,
        "responsabilite": un.responsabilite.name if un.responsabilite else None,
        "libelleResponsabilite": un.responsabilite.value if un.responsabilite else None,
        "dateHeureRetablissement": heure(un.retabli_le) if un.retabli_le else None,
        "commentaire": un.commentaire or None,
    }


def _resume(un: Resume) -> Mapping[str, Any]:
    return {
        "numeroSignalisation": un.numero,
        "referenceOperateur": un.reference,
        "etat": un.etat.name,
        "libelleEtat": un.etat.value,
        "identifiantPrestation": un.prestation,
        "offre": un.offre,
        "dateHeureDepot": heure(un.depot_le),
        "dateHeureCloture": heure(un.clos_le) if un.clos_le else None,
    }
