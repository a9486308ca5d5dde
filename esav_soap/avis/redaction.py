"""The words of each notice (art. 4.2.2, 5.2.2, 12.1), from its facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from esav_soap.avis.dates import jour, moment
from esav_soap.avis.faits import (
    Annonce,
    AnnonceRetiree,
    ChangementOffre,
    Cloture,
    Faits,
    Lieux,
    NotificationsArretees,
    Rappel,
    RappelCertificat,
)
from esav_soap.avis.lettre import Bloc, Element, Lettre, Liste, Paragraphe, Titre
from esav_soap.avis.objets import Operateur
from esav_soap.avis.redaction_certificats import rappel_certificat
from esav_soap.avis.redaction_cloture import avis_de_cloture
from esav_soap.avis.redaction_notifications import notifications_arretees

#: Changes told for one Offre, and every breaking one; the changelog tells the others.
MAX_POINTS = 12
RUPTURE = "rupture"


def rediger(faits: Faits, operateur: Operateur, lieux: Lieux, instant: datetime) -> Lettre:
    """The letter, as it is true at ``instant``: a notice that is sent late says so."""
    article = "12.1"
    match faits:
        case Annonce():
            sujet, blocs = _annonce(faits, lieux, instant)
        case AnnonceRetiree():
            sujet, blocs = _annonce_retiree(faits, lieux)
        case Rappel():
            sujet, blocs = _rappel(faits, lieux)
        case RappelCertificat():
            sujet, blocs = rappel_certificat(faits, instant)
            article = "5.2.2"
        case Cloture():
            sujet, blocs = avis_de_cloture(faits, instant)
            article = "4.2.2"
        case NotificationsArretees():
            sujet, blocs = notifications_arretees(faits, lieux)
            article = ""
    return Lettre(sujet, (Paragraphe("Bonjour,"), *blocs, *_pied(operateur, article)))


def _annonce(faits: Annonce, lieux: Lieux, instant: datetime) -> tuple[str, list[Bloc]]:
    version, ouverture = faits.version, faits.ouverture
    ouverte = instant >= ouverture
    sujet = f"e-SAV : version {version} du catalogue, en production le {jour(ouverture)}"
    annonce = (
        f"La version {version} du catalogue e-SAV est ouverte en production depuis le {moment(ouverture)} (heure de Paris)."
        if ouverte
        else f"La version {version} du catalogue e-SAV ouvre en production le {moment(ouverture)} (heure de Paris). "
        "Vous pouvez l'essayer dès maintenant sur la plate-forme d'intégration."
    )
    dates = [Element(f"{moment(ouverture)} : ouverture de la version {version} en production.")]
    if faits.remplacee:
        dates.append(
            Element(
                f"{moment(faits.remplacee.retrait)} : retrait de la version {faits.remplacee.version}. "
                "Ses dépôts sont refusés à partir de cet instant."
            )
        )
    blocs: list[Bloc] = [Paragraphe(annonce, fort=True), Titre("Dates (heure de Paris)"), Liste(tuple(dates))]
    blocs += [Titre("Ce que vous avez à faire"), Liste(tuple(_a_faire(faits)))]
    blocs += _changements(faits)
    adresses = [
        Element("WSDL de la plate-forme d'intégration :", lieux.wsdl("integration", version)),
        Element("WSDL de la plate-forme de production :", lieux.wsdl("production", version)),
        *_differences(version, lieux, existent=faits.journal is not None),
        Element(
            "Pack complet (formulaires, nomenclatures, schémas, documents, jeu de test) :",
            lieux.du_pack(version, "pack.zip"),
        ),
    ]
    blocs += [Titre("Adresses"), Liste(tuple(adresses))]
    blocs.append(Paragraphe("Le calendrier joint place ces dates dans votre agenda."))
    return sujet, blocs


def _a_faire(faits: Annonce) -> Iterator[Element]:
    yield Element(
        f"Dès maintenant : prendre le WSDL de la version {faits.version} et essayer vos dépôts sur la plate-forme "
        "d'intégration."
    )
    if faits.remplacee is None:
        yield Element(f"À partir du {moment(faits.ouverture)} : déposer en production dans la version {faits.version}.")
        return
    yield Element(
        f"À partir du {moment(faits.ouverture)}, et au plus tard le {moment(faits.remplacee.retrait)} : passer vos dépôts "
        f"en production de la version {faits.remplacee.version} à la version {faits.version}. Entre ces deux dates, les "
        "deux versions sont acceptées."
    )
    yield Element("Rien ne change pour les autres services (suivi, rendez-vous, tests) : leur adresse reste la même.")


def _changements(faits: Annonce) -> Iterator[Bloc]:
    if faits.remplacee is not None:
        yield Titre("Ce qui change pour vos Offres")
        if faits.changements:
            yield Liste(tuple(_offre(changement) for changement in faits.changements))
        else:
            yield Paragraphe(
                "Les formulaires des Offres de votre parc ne changent pas. Le changement de version reste à faire dans vos "
                "applications : l'adresse de dépôt porte le numéro de version."
            )
    if faits.generaux:
        yield Titre("Ce qui change pour tout le catalogue")
        yield Liste(tuple(Element(_point(*point)) for point in faits.generaux))
    if faits.nouvelles:
        yield Titre("Nouvelles Offres")
        yield Liste(tuple(Element(f"{nouvelle.libelle} ({nouvelle.offre})") for nouvelle in faits.nouvelles))


def _differences(version: str, lieux: Lieux, *, existent: bool) -> Iterator[Element]:
    if existent:
        yield Element("Toutes les différences avec la version précédente :", lieux.du_pack(version, "changelog.html"))


def _offre(changement: ChangementOffre) -> Element:
    dits = max(MAX_POINTS, sum(gravite == RUPTURE for gravite, _ in changement.points))
    points = tuple(_point(*point) for point in changement.points[:dits])
    reste = len(changement.points) - dits
    if reste > 0:
        points += (f"… et {reste} autre{'s' if reste > 1 else ''} : voir la liste complète des différences.",)
    return Element(f"{changement.libelle} ({changement.offre})", sous=points)


def _point(gravite: str, message: str) -> str:
    return f"{gravite[:1].upper()}{gravite[1:]} : {message}"


def _annonce_retiree(faits: AnnonceRetiree, lieux: Lieux) -> tuple[str, list[Bloc]]:
    version = faits.version
    sujet = f"e-SAV : l'annonce de la version {version} du catalogue est retirée"
    blocs: list[Bloc] = [
        Paragraphe(
            f"L'annonce de la version {version} du catalogue e-SAV a été retirée le {moment(faits.annulation)} "
            f"(heure de Paris). Cette version n'ouvrira pas le {jour(faits.ouverture)}.",
            fort=True,
        ),
        Titre("Ce qui en résulte"),
    ]
    suites = [Element(f"La version {version} n'est plus acceptée sur la plate-forme d'intégration.")]
    if faits.remplacee:
        suites.append(
            Element(
                f"La version {faits.remplacee.version} n'est plus retirée le {jour(faits.remplacee.retrait)} : vos dépôts dans "
                "cette version continuent sans changement."
            )
        )
    suites.append(
        Element(f"Le numéro {version} ne servira plus : une autre version fera l'objet d'une nouvelle annonce.")
    )
    blocs.append(Liste(tuple(suites)))
    if faits.remplacee:
        blocs += [
            Titre("Adresse"),
            Liste(
                (Element("WSDL qui reste valable en production :", lieux.wsdl("production", faits.remplacee.version)),)
            ),
        ]
    blocs.append(Paragraphe("Le calendrier joint annule dans votre agenda les dates annoncées."))
    return sujet, blocs


def _rappel(faits: Rappel, lieux: Lieux) -> tuple[str, list[Bloc]]:
    version, suite = faits.version, faits.remplacante
    sujet = f"e-SAV : la version {version} du catalogue est retirée le {jour(faits.retrait)}, vous l'employez encore"
    passer = f" Passer d'ici là à la version {suite}." if suite else ""
    blocs: list[Bloc] = [
        Paragraphe(
            f"La version {version} du catalogue e-SAV est retirée le {moment(faits.retrait)} (heure de Paris). À partir de "
            f"cet instant, ses dépôts sont refusés.{passer}",
            fort=True,
        ),
        Titre(f"Vos dépôts en version {version} depuis le {jour(faits.depuis)}"),
        Liste(
            tuple(
                Element(
                    f"{emploi.libelle} ({emploi.offre}) : {emploi.nombre} dépôt{'s' if emploi.nombre > 1 else ''}, le "
                    f"dernier le {moment(emploi.dernier)}."
                )
                for emploi in faits.emplois
            )
        ),
    ]
    if suite:
        adresses = [
            Element("WSDL de la plate-forme de production :", lieux.wsdl("production", suite)),
            Element("WSDL de la plate-forme d'intégration :", lieux.wsdl("integration", suite)),
            *_differences(suite, lieux, existent=faits.avec_journal),
        ]
        blocs += [Titre(f"Pour passer à la version {suite}"), Liste(tuple(adresses))]
    return sujet, blocs


def _pied(operateur: Operateur, article: str) -> tuple[Bloc, ...]:
    fondement = f", en application de l'article {article} des conditions spécifiques e-SAV" if article else ""
    return (
        Paragraphe("Le service e-SAV"),
        Paragraphe(f"Avis adressé à {operateur.raison_sociale} ({operateur.code}){fondement}. Message automatique."),
    )
