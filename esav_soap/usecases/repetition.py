"""The rehearsal of a version: what opérateurs deposited lately, judged by a candidate; nothing is written (R2.1).

A stored form says in its namespaces of which version it is; here it is put into the candidate's, so that what is judged is
what an opérateur's system would send after having taken the new WSDL and changed nothing else.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import os
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Protocol

from lxml import etree

from esav_soap.contract.schemas import compiler_schema, fichiers_schemas
from esav_soap.contract.wsdl import contrat
from esav_soap.errors import CodeChamp, ErreurChamp
from esav_soap.intake import Controle
from esav_soap.jeton import JETON
from esav_soap.model import Catalogue
from esav_soap.names import ns_catalogue
from esav_soap.reader import lire_catalogue
from esav_soap.usecases.bilan_repetition import BilanOffre, Motif, Rapport, ordre_motif
from esav_soap.usecases.catalogue import DOSSIERS_SOURCES, Suivi, sources_de
from esav_soap.usecases.ports.historique import Historique, SignalisationDeposee

_LOT = 500
_ETAPE = "Répétition"
_RANG = re.compile(r"\[[0-9]+\]")


class Candidat(Protocol):
    """A version that can judge, published or not (:class:`~esav_soap.usecases.registre.VersionChargee` is one).
    ``fichiers``: at least the publisher's files and ``xsd/*.xsd``, by their path in the pack."""

    @property
    def catalogue(self) -> Catalogue: ...

    @property
    def controle(self) -> Controle: ...

    @property
    def fichiers(self) -> Mapping[str, bytes]: ...


@dataclass(frozen=True)
class CandidatLu:
    """A candidate from the publisher's files, without pack."""

    catalogue: Catalogue
    controle: Controle
    fichiers: Mapping[str, bytes]


def lire_candidat(fichiers: Mapping[str, bytes]) -> CandidatLu:
    """The candidate that publisher's files describe; generated ones among them are ignored and made anew.

    Slow: 25 ms a form. Raises :class:`~esav_soap.errors.PackInvalide` with every defect.
    """
    catalogue = lire_catalogue(fichiers)
    schemas = fichiers_schemas(contrat("depot", catalogue), catalogue)
    utiles = sources_de(fichiers) | {f"xsd/{nom}": contenu for nom, contenu in schemas.items()}
    return CandidatLu(catalogue, Controle(catalogue, compiler_schema(schemas, "depot.xsd")), utiles)


def simuler(
    candidat: Candidat, historique: Historique, depuis: datetime, suivi: Suivi, *, processus: int = 1
) -> Rapport:
    """Judge what every opérateur deposited in production since ``depuis`` by ``candidat``.

    Memory does not grow with the number of signalisations. ``processus``: with more than one, that many processes judge
    and this one reads; the report is the same. With one, a thread that holds the token of its process puts it down often.
    Raises :class:`concurrent.futures.process.BrokenProcessPool` when one of the processes is killed.
    """
    total = historique.nombre_deposees(depuis)
    comptes: _Comptes = {}
    fait = 0
    suivi(_ETAPE, 0, total)
    deposees = historique.deposees(depuis)
    juges = _en_parallele(candidat, deposees, processus) if processus > 1 else _ici(candidat, deposees)
    with closing(juges):
        for nombre, partiels in juges:
            _ajouter(comptes, partiels)
            fait += nombre
            suivi(_ETAPE, fait, max(fait, total))
    suivi(_ETAPE, fait, fait)
    presentes = {offre.code for offre in candidat.catalogue.offres}
    ordonnes = sorted(comptes.items())
    bilans_offres = tuple(compte.bilan(*cle, presente=cle[1] in presentes) for cle, compte in ordonnes)
    return Rapport(candidat.catalogue.version, depuis, bilans_offres)


def traduire(formulaire: bytes, de: str, vers: str) -> bytes:
    """A form of version ``de`` in the namespaces of version ``vers``; values are not touched."""
    if de == vers:
        return formulaire
    motif, ancien, nouveau = _traduction(de, vers)
    fin = formulaire.find(b">") + 1
    tete, reste = motif.sub(nouveau, formulaire[:fin]), formulaire[fin:]
    if ancien in reste:  # in a value, or declared again by the client at a field
        reste = _BALISE.sub(lambda balise: motif.sub(nouveau, balise[0]), reste)
    return tete + reste


#: What stands between these is a tag: everywhere else, and in attributes, a stored form has &lt; and &gt;.
_BALISE = re.compile(rb"<[^>]*>")


@lru_cache(maxsize=64)
def _traduction(de: str, vers: str) -> tuple[re.Pattern[bytes], bytes, bytes]:
    ancien = ns_catalogue(de).encode()
    return re.compile(re.escape(ancien) + rb"(?=[:\"'])"), ancien, ns_catalogue(vers).encode()


@dataclass(slots=True)
class _CompteMotif:
    nombre: int
    libelle: str
    valeur: str
    message: str


@dataclass(slots=True)
class _Compte:
    """What is known of an opérateur and Offre until now."""

    versions: set[str] = field(default_factory=set)
    rejouees: int = 0
    refusees: int = 0
    averties: int = 0
    motifs: dict[tuple[str, str], _CompteMotif] = field(default_factory=dict)

    def refuser(self, erreurs: Iterable[ErreurChamp]) -> None:
        """One more refusal; several occurrences of a mistake in one form count once."""
        self.refusees += 1
        vues: set[tuple[str, str]] = set()
        for erreur in erreurs:
            # formulaire/<Offre>/<field>
            cle = (_RANG.sub("", "/".join(erreur.chemin.split("/")[2:])), erreur.code.name)
            if cle in vues:
                continue
            vues.add(cle)
            connu = self.motifs.get(cle)
            if connu is None:
                self.motifs[cle] = _CompteMotif(1, erreur.libelle, erreur.valeur, erreur.message)
            else:
                connu.nombre += 1

    def ajouter(self, autre: _Compte) -> None:
        """Add what was counted later."""
        self.versions |= autre.versions
        self.rejouees += autre.rejouees
        self.refusees += autre.refusees
        self.averties += autre.averties
        for cle, motif in autre.motifs.items():
            connu = self.motifs.setdefault(cle, motif)
            if connu is not motif:
                connu.nombre += motif.nombre

    def bilan(self, operateur: str, offre: str, *, presente: bool) -> BilanOffre:
        motifs = [
            Motif(champ, m.libelle, code, m.nombre, m.valeur, m.message) for (champ, code), m in self.motifs.items()
        ]
        motifs.sort(key=ordre_motif)
        versions = tuple(sorted(self.versions))
        comptes = (self.rejouees, self.refusees, self.averties)
        return BilanOffre(operateur, offre, versions, *comptes, presente=presente, motifs=tuple(motifs))


_Comptes = dict[tuple[str, str], _Compte]
_Lot = Sequence[SignalisationDeposee]


def _ajouter(comptes: _Comptes, partiels: _Comptes) -> None:
    for cle, partiel in partiels.items():
        if cle in comptes:
            comptes[cle].ajouter(partiel)
        else:
            comptes[cle] = partiel


def _juger(candidat: Candidat, lot: _Lot) -> _Comptes:
    comptes: _Comptes = {}
    catalogue, controle = candidat.catalogue, candidat.controle
    for deposee in lot:
        compte = comptes.setdefault((deposee.operateur, deposee.offre), _Compte())
        compte.versions.add(deposee.version_catalogue)
        compte.rejouees += 1
        if deposee.offre not in catalogue:
            compte.refuser(())
            continue
        formulaire = traduire(deposee.formulaire, deposee.version_catalogue, catalogue.version)
        try:
            verdict = controle.controler_formulaire(formulaire)
        except etree.XMLSyntaxError:
            compte.refuser([_ILLISIBLE])
            continue
        if verdict.erreurs:
            compte.refuser(verdict.erreurs)
        elif verdict.avertissements:
            compte.averties += 1
    return comptes


_ILLISIBLE = ErreurChamp("", "", "", CodeChamp.NON_CONFORME, "Le formulaire enregistré n'est pas lisible.")


def _lots(deposees: Iterator[SignalisationDeposee], taille: int) -> Iterator[_Lot]:
    while lot := list(islice(deposees, taille)):
        yield lot


def _ici(candidat: Candidat, deposees: Iterator[SignalisationDeposee]) -> Generator[tuple[int, _Comptes]]:
    """In this thread, which in a node may hold the token: whoever waits for it gets it every few milliseconds."""
    for lot in _lots(deposees, _LOT // 10):
        yield len(lot), _juger(candidat, lot)
        with JETON.rendu():
            time.sleep(0.0005)  # a lock that is taken again at once is never somebody else's


def _en_parallele(
    candidat: Candidat, deposees: Iterator[SignalisationDeposee], processus: int
) -> Generator[tuple[int, _Comptes]]:
    """In processes of their own; results come in the order of the deposits, so that examples are always the first."""
    utiles = ("catalogue.xml", "xsd/", *DOSSIERS_SOURCES)
    fichiers = {nom: candidat.fichiers[nom] for nom in candidat.fichiers if nom.startswith(utiles)}
    contexte = multiprocessing.get_context("spawn")  # a fork would copy the locks of other threads as they are
    bassin = ProcessPoolExecutor(processus, contexte, initializer=_preparer, initargs=(fichiers,))
    attente: deque[tuple[int, Future[_Comptes]]] = deque()
    try:
        for lot in _lots(deposees, _LOT):
            with _interruptions_retenues():
                attente.append((len(lot), bassin.submit(_juger_la_bas, lot)))
            while len(attente) > 2 * processus:
                nombre, resultat = attente.popleft()
                yield nombre, resultat.result()
        while attente:
            nombre, resultat = attente.popleft()
            yield nombre, resultat.result()
    finally:
        bassin.shutdown(wait=True, cancel_futures=True)


class _interruptions_retenues:  # noqa: N801 - used as a statement
    """Ctrl-C waits for the end of the block, and never reaches the processes that are started in it."""

    def __enter__(self) -> None:
        self._avant = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def __exit__(self, *_: object) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._avant)


#: Of a process that judges.
_CANDIDAT: list[CandidatLu] = []


def _preparer(fichiers: Mapping[str, bytes]) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:  # nobody else would end this process when the other one is killed
        threading.Thread(target=_finir_avec, args=(parent,), daemon=True).start()
    schemas = {nom.removeprefix("xsd/"): contenu for nom, contenu in fichiers.items() if nom.startswith("xsd/")}
    catalogue = lire_catalogue(sources_de(fichiers))
    _CANDIDAT[:] = [CandidatLu(catalogue, Controle(catalogue, compiler_schema(schemas, "depot.xsd")), fichiers)]


def _finir_avec(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _juger_la_bas(lot: _Lot) -> _Comptes:
    return _juger(_CANDIDAT[0], lot)
