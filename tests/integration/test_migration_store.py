"""A store of an older revision, with data: everything is there after ``esav store migrate``, whatever is killed."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect

from esav_soap.avis import Envoi, EnvoiSuivi, EtatEnvoi, GenreAvis, Operateur
from esav_soap.cli.store import migrate
from esav_soap.errors import ReglageInvalide
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Action, Cote, Etat, Evenement, Visibilite
from esav_soap.store import Magasin, ouvrir, schema
from esav_soap.store.migrations import configuration
from esav_soap.store.moteur import lire_url
from tests.integration.acces import certificat, demande
from tests.integration.exemples import DEPOT_LE, PRESTATION, nouvelle
from tests.integration.publications import EN_VIGUEUR, annoncee, envois, remplacee
from tests.integration.test_annonces_tuees import destins
from tests.integration.test_plans_store import requetes

PACK = bytes(range(256)) * 4000
RETIREE = VersionPubliee("2025.10", DEPOT_LE - timedelta(days=900), DEPOT_LE - timedelta(days=800), DEPOT_LE, "2026.1")
#: Written as revision 0001 has it; the columns are named, so the order does not matter.
_DONNEES = (
    "INSERT INTO prestation (plateforme, operateur, identifiant, offre, extremite_a, extremite_b, complement, garantie) "
    "VALUES ('production', 'OPA', 'FTTH-000000001', 'ACCES_FTTH', 'PTO 12', 'PM-75-001', 'Bâtiment « A », 2e', 'GTR_4H')",
    "INSERT INTO signalisation (id, numero, plateforme, operateur, reference, empreinte, etat, prestation, offre, "
    "version_catalogue, depot_le, modifiee_le, contact_nom, contact_telephone, contact_courriel, formulaire) VALUES "
    "(7, 'N7', 'production', 'OPA', 'R7', {octets}, 'EN_DEPOT', 'FTTH-000000001', 'ACCES_FTTH', '2026.1', "
    "'{depot}', '{depot}', 'Zoé', '+33', NULL, {octets})",
    "INSERT INTO evenement (id, signalisation, date, etat, cote, commentaire) "
    "VALUES (9, 7, '{depot}', 'EN_DEPOT', 'OPERATEUR', '')",
)
_VERSION = "INSERT INTO version_catalogue (version, annonce, ouverture, retrait, remplacante, pack) VALUES "
#: What revision 0002 added: an opérateur, a withdrawn announcement, a notice in each state; numbers 1 and 3 were dropped.
_DONNEES_0002 = (
    "INSERT INTO operateur (code, raison_sociale, courriel) VALUES ('OPA', 'Été & fils', 'sav@opa.example')",
    "INSERT INTO version_catalogue (version, annonce, ouverture, annulation, pack) "
    "VALUES ('2026.2', '{depot}', '{depot}', '{depot}', {octets})",
    "INSERT INTO envoi (numero, cle, genre, version, operateur, etat, essais, cree_le, prochain, envoye_le, erreur) VALUES "
    "(2, 'VERSION_ANNONCEE:2026.2:OPA', 'VERSION_ANNONCEE', '2026.2', 'OPA', 'ENVOYE', 1, '{depot}', NULL, '{depot}', ''),"
    "(4, 'ANNONCE_RETIREE:2026.2:OPA', 'ANNONCE_RETIREE', '2026.2', 'OPA', 'REBUT', 5, '{depot}', NULL, NULL, 'été')",
    "INSERT INTO envoi (cle, genre, version, operateur, etat, essais, cree_le, prochain, erreur) VALUES "
    "('RAPPEL_RETRAIT:2026.1:OPB', 'RAPPEL_RETRAIT', '2026.1', 'OPB', 'EN_ATTENTE', 0, '{depot}', '{depot}', '')",
)
#: What revision 0003 knew of events: of two opérateurs and two platforms, as several writers had mixed them.
_DONNEES_0003 = (
    "INSERT INTO signalisation (id, numero, plateforme, operateur, reference, empreinte, etat, prestation, offre, "
    "version_catalogue, depot_le, modifiee_le, contact_nom, contact_telephone, formulaire) "
    "SELECT n.id, n.numero, n.plateforme, n.operateur, 'R' || n.id, s.empreinte, n.etat, s.prestation, s.offre, "
    "s.version_catalogue, s.depot_le, s.modifiee_le, '', '', s.formulaire FROM signalisation s, ("
    "SELECT 11 AS id, 'N11' AS numero, 'production' AS plateforme, 'OPB' AS operateur, 'CLOS_TABLEAU_DE_BORD' AS etat "
    "UNION ALL SELECT 12, 'N12', 'integration', 'OPA', 'EN_REJET' UNION ALL SELECT 13, 'N13', 'production', 'OPA', 'GELE'"
    ") n WHERE s.id = 7",
    "INSERT INTO evenement (id, signalisation, date, etat, cote, commentaire) VALUES "
    + ", ".join(
        f"({rang}, {signalisation}, '{{depot}}', '{etat}', '{cote}', 'dit {rang}')"
        for rang, signalisation, etat, cote in (
            (10, 11, "EN_DEPOT", "OPERATEUR"),
            (11, 13, "EN_DEPOT", "OPERATEUR"),
            (12, 12, "EN_DEPOT", "OPERATEUR"),
            (13, 13, "EN_QUALIFICATION", "FOURNISSEUR"),
            (14, 7, "EN_QUALIFICATION", "FOURNISSEUR"),
            (15, 13, "EN_COURS", "FOURNISSEUR"),
            (17, 13, "GELE", "FOURNISSEUR"),
            (18, 11, "CLOS", "FOURNISSEUR"),
            (20, 11, "VALIDE", "FOURNISSEUR"),
            (21, 11, "CLOS_TABLEAU_DE_BORD", "FOURNISSEUR"),
            (22, 12, "EN_REJET", "FOURNISSEUR"),
        )
    ),
)
SUIVIS = (
    EnvoiSuivi(
        5, Envoi(GenreAvis.RAPPEL_RETRAIT, "2026.1", "OPB"), EtatEnvoi.EN_ATTENTE, 0, DEPOT_LE, DEPOT_LE, None, ""
    ),
    EnvoiSuivi(4, Envoi(GenreAvis.ANNONCE_RETIREE, "2026.2", "OPA"), EtatEnvoi.REBUT, 5, DEPOT_LE, None, None, "été"),
    EnvoiSuivi(
        2, Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", "OPA"), EtatEnvoi.ENVOYE, 1, DEPOT_LE, None, DEPOT_LE, ""
    ),
)


@pytest.fixture
def ancien(url_vide: str, moteur: str) -> str:
    """Address of a store of revision 0001 with a row in each table, and two versions."""
    base = create_engine(lire_url(url_vide))
    octets, marque = ("X'78'", "?") if moteur == "sqlite" else ("decode('78', 'hex')", "%s")
    with base.begin() as connexion:
        command.upgrade(configuration(connexion), "0001")
        for ordre in _DONNEES:
            connexion.exec_driver_sql(ordre.format(octets=octets, depot=DEPOT_LE.isoformat(timespec="microseconds")))
        for version in (RETIREE, EN_VIGUEUR):
            instants: list[Any] = [
                i and (i.isoformat(timespec="microseconds") if moteur == "sqlite" else i)
                for i in (version.annonce, version.ouverture, version.retrait)
            ]
            connexion.exec_driver_sql(
                _VERSION + f"({', '.join([marque] * 6)})", (version.version, *instants, version.remplacante, PACK)
            )
    base.dispose()
    return url_vide


@pytest.fixture
def publiant(ancien: str, moteur: str) -> str:
    """Address of the same store at revision 0002, with what that one keeps besides."""
    base = create_engine(lire_url(ancien))
    octets = "X'78'" if moteur == "sqlite" else "decode('78', 'hex')"
    with base.begin() as connexion:
        command.upgrade(configuration(connexion), "0002")
        if moteur == "postgresql":
            connexion.exec_driver_sql("SELECT setval('envoi_numero_seq', 4)")
        for ordre in _DONNEES_0002:
            connexion.exec_driver_sql(ordre.format(octets=octets, depot=DEPOT_LE.isoformat(timespec="microseconds")))
    base.dispose()
    return ancien


def tout_y_est(magasin: Magasin) -> None:
    assert [v for v in magasin.versions() if v.annulation is None] == [RETIREE, EN_VIGUEUR]
    assert (magasin.pack("2025.10"), magasin.pack("2026.1")) == (PACK, PACK)
    assert magasin.prestation("production", "OPA", "FTTH-000000001") == PRESTATION
    relue = magasin.par_numero("production", "OPA", "N7")
    assert relue is not None
    assert (relue.reference, relue.depot_le, relue.prestation, len(relue.evenements)) == ("R7", DEPOT_LE, PRESTATION, 1)


def publications_y_sont(magasin: Magasin) -> None:
    assert magasin.suivis(None, 10) == SUIVIS
    assert magasin.operateurs() == (Operateur("OPA", "Été & fils", "sav@opa.example"),)
    assert [v.version for v in magasin.versions() if v.annulation == DEPOT_LE] == ["2026.2"]


@pytest.mark.exigence("R2.1", "R3.1")
def test_ancien_magasin_garde_tout_et_sait_publier(ancien: str) -> None:
    with pytest.raises(
        ReglageInvalide, match=rf"0001, ce programme demande {schema.REVISIONS[-1]}.*esav store migrate"
    ):
        ouvrir(ancien)
    sortie = CliRunner().invoke(migrate, ["--store", ancien], catch_exceptions=False)
    assert (sortie.exit_code, sortie.output) == (0, f"Base à jour, révision {schema.REVISIONS[-1]}.\n")
    with ouvrir(ancien, creer=False) as magasin:
        tout_y_est(magasin)
        assert magasin.suivis(None, 10) == ()
        magasin.annoncer(annoncee(), b"2", remplacee(), envois(), [EN_VIGUEUR, RETIREE])
        assert magasin.versions() == (RETIREE, remplacee(), annoncee())
        assert len(magasin.suivis(None, 10)) == 3


@pytest.mark.exigence("R2.2", "R6.2")
def test_file_d_avis_garde_tout_et_connait_d_autres_objets(publiant: str) -> None:
    sortie = CliRunner().invoke(migrate, ["--store", publiant], catch_exceptions=False)
    assert sortie.exit_code == 0
    with ouvrir(publiant, creer=False) as magasin:
        tout_y_est(magasin)
        publications_y_sont(magasin)
        connus = [suivi.envoi for suivi in SUIVIS]
        # The longest that a key may be: of an object of 80 characters and an opérateur of 64.
        long = Envoi(GenreAvis.RAPPEL_RETRAIT, "é" * 80, "O" * 64)
        assert magasin.ajouter([*connus, long], DEPOT_LE) == 1
        assert magasin.suivis(None, 9)[1:] == SUIVIS
        (suivi,) = magasin.suivis(None, 1)
        assert suivi == EnvoiSuivi(suivi.numero, long, EtatEnvoi.EN_ATTENTE, 0, DEPOT_LE, DEPOT_LE, None, "")
        assert [p.envoi for p in magasin.prendre(DEPOT_LE, timedelta(1), 9)] == [connus[0], long]
        magasin.enregistrer_certificat(certificat("un"), magasin.ajouter_demande(demande()))
        assert magasin.certificats() == (certificat("un"),)


@pytest.mark.exigence("R2.2")
def test_retour_a_0002_ne_garde_que_les_avis_qu_elle_sait_lire(publiant: str) -> None:
    CliRunner().invoke(migrate, ["--store", publiant], catch_exceptions=False)
    base = create_engine(lire_url(publiant))
    with base.begin() as connexion:
        connexion.exec_driver_sql(
            "INSERT INTO envoi (cle, genre, objet, operateur, etat, essais, cree_le, erreur) VALUES "
            f"('{'K' * 200}', 'AUTRE', '{'o' * 80}', 'OPA', 'REBUT', 0, '2026-07-01T10:00:00.000000+00:00', '')"
        )
        command.downgrade(configuration(connexion), "0002")
        lus = connexion.exec_driver_sql("SELECT numero, cle, version FROM envoi ORDER BY numero DESC").all()
        assert lus == [(s.numero, s.envoi.cle, s.envoi.objet) for s in SUIVIS]
        assert set(inspect(connexion).get_table_names()) & {"certificat", "autorite", "souscription"} == set()
        command.upgrade(configuration(connexion), "head")
    base.dispose()
    with ouvrir(publiant, creer=False) as magasin:
        tout_y_est(magasin)
        publications_y_sont(magasin)


@pytest.fixture
def deroule(publiant: str, moteur: str) -> str:
    """Address of the same store at revision 0003, with signalisations whose course is written."""
    base = create_engine(lire_url(publiant))
    with base.begin() as connexion:
        command.upgrade(configuration(connexion), "0003")
        for ordre in _DONNEES_0003:
            connexion.exec_driver_sql(ordre.format(depot=DEPOT_LE.isoformat(timespec="microseconds")))
        if moteur == "postgresql":
            connexion.exec_driver_sql("SELECT setval('evenement_id_seq', 22), setval('signalisation_id_seq', 13)")
    base.dispose()
    return publiant


def suites_y_sont(magasin: Magasin) -> None:
    """Each opérateur's events in the order in which they were written, none of them hidden, what led to each state named."""
    attendues = {
        ("production", "OPA"): [
            "N7 DEPOSER",
            "N13 DEPOSER",
            "N13 QUALIFIER",
            "N7 QUALIFIER",
            "N13 PRENDRE",
            "N13 GELER",
        ],
        ("production", "OPB"): ["N11 DEPOSER", "N11 CLORE", "N11 VALIDER", "N11 VERROUILLER"],
        ("integration", "OPA"): ["N12 DEPOSER", "N12 REJETER"],
        ("integration", "OPB"): [],
    }
    for cle, dites in attendues.items():
        page = magasin.evenements_depuis(*cle, 0, 100)
        assert [f"{s.numero} {s.evenement.action and s.evenement.action.name}" for s in page.evenements] == dites
        assert [s.evenement.rang for s in page.evenements] == list(range(1, len(dites) + 1))
        assert (page.curseur, page.dernier) == (len(dites), len(dites))
    rejet = magasin.evenements_depuis("integration", "OPA", 1, 1).evenements[0]
    assert (rejet.reference, rejet.evenement) == (
        "R12",
        Evenement(DEPOT_LE, Etat.EN_REJET, Cote.FOURNISSEUR, "dit 22", action=Action.REJETER),
    )


@pytest.mark.exigence("R3.4", "R3.5")
def test_evenements_de_0003_entrent_dans_la_suite_de_leur_operateur(deroule: str) -> None:
    sortie = CliRunner().invoke(migrate, ["--store", deroule], catch_exceptions=False)
    assert sortie.exit_code == 0
    with ouvrir(deroule, creer=False) as magasin:
        suites_y_sont(magasin)
        publications_y_sont(magasin)
        assert not magasin.deposer(nouvelle("APRES", operateur="OPB")).deja_deposee
        gele = Evenement(DEPOT_LE, Etat.EN_COURS, Cote.OPERATEUR, "voici", action=Action.COMPLETER)
        assert magasin.changer("production", "OPA", "N13", 4, gele)
        for operateur, curseur, reference in (("OPB", 4, "APRES"), ("OPA", 6, "R13")):
            page = magasin.evenements_depuis("production", operateur, curseur, 9)
            assert [(s.reference, s.evenement.rang) for s in page.evenements] == [(reference, curseur + 1)]


@pytest.mark.exigence("R3.4")
def test_retour_a_0003_ne_montre_rien_d_interne(deroule: str) -> None:
    """That revision shows every event to the opérateur."""
    CliRunner().invoke(migrate, ["--store", deroule], catch_exceptions=False)
    with ouvrir(deroule, creer=False) as magasin:
        for attendu, visibilite in ((4, Visibilite.INTERNE), (5, Visibilite.PARTAGE)):
            un = Evenement(DEPOT_LE, Etat.GELE, Cote.FOURNISSEUR, visibilite.name, visibilite=visibilite)
            assert magasin.changer("production", "OPA", "N13", attendu, un)
    base = create_engine(lire_url(deroule))
    with base.begin() as connexion:
        command.downgrade(configuration(connexion), "0003")
        assert [colonne["name"] for colonne in inspect(connexion).get_columns("evenement")] == (
            ["id", "signalisation", "date", "etat", "cote", "commentaire"]
        )
        assert {index["name"] for index in inspect(connexion).get_indexes("evenement")} == {
            "ix_evenement_signalisation"
        }
        ordre = "SELECT commentaire FROM evenement WHERE signalisation = 13 ORDER BY id"
        lus = list(connexion.exec_driver_sql(ordre).scalars())
        assert lus == ["dit 11", "dit 13", "dit 15", "dit 17", "PARTAGE"]
        command.upgrade(configuration(connexion), "head")
    base.dispose()
    with ouvrir(deroule, creer=False) as magasin:
        assert magasin.evenements_depuis("production", "OPA", 6, 9).dernier == 7
        publications_y_sont(magasin)


@pytest.mark.long
@pytest.mark.exigence("R3.1", "R3.4")
def test_migration_de_0003_tuee_a_chaque_ordre(deroule: str) -> None:
    *tues, vivant = destins("migrer", deroule)
    assert (len(tues) > 10, {code for _, code, _ in tues}) == (True, {-signal.SIGKILL})
    assert (tues[0][2], vivant[1:]) == ("rien", (0, "tout"))
    with ouvrir(deroule, creer=False) as magasin:
        suites_y_sont(magasin)
        publications_y_sont(magasin)


@pytest.mark.long
@pytest.mark.exigence("R2.2", "R3.1")
def test_migration_de_0002_tuee_a_chaque_ordre(publiant: str) -> None:
    *tues, vivant = destins("migrer", publiant)
    assert (len(tues) > 10, {code for _, code, _ in tues}) == (True, {-signal.SIGKILL})
    assert (tues[0][2], vivant[1:]) == ("rien", (0, "tout"))
    with ouvrir(publiant, creer=False) as magasin:
        tout_y_est(magasin)
        publications_y_sont(magasin)


@pytest.mark.long
@pytest.mark.exigence("R2.1", "R3.1")
def test_migration_tuee_a_chaque_ordre(ancien: str) -> None:
    *tues, vivant = destins("migrer", ancien)
    assert (len(tues) > 10, {code for _, code, _ in tues}) == (True, {-signal.SIGKILL})
    # Killed when its commit had come back, or before: either is the old revision or the new one.
    assert {etat for _, _, etat in tues} <= {"rien", "tout"}
    assert (tues[0][2], vivant[1:]) == ("rien", (0, "tout"))
    with ouvrir(ancien, creer=False) as magasin:
        tout_y_est(magasin)


@pytest.mark.exigence("R2.4")
def test_retour_a_l_ancienne_revision_n_ouvre_pas_une_annonce_retiree(url: str) -> None:
    with ouvrir(url) as magasin:
        magasin.enregistrer_version(EN_VIGUEUR, PACK)
        magasin.enregistrer_version(replace(annoncee(), annulation=DEPOT_LE), PACK)
    base = create_engine(lire_url(url))
    with base.begin() as connexion:
        command.downgrade(configuration(connexion), "0001")
        assert connexion.exec_driver_sql("SELECT version, pack FROM version_catalogue").all() == [("2026.1", PACK)]
    base.dispose()


@pytest.mark.exigence("R2.4")
def test_lire_les_dates_ne_lit_pas_les_packs(ancien: str, moteur: str) -> None:
    """SQLite reaches a column by going through those before it; PostgreSQL keeps what is large apart."""
    CliRunner().invoke(migrate, ["--store", ancien], catch_exceptions=False)
    with ouvrir(ancien, creer=False) as magasin, magasin._moteur.lecteurs.connect() as connexion:
        if moteur == "sqlite":
            colonnes = connexion.exec_driver_sql("PRAGMA table_info(version_catalogue)").all()
            assert [colonne[1] for colonne in colonnes][-2:] == ["annulation", "pack"]
        else:
            stockage = connexion.exec_driver_sql(
                "SELECT attstorage FROM pg_attribute WHERE attrelid = 'version_catalogue'::regclass AND attname = 'pack'"
            ).scalar_one()
            assert stockage == "x"
        with requetes(magasin) as vues:
            assert magasin.versions() == (RETIREE, EN_VIGUEUR)
        ((ordre, _),) = vues
        assert "pack" not in ordre
