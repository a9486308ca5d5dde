"""Options of ``esav client``: those of every command, and those of a deposit."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import click


class _Choix(click.Choice[str]):
    """A choice whose refusal is French."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            self.fail(f"« {value} » n'est pas admis ; admis : {', '.join(self.choices)}", param, ctx)
        return str(value)


@dataclass(frozen=True, slots=True)
class Acces:
    """Which service is called, as whom, and how the answer is shown."""

    url: str
    plateforme: str
    operateur: str | None
    certificat: str | None
    cle: str | None
    ca: str | None
    soap: str
    format: str
    delai: float
    essais: int
    adresse_directe: bool
    version: str | None = None


_URL = "http://127.0.0.1:8080"
_COMMUNES = (
    click.option(
        "--url", envvar="ESAV_URL", default=_URL, metavar="URL", help=f"Adresse du service.  [ESAV_URL ; {_URL}]"
    ),
    click.option(
        "--plateforme",
        envvar="ESAV_PLATEFORME",
        type=_Choix(("production", "integration")),
        default="production",
        help="Plate-forme.  [ESAV_PLATEFORME ; production]",
    ),
    click.option(
        "--operateur",
        envvar="ESAV_OPERATEUR",
        metavar="CODE",
        help="Qui appelle, sur un service local.  [ESAV_OPERATEUR]",
    ),
    click.option(
        "--certificat", envvar="ESAV_CERTIFICAT", metavar="FICHIER", help="Certificat client (PEM).  [ESAV_CERTIFICAT]"
    ),
    click.option(
        "--cle", envvar="ESAV_CLE", metavar="FICHIER", help="Clé du certificat, si elle est à part.  [ESAV_CLE]"
    ),
    click.option(
        "--ca", envvar="ESAV_CA", metavar="FICHIER", help="Autorité qui a signé le certificat du serveur.  [ESAV_CA]"
    ),
    click.option("--soap", type=_Choix(("1.1", "1.2")), default="1.1", help="Version de SOAP.  [1.1]"),
    click.option("--format", type=_Choix(("table", "json", "xml")), default="table", help="Présentation.  [table]"),
    click.option("--delai", type=float, default=30.0, metavar="SECONDES", help="Attente d'une réponse.  [30]"),
    click.option("--essais", type=int, default=3, metavar="N", help="Essais d'une requête restée sans réponse.  [3]"),
    click.option(
        "--adresse-directe", is_flag=True, help="Appeler l'adresse de --url et non celle du WSDL (tunnel, relais)."
    ),
)
#: For the commands that read or fill the forms of a version.
VERSION = click.option("--version", metavar="VERSION", help="Version du catalogue.  [la plus récente en service]")
SAISIE = (
    click.option("--prestation", required=True, metavar="ID", help="Identifiant de prestation."),
    click.option("--reference", metavar="REF", help="Votre référence, unique.  [une nouvelle, affichée avant l'envoi]"),
    click.option(
        "--contact-nom",
        envvar="ESAV_CONTACT_NOM",
        required=True,
        metavar="NOM",
        help="Qui joindre.  [ESAV_CONTACT_NOM]",
    ),
    click.option(
        "--contact-telephone",
        envvar="ESAV_CONTACT_TELEPHONE",
        required=True,
        metavar="NUMÉRO",
        help="Son téléphone.  [ESAV_CONTACT_TELEPHONE]",
    ),
    click.option(
        "--contact-courriel",
        envvar="ESAV_CONTACT_COURRIEL",
        metavar="ADRESSE",
        help="Son courriel.  [ESAV_CONTACT_COURRIEL]",
    ),
    click.option("--offre", metavar="CODE", help="Offre du formulaire, nécessaire avec champ=valeur."),
    click.option("--tel-quel", is_flag=True, help="Envoyer noms et valeurs tels quels : le service juge."),
    click.argument("saisie", nargs=-1, required=True, metavar="(FICHIER.xml | champ=valeur…)"),
)
#: How a signalisation is named: see :func:`une_cle`.
CLE = (
    click.argument("numero", required=False),
    click.option("--reference", metavar="REF", help="Votre référence, à la place du numéro."),
)


def une_cle(numero: str | None, reference: str | None) -> None:
    """Raises ``click.UsageError`` unless exactly one of them is given."""
    if (numero is None) == (reference is None):
        raise click.UsageError("indiquer soit le NUMERO, soit --reference")


def avec(*options: Callable[[Any], Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """These options and the common ones; the command gets the latter as its first argument, an :class:`Acces`."""

    def decorer(commande: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(commande)
        def lancer(**donnees: Any) -> None:
            communes = {champ.name: donnees.pop(champ.name) for champ in fields(Acces) if champ.name in donnees}
            commande(Acces(**communes), **donnees)

        for option in reversed((*options, *_COMMUNES)):
            lancer = option(lancer)
        return lancer

    return decorer
