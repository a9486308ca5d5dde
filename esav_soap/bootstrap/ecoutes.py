"""Where a node listens and how callers are identified there: what the settings may combine (R6.1)."""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Mapping

from esav_soap.errors import ReglageInvalide

_BOUCLES = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
#: What a Unix socket's path may have, in bytes.
_CHEMIN_MAX = 107


def sur_la_boucle(adresse: str) -> bool:
    """Whether only this machine reaches that ``host:port``."""
    return adresse.rpartition(":")[0] in _BOUCLES


def source_reglee(valeurs: Mapping[str, object]) -> str:
    """The identity source of the settings: by certificate as soon as there is a way for one to come."""
    donnee = str(valeurs.get("identite") or "")
    return donnee or ("certificat" if valeurs.get("tls_certificat") or valeurs.get("socket_mandataire") else "locale")


def adresse_lisible(adresse: str) -> bool:
    """Whether it is ``host:port``."""
    hote, _, port = adresse.rpartition(":")
    return bool(hote) and port.isascii() and port.isdecimal() and 0 < int(port) < 65536


def problemes_ecoutes(valeurs: Mapping[str, object]) -> list[str]:
    """Everything that does not go together, in French."""
    problemes = []
    adresse = str(valeurs.get("adresse") or "127.0.0.1:8080")
    publique = str(valeurs.get("adresse_http") or "")
    prise = str(valeurs.get("socket_mandataire") or "")
    tls = bool(valeurs.get("tls_certificat"))
    source = source_reglee(valeurs)
    if not adresse_lisible(adresse):
        problemes.append(f"ESAV_ADRESSE doit être hôte:port, comme 127.0.0.1:8080, pas « {adresse} »")
    if tls != bool(valeurs.get("tls_cle")):
        manque = "ESAV_TLS_CLE" if tls else "ESAV_TLS_CERTIFICAT"
        problemes.append(f"{manque} manque : le certificat du serveur et sa clé vont ensemble")
    if publique and not adresse_lisible(publique):
        problemes.append(f"ESAV_ADRESSE_HTTP doit être hôte:port, comme 0.0.0.0:80, pas « {publique} »")
    elif publique and publique.rpartition(":")[2] == adresse.rpartition(":")[2]:
        problemes.append("ESAV_ADRESSE_HTTP doit avoir un autre port que ESAV_ADRESSE")
    if prise and (not os.path.isabs(prise) or len(os.fsencode(prise)) > _CHEMIN_MAX):
        problemes.append(
            f"ESAV_SOCKET_MANDATAIRE doit être un chemin absolu de {_CHEMIN_MAX} octets au plus, pas « {prise} »"
        )
    if source == "locale" and prise:
        problemes.append(
            "ESAV_IDENTITE=locale ne va pas avec ESAV_SOCKET_MANDATAIRE : derrière un mandataire, chacun pourrait se dire "
            "n'importe qui. Indiquer ESAV_IDENTITE=certificat, ou rien"
        )
    if source == "certificat" and not tls:
        if not prise:
            problemes.append(
                "ESAV_IDENTITE=certificat demande ESAV_TLS_CERTIFICAT et ESAV_TLS_CLE, ou ESAV_SOCKET_MANDATAIRE : "
                "sans l'un d'eux, personne ne peut présenter de certificat"
            )
        elif adresse_lisible(adresse) and not sur_la_boucle(adresse):
            problemes.append(
                f"ESAV_ADRESSE={adresse} est joignable par d'autres machines, sans TLS : écouter sur 127.0.0.1, le mandataire "
                "passe par ESAV_SOCKET_MANDATAIRE"
            )
    return problemes


def verifier_adresse(adresse: str) -> None:
    """Say in French, and at once, that an address cannot be had: gunicorn would try for five seconds.

    Raises :class:`~esav_soap.errors.ReglageInvalide`.
    """
    hote, _, port = adresse.rpartition(":")
    try:
        ((famille, genre, protocole, _, lieu), *_) = socket.getaddrinfo(
            hote.strip("[]"), int(port), type=socket.SOCK_STREAM
        )
        with socket.socket(famille, genre, protocole) as prise:
            prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            prise.bind(lieu)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise ReglageInvalide(
                f"L'adresse {adresse} est déjà prise par un autre programme. L'arrêter, ou choisir un autre port (--adresse)."
            ) from exc
        raise ReglageInvalide(
            f"Impossible d'écouter sur {adresse} : cette machine ne peut pas prendre cette adresse."
        ) from exc


def verifier_socket(chemin: str) -> None:
    """The same for the proxy's socket; one that a server left behind when it was killed is no obstacle.

    Raises :class:`~esav_soap.errors.ReglageInvalide`.
    """
    dossier = os.path.dirname(chemin)
    if not os.access(dossier, os.W_OK | os.X_OK):
        raise ReglageInvalide(
            f"ESAV_SOCKET_MANDATAIRE : le dossier {dossier} n'existe pas, ou n'est pas accessible en écriture."
        )
    try:
        etat = os.lstat(chemin)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(etat.st_mode):
        raise ReglageInvalide(
            f"ESAV_SOCKET_MANDATAIRE : {chemin} existe et n'est pas un socket ; il n'est pas remplacé."
        )
    with socket.socket(socket.AF_UNIX) as prise:
        prise.settimeout(1)
        try:
            prise.connect(chemin)
        except ConnectionRefusedError:
            return
        except OSError:
            pass
    raise ReglageInvalide(
        f"ESAV_SOCKET_MANDATAIRE : un autre programme écoute sur {chemin}. L'arrêter, ou choisir un autre chemin."
    )
