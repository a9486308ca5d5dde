"""The parts of the report: the comparison, the steps, the size of the catalogue, the number of stored signalisations."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from lxml import etree

from bench import magasins, synthese
from bench.cibles import Course, Plancher, Suivi, course_serveur, mesurer
from bench.etapes import Etape, etapes
from bench.messages import OFFRE, VERSION, catalogue_livre, formulaire, message
from bench.mesures import Exigence, Resultat, au_moins, au_plus, rapport
from bench.serveurs import charger, memoire, postgresql, serveur
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.reader import lire_catalogue
from esav_soap.usecases.registre import charger as charger_pack

ESAV, ESAV_PG = "e-SAV, SQLite", "e-SAV, PostgreSQL"
ECHO, ORM = "écho Spyne (sans magasin)", "Spyne + ORM, SQLite"
PLANCHER, VIDE = "plancher (libxml2 + sqlite3, sans HTTP)", "gunicorn seul (réponse constante)"

#: What a deposit may take at 10^6 stored signalisations, or 400 forms, of what it takes with few: within the noise.
BRUIT = 1.25


@dataclass(frozen=True)
class Plan:
    """How much is measured. ``secondes``: of one round on one target; ``requetes``: of one round where they are counted."""

    tours: int = 5
    secondes: float = 2.0
    requetes: int = 500
    processus: tuple[int, ...] = (1, 2)
    connexions: int = 8
    formulaires: tuple[int, ...] = (10, 100, 400)
    signalisations: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)


RAPIDE = Plan(
    tours=3, secondes=1.5, requetes=200, processus=(1,), formulaires=(10, 100), signalisations=(1_000, 10_000, 100_000)
)


@dataclass
class Comparaison:
    """One table of targets; ``reference``: the target that the others are divided by."""

    titre: str
    resultats: dict[str, Resultat]
    reference: str
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    exigences: list[Exigence] = field(default_factory=list)


def comparaison(plan: Plan, processus: int, dossier: Path, suivi: Suivi) -> Comparaison:
    """The same message to all services, all behind gunicorn with ``processus`` workers, and to the floor."""
    catalogue = catalogue_livre()
    octets = message(formulaire(catalogue, OFFRE))
    fichier = dossier / "message.xml"
    fichier.write_bytes(octets)
    courses: dict[str, Course] = {}
    with ExitStack() as pile:

        def lancer(titre: str, nom: str, store: str) -> None:
            suivi(f"démarrage : {titre}")
            cible = pile.enter_context(serveur(nom, store, dossier, processus))
            courses[titre] = course_serveur(cible, fichier, VERSION, plan.connexions)

        livre = modele(dossier, suivi)
        for titre, nom in ((ESAV, "esav"), (ECHO, "echo"), (ORM, "orm"), (VIDE, "vide")):
            copie = dossier / f"{nom}-{processus}.db"
            shutil.copyfile(livre, copie)
            lancer(titre, nom, f"sqlite:///{copie}")
        base = pile.enter_context(postgresql())
        if base is not None:
            suivi("préparation : PostgreSQL")
            magasins.preparer(base)
            lancer(ESAV_PG, "esav", base)
        plancher = _plancher(dossier, f"plancher-{processus}.db", octets)
        pile.callback(plancher.fermer)
        courses[PLANCHER] = plancher.courir
        resultats = mesurer(courses, plan.tours, plan.secondes, suivi)
    esav = resultats[ESAV]
    trouvee = Comparaison(f"Dépôts validés et enregistrés, {processus} processus par service", resultats, ESAV)
    if processus == Reglages().processus:  # promised for the settings as they come; other ones are there to choose by
        trouvee.exigences = [
            au_moins("débit e-SAV / écho Spyne", rapport(esav, resultats[ECHO]), 1.0),
            au_moins("débit e-SAV / Spyne + ORM", rapport(esav, resultats[ORM]), 3.0),
        ]
    return trouvee


def decomposition(dossier: Path, suivi: Suivi) -> list[Etape]:
    """The steps of a deposit, in this process."""
    suivi("étapes d'un dépôt")
    octets = message(formulaire(catalogue_livre(), OFFRE))
    copie = dossier / "etapes.db"
    shutil.copyfile(modele(dossier, suivi), copie)
    plancher = _plancher(dossier, "plancher-etapes.db", octets)
    try:
        return etapes(f"sqlite:///{copie}", octets, plancher)
    finally:
        plancher.fermer()


def taille_du_catalogue(plan: Plan, dossier: Path, suivi: Suivi) -> Comparaison:
    """Nodes that serve catalogues of several sizes, each from its pack, built beforehand."""
    courses: dict[str, Course] = {}
    details: dict[str, dict[str, Any]] = {}
    exigences: list[Exigence] = []
    with ExitStack() as pile:
        for formulaires in plan.formulaires:
            titre = f"{formulaires} formulaires"
            offre = synthese.code_offre(formulaires)
            url = f"sqlite:///{dossier}/catalogue-{formulaires}.db"
            suivi(f"construction du pack : {titre}")
            fichiers = synthese.sources(formulaires)
            construction = magasins.preparer(url, fichiers, offre, 1000)
            fichier = dossier / f"message-{formulaires}.xml"
            fichier.write_bytes(message(formulaire(lire_catalogue(fichiers), offre)))
            suivi(f"chargement : {titre}")
            chargement, pack = _chargement(url)
            exigences.append(_rien_ne_se_construit(url, fichier.read_bytes(), titre))
            cible = pile.enter_context(serveur("esav", url, dossier))
            suivi(f"premières requêtes : {titre}")
            premieres = charger(cible, fichier, "p", synthese.VERSION, connexions=1, secondes=30, nombre=200).durees
            courses[titre] = course_serveur(cible, fichier, synthese.VERSION, plan.connexions, plan.requetes)
            details[titre] = {
                "construction_s": construction,
                "pack_mo": pack / 1e6,
                "chargement_s": chargement,
                "memoire_mo": memoire(cible) / 1e6,
                "premiere_ms": premieres[0],
                "pire_suivante_ms": max(premieres[1:]),
            }
        resultats = mesurer(courses, plan.tours, 30.0, suivi)
    petit, grand = (resultats[f"{n} formulaires"] for n in (plan.formulaires[0], plan.formulaires[-1]))
    temps = rapport(grand, petit, lambda t: t.p50)
    exigences.append(au_plus(f"temps d'un dépôt, {grand.nom} / {petit.nom}", temps, BRUIT))
    return Comparaison("Taille du catalogue", resultats, petit.nom, details, exigences)


def _chargement(url: str) -> tuple[float, int]:
    """Seconds to load the recorded pack as a node does, and the pack's bytes."""
    from esav_soap.store import ouvrir

    with ouvrir(url) as magasin:
        pack = magasin.pack(synthese.VERSION)
    assert pack is not None
    debut = perf_counter()
    charger_pack(pack)
    return perf_counter() - debut, len(pack)


def _rien_ne_se_construit(url: str, octets: bytes, titre: str) -> Exigence:
    """Mount a node with every construction of a contract counted, and have it serve deposits and WSDLs."""
    from bench.noeud_observe import observer

    construits_au_depart, construits_ensuite = observer(url, octets)
    bon = "depot" not in construits_au_depart and not construits_ensuite
    mesure = f"{construits_au_depart.count('depot')} au démarrage, {len(construits_ensuite)} pendant les requêtes"
    return Exigence(f"contrats de dépôt construits par le nœud, {titre}", f"{mesure} (aucun)", bon)


def signalisations_stockees(plan: Plan, dossier: Path, suivi: Suivi) -> Comparaison:
    """Deposits on stores that hold more and more signalisations already."""
    catalogue = catalogue_livre()
    forme = formulaire(catalogue, OFFRE)
    fichier = dossier / "message.xml"
    fichier.write_bytes(message(forme))
    # A part of the form: the rows' number is what matters here, and 10^6 of full size would fill 4 GB of disk.
    octets = etree.tostring(forme)[:500]
    courses: dict[str, Course] = {}
    details: dict[str, dict[str, Any]] = {}
    precedent = modele(dossier, suivi)
    with ExitStack() as pile:
        for nombre in plan.signalisations:
            titre = _puissance(nombre)
            suivi(f"remplissage : {titre}")
            base = dossier / f"stock-{nombre}.db"
            shutil.copyfile(precedent, base)
            debut = perf_counter()
            magasins.remplir(base, nombre, octets)
            details[titre] = {"remplissage_s": perf_counter() - debut, "fichier_mo": base.stat().st_size / 1e6}
            precedent = base
        for nombre in plan.signalisations:
            base = dossier / f"stock-{nombre}.db"
            cible = pile.enter_context(serveur("esav", f"sqlite:///{base}", dossier))
            courses[_puissance(nombre)] = course_serveur(cible, fichier, VERSION, plan.connexions, plan.requetes)
        resultats = mesurer(courses, plan.tours, 30.0, suivi)
    petit, grand = (resultats[_puissance(n)] for n in (plan.signalisations[0], plan.signalisations[-1]))
    temps = rapport(grand, petit, lambda t: t.p50)
    exigences = [au_plus(f"temps d'un dépôt, {grand.nom} / {petit.nom}", temps, BRUIT)]
    return Comparaison("Signalisations déjà enregistrées", resultats, petit.nom, details, exigences)


def _puissance(nombre: int) -> str:
    return "10" + "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(c)] for c in str(len(str(nombre)) - 1)) + " signalisations"


def modele(dossier: Path, suivi: Suivi) -> Path:
    """A prepared SQLite store to be copied: the shipped catalogue and a parc."""
    fichier = dossier / "modele.db"
    if not fichier.exists():
        suivi("préparation : catalogue livré et parc")
        magasins.preparer(f"sqlite:///{fichier}")
        magasins.remplir(fichier, 0, b"")  # empties SQLite's log into the file
    return fichier


def _plancher(dossier: Path, nom: str, octets: bytes) -> Plancher:
    from esav_soap.store import ouvrir

    copie = dossier / nom
    shutil.copyfile(dossier / "modele.db", copie)
    with ouvrir(f"sqlite:///{copie}") as magasin:
        pack = magasin.pack(VERSION)
    assert pack is not None
    return Plancher(copie, octets, charger_pack(pack).controle._schema)
