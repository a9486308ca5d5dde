"""How requests about signalisations that stand are refused: everything at once, by the names of the message, to the right caller."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.certificats import Role
from esav_soap.contract.services import SERVICES
from tests.e2e.soap import TYPES, Reponse, depot, enveloppe, requete
from tests.faux import INSTANT, FauxNoeud
from tests.journaux import ecrites, requetes
from tests.noeud_sql import JEUDI, VENDREDI, capacites, noeud_sql

SOAP = pytest.mark.parametrize("soap", ["1.1", "1.2"])
LISTES = ("listerSignalisations", "consulterHistorique", "listerEvenements")


@pytest.fixture
def de(tmp_path: Path) -> Iterator[FauxNoeud]:
    """Two signalisations of OPA, A and B, and one place on each half-day."""
    with noeud_sql(tmp_path, capacites(places=1)) as (noeud, _):
        for reference in ("A", "B"):
            demande = enveloppe(depot("2026.2", "ACCES_FTTH", reference))
            assert noeud.appeler("/production/ws/1/depot/2026.2", demande).refus is None
        yield noeud


def demander(
    de: FauxNoeud,
    service: str,
    demande: etree._Element,
    *,
    soap: str = "1.1",
    role: str | None = None,
    plateforme: str = "production",
) -> Reponse:
    role = role or ("FOURNISSEUR" if service == "sav" else "OPERATEUR")
    octets = enveloppe(demande, soap)
    adresse, entetes = f"/{plateforme}/ws/1/{service}", {"HTTP_X_ESAV_ROLE": role}
    return de.appeler(adresse, octets, type_contenu=TYPES[soap], entetes=entetes)


def numero(de: FauxNoeud, reference: str = "A") -> str:
    lu = demander(de, "suivi", requete("consulterEtat", referenceOperateur=reference))
    return lu.texte("numeroSignalisation") or ""


def dits(reponse: Reponse) -> list[tuple[str, str]]:
    """Where it is wrong, and why."""
    assert reponse.refus == "FORMULAIRE_INVALIDE", reponse.octets
    codes = reponse.textes("code")[1:]  # the first is that of the fault
    return list(zip(reponse.textes("chemin"), codes, strict=True))


def repetee(operation: str, *champs: tuple[str, str]) -> etree._Element:
    """A request with these fields, of which some come twice."""
    demande = requete(operation)
    for nom, valeur in champs:
        demande.extend(list(requete(operation, **{nom: valeur})))
    return demande


@pytest.mark.exigence("R3.2", "R3.6")
@SOAP
def test_codes_et_structure_d_un_coup__error(de: FauxNoeud, soap: str) -> None:
    demande = requete(
        "traiterSignalisation",
        numeroSignalisation=numero(de),
        action="COMPLETER",
        nombreEvenements="0",
        visibilite="SECRET",
        motif="X" * 65,
        attendu="PLUS_TARD",
        dateHeureRetablissement="hier",
    )
    reponse = demander(de, "sav", demande, soap=soap)
    assert dits(reponse) == [
        ("action", "VALEUR_HORS_LISTE"),
        ("nombreEvenements", "TROP_PETIT"),
        ("visibilite", "VALEUR_HORS_LISTE"),
        ("motif", "TROP_LONG"),
        ("attendu", "VALEUR_HORS_LISTE"),
        ("dateHeureRetablissement", "TYPE_INVALIDE"),
    ]
    admises = reponse.textes("valeurAdmise")
    assert {"QUALIFIER", "INTERNE", "PARTAGE", "ACCES_SITE"} <= set(admises)
    assert "COMPLETER" not in admises, "that is the opérateur's"


@pytest.mark.exigence("R3.2", "R3.5")
@SOAP
@pytest.mark.parametrize(("service", "operation"), [("suivi", "listerSignalisations"), ("sav", "listerFile")])
def test_une_liste_dit_tout_ce_qui_est_faux__error(de: FauxNoeud, service: str, operation: str, soap: str) -> None:
    champs = [("etat", "GELE"), ("etat", "FROID"), ("etat", "TIEDE"), ("curseur", "ici"), ("maximum", "201")]
    reponse = demander(de, service, repetee(operation, *champs), soap=soap)
    assert dits(reponse) == [
        ("etat[2]", "VALEUR_HORS_LISTE"),
        ("etat[3]", "VALEUR_HORS_LISTE"),
        ("curseur", "TYPE_INVALIDE"),
        ("maximum", "TROP_GRAND"),
    ]
    assert reponse.textes("valeur") == ["FROID", "TIEDE", "ici", "201"]


@pytest.mark.exigence("R3.2", "R4.1")
@SOAP
def test_un_rendez_vous_dit_tout_ce_qui_est_faux__error(de: FauxNoeud, soap: str) -> None:
    champs = {"referenceRendezVous": "R", "genre": "VISITE", "jour": "02/07/2026", "plage": "MIDI"}
    reponse = demander(de, "rendez-vous", requete("reserverRendezVous", **champs), soap=soap)
    assert sorted(dits(reponse)) == [
        ("genre", "VALEUR_HORS_LISTE"),
        ("jour", "TYPE_INVALIDE"),
        ("numeroSignalisation", "REGLE_NON_RESPECTEE"),
        ("plage", "VALEUR_HORS_LISTE"),
    ]


@pytest.mark.exigence("R3.2", "R3.4")
def test_ce_qui_manque_a_une_action_a_le_nom_du_message__error(de: FauxNoeud) -> None:
    assert (
        demander(de, "sav", requete("traiterSignalisation", numeroSignalisation=numero(de), action="QUALIFIER")).refus
        is None
    )
    clore = requete("traiterSignalisation", numeroSignalisation=numero(de), action="CLORE", motif="DOUBLON")
    assert dits(demander(de, "sav", clore)) == [
        ("motif", "INTERDIT_SI"),
        ("cause", "CHAMP_MANQUANT"),
        ("responsabilite", "CHAMP_MANQUANT"),
        ("dateHeureRetablissement", "CHAMP_MANQUANT"),
    ]


CURSEURS = [
    *(
        "-1",
        "+1",
        "1.0",
        "1e3",
        " 1",
        "٣",
        "0x10",
        "1" * 19,
        "9" * 80,
        "'; DROP TABLE evenement;--",
        "%00",
        "../..",
        "NaN",
    ),
    *("/", "2026-07-01T10:00:00", "0001-01-01T00:00:00+14:00/7K3M9QX2TBX", "9999-12-31T23:59:59-14:00/7K3M9QX2TBX"),
    *("2026-07-01T10:00:00Z/7K3M9QX2TBZ", "2026-07-01T10:00:00Z/7K3M9QX2TBX/", "2026-13-01T10:00:00Z/7K3M9QX2TBX"),
]


@pytest.mark.exigence("R3.2", "R3.5")
@SOAP
@pytest.mark.parametrize("operation", LISTES)
def test_un_curseur_invente_est_dit__error(de: FauxNoeud, operation: str, soap: str) -> None:
    for curseur in CURSEURS:
        reponse = demander(de, "suivi", requete(operation, curseur=curseur), soap=soap)
        assert dits(reponse) == [("curseur", "TYPE_INVALIDE")], curseur
    assert dits(demander(de, "suivi", requete(operation, curseur="9" * 81), soap=soap)) == [("curseur", "TROP_LONG")]


@pytest.mark.exigence("R3.5")
def test_un_curseur_d_apres_la_fin_attend__ok(de: FauxNoeud) -> None:
    for curseur in ("2", "7", "9" * 18):
        page = demander(de, "suivi", requete("listerEvenements", curseur=curseur))
        assert (page.refus, page.texte("curseur"), page.texte("encore")) == (None, curseur, "false")
        assert page.textes("rang") == []


@pytest.mark.exigence("R6.1", "R3.7")
@SOAP
@pytest.mark.parametrize("plateforme", ["production", "integration"])
@pytest.mark.parametrize("role", Role)
def test_a_chacun_ses_services__error(de: FauxNoeud, role: Role, plateforme: str, soap: str) -> None:
    """By the certificate alone, whatever the request names, valid or not."""
    for service in ("suivi", "rendez-vous", "sav"):
        for operation in SERVICES[service]:
            refus = demander(de, service, requete(operation), soap=soap, role=role.name, plateforme=plateforme).refus
            sien = role is (Role.FOURNISSEUR if service == "sav" else Role.OPERATEUR)
            assert (refus == "DROIT_INSUFFISANT") is not sien, (role, service, operation)


@pytest.mark.exigence("R4.1", "R4.2")
@SOAP
def test_une_plage_complete_nomme_les_libres__error(de: FauxNoeud, soap: str) -> None:
    slot = {"genre": "SAV", "jour": JEUDI.isoformat(), "plage": "MATIN"}
    for reference, refus in (("A", None), ("B", "PLAGE_COMPLETE")):
        champs = {"referenceOperateur": reference, "referenceRendezVous": reference, **slot, "ferme": "true"}
        reponse = demander(de, "rendez-vous", requete("reserverRendezVous", **champs), soap=soap)
        assert reponse.refus == refus
    assert (reponse.texte("chemin"), reponse.texte("valeur")) == ("plage", f"{JEUDI} MATIN")
    assert reponse.textes("valeurAdmise") == [f"{JEUDI} APRES_MIDI", f"{VENDREDI} MATIN", f"{VENDREDI} APRES_MIDI"]


@pytest.mark.exigence("R4.3")
@SOAP
def test_la_nuit_dit_quand_recommencer__error(de: FauxNoeud, soap: str) -> None:
    """In the night that skips an hour and in the one that has it twice as well."""
    recherche = requete("rechercherPlages", referenceOperateur="A", genre="SAV")
    for instant, ouverture in (
        (datetime(2026, 7, 2, 0, 30, tzinfo=UTC), "2026-07-02T04:00:00+02:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T04:00:00+01:00"),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "2027-03-28T04:00:00+02:00"),
    ):
        de.horloge[0] = instant
        reponse = demander(de, "rendez-vous", recherche, soap=soap)
        assert (reponse.refus, reponse.texte("reessayerApres")) == ("PLAGES_FERMEES", ouverture)
        de.horloge[0] = datetime.fromisoformat(ouverture)
        assert demander(de, "rendez-vous", recherche, soap=soap).refus is None


@pytest.mark.exigence("R4.1")
@pytest.mark.parametrize("jour", ["1000-01-01", "2026-02-30", "2999-12-31", "2026-07-01"])
def test_un_jour_impossible__error(de: FauxNoeud, jour: str) -> None:
    champs = {"referenceOperateur": "A", "referenceRendezVous": "R", "genre": "SAV", "jour": jour, "plage": "H17"}
    assert demander(de, "rendez-vous", requete("reserverRendezVous", **champs)).refus == "FORMULAIRE_INVALIDE"
    for periode in ({"dateDebut": jour}, {"dateFin": jour}, {"dateDebut": "1000-01-01", "dateFin": "2999-12-31"}):
        demande = requete("rechercherPlages", referenceOperateur="A", genre="SAV", **periode)
        assert demander(de, "rendez-vous", demande).refus in (None, "FORMULAIRE_INVALIDE")


@pytest.mark.exigence("R6.1", "R3.6")
def test_le_journal_ne_dit_rien_de_personne__ok(de: FauxNoeud, caplog: pytest.LogCaptureFixture) -> None:
    """One line for each request: who calls, what, and how it ended; nothing of what it says, accepted or refused."""
    secrets = {"commentaire": "Mme Durand, 0612345678", "technicien": "Anne Riou", "referenceRendezVous": "RDV-DURAND"}
    un, demain = numero(de), {"jour": JEUDI.isoformat(), "plage": "MATIN"}
    tenu = {"referenceRendezVous": "RDV-DURAND", "genre": "SAV", **demain}
    caplog.set_level(logging.INFO)
    caplog.clear()
    essais: list[tuple[str, str, dict[str, str]]] = [
        ("suivi", "completerSignalisation", {"numeroSignalisation": un, "commentaire": secrets["commentaire"]}),
        ("suivi", "contesterCloture", {"numeroSignalisation": un, "commentaire": secrets["commentaire"]}),
        ("sav", "traiterSignalisation", {"numeroSignalisation": un, "action": "PRENDRE", "technicien": "Anne Riou"}),
        ("sav", "traiterSignalisation", {"numeroSignalisation": un, "action": "QUALIFIER", "technicien": "Anne Riou"}),
        ("rendez-vous", "reserverRendezVous", {"numeroSignalisation": un, **tenu}),
        ("rendez-vous", "annulerRendezVous", {"numeroRendezVous": un, "commentaire": secrets["commentaire"]}),
        ("sav", "decommanderRendezVous", {"numeroRendezVous": un, "technicien": "Anne Riou"}),
        ("suivi", "listerEvenements", {"curseur": "Durand"}),
    ]
    issues = []
    for service, operation, champs in essais:
        issues.append(demander(de, service, requete(operation, **champs)).refus or "OK")
    lignes = [(ligne["appelant"], ligne["operation"], ligne["verdict"]) for ligne in requetes(caplog.records)]
    assert lignes == [("OPA", operation, issue) for (_, operation, _), issue in zip(essais, issues, strict=True)]
    assert {"OK", "TRANSITION_INTERDITE", "RENDEZ_VOUS_INCONNU", "FORMULAIRE_INVALIDE"} == set(issues)
    for mot in ("Durand", "0612345678", "Anne", "RDV-DURAND"):
        assert not [ligne for ligne in ecrites(caplog.records) if mot in ligne]


@pytest.mark.exigence("R3.6")
def test_ce_qui_est_renvoye_n_est_pas_refait__ok(de: FauxNoeud) -> None:
    """A legacy client that lost the answer sends the same request again."""
    champs = {"referenceOperateur": "A", "commentaire": "Toujours en panne."}
    premier = demander(de, "suivi", requete("completerSignalisation", **champs))
    de.horloge[0] = INSTANT + timedelta(minutes=2)
    second = demander(de, "suivi", requete("completerSignalisation", **champs), soap="1.2")
    assert [second.texte(nom) for nom in ("etat", "dateHeureEtat")] == [
        premier.texte(nom) for nom in ("etat", "dateHeureEtat")
    ]
    assert demander(de, "suivi", requete("consulterDetail", referenceOperateur="A")).textes("action") == [
        "DEPOSER",
        "COMMENTER",
    ]


@pytest.mark.exigence("R3.2", "R7.4")
def test_une_date_hors_du_calendrier_en_temps_universel__error(de: FauxNoeud) -> None:
    """The first day of the calendar, east of Greenwich, is not in it any more in UTC: a refusal, and no error of ours."""
    demande = requete(
        "saisirSignalisation", operateur="OPA", dateHeureDepot="0001-01-01T00:00:00+14:00", versionCatalogue="2026.2"
    )
    assert ("dateHeureDepot", "TYPE_INVALIDE") in dits(demander(de, "sav", demande))
