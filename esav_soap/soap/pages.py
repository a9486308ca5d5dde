"""What a browser gets: the addresses of the services, the maquettes and the packs. All public, nothing of an opérateur."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from esav_soap.calendar import en_paris
from esav_soap.certificats import Autorite
from esav_soap.contract.services import RECEPTEURS, SERVICES
from esav_soap.errors import ErreurEsav
from esav_soap.names import PLATEFORMES, chemin_service
from esav_soap.publication import VersionPubliee
from esav_soap.usecases.pki.pieces import armer
from esav_soap.usecases.registre import Registre

HTML = "text/html; charset=utf-8"
_TYPES = {"html": HTML, "xml": "text/xml; charset=utf-8", "xsd": "text/xml; charset=utf-8", "zip": "application/zip"}
_TYPES["wsdl"] = "text/xml; charset=utf-8"
_TYPES |= dict.fromkeys(("sh", "csv", "tsv"), "text/plain; charset=utf-8")

#: Seconds that caches may keep what /pki/ serves: a CA lasts for years; a revocation is to be known soon.
_CACHE_AUTORITE_S, _CACHE_CRL_S = 3600, 60

_STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1c2530;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}a{color:#0b5394}code{font-size:.95em;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d5dbe1}
@media(prefers-color-scheme:dark){body{color:#e6eaee;background:#12181f}a{color:#8ec5ff}td,th{border-color:#333d47}}
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A document to send as it is."""

    type: str
    contenu: bytes
    entetes: tuple[tuple[str, str], ...] = field(default=())


def page(chemin: str, registre: Registre, instant: datetime, autorites: Collection[Autorite] = ()) -> Page | None:
    """The document at ``chemin``, or None: ``/``, ``/sante``, ``/catalogue/{version}/pack.zip`` and the pack's files, and
    ``/pki/``: the certificate of the platform's own CA and its list of revoked ones, from ``autorites``."""
    match chemin.strip("/").split("/"):
        case [""]:
            return Page(HTML, _accueil(registre, instant, autorites))
        case ["sante"]:
            return Page("text/plain; charset=utf-8", b"ok\n")
        case ["catalogue", version, *reste] if reste:
            return _du_pack(registre, version, "/".join(reste))
        case ["pki", nom]:
            return _de_la_pki(nom, autorites)
    return None


def introuvable() -> bytes:
    """The page of an address that does not exist."""
    return _document("Adresse inconnue", '<p>Rien ne répond à cette adresse. <a href="/">Adresses des services</a></p>')


def service(adresse: str) -> bytes:
    """The page of a service's address: it is for programs."""
    return _document(
        "Service SOAP",
        f"<p>Cette adresse reçoit des requêtes SOAP par POST. Son contrat : "
        f'<a href="{_e(adresse)}?wsdl"><code>{_e(adresse)}?wsdl</code></a>. <a href="/">Tous les services</a></p>',
    )


def refus(erreur: ErreurEsav) -> bytes:
    """The page of a version that cannot be used, with those that can."""
    liens = "".join(f'<li><a href="{_e(v.wsdl)}">{_e(v.version)}</a></li>' for v in erreur.versions)
    return _document(erreur.code.name, f"<p>{_e(erreur.message)}</p><ul>{liens}</ul>")


def _de_la_pki(nom: str, autorites: Collection[Autorite]) -> Page | None:
    """``ca.pem``: every own CA in service; ``ca.der``, ``esav.crl``: of the newest; ``{empreinte}.crl``: of that one.

    A list stays published after its CA has retired: it still tells of certificates that others may meet.
    """
    propres = sorted((a for a in autorites if a.interne), key=lambda a: (a.debut, a.empreinte), reverse=True)
    en_service = [a for a in propres if a.retiree_le is None]
    voulue = nom.removesuffix(".crl")
    match nom:
        case "ca.pem" if en_service:
            contenu = b"".join(armer("CERTIFICATE", a.der) for a in en_service)
            return _durable("application/x-pem-file", contenu, _CACHE_AUTORITE_S)
        case "ca.der" if en_service:
            return _durable("application/pkix-cert", en_service[0].der, _CACHE_AUTORITE_S)
        case "esav.crl":
            crl = en_service[0].crl if en_service else None
        case _ if voulue != nom:
            crl = next((a.crl for a in propres if a.empreinte == voulue), None)
        case _:
            crl = None
    return _durable("application/pkix-crl", crl, _CACHE_CRL_S) if crl is not None else None


def _durable(type_: str, contenu: bytes, secondes: int) -> Page:
    """A document that may be kept for a while."""
    etiquette = hashlib.sha256(contenu).hexdigest()[:32]
    return Page(type_, contenu, (("Cache-Control", f"public, max-age={secondes}"), ("ETag", f'"{etiquette}"')))


def _du_pack(registre: Registre, version: str, chemin: str) -> Page | None:
    if version not in {v.version for v in registre.publiees}:
        return None
    chargee = registre.chargee(version)
    if chemin == "pack.zip":
        nom = f"catalogue-esav-{version}.zip"
        return Page("application/zip", chargee.pack, (("Content-Disposition", f'attachment; filename="{nom}"'),))
    contenu = chargee.fichiers.get(chemin)
    if contenu is None:
        return None
    return Page(_TYPES.get(chemin.rpartition(".")[2], "application/octet-stream"), contenu)


def _accueil(registre: Registre, instant: datetime, autorites: Collection[Autorite]) -> bytes:
    lignes = "".join(_ligne(registre, v, instant) for v in registre.publiees)
    blocs = [
        f"<h2>Catalogue</h2><table><tr><th>Version<th>État<th>Consulter</tr>{lignes}</table>"
        if lignes
        else "<p>Aucune version du catalogue n'est publiée. Le Fournisseur en publie une par « esav catalogue install ».</p>"
    ]
    for plateforme in PLATEFORMES:
        adresses = [chemin_service(plateforme, "depot", v.version) for v in registre.vives(plateforme, instant)]
        if adresses:
            adresses += [
                chemin_service(plateforme, service) for service in (*SERVICES, *RECEPTEURS) if service != "depot"
            ]
            liens = "".join(
                f'<li><a href="{_e(a)}?wsdl"><code>{_e(registre.base_url + a)}?wsdl</code></a></li>' for a in adresses
            )
            blocs.append(f"<h2>Plate-forme « {plateforme} »</h2><ul>{liens}</ul>")
    if any(a.interne and a.retiree_le is None for a in autorites):
        blocs.append(_CERTIFICATS)
    return _document("e-SAV : services de signalisation", "".join(blocs))


_CERTIFICATS = (
    '<h2>Certificats</h2><p>Autorité de la plate-forme : <a href="/pki/ca.pem">PEM</a> · <a href="/pki/ca.der">DER</a> · '
    '<a href="/pki/esav.crl">liste de révocation</a></p>'
)
#: What the home page shows of a pack, when the pack has it: its path, its name.
_A_CONSULTER = (
    ("maquettes/index.html", "formulaires"),
    ("maquettes/nomenclatures.html", "nomenclatures"),
    ("documents/index.html", "documents"),
    ("jeu-de-test/index.html", "jeu de test"),
    ("changelog.html", "changements"),
)


def _ligne(registre: Registre, publiee: VersionPubliee, instant: datetime) -> str:
    version = _e(publiee.version)
    chargee = registre.en_memoire(publiee.version)  # a retired one is not loaded for the sake of a list
    presents = chargee.fichiers if chargee else dict.fromkeys(chemin for chemin, _ in _A_CONSULTER[:2])
    liens = " · ".join(
        f'<a href="/catalogue/{version}/{chemin}">{nom}</a>'
        for chemin, nom in (*_A_CONSULTER, ("pack.zip", "pack (ZIP)"))
        if chemin in presents or chemin == "pack.zip"
    )
    fin = f", retirée le {en_paris(publiee.retrait):%d/%m/%Y à %H:%M}" if publiee.retrait else ""
    return f"<tr><td>{version}<td>{_e(publiee.etat(instant).value + fin)}<td>{liens}</tr>"


def _document(titre: str, corps: str) -> bytes:
    return (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{_e(titre)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{_e(titre)}</h1>{corps}</html>"
    ).encode()


def _e(texte: str) -> str:
    return html.escape(texte, quote=True)
