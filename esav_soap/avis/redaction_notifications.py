"""The words that tell an opérateur that its events are sent to it no more."""

from __future__ import annotations

from esav_soap.avis.dates import moment
from esav_soap.avis.faits import Lieux, NotificationsArretees
from esav_soap.avis.lettre import Bloc, Element, Liste, Paragraphe, Titre
from esav_soap.names import chemin_service


def notifications_arretees(faits: NotificationsArretees, lieux: Lieux) -> tuple[str, list[Bloc]]:
    """Subject and blocks."""
    ou = "production" if faits.plateforme == "production" else "plate-forme d'intégration"
    attente = f"{faits.attente} événement{'s' if faits.attente > 1 else ''}"
    service = lieux.base_url + chemin_service(faits.plateforme, "suivi")
    recepteur = f"{lieux.base_url}{chemin_service(faits.plateforme, 'notification')}?wsdl"
    return f"e-SAV : vos notifications sont arrêtées ({ou})", [
        Paragraphe(
            f"e-SAV n'envoie plus de notifications à votre récepteur ({ou}) depuis le {moment(faits.arrete_le)} (heure de "
            f"Paris) : il n'en a accusé réception d'aucune depuis le {moment(faits.echecs_depuis)}, en {faits.essais} essais.",
            fort=True,
        ),
        Titre("Ce qui s'est passé au dernier essai"),
        Liste(
            (
                Element("Adresse de votre récepteur :", faits.adresse),
                Element(f"{faits.erreur[:1].upper()}{faits.erreur[1:]}."),
            )
        ),
        Titre("Ce que vous avez à faire"),
        Liste(
            (
                Element("Remettre votre récepteur en service, selon son contrat :", recepteur),
                Element(
                    "Demander ensuite au service e-SAV de reprendre l'envoi. Il reprend où il s'est arrêté : rien n'est "
                    f"perdu, {attente} à ce jour {'attendent' if faits.attente > 1 else 'attend'}."
                ),
                Element("D'ici là, lire vos événements par l'opération listerEvenements :", service),
            )
        ),
    ]
