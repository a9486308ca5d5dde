"""Signalisations and their changes, as answers: what opérateurs see, and what the SAV does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from esav_soap.contract import reponses as r
from esav_soap.intake import Avertissement
from esav_soap.rendez_vous import Reservation
from esav_soap.signalisation import Contact, Prestation, Signalisation
from esav_soap.usecases.actions import ecrire_curseur
from esav_soap.usecases.ports.evenements import PageEvenements
from esav_soap.usecases.ports.suivi import PageSignalisations, Resume
from esav_soap.usecases.presentation import avertissements, heure
from esav_soap.usecases.presentation_evenements import evenement_suivi, membres_evenement
from esav_soap.usecases.presentation_rendez_vous import rendez_vous
from esav_soap.usecases.sav import Fiche
from esav_soap.usecases.suivi import FormulaireRempli, SituationGarantie


def detail(
    signalisation: Signalisation,
    formulaire: FormulaireRempli,
    garantie: SituationGarantie,
    dits: Iterable[Avertissement] = (),
) -> Any:
    """Everything that an opérateur may see of its signalisation (R3.5)."""
    return r.DetailSignalisation(
        **_identite(signalisation, formulaire, garantie),
        evenement=[r.EvenementSignalisation(**membres_evenement(e)) for e in signalisation.evenements],
        avertissement=avertissements(dits),
    )


def fiche(
    lue: Fiche,
    formulaire: FormulaireRempli,
    reservations: Iterable[Reservation],
    dits: Iterable[Avertissement] = (),
) -> Any:
    """Everything that the SAV sees of a signalisation, internal comments and names of technicians included."""
    signalisation = lue.signalisation
    return r.FicheSignalisation(
        **_identite(signalisation, formulaire, lue.garantie),
        operateur=signalisation.operateur,
        dateHeureSaisie=heure(signalisation.saisie_le) if signalisation.saisie_le else None,
        zone=signalisation.prestation.zone or None,
        evenement=[
            r.EvenementSav(**membres_evenement(e), technicien=e.auteur or None, visibilite=e.visibilite.name)
            for e in signalisation.evenements
        ],
        nombreEvenements=len(signalisation.evenements),
        rendezVous=[rendez_vous(une) for une in reservations],
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
        evenement=[evenement_suivi(suivi) for suivi in page.evenements],
        curseur=str(page.curseur),
        encore=page.encore,
        avertissement=avertissements(dits),
    )


def _identite(
    signalisation: Signalisation,
    formulaire: FormulaireRempli,
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
        "prestation": _prestation(signalisation.prestation, formulaire.libelle_offre),
        "defautDeclare": formulaire.defaut,
        "garantie": garantie.texte or None,
        "dateHeureEcheance": heure(garantie.echeance) if garantie.echeance else None,
        "garantieTenue": garantie.tenue,
        "contact": _contact(signalisation.contact),
        "champ": [
            r.ChampRempli(chemin=c.chemin, libelle=c.libelle, valeur=c.valeur, libelleValeur=c.libelle_valeur)
            for c in formulaire.champs
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
