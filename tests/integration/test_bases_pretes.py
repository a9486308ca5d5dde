"""A database lent again is one that was never used: the other tests on PostgreSQL rest on it."""

from __future__ import annotations

import psycopg
import pytest

from esav_soap.store import ouvrir
from tests.bases_pretes import BasesPretes, forme
from tests.integration.exemples import nouvelle
from tests.postgres import Grappe

pytestmark = pytest.mark.postgresql


def contenu(url: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connexion:
        tables = connexion.execute(
            "SELECT relname, reltuples, pg_relation_size(oid) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
        ).fetchall()
        suites = connexion.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()
        return tables, suites, connexion.execute("SELECT * FROM alembic_version").fetchall()


DE_TROP = (
    "CREATE TABLE de_trop (n int)",
    "ALTER TABLE prestation ADD COLUMN de_trop text",
    "ALTER TABLE prestation SET (autovacuum_enabled = off)",
    "DROP INDEX ix_evenement_plateforme_operateur_rang",
    "ALTER TABLE evenement ADD CONSTRAINT de_trop CHECK (rang > 0)",
    "CREATE FUNCTION de_trop() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TRIGGER de_trop BEFORE UPDATE ON evenement FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE SCHEMA de_trop",
    "ALTER DATABASE {base} SET timezone = 'Asia/Tokyo'",
    "ANALYZE alembic_version",
)


@pytest.mark.exigence("R3.1")
def test_lignes_et_compteurs_s_en_vont_et_le_reste_n_est_pas_prete(postgresql: Grappe) -> None:
    pretes = BasesPretes(postgresql)
    with pretes.base() as premiere:
        ouverte = psycopg.connect(premiere)
        avant = contenu(premiere)
        with ouvrir(premiere) as magasin:
            magasin.deposer(nouvelle("REF-1"))
        ouverte.execute("DELETE FROM alembic_version")
        ouverte.commit()
        assert contenu(premiere) != avant
        ouverte.execute("SELECT * FROM signalisation")  # stays open, with its lock
    ouverte.close()
    with pretes.base() as encore, pretes.base() as autre:
        assert encore == premiere != autre
        assert contenu(encore) == contenu(autre) == avant
        with ouvrir(encore, creer=False) as magasin:
            assert not magasin.deposer(nouvelle("REF-1")).deja_deposee
        with psycopg.connect(autre) as connexion:
            saine = forme(connexion)
            for ordre in DE_TROP:
                connexion.execute(ordre.format(base=connexion.info.dbname).encode())
                assert forme(connexion) != saine, ordre
                connexion.rollback()
                assert forme(connexion) == saine
            connexion.execute("DROP TABLE prestation")
    with pretes.base() as derniere:
        assert derniere == encore
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(autre)
