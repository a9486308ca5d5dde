"""Failures of the store in French, addresses without secrets."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from esav_soap.store.pannes import en_francais, nom_de

pytestmark = pytest.mark.exigence("R3.1")


@pytest.mark.parametrize(
    ("url", "nom"),
    [
        ("postgresql+psycopg://u:secret@h:5/b", "postgresql://u@h:5/b"),
        ("postgresql+psycopg://u@h/b?password=secret&sslmode=require", "postgresql://u@h/b?sslmode=require"),
        ("sqlite:///var/esav.db", "sqlite:///var/esav.db"),
    ],
)
def test_address__without_driver_nor_password(url: str, nom: str) -> None:
    assert nom_de(make_url(url)) == nom


def test_file_that_is_no_database(tmp_path: Path) -> None:
    fichier = tmp_path / "lettre.txt"
    fichier.write_text("Bonjour. " * 200)
    connexion = sqlite3.connect(fichier)
    with pytest.raises(sqlite3.DatabaseError) as echec:
        connexion.execute("SELECT * FROM sqlite_master")
    connexion.close()
    assert en_francais(echec.value) == "ce fichier n'est pas une base SQLite"
    assert en_francais(OperationalError("", {}, echec.value)) == "ce fichier n'est pas une base SQLite"


@pytest.mark.parametrize(
    ("erreur", "dit"),
    [
        (FileExistsError(17, "File exists"), "un fichier de ce nom est à la place du dossier"),
        (OSError(71, "Protocol error"), "erreur EPROTO du système"),
        (psycopg.errors.InvalidPassword("x"), "le serveur refuse cet utilisateur ou son mot de passe"),
        (psycopg.errors.DiskFull("x"), "le disque du serveur est plein"),
        (psycopg.errors.UniqueViolation("x"), "erreur PostgreSQL 23505"),
        (psycopg.OperationalError("[Errno -2] Name or service not known"), "le nom du serveur est inconnu"),
        (psycopg.OperationalError("connection timeout expired"), "le serveur ne répond pas à temps"),
        (psycopg.OperationalError('FATAL:  database "x" does not exist'), "cette base n'existe pas sur le serveur"),
        (psycopg.OperationalError("something new"), "erreur OperationalError"),
        (sqlite3.OperationalError("no such table: prestation"), "la table prestation manque"),
        (sqlite3.OperationalError("something new"), "erreur inconnue"),
    ],
)
def test_reasons__french(erreur: Exception, dit: str) -> None:
    assert en_francais(erreur) == dit
