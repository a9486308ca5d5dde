"""The facts of notices about versions of the catalogue, and who is to be reminded of an end (R2.2, R2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.avis.faits import (
    Annonce,
    AnnonceRetiree,
    ChangementOffre,
    Emploi,
    FaitsVersion,
    Rappel,
    Remplacee,
)
from esav_soap.calendar import en_francais, instant_plus_jours, instant_plus_mois
from esav_soap.publication import CATALOGUE, EtatVersion, VersionPubliee
from esav_soap.publication.ecarts import CodeEcart, Ecart, comparer
from esav_soap.reader import lire_catalogue
from esav_soap.usecases.courrier import EchecDefinitif
from esav_soap.usecases.ports.envois import Operateurs
from esav_soap.usecases.ports.historique import Historique, UsageVersion
from esav_soap.usecases.ports.versions import Versions
from esav_soap.usecases.registre import FichiersDuPack

#: How long before the retirement who still deposits is reminded, in calendar days.
DELAI_RAPPEL_JOURS = 7
JOURNAL = "changelog.html"


class BaseCatalogue(Versions, Operateurs, Historique, Protocol):
    """What these notices are made from."""


class FaitsCatalogue:
    """What notices about versions tell. What many of a batch share is read once, until :meth:`oublier`."""

    def __init__(self, base: BaseCatalogue) -> None:
        self._base = base
        self.oublier()

    def oublier(self) -> None:
        """Read everything anew from here on."""
        self._ecarts: dict[str, tuple[Ecart, ...]] = {}
        self._journaux: dict[str, bytes | None] = {}
        self._libelles: dict[str, Mapping[str, str]] = {}
        self._usages: dict[tuple[str, datetime], tuple[UsageVersion, ...]] = {}
        self._parc: Mapping[str, frozenset[str]] | None = None

    def faits(self, envoi: Envoi, instant: datetime) -> FaitsVersion:
        """Raises :class:`EchecDefinitif` when there is nothing true left to say, and ``ValueError`` for another genre."""
        versions = self._base.versions()
        publiee = next((v for v in versions if v.version == envoi.objet), None)
        if publiee is None:
            raise EchecDefinitif(f"La version {envoi.objet} du catalogue n'est pas enregistrée.")
        match envoi.genre:
            case GenreAvis.VERSION_ANNONCEE:
                return self._annonce(publiee, versions, envoi.operateur, instant)
            case GenreAvis.ANNONCE_RETIREE:
                return _annonce_retiree(publiee, versions)
            case GenreAvis.RAPPEL_RETRAIT:
                return self._rappel(publiee, versions, envoi.operateur, instant)
            case _:
                raise ValueError(f"{envoi.genre.name} is not about a version")

    def _annonce(
        self, publiee: VersionPubliee, versions: Sequence[VersionPubliee], operateur: str, instant: datetime
    ) -> Annonce:
        if publiee.etat(instant) in (EtatVersion.ANNULEE, EtatVersion.RETIREE):
            raise EchecDefinitif(
                f"La version {publiee.version} est dans l'état « {publiee.etat(instant).value} » : l'avis n'a plus d'objet."
            )
        avant = next((v for v in versions if v.remplacante == publiee.version and v.retrait is not None), None)
        remplacee = Remplacee(avant.version, avant.retrait) if avant and avant.retrait else None
        ecarts = self._comparer(publiee.version, avant.version) if avant else ()
        siennes = self._offres(operateur)
        nouvelles = [e for e in ecarts if e.code == CodeEcart.OFFRE_AJOUTEE.name]
        return Annonce(
            publiee.version,
            publiee.annonce,
            publiee.ouverture,
            remplacee,
            tuple(_changements(e for e in ecarts if e.offre in siennes)),
            tuple(ChangementOffre(e.offre, e.libelle_offre) for e in nouvelles if e.offre not in siennes),
            _points(e for e in ecarts if not e.offre),
            self._journal(publiee.version),
        )

    def _rappel(
        self, publiee: VersionPubliee, versions: Sequence[VersionPubliee], operateur: str, instant: datetime
    ) -> Rappel:
        if publiee.retrait is None or publiee.etat(instant) is not EtatVersion.EN_VIGUEUR:
            fin = f"est retirée depuis le {en_francais(publiee.retrait)}" if publiee.retrait else "n'est plus retirée"
            raise EchecDefinitif(f"La version {publiee.version} {fin} : le rappel n'a plus d'objet.")
        depuis = _depuis(publiee, versions)
        cle = (publiee.version, depuis)
        if cle not in self._usages:
            self._usages[cle] = self._base.usages(*cle)
        libelles = self._libelles_offres(publiee.version)
        emplois = tuple(
            Emploi(u.offre, libelles.get(u.offre, u.offre), u.nombre, u.dernier)
            for u in self._usages[cle]
            if u.operateur == operateur
        )
        if not emplois:
            raise EchecDefinitif(f"L'opérateur {operateur} n'a aucun dépôt en version {publiee.version}.")
        suite = next((v.version for v in versions if v.version == publiee.remplacante), None)
        journal = suite is not None and self._journal(suite) is not None
        return Rappel(publiee.version, publiee.retrait, suite, depuis, emplois, journal)

    def _offres(self, operateur: str) -> frozenset[str]:
        if self._parc is None:
            parc: dict[str, set[str]] = {}
            for code, offre in self._base.operateurs_par_offre():
                parc.setdefault(code, set()).add(offre)
            self._parc = {code: frozenset(offres) for code, offres in parc.items()}
        return self._parc.get(operateur, frozenset())

    def _comparer(self, nouvelle: str, ancienne: str) -> tuple[Ecart, ...]:
        if nouvelle not in self._ecarts:
            self._ecarts[nouvelle] = comparer(*(lire_catalogue(self._pack(v)) for v in (ancienne, nouvelle)))
        return self._ecarts[nouvelle]

    def _journal(self, version: str) -> bytes | None:
        if version not in self._journaux:
            self._journaux[version] = self._pack(version).get(JOURNAL)
        return self._journaux[version]

    def _libelles_offres(self, version: str) -> Mapping[str, str]:
        if version not in self._libelles:
            self._libelles[version] = {o.code: o.libelle for o in lire_catalogue(self._pack(version)).offres}
        return self._libelles[version]

    def _pack(self, version: str) -> Mapping[str, bytes]:
        pack = self._base.pack(version)
        if pack is None:
            raise EchecDefinitif(f"Le pack de la version {version} n'est pas enregistré.")
        return FichiersDuPack(pack)


def _annonce_retiree(publiee: VersionPubliee, versions: Sequence[VersionPubliee]) -> AnnonceRetiree:
    if publiee.annulation is None:
        raise EchecDefinitif(f"L'annonce de la version {publiee.version} n'est pas retirée.")
    # The dates that the announcement had told: those of the version before are recorded no more.
    avant = [v for v in versions if v.annulation is None and v.ouverture < publiee.ouverture and v != publiee]
    restante = max(avant, key=lambda v: v.ouverture, default=None)
    remplacee = Remplacee(restante.version, CATALOGUE.fins(publiee.ouverture)[1]) if restante else None
    return AnnonceRetiree(publiee.version, publiee.ouverture, publiee.annulation, remplacee)


def _changements(ecarts: Iterable[Ecart]) -> list[ChangementOffre]:
    par_offre: dict[str, list[Ecart]] = {}
    for ecart in ecarts:
        par_offre.setdefault(ecart.offre, []).append(ecart)
    return [
        ChangementOffre(offre, siens[0].libelle_offre or offre, _points(siens)) for offre, siens in par_offre.items()
    ]


def _points(ecarts: Iterable[Ecart]) -> tuple[tuple[str, str], ...]:
    """The worst first, else as they come."""
    return tuple((e.gravite.value, e.message) for e in sorted(ecarts, key=lambda e: -e.gravite.rang))


def _depuis(publiee: VersionPubliee, versions: Iterable[VersionPubliee]) -> datetime:
    """Since when depositing with a version that ends is to lag behind: the opening of the one that replaces it."""
    assert publiee.retrait is not None
    suite = next((v for v in versions if v.version == publiee.remplacante and v.annulation is None), None)
    return suite.ouverture if suite else instant_plus_mois(publiee.retrait, -1)


def retraits_dus(base: BaseCatalogue, instant: datetime) -> list[Envoi]:
    """Reminders of the end of a version that are due at ``instant``, queued before or not: to each opérateur that still
    deposits with one that is live and ends within seven days."""
    versions = base.versions()
    return [
        Envoi(GenreAvis.RAPPEL_RETRAIT, version.version, operateur)
        for version in versions
        if version.retrait is not None
        and version.etat(instant) is EtatVersion.EN_VIGUEUR
        and instant >= instant_plus_jours(version.retrait, -DELAI_RAPPEL_JOURS)
        for operateur in sorted({u.operateur for u in base.usages(version.version, _depuis(version, versions))})
    ]
