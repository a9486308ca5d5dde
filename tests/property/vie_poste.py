"""The use cases over one store, and a picture of all that this store keeps of an example, read by plain queries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest.mock import patch

from lxml import etree
from sqlalchemy import ColumnElement, Select, select

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.intake import EnteteRecu, Verdict
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import Capacite
from esav_soap.signalisation import Prestation, Signalisation
from esav_soap.signalisation.numero import OCTETS, tirer
from esav_soap.signalisation.scenarios import Scenario, prestation_essai
from esav_soap.store import Magasin
from esav_soap.store.tables import capacite, compteur_evenements, envoi, evenement, reservation, signalisation
from esav_soap.usecases import depot
from esav_soap.usecases.actions import ModifieeEntretemps
from esav_soap.usecases.depot import Accuse, Appelant
from esav_soap.usecases.rendez_vous import RendezVous
from esav_soap.usecases.sav import Sav, Technicien
from esav_soap.usecases.scenarios import AvecScenarios
from esav_soap.usecases.suivi import Suivi

PLATEFORMES = ("production", "integration")
OFFRE = "ACCES_FTTH"
GENRES = (TypeRendezVous.SAV, TypeRendezVous.EXPERTISE_CONTRADICTOIRE)
#: What the parc of each opérateur has: the identifiant, the area (or none).
PRESTATIONS = {"P-1": True, "P-2": False}
#: On integration besides: their signalisations go on by themselves.
ESSAIS = tuple(prestation_essai(OFFRE, s) for s in (None, Scenario.PARCOURS, Scenario.GEL, Scenario.REJET))

Ligne = Mapping[str, Any]


@dataclass(frozen=True)
class Photo:
    """What a store keeps of the opérateurs of an example. ``evenements``: by number, in order; ``suite``: all of them in the
    order in which they were written. ``envois`` without what a worker does to them."""

    signalisations: Mapping[str, Ligne]
    evenements: Mapping[str, tuple[Ligne, ...]]
    suite: tuple[Ligne, ...]
    compteurs: Mapping[tuple[str, str], int]
    places: Mapping[tuple[Any, ...], int]
    reservations: Mapping[str, Ligne]
    envois: tuple[Ligne, ...]


@dataclass(frozen=True)
class Issue:
    """What came of a request: its answer, or everything that its refusal says. ``present``: told by MODIFIEE_ENTRETEMPS."""

    rendu: Any = None
    refus: CodeErreur | None = None
    champs: tuple[str, ...] = ()
    message: str = ""
    erreurs: tuple[Any, ...] = ()
    reessayer_apres: datetime | None = None
    present: Signalisation | None = None


@dataclass
class Exemple:
    """One run of the machine: names of its own, since all examples share the stores. ``instant``: the clock of every node;
    ``demande``: how many requests there were, from which the numbers are drawn, the same on every store."""

    rang: int
    instant: datetime
    demande: int = 0
    operateurs: tuple[str, ...] = field(init=False)
    zone: str = field(init=False)

    def __post_init__(self) -> None:
        self.operateurs = (f"A{self.rang}", f"B{self.rang}")
        self.zone = f"Z{self.rang}"

    def parc(self) -> list[Prestation]:
        return [
            Prestation(plateforme, operateur, identifiant, OFFRE, garantie="GTR_4H", zone=self.zone if avec else "")
            for plateforme in PLATEFORMES
            for operateur in self.operateurs
            for identifiant, avec in PRESTATIONS.items()
        ]


class Poste:
    """The use cases of a node on ``magasin``, whose clock and chance are those of the example."""

    def __init__(self, magasin: Magasin, exemple: Exemple) -> None:
        self.magasin = magasin
        self._exemple = exemple
        self._tirages = 0
        self.scenarios = AvecScenarios(magasin, magasin, lambda _: {OFFRE}, lambda: exemple.instant, lambda _: None)
        self.suivi = Suivi(self.scenarios, magasin, self.scenarios.avancer)
        self.sav = Sav(magasin, self.scenarios.avancer)
        self.guichet = RendezVous(magasin, self.scenarios, lambda *_: _OFFRE, self.alea)
        magasin.importer(exemple.parc())

    def alea(self, octets: int) -> bytes:
        """The same bytes for the same draw of the same request."""
        self._tirages += 1
        graine = f"{self._exemple.rang}-{self._exemple.demande}-{self._tirages}"
        return hashlib.sha256(graine.encode()).digest()[:octets]

    def deposer(self, appelant: Appelant, verdict: Verdict, instant: datetime) -> Accuse:
        return depot.deposer(appelant, "2026.1", verdict, self.scenarios, instant, self.alea)

    def saisir(
        self, technicien: Technicien, appelant: Appelant, verdict: Verdict, depot_le: datetime, instant: datetime
    ) -> Accuse:
        with patch.object(depot, "tirer", lambda _: tirer(self.alea(OCTETS))):
            return self.sav.saisir(technicien, appelant, "2026.1", verdict, self.scenarios, depot_le, instant)

    def essayer(self, appel: Callable[[Poste], Any]) -> Issue:
        self._tirages = 0
        try:
            return Issue(appel(self))
        except ErreurEsav as refus:
            return Issue(
                None,
                refus.code,
                tuple(sorted({e.champ for e in refus.erreurs})),
                refus.message,
                tuple(refus.erreurs),
                refus.reessayer_apres,
                refus.signalisation if isinstance(refus, ModifieeEntretemps) else None,
            )

    def photo(self) -> Photo:
        siens = self._exemple.operateurs
        with self.magasin._moteur.lecteurs.connect() as connexion:

            def lire(choix: Select[Any]) -> list[Ligne]:
                return [dict(ligne._mapping) for ligne in connexion.execute(choix)]

            # In the order of writing: what is drawn by chance depends on it, and must not on names or on plans.
            fiches = lire(_sans(signalisation, "id").where(_de(signalisation, siens)).order_by(signalisation.c.id))
            suite = lire(
                _sans(evenement, "id", "signalisation")
                .add_columns(signalisation.c.numero, signalisation.c.reference)
                .join(signalisation, signalisation.c.id == evenement.c.signalisation)
                .where(_de(evenement, siens))
                .order_by(evenement.c.id)
            )
            compteurs = lire(select(compteur_evenements).where(_de(compteur_evenements, siens)))
            places = lire(select(capacite).where(capacite.c.zone == self._exemple.zone).order_by(capacite.c.id))
            creneau = [capacite.c[nom] for nom in _CRENEAU if nom != "plateforme"]
            prises = lire(
                _sans(reservation, "id", "capacite")
                .add_columns(*creneau)
                .join(capacite, capacite.c.id == reservation.c.capacite)
                .where(_de(reservation, siens))
                .order_by(reservation.c.id)
            )
            envois = lire(_sans(envoi, "numero").where(_de(envoi, siens)).order_by(envoi.c.numero))
        return Photo(
            {f["numero"]: f for f in fiches},
            {f["numero"]: tuple(e for e in suite if e["numero"] == f["numero"]) for f in fiches},
            tuple(suite),
            {(c["plateforme"], c["operateur"]): c["dernier"] for c in compteurs},
            {cle_creneau(p): p["places"] for p in places},
            {p["numero"]: p for p in prises},
            tuple(envois),
        )


_OFFRE = Offre(OFFRE, "Accès FTTH", "acces", rendez_vous=GENRES)
_CRENEAU = ("plateforme", "zone", "genre", "jour", "plage")


def cle_creneau(ligne: Ligne) -> tuple[Any, ...]:
    """Platform, area, kind, day and part of it, of a row of places or of a reservation."""
    return tuple(ligne[nom] for nom in _CRENEAU)


def cle_de(une: Capacite) -> tuple[Any, ...]:
    """The same of an object."""
    return une.plateforme, une.zone, une.genre.name, une.jour, une.plage.name


def verdict(reference: str, prestation: str, texte: str, offre: str = OFFRE) -> Verdict:
    """An accepted message; ``texte`` is its content."""
    entete, formulaire = etree.Element("entete"), etree.Element("{urn:essai}formulaire")
    for valeur in (prestation, reference):
        etree.SubElement(entete, "x").text = valeur
    etree.SubElement(formulaire, "{urn:essai}defaut").text = texte
    recu = EnteteRecu(prestation, reference, "Zoé d'Été", "+33102030405", None)
    return Verdict(offre, formulaire, recu, contenu=(entete, formulaire))


def _sans(table: Any, *noms: str) -> Select[Any]:
    return select(*(colonne for colonne in table.c if colonne.name not in noms))


def _de(table: Any, operateurs: Collection[str]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = table.c.operateur.in_(operateurs)
    return condition
