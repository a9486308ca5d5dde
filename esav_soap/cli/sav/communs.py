"""What the commands of ``esav sav`` share: the store, the technician, how a signalisation is shown."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from esav_soap.signalisation import Evenement
    from esav_soap.usecases.ports import Horloge
    from esav_soap.usecases.sav import Fiche, Sav, Technicien

STORE = click.option("--store", metavar="URL", help="Base de données : sqlite:///fichier ou postgresql://…")
AUTEUR = click.option("--auteur", metavar="NOM", help="Qui agit.  [par défaut : le nom de session]")
NUMERO = click.argument("numero", metavar="NUMÉRO")
_FORMES = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")


@contextmanager
def ouvert(store: str | None) -> Iterator[tuple[Sav, Horloge]]:
    """The use cases over the store of the settings, and the clock."""
    from esav_soap.bootstrap.horloge import horloge
    from esav_soap.bootstrap.reglages import lire_reglages
    from esav_soap.bootstrap.sav import monter_sav
    from esav_soap.store import ouvrir

    reglages = lire_reglages(None, store=store)
    instant = horloge(reglages)
    with ouvrir(reglages.store, creer=False) as magasin:
        yield monter_sav(magasin, instant), instant


def technicien(auteur: str | None) -> Technicien:
    """Whoever has this store at hand acts for the Fournisseur."""
    from esav_soap.usecases.sav import Technicien

    return Technicien((auteur or getpass.getuser()).strip())


def moment(texte: str) -> datetime:
    """An instant as people write it: Paris time, unless it tells its offset. Raises ``click.UsageError``."""
    from esav_soap.calendar import PARIS, en_utc

    dit = texte.strip()
    for forme in _FORMES:
        try:
            return en_utc(datetime.strptime(dit, forme).replace(tzinfo=PARIS))
        except ValueError:
            continue
    try:
        lu = datetime.fromisoformat(dit)
    except ValueError:
        lu = None
    if lu is None or lu.tzinfo is None:
        raise click.UsageError(f"« {texte} » n'est pas une date et heure, comme 2026-12-31 15:30 ou 31/12/2026 15:30")
    return en_utc(lu)


def fiche(vue: Fiche) -> Iterator[str]:
    """The lines of a signalisation."""
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
    yield f"Événements : {len(s.evenements)}"
    for un in s.evenements:
        yield from _evenement(un)
    possibles = ", ".join(a.name for a in vue.actions)
    yield f"Actions possibles : {possibles}" if possibles else "Aucune action possible : plus rien ne la change."


def _garantie(vue: Fiche) -> str:
    from esav_soap.calendar import en_francais

    g = vue.garantie
    if not g.texte:
        return "Garantie : aucune"
    if g.echeance is None:
        return f"Garantie {g.texte} : aucune échéance en ce moment"
    tenue = {True: ", tenue", False: ", DÉPASSÉE", None: ""}[g.tenue]
    return f"Garantie {g.texte} : échéance le {en_francais(g.echeance)}{tenue}"


def _evenement(un: Evenement) -> Iterator[str]:
    from esav_soap.calendar import en_francais
    from esav_soap.signalisation import Visibilite

    qui = f"{un.cote.name.lower()}{f' ({un.auteur})' if un.auteur else ''}"
    interne = "  [INTERNE]" if un.visibilite is Visibilite.INTERNE else ""
    action = un.action.name if un.action else ""
    yield f"  {en_francais(un.date)}  {un.etat.name:<20}  {action:<20}  {qui}{interne}"
    for code in (un.motif, un.attendu, un.cause, un.responsabilite):
        if code is not None:
            yield f"      {code.name} : {code.value}"
    if un.retabli_le is not None:
        yield f"      Rétabli le {en_francais(un.retabli_le)}"
    for ligne in un.commentaire.splitlines():
        yield f"      {ligne}"
