"""``esav client jeu-de-test``: passing the cases with a progress bar, the table of what came of them."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from esav_soap.cli.client_appel import REFUSE, mener
from esav_soap.cli.client_options import Acces
from esav_soap.cli.client_tableau import Tableau, imprimer, sortie, sur, titre

if TYPE_CHECKING:
    from esav_soap.client import ClientEsav, ResultatCas


def passer(acces: Acces, pack: bytes, offres: tuple[str, ...], serie: str | None, *, apres: bool = False) -> None:
    """Pass the cases, show them, end with 1 when an answer is not the one of the set."""
    from esav_soap.client import JeuDeTest
    from esav_soap.client.requetes import reference_neuve

    if acces.format == "xml":
        raise click.UsageError("avec --format : table ou json")
    if apres and serie is None:
        raise click.UsageError("avec --apres, indiquer par --serie celle du premier passage")
    serie = serie or reference_neuve()
    ecarts: list[str] = []

    def travail(esav: ClientEsav) -> dict[str, Any]:
        jeu = JeuDeTest(pack)
        resultats = []
        cas = esav.passer_jeu_de_test(jeu, offres, serie, apres=apres)
        muet = not sys.stderr.isatty()
        with click.progressbar(cas, length=jeu.nombre, label="Jeu de test", file=sys.stderr, hidden=muet) as barre:
            for resultat in barre:
                resultats.append(_decrire(resultat))
                if not resultat.conforme:
                    ecarts.append(resultat.code)
        return {
            "version": jeu.version,
            "serie": serie,
            "minutes": 0 if apres else jeu.minutes,
            "conformes": len(resultats) - len(ecarts),
            "ecarts": ecarts,
            "cas": resultats,
        }

    mener(acces, travail, _montrer)
    if ecarts:
        click.get_current_context().exit(REFUSE)


def _decrire(resultat: ResultatCas) -> dict[str, Any]:
    decrit: dict[str, Any] = {
        "code": resultat.code,
        "verdict": resultat.verdict,
        "statutAttendu": resultat.statut_attendu,
        "statutRecu": resultat.statut_recu,
        "conforme": resultat.conforme,
    }
    if not resultat.conforme:
        decrit["ecart"] = _ecart(resultat)
    return decrit


def _ecart(resultat: ResultatCas) -> list[str]:
    """The lines that differ, one tag each: ``-`` expected, ``+`` received."""
    attendues, recues = (
        octets.decode(errors="replace").replace("><", ">\n<").splitlines()
        for octets in (resultat.attendue, resultat.recue)
    )
    lignes = difflib.unified_diff(attendues, recues, n=0, lineterm="")
    return [ligne for ligne in lignes if not ligne.startswith(("---", "+++", "@@"))]


def _montrer(rapport: Mapping[str, Any]) -> None:
    cas: Sequence[Mapping[str, Any]] = rapport["cas"]
    tableau = Tableau(("Cas", "Attendu", "Reçu", "Résultat"), entiers=(0, 3))
    for un in cas:
        fin = Text("conforme", "green") if un["conforme"] else Text("écart", "red")
        tableau.ajouter(un["code"], f"{un['verdict']} (HTTP {un['statutAttendu']})", f"HTTP {un['statutRecu']}", fin)
    tableau.montrer(sortie())
    for un in cas:
        if not un["conforme"]:
            titre(f"{sur(un['code'])} : - attendu, + reçu", "red")
            for ligne in un["ecart"]:
                imprimer(sortie(), Text(sur(ligne)))
    nombre = len(rapport["ecarts"])
    titre(
        f"Catalogue {sur(rapport['version'])}. Réponses conformes : {rapport['conformes']}. Écarts : {nombre}.",
        "red" if nombre else "green",
    )
    if rapport["minutes"]:
        suite = f"Dans {rapport['minutes']} minutes, les autres états : la même commande, avec --apres --serie {rapport['serie']}"
        imprimer(sortie(), Text(sur(suite)))
