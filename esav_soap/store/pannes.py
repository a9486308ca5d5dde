"""What the engines and the system say of a failure, in French; the original stays the exception's cause."""

from __future__ import annotations

import errno
import re
import sqlite3

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

_SYSTEME = {
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EEXIST: "un fichier de ce nom est à la place du dossier",
    errno.ENOTDIR: "un fichier est à la place du dossier",
    errno.EISDIR: "c'est un dossier",
    errno.ENOENT: "le dossier n'existe pas",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota de disque est atteint",
    errno.ENAMETOOLONG: "le nom est trop long",
}
_SQLITE = {
    "SQLITE_NOTADB": "ce fichier n'est pas une base SQLite",
    "SQLITE_CORRUPT": "la base est abîmée",
    "SQLITE_READONLY": "la base est en lecture seule",
    "SQLITE_CANTOPEN": "le fichier ne peut pas être ouvert",
    "SQLITE_PERM": "accès refusé",
    "SQLITE_FULL": "le disque est plein",
    "SQLITE_BUSY": "un autre programme garde la base occupée",
    "SQLITE_LOCKED": "un autre programme garde la base occupée",
    "SQLITE_IOERR": "erreur de lecture ou d'écriture sur le disque",
}
#: By SQLSTATE, or by its class (two characters).
_POSTGRESQL = {
    "28": "le serveur refuse cet utilisateur ou son mot de passe",
    "3D000": "cette base n'existe pas sur le serveur",
    "42501": "cet utilisateur n'a pas les droits nécessaires",
    "25006": "la base est en lecture seule",
    "53100": "le disque du serveur est plein",
    "53": "le serveur est à court de ressources",
    "55P03": "une autre transaction garde la base occupée",
    "57": "le serveur est arrêté ou démarre",
    "08": "la connexion au serveur est rompue",
}
#: What libpq says before there is a connection, hence a SQLSTATE.
_CONNEXION = (
    (r"password authentication failed|no password supplied|no pg_hba", _POSTGRESQL["28"]),
    (r'database ".*" does not exist', _POSTGRESQL["3D000"]),
    (r'role ".*" does not exist', _POSTGRESQL["28"]),
    (r"translate host name|Name or service not known|failed to resolve", "le nom du serveur est inconnu"),
    (r"timeout expired|timed out", "le serveur ne répond pas à temps"),
    (r"Connection refused|No such file or directory|No route to host", "aucun serveur PostgreSQL n'écoute à cette adresse"),
    (r"SSL|certificate", "la connexion chiffrée au serveur n'a pas pu s'établir"),
    (r"server closed the connection|connection is lost|terminating connection", _POSTGRESQL["08"]),
)  # fmt: skip
_TABLE = re.compile(r'no such table: (\w+)|relation "(\w+)" does not exist')


def nom_de(url: URL) -> str:
    """The address as people write it: without the driver, without the password."""
    query = {nom: valeur for nom, valeur in url.query.items() if nom != "password"}
    sans = URL.create(url.get_backend_name(), url.username, None, url.host, url.port, url.database, query)
    return sans.render_as_string()


def en_francais(erreur: BaseException) -> str:
    """Why, in a few words; the engine's own code where there is no word for it."""
    if isinstance(erreur, DBAPIError) and erreur.orig is not None:
        erreur = erreur.orig
    if isinstance(erreur, OSError):
        return _SYSTEME.get(erreur.errno or 0, f"erreur {errno.errorcode.get(erreur.errno or 0, '')} du système")
    if table := _TABLE.search(str(erreur)):
        return f"la table {table[1] or table[2]} manque"
    if isinstance(erreur, sqlite3.Error):
        code = getattr(erreur, "sqlite_errorname", None) or "inconnue"
        return next((dit for nom, dit in _SQLITE.items() if code.startswith(nom)), f"erreur {code}")
    etat = erreur.sqlstate if isinstance(erreur, psycopg.Error) else None
    if etat:
        return _POSTGRESQL.get(etat) or _POSTGRESQL.get(etat[:2]) or f"erreur PostgreSQL {etat}"
    for motif, dit in _CONNEXION:
        if re.search(motif, str(erreur)):
            return dit
    return f"erreur {type(erreur).__name__}"
