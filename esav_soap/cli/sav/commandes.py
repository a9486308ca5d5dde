"""The commands of ``esav sav`` that change a signalisation: one for each action, made from one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from esav_soap.cli.dates import moment
from esav_soap.cli.options import STORE
from esav_soap.cli.sav.affichage import fiche, refus_dits
from esav_soap.cli.sav.communs import AUTEUR, NUMERO, ouvert, technicien

COMMENTAIRE = click.option("--commentaire", metavar="TEXTE", default="", help="Commentaire, que l'opérateur lit.")
VUS = click.option(
    "--vus",
    type=click.IntRange(1),
    metavar="N",
    help="Refuser si elle a changé depuis : N est le nombre d'événements que montrer a dit.",
)


#: Element of a message -> the option that gives it.
_OPTIONS = {
    "commentaire": "--commentaire",
    "motif": "--motif",
    "attendu": "--attendu",
    "cause": "--cause",
    "responsabilite": "--responsabilite",
    "dateHeureRetablissement": "--retabli-le",
}
#: Option -> the nomenclature of its codes, in ``esav_soap.signalisation``.
_NOMENCLATURES = {
    "--motif": "MotifRejet",
    "--attendu": "Attendu",
    "--cause": "CauseCloture",
    "--responsabilite": "Responsabilite",
}


class _AvecCodes(click.Command):
    """Its help lists the codes that its options take; the domain is imported for that alone."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        for option in (o for parametre in self.params for o in parametre.opts if o in _NOMENCLATURES):
            with formatter.section(f"Codes de {option}"):
                formatter.write_dl(_codes(option))


def _codes(option: str) -> list[tuple[str, str]]:
    from esav_soap import signalisation

    nomenclature = getattr(signalisation, _NOMENCLATURES[option])
    de = signalisation.Attendu
    return [(m.name, f"{m.value} (de : {m.aupres_de.value})" if isinstance(m, de) else m.value) for m in nomenclature]


def _code(option: str, aide: str) -> Any:
    return click.option(option, metavar="CODE", help=aide)


@dataclass(frozen=True, slots=True)
class _Verbe:
    """A command. ``aide``: the first line of its help; ``exemple``: what follows the number."""

    nom: str
    action: str
    aide: str
    exemple: str = ""
    options: tuple[Any, ...] = ()


_VERBES = (
    _Verbe("qualifier", "QUALIFIER", "Accepter une signalisation : elle est recevable."),
    _Verbe(
        "rejeter",
        "REJETER",
        "Rejeter une signalisation qui n'est pas recevable. Rien ne la suit.",
        " --motif DOUBLON",
        (_code("--motif", "Motif du rejet."),),
    ),
    _Verbe("prendre", "PRENDRE", "Prendre en charge une signalisation."),
    _Verbe(
        "geler",
        "GELER",
        "Geler une signalisation : quelque chose est attendu de l'opérateur, la garantie est suspendue.",
        " --attendu ACCES_SITE",
        (_code("--attendu", "Ce qui est attendu."),),
    ),
    _Verbe("reprendre", "REPRENDRE", "Reprendre une signalisation gelée, dans l'état d'avant le gel."),
    _Verbe(
        "commenter",
        "COMMENTER",
        "Ajouter un commentaire.",
        ' --commentaire "Mesure faite au PM" --interne',
        (click.option("--interne", is_flag=True, help="Que l'opérateur ne voit pas."),),
    ),
    _Verbe(
        "clore",
        "CLORE",
        "Clore une signalisation : le service est rétabli.",
        ' --cause CABLE --responsabilite TIERS --retabli-le "2026-07-01 15:30"',
        (
            _code("--cause", "Cause constatée."),
            _code("--responsabilite", "À qui elle revient."),
            click.option(
                "--retabli-le",
                metavar="DATE",
                help="Date et heure du rétablissement, à Paris : entre le dépôt et maintenant.",
            ),
        ),
    ),
    _Verbe("valider", "VALIDER", "Valider la clôture : l'avis de clôture part à l'opérateur."),
)


def agir(
    action: str, numero: str, store: str | None, auteur: str | None, vus: int | None, dits: dict[str, Any]
) -> None:
    """Do it and show the fiche, or what stands against it. ``dits``: what the options of the action say."""
    from esav_soap.signalisation import (
        Action,
        Attendu,
        CauseCloture,
        Cote,
        MotifRejet,
        Responsabilite,
        Visibilite,
    )
    from esav_soap.signalisation.transitions import Commande
    from esav_soap.usecases.actions import ModifieeEntretemps

    retabli = dits.get("retabli_le")
    commande = Commande(
        Action[action],
        Cote.FOURNISSEUR,
        commentaire=dits["commentaire"],
        visibilite=Visibilite.INTERNE if dits.get("interne") else Visibilite.PARTAGE,
        motif=_membre(MotifRejet, "--motif", dits.get("motif")),
        attendu=_membre(Attendu, "--attendu", dits.get("attendu")),
        cause=_membre(CauseCloture, "--cause", dits.get("cause")),
        responsabilite=_membre(Responsabilite, "--responsabilite", dits.get("responsabilite")),
        retabli_le=moment(retabli) if retabli else None,
    )
    with ouvert(store) as (sav, horloge), refus_dits(_OPTIONS):
        qui = technicien(auteur)
        try:
            apres = sav.agir(qui, numero, commande, horloge(), vus=vus)
        except ModifieeEntretemps as refusee:
            click.echo(f"Erreur : {refusee}", err=True)
            for ligne in fiche(sav.montrer(qui, numero, horloge())):
                click.echo(ligne)
            raise click.exceptions.Exit(1) from refusee
    for ligne in fiche(apres):
        click.echo(ligne)


def _membre(nomenclature: Any, option: str, code: str | None) -> Any:
    if code is None:
        return None
    connu = nomenclature.__members__.get(code.strip().upper())
    if connu is None:
        codes = "\n".join(f"  {nom:<28} {sens}" for nom, sens in _codes(option))
        raise click.UsageError(f"{option} : « {code} » n'est pas un code. Les codes :\n{codes}")
    return connu


def _commande(verbe: _Verbe) -> click.Command:
    def executer(numero: str, store: str | None, auteur: str | None, vus: int | None, **dits: Any) -> None:
        agir(verbe.action, numero, store, auteur, vus, dits)

    aide = f"{verbe.aide}\n\n\b\nExemple :\n  esav sav {verbe.nom} 7K3M9QX2TBX{verbe.exemple}"
    fonction: Callable[..., Any] = executer
    for decorer in reversed((NUMERO, *verbe.options, COMMENTAIRE, AUTEUR, VUS, STORE)):
        fonction = decorer(fonction)
    return click.command(verbe.nom, cls=_AvecCodes, help=aide, short_help=verbe.aide)(fonction)


COMMANDES = tuple(map(_commande, _VERBES))
