"""To hold, confirm, move and cancel: what is granted, what is refused and why, what is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from esav_soap.errors import CodeErreur, FormulaireInvalide
from esav_soap.rendez_vous import DUREE_TENUE, Effet, EtatReservation, Plage, Situation, commentaire, deplacer, reserver
from tests.unit.rendez_vous.agenda import (
    EXPERTISE,
    JEUDI,
    MARDI,
    MERCREDI,
    OFFRE,
    SAV_PLUS,
    VENDREDI,
    Agenda,
    accordee,
    capacite,
    creneau,
    demande,
    motifs,
    refusee,
)

TENUE, CONFIRMEE, ANNULEE, EXPIREE, DEPLACEE = EtatReservation
FIN_TENUE = MARDI + DUREE_TENUE
UN_INSTANT = timedelta(microseconds=1)
SOIR = creneau(JEUDI, Plage.APRES_MIDI)
#: Wednesday 18:00 in Paris: the end of changes for a Thursday.
LIMITE = datetime(2026, 12, 2, 17, tzinfo=UTC)


def agenda(places: int = 1) -> Agenda:
    return Agenda(capacite(places, creneau()), capacite(places, SOIR), capacite(places, creneau(genre=EXPERTISE)))


def avec_rendez_vous(places: int = 1) -> Agenda:
    """One confirmed appointment, N-R1, on Thursday morning."""
    monde = agenda(places)
    accordee(monde.reserver(demande(ferme=True)))
    return monde


# -- hold and confirm --------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R4.1")
def test_tenir_puis_confirmer() -> None:
    monde = agenda()
    tenue = accordee(monde.reserver(demande()))
    assert (tenue.effet, tenue.deja_faite, tenue.ecrites) == (Effet.AUCUN, False, (tenue.reservation,))
    assert (tenue.reservation.etat, tenue.reservation.tenue_jusqu_a) == (TENUE, MARDI + timedelta(minutes=15))
    assert tenue.reservation.confirmee_le is None
    instant = FIN_TENUE - UN_INSTANT
    confirmee = accordee(monde.confirmer("N-R1", instant))
    assert confirmee.effet is Effet.PRENDRE_RENDEZ_VOUS
    assert confirmee.ecrites == (replace(tenue.reservation, etat=CONFIRMEE, confirmee_le=instant, modifiee_le=instant),)


@pytest.mark.exigence("R4.1")
def test_prendre_ferme_d_un_coup() -> None:
    prise = accordee(agenda().reserver(demande(ferme=True)))
    assert (prise.reservation.etat, prise.reservation.confirmee_le) == (CONFIRMEE, MARDI)
    assert prise.effet is Effet.PRENDRE_RENDEZ_VOUS
    assert (
        commentaire(prise.effet, prise.reservation) == "Rendez-vous SAV pris pour le 03/12/2026, matin (08:00-12:00)."
    )


@pytest.mark.exigence("R4.1")
def test_une_tenue_expiree_ne_se_confirme_plus() -> None:
    monde = agenda()
    accordee(monde.reserver(demande()))
    assert motifs(monde.confirmer("N-R1", FIN_TENUE)) == ["TENUE_EXPIREE"]
    assert motifs(monde.reserver(demande(ferme=True), FIN_TENUE)) == ["TENUE_EXPIREE"]
    erreur = refusee(monde.confirmer("N-R1", FIN_TENUE)).erreur()
    assert erreur.code is CodeErreur.TRANSITION_INTERDITE
    assert "01/12/2026 à 12:15" in erreur.message


@pytest.mark.exigence("R4.2")
def test_la_derniere_place_est_a_un_seul() -> None:
    monde = agenda(places=2)
    for reference in ("R1", "R2"):
        accordee(monde.reserver(demande(reference)))
    refus = refusee(monde.reserver(demande("R3", ferme=True)))
    assert (refus.code, refus.motifs[0].name) == (CodeErreur.PLAGE_COMPLETE, "PLAGE_COMPLETE")
    assert "03/12/2026, matin" in refus.erreur().message
    assert "N-R3" not in monde.reservations
    accordee(monde.reserver(demande("R3", SOIR)))


@pytest.mark.exigence("R4.1", "R4.2")
def test_la_place_d_une_tenue_expiree_se_redonne_et_l_expiration_s_ecrit() -> None:
    """So that no other node, whose clock is behind, confirms the first one any more."""
    monde = agenda()
    accordee(monde.reserver(demande("R1")))
    assert motifs(monde.reserver(demande("R2"), FIN_TENUE - UN_INSTANT)) == ["PLAGE_COMPLETE"]
    donnee = accordee(monde.reserver(demande("R2"), FIN_TENUE))
    assert [(r.numero, r.etat) for r in donnee.ecrites] == [("N-R1", EXPIREE), ("N-R2", TENUE)]
    assert motifs(monde.confirmer("N-R1", MARDI)) == ["TENUE_EXPIREE"]


@pytest.mark.exigence("R4.2")
def test_sans_place_du_tout() -> None:
    assert motifs(agenda(places=0).reserver(demande())) == ["PLAGE_COMPLETE"]


@pytest.mark.exigence("R4.1", "R3.2")
@pytest.mark.parametrize(
    ("c", "attendus"),
    [
        (creneau(zone="2A"), [("plage", "VALEUR_HORS_LISTE", "MATIN", ())]),
        (
            creneau(date(2026, 12, 1)),
            [("jour", "TROP_PETIT", "2026-12-01", ("2026-12-02",)), ("plage", "VALEUR_HORS_LISTE", "MATIN", ())],
        ),
        (
            creneau(date(2020, 1, 1), Plage.H13, SAV_PLUS),
            [
                ("genre", "VALEUR_HORS_LISTE", "SAV_PLUS", ("SAV", "EXPERTISE_CONTRADICTOIRE")),
                ("jour", "TROP_PETIT", "2020-01-01", ("2026-12-02",)),
                ("plage", "VALEUR_HORS_LISTE", "H13", ()),
            ],
        ),
    ],
    ids=["zone sans capacité", "aujourd'hui", "tout"],
)
def test_refus_par_champ_tous_a_la_fois(c: object, attendus: list[tuple[str, str, str, tuple[str, ...]]]) -> None:
    erreur = refusee(agenda().reserver(demande(c=c))).erreur()  # type: ignore[arg-type]
    assert isinstance(erreur, FormulaireInvalide)
    assert [(e.champ, e.code.name, e.valeur, e.valeurs_admises) for e in erreur.erreurs] == attendus


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize(
    ("instant", "possible"),
    [
        ("2026-12-02T23:59:59+01:00", True),
        ("2026-12-03T00:00:00+01:00", False),
    ],
)
def test_un_jour_ouvre_d_avance(instant: str, possible: bool) -> None:
    """The day is the one of Paris; the earliest that is possible is said."""
    monde = Agenda(capacite(1, creneau(JEUDI)), capacite(1, creneau(VENDREDI)))
    rendue = monde.reserver(demande(), datetime.fromisoformat(instant).astimezone(UTC))
    if possible:
        accordee(rendue)
    else:
        assert motifs(rendue) == ["JOUR_TROP_PROCHE"]
        assert refusee(rendue).raisons[0].admises == ("2026-12-04",)
        assert "04/12/2026" in refusee(rendue).raisons[0].message


@pytest.mark.exigence("R4.1")
def test_un_vendredi_le_samedi_est_trop_proche_le_lundi_possible() -> None:
    vendredi = datetime(2026, 12, 4, 9, tzinfo=UTC)
    samedi, lundi = creneau(date(2026, 12, 5)), creneau(date(2026, 12, 7))
    monde = Agenda(capacite(1, samedi), capacite(1, lundi))
    assert motifs(monde.reserver(demande(c=samedi), vendredi)) == ["JOUR_TROP_PROCHE"]
    accordee(monde.reserver(demande(c=lundi), vendredi))


@pytest.mark.exigence("R4.1")
def test_un_seul_rendez_vous_a_venir_par_signalisation() -> None:
    monde = avec_rendez_vous()
    seconde = demande("R2", SOIR, signalisation="S-R1")
    assert motifs(monde.reserver(seconde)) == ["RENDEZ_VOUS_EXISTANT"]
    accordee(monde.reserver(demande("R3", SOIR)))
    accordee(monde.annuler("N-R3"))
    accordee(monde.annuler("N-R1"))
    accordee(monde.reserver(seconde))


@pytest.mark.exigence("R4.1")
def test_un_rendez_vous_passe_n_en_empeche_pas_un_autre() -> None:
    monde = avec_rendez_vous()
    lundi = creneau(date(2026, 12, 7))
    monde.places[lundi] = capacite(1, lundi)
    autre = demande("R2", lundi, signalisation="S-R1")
    assert motifs(monde.reserver(autre, creneau().fin - UN_INSTANT)) == ["RENDEZ_VOUS_EXISTANT"]
    accordee(monde.reserver(autre, creneau().fin))


@pytest.mark.exigence("R4.1", "R4.2")
def test_une_tenue_expiree_de_la_signalisation_n_en_empeche_pas_une_autre() -> None:
    monde = agenda()
    accordee(monde.reserver(demande()))
    autre = demande("R2", SOIR, signalisation="S-R1")
    assert motifs(monde.reserver(autre)) == ["RENDEZ_VOUS_EXISTANT"]
    donnee = accordee(monde.reserver(autre, FIN_TENUE))
    assert [(r.numero, r.etat) for r in donnee.ecrites] == [("N-R1", EXPIREE), ("N-R2", TENUE)]


@pytest.mark.exigence("R4.3")
def test_reserver_un_creneau_connu_ne_depend_pas_de_la_fermeture_de_la_recherche() -> None:
    """Only the search is closed at night (art. 10.1): what is held can be confirmed, a retry gets its answer."""
    nuit = datetime(2026, 12, 1, 1, tzinfo=UTC)
    monde = agenda()
    accordee(monde.reserver(demande(), nuit))
    accordee(monde.confirmer("N-R1", nuit))
    accordee(monde.annuler("N-R1", nuit))


# -- the same request again --------------------------------------------------------------------------------------------


@pytest.mark.exigence("R4.1", "R3.3")
@pytest.mark.parametrize("ferme", [False, True])
def test_la_meme_demande_recoit_la_meme_reservation(ferme: bool) -> None:
    monde = agenda()
    premiere = accordee(monde.reserver(demande(ferme=ferme)))
    encore = accordee(monde.reserver(replace(demande(ferme=ferme), numero="AUTRE"), MARDI + timedelta(minutes=1)))
    assert encore.reservation == premiere.reservation
    assert (encore.deja_faite, encore.ecrites, encore.effet) == (True, (), Effet.AUCUN)


@pytest.mark.exigence("R4.1", "R3.3")
def test_la_meme_demande_ferme_confirme_ce_qui_est_tenu_et_jamais_l_inverse() -> None:
    monde = agenda()
    accordee(monde.reserver(demande()))
    confirmee = accordee(monde.reserver(demande(ferme=True)))
    assert (confirmee.reservation.numero, confirmee.reservation.etat) == ("N-R1", CONFIRMEE)
    assert (confirmee.effet, confirmee.deja_faite) == (Effet.PRENDRE_RENDEZ_VOUS, False)
    encore = accordee(monde.reserver(demande()))
    assert (encore.reservation.etat, encore.deja_faite) == (CONFIRMEE, True)
    assert accordee(monde.confirmer("N-R1")).deja_faite


@pytest.mark.exigence("R4.1", "R3.3")
def test_la_meme_demande_plus_tard_dit_ce_qu_il_en_est() -> None:
    """A retry never books anew what was given up, cancelled or moved since, and is no refusal."""
    monde = agenda()
    accordee(monde.reserver(demande()))
    assert accordee(monde.reserver(demande(), FIN_TENUE)).reservation.etat is EXPIREE
    monde = avec_rendez_vous()
    accordee(monde.deplacer("N-R1", demande("R2", SOIR)))
    assert accordee(monde.reserver(demande(ferme=True))).reservation.etat is DEPLACEE
    accordee(monde.annuler("N-R2"))
    rendue = accordee(monde.deplacer("N-R1", demande("R2", SOIR)))
    assert (rendue.reservation.etat, rendue.deja_faite) == (ANNULEE, True)


@pytest.mark.exigence("R4.1", "R3.3")
@pytest.mark.parametrize("autre", [{"c": SOIR}, {"signalisation": "S9"}], ids=["plage", "signalisation"])
def test_la_meme_reference_pour_autre_chose_est_refusee(autre: dict[str, object]) -> None:
    monde = avec_rendez_vous()
    refus = refusee(monde.reserver(demande(**autre)))  # type: ignore[arg-type]
    assert refus.code is CodeErreur.REFERENCE_DEJA_UTILISEE
    assert "03/12/2026, matin" in refus.erreur().message


@pytest.mark.exigence("R4.1", "R3.3")
def test_la_reference_d_un_deplacement_n_est_pas_celle_d_une_reservation() -> None:
    monde = avec_rendez_vous()
    assert motifs(monde.deplacer("N-R1", demande("R1", SOIR))) == ["REFERENCE_DEJA_UTILISEE"]
    accordee(monde.deplacer("N-R1", demande("R2", SOIR)))
    assert motifs(monde.reserver(demande("R2", SOIR, signalisation="S-R1"))) == ["REFERENCE_DEJA_UTILISEE"]


# -- move --------------------------------------------------------------------------------------------------------------


@pytest.mark.exigence("R4.1", "R4.2")
def test_deplacer_un_rendez_vous() -> None:
    monde = avec_rendez_vous()
    avant = monde.reservations["N-R1"]
    plus_tard = MARDI + timedelta(hours=1)
    rendue = accordee(monde.deplacer("N-R1", demande("R2", SOIR), plus_tard))
    apres = replace(
        avant, numero="N-R2", reference="R2", creneau=SOIR, creee_le=plus_tard, modifiee_le=plus_tard, remplace="N-R1"
    )
    assert rendue.ecrites == (
        replace(avant, etat=DEPLACEE, modifiee_le=plus_tard, remplacee_par="N-R2"),
        apres,
    )
    assert (rendue.reservation, rendue.effet) == (apres, Effet.DEPLACER_RENDEZ_VOUS)
    assert commentaire(rendue.effet, apres) == "Rendez-vous SAV déplacé au 03/12/2026, après-midi (13:00-18:00)."
    # The old place is free at once, the new one is taken.
    accordee(monde.reserver(demande("R3")))
    assert motifs(monde.reserver(demande("R4", SOIR))) == ["PLAGE_COMPLETE"]


@pytest.mark.exigence("R4.1")
def test_deplacer_ce_qui_est_tenu_ne_prolonge_pas() -> None:
    monde = agenda()
    accordee(monde.reserver(demande()))
    rendue = accordee(monde.deplacer("N-R1", demande("R2", SOIR), MARDI + timedelta(minutes=10)))
    assert (rendue.reservation.etat, rendue.reservation.tenue_jusqu_a) == (TENUE, FIN_TENUE)
    assert rendue.effet is Effet.AUCUN
    ferme = accordee(monde.deplacer("N-R2", demande("R3", creneau(), ferme=True), MARDI + timedelta(minutes=11)))
    assert (ferme.reservation.etat, ferme.effet) == (CONFIRMEE, Effet.PRENDRE_RENDEZ_VOUS)


@pytest.mark.exigence("R4.2")
def test_deplacer_vers_une_plage_complete_laisse_tout() -> None:
    monde = avec_rendez_vous()
    accordee(monde.reserver(demande("R2", SOIR)))
    avant = dict(monde.reservations)
    assert motifs(monde.deplacer("N-R1", demande("R3", SOIR))) == ["PLAGE_COMPLETE"]
    assert monde.reservations == avant
    rendue = accordee(monde.deplacer("N-R1", demande("R3", SOIR), FIN_TENUE))
    assert [(r.numero, r.etat) for r in rendue.ecrites] == [("N-R2", EXPIREE), ("N-R1", DEPLACEE), ("N-R3", CONFIRMEE)]


@pytest.mark.exigence("R4.1", "R3.2")
@pytest.mark.parametrize(
    ("c", "attendus"),
    [
        (creneau(), ["PLAGE_INCHANGEE"]),
        (creneau(genre=EXPERTISE), ["GENRE_NON_PREVU"]),
        (creneau(MARDI.date(), genre=EXPERTISE), ["GENRE_NON_PREVU", "JOUR_TROP_PROCHE", "PLAGE_INCONNUE"]),
    ],
)
def test_deplacements_refuses(c: object, attendus: list[str]) -> None:
    assert motifs(avec_rendez_vous().deplacer("N-R1", demande("R2", c))) == attendus  # type: ignore[arg-type]


@pytest.mark.exigence("R3.7")
def test_deplacer_pour_une_autre_signalisation_est_une_faute_du_programme__error() -> None:
    reservation = accordee(agenda().reserver(demande())).reservation
    with pytest.raises(ValueError, match="signalisation"):
        deplacer(reservation, demande("R2", SOIR), Situation(capacite(1, SOIR)), MARDI)
    autre = replace(demande("R2", SOIR, signalisation="S-R1"), operateur="OPB")
    with pytest.raises(ValueError, match="signalisation"):
        deplacer(reservation, autre, Situation(capacite(1, SOIR)), MARDI)
    with pytest.raises(ValueError, match="capacité"):
        reserver(demande(), OFFRE, Situation(capacite(1, SOIR)), MARDI)


# -- cancel, and the delays of both ------------------------------------------------------------------------------------


@pytest.mark.exigence("R4.1")
def test_annuler_rend_la_place() -> None:
    monde = avec_rendez_vous()
    rendue = accordee(monde.annuler("N-R1"))
    assert (rendue.reservation.etat, rendue.effet) == (ANNULEE, Effet.ANNULER_RENDEZ_VOUS)
    assert commentaire(rendue.effet, rendue.reservation) == "Rendez-vous SAV du 03/12/2026, matin (08:00-12:00) annulé."
    encore = accordee(monde.annuler("N-R1", MARDI + timedelta(days=30)))
    assert (encore.deja_faite, encore.ecrites, encore.effet) == (True, (), Effet.AUCUN)
    accordee(monde.reserver(demande("R2")))


@pytest.mark.exigence("R4.1")
def test_rendre_ce_qui_est_tenu_ne_dit_rien_a_la_signalisation() -> None:
    monde = agenda()
    accordee(monde.reserver(demande()))
    rendue = accordee(monde.annuler("N-R1"))
    assert (rendue.reservation.etat, rendue.effet) == (ANNULEE, Effet.AUCUN)
    assert commentaire(rendue.effet, rendue.reservation) == ""
    accordee(monde.reserver(demande("R2")))
    expiree = accordee(monde.annuler("N-R2", FIN_TENUE))
    assert (expiree.reservation.etat, expiree.deja_faite, expiree.ecrites) == (EXPIREE, True, ())


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize("geste", ["annuler", "deplacer"])
def test_jusqu_a_la_veille_18_h(geste: str) -> None:
    """The opérateur until then, the Fournisseur until the appointment begins."""
    vendredi = creneau(VENDREDI)

    def agir(instant: datetime, fournisseur: bool = False) -> object:
        monde = avec_rendez_vous()
        monde.places[vendredi] = capacite(1, vendredi)
        if geste == "annuler":
            return monde.annuler("N-R1", instant, par_le_fournisseur=fournisseur)
        return monde.deplacer("N-R1", demande("R2", vendredi), instant, par_le_fournisseur=fournisseur)

    accordee(agir(LIMITE - UN_INSTANT))  # type: ignore[arg-type]
    assert motifs(agir(LIMITE)) == ["DELAI_DEPASSE"]
    erreur = refusee(agir(LIMITE)).erreur()
    assert erreur.code is CodeErreur.TRANSITION_INTERDITE
    assert "02/12/2026 à 18:00" in erreur.message
    accordee(agir(LIMITE, fournisseur=True))  # type: ignore[arg-type]
    debut = creneau().debut
    assert motifs(agir(debut, fournisseur=True)) == ["RENDEZ_VOUS_COMMENCE"]
    assert motifs(agir(debut)) == ["RENDEZ_VOUS_COMMENCE"]


@pytest.mark.exigence("R4.1")
def test_le_fournisseur_annule_jusqu_au_debut() -> None:
    accordee(avec_rendez_vous().annuler("N-R1", creneau().debut - UN_INSTANT, par_le_fournisseur=True))


@pytest.mark.exigence("R4.1")
def test_ce_qui_est_tenu_pour_demain_se_rend_apres_18_h() -> None:
    """Booked late for the next jour ouvré: the hold can be given up, the appointment no more."""
    soir = datetime(2026, 12, 1, 19, tzinfo=UTC)
    demain = creneau(MERCREDI)
    monde = Agenda(capacite(1, demain))
    accordee(monde.reserver(demande(c=demain), soir))
    accordee(monde.annuler("N-R1", soir))
    accordee(monde.reserver(demande("R2", demain, ferme=True), soir))
    assert motifs(monde.annuler("N-R2", soir)) == ["DELAI_DEPASSE"]


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize(
    ("etat", "confirmer", "deplacer_", "annuler_"),
    [
        ("expiree", "TENUE_EXPIREE", "TENUE_EXPIREE", None),
        ("annulee", "RENDEZ_VOUS_ANNULE", "RENDEZ_VOUS_ANNULE", None),
        ("deplacee", "RENDEZ_VOUS_DEPLACE", "RENDEZ_VOUS_DEPLACE", "RENDEZ_VOUS_DEPLACE"),
    ],
)
def test_ce_qui_est_fini_ne_change_plus(etat: str, confirmer: str, deplacer_: str, annuler_: str | None) -> None:
    monde, instant = agenda(), MARDI
    accordee(monde.reserver(demande(ferme=etat != "expiree")))
    if etat == "expiree":
        instant = FIN_TENUE
    elif etat == "annulee":
        accordee(monde.annuler("N-R1"))
    else:
        accordee(monde.deplacer("N-R1", demande("R2", SOIR)))
    avant = dict(monde.reservations)
    assert motifs(monde.confirmer("N-R1", instant)) == [confirmer]
    assert motifs(monde.deplacer("N-R1", demande("R9", SOIR), instant)) == [deplacer_]
    rendue = monde.annuler("N-R1", instant)
    assert accordee(rendue).deja_faite if annuler_ is None else motifs(rendue) == [annuler_]
    assert monde.reservations == avant
    if etat == "deplacee":
        assert "N-R2" in refusee(rendue).erreur().message
