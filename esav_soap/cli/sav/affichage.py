"""How ``esav sav`` shows signalisations, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from esav_soap.errors import ErreurChamp
    from esav_soap.rendez_vous import Reservation
    from esav_soap.signalisation import Evenement
    from esav_soap.usecases.ports.suivi import Place, Resume
    from esav_soap.usecases.sav import Fiche
    from esav_soap.usecases.suivi import FormulaireRempli, SituationGarantie


#: Of a list. « Op. » : l'opérateur.
_TITRES = ("Numéro", "État", "Dépôt", "Échéance", "Prestation", "Op.")
#: What stands before a line that goes on with the one before it.
_RETRAIT = " " * 6


def fiche(vue: Fiche, dossier: Iterable[str] = ()) -> Iterator[str]:
    """The lines of a signalisation. ``dossier``: what stands between its heading and its events.

    Opérateurs wrote much of it: none of it commands the terminal, or looks like a line of ours.
    """
    for ligne in _fiche(vue, dossier):
        premiere, *suite = ligne.splitlines() or [""]
        yield _imprimable(premiere)
        for autre in suite:
            yield f"{_RETRAIT}{_imprimable(autre)}"


def _imprimable(texte: str) -> str:
    return "".join(c if c.isprintable() else " " for c in texte)


def _fiche(vue: Fiche, dossier: Iterable[str]) -> Iterator[str]:
    from esav_soap.calendar import en_francais

    s = vue.signalisation
    yield f"Signalisation {s.numero} : {s.etat.value} ({s.etat.name})"
    yield f"  {s.plateforme}, opérateur {s.operateur}, référence {s.reference}"
    yield f"  Prestation {s.prestation.identifiant}, Offre {s.offre}"
    extremites = [e for e in (s.prestation.extremite_a, s.prestation.extremite_b, s.prestation.complement) if e]
    if extremites:
        yield f"  {', '.join(extremites)}"
    tard = f" ; saisie après coup le {en_francais(s.saisie_le)}" if s.saisie_le else ""
    yield f"  Prise en compte le {en_francais(s.depot_le)}{tard}"
    yield f"  {_garantie(vue)}"
    courriel = f", {s.contact.courriel}" if s.contact.courriel else ""
    yield f"  Contact : {s.contact.nom}, {s.contact.telephone}{courriel}"
    yield from dossier
    yield f"Événements : {len(s.evenements)}"
    for un in s.evenements:
        yield from _evenement(un)
    possibles = ", ".join(a.name.lower() for a in vue.actions)
    yield f"À faire, au choix : {possibles}" if possibles else "Aucune action possible : plus rien ne la change."


def formulaire(lu: FormulaireRempli | None, version: str) -> Iterator[str]:
    """The lines of the form as it was filled."""
    if lu is None:
        yield f"Formulaire : la version {version} du catalogue n'est pas enregistrée ici."
        return
    if lu.defaut:
        yield f"Défaut déclaré : {lu.defaut}"
    yield f"Formulaire, version {version} :"
    for champ in lu.champs:
        groupe, _, _ = champ.chemin.rpartition("/")
        yield f"  {f'{groupe}, ' if groupe else ''}{champ.libelle} : {champ.lisible}"


def rendez_vous(reservations: Sequence[Reservation]) -> Iterator[str]:
    """A line for each appointment."""
    for une in reservations:
        yield f"Rendez-vous {ligne_rendez_vous(une)}"


def ligne_rendez_vous(une: Reservation) -> str:
    """``9JD3CMHVHKN : SAV, 01/12/2026, matin (08:00-12:00), réservation confirmée (référence RDV-1)``."""
    from esav_soap.calendar import en_francais
    from esav_soap.rendez_vous import LIBELLES, EtatReservation

    jusque = ""
    if une.etat is EtatReservation.TENUE and une.tenue_jusqu_a is not None:
        jusque = f" jusqu'au {en_francais(une.tenue_jusqu_a)}"
    genre = LIBELLES[une.creneau.genre]
    return f"{une.numero} : {genre}, {une.creneau.libelle}, réservation {une.etat.value}{jusque} (référence {une.reference})"


def admises(erreur: ErreurChamp) -> str:
    """The values that are admitted, to stand behind a message: `` (MATIN, H08)``; nothing when it names none."""
    return f" ({', '.join(erreur.valeurs_admises)})" if erreur.valeurs_admises else ""


@contextmanager
def refus_dits(options: Mapping[str, str]) -> Iterator[None]:
    """Says what is wrong, one line each, by the option that gives it, and ends with exit code 1.

    ``options``: element of the message -> option.
    """
    from esav_soap.errors import FormulaireInvalide

    try:
        yield
    except FormulaireInvalide as refusee:
        for erreur in refusee.erreurs:
            click.echo(f"{options.get(erreur.champ, erreur.libelle)} : {erreur.message}{admises(erreur)}", err=True)
        click.echo("Refusé. Rien n'a été fait.", err=True)
        raise click.exceptions.Exit(1) from refusee


def liste(page: Sequence[Resume], garanties: Mapping[str, SituationGarantie]) -> Iterator[str]:
    """The lines of a list, under their heading, when there are any: as narrow as they can be, for a terminal of 80 columns."""
    from esav_soap.calendar import en_paris

    lignes = [
        (r.numero, r.etat.name, f"{en_paris(r.depot_le):%d/%m/%Y}", _echeance(garanties.get(r.numero)), r.prestation, r.operateur)
        for r in page
    ]  # fmt: skip
    if not lignes:
        return
    tableau = [_TITRES, *lignes]
    largeurs = [max(map(len, colonne)) for colonne in zip(*tableau, strict=True)]
    for ligne in tableau:
        yield "  ".join(f"{mot:<{largeur}}" for mot, largeur in zip(ligne, largeurs, strict=True)).rstrip()


def _echeance(garantie: SituationGarantie | None) -> str:
    """By when, in a list: ``23/11/2026 13:00``, ``gelée``, or nothing."""
    from esav_soap.calendar import en_francais

    if garantie is None or garantie.echeance is None:
        return "gelée" if garantie is not None and garantie.suspendue else ""
    return en_francais(garantie.echeance).replace(" à ", " ")


def place(curseur: str | None) -> Place | None:
    """Where a page begins. What is wrong with a cursor is told by its option."""
    from esav_soap.usecases.actions import lire_curseur

    with refus_dits({"curseur": "--curseur"}):
        return lire_curseur(curseur)


def _garantie(vue: Fiche) -> str:
    from esav_soap.calendar import en_francais
    from esav_soap.signalisation.garantie import lire

    g = vue.garantie
    if not g.texte:
        return "Garantie : aucune"
    if g.echeance is not None:
        tenue = {True: ", tenue", False: ", DÉPASSÉE", None: ""}[g.tenue]
        return f"Garantie {g.texte} : échéance le {en_francais(g.echeance)}{tenue}"
    if lire(g.texte) is None:
        return f"Garantie {g.texte} : ce texte ne donne pas d'échéance"
    return f"Garantie {g.texte} : {'suspendue pendant le gel' if g.suspendue else 'sans objet'}"


def _evenement(un: Evenement) -> Iterator[str]:
    from esav_soap.calendar import en_francais
    from esav_soap.signalisation import Attendu, Cote, Visibilite

    cote = {Cote.OPERATEUR: "opérateur", Cote.FOURNISSEUR: "Fournisseur"}[un.cote]
    qui = f"{cote}{f' ({un.auteur})' if un.auteur else ''}"
    interne = "  [INTERNE]" if un.visibilite is Visibilite.INTERNE else ""
    action = un.action.name if un.action else ""
    yield f"  {en_francais(un.date)}  {un.etat.name:<20}  {action:<20}  {qui}{interne}"
    for code in (un.motif, un.attendu, un.cause, un.responsabilite):
        if code is not None:
            de = f" ; attendu de : {code.aupres_de.value}" if isinstance(code, Attendu) else ""
            yield f"      {code.name} : {code.value}{de}"
    if un.retabli_le is not None:
        yield f"      Rétabli le {en_francais(un.retabli_le)}"
    if un.commentaire:
        yield f"{_RETRAIT}{un.commentaire}"
