"""What a node knows of the catalogue versions: loaded from their recorded packs, never built here.

A version is loaded once, before it is needed, by :meth:`Registre.rafraichir`; which of them can be used is then decided
by the recorded dates and the instant of each request alone (R2.4).
"""

from __future__ import annotations

import io
import logging
import threading
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from esav_soap.calendar import en_paris
from esav_soap.contract.schemas import compiler_schema
from esav_soap.contract.wsdl import adresser
from esav_soap.errors import CodeErreur, ErreurEsav, VersionVive
from esav_soap.intake import Avertissement, Controle
from esav_soap.jeton import JETON
from esav_soap.model import Catalogue
from esav_soap.names import chemin_service
from esav_soap.publication import EtatVersion, VersionPubliee, vives
from esav_soap.reader import lire_catalogue
from esav_soap.reader.fichiers import est_derive
from esav_soap.usecases.ports.versions import Versions

_journal = logging.getLogger(__name__)


@dataclass(frozen=True)
class VersionChargee:
    """A version ready to serve. ``fichiers``: everything in its pack, by path, read from it when asked for."""

    catalogue: Catalogue
    controle: Controle
    pack: bytes
    fichiers: Mapping[str, bytes]

    def wsdl(self, base_url: str, plateforme: str, *, soap_12: bool = False) -> bytes:
        """The prebuilt WSDL of ``depot``, addressed to ``plateforme``."""
        nom = "wsdl/depot-soap12.wsdl" if soap_12 else "wsdl/depot.wsdl"
        return adresser(self.fichiers[nom], base_url, plateforme, "depot", self.catalogue.version)


def avertissements_version(publiee: VersionPubliee | None) -> tuple[Avertissement, ...]:
    """What to tell whoever still uses a version whose end is known."""
    if publiee is None or publiee.retrait is None:
        return ()
    suite = f" Passer à la version {publiee.remplacante}." if publiee.remplacante else ""
    message = f"La version {publiee.version} du catalogue sera retirée le {en_paris(publiee.retrait):%d/%m/%Y à %H:%M}."
    return (Avertissement("VERSION_BIENTOT_RETIREE", message + suite),)


def ouvrir_pack(pack: bytes) -> dict[str, bytes]:
    """Files of a pack that was checked when it was recorded, by path."""
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {nom: archive.read(nom) for nom in archive.namelist()}


class FichiersDuPack(Mapping[str, bytes]):
    """The same files, read from the pack one by one: a node keeps the pack's bytes, and none of them twice. Thread-safe."""

    def __init__(self, pack: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(pack))
        self._noms = dict.fromkeys(self._archive.namelist())
        self._verrou = threading.Lock()

    def __getitem__(self, nom: str) -> bytes:
        if nom not in self._noms:
            raise KeyError(nom)
        with self._verrou:  # zipfile counts its readers without one
            return self._archive.read(nom)

    def __iter__(self) -> Iterator[str]:
        return iter(self._noms)

    def __len__(self) -> int:
        return len(self._noms)


def charger(pack: bytes) -> VersionChargee:
    """Read a recorded pack, compile its schemas and rules. Nothing is generated."""
    fichiers = FichiersDuPack(pack)
    catalogue = _catalogue(fichiers)
    schemas = {nom.removeprefix("xsd/"): fichiers[nom] for nom in fichiers if nom.startswith("xsd/")}
    controle = Controle(catalogue, compiler_schema(schemas, "depot.xsd"))
    return VersionChargee(catalogue, controle, pack, fichiers)


def catalogue_du_pack(pack: bytes) -> Catalogue:
    """The catalogue of a recorded pack, for whoever reads forms and judges none."""
    return _catalogue(FichiersDuPack(pack))


def _catalogue(fichiers: Mapping[str, bytes]) -> Catalogue:
    return lire_catalogue({nom: fichiers[nom] for nom in fichiers if not est_derive(nom)})


class Registre:
    """The versions of a node, thread-safe; ``base_url`` is the public address that WSDLs and faults tell."""

    def __init__(self, versions: Versions, base_url: str) -> None:
        self._versions = versions
        self.base_url = base_url.rstrip("/")
        self._publiees: tuple[VersionPubliee, ...] = ()
        self._chargees: dict[str, VersionChargee] = {}
        #: Version -> the one before it.
        self._precedentes: dict[str, str] = {}
        #: The record that each version had when it was loaded, or last failed to.
        self._vues: dict[str, VersionPubliee] = {}
        self._verrou = threading.Lock()

    def rafraichir(self, instant: datetime) -> None:
        """See what is recorded now; load what is not loaded yet and not retired, with the version before it, which its
        refusals tell of, and what was recorded again. Called at start and every few seconds, never by a request. A pack
        that cannot be loaded is logged once and does not hide the others; until it can, the version goes on with the
        pack that it had."""
        with self._verrou:
            publiees = self._versions.versions()
            servies = [v for v in publiees if v.etat(instant) in (EtatVersion.ANNONCEE, EtatVersion.EN_VIGUEUR)]
            precedentes = _precedentes(publiees)
            voulues = {v.version for v in servies}
            voulues |= {precedentes[version] for version in voulues if version in precedentes}
            for publiee in sorted(publiees, key=lambda v: v not in servies):  # what takes messages comes first
                version = publiee.version
                nouvelle = self._vues.get(version) != publiee
                chargee = version in self._chargees
                if nouvelle if chargee else version in voulues:
                    try:
                        self._charger(version)
                    except Exception:
                        if nouvelle:
                            _journal.exception("version %s du catalogue : pack illisible", version)
                    self._vues[version] = publiee
            self._publiees, self._precedentes = publiees, precedentes

    def _charger(self, version: str) -> VersionChargee:
        pack = self._versions.pack(version)
        if pack is None:
            raise ErreurEsav(CodeErreur.VERSION_INCONNUE)
        connue = self._chargees.get(version)
        if connue is not None and connue.pack == pack:
            return connue
        chargee = charger(pack)
        self._chargees = self._chargees | {version: chargee}
        return chargee

    @property
    def publiees(self) -> tuple[VersionPubliee, ...]:
        """Recorded versions, by opening date."""
        return tuple(sorted(self._publiees, key=lambda v: (v.ouverture, v.version)))

    def vives(self, plateforme: str, instant: datetime) -> tuple[VersionPubliee, ...]:
        """Versions that take messages on ``plateforme`` at ``instant``, the newest last."""
        return tuple(v for v in vives(self._publiees, plateforme, instant) if v.version in self._chargees)

    def offres(self, plateforme: str, instant: datetime) -> frozenset[str]:
        """Codes of the Offres of the versions that take messages on ``plateforme`` at ``instant``."""
        versions = (self._chargees[v.version] for v in self.vives(plateforme, instant))
        return frozenset(offre.code for version in versions for offre in version.catalogue.offres)

    def utilisable(self, plateforme: str, version: str, instant: datetime) -> tuple[VersionChargee, VersionPubliee]:
        """The version, if it takes messages there and then. Raises one of three distinct faults else (R2.6), each
        with the live versions."""
        publiee = next((v for v in self._publiees if v.version == version), None)
        chargee = self._chargees.get(version)
        if publiee is not None and publiee.utilisable(plateforme, instant):
            if chargee is None:
                raise ErreurEsav(CodeErreur.ERREUR_INTERNE)
            return chargee, publiee
        raise self.refus(plateforme, version, instant)

    def refus(self, plateforme: str, version: str, instant: datetime) -> ErreurEsav:
        """Why ``version`` does not take messages on ``plateforme``, with those that do."""
        publiee = next((v for v in self._publiees if v.version == version), None)
        ouvertes = tuple(
            VersionVive(v.version, self.adresse_wsdl(plateforme, v.version), v.retrait)
            for v in self.vives(plateforme, instant)
        )
        etat = publiee.etat(instant) if publiee else None
        if etat in (EtatVersion.RETIREE, EtatVersion.ANNULEE):
            return ErreurEsav(CodeErreur.VERSION_RETIREE, versions=ouvertes)
        if etat is EtatVersion.ANNONCEE:
            assert publiee is not None
            return ErreurEsav(
                CodeErreur.VERSION_PAS_ENCORE_OUVERTE,
                versions=ouvertes,
                reessayer_apres=publiee.annonce if plateforme == "integration" else publiee.ouverture,
            )
        return ErreurEsav(CodeErreur.VERSION_INCONNUE, versions=ouvertes)

    def chargee(self, version: str) -> VersionChargee:
        """A version by number whatever its state, also a retired one. Raises VERSION_INCONNUE."""
        chargee = self._chargees.get(version)
        if chargee is not None:
            return chargee
        with JETON.rendu(), self._verrou:  # whoever has the lock reads the store, and loads for a second
            return self._chargees.get(version) or self._charger(version)

    def en_memoire(self, version: str) -> VersionChargee | None:
        """A version by number if it is loaded: nothing is loaded here."""
        return self._chargees.get(version)

    def precedente(self, version: str) -> VersionChargee | None:
        """The version that was in force before ``version``, also when it is retired; None when there is none, or when it is
        not loaded: nothing is loaded here."""
        return self._chargees.get(self._precedentes.get(version, ""))

    def adresse_wsdl(self, plateforme: str, version: str) -> str:
        """Public address of the WSDL of ``depot`` in that version."""
        return f"{self.base_url}{chemin_service(plateforme, 'depot', version)}?wsdl"


def _precedentes(publiees: Iterable[VersionPubliee]) -> dict[str, str]:
    """For each version the one that opens before it; announcements that were withdrawn are no versions."""
    suite = sorted((v for v in publiees if v.annulation is None), key=lambda v: (v.ouverture, v.version))
    return {apres.version: avant.version for avant, apres in pairwise(suite)}
