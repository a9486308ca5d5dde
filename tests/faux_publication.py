"""The ports of publication in memory: announcements, the queue of notices, opérateurs, the reading of many signalisations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from esav_soap.avis import Envoi, EnvoiPris, EnvoiSuivi, EtatEnvoi, GenreAvis, Operateur
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import NouvelleSignalisation
from esav_soap.usecases.ports.envois import Envois, Operateurs
from esav_soap.usecases.ports.historique import Historique, SignalisationDeposee, UsageVersion
from esav_soap.usecases.ports.versions import Publications, VersionsChangees
from tests.faux import FausseBase


class FauxEnvois:
    """``Envois``. ``file``: what is queued, by number."""

    def __init__(self) -> None:
        self.file: dict[int, EnvoiSuivi] = {}
        self._dernier = 0

    def ajouter(self, envois: Iterable[Envoi], instant: datetime) -> int:
        nombre = 0
        for envoi in envois:
            if any(suivi.envoi.cle == envoi.cle for suivi in self.file.values()):
                continue
            self._dernier += 1
            self.file[self._dernier] = EnvoiSuivi(
                self._dernier, envoi, EtatEnvoi.EN_ATTENTE, 0, instant, instant, None, ""
            )
            nombre += 1
        return nombre

    def prendre(self, instant: datetime, bail: timedelta, maximum: int) -> tuple[EnvoiPris, ...]:
        dus = [s for s in self.file.values() if s.prochain is not None and s.prochain <= instant]
        pris = sorted(sorted(dus, key=lambda s: (s.prochain, s.numero))[:maximum], key=lambda s: s.numero)
        for s in pris:
            self.file[s.numero] = replace(s, essais=s.essais + 1, prochain=instant + bail)
        return tuple(EnvoiPris(s.numero, s.envoi, s.essais) for s in pris)

    def reussir(self, numero: int, instant: datetime) -> None:
        s = self.file.get(numero)
        if s is not None and s.etat is not EtatEnvoi.ENVOYE:
            self.file[numero] = replace(s, etat=EtatEnvoi.ENVOYE, prochain=None, envoye_le=instant, erreur="")

    def echouer(
        self, numero: int, instant: datetime, erreur: str, prochain: datetime | None, essais: int | None = None
    ) -> None:
        s = self.file.get(numero)
        if s is None or s.etat is not EtatEnvoi.EN_ATTENTE or (essais is not None and s.essais != essais + 1):
            return
        etat = EtatEnvoi.REBUT if prochain is None else EtatEnvoi.EN_ATTENTE
        self.file[numero] = replace(s, etat=etat, prochain=prochain, erreur=erreur)

    def suivis(self, etat: EtatEnvoi | None, maximum: int) -> tuple[EnvoiSuivi, ...]:
        return tuple(s for _, s in sorted(self.file.items(), reverse=True) if etat in (None, s.etat))[:maximum]

    def rejouer(self, numeros: Collection[int], instant: datetime) -> int:
        rejoues = [s for s in self.file.values() if s.numero in numeros and s.etat is EtatEnvoi.REBUT]
        for s in rejoues:
            self.file[s.numero] = replace(s, etat=EtatEnvoi.EN_ATTENTE, essais=0, prochain=instant)
        return len(rejoues)


class FaussesPublications(FauxEnvois):
    """``Publications``, ``Envois``, ``Operateurs`` and ``Historique`` over what a ``FausseBase`` holds."""

    def __init__(self, base: FausseBase | None = None) -> None:
        super().__init__()
        self.base = base or FausseBase()
        self.connus: dict[str, Operateur] = {}

    def versions(self) -> tuple[VersionPubliee, ...]:
        return self.base.versions()

    def pack(self, version: str) -> bytes | None:
        return self.base.pack(version)

    def enregistrer_version(self, version: VersionPubliee, pack: bytes) -> None:
        self.base.enregistrer_version(version, pack)

    def annoncer(
        self,
        nouvelle: VersionPubliee,
        pack: bytes,
        precedente: VersionPubliee | None,
        envois: Iterable[Envoi],
        attendues: Collection[VersionPubliee],
    ) -> None:
        self._verifier(attendues)
        if nouvelle.version in self.base.publiees or (precedente and precedente.version not in self.base.publiees):
            raise VersionsChangees
        self.base.publiees[nouvelle.version] = (nouvelle, pack)
        if precedente is not None:
            self.base.publiees[precedente.version] = (precedente, self.base.publiees[precedente.version][1])
        self.ajouter(envois, nouvelle.annonce)

    def retirer_annonce(
        self,
        annulee: VersionPubliee,
        precedente: VersionPubliee | None,
        envois: Iterable[Envoi],
        attendues: Collection[VersionPubliee],
    ) -> None:
        if annulee.annulation is None:
            raise ValueError("annulation is missing")
        self._verifier(attendues)
        versions = [version for version in (annulee, precedente) if version is not None]
        if any(version.version not in self.base.publiees for version in versions):
            raise VersionsChangees
        for version in versions:
            self.base.publiees[version.version] = (version, self.base.publiees[version.version][1])
        self.file = {
            n: s for n, s in self.file.items() if s.envoi.objet != annulee.version or s.etat is EtatEnvoi.ENVOYE
        }
        self.ajouter(envois, annulee.annulation)

    def avises(self, version: str) -> tuple[str, ...]:
        avis = [s.envoi for s in self.file.values() if s.envoi.genre is GenreAvis.VERSION_ANNONCEE]
        return tuple(sorted(envoi.operateur for envoi in avis if envoi.objet == version))

    def _verifier(self, attendues: Collection[VersionPubliee]) -> None:
        if {publiee for publiee, _ in self.base.publiees.values()} != set(attendues):
            raise VersionsChangees

    def declarer_operateur(self, operateur: Operateur) -> None:
        self.connus[operateur.code] = operateur

    def operateurs(self) -> tuple[Operateur, ...]:
        return tuple(operateur for _, operateur in sorted(self.connus.items()))

    def operateurs_par_offre(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            sorted({(p.operateur, p.offre) for p in self.base.prestations.values() if p.plateforme == "production"})
        )

    def _recentes(self, depuis: datetime) -> list[NouvelleSignalisation]:
        return [n for n in self.base.deposees.values() if n.plateforme == "production" and n.depot_le >= depuis]

    def nombre_deposees(self, depuis: datetime) -> int:
        return len(self._recentes(depuis))

    def deposees(self, depuis: datetime) -> Iterator[SignalisationDeposee]:
        for n in self._recentes(depuis):
            yield SignalisationDeposee(n.operateur, n.offre, n.version_catalogue, n.formulaire)

    def usages(self, version: str, depuis: datetime) -> tuple[UsageVersion, ...]:
        instants: dict[tuple[str, str], list[datetime]] = {}
        for n in self._recentes(depuis):
            if n.version_catalogue == version:
                instants.setdefault((n.operateur, n.offre), []).append(n.depot_le)
        return tuple(UsageVersion(*cle, len(vus), min(vus), max(vus)) for cle, vus in sorted(instants.items()))


#: The type checker proves that the fake has what the ports say.
_PORTS: tuple[Callable[[], Publications], Callable[[], Envois], Callable[[], Operateurs], Callable[[], Historique]] = (
    FaussesPublications,
    FaussesPublications,
    FaussesPublications,
    FaussesPublications,
)
