"""Where notifications may go: which addresses an opérateur may name, and which of this world's machines they may reach.

The opérateur chooses the address, and e-SAV connects to it from within the Fournisseur's network. So nothing but the public
Internet is reached through it, unless the settings name a network: neither this machine, nor its neighbours, nor the
metadata service of a host. What counts is the address that a name resolves to, not the name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Reseau = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGUEUR_MAX = 500
#: The port of HTTPS, and those that no system service has by default (R3.4).
PORT_HTTPS, PORTS_LIBRES = 443, range(1024, 65536)

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NOM = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\.?")
_CIBLE = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")


class CodeAdresse(Enum):
    """What is wrong with an address. Value: the same in French."""

    TROP_LONGUE = f"elle a plus de {LONGUEUR_MAX} caractères"
    PAS_HTTPS = "elle ne commence pas par https://"
    IDENTIFIANTS = "elle contient un nom d'utilisateur : e-SAV se fait connaître par son certificat"
    HOTE = "le nom de la machine n'est pas lisible (lettres sans accent, chiffres, tirets et points)"
    PORT = "le port n'est ni 443, ni entre 1024 et 65535"
    CIBLE = "le chemin contient un caractère à coder (%20…), ou un fragment (#)"


class AdresseRefusee(ValueError):
    """An address that no notification is ever sent to, whatever it resolves to."""

    def __init__(self, code: CodeAdresse, adresse: str) -> None:
        self.code = code
        super().__init__(f"Adresse « {adresse[:LONGUEUR_MAX]} » refusée : {code.value}.")


@dataclass(frozen=True, slots=True)
class Destination:
    """An address taken apart. ``hote``: a name in ASCII, or an IP address without brackets; ``cible``: path and query."""

    hote: str
    port: int
    cible: str


def lire_adresse(adresse: str) -> Destination:
    """The address ``https://host[:port]/path?query``, taken apart. Raises :class:`AdresseRefusee`.

    >>> lire_adresse("https://sav.operateur.example/esav")
    Destination(hote='sav.operateur.example', port=443, cible='/esav')
    """

    def refus(code: CodeAdresse) -> AdresseRefusee:
        return AdresseRefusee(code, adresse)

    if len(adresse) > LONGUEUR_MAX:
        raise refus(CodeAdresse.TROP_LONGUE)
    if not adresse.isascii() or not adresse.isprintable() or " " in adresse or "\\" in adresse:
        raise refus(CodeAdresse.HOTE if adresse.lower().startswith("https://") else CodeAdresse.PAS_HTTPS)
    try:
        url = urlsplit(adresse)
    except ValueError as exc:
        raise refus(CodeAdresse.HOTE) from exc
    if url.scheme != "https":
        raise refus(CodeAdresse.PAS_HTTPS)
    if "@" in url.netloc:
        raise refus(CodeAdresse.IDENTIFIANTS)
    hote = url.hostname or ""
    if not (_adresse_ip(hote) if ":" in hote else len(hote) <= 253 and _NOM.fullmatch(hote)):
        raise refus(CodeAdresse.HOTE)
    try:
        port = url.port if url.port is not None else PORT_HTTPS
    except ValueError as exc:
        raise refus(CodeAdresse.PORT) from exc
    if port != PORT_HTTPS and port not in PORTS_LIBRES:
        raise refus(CodeAdresse.PORT)
    cible = (url.path or "/") + (f"?{url.query}" if url.query else "")
    if "#" in adresse or not _CIBLE.fullmatch(cible):
        raise refus(CodeAdresse.CIBLE)
    return Destination(hote.rstrip("."), port, cible)


def _adresse_ip(texte: str) -> bool:
    try:
        return "%" not in texte and bool(ipaddress.ip_address(texte))
    except ValueError:
        return False


def lire_reseaux(texte: str) -> tuple[Reseau, ...]:
    """Networks with commas between them: ``10.20.0.0/16, 2001:db8::/32``. Raises ``ValueError`` that names the wrong one."""
    reseaux = []
    for mot in filter(None, (mot.strip() for mot in texte.split(","))):
        try:
            reseaux.append(ipaddress.ip_network(mot))
        except ValueError as exc:
            raise ValueError(mot) from exc
    return tuple(reseaux)


def _reseaux(*textes: str) -> tuple[Reseau, ...]:
    return tuple(map(ipaddress.ip_network, textes))


#: Not everybody's, by the registries of the IANA (RFC 6890 and what followed). Written out: what Python's ``is_global`` says
#: changed from one release to the next.
_INTERDITS_4 = _reseaux(
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",
    "100.64.0.0/10",  # shared by operators (CGNAT)
    "127.0.0.0/8",
    "169.254.0.0/16",  # link-local, metadata services
    "172.16.0.0/12",
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24",  # documentation
    "192.88.99.0/24",  # relays of 6to4
    "192.168.0.0/16",
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
)
#: In IPv6 only what is given out is reached; within it, not what carries other addresses or is nobody's.
_DONNES_6 = ipaddress.IPv6Network("2000::/3")
_INTERDITS_6 = _reseaux(
    "2001::/23",  # protocol assignments, Teredo
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4
    "3fff::/20",  # documentation
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def admise(ip: Ip, reseaux: Iterable[Reseau] = ()) -> bool:
    """Whether notifications may be sent to that machine: a public one, or one of ``reseaux``.

    An IPv6 address that stands for one of IPv4, mapped or translated (NAT64), is judged as that one.
    """
    reelle = _reelle(ip)
    if any(reelle.version == reseau.version and reelle in reseau for reseau in reseaux):
        return True
    if isinstance(reelle, ipaddress.IPv4Address):
        return not any(reelle in interdit for interdit in _INTERDITS_4)
    return reelle.scope_id is None and reelle in _DONNES_6 and not any(reelle in interdit for interdit in _INTERDITS_6)


def _reelle(ip: Ip) -> Ip:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip
