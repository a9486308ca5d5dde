"""What is measured on stored signalisations: the operations, at the level of the use cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bench import stock as s
from bench.banc import OPERATEUR, SAV, Banc, commande
from bench.stock import COURANTE, GRAND, PLATEFORME
from esav_soap.model import TypeRendezVous
from esav_soap.signalisation import Action, Cote, Etat
from esav_soap.signalisation.transitions import FINALS, deposer
from esav_soap.usecases.ports.suivi import Filtre, PageSignalisations, Place
from esav_soap.usecases.rendez_vous import Cible
from esav_soap.usecases.suivi import champs_remplis, situation_garantie, trouver

#: Signalisations of a page, at most; events of one.
PAGE, PAGE_EVENEMENTS = 20, 50

_OUVERTS = frozenset({Etat.EN_DEPOT, Etat.EN_QUALIFICATION, Etat.EN_COURS, Etat.GELE})
Appel = Callable[[], object]


@dataclass(frozen=True)
class Operation:
    """``preparer`` makes, untimed, the call that is timed. ``change``: whether it writes, durably."""

    nom: str
    preparer: Callable[[Banc], Appel]
    change: bool = False


# -- what is measured -------------------------------------------------------------------------------------------------------


def _etat(banc: Banc) -> Appel:
    appelant, rang = banc.une()
    numero = banc.stock.numero(rang)
    return lambda: trouver(appelant, numero, None, banc.magasin)


def _etat_reference(banc: Banc) -> Appel:
    appelant, rang = banc.une()
    reference = banc.stock.reference(rang)
    return lambda: trouver(appelant, None, reference, banc.magasin)


def _detail(banc: Banc) -> Appel:
    appelant, rang = banc.une()
    numero = banc.stock.numero(rang)

    def appel() -> object:
        lue = trouver(appelant, numero, None, banc.magasin)
        return situation_garantie(lue, banc.maintenant), champs_remplis(lue, banc.catalogue)

    return appel


#: Makes a page of the list for a length.
Liste = Callable[[Banc, int], PageSignalisations]


def _lister(filtre: Callable[[Banc], Filtre], milieu: bool = False) -> Liste:
    """A page of :data:`GRAND`'s own: the first, or one from the middle of the three years on."""

    def page(banc: Banc, maximum: int) -> PageSignalisations:
        return banc.suivi.lister(OPERATEUR, filtre(banc), _milieu(banc) if milieu else None, maximum)

    return page


def _file(filtre: Callable[[Banc], Filtre], milieu: bool = False, recentes: bool = False) -> Liste:
    """A page of the SAV's list."""

    def page(banc: Banc, maximum: int) -> PageSignalisations:
        place = _milieu(banc) if milieu else None
        return banc.sav.lister(SAV, filtre(banc), place, maximum, anciennes_d_abord=not recentes)

    return page


def _milieu(banc: Banc) -> Place:
    return Place(banc.maintenant - s.DUREE / 2, "0" * 11)


def _historique(profonde: bool) -> Liste:
    def page(banc: Banc, maximum: int) -> PageSignalisations:
        place = Place(banc.maintenant - timedelta(days=45), "0" * 11) if profonde else None
        return banc.suivi.historique(OPERATEUR, place, maximum, banc.maintenant)

    return page


def _filtre(**valeurs: Any) -> Callable[[Banc], Filtre]:
    """With ``mois``: of a month in the past; with ``annees``, of all the three years."""
    mois, annees = valeurs.pop("mois", False), valeurs.pop("annees", False)

    def faire(banc: Banc) -> Filtre:
        filtre = Filtre(PLATEFORME, **valeurs)
        if mois:
            debut = banc.maintenant - timedelta(days=banc.tirage.randrange(100, 1000))
            filtre = replace(filtre, depuis=debut, avant=debut + timedelta(days=30))
        if annees:
            filtre = replace(filtre, depuis=banc.maintenant - s.DUREE, avant=banc.maintenant)
        return filtre

    return faire


def _de_prestation(**valeurs: Any) -> Callable[[Banc], Filtre]:
    return lambda banc: Filtre(PLATEFORME, GRAND, prestation=banc.prestation(), **valeurs)


def _evenements(part: float) -> Callable[[Banc], Appel]:
    """From that part of the opérateur's sequence on."""

    def preparer(banc: Banc) -> Appel:
        dernier = banc.suivi.evenements(OPERATEUR, 0, 1).dernier
        curseur = max(0, int(dernier * part) - PAGE_EVENEMENTS - banc.tirage.randrange(10))
        return lambda: banc.suivi.evenements(OPERATEUR, curseur, PAGE_EVENEMENTS)

    return preparer


def _change(action: Action, *avant: Action) -> Callable[[Banc], Appel]:
    """An opérateur's action on one that the SAV has brought so far."""

    def preparer(banc: Banc) -> Appel:
        numero = banc.menee(*avant)
        return lambda: banc.agir(numero, action)

    return preparer


def _traite(action: Action, *avant: Action) -> Callable[[Banc], Appel]:
    """The SAV's action."""

    def preparer(banc: Banc) -> Appel:
        numero = banc.menee(*avant)
        return lambda: banc.sav.agir(SAV, numero, commande(action, banc.maintenant), banc.maintenant)

    return preparer


def _fiche(banc: Banc) -> Appel:
    numero = banc.stock.numero(banc.une()[1])
    return lambda: banc.sav.montrer(SAV, numero, banc.maintenant)


def _deposer(banc: Banc) -> Appel:
    nouvelle = banc.nouvelle()
    return lambda: banc.magasin.deposer(nouvelle)


def _saisir(banc: Banc) -> Appel:
    nouvelle = replace(banc.nouvelle(), depot_le=banc.maintenant - timedelta(days=2))
    premier = deposer(nouvelle.depot_le, Cote.FOURNISSEUR, "S. Leroy", "Saisie après coup.")
    return lambda: banc.magasin.saisir(nouvelle, premier, banc.maintenant)


def _plages(banc: Banc) -> Appel:
    cible = Cible(prestation=banc.prestation())
    return lambda: banc.rendez_vous.rechercher(OPERATEUR, cible, TypeRendezVous.SAV, banc.maintenant)


def _plages_de(banc: Banc) -> Appel:
    cible = Cible(banc.menee())
    return lambda: banc.rendez_vous.rechercher(OPERATEUR, cible, TypeRendezVous.SAV, banc.maintenant)


def _reserver(banc: Banc) -> Appel:
    numero = banc.menee(Action.QUALIFIER)
    return lambda: banc.reserver(numero)


def _modifier(banc: Banc) -> Appel:
    rendez_vous = banc.reserver(banc.menee(Action.QUALIFIER))
    souhait = replace(banc.souhait(), jour=(banc.maintenant + timedelta(days=banc.tirage.randrange(14, 25))).date())
    return lambda: banc.rendez_vous.modifier(OPERATEUR, rendez_vous, souhait, banc.maintenant)


def _annuler(banc: Banc) -> Appel:
    rendez_vous = banc.reserver(banc.menee(Action.QUALIFIER))
    return lambda: banc.rendez_vous.annuler(OPERATEUR, rendez_vous, banc.maintenant)


def _consulter(banc: Banc) -> Appel:
    rendez_vous = banc.reserver(banc.menee(Action.QUALIFIER))
    return lambda: banc.rendez_vous.consulter(OPERATEUR, rendez_vous, banc.maintenant)


def _rendez_vous_de(banc: Banc) -> Appel:
    rang = banc.une()[1]
    rang -= rang % s.PART_RENDEZ_VOUS
    cible = Cible(banc.stock.numero(rang))
    return lambda: banc.rendez_vous.lister(banc.titulaire(rang), cible, banc.maintenant)


_FINIES = frozenset(e for e in FINALS if e)
_ABSENTE = "FTTE_ACTIVE"
_JUSQU_EN_COURS = (Action.QUALIFIER, Action.PRENDRE)
_JUSQU_A_CLORE = (*_JUSQU_EN_COURS, Action.CLORE)

#: Pages: what an opérateur lists.
PAGES: Mapping[str, Liste] = {
    "listerSignalisations, première page": _lister(_filtre()),
    "listerSignalisations, page du milieu": _lister(_filtre(), milieu=True),
    "  d'un état rare (gelé)": _lister(_filtre(etats=frozenset({Etat.GELE}))),
    "  d'un état courant (clos tableau de bord)": _lister(_filtre(etats=_FINIES)),
    "  de plusieurs états (ouvertes)": _lister(_filtre(etats=_OUVERTS)),
    "  d'une Offre courante": _lister(_filtre(offre=COURANTE)),
    "  d'une Offre rare": _lister(_filtre(offre=s.RARE)),
    "  d'une Offre sans signalisation": _lister(_filtre(offre=_ABSENTE)),
    "  d'une Offre, ouvertes": _lister(_filtre(offre=COURANTE, etats=_OUVERTS)),
    "  d'une prestation": _lister(_de_prestation()),
    "  d'une prestation, d'une Offre, closes": _lister(_de_prestation(etats=_FINIES, offre=COURANTE)),
    "  d'un mois": _lister(_filtre(mois=True)),
    "  de trois ans, page du milieu": _lister(_filtre(annees=True), milieu=True),
    "  d'un mois, d'un état, d'une Offre": _lister(_filtre(mois=True, etats=_FINIES, offre=COURANTE)),
    "consulterHistorique, première page": _historique(profonde=False),
    "consulterHistorique, page du milieu": _historique(profonde=True),
    "file du SAV, ouvertes": _file(_filtre(etats=_OUVERTS)),
    "file du SAV, d'un état": _file(_filtre(etats=frozenset({Etat.EN_DEPOT}))),
    "file du SAV, de tout état": _file(_filtre()),
    "file du SAV, récentes d'abord, du milieu": _file(_filtre(), milieu=True, recentes=True),
    "file du SAV, ouvertes d'un opérateur": _file(_filtre(operateur=GRAND, etats=_OUVERTS)),
    "file du SAV, ouvertes d'une Offre": _file(_filtre(etats=_OUVERTS, offre=COURANTE)),
    "file du SAV, d'une Offre rare": _file(_filtre(offre=s.RARE)),
    "file du SAV, d'une Offre sans signalisation": _file(_filtre(offre=_ABSENTE)),
    "file du SAV, d'un mois": _file(_filtre(mois=True)),
    "file du SAV, de trois ans, page du milieu": _file(_filtre(annees=True), milieu=True),
}

OPERATIONS: tuple[Operation, ...] = (
    Operation("consulterEtat, par numéro", _etat),
    Operation("consulterEtat, par référence", _etat_reference),
    Operation("consulterDetail", _detail),
    Operation("listerEvenements, du début", _evenements(0)),
    Operation("listerEvenements, du milieu", _evenements(0.5)),
    Operation("listerEvenements, de la fin", _evenements(1)),
    Operation("fiche du SAV", _fiche),
    Operation("rechercherPlages, d'une prestation", _plages),
    Operation("rechercherPlages, d'une signalisation", _plages_de),
    Operation("consulterRendezVous, par numéro", _consulter),
    Operation("consulterRendezVous, d'une signalisation", _rendez_vous_de),
    Operation("dépôt", _deposer, change=True),
    Operation("completerSignalisation", _change(Action.COMPLETER, *_JUSQU_EN_COURS, Action.GELER), change=True),
    Operation("demanderCloture", _change(Action.DEMANDER_CLOTURE, *_JUSQU_EN_COURS), change=True),
    Operation("contesterCloture", _change(Action.CONTESTER, *_JUSQU_A_CLORE), change=True),
    Operation("SAV : qualifier", _traite(Action.QUALIFIER), change=True),
    Operation("SAV : geler", _traite(Action.GELER, *_JUSQU_EN_COURS), change=True),
    Operation("SAV : clore", _traite(Action.CLORE, *_JUSQU_EN_COURS), change=True),
    Operation("SAV : valider (avis de clôture)", _traite(Action.VALIDER, *_JUSQU_A_CLORE), change=True),
    Operation("SAV : commenter", _traite(Action.COMMENTER, *_JUSQU_EN_COURS), change=True),
    Operation("SAV : saisir après coup", _saisir, change=True),
    Operation("reserverRendezVous", _reserver, change=True),
    Operation("modifierRendezVous", _modifier, change=True),
    Operation("annulerRendezVous", _annuler, change=True),
)
