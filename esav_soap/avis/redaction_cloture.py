"""The words of an avis de clôture (art. 4.2.2): what was found and done, and until when it can be contested."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from esav_soap.avis.dates import moment
from esav_soap.avis.faits import Cloture
from esav_soap.avis.lettre import Bloc, Element, Liste, Paragraphe, Titre

_TENUE = {True: "tenue", False: "dépassée", None: ""}


def avis_de_cloture(faits: Cloture, instant: datetime) -> tuple[str, list[Bloc]]:
    """Subject and blocks, as they are true at ``instant``."""
    ou = "" if faits.plateforme == "production" else " (plate-forme d'intégration)"
    sujet = f"e-SAV : avis de clôture de la signalisation {faits.numero}{ou}"
    dit = (
        f"La signalisation {faits.numero} (votre référence : {faits.reference}) est close depuis le {moment(faits.clos_le)} "
        f"(heure de Paris){ou}."
    )
    suite = (
        f"Vous pouvez contester cette clôture, avec un motif, jusqu'au {moment(faits.contestable)} (heure de Paris)."
        if instant < faits.contestable
        else f"Le délai de contestation a pris fin le {moment(faits.contestable)} (heure de Paris)."
    )
    return sujet, [
        Paragraphe(dit, fort=True),
        Titre("La signalisation"),
        Liste(tuple(map(Element, _signalisation(faits)))),
        Titre("Ce qui a été constaté et fait"),
        Liste(tuple(map(Element, _bilan(faits)))),
        Titre("Si le défaut demeure"),
        Paragraphe(suite),
    ]


def _signalisation(faits: Cloture) -> Iterator[str]:
    yield f"Prestation : {faits.prestation} ({faits.offre})"
    yield f"Prise en compte : {moment(faits.depot_le)}"
    if faits.garantie:
        echeance = f", échéance {moment(faits.echeance)}, {_TENUE[faits.tenue]}" if faits.echeance else ""
        yield f"Garantie de service : {faits.garantie}{echeance}"


def _bilan(faits: Cloture) -> Iterator[str]:
    if faits.retabli_le is not None:
        yield f"Service rétabli : {moment(faits.retabli_le)}"
    if faits.cause:
        yield f"Cause : {faits.cause}"
    if faits.responsabilite:
        yield f"Responsabilité : {faits.responsabilite}"
    if faits.commentaire:
        yield f"Commentaire du SAV : {faits.commentaire}"
    if not (faits.retabli_le or faits.cause or faits.responsabilite or faits.commentaire):
        yield "Le détail de la signalisation le dit."
