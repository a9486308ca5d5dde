"""The message path under test: bytes, headers and address through the WSGI application of a node over a SQLite store."""

from __future__ import annotations

import io
import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random
from typing import cast

from lxml import etree

from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.errors import CodeChamp, ErreurEsav
from esav_soap.intake.enveloppe import lire_enveloppe
from esav_soap.journal import Texte
from esav_soap.soap.wsgi import decouper
from esav_soap.store import Magasin, ouvrir
from tests.faux import INSTANT, FausseBase, FauxNoeud, base_garnie, noeud
from tests.fuzz import entree as requetes
from tests.fuzz.entree import Entree
from tests.fuzz.jugement import WS, exiger, juger_soap
from tests.fuzz.mutateur import muter
from tests.noeud_sql import ZONE, capacites
from tests.property.commun import banc, temoins

VERSIONS = ("2026.1", "2026.2")


@contextmanager
def _detourner(nom: str, vers: logging.Handler) -> Iterator[None]:
    """What that logger and those below it say goes there, and nowhere else."""
    journal, requetes_ = logging.getLogger(nom), logging.getLogger(f"{nom}.requetes")
    avant = journal.propagate, requetes_.level
    journal.addHandler(vers)
    journal.propagate = False
    requetes_.setLevel(logging.INFO)
    try:
        yield
    finally:
        journal.removeHandler(vers)
        journal.propagate = avant[0]
        requetes_.setLevel(avant[1])


class CibleMessage:
    """A node that requests go to, one after the other. ``graines``: where the fuzzer starts from."""

    def __init__(self) -> None:
        self._dossier = tempfile.TemporaryDirectory(prefix="esav-fuzz-")
        self._magasin = ouvrir(f"sqlite:///{self._dossier.name}/esav.db")
        self.noeud = _monter(self._magasin)
        self._lecture = sqlite3.connect(f"{self._dossier.name}/esav.db", isolation_level=None)
        self._journal = _Erreurs()
        self._journaux = ExitStack()
        self._journaux.enter_context(_detourner("esav", self._journal))
        self._corpus = [une.octets() for une in requetes.corpus().values()]
        # H-1 is what the fixtures ask for.
        self.essayer(requetes.corpus()["deposerSignalisation-ACCES_FTTH"].octets().replace(b"F-0", b"H-1"))

    def graines(self) -> dict[str, bytes]:
        return {nom: une.octets() for nom, une in requetes.corpus().items()}

    def muter(self, octets: bytes, rng: Random) -> bytes:
        return muter(octets, rng, rng.choice(self._corpus))

    def fermer(self) -> None:
        self._journaux.close()
        self._lecture.close()
        self._magasin.fermer()
        self._dossier.cleanup()

    def essayer(self, octets: bytes) -> str | None:
        """Send one; gives the code of the refusal. Raises :class:`~tests.fuzz.jugement.Manquement`, or what the application lets out."""
        une = requetes.lire(octets)
        deposees = self._deposees()
        self._journal.lues.clear()
        statut, entetes, reponse = appeler(self.noeud, une)
        graves = [Texte().format(r) for r in self._journal.lues if r.levelno > logging.INFO]
        exiger(not graves, "the log speaks of an error", *graves)
        (ligne,) = [Texte().format(r) for r in self._journal.lues if r.name == "esav.requetes"]
        exiger(f" requete={entetes['X-Request-Id']} " in ligne and ligne.isprintable(), "log line", ligne)
        refus, contenu = juger_soap(statut, entetes, reponse, octets)
        depot = _accepte_un_depot(contenu)
        ajoutees = self._deposees() - deposees
        exiger(ajoutees == 0 or depot, "stored without an acknowledgement", ajoutees)
        self._comparer(une, refus, contenu)
        if refus is None:
            _conforme(une.chemin, contenu)
        return refus

    def _deposees(self) -> int:
        return int(self._lecture.execute("SELECT count(*) FROM signalisation").fetchone()[0])

    def _comparer(self, une: Entree, refus: str | None, contenu: etree._Element) -> None:
        """The verdict on a typed form and that of three independent witnesses; no refusal without a reason."""
        if refus == "FORMULAIRE_INVALIDE":
            codes = [e.findtext(f"{WS}code") for e in contenu.iter(f"{WS}erreur")]
            muet = CodeChamp.NON_CONFORME.name in codes and len(codes) < 1000
            exiger(not muet, "refused by the schema, and nothing explains it", etree.tostring(contenu))
        decoupe = decouper(une.chemin)
        if decoupe is None or decoupe.version not in VERSIONS:
            return
        try:
            requete = lire_enveloppe(une.corps, une.entetes.get("Content-Type", "")).corps
        except ErreurEsav:
            exiger(refus is not None, "accepted what cannot be read")
            return
        if requete.tag not in (f"{WS}deposerSignalisation", f"{WS}validerSignalisation"):
            return
        requete.tag, requete.tail = f"{WS}deposerSignalisation", None
        seule = len(requete.findall(f"{WS}formulaire/*")) == 1
        libxml2, marche, xmlschema = temoins(decoupe.version, requete)
        exiger((libxml2 and seule) == marche, "the schema and the walk differ", libxml2, marche, seule)
        # xmlschema also accepts what Python reads as a number, and blanks that are none in XML: the known differences.
        exiger(xmlschema or not marche, "xmlschema refuses what we accept")
        exiger(refus is not None or marche, "accepted against the schema", une.corps)


def _monter(magasin: Magasin) -> FauxNoeud:
    """The versions and the parc of :func:`~tests.faux.base_garnie`, all of it where appointments can be had."""
    modele = base_garnie()
    for publiee, pack in modele.publiees.values():
        magasin.enregistrer_version(publiee, pack)
    magasin.importer([replace(p, zone=ZONE) for p in modele.prestations.values()])
    assert not magasin.importer_capacites(list(enumerate(capacites(3), 2)), INSTANT - timedelta(days=1)).problemes
    return noeud(cast(FausseBase, magasin))


class _Erreurs(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lues: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lues.append(record)


def appeler(node: FauxNoeud, une: Entree) -> tuple[int, dict[str, str], bytes]:
    """Through the application as a WSGI server hands it over, which must answer once."""
    environ: dict[str, object] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": une.chemin,
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(une.corps)),
        "wsgi.input": io.BytesIO(une.corps),
    }
    for nom, valeur in une.entetes.items():
        cle = nom.upper().replace("-", "_")
        environ[cle if cle in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{cle}"] = valeur
    recu: list[tuple[str, list[tuple[str, str]]]] = []
    corps = b"".join(node.application(environ, lambda statut, tetes: recu.append((statut, tetes))))
    ((statut, tetes),) = recu
    return int(statut.split()[0]), dict(tetes), corps


def _accepte_un_depot(contenu: etree._Element) -> bool:
    return contenu.find(f".//{WS}numeroSignalisation") is not None


@cache
def _schema(service: str, version: str | None) -> etree.XMLSchema:
    if version in VERSIONS:
        return banc(version).schema
    return compiler_schema(fichiers_schemas(contrat(service)), f"{service}.xsd")


def _conforme(chemin: str, contenu: etree._Element) -> None:
    """The answer keeps the contract that its WSDL promises."""
    decoupe = decouper(chemin)
    assert decoupe is not None
    schema = _schema(decoupe.service, decoupe.version)
    exiger(schema.validate(contenu), "an answer against the contract", str(schema.error_log)[-500:])
