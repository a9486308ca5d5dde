"""Where the time of one deposit goes, inside one process and without HTTP: the best of many short runs of each step.

The best, not the median: it is what the step costs when nothing else wants the processor, and so the figures add up.
"""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from bench.charge import MARQUE
from bench.cibles import Plancher
from bench.messages import IDENTIFIANT, OFFRE, OPERATEUR, VERSION
from bench.nus import application_spyne, echo
from esav_soap.bootstrap.noeud import monter
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.intake import empreinte
from esav_soap.intake.enveloppe import lire_enveloppe
from esav_soap.names import chemin_service
from esav_soap.signalisation import Contact, Depot, Etat, NouvelleSignalisation
from esav_soap.signalisation.numero import OCTETS, tirer
from esav_soap.soap import presentation
from esav_soap.soap.protocole import Protocole11, Service

_PAR_ESSAI = 4


@dataclass(frozen=True)
class Etape:
    """``duree`` in microseconds; ``dans``: whether it is part of the step above it."""

    nom: str
    duree: float
    dans: bool = False


def meilleur(appel: Callable[[], Any], essais: int) -> float:
    """The shortest mean duration of a few calls in a row, in microseconds."""
    appel()
    durees = []
    for _ in range(essais):
        debut = time.perf_counter()
        for _ in range(_PAR_ESSAI):
            appel()
        durees.append(time.perf_counter() - debut)
    return min(durees) / _PAR_ESSAI * 1e6


def etapes(store: str, message: bytes, plancher: Plancher, essais: int = 300) -> list[Etape]:
    """Steps of a deposit on the SQLite store at ``store``, then the wholes that they can be compared with."""
    return list(_etapes(store, message, plancher, essais))


def _etapes(store: str, message: bytes, plancher: Plancher, essais: int) -> Iterator[Etape]:
    noeud = monter(Reglages(store=store, homologation="non"))
    try:
        controle = noeud.registre.chargee(VERSION).controle
        corps = lire_enveloppe(message, "text/xml").corps
        verdict = controle.controler(corps)
        formulaire = verdict.formulaire
        assert formulaire is not None
        regles = controle._par_offre[OFFRE].regles
        maintenant = datetime.now(UTC)
        octets = etree.tostring(formulaire, encoding="UTF-8")
        depot = Depot("7K3M9QX2TBX", Etat.EN_DEPOT, maintenant, VERSION, b"", deja_deposee=False)
        service = Service("depot", lambda *_: presentation.accuse(depot, ()), Protocole11)

        def deposer() -> None:
            numero = tirer(secrets.token_bytes(OCTETS))
            contact = Contact("Karim Benali", "0234234785", None)
            commun = (bytes(32), IDENTIFIANT, OFFRE, VERSION, contact, octets, maintenant)
            noeud.magasin.deposer(NouvelleSignalisation(numero, "production", OPERATEUR, f"E-{numero}", *commun))

        mesures: list[tuple[str, Callable[[], Any], bool]] = [
            ("enveloppe : garde et analyse XML", lambda: lire_enveloppe(message, "text/xml; charset=utf-8"), False),
            ("contrôle du formulaire", lambda: controle.controler(corps), False),
            ("schéma (libxml2)", lambda: controle._schema.validate(corps), True),
            ("règles (XPath)", lambda: regles.respectees(formulaire), True),
            ("codes dépréciés (XPath)", lambda: regles.avertissements(formulaire), True),
            (
                "recherche de la prestation",
                lambda: noeud.magasin.prestation("production", OPERATEUR, IDENTIFIANT),
                False,
            ),
            ("empreinte du contenu", lambda: empreinte(*verdict.contenu), False),
            ("formulaire en octets", lambda: etree.tostring(formulaire, encoding="UTF-8"), False),
            ("transaction durable, seule", deposer, False),
            ("appel Spyne et accusé écrit", lambda: service.appeler(corps, None), False),
            ("accusé en objet", lambda: presentation.accuse(depot, ()), True),
        ]
        for nom, appel, dans in mesures:
            yield Etape(nom, meilleur(appel, essais), dans)
        yield Etape("e-SAV : tout, par WSGI", meilleur(_par_wsgi(noeud.application, message), essais))
    finally:
        noeud.magasin.fermer()
    catalogue = noeud.registre.chargee(VERSION).catalogue
    nue = application_spyne(catalogue, echo(catalogue))
    yield Etape("écho Spyne : tout, par WSGI, sans magasin", meilleur(_par_wsgi(nue, message), essais))
    yield Etape("plancher : analyse et schéma", meilleur(lambda: plancher.lire("R"), essais))
    rang = iter(range(10**9))
    for lot in (1, 8):
        yield Etape(
            f"plancher : transaction durable de {lot} dépôt{'s' if lot > 1 else ''}",
            meilleur(lambda lot=lot: plancher.ecrire([f"P{next(rang)}" for _ in range(lot)], octets), essais // 4),  # type: ignore[misc]
        )


def _par_wsgi(application: Any, message: bytes) -> Callable[[], None]:
    rang = iter(range(10**9))
    prefixe = secrets.token_hex(3).encode()

    def appel() -> None:
        corps = message.replace(MARQUE, b"%s%010d" % (prefixe, next(rang)))
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": chemin_service("production", "depot", VERSION),
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "CONTENT_TYPE": "text/xml; charset=utf-8",
            "CONTENT_LENGTH": str(len(corps)),
            "HTTP_X_ESAV_OPERATEUR": OPERATEUR,
            "wsgi.input": io.BytesIO(corps),
            "wsgi.url_scheme": "http",
        }
        reponse = b"".join(application(environ, lambda *_: None))
        assert b"dejaDeposee>false<" in reponse, reponse[:500]

    return appel
