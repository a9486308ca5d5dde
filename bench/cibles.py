"""What is measured, each as something that can be run for a while: servers under load, and the floor."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree

from bench.charge import MARQUE, Tir
from bench.magasins import ligne_evenement, ligne_signalisation
from bench.mesures import Resultat, Tour, tour
from bench.serveurs import Serveur, charger, processeur
from esav_soap.names import NS_SOAP_11

#: Runs a target for about so many seconds; the text makes its references its own.
Course = Callable[[str, float], Tour]
#: Told of each step: what it is.
Suivi = Callable[[str], None]


def course_serveur(cible: Serveur, message: Path, version: str, connexions: int, nombre: int = 1 << 30) -> Course:
    """Load on a running server, with its processor time."""

    def courir(prefixe: str, secondes: float) -> Tour:
        avant = processeur(cible)
        tir = charger(cible, message, prefixe, version, connexions=connexions, secondes=secondes, nombre=nombre)
        return tour(tir, processeur(cible) - avant)

    return courir


class Plancher:
    """The least that a validated, durable deposit can cost: libxml2 reads and judges the message, SQLite commits its rows,
    one after the other, without a network, a rule or a question. ``schema``: that of the message's version."""

    def __init__(self, fichier: Path, message: bytes, schema: etree.XMLSchema) -> None:
        self._avant, _, self._apres = message.partition(MARQUE)
        self._schema = schema
        self._analyseur = etree.XMLParser(resolve_entities=False, no_network=True)
        self._connexion = sqlite3.connect(fichier, isolation_level=None)
        self._connexion.execute("PRAGMA synchronous = FULL")
        self._rang = 10**9

    def lire(self, reference: str) -> etree._Element:
        """Parse and validate; the request."""
        racine = etree.fromstring(self._avant + reference.encode() + self._apres, self._analyseur)
        requete = racine.find(f"{{{NS_SOAP_11}}}Body")[0]  # type: ignore[index]
        assert self._schema.validate(requete)
        return requete

    def ecrire(self, references: Sequence[str], formulaire: bytes) -> None:
        """One durable transaction with a signalisation and an event for each reference."""
        executer = self._connexion.execute
        executer("BEGIN IMMEDIATE")
        for reference in references:
            self._rang += 1
            executer(*ligne_signalisation(self._rang, reference, formulaire))
            executer(*ligne_evenement(self._rang))
        executer("COMMIT")

    def courir(self, prefixe: str, secondes: float) -> Tour:
        tir = Tir()
        debut = depart = time.perf_counter()
        charge = time.process_time()
        while depart < debut + secondes:
            reference = f"{prefixe}{tir.acceptes:010d}"
            requete = self.lire(reference)
            self.ecrire([reference], etree.tostring(requete[1]))
            fini = time.perf_counter()
            tir.durees.append((fini - depart) * 1000)
            tir.acceptes += 1
            depart = fini
        tir.secondes = depart - debut
        return tour(tir, time.process_time() - charge)

    def fermer(self) -> None:
        self._connexion.close()


def mesurer(courses: dict[str, Course], tours: int, secondes: float, suivi: Suivi) -> dict[str, Resultat]:
    """Rounds in turn: every target once in each, the first of them another one each time."""
    resultats = {nom: Resultat(nom) for nom in courses}
    noms = list(courses)
    for nom, courir in courses.items():
        suivi(f"échauffement : {nom}")
        courir("e", min(secondes, 1.0))
    for rang in range(tours):
        depart = rang % len(noms)
        for nom in noms[depart:] + noms[:depart]:
            suivi(f"tour {rang + 1}/{tours} : {nom}")
            resultats[nom].tours.append(courses[nom](f"t{rang}", secondes))
    return resultats
