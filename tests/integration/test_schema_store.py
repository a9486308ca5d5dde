"""How a store is created, opened, refused; what the engines are told; that migrations and tables agree."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from esav_soap.errors import ReglageInvalide
from esav_soap.store import Magasin, mettre_a_jour, ouvrir, schema
from esav_soap.store.migrations import configuration
from esav_soap.store.moteur import lire_url
from esav_soap.store.tables import tables
from tests.integration.exemples import nouvelle
from tests.postgres import Grappe


@pytest.fixture
def url(url_vide: str) -> str:
    """These stores are made, not taken over."""
    return url_vide


@pytest.mark.exigence("R3.1")
def test_migrations_et_tables_disent_la_meme_chose(magasin: Magasin) -> None:
    with magasin._moteur.lecteurs.connect() as connexion:
        contexte = MigrationContext.configure(connexion, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(contexte, tables) == []
        noms = set(inspect(connexion).get_table_names())
    assert noms == {*tables.tables, "alembic_version"}


@pytest.mark.exigence("R3.1")
def test_le_programme_connait_toutes_les_revisions() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    connues = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(connues)) == schema.REVISIONS


@pytest.mark.exigence("R3.1")
def test_migration_se_defait(magasin: Magasin, url: str) -> None:
    magasin.fermer()
    moteur = create_engine(lire_url(url))
    with moteur.begin() as connexion:
        command.downgrade(configuration(connexion), "base")
        assert inspect(connexion).get_table_names() == ["alembic_version"]
    moteur.dispose()
    assert mettre_a_jour(url) == schema.REVISIONS[-1]
    assert not magasin.deposer(nouvelle("REF-1")).deja_deposee


@pytest.mark.exigence("R3.1")
def test_magasin_vide_n_est_cree_que_sur_demande(url: str) -> None:
    with pytest.raises(ReglageInvalide, match="esav store migrate"):
        ouvrir(url, creer=False)
    assert mettre_a_jour(url) == schema.REVISIONS[-1]
    assert mettre_a_jour(url) == schema.REVISIONS[-1]
    with ouvrir(url, creer=False) as magasin:
        assert not magasin.deposer(nouvelle("REF-1")).deja_deposee


@pytest.mark.exigence("R3.1")
def test_revision_plus_recente_est_refusee(magasin: Magasin, url: str) -> None:
    with magasin._moteur.ecriture() as connexion:
        connexion.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ReglageInvalide, match="9999, plus récente que ce programme"):
        ouvrir(url)
    with pytest.raises(ReglageInvalide, match="9999"):
        mettre_a_jour(url)


@pytest.mark.exigence("R3.1")
def test_revision_plus_ancienne_n_est_pas_changee_en_ouvrant(
    magasin: Magasin, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "9998"))
    with pytest.raises(ReglageInvalide, match=r"demande 9998.*esav store migrate"):
        ouvrir(url)
    with magasin._moteur.lecteurs.connect() as connexion:
        assert connexion.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == schema.REVISIONS[-2]


@pytest.mark.exigence("R3.1")
def test_reglages_de_durabilite(magasin: Magasin, moteur: str) -> None:
    """An acknowledged deposit is on the disk: neither engine may answer earlier."""
    demandes = (
        {"PRAGMA synchronous": 2, "PRAGMA journal_mode": "wal", "PRAGMA foreign_keys": 1, "PRAGMA busy_timeout": 10_000}
        if moteur == "sqlite"
        else {"SHOW synchronous_commit": "on", "SHOW fsync": "on", "SHOW timezone": "UTC", "SHOW lock_timeout": "10s"}
    )
    for moteur_sql in (magasin._moteur.lecteurs, magasin._moteur.ecrivains):
        with moteur_sql.connect() as connexion:
            assert {d: connexion.exec_driver_sql(d).scalar() for d in demandes} == demandes


@pytest.mark.exigence("R3.1")
@pytest.mark.postgresql
def test_reglages_de_la_base_ne_les_changent_pas(postgresql: Grappe) -> None:
    with postgresql.base() as url:
        moteur = create_engine(lire_url(url))
        with moteur.begin() as connexion:
            base = connexion.exec_driver_sql("SELECT current_database()").scalar_one()
            connexion.exec_driver_sql(f"ALTER DATABASE {base} SET timezone = 'Asia/Tokyo'")
            connexion.exec_driver_sql(f"ALTER DATABASE {base} SET synchronous_commit = off")
        moteur.dispose()
        with ouvrir(url) as magasin, magasin._moteur.ecrivains.connect() as connexion:
            reglages = [connexion.exec_driver_sql(f"SHOW {nom}").scalar() for nom in ("timezone", "synchronous_commit")]
        assert reglages == ["UTC", "on"]


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("url", ["mysql://a/b", "n'importe quoi", "sqlite://", "sqlite:///:memory:", ""])
def test_adresse_qui_n_est_pas_un_magasin(url: str) -> None:
    with pytest.raises(ReglageInvalide, match="sqlite:///chemin"):
        ouvrir(url)


@pytest.mark.exigence("R3.1")
@pytest.mark.parametrize("schema_url", ["postgresql", "postgresql+psycopg"])
def test_adresse_postgresql_simple_vaut_psycopg(schema_url: str) -> None:
    assert lire_url(f"{schema_url}://u@h/b").drivername == "postgresql+psycopg"


@pytest.mark.exigence("R3.1")
def test_serveur_hors_de_portee(tmp_path: Path) -> None:
    with pytest.raises(ReglageInvalide, match="ne répond pas") as info:
        ouvrir(f"postgresql://esav:secret@/esav?host={tmp_path}")
    assert str(info.value) == (
        f"Le magasin postgresql://esav@/esav?host={quote_plus(str(tmp_path))} ne répond pas ou ne peut pas être écrit : "
        "aucun serveur PostgreSQL n'écoute à cette adresse."
    )


@pytest.mark.exigence("R3.1")
def test_fichier_qui_ne_peut_pas_etre_ecrit(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    for chemin in (tmp_path, tmp_path / "fichier" / "esav.db"):
        with pytest.raises(ReglageInvalide, match=r"ne peut pas être écrit : (c'est un dossier|un fichier .*)\. Le"):
            ouvrir(f"sqlite:///{chemin}")


@pytest.mark.exigence("R3.1")
def test_fichier_qui_n_est_pas_une_base_reste_intact(tmp_path: Path) -> None:
    fichier = tmp_path / "lettre.txt"
    fichier.write_text("Madame, Monsieur, " * 500)
    with pytest.raises(ReglageInvalide, match=r"lettre\.txt"):
        ouvrir(f"sqlite:///{fichier}")
    assert fichier.read_text() == "Madame, Monsieur, " * 500


@pytest.mark.exigence("R3.1")
def test_dossier_est_cree_et_parc_range_par_sa_cle(tmp_path: Path) -> None:
    fichier = tmp_path / "a" / "b" / "esav.db"
    ouvrir(f"sqlite:///{fichier}").fermer()
    connexion = sqlite3.connect(fichier)
    ordre = connexion.execute("SELECT sql FROM sqlite_master WHERE name = 'prestation'").fetchone()[0]
    connexion.close()
    assert ordre.strip().endswith("WITHOUT ROWID")
