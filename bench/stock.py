"""Stores full of signalisations at every stage of their life, with their events, their parc and their appointments.

The same number gives the same rows on either engine.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from bench.messages import VERSION, formulaire
from esav_soap.calendar import PARIS, en_paris, en_utc
from esav_soap.model import Catalogue, TypeRendezVous
from esav_soap.rendez_vous import EtatReservation, Plage
from esav_soap.signalisation import Action, Attendu, CauseCloture, Cote, Etat, Responsabilite, Visibilite
from esav_soap.signalisation.numero import tirer
from esav_soap.store.tables import instant_sqlite

#: Opérateurs of very unequal sizes: the first has more than a quarter of everything, the last a seventieth.
OPERATEURS = tuple(f"OP{rang:02d}" for rang in range(1, 21))
GRAND = OPERATEURS[0]
PLATEFORME = "production"
#: What the rows are about; the last one is rare.
OFFRES = ("ACCES_FTTH", "LIAISON_NRO_PM", "FTTE_FTTO_PASSIF", "FIBRE_NOIRE")
COURANTE, RARE = OFFRES[0], OFFRES[-1]
_POIDS_OFFRES = (70, 20, 9, 1)
#: Over which the deposits are spread, and how many signalisations each prestation has had.
DUREE = timedelta(days=3 * 365)
PAR_PRESTATION = 10
#: Places of a slot, and the share of the signalisations that had an appointment.
PLACES = 1000
PART_RENDEZ_VOUS = 10
PLAGES = (Plage.MATIN, Plage.APRES_MIDI)
#: How far the slots go, in days from now; the next days have appointments already.
_AVENIR, _PRIS = 60, 30
_PRIS_PAR_PLAGE = 2

_TEXTE = "Mesure faite au point de livraison, atténuation de 27 dB relevée, en attente du retour du terrain."


@dataclass(frozen=True)
class Pas:
    """An event in a life: after how many days, and what it is."""

    jours: float
    action: Action
    etat: Etat
    cote: Cote = Cote.FOURNISSEUR
    visibilite: Visibilite = Visibilite.PARTAGE
    commentaire: str = _TEXTE


_PARTAGE = Visibilite.PARTAGE.name
_COMMENTER, _INTERNE, _OP = Action.COMMENTER, Visibilite.INTERNE, Cote.OPERATEUR
_TRAITEE = (
    Pas(0, Action.DEPOSER, Etat.EN_DEPOT, _OP, commentaire=""),
    Pas(5, Action.QUALIFIER, Etat.EN_QUALIFICATION, commentaire=""),
    Pas(10, Action.PRENDRE, Etat.EN_COURS, commentaire=""),
    Pas(12, _COMMENTER, Etat.EN_COURS, visibilite=_INTERNE),
    Pas(14, _COMMENTER, Etat.EN_COURS),
    Pas(20, Action.GELER, Etat.GELE),
    Pas(30, Action.COMPLETER, Etat.EN_COURS, _OP),
    Pas(35, _COMMENTER, Etat.EN_COURS),
    Pas(40, Action.CLORE, Etat.CLOS),
    Pas(45, Action.VALIDER, Etat.VALIDE, commentaire=""),
    Pas(55, Action.VERROUILLER, Etat.CLOS_TABLEAU_DE_BORD, commentaire=""),
)
_REJETEE = (
    *_TRAITEE[:2],
    *(Pas(6 + rang, _COMMENTER, Etat.EN_QUALIFICATION, visibilite=_INTERNE) for rang in range(7)),
    Pas(15, Action.REJETER, Etat.EN_REJET),
)
#: One in twenty is rejected.
_VIES = (_REJETEE, *(_TRAITEE,) * 19)


@dataclass(frozen=True)
class Stock:
    """``nombre`` signalisations up to ``maintenant``. ``zones``: areas of technicians, as many as the parc needs."""

    nombre: int
    maintenant: datetime
    formulaires: Mapping[str, bytes]

    @property
    def zones(self) -> int:
        return max(2, self.nombre // 10_000)

    def numero(self, rang: int) -> str:
        """Of the signalisation of that rank, from 0, the oldest first; spread over the whole index, as drawn ones are."""
        return tirer(((rang + 1) * 0x9E3779B97F4A7C15 % (1 << 56)).to_bytes(7, "big"))

    @staticmethod
    def reference(rang: int) -> str:
        """The opérateur's own; unlike its neighbours'."""
        return f"REF-{rang * 7919 % 10_000_019:08d}-{rang:08d}"

    def depot_le(self, rang: int) -> datetime:
        return self.maintenant - DUREE + DUREE * (rang / self.nombre)

    def titulaires(self) -> array[int]:
        """The opérateur of each signalisation, as a place in :data:`OPERATEURS`."""
        poids = list(accumulate(1 / (rang + 1) for rang in range(len(OPERATEURS))))
        tirage = Random(1)
        return array("B", tirage.choices(range(len(OPERATEURS)), cum_weights=poids, k=self.nombre))

    def prestation(self, rang: int, titulaire: int) -> int:
        """Which of the opérateur's prestations a signalisation is about, from 0."""
        return rang * 0x9E3779B1 % (1 << 32) % self.prestations(titulaire)

    def prestations(self, titulaire: int) -> int:
        """How many the opérateur has."""
        harmonique = sum(1 / (rang + 1) for rang in range(len(OPERATEURS)))
        return max(1, int(self.nombre / harmonique / (titulaire + 1)) // PAR_PRESTATION)

    @staticmethod
    def identifiant(titulaire: int, prestation: int) -> str:
        return f"{OPERATEURS[titulaire]}-P-{prestation:07d}"

    @staticmethod
    def offre(prestation: int) -> str:
        return OFFRES[_OFFRES[prestation % len(_OFFRES)]]

    def zone(self, prestation: int) -> str:
        return f"Z{prestation % self.zones:04d}"

    def vie(self, rang: int) -> Sequence[Pas]:
        """What has happened to it until now."""
        pas = _VIES[rang % len(_VIES)]
        return pas[: sum(1 for un in pas if rang + self._retard(un) < self.nombre)]

    def _retard(self, pas: Pas) -> int:
        """So many signalisations are deposited before that event."""
        return int(pas.jours / DUREE.days * self.nombre)

    # -- rows -------------------------------------------------------------------------------------------------------------

    def parc(self) -> Iterator[tuple[Any, ...]]:
        for titulaire, operateur in enumerate(OPERATEURS):
            for n in range(self.prestations(titulaire)):
                cle = (PLATEFORME, operateur, self.identifiant(titulaire, n))
                yield (*cle, self.offre(n), "NRO 35238", "PTO", "", "GTR_10H_S1", self.zone(n))

    def signalisations(self, titulaires: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for rang, titulaire in enumerate(titulaires):
            vie = self.vie(rang)
            prestation = self.prestation(rang, titulaire)
            offre = self.offre(prestation)
            clos = [un for un in vie if un.action in (Action.CLORE, Action.REJETER)]
            yield (
                rang + 1,
                self.numero(rang),
                PLATEFORME,
                OPERATEURS[titulaire],
                self.reference(rang),
                bytes(32),
                vie[-1].etat.name,
                self.identifiant(titulaire, prestation),
                offre,
                VERSION,
                _texte(self.depot_le(rang)),
                _texte(self.depot_le(rang + self._retard(vie[-1]))),
                "Karim Benali",
                "0234234785",
                "c.martin@operateur-8.example",
                self.formulaires[offre],
                _texte(self.depot_le(rang + self._retard(clos[0]))) if clos else None,
            )

    def evenements(self, titulaires: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """In the order in which they happened: those of one signalisation stand far from one another."""
        rangs = [0] * len(OPERATEURS)
        numero = 0
        pas = {(vie, j): self._retard(un) for vie in range(len(_VIES)) for j, un in enumerate(_VIES[vie])}
        constantes = [[_constantes(un) for un in vie] for vie in _VIES]
        retards = sorted(set(pas.values()))
        par_retard = {
            retard: {
                vie: [constantes[vie][j] for (v, j), r in pas.items() if v == vie and r == retard]
                for vie in range(len(_VIES))
            }
            for retard in retards
        }
        for etape in range(self.nombre):
            quand = _texte(self.depot_le(etape))
            for retard in retards:
                rang = etape - retard
                if rang < 0:
                    break
                for constante in par_retard[retard][rang % len(_VIES)]:
                    numero += 1
                    titulaire = titulaires[rang]
                    place = None  # an internal event has none
                    if _PARTAGE in constante:
                        rangs[titulaire] += 1
                        place = rangs[titulaire]
                    yield (numero, rang + 1, PLATEFORME, OPERATEURS[titulaire], place, quand, *constante)

    def plages(self) -> Iterator[tuple[Any, ...]]:
        """Slots of all areas and kinds, every day; an identifier says which (:meth:`plage`)."""
        ids = itertools.count(1)
        for jour in range(self._jours):
            quand = self._premier_jour + timedelta(days=jour)
            for zone in range(self.zones):
                for genre in TypeRendezVous:
                    for plage in PLAGES:
                        yield (
                            next(ids),
                            PLATEFORME,
                            f"Z{zone:04d}",
                            genre.name,
                            quand.isoformat(),
                            plage.name,
                            PLACES,
                        )

    def reservations(self, titulaires: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        ids = itertools.count(1)
        par_jour = self.zones * len(TypeRendezVous) * len(PLAGES)
        passe = DUREE.days * par_jour
        for rang in range(0, self.nombre, PART_RENDEZ_VOUS):
            yield self._reservation(next(ids), rang, titulaires[rang], 1 + rang * 0x9E3779B1 % (1 << 32) % passe)
        # Of the days to come: on each slot as many, whatever the size of the store.
        for place in range(passe, passe + _PRIS * par_jour):
            for _ in range(_PRIS_PAR_PLAGE):
                id_ = next(ids)
                rang = self.nombre - 1 - id_ % max(1, self.nombre // 20)
                yield self._reservation(id_, rang, titulaires[rang], place + 1)

    def _reservation(self, id_: int, rang: int, titulaire: int, place: int) -> tuple[Any, ...]:
        numero = tirer(((id_ + (1 << 40)) * 0x9E3779B97F4A7C15 % (1 << 56)).to_bytes(7, "big"))
        quand = _texte(self.depot_le(rang))
        return (
            id_,
            numero,
            PLATEFORME,
            OPERATEURS[titulaire],
            f"RDV-{id_ * 7919 % 10_000_019:08d}-{id_}",
            self.numero(rang),
            place,
            EtatReservation.CONFIRMEE.name,
            quand,
            quand,
            quand,
        )

    @property
    def _premier_jour(self) -> date:
        return en_paris(self.maintenant).date() - timedelta(days=DUREE.days - 1)

    @property
    def _jours(self) -> int:
        return DUREE.days + _AVENIR


def _melange() -> tuple[int, ...]:
    tirees = [offre for offre, poids in enumerate(_POIDS_OFFRES) for _ in range(poids)]
    Random(2).shuffle(tirees)
    return tuple(tirees)


#: The Offre of a prestation, by its number modulo 100.
_OFFRES = _melange()


def _constantes(pas: Pas) -> tuple[Any, ...]:
    """What an event of that step is, whosever it is; in the order of its columns from ``etat`` on."""
    auteur = "" if pas.cote is Cote.OPERATEUR else "S. Leroy"
    clore = pas.action is Action.CLORE
    return (
        pas.etat.name,
        pas.cote.name,
        pas.action.name,
        auteur,
        pas.visibilite.name,
        pas.commentaire,
        Attendu.COMPLEMENT.name if pas.action is Action.GELER else None,
        CauseCloture.CABLE.name if clore else None,
        Responsabilite.FOURNISSEUR.name if clore else None,
    )


def _texte(instant: datetime) -> str:
    """As both engines take it."""
    return instant_sqlite(instant)


def instant() -> datetime:
    """The time of the measures: ten in the morning of today's, when slots can be searched, whatever the hour."""
    return en_utc(datetime.combine(en_paris(datetime.now(UTC)).date(), time(10), PARIS))


def formulaires(catalogue: Catalogue) -> dict[str, bytes]:
    """A valid form of each Offre of :data:`OFFRES`, the shortest that is found."""
    from lxml import etree

    return {offre: etree.tostring(formulaire(catalogue, offre, 8), encoding="UTF-8") for offre in OFFRES}
