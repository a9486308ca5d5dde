"""Appointments without a store: who is known, what is told to the signalisation, what a conflict does; the file of places."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import (
    ENGAGES,
    Capacite,
    Creneau,
    EtatReservation,
    Periode,
    Plage,
    Reservation,
    Situation,
)
from esav_soap.signalisation import Action, Etat, Evenement, Prestation, Signalisation
from esav_soap.signalisation.transitions import joindre
from esav_soap.usecases.capacites import RapportCapacites, importer_capacites
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports.rendez_vous import CapacitesImportees, ReservationConcurrente
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.rendez_vous import Cible, RendezVous, Souhait, offres_du_registre
from tests.faux import INSTANT, URL, base_garnie
from tests.unit.signalisation.exemples import signalisation

SAV = TypeRendezVous.SAV
#: A Tuesday, at noon in Paris; the next days are ouvrés.
MARDI = datetime(2026, 12, 1, 11, tzinfo=UTC)
JEUDI, VENDREDI = date(2026, 12, 3), date(2026, 12, 4)
OFFRE = Offre("FTTE_PASSIF", "FTTE passif", "acces", rendez_vous=(SAV,))
OPA = Appelant("production", "OPA")
NUMERO = "7K3M9QX2TBX"


@dataclass
class FausseSeance:
    signalisation: Signalisation
    situation: Situation
    reservation: Reservation | None
    ecrites: list[Reservation] = field(default_factory=list)
    evenement: Evenement | None = None
    conflit: bool = False

    def ecrire(self, reservations: Sequence[Reservation], evenement: Evenement | None) -> None:
        if self.conflit:
            raise ReservationConcurrente
        self.ecrites, self.evenement = list(reservations), evenement


class Banc:
    """The ports in memory, with one signalisation of OPA in the area 75. ``conflits``: how many writings find the number taken."""

    def __init__(self, *capacites: Capacite, zone: str = "75") -> None:
        suivie = signalisation(depot_le=datetime(2026, 12, 1, 8, tzinfo=UTC))
        self.suivie = replace(suivie, prestation=replace(suivie.prestation, zone=zone))
        self.places = {une.creneau: une for une in capacites}
        self.reservees: dict[str, Reservation] = {}
        self.conflits = 0
        self.seances = 0
        self.guichet = RendezVous(self, self, lambda *_: OFFRE)  # type: ignore[arg-type]

    def par_numero(self, plateforme: str, operateur: str, numero: str) -> Signalisation | None:
        siens = (self.suivie.plateforme, self.suivie.operateur, self.suivie.numero)
        return self.suivie if siens == (plateforme, operateur, numero) else None

    def par_reference(self, plateforme: str, operateur: str, reference: str) -> Signalisation | None:
        siens = (self.suivie.plateforme, self.suivie.operateur, self.suivie.reference)
        return self.suivie if siens == (plateforme, operateur, reference) else None

    def prestation(self, plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        une = self.suivie.prestation
        return une if (une.plateforme, une.operateur, une.identifiant) == (plateforme, operateur, identifiant) else None

    def capacites(
        self, plateforme: str, zone: str, genre: TypeRendezVous, periode: Periode
    ) -> tuple[tuple[Capacite, ...], tuple[Reservation, ...]]:
        places = [
            une
            for une in self.places.values()
            if (une.plateforme, une.zone, une.genre) == (plateforme, zone, genre)
            and periode.du <= une.jour <= periode.au
        ]
        return tuple(places), tuple(r for r in self.reservees.values() if r.etat in ENGAGES)

    def reservation(self, plateforme: str, operateur: str | None, numero: str) -> Reservation | None:
        une = self.reservees.get(numero)
        sienne = une is not None and une.creneau.plateforme == plateforme and operateur in (None, une.operateur)
        return une if sienne else None

    def reservations(self, plateforme: str, operateur: str, signalisation: str) -> tuple[Reservation, ...]:
        return tuple(r for r in self.reservees.values() if (r.operateur, r.signalisation) == (operateur, signalisation))

    @contextmanager
    def seance(
        self,
        plateforme: str,
        operateur: str,
        signalisation: str,
        *,
        voulu: Creneau | None = None,
        reference: str | None = None,
        reservation: str | None = None,
    ) -> Iterator[FausseSeance | None]:
        suivie = self.par_numero(plateforme, operateur, signalisation)
        assert suivie is not None
        self.seances += 1
        engagees = [r for r in self.reservees.values() if r.etat in ENGAGES]
        situation = Situation(
            None if voulu is None else self.places.get(voulu),
            tuple(r for r in engagees if r.creneau == voulu),
            tuple(r for r in engagees if r.signalisation == signalisation),
            next((r for r in self.reservees.values() if r.reference == reference), None),
        )
        self.conflits -= 1
        seance = FausseSeance(suivie, situation, self.reservees.get(reservation or ""), conflit=self.conflits >= 0)
        yield seance
        self.reservees |= {r.numero: r for r in seance.ecrites}
        if seance.evenement is not None:
            self.suivie = joindre(self.suivie, seance.evenement)


def capacite(places: int = 1, jour: date = JEUDI, zone: str = "75") -> Capacite:
    return Capacite("production", zone, SAV, jour, Plage.MATIN, places)


def souhait(reference: str = "R1", jour: date = JEUDI, *, ferme: bool = True) -> Souhait:
    return Souhait(reference, jour, Plage.MATIN, ferme)


def code(appel: Callable[[], Any]) -> CodeErreur:
    with pytest.raises(ErreurEsav) as info:
        appel()
    return info.value.code


@pytest.mark.exigence("R4.1", "R3.4")
def test_ce_qui_est_pris_se_dit_a_la_signalisation__ok() -> None:
    banc = Banc(capacite(), capacite(jour=VENDREDI))
    decision = banc.guichet.reserver(OPA, Cible(reference="T-1"), SAV, souhait(), MARDI)
    assert banc.suivie.evenements[-1].action is Action.PRENDRE_RENDEZ_VOUS
    assert banc.suivie.etat is Etat.EN_DEPOT
    deplacee = banc.guichet.modifier(OPA, decision.reservation.numero, souhait("R2", VENDREDI), MARDI)
    banc.guichet.annuler(OPA, deplacee.reservation.numero, MARDI, texte="  Annulé par le client. ")
    assert [e.action for e in banc.suivie.evenements[2:]] == [Action.DEPLACER_RENDEZ_VOUS, Action.ANNULER_RENDEZ_VOUS]
    assert banc.suivie.evenements[-1].commentaire == (
        "Rendez-vous SAV du 04/12/2026, matin (08:00-12:00) annulé. Annulé par le client."
    )


@pytest.mark.exigence("R4.1")
def test_une_place_tenue_ne_dit_rien_avant_d_etre_confirmee__ok() -> None:
    banc = Banc(capacite())
    tenue = banc.guichet.reserver(OPA, Cible(NUMERO), SAV, souhait(ferme=False), MARDI).reservation
    assert len(banc.suivie.evenements) == 1
    ecrit = f"{tenue.numero[:4]}-{tenue.numero[4:]}".lower()
    assert banc.guichet.confirmer(OPA, ecrit, MARDI).reservation.etat is EtatReservation.CONFIRMEE
    assert banc.guichet.confirmer(OPA, ecrit, MARDI).deja_faite
    assert len(banc.suivie.evenements) == 2


@pytest.mark.exigence("R4.1", "R3.7")
@pytest.mark.parametrize("numero", ["7K3M9QX2TBX", "n'importe quoi", ""])
def test_un_numero_inconnu__error(numero: str) -> None:
    g = Banc(capacite()).guichet
    for appel in (
        partial(g.consulter, OPA, numero, MARDI),
        partial(g.confirmer, OPA, numero, MARDI),
        partial(g.annuler, OPA, numero, MARDI),
        partial(g.modifier, OPA, numero, souhait(), MARDI),
        partial(g.titulaire, "production", numero),
    ):
        assert code(appel) is CodeErreur.RENDEZ_VOUS_INCONNU


@pytest.mark.exigence("R4.1", "R3.7")
def test_une_cible_inconnue__error() -> None:
    g = Banc(capacite()).guichet
    autre = Appelant("production", "OPB")
    inconnues = ((OPA, Cible("0")), (OPA, Cible(reference="T-2")), (OPA, Cible()), (autre, Cible(NUMERO)))
    for appelant, cible in inconnues:
        assert code(partial(g.rechercher, appelant, cible, SAV, MARDI)) is CodeErreur.SIGNALISATION_INCONNUE
        assert code(partial(g.reserver, appelant, cible, SAV, souhait(), MARDI)) is CodeErreur.SIGNALISATION_INCONNUE
        assert code(partial(g.lister, appelant, cible, MARDI)) is CodeErreur.SIGNALISATION_INCONNUE
    for appelant, prestation in ((OPA, "FTTE-2"), (autre, "FTTE-1")):
        cible = Cible(prestation=prestation)
        assert code(partial(g.rechercher, appelant, cible, SAV, MARDI)) is CodeErreur.PRESTATION_INCONNUE


@pytest.mark.exigence("R4.3")
def test_la_recherche_est_fermee_la_nuit__error() -> None:
    g = Banc(capacite()).guichet
    nuit = datetime(2026, 12, 1, 1, tzinfo=UTC)
    with pytest.raises(ErreurEsav) as info:
        g.rechercher(OPA, Cible(NUMERO), SAV, nuit)
    assert info.value.code is CodeErreur.PLAGES_FERMEES
    assert info.value.reessayer_apres == datetime(2026, 12, 1, 3, tzinfo=UTC)


@pytest.mark.exigence("R4.1")
def test_sans_zone_aucune_plage__error() -> None:
    banc = Banc(capacite(), zone="")
    assert banc.guichet.rechercher(OPA, Cible(NUMERO), SAV, MARDI) == ()
    appel = partial(banc.guichet.reserver, OPA, Cible(NUMERO), SAV, souhait(), MARDI)
    assert code(appel) is CodeErreur.FORMULAIRE_INVALIDE


@pytest.mark.exigence("R4.1", "R3.2")
def test_un_refus_propose_d_autres_plages__error() -> None:
    banc = Banc(capacite(), capacite(jour=VENDREDI))
    appel = partial(banc.guichet.reserver, OPA, Cible(NUMERO), SAV, souhait(jour=date(2026, 12, 7)), MARDI)
    with pytest.raises(ErreurEsav) as info:
        appel()
    (erreur,) = info.value.erreurs
    assert erreur.valeurs_admises == ("2026-12-03 MATIN", "2026-12-04 MATIN")
    # Closed search: refused all the same, without proposals.
    appel = partial(banc.guichet.reserver, OPA, Cible(NUMERO), SAV, souhait(jour=date(2026, 12, 7)))
    with pytest.raises(ErreurEsav) as info:
        appel(datetime(2026, 12, 1, 1, tzinfo=UTC))
    assert info.value.erreurs[0].valeurs_admises == ()


@pytest.mark.exigence("R4.1", "R3.3")
def test_une_repetition_en_est_une_quand_la_zone_a_change__ok() -> None:
    banc = Banc(capacite(), capacite(zone="13"))
    prise = banc.guichet.reserver(OPA, Cible(NUMERO), SAV, souhait(), MARDI).reservation
    banc.suivie = replace(banc.suivie, prestation=replace(banc.suivie.prestation, zone="13"))
    repetee = banc.guichet.reserver(OPA, Cible(NUMERO), SAV, souhait(), MARDI)
    assert (repetee.reservation, repetee.deja_faite) == (prise, True)
    autre = partial(banc.guichet.reserver, OPA, Cible(NUMERO), SAV, souhait(jour=VENDREDI), MARDI)
    assert code(autre) is CodeErreur.REFERENCE_DEJA_UTILISEE


@pytest.mark.exigence("R4.2")
def test_un_numero_deja_pris_est_tire_de_nouveau__ok() -> None:
    banc = Banc(capacite())
    banc.conflits = 2
    octets = iter([b"\1" * 7, b"\2" * 7, b"\3" * 7])
    guichet = replace(banc.guichet, alea=lambda _: next(octets))
    prise = guichet.reserver(OPA, Cible(NUMERO), SAV, souhait(), MARDI).reservation
    assert (banc.seances, list(banc.reservees)) == (3, [prise.numero])
    banc.conflits = 99
    banc.reservees.clear()
    appel = partial(banc.guichet.reserver, OPA, Cible(NUMERO), SAV, souhait(), MARDI)
    assert code(appel) is CodeErreur.ERREUR_INTERNE


@pytest.mark.exigence("R4.1")
def test_une_signalisation_close_n_a_plus_de_rendez_vous__error() -> None:
    banc = Banc(capacite())
    banc.suivie = replace(banc.suivie, etat=Etat.EN_REJET)
    for voulu in (souhait(), souhait(ferme=False)):
        appel = partial(banc.guichet.reserver, OPA, Cible(NUMERO), SAV, voulu, MARDI)
        assert code(appel) is CodeErreur.TRANSITION_INTERDITE
    assert banc.reservees == {}


@pytest.mark.exigence("R4.1", "R2.4")
def test_l_offre_est_celle_de_la_version_du_depot__ok() -> None:
    registre = Registre(base_garnie(), URL)
    registre.rafraichir(INSTANT)
    offres = offres_du_registre(registre)
    assert offres("production", "ACCES_FTTH", "2026.1", INSTANT).code == "ACCES_FTTH"
    assert offres("production", "ACCES_FTTH", None, INSTANT) == registre.chargee("2026.2").catalogue.offre("ACCES_FTTH")
    assert offres("production", "DISPARUE", None, INSTANT).rendez_vous == ()
    banc = Banc(capacite())
    guichet = replace(banc.guichet, offres=offres)
    appel = partial(guichet.rechercher, OPA, Cible(prestation="FTTE-1"), TypeRendezVous.SAV_PLUS, MARDI)
    assert code(appel) is CodeErreur.FORMULAIRE_INVALIDE


# -- the file of places ------------------------------------------------------------------------------------------------

ENTETE = "plateforme;zone;genre;jour;plage;places\n"


class FaussesPlaces:
    def __init__(self) -> None:
        self.recues: list[tuple[int, Capacite]] = []
        self.a_blanc: bool | None = None

    def zones_du_parc(self, plateforme: str) -> frozenset[str]:
        return frozenset({"75", "2A"} if plateforme == "production" else {"13"})

    def importer_capacites(
        self, lues: Sequence[tuple[int, Capacite]], instant: datetime, *, a_blanc: bool = False
    ) -> CapacitesImportees:
        self.recues, self.a_blanc = list(lues), a_blanc
        return CapacitesImportees(ajoutees=len(lues))


def importer(contenu: bytes, places: FaussesPlaces | None = None) -> RapportCapacites:
    return importer_capacites(io.BytesIO(contenu), places or FaussesPlaces(), MARDI)


@pytest.mark.exigence("R4.2")
@pytest.mark.parametrize("avant", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separateur", [";", ","])
def test_un_fichier_de_places__ok(avant: bytes, separateur: str) -> None:
    places = FaussesPlaces()
    texte = ENTETE + 'production;75;SAV;2026-12-03;MATIN;1\n\nproduction;75;SAV;"04/12/2026";08-12;2\r\n'
    rapport = importer(avant + texte.replace(";", separateur).encode(), places)
    assert (rapport.problemes, rapport.lignes) == ([], 2)
    assert places.recues == [(2, capacite()), (4, capacite(2, VENDREDI))]
    assert (rapport.bilan, places.a_blanc) == (CapacitesImportees(ajoutees=2), False)


@pytest.mark.exigence("R4.1", "R4.2")
def test_une_zone_sans_prestation_est_dite_et_n_empeche_rien__ok() -> None:
    """Slots that are closed, and the areas of the test prestations, are in nobody's way."""
    lignes = [
        "production;75;SAV;2026-12-03;MATIN;1",
        "production;13;SAV;2026-12-03;MATIN;1",
        "production;13;SAV;2026-12-04;MATIN;2",
        "production;99;SAV;2026-12-03;MATIN;0",
        "integration;13;SAV;2026-12-03;MATIN;1",
        "integration;75;SAV;2026-12-03;MATIN;1",
        "integration;ESSAI;SAV;2026-12-03;MATIN;1",
        "production;ESSAI;SAV;2026-12-03;MATIN;1",
    ]
    rapport = importer((ENTETE + "\n".join(lignes)).encode())
    assert (rapport.problemes, rapport.lignes) == ([], 8)
    assert rapport.zones_vides == [("integration", "75"), ("production", "13"), ("production", "ESSAI")]


@pytest.mark.exigence("R4.2")
def test_un_fichier_de_places_fautif_dit_tout_dans_l_ordre__error() -> None:
    lignes = [
        b"production;75;SAV;2026-12-03;MATIN;1\n",
        b'production;75;SAV;2026-12-03;"MATIN;1\n',
        b"production;75;SAV;2026-12-03;MATIN\n",
        b"production;\xff;SAV;2026-12-03;MATIN;1\n",
        b"production;75;SAV;2026-12-03;MATIN;x\n",
    ]
    places = FaussesPlaces()
    rapport = importer(ENTETE.encode() + b"".join(lignes), places)
    assert [(p.ligne, p.code.name) for p in rapport.problemes] == [
        (3, "GUILLEMETS"),
        (4, "NOMBRE_DE_VALEURS"),
        (5, "ENCODAGE"),
        (6, "PLACES_INVALIDES"),
    ]
    assert (rapport.bilan, places.a_blanc) == (None, None)


@pytest.mark.exigence("R4.2")
@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [(b"", "FICHIER_VIDE"), (b"\n", "FICHIER_VIDE"), (b"\xff\n", "ENCODAGE"), (b"zone\n", "COLONNE_MANQUANTE")],
)
def test_un_en_tete_de_places_fautif__error(contenu: bytes, attendu: str) -> None:
    rapport = importer(contenu)
    assert {p.code.name for p in rapport.problemes} == {attendu}
    assert rapport.bilan is None
