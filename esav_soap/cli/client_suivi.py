"""``esav client``: lists, events, and what an opérateur does to a signalisation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esav_soap.cli.client_appel import mener
from esav_soap.cli.client_fichiers import ecrire, lire_curseur
from esav_soap.cli.client_options import CLE, Acces, avec, une_cle

if TYPE_CHECKING:
    from esav_soap.client import ClientEsav, ErreurClient

_PAGE = (
    click.option(
        "--maximum", type=click.IntRange(1, 200), metavar="N", help="Au plus N à la fois, 200 au plus.  [100]"
    ),
    click.option("--curseur", metavar="TEXTE", help="La suite d'une liste, comme elle le dit à sa fin."),
)
_TOUT = click.option("--tout", is_flag=True, help="Toutes les pages, jusqu'à la dernière.")
_COMMENTAIRE = click.option("--commentaire", metavar="TEXTE", help="Commentaire, que le SAV lit.")
_COMMENTAIRE_EXIGE = click.option("--commentaire", metavar="TEXTE", required=True, help="Commentaire, que le SAV lit.")


@click.command()
@avec(
    click.option("--etat", "etats", multiple=True, metavar="CODE", help="Dans cet état ; répétable."),
    click.option("--offre", metavar="CODE", help="D'une seule Offre."),
    click.option("--prestation", metavar="ID", help="Sur cette prestation."),
    click.option("--depuis", metavar="DATE", help="Déposées depuis cette date (et heure de Paris), comprise."),
    click.option("--avant", metavar="DATE", help="Déposées avant cette date (et heure de Paris)."),
    *_PAGE,
    _TOUT,
)
def lister(
    acces: Acces,
    etats: tuple[str, ...],
    offre: str | None,
    prestation: str | None,
    depuis: str | None,
    avant: str | None,
    maximum: int | None,
    curseur: str | None,
    tout: bool,
) -> None:
    """Lister les signalisations, la plus récente d'abord.

    \b
    Exemples :
      esav client lister
      esav client lister --etat GELE --etat EN_COURS --offre ACCES_FTTH
      esav client lister --depuis 2026-11-01 --avant 01/12/2026 --tout --format json
    """
    filtres: dict[str, Any] = {
        "etats": etats,
        "offre": offre,
        "prestation": prestation,
        "depuis": depuis,
        "avant": avant,
    }
    _pages(
        acces,
        lambda esav: esav.suivi.lister(curseur=curseur, maximum=maximum, **filtres),
        (lambda esav: esav.suivi.toutes(**filtres)) if tout else None,
        curseur or maximum,
    )


@click.command()
@avec(*_PAGE, _TOUT)
def historique(acces: Acces, maximum: int | None, curseur: str | None, tout: bool) -> None:
    """Lister les signalisations closes ou rejetées depuis 90 jours.

    \b
    Exemples :
      esav client historique
      esav client historique --tout --format json
    """
    _pages(
        acces,
        lambda esav: esav.suivi.historique(curseur=curseur, maximum=maximum),
        (lambda esav: esav.suivi.tout_historique()) if tout else None,
        curseur or maximum,
    )


def _pages(acces: Acces, une: Any, toutes: Any, page: object) -> None:
    """Show one page, or all that there is. ``page``: what was said of the one page."""
    from esav_soap.cli import client_affichage_suivi as affichage

    if toutes is None:
        mener(acces, une, affichage.signalisations)
        return
    if page:
        raise click.UsageError("--tout ne va pas avec --curseur ni --maximum")
    if acces.format == "xml":
        raise click.UsageError("avec --tout : --format table ou json")
    mener(acces, lambda esav: {"signalisation": list(toutes(esav))}, affichage.signalisations)


@click.command()
@avec(
    *_PAGE,
    click.option(
        "--curseur-dans",
        "fichier",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FICHIER",
        help="Reprendre au curseur de ce fichier, et l'y garder.",
    ),
    click.option("--suivre", is_flag=True, help="Continuer à lire les changements à mesure qu'ils arrivent."),
    click.option(
        "--pause", type=click.FloatRange(1), default=30.0, metavar="SECONDES", help="Entre deux lectures.  [30]"
    ),
)
def evenements(
    acces: Acces, maximum: int | None, curseur: str | None, fichier: Path | None, suivre: bool, pause: float
) -> None:
    """Lire les changements de toutes les signalisations, dans l'ordre.

    Sans curseur, depuis le premier. FICHIER est écrit une fois la page affichée : après un arrêt, même brutal, les derniers
    changements peuvent être lus deux fois (même rang), aucun n'est perdu. Un fichier par plate-forme et par opérateur.

    Avec --suivre, une ligne par changement, jusqu'à Ctrl-C ; une panne du service est dite et attendue. Avec --suivre et
    --format json, chaque ligne est un document.

    \b
    Exemples :
      esav client evenements --curseur 1042
      esav client evenements --curseur-dans curseur --format json
      esav client evenements --curseur-dans curseur --suivre --pause 60
    """
    from esav_soap.cli import client_affichage_suivi as affichage

    if fichier is not None and curseur is not None:
        raise click.UsageError("--curseur ne va pas avec --curseur-dans : c'est le fichier qui dit où reprendre")
    if fichier is not None:
        curseur = lire_curseur(fichier)
    if suivre:
        if acces.format == "xml":
            raise click.UsageError("avec --suivre : --format table ou json")
        mener(acces, lambda esav: _suivre(esav, acces, curseur, maximum, fichier, pause), None)
        return
    lues: list[Any] = []

    def lire(esav: ClientEsav) -> Any:
        lues.append(esav.suivi.evenements(curseur, maximum=maximum))
        return lues[-1]

    mener(acces, lire, affichage.evenements)
    _garder(fichier, lues[-1].curseur)


def _suivre(
    esav: ClientEsav, acces: Acces, curseur: str | None, maximum: int | None, fichier: Path | None, pause: float
) -> None:
    """Print events as they come. What fails at once fails; what fails later is waited for."""
    from esav_soap.cli import client_affichage_suivi as affichage

    lu = False

    def en_panne(panne: ErreurClient) -> None:
        if not lu:
            raise panne
        click.echo(f"{panne} Nouvelle lecture dans {pause:g} s.", err=True)

    garde, avertis = curseur, set[str]()
    for page in esav.suivi.pages_evenements(curseur, pause=pause, en_panne=en_panne, maximum=maximum):
        lu = True
        affichage.au_fil(page.evenement or (), en_json=acces.format == "json")
        affichage.avertir(page, avertis)
        if page.curseur != garde:
            _garder(fichier, page.curseur)
            garde = page.curseur


def _garder(fichier: Path | None, curseur: str) -> None:
    """Keep the cursor, once what it stands behind has left this program."""
    sys.stdout.flush()
    if fichier is not None:
        ecrire(fichier, f"{curseur}\n".encode())


@click.command()
@avec(*CLE, _COMMENTAIRE_EXIGE)
def completer(acces: Acces, numero: str | None, reference: str | None, commentaire: str) -> None:
    """Répondre à un gel, ou compléter une signalisation.

    Gelée, elle reprend l'état d'avant le gel ; sinon le commentaire s'ajoute.

    \b
    Exemples :
      esav client completer 7K3M9QX2TBX --commentaire "Accès possible dès 8 h, gardien prévenu."
      esav client completer --reference TICKET-42 --commentaire "Digicode : 4521B"
    """
    _agir(acces, numero, reference, lambda esav, cle: esav.suivi.completer(**cle, commentaire=commentaire))


@click.command("demander-cloture")
@avec(*CLE, _COMMENTAIRE)
def demander_cloture(acces: Acces, numero: str | None, reference: str | None, commentaire: str | None) -> None:
    """Demander la clôture d'une signalisation : le SAV décide.

    \b
    Exemple :
      esav client demander-cloture 7K3M9QX2TBX --commentaire "Le service est revenu de lui-même."
    """
    _agir(acces, numero, reference, lambda esav, cle: esav.suivi.demander_cloture(**cle, commentaire=commentaire))


@click.command()
@avec(*CLE, _COMMENTAIRE_EXIGE)
def contester(acces: Acces, numero: str | None, reference: str | None, commentaire: str) -> None:
    """Contester la clôture d'une signalisation, dans le délai : elle repart en cours.

    \b
    Exemple :
      esav client contester 7K3M9QX2TBX --commentaire "Toujours aucun signal à la PTO."
    """
    _agir(acces, numero, reference, lambda esav, cle: esav.suivi.contester_cloture(**cle, commentaire=commentaire))


def _agir(acces: Acces, numero: str | None, reference: str | None, agir: Any) -> None:
    from esav_soap.cli import client_affichage as affichage

    une_cle(numero, reference)
    mener(acces, lambda esav: agir(esav, {"numero": numero, "reference": reference}), affichage.etat)


COMMANDES = (lister, historique, evenements, completer, demander_cloture, contester)
