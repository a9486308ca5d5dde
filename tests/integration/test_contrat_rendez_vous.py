"""Appointments on a store: what is written together, what is locked, what nobody else sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import (
    DUREE_TENUE,
    Capacite,
    CodeCapacite,
    Decision,
    EtatReservation,
    Periode,
    Plage,
    Reservation,
)
from esav_soap.signalisation import Action, Attendu, Cote, Etat, Evenement
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports.rendez_vous import AgendaRendezVous, CapacitesImportees, ReservationConcurrente
from esav_soap.usecases.rendez_vous import Acteur, Cible, RendezVous, Souhait
from esav_soap.usecases.scenarios import AvecScenarios
from tests.integration.exemples import PRESTATION, nouvelle

SAV = TypeRendezVous.SAV
#: A Tuesday, at noon in Paris; the next days are ouvrés.
MARDI = datetime(2026, 12, 1, 11, tzinfo=UTC)
JEUDI, VENDREDI = date(2026, 12, 3), date(2026, 12, 4)
OFFRE = Offre("ACCES_FTTH", "Accès FTTH", "acces", rendez_vous=(SAV,))
OPA = Appelant("production", "OPA")
TECHNICIEN = Acteur(Cote.FOURNISSEUR, "tech-7")


def capacite(places: int, jour: date = JEUDI, plage: Plage = Plage.MATIN, zone: str = "75") -> Capacite:
    return Capacite("production", zone, SAV, jour, plage, places)


def guichet(magasin: Magasin) -> RendezVous:
    agenda: AgendaRendezVous = magasin
    return RendezVous(agenda, magasin, lambda *_: OFFRE)


def garnir(magasin: Magasin, *capacites: Capacite, nombre: int = 1, operateur: str = "OPA") -> list[str]:
    """Numbers of so many signalisations of a prestation of the area 75, and these places."""
    magasin.importer([replace(PRESTATION, operateur=operateur, zone="75")])
    if capacites:
        bilan = magasin.importer_capacites(list(enumerate(capacites, 2)), MARDI)
        assert not bilan.problemes
    depots = [
        nouvelle(f"S-{operateur}-{rang}", operateur=operateur, depot_le=MARDI - timedelta(hours=3))
        for rang in range(nombre)
    ]
    for depot in depots:
        magasin.deposer(depot)
    return [depot.numero for depot in depots]


def souhait(reference: str = "R1", jour: date = JEUDI, plage: Plage = Plage.MATIN, *, ferme: bool = True) -> Souhait:
    return Souhait(reference, jour, plage, ferme)


def reserver(magasin: Magasin, numero: str, voulu: Souhait | None = None, instant: datetime = MARDI) -> Decision:
    return guichet(magasin).reserver(OPA, Cible(numero), SAV, voulu or souhait(), instant)


def code(appel: Callable[[], Any]) -> CodeErreur:
    with pytest.raises(ErreurEsav) as info:
        appel()
    return info.value.code


def suite(magasin: Magasin, numero: str, operateur: str = "OPA") -> list[tuple[Action | None, Etat]]:
    lue = magasin.par_numero("production", operateur, numero)
    assert lue is not None
    return [(e.action, e.etat) for e in lue.evenements]


def engagees(magasin: Magasin, plage: Plage = Plage.MATIN) -> list[Reservation]:
    """Stored as held or confirmed on the slots of Thursday."""
    _, prises = magasin.capacites("production", "75", SAV, Periode(JEUDI, JEUDI))
    return [une for une in prises if une.creneau.plage is plage]


@pytest.mark.exigence("R4.1", "R3.4")
def test_un_rendez_vous_pris_se_relit_avec_son_evenement(magasin: Magasin, url: str) -> None:
    (numero,) = garnir(magasin, capacite(1))
    assert magasin.changer(
        "production",
        "OPA",
        numero,
        1,
        Evenement(MARDI, Etat.EN_QUALIFICATION, Cote.FOURNISSEUR, action=Action.QUALIFIER),
    )
    decision = reserver(magasin, numero)
    with ouvrir(url, creer=False) as autre:
        assert guichet(autre).consulter(OPA, decision.reservation.numero.lower(), MARDI) == decision.reservation
        lue = autre.par_numero("production", "OPA", numero)
        page = autre.evenements_depuis("production", "OPA", 0, 10)
    assert lue is not None
    dernier = lue.evenements[-1]
    assert (lue.etat, lue.modifiee_le) == (Etat.GELE, MARDI)
    assert (dernier.action, dernier.attendu, dernier.cote) == (
        Action.PRENDRE_RENDEZ_VOUS,
        Attendu.RENDEZ_VOUS,
        Cote.OPERATEUR,
    )
    assert dernier.commentaire == "Rendez-vous SAV pris pour le 03/12/2026, matin (08:00-12:00)."
    assert (page.evenements[-1].evenement, page.dernier) == (dernier, 3)


@pytest.mark.exigence("R4.1")
def test_toute_la_vie_d_un_rendez_vous(magasin: Magasin) -> None:
    (numero,) = garnir(magasin, capacite(1), capacite(1, VENDREDI))
    g = guichet(magasin)
    tenue = reserver(magasin, numero, souhait(ferme=False)).reservation
    assert (tenue.etat, tenue.tenue_jusqu_a) == (EtatReservation.TENUE, MARDI + DUREE_TENUE)
    assert suite(magasin, numero) == [(Action.DEPOSER, Etat.EN_DEPOT)]
    ferme = g.confirmer(OPA, tenue.numero, MARDI).reservation
    deplacee = g.modifier(OPA, tenue.numero, souhait("R2", VENDREDI), MARDI).reservation
    assert (deplacee.etat, deplacee.remplace, deplacee.creneau.jour) == (
        EtatReservation.CONFIRMEE,
        tenue.numero,
        VENDREDI,
    )
    assert (
        g.annuler(OPA, deplacee.numero, MARDI, texte="Le client est absent.").reservation.etat
        is EtatReservation.ANNULEE
    )
    premiere, seconde = g.lister(OPA, Cible(numero), MARDI)
    assert (ferme.numero, premiere.etat, premiere.remplacee_par) == (
        tenue.numero,
        EtatReservation.DEPLACEE,
        deplacee.numero,
    )
    assert (seconde.numero, seconde.etat) == (deplacee.numero, EtatReservation.ANNULEE)
    assert [action for action, _ in suite(magasin, numero)] == [
        Action.DEPOSER,
        Action.PRENDRE_RENDEZ_VOUS,
        Action.DEPLACER_RENDEZ_VOUS,
        Action.ANNULER_RENDEZ_VOUS,
    ]
    lue = magasin.par_numero("production", "OPA", numero)
    assert lue is not None
    assert lue.evenements[-1].commentaire.endswith("(08:00-12:00) annulé. Le client est absent.")
    assert engagees(magasin) == []


@pytest.mark.exigence("R4.2")
def test_rien_n_est_ecrit_quand_l_evenement_est_refuse(magasin: Magasin) -> None:
    (numero,) = garnir(magasin, capacite(1))
    rejet = Evenement(MARDI, Etat.EN_REJET, Cote.FOURNISSEUR, action=Action.REJETER)
    assert magasin.changer("production", "OPA", numero, 1, rejet)
    for voulu in (souhait(), souhait(ferme=False)):
        assert code(partial(reserver, magasin, numero, voulu)) is CodeErreur.TRANSITION_INTERDITE
    assert engagees(magasin) == []
    assert magasin.reservations("production", "OPA", numero) == ()


@pytest.mark.exigence("R4.1")
def test_une_seance_qui_echoue_ne_laisse_rien(magasin: Magasin) -> None:
    (numero,) = garnir(magasin, capacite(1))
    prise = reserver(magasin, numero).reservation
    cle = ("production", "OPA", numero)

    def ecrire() -> None:
        with magasin.seance(*cle, voulu=prise.creneau, reference="R1", reservation=prise.numero) as seance:
            assert seance is not None
            assert seance.reservation == seance.situation.anterieure == prise
            assert seance.situation.du_creneau == seance.situation.de_la_signalisation == (prise,)
            annulee = replace(prise, etat=EtatReservation.ANNULEE)
            # The number is free, the reference is not.
            seance.ecrire([annulee, replace(prise, numero="AUTRE")], seance.signalisation.evenements[-1])

    with pytest.raises(ReservationConcurrente):
        ecrire()
    assert magasin.reservations(*cle) == (prise,)
    assert len(suite(magasin, numero)) == 2


@pytest.mark.exigence("R3.7", "R4.1")
def test_ce_qui_est_a_un_autre_est_inconnu(magasin: Magasin) -> None:
    (numero,) = garnir(magasin, capacite(5))
    (sien,) = garnir(magasin, operateur="OPB")
    prise = reserver(magasin, numero).reservation
    g = guichet(magasin)
    for appelant in (Appelant("production", "OPB"), Appelant("integration", "OPA")):
        for appel in (
            partial(g.consulter, appelant, prise.numero, MARDI),
            partial(g.confirmer, appelant, prise.numero, MARDI),
            partial(g.annuler, appelant, prise.numero, MARDI),
            partial(g.modifier, appelant, prise.numero, souhait("R9", VENDREDI), MARDI),
        ):
            assert code(appel) is CodeErreur.RENDEZ_VOUS_INCONNU
        assert code(partial(g.lister, appelant, Cible(numero), MARDI)) is CodeErreur.SIGNALISATION_INCONNUE
    # The same reference of another opérateur is another reference.
    autre = g.reserver(Appelant("production", "OPB"), Cible(sien), SAV, souhait("R1"), MARDI).reservation
    assert autre.numero != prise.numero
    with magasin.seance("production", "OPB", sien, reservation=prise.numero) as seance:
        assert seance is not None
        assert seance.reservation is None
    assert g.titulaire("production", prise.numero) == OPA
    assert code(lambda: g.titulaire("integration", prise.numero)) is CodeErreur.RENDEZ_VOUS_INCONNU


@pytest.mark.exigence("R4.1")
def test_le_fournisseur_deplace_et_annule_apres_le_delai(magasin: Magasin) -> None:
    (numero,) = garnir(magasin, capacite(1), capacite(1, VENDREDI))
    qualifiee = Evenement(MARDI, Etat.EN_COURS, Cote.FOURNISSEUR, action=Action.PRENDRE)
    assert magasin.changer("production", "OPA", numero, 1, qualifiee)
    prise = reserver(magasin, numero).reservation
    g, veille = guichet(magasin), datetime(2026, 12, 2, 18, tzinfo=UTC)
    assert code(lambda: g.annuler(OPA, prise.numero, veille)) is CodeErreur.TRANSITION_INTERDITE
    deplacee = g.modifier(OPA, prise.numero, souhait("R2", VENDREDI), veille, TECHNICIEN).reservation
    assert code(lambda: g.annuler(OPA, deplacee.numero, veille, TECHNICIEN)) is CodeErreur.FORMULAIRE_INVALIDE
    assert guichet(magasin).consulter(OPA, deplacee.numero, veille).etat is EtatReservation.CONFIRMEE
    g.annuler(OPA, deplacee.numero, veille, TECHNICIEN, "Technicien malade.")
    assert suite(magasin, numero)[-2:] == [
        (Action.DEPLACER_RENDEZ_VOUS, Etat.GELE),
        (Action.ANNULER_RENDEZ_VOUS, Etat.EN_COURS),
    ]
    lue = magasin.par_numero("production", "OPA", numero)
    assert lue is not None
    assert lue.evenements[-1].auteur == "tech-7"


@pytest.mark.exigence("R4.1")
def test_une_signalisation_finie_rend_quand_meme_sa_place(magasin: Magasin) -> None:
    (numero,) = garnir(magasin, capacite(1))
    prise = reserver(magasin, numero).reservation
    rejet = Evenement(MARDI, Etat.EN_REJET, Cote.FOURNISSEUR, action=Action.REJETER)
    assert magasin.changer("production", "OPA", numero, 2, rejet)
    guichet(magasin).annuler(OPA, prise.numero, MARDI)
    assert engagees(magasin) == []
    assert suite(magasin, numero)[-1] == (Action.REJETER, Etat.EN_REJET)


@pytest.mark.exigence("R4.1", "R3.3")
def test_reference_deja_utilisee_et_repetition(magasin: Magasin) -> None:
    un, deux = garnir(magasin, capacite(2), capacite(1, VENDREDI), nombre=2)
    prise = reserver(magasin, un)
    repetee = reserver(magasin, un)
    assert (prise.deja_faite, repetee.deja_faite) == (False, True)
    assert repetee.reservation == prise.reservation
    assert code(lambda: reserver(magasin, un, souhait("R1", VENDREDI))) is CodeErreur.REFERENCE_DEJA_UTILISEE
    assert code(lambda: reserver(magasin, deux)) is CodeErreur.REFERENCE_DEJA_UTILISEE
    assert len(engagees(magasin)) == 1
    assert len(suite(magasin, un)) == 2


# -- places ------------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R4.2")
def test_import_des_places(magasin: Magasin) -> None:
    trois = [(2, capacite(2)), (3, capacite(0, VENDREDI)), (4, capacite(4, zone="2A"))]
    assert magasin.importer_capacites(trois, MARDI, a_blanc=True) == CapacitesImportees(ajoutees=3)
    assert magasin.occupations("production", JEUDI, VENDREDI, MARDI) == ()
    assert magasin.importer_capacites(trois, MARDI) == CapacitesImportees(ajoutees=3)
    change = [(2, capacite(3)), *trois[1:]]
    assert magasin.importer_capacites(change, MARDI) == CapacitesImportees(modifiees=1, inchangees=2)
    vues = magasin.occupations("production", JEUDI, VENDREDI, MARDI)
    assert [(o.capacite, o.prises) for o in vues] == [
        (capacite(4, zone="2A"), 0),
        (capacite(3), 0),
        (capacite(0, VENDREDI), 0),
    ]
    assert magasin.occupations("integration", JEUDI, VENDREDI, MARDI) == ()
    assert [o.capacite.zone for o in magasin.occupations("production", JEUDI, JEUDI, MARDI, zone="75")] == ["75"]
    assert magasin.occupations("production", JEUDI, JEUDI, MARDI, genre=TypeRendezVous.SAV_PLUS) == ()
    assert magasin.importer_capacites([], MARDI) == CapacitesImportees()


@pytest.mark.exigence("R4.2")
def test_un_import_ne_prend_pas_les_places_engagees(magasin: Magasin) -> None:
    un, deux = garnir(magasin, capacite(2), nombre=2)
    reserver(magasin, un)
    tenue = reserver(magasin, deux, souhait("R2", ferme=False)).reservation
    moins = [(2, capacite(1)), (3, capacite(1, VENDREDI)), (4, capacite(1, plage=Plage.H09))]
    refuse = magasin.importer_capacites(moins, MARDI)
    assert [(p.ligne, p.code) for p in refuse.problemes] == [(2, CodeCapacite.PLACES_ENGAGEES)]
    assert [p.code for p in magasin.importer_capacites(moins[2:], MARDI).problemes] == [CodeCapacite.PLAGES_MELEES]
    assert magasin.occupations("production", VENDREDI, VENDREDI, MARDI) == ()
    # The hold ends: its place may go, and a node whose clock is behind cannot confirm it any more.
    apres = MARDI + DUREE_TENUE
    assert magasin.importer_capacites([(2, capacite(1))], apres) == CapacitesImportees(modifiees=1)
    assert code(lambda: guichet(magasin).confirmer(OPA, tenue.numero, MARDI)) is CodeErreur.TRANSITION_INTERDITE
    (occupation,) = magasin.occupations("production", JEUDI, JEUDI, apres)
    assert (occupation.capacite.places, occupation.prises) == (1, 1)


@pytest.mark.exigence("R4.2")
def test_une_tenue_finie_laisse_sa_place_une_fois(magasin: Magasin) -> None:
    un, deux, trois = garnir(magasin, capacite(1), nombre=3)
    tenue = reserver(magasin, un, souhait("R1", ferme=False)).reservation
    presque = MARDI + DUREE_TENUE - timedelta(microseconds=1)
    assert code(lambda: reserver(magasin, deux, souhait("R2"), presque)) is CodeErreur.PLAGE_COMPLETE
    prise = reserver(magasin, deux, souhait("R2"), MARDI + DUREE_TENUE).reservation
    assert code(lambda: reserver(magasin, trois, souhait("R3"), MARDI + DUREE_TENUE)) is CodeErreur.PLAGE_COMPLETE
    # Written as expired, so a clock that is behind changes nothing.
    assert code(lambda: guichet(magasin).confirmer(OPA, tenue.numero, MARDI)) is CodeErreur.TRANSITION_INTERDITE
    assert [une.numero for une in engagees(magasin)] == [prise.numero]


@pytest.mark.exigence("R4.1", "R3.2")
def test_recherche_et_propositions(magasin: Magasin) -> None:
    un, deux = garnir(magasin, capacite(1), capacite(2, VENDREDI), capacite(9, VENDREDI, zone="13"), nombre=2)
    g = guichet(magasin)
    vues = [g.rechercher(OPA, cible, SAV, MARDI) for cible in (Cible(un), Cible(prestation=PRESTATION.identifiant))]
    assert vues[0] == vues[1]
    assert [(p.creneau.jour, p.libres) for p in vues[0]] == [(JEUDI, 1), (VENDREDI, 2)]
    reserver(magasin, un)
    assert [p.creneau.jour for p in g.rechercher(OPA, Cible(deux), SAV, MARDI)] == [VENDREDI]
    with pytest.raises(ErreurEsav, match="Plages libres : 04/12/2026") as info:
        reserver(magasin, deux, souhait("R2"))
    assert info.value.code is CodeErreur.PLAGE_COMPLETE


@pytest.mark.exigence("R4.1", "R6.3")
def test_un_rendez_vous_d_essai_vient_apres_ce_que_le_scenario_a_fait(magasin: Magasin) -> None:
    """On integration: in the area of the test prestations, and after all events that are due by then."""
    essai, plus_tard = Appelant("integration", "OPA"), MARDI + timedelta(hours=1)
    horloge = [MARDI]
    avec = AvecScenarios(magasin, magasin, lambda _: {"ACCES_FTTH"}, lambda: horloge[0], lambda _: None)
    depot = nouvelle("S-1", plateforme="integration", prestation="JDT-GEL-ACCES_FTTH", depot_le=MARDI)
    avec.deposer(depot)
    place = replace(capacite(1), plateforme="integration", zone="ESSAI")
    assert magasin.importer_capacites([(2, place)], MARDI).ajoutees == 1
    g = RendezVous(magasin, avec, lambda *_: OFFRE)
    assert [p.creneau for p in g.rechercher(essai, Cible(prestation=depot.prestation), SAV, MARDI)] == [place.creneau]
    horloge[0] = plus_tard
    g.reserver(essai, Cible(depot.numero), SAV, souhait(), plus_tard)
    lue = magasin.par_numero("integration", "OPA", depot.numero)
    assert lue is not None
    assert [e.action for e in lue.evenements][-2:] == [Action.GELER, Action.PRENDRE_RENDEZ_VOUS]
    assert [e.date for e in lue.evenements] == sorted(e.date for e in lue.evenements)
