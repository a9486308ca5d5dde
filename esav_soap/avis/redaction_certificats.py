"""The words of a reminder about a certificate (art. 5.2.2): which one, what to do by when, what happens at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from esav_soap.avis.dates import date_nommee, jour, jour_semaine, moment
from esav_soap.avis.faits import AutreCertificat, DemandeEnCours, RappelCertificat
from esav_soap.avis.lettre import Bloc, Element, Liste, Paragraphe, Titre
from esav_soap.calendar import en_paris

_DELAI_REPONSE = "quinze jours ouvrés au plus"


def rappel_certificat(faits: RappelCertificat, instant: datetime) -> tuple[str, list[Bloc]]:
    """Subject and blocks, as they are true at ``instant``: what is past is said to be past."""
    presse, dit = _ou_on_en_est(faits, instant)
    expire = instant >= faits.fin
    sujet = (
        f"e-SAV : votre certificat a expiré le {jour(faits.fin)}"
        if expire
        else f"e-SAV : votre certificat se termine le {jour(faits.fin)}, {presse}"
    )
    blocs: list[Bloc] = [
        Paragraphe(dit, fort=True),
        Titre("Le certificat"),
        Liste(tuple(_certificat(faits))),
        Titre("Ce que vous avez à faire"),
        Liste(tuple(_a_faire(faits, instant))),
        Titre("Ce qu'il en est de vos appels" if expire else "Ce qui se passe à cette date"),
        Liste(tuple(_suites(faits, instant))),
        Paragraphe(
            "L'opération diagnostiquerConnexion du service « information » dit quel certificat vos applications présentent."
        ),
    ]
    if not expire:
        blocs.append(Paragraphe("Le calendrier joint place ces dates dans votre agenda."))
    return sujet, blocs


def _ou_on_en_est(faits: RappelCertificat, instant: datetime) -> tuple[str, str]:
    """The end of the subject, and the first sentences."""
    if instant >= faits.fin:
        return "", f"Votre certificat e-SAV a expiré le {moment(faits.fin)} (heure de Paris) : il n'est plus accepté."
    debut = (
        f"Votre certificat e-SAV se termine le {moment(faits.fin)} (heure de Paris), et aucun autre ne prend sa suite."
    )
    if _passe(faits.renouvellement, instant):
        return (
            "le délai de renouvellement est passé",
            f"{debut} Le délai pour le renouveler est passé depuis le {jour_semaine(faits.renouvellement)}.",
        )
    if instant >= faits.renouvellement:
        aujourd_hui = f"Aujourd'hui, {jour_semaine(faits.renouvellement)}, est le dernier jour pour le renouveler dans les délais."
        return "dernier jour pour le renouveler", f"{debut} {aujourd_hui}"
    limite = f"Il est à renouveler au plus tard le {jour_semaine(faits.renouvellement)}."
    if faits.changement <= instant and not _passe(faits.changement, instant):
        aujourd_hui = f"Aujourd'hui, {jour_semaine(faits.changement)}, est le dernier jour pour changer d'émetteur."
        return "dernier jour pour changer d'émetteur", f"{debut} {aujourd_hui} {limite}"
    return f"à renouveler au plus tard le {jour(faits.renouvellement)}", f"{debut} {limite}"


def _passe(dernier_jour: datetime, instant: datetime) -> bool:
    """Whether that day is over in Paris."""
    return en_paris(instant).date() > en_paris(dernier_jour).date()


def _certificat(faits: RappelCertificat) -> Iterator[Element]:
    origine = "délivré par le Fournisseur" if faits.du_fournisseur else "délivré par une autorité reconnue"
    yield Element(f"Nom : {faits.sujet}")
    yield Element(f"Numéro de série : {faits.numero_serie}")
    yield Element(f"Empreinte SHA-256 : {faits.empreinte}")
    yield Element(f"Émetteur : {faits.emetteur} ({origine})")
    plateformes = "Plate-forme" if len(faits.plateformes) == 1 else "Plates-formes"
    yield Element(f"{plateformes} : {', '.join(faits.plateformes)}")
    yield Element(f"Fin de validité : {moment(faits.fin)} (heure de Paris)")


def _a_faire(faits: RappelCertificat, instant: datetime) -> Iterator[Element]:
    expire = instant >= faits.fin
    if faits.demandes:
        for demande in faits.demandes:
            yield _en_cours(demande, instant)
    elif expire:
        yield Element(
            "Envoyer au Fournisseur une demande (CSR), ou lui faire parvenir un certificat d'une autorité reconnue : dans les "
            f"deux cas, il répond en {_DELAI_REPONSE}."
        )
    else:
        yield from _renouveler(faits, instant)
    if not expire:
        yield Element(
            "Une fois le nouveau certificat enregistré, les deux sont acceptés jusqu'à la fin de celui-ci : vos applications "
            "peuvent changer de certificat au moment qui vous convient."
        )


def _en_cours(demande: DemandeEnCours, instant: datetime) -> Element:
    """The opérateur has done its part: what is left is the Fournisseur's."""
    recue = f"Votre demande n° {demande.numero}, reçue le {jour(demande.recue_le)}, est en cours"
    echeance = date_nommee(demande.echeance)
    if en_paris(instant).date() > demande.echeance:
        return Element(
            f"{recue} : le Fournisseur devait y répondre au plus tard le {echeance}. Lui en demander des nouvelles."
        )
    return Element(
        f"{recue} : le Fournisseur y répond au plus tard le {echeance}. Vous n'avez rien d'autre à lui envoyer."
    )


def _renouveler(faits: RappelCertificat, instant: datetime) -> Iterator[Element]:
    limite, changement = jour_semaine(faits.renouvellement), jour_semaine(faits.changement)
    meme_passe, autre_passe = _passe(faits.renouvellement, instant), _passe(faits.changement, instant)
    sans_garantie = (
        f"Le délai de quinze jours ouvrés est passé depuis le {limite} : la continuité du service n'est pas garantie."
    )
    trop_tard = f"le délai de trente jours calendaires est passé depuis le {changement}, et la continuité du service n'est pas garantie."
    if faits.du_fournisseur:
        yield Element(
            f"Pour un nouveau certificat du Fournisseur : lui envoyer une demande (CSR) sans attendre. {sans_garantie}"
            if meme_passe
            else f"Pour un nouveau certificat du Fournisseur : lui envoyer une demande (CSR) dès maintenant. Il la traite en "
            f"{_DELAI_REPONSE}, et vous délivre le nouveau certificat au plus tard le {limite}, quinze jours ouvrés avant la "
            "fin de celui-ci."
        )
        yield Element(
            f"Pour passer à un certificat d'une autorité reconnue : {trop_tard}"
            if autre_passe
            else "Pour passer à un certificat d'une autorité reconnue : faire parvenir ce certificat au Fournisseur au plus "
            f"tard le {changement}, trente jours calendaires avant la fin de celui-ci."
        )
    else:
        yield Element(
            "Pour un nouveau certificat d'une autorité reconnue : le faire parvenir au Fournisseur sans attendre. "
            f"{sans_garantie}"
            if meme_passe
            else "Pour un nouveau certificat d'une autorité reconnue : le faire parvenir au Fournisseur au plus tard le "
            f"{limite}, quinze jours ouvrés avant la fin de celui-ci. Il l'enregistre en {_DELAI_REPONSE}."
        )
        yield Element(
            f"Pour passer à un certificat du Fournisseur : {trop_tard}"
            if autre_passe
            else "Pour passer à un certificat du Fournisseur, sans frais : lui envoyer une demande (CSR) au plus tard le "
            f"{changement}, trente jours calendaires avant la fin de celui-ci."
        )


def _suites(faits: RappelCertificat, instant: datetime) -> Iterator[Element]:
    quand = "Depuis le" if instant >= faits.fin else "À partir du"
    yield Element(f"{quand} {moment(faits.fin)}, tout appel qui présente ce certificat est refusé.")
    autres = [autre for autre in faits.autres if autre.fin > instant]
    if not autres:
        suite = "n'ont plus" if instant >= faits.fin else "n'auront plus"
        yield Element(
            f"Aucun certificat qui vaille ensuite n'est enregistré pour vous : vos applications {suite} d'accès."
        )
    for autre in autres:
        yield Element(
            f"Votre certificat de numéro de série {autre.numero_serie} n'est pas touché : {_validite(autre, instant)}."
        )


def _validite(autre: AutreCertificat, instant: datetime) -> str:
    jusqu_au = f"jusqu'au {moment(autre.fin)} ({', '.join(autre.plateformes)})"
    return (
        f"il est accepté {jusqu_au}"
        if autre.debut <= instant
        else f"il est accepté du {moment(autre.debut)} {jusqu_au}"
    )
