"""Every query of the ports finds its rows by a key: its plan is read on both engines, with many rows.

One store serves all tests of this kind, so each one writes of rows that no other one looks at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Connection, event

from esav_soap.avis import Envoi, EtatEnvoi, GenreAvis
from esav_soap.homologation import Domaine, Homologation
from esav_soap.model import TypeRendezVous
from esav_soap.publication import VersionPubliee
from esav_soap.rendez_vous import Creneau, Periode, Plage
from esav_soap.signalisation import Cote, Etat, Evenement, Visibilite
from esav_soap.store import Magasin
from tests.integration.acces import certificat, demande
from tests.integration.exemples import DEPOT_LE, PRESTATION, nouvelle


def nombre(rempli: Magasin) -> int:
    """How many rows each table was given; to this one no test adds."""
    with rempli._moteur.lecteurs.connect() as connexion:
        return int(connexion.exec_driver_sql("SELECT count(*) FROM archive_reservation").scalar_one())


@contextmanager
def requetes(magasin: Magasin) -> Iterator[list[tuple[str, Any]]]:
    """The SQL that goes to the driver inside the block, with its values."""
    vues: list[tuple[str, Any]] = []

    def noter(_c: Connection, _curseur: Any, ordre: str, valeurs: Any, *_reste: Any) -> None:
        if ordre.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE")):
            vues.append((ordre, valeurs[0] if isinstance(valeurs, list) else valeurs))  # of several rows, the first

    ligne = magasin._moteur.ligne

    def noter_ligne(ordre: str, valeurs: tuple[Any, ...]) -> Any:  # on SQLite it goes past SQLAlchemy
        vues.append((ordre, valeurs))
        return ligne(ordre, valeurs)

    moteurs = (magasin._moteur.lecteurs, magasin._moteur.ecrivains)
    for moteur in moteurs:
        event.listen(moteur, "before_cursor_execute", noter)
    with patch.object(magasin._moteur, "ligne", noter_ligne):
        yield vues
    for moteur in moteurs:
        event.remove(moteur, "before_cursor_execute", noter)


def balayages(connexion: Connection, ordre: str, valeurs: Any) -> list[str]:
    """Tables that the plan of a query reads from end to end."""
    if connexion.dialect.name == "sqlite":
        plan = connexion.exec_driver_sql(f"EXPLAIN QUERY PLAN {ordre}", valeurs).all()
        # A subquery (SQLAlchemy names it) may be read to its end: a page, with a plan of its own.
        pas = [ligne[3] for ligne in plan]
        return [
            un for un in pas if un.startswith("SCAN") and not un.startswith(("SCAN anon_", "SCAN (", "SCAN CONSTANT"))
        ]
    racine = connexion.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {ordre}", valeurs).scalar_one()
    trouves: list[str] = []
    reste = [(racine if isinstance(racine, list) else json.loads(racine))[0]["Plan"]]
    while reste:
        noeud = reste.pop()
        if noeud["Node Type"] == "Seq Scan":
            trouves.append(noeud["Relation Name"])
        reste += noeud.get("Plans", [])
    return trouves


@pytest.mark.exigence("R3.1", "R3.3", "R3.5", "R3.7")
def test_aucune_requete_ne_balaie_une_table(rempli: Magasin) -> None:
    with requetes(rempli) as vues:
        assert rempli.prestation("production", "OP7", "P7") is not None
        relue = rempli.par_numero("production", "OP7", "N7")
        assert relue is not None
        assert len(relue.evenements) == 1
        assert rempli.par_reference("production", "OP7", "R7") == relue
        assert rempli.deposer(nouvelle("R7", operateur="OP7")).numero == "N7"
        assert not rempli.deposer(nouvelle("R7", operateur="OP8")).deja_deposee
        assert rempli.pack("V7") == b"x"
        rempli.enregistrer_version(VersionPubliee("V7", DEPOT_LE, DEPOT_LE), b"y")
    assert len(vues) >= 8
    with rempli._moteur.ecrivains.connect() as connexion:
        plans = {ordre: balayages(connexion, ordre, valeurs) for ordre, valeurs in vues}
    assert [plan for plan in plans.items() if plan[1]] == []


@pytest.mark.exigence("R2.1", "R2.2")
def test_aucune_requete_de_publication_ne_balaie_une_table(rempli: Magasin) -> None:
    """Workers ask for what is due all the time; a rehearsal begins near the end of many rows."""
    depuis, lignes = DEPOT_LE.replace(microsecond=0), nombre(rempli)
    with requetes(rempli) as vues:
        assert rempli.ajouter([Envoi(GenreAvis.RAPPEL_RETRAIT, "V7", "OP1")], DEPOT_LE) == 1
        assert len(rempli.prendre(DEPOT_LE, timedelta(minutes=1), 5)) == 5
        rempli.reussir(1, DEPOT_LE)
        rempli.echouer(2, DEPOT_LE, "non", None, 1)
        assert rempli.rejouer([2, 3], DEPOT_LE) == 1
        for etat in EtatEnvoi:  # of any state: the last rows, by number
            assert len(rempli.suivis(etat, 5)) <= 5
        assert rempli.nombre_deposees(depuis) == pytest.approx(lignes, rel=0.01)
        assert next(rempli.deposees(depuis)).operateur == "OP1"
        assert len(rempli.usages("2026.1", depuis)) == 20
    assert len(vues) > 100
    formes = dict(vues)  # pages differ in their values alone
    with rempli._moteur.ecrivains.connect() as connexion:
        plans = {ordre: balayages(connexion, ordre, valeurs) for ordre, valeurs in formes.items()}
    assert [plan for plan in plans.items() if plan[1]] == []


@pytest.mark.exigence("R3.4", "R6.2", "R6.3")
def test_aucune_ecriture_d_acces_ne_balaie_une_table(rempli: Magasin) -> None:
    """What is read whole is few rows; events are not, and a first call is noted between the deposits."""
    evenements = [Evenement(DEPOT_LE, Etat.EN_COURS, Cote.FOURNISSEUR)] * 2
    with requetes(rempli) as vues:
        assert rempli.ajouter_evenements("production", "OP9", "N9", 1, evenements) is Etat.EN_COURS
        assert rempli.ajouter_evenements("production", "OP9", "N9", 1, evenements) is None
        assert len(rempli.homologations("OP7")) == 1
        assert not rempli.enregistrer_homologation(Homologation("OP7", Domaine.TEST, DEPOT_LE, "", ""))
        rempli.enregistrer_certificat(certificat("un"), rempli.ajouter_demande(demande()))
        assert rempli.revoquer_certificats(["C7", "C8"], DEPOT_LE, "") == 2
        assert not rempli.classer_demande(7, DEPOT_LE)
    assert len(vues) >= 10
    with rempli._moteur.ecrivains.connect() as connexion:
        plans = {ordre: balayages(connexion, ordre, valeurs) for ordre, valeurs in vues}
    assert [plan for plan in plans.items() if plan[1]] == []


@pytest.mark.exigence("R3.4", "R3.5")
def test_la_suite_des_evenements_se_lit_par_son_index(rempli: Magasin) -> None:
    """From any place, in the order of the index: nothing is sorted, and nothing is read that comes after the page."""
    derniere = nombre(rempli) // 20
    un = Evenement(DEPOT_LE, Etat.CLOS, Cote.FOURNISSEUR, visibilite=Visibilite.INTERNE)
    with requetes(rempli) as vues:
        for curseur in (0, derniere // 2, derniere - 2):
            page = rempli.evenements_depuis("production", "OP10", curseur, 10)
            rangs = [suivi.evenement.rang for suivi in page.evenements]
            assert rangs == list(range(curseur + 1, min(curseur + 10, derniere) + 1))
        assert rempli.changer("production", "OP10", "N10", 1, un)
        assert not rempli.changer("production", "OP10", "N10", 1, un)
        assert rempli.evenements_depuis("production", "OP10", derniere, 10).curseur == derniere
    assert len(vues) >= 14
    with rempli._moteur.ecrivains.connect() as connexion:
        plans = {ordre: balayages(connexion, ordre, valeurs) for ordre, valeurs in vues}
        ordre, valeurs = next(vue for vue in vues if "evenement.rang >" in vue[0])
        plan = connexion.exec_driver_sql(
            f"EXPLAIN {'QUERY PLAN' if rempli._moteur.sqlite else ''} {ordre}", valeurs
        ).all()
    assert [un for un in plans.items() if un[1]] == []
    texte = str(plan)
    assert "ix_evenement_plateforme_operateur_rang" in texte
    assert "Sort" not in texte
    assert "TEMP B-TREE" not in texte


@pytest.mark.exigence("R4.1", "R4.2")
def test_aucune_requete_de_rendez_vous_ne_balaie_une_table(rempli: Magasin) -> None:
    """What is done under a slot's lock keeps everybody waiting who wants that slot."""
    jour = date(2026, 12, 3)
    voulu = Creneau("production", "Z11", TypeRendezVous.SAV, jour, Plage.MATIN)
    cle = ("production", "OP11", "N11")
    with requetes(rempli) as vues:
        places, prises = rempli.capacites(
            "production", "Z11", TypeRendezVous.SAV, Periode(jour, jour + timedelta(days=30))
        )
        assert (len(places), len(prises)) == (31, 31)
        (sienne,) = rempli.reservations(*cle)
        assert (
            rempli.reservation("production", "OP11", "A11") == rempli.reservation("production", None, "A11") == sienne
        )
        with rempli.seance(*cle, voulu=voulu, reference="NEUVE", reservation="A11") as seance:
            assert seance is not None
            assert seance.situation.capacite is not None
            assert seance.reservation == sienne
            neuve = replace(sienne, numero="NEUVE", reference="NEUVE", creneau=voulu)
            seance.ecrire([sienne, neuve], Evenement(DEPOT_LE, Etat.GELE, Cote.OPERATEUR))
        assert len(rempli.occupations("production", jour, jour, DEPOT_LE)) == 20
        assert rempli.importer_capacites([(2, replace(places[0], places=3))], DEPOT_LE).modifiees == 1
    assert len(vues) >= 15
    with rempli._moteur.ecrivains.connect() as connexion:
        plans = {ordre: balayages(connexion, ordre, valeurs) for ordre, valeurs in vues}
    assert [plan for plan in plans.items() if plan[1]] == []


@pytest.mark.exigence("R3.1")
def test_le_lecteur_de_plans_voit_un_balayage(rempli: Magasin) -> None:
    """The test above would prove nothing with a reader of plans that never finds anything."""
    with rempli._moteur.lecteurs.connect() as connexion:
        for table in ("signalisation", "signalisation AS s"):
            assert balayages(connexion, f"SELECT * FROM {table} WHERE contact_nom = 'Zoé'", ()) != []
        assert balayages(connexion, "SELECT * FROM (SELECT * FROM envoi WHERE erreur = 'x' LIMIT 1) AS e", ()) != []


@pytest.mark.exigence("R3.7")
def test_import_cherche_chaque_prestation_par_sa_cle(rempli: Magasin) -> None:
    """A small import into a large parc does not read the parc; PostgreSQL chooses by the sizes, SQLite must."""
    from esav_soap.store.parc import _TRI

    with rempli.importation() as importation:
        importation.ajouter([(2, PRESTATION)])
        connexion = importation._connexion
        if rempli._moteur.sqlite:
            plan = connexion.exec_driver_sql(f"EXPLAIN QUERY PLAN {_TRI.split('AS', 1)[1]}").all()
            assert any("SEARCH p USING PRIMARY KEY" in ligne[3] for ligne in plan)
        assert importation.appliquer().ajoutees == 1
