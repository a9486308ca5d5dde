"""Every query of the ports finds its rows by a key: its plan is read on both engines, with 100,000 rows."""

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

LIGNES = 100_000

#: n from 1 to LIGNES, and how each engine writes bytes.
_SUITE = {
    "sqlite": f"WITH RECURSIVE suite(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM suite WHERE n < {LIGNES})",
    "postgresql": f"WITH suite(n) AS (SELECT generate_series(1, {LIGNES}))",
}
_OCTETS = {"sqlite": "X'78'", "postgresql": "decode('78', 'hex')"}
_OPERATEUR = "'OP' || (n - n / 20 * 20)"
_DATE = "CAST('2026-07-01T10:00:00.000000+00:00' AS {instant})"
_INSTANT = {"sqlite": "text", "postgresql": "timestamptz"}
#: Every twentieth row a day further.
_JOUR_N = {
    "sqlite": "date('2026-12-01', '+' || (n / 20) || ' days')",
    "postgresql": "CAST('2026-12-01' AS date) + CAST(n / 20 AS integer)",
}
_JOUR = {"sqlite": "text", "postgresql": "date"}
_REMPLIR = (
    f"INSERT INTO prestation {{suite}} SELECT 'production', {_OPERATEUR}, 'P' || n, 'ACCES_FTTH', '', '', '', '', '' FROM suite",
    f"INSERT INTO signalisation {{suite}} SELECT n, 'N' || n, 'production', {_OPERATEUR}, 'R' || n, {{octets}}, 'EN_DEPOT', "
    f"'P' || n, 'ACCES_FTTH', '2026.1', {_DATE}, {_DATE}, '', '', NULL, {{octets}}, NULL, NULL FROM suite",
    "INSERT INTO evenement (id, signalisation, plateforme, operateur, rang, date, etat, cote, auteur, visibilite, commentaire) "
    f"{{suite}} SELECT n, n, 'production', {_OPERATEUR}, 1 + n / 20, {_DATE}, 'EN_DEPOT', 'OPERATEUR', '', 'PARTAGE', '' "
    "FROM suite",
    "INSERT INTO compteur_evenements (plateforme, operateur, dernier) "
    "SELECT plateforme, operateur, max(rang) FROM evenement GROUP BY plateforme, operateur",
    # Many opérateurs, so that a scan of the counters would cost something.
    "INSERT INTO compteur_evenements {suite} SELECT 'integration', 'OP' || n, 7 FROM suite",
    f"INSERT INTO version_catalogue (version, annonce, ouverture, pack) {{suite}} "
    f"SELECT 'V' || n, {_DATE}, {_DATE}, {{octets}} FROM suite WHERE n < 3000",
    f"INSERT INTO homologation {{suite}} SELECT 'OP' || n, 'TEST', {_DATE}, '', '' FROM suite",
    f"INSERT INTO demande_certificat {{suite}} SELECT n, 'EMISSION', 'OP' || n, 'OPERATEUR', '', {_DATE}, "
    f"CAST('2026-07-22' AS {{jour}}), {_DATE}, '', {{octets}} FROM suite",
    f"INSERT INTO certificat {{suite}} SELECT 'C' || n, 'OP' || n, 'OPERATEUR', 'RECONNUE', '', '', '', '', '', "
    f"{_DATE}, {_DATE}, {_DATE}, {_DATE}, NULL, '', {{octets}} FROM suite",
    "INSERT INTO capacite {suite} SELECT n, 'production', 'Z' || (n - n / 20 * 20), 'SAV', {jour_n}, 'MATIN', 2 FROM suite",
    f"INSERT INTO reservation {{suite}} SELECT n, 'A' || n, 'production', {_OPERATEUR}, 'R' || n, 'N' || n, n, 'CONFIRMEE', "
    f"{_DATE}, {_DATE}, {_DATE}, {_DATE}, NULL, NULL FROM suite",
    f"INSERT INTO archive_signalisation {{suite}} SELECT 'X' || n, 'production', {_OPERATEUR}, 'XR' || n, {{octets}}, "
    f"'EN_REJET', 'P' || n, 'ACCES_FTTH', '2026.1', {_DATE}, {_DATE}, {_DATE}, {_DATE}, NULL, NULL, {{octets}} FROM suite",
    f"INSERT INTO archive_evenement {{suite}} SELECT 'integration', {_OPERATEUR}, 1 + n / 20, 'X' || n FROM suite",
    f"INSERT INTO archive_reservation {{suite}} SELECT 'XA' || n, 'production', {_OPERATEUR}, 'XR' || n, 'X' || n FROM suite",
    "INSERT INTO envoi (numero, cle, genre, objet, operateur, etat, essais, cree_le, prochain, erreur) {suite} SELECT n, "
    "'K' || n, 'VERSION_ANNONCEE', 'V7', 'OP' || n, CASE WHEN n < 50 THEN 'EN_ATTENTE' ELSE 'ENVOYE' END, 1, "
    f"{_DATE}, CASE WHEN n < 50 THEN {_DATE} END, '' FROM suite",
)


@pytest.fixture
def rempli(magasin: Magasin, moteur: str) -> Magasin:
    with magasin._moteur.ecriture() as connexion:
        for ordre in _REMPLIR:
            connexion.exec_driver_sql(
                ordre.format(
                    suite=_SUITE[moteur],
                    octets=_OCTETS[moteur],
                    instant=_INSTANT[moteur],
                    jour=_JOUR[moteur],
                    jour_n=_JOUR_N[moteur],
                )
            )
        if moteur == "postgresql":
            connexion.exec_driver_sql(
                "SELECT setval('signalisation_id_seq', 200000), setval('evenement_id_seq', 200000), "
                "setval('envoi_numero_seq', 200000), setval('demande_certificat_numero_seq', 200000), "
                "setval('capacite_id_seq', 200000), setval('reservation_id_seq', 200000)"
            )
    with magasin._moteur.ecrivains.connect() as connexion:
        connexion.exec_driver_sql("ANALYZE")
    return magasin


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
    depuis = DEPOT_LE.replace(microsecond=0)
    with requetes(rempli) as vues:
        assert rempli.ajouter([Envoi(GenreAvis.RAPPEL_RETRAIT, "V7", "OP1")], DEPOT_LE) == 1
        assert len(rempli.prendre(DEPOT_LE, timedelta(minutes=1), 5)) == 5
        rempli.reussir(1, DEPOT_LE)
        rempli.echouer(2, DEPOT_LE, "non", None, 1)
        assert rempli.rejouer([2, 3], DEPOT_LE) == 1
        for etat in EtatEnvoi:  # of any state: the last rows, by number
            assert len(rempli.suivis(etat, 5)) <= 5
        assert rempli.nombre_deposees(depuis) == pytest.approx(LIGNES, rel=0.01)
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
        assert rempli.ajouter_evenements("production", "OP7", "N7", 1, evenements) is Etat.EN_COURS
        assert rempli.ajouter_evenements("production", "OP7", "N7", 1, evenements) is None
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
def test_la_suite_des_evenements_se_lit_par_son_index(rempli: Magasin, moteur: str) -> None:
    """From any place, in the order of the index: nothing is sorted, and nothing is read that comes after the page."""
    un = Evenement(DEPOT_LE, Etat.CLOS, Cote.FOURNISSEUR, visibilite=Visibilite.INTERNE)
    with requetes(rempli) as vues:
        for curseur in (0, 2500, 4998):
            page = rempli.evenements_depuis("production", "OP7", curseur, 10)
            rangs = [suivi.evenement.rang for suivi in page.evenements]
            assert rangs == list(range(curseur + 1, min(curseur + 10, 5000) + 1))
        assert rempli.changer("production", "OP7", "N7", 1, un)
        assert not rempli.changer("production", "OP7", "N7", 1, un)
        assert rempli.evenements_depuis("production", "OP7", 5000, 10).curseur == 5000
    assert len(vues) >= 14
    with rempli._moteur.ecrivains.connect() as connexion:
        plans = {ordre: balayages(connexion, ordre, valeurs) for ordre, valeurs in vues}
        ordre, valeurs = next(vue for vue in vues if "evenement.rang >" in vue[0])
        plan = connexion.exec_driver_sql(f"EXPLAIN {'QUERY PLAN' if moteur == 'sqlite' else ''} {ordre}", valeurs).all()
    assert [un for un in plans.items() if un[1]] == []
    texte = str(plan)
    assert "ix_evenement_plateforme_operateur_rang" in texte
    assert "Sort" not in texte
    assert "TEMP B-TREE" not in texte


@pytest.mark.exigence("R4.1", "R4.2")
def test_aucune_requete_de_rendez_vous_ne_balaie_une_table(rempli: Magasin) -> None:
    """What is done under a slot's lock keeps everybody waiting who wants that slot."""
    jour = date(2026, 12, 3)
    voulu = Creneau("production", "Z7", TypeRendezVous.SAV, jour, Plage.MATIN)
    cle = ("production", "OP7", "N7")
    with requetes(rempli) as vues:
        places, prises = rempli.capacites(
            "production", "Z7", TypeRendezVous.SAV, Periode(jour, jour + timedelta(days=30))
        )
        assert (len(places), len(prises)) == (31, 31)
        (sienne,) = rempli.reservations(*cle)
        assert rempli.reservation("production", "OP7", "A7") == rempli.reservation("production", None, "A7") == sienne
        with rempli.seance(*cle, voulu=voulu, reference="NEUVE", reservation="A7") as seance:
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
def test_import_cherche_chaque_prestation_par_sa_cle(rempli: Magasin, moteur: str) -> None:
    """A small import into a large parc does not read the parc; PostgreSQL chooses by the sizes, SQLite must."""
    from esav_soap.store.parc import _TRI

    with rempli.importation() as importation:
        importation.ajouter([(2, PRESTATION)])
        connexion = importation._connexion
        if moteur == "sqlite":
            plan = connexion.exec_driver_sql(f"EXPLAIN QUERY PLAN {_TRI.split('AS', 1)[1]}").all()
            assert any("SEARCH p USING PRIMARY KEY" in ligne[3] for ligne in plan)
        assert importation.appliquer().ajoutees == 1
