"""What a browser gets: the addresses of the services, the maquettes and the packs. All public, nothing of an opérateur."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import datetime

from esav_soap.calendar import en_paris
from esav_soap.contract.services import SERVICES
from esav_soap.errors import ErreurEsav
from esav_soap.names import PLATEFORMES, chemin_service
from esav_soap.publication import VersionPubliee
from esav_soap.usecases.registre import Registre

HTML = "text/html; charset=utf-8"
_TYPES = {"html": HTML, "xml": "text/xml; charset=utf-8", "xsd": "text/xml; charset=utf-8", "zip": "application/zip"}
_TYPES["wsdl"] = "text/xml; charset=utf-8"
_TYPES |= dict.fromkeys(("sh", "csv", "tsv"), "text/plain; charset=utf-8")

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


def page(chemin: str, registre: Registre, instant: datetime) -> Page | None:
    """The document at ``chemin``, or None: ``/``, ``/sante``, ``/catalogue/{version}/pack.zip`` and the pack's files."""
    match chemin.strip("/").split("/"):
        case [""]:
            return Page(HTML, _accueil(registre, instant))
        case ["sante"]:
            return Page("text/plain; charset=utf-8", b"ok\n")
        case ["catalogue", version, *reste] if reste:
            return _du_pack(registre, version, "/".join(reste))
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


def _accueil(registre: Registre, instant: datetime) -> bytes:
    lignes = "".join(_ligne(registre, v, instant) for v in registre.publiees)
    blocs = [
        f"<h2>Catalogue</h2><table><tr><th>Version<th>État<th>Consulter</tr>{lignes}</table>"
        if lignes
        else "<p>Aucune version du catalogue n'est publiée. Le Fournisseur en publie une par « esav catalogue install ».</p>"
    ]
    for plateforme in PLATEFORMES:
        adresses = [chemin_service(plateforme, "depot", v.version) for v in registre.vives(plateforme, instant)]
        if adresses:
            adresses += [chemin_service(plateforme, service) for service in SERVICES if service != "depot"]
            liens = "".join(
                f'<li><a href="{_e(a)}?wsdl"><code>{_e(registre.base_url + a)}?wsdl</code></a></li>' for a in adresses
            )
            blocs.append(f"<h2>Plate-forme « {plateforme} »</h2><ul>{liens}</ul>")
    return _document("e-SAV : services de signalisation", "".join(blocs))


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
