"""Acting on a signalisation: what opérateurs and technicians have in common (R3.4, R3.6, R3.7).

Everybody decides on the history that they read, and the store takes the event only if it is still that one. So of two who
act at once one wins, and the other is told what the signalisation has become.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.calendar import en_francais, en_utc
from esav_soap.certificats import Role
from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp, ErreurEsav, FormulaireInvalide
from esav_soap.signalisation import Action, Cote, Etat, Evenement, Signalisation, Visibilite
from esav_soap.signalisation.numero import normaliser
from esav_soap.signalisation.scenarios import PLATEFORME, au_repos, scenario_de
from esav_soap.signalisation.transitions import FINALS, Commande, appliquer, joindre
from esav_soap.usecases.ports.evenements import Evenements
from esav_soap.usecases.ports.suivi import Filtre, Listes, PageSignalisations, Place, Resume

#: What each role does to a signalisation by itself; appointments have use cases of their own.
ACTIONS: Mapping[Role, frozenset[Action]] = {
    Role.OPERATEUR: frozenset({Action.COMPLETER, Action.DEMANDER_CLOTURE, Action.CONTESTER, Action.COMMENTER}),
    Role.FOURNISSEUR: frozenset(
        {
            Action.QUALIFIER,
            Action.REJETER,
            Action.PRENDRE,
            Action.GELER,
            Action.REPRENDRE,
            Action.CLORE,
            Action.VALIDER,
            Action.VERROUILLER,
            Action.COMMENTER,
        }
    ),
}
_COTES = {Role.OPERATEUR: Cote.OPERATEUR, Role.FOURNISSEUR: Cote.FOURNISSEUR}
#: How often others may write to the history without changing its course, before a command is given up.
ESSAIS = 8
#: How long after a comment the same one again is a repeat of it, and no reminder.
DELAI_REPETITION = timedelta(hours=1)
#: Signalisations or events of a page: at most, and when nothing is said.
PAGE_MAX = 200
PAGE_ORDINAIRE = 100
#: Signalisations of integration that a list brings up to date before it is read.
_AVANCEES_MAX = 500

#: Brings a signalisation of integration up to date; see :class:`esav_soap.usecases.scenarios.AvecScenarios`.
Avancer = Callable[[Signalisation], Signalisation]


class ModifieeEntretemps(ErreurEsav):
    """The fault MODIFIEE_ENTRETEMPS: somebody else was first. ``signalisation``: as it is now, as the caller may see it."""

    def __init__(self, signalisation: Signalisation, cote: Cote) -> None:
        self.signalisation = vue_par(cote, signalisation)
        # The event that led to the state: what follows in the same one did not change it.
        suite = list(takewhile(lambda e: e.etat is signalisation.etat, reversed(self.signalisation.evenements)))
        dernier = suite[-1]
        qui = dernier.auteur if cote is Cote.FOURNISSEUR and dernier.auteur else dernier.cote.name
        action = f" ({dernier.action.value}, par {qui})" if dernier.action else f" (par {qui})"
        super().__init__(
            CodeErreur.MODIFIEE_ENTRETEMPS,
            f"La signalisation {signalisation.numero} a changé entre-temps, rien n'a été fait. Elle est dans l'état "
            f"« {signalisation.etat.value} » ({signalisation.etat.name}) depuis le {en_francais(dernier.date)}{action}. "
            "La relire, puis recommencer si l'action a encore lieu d'être.",
        )


def visible(signalisation: Signalisation) -> Signalisation:
    """What its opérateur may see of it: nothing tells that there are internal events, not even its last change (R3.7)."""
    vus = tuple(e for e in signalisation.evenements if e.visibilite is Visibilite.PARTAGE)
    if len(vus) == len(signalisation.evenements):
        return signalisation
    # Whatever of it the caller sees: its deposit, or its entry when that was later (R7.4), and the events.
    dates = [signalisation.depot_le, signalisation.saisie_le or signalisation.depot_le, *(e.date for e in vus)]
    return replace(signalisation, evenements=vus, modifiee_le=max(dates))


def vue_par(cote: Cote, signalisation: Signalisation) -> Signalisation:
    """As that side may see it."""
    return visible(signalisation) if cote is Cote.OPERATEUR else signalisation


def commande_de(role: Role, auteur: str, commande: Commande) -> Commande:
    """The command, by that role and author, whatever it says of them. Raises DROIT_INSUFFISANT."""
    if commande.action not in ACTIONS.get(role, frozenset()):
        raise ErreurEsav(
            CodeErreur.DROIT_INSUFFISANT,
            f"L'action {commande.action.name} n'est pas ouverte ici à l'appelant, identifié comme {role.value}.",
        )
    return replace(commande, cote=_COTES[role], auteur=auteur)


def agir(
    lire: Callable[[], Signalisation],
    commande: Commande,
    evenements: Evenements,
    instant: datetime,
    *,
    vus: int | None = None,
    lue: Signalisation | None = None,
) -> Signalisation:
    """Do the command, durably; gives the signalisation after it, with all its events.

    ``lire`` gives the signalisation as it is now, up to date, with all its events; ``lue``: as it was when the command was
    chosen, if that depended on it. ``vus``: how many events the caller had seen when it decided; anything more since then
    refuses the command. Without it, what others wrote meanwhile refuses the command only if it changed the state: two
    comments do not stand in each other's way. What an opérateur repeats because the answer was lost is done already.

    Raises ``TransitionInterdite``, ``CommandeIncomplete``, :class:`ModifieeEntretemps`.
    """
    avant = lue or lire()
    if repetee(avant, commande, instant):
        return avant
    if vus is not None and vus != len(avant.evenements):
        raise ModifieeEntretemps(avant, commande.cote)
    for _ in range(ESSAIS):
        un = appliquer(avant, commande, instant)
        apres = joindre(avant, un)
        cle = (avant.plateforme, avant.operateur, avant.numero)
        if evenements.changer(*cle, len(avant.evenements), un, avis_de(avant, (un,))):
            return apres
        present = lire()
        if repetee(present, commande, instant):  # sent twice at once: the other one of them was first
            return present
        if vus is not None or not _meme_cours(avant, present):
            raise ModifieeEntretemps(present, commande.cote)
        avant = present
    raise ModifieeEntretemps(avant, commande.cote)


def repetee(signalisation: Signalisation, commande: Commande, instant: datetime) -> bool:
    """Whether this is the very command of its opérateur that it saw done last, sent again after a lost answer (R3.6).

    A technician's command never is: two who act in the name of one system are not one who repeats.
    """
    if commande.cote is not Cote.OPERATEUR:
        return False
    # What the opérateur does not see must not show in what a repeat does.
    dernier = visible(signalisation).evenements[-1]
    if (dernier.cote, dernier.commentaire) != (commande.cote, commande.commentaire.strip()):
        return False
    if commande.action is Action.COMMENTER:  # the answer to a freeze, again, finds it un-frozen
        recent = instant - dernier.date < DELAI_REPETITION
        return recent and dernier.action in (Action.COMMENTER, Action.COMPLETER)
    return dernier.action is commande.action


def avis_de(avant: Signalisation, ajoutes: Sequence[Evenement]) -> tuple[Envoi, ...]:
    """The notices that these events send: ``validé`` means that the avis de clôture goes out (art. 4.2.2).

    A closure that is contested and validated again has another one: the place of the event tells them apart.
    """
    return tuple(
        Envoi(GenreAvis.AVIS_CLOTURE, f"{avant.numero}:{rang}", avant.operateur)
        for rang, un in enumerate(ajoutes, len(avant.evenements) + 1)
        if un.action is Action.VALIDER
    )


def _meme_cours(avant: Signalisation, present: Signalisation) -> bool:
    """Whether nothing that was added changed the state, not even there and back."""
    ajoutes: Sequence[Evenement] = present.evenements[len(avant.evenements) :]
    return all(e.etat is avant.etat for e in ajoutes)


# Pages


def lire_curseur(texte: str | None) -> Place | None:
    """The place that a cursor names; None for none, or an empty one: the beginning. Raises :class:`FormulaireInvalide`."""
    if not texte:
        return None
    quand, _, numero = texte.partition("/")
    try:
        instant = en_utc(datetime.fromisoformat(quand))
    except (ValueError, OverflowError):
        instant = None
    if instant is None or normaliser(numero) != numero:
        raise _curseur_inconnu(texte)
    return Place(instant, numero)


def lire_rang(texte: str | None) -> int:
    """The cursor of a sequence of events; 0, the beginning, for none. Raises :class:`FormulaireInvalide`."""
    if not texte:
        return 0
    # As many digits as both stores hold.
    if not (texte.isascii() and texte.isdecimal() and len(texte) <= 18):
        raise _curseur_inconnu(texte)
    return int(texte)


def _curseur_inconnu(texte: str) -> FormulaireInvalide:
    message = "Ce n'est pas un curseur de ce service. Reprendre celui de la réponse précédente, ou n'en donner aucun."
    return FormulaireInvalide(
        [ErreurChamp("curseur", "Curseur", "curseur", CodeChamp.TYPE_INVALIDE, message, texte[:200])]
    )


def ecrire_curseur(place: Place | None) -> str | None:
    """The cursor of the next page, for callers: they give it back as it is."""
    return f"{place.instant.isoformat(timespec='microseconds')}/{place.numero}" if place else None


def verifier_maximum(maximum: int) -> int:
    """A page's length. Raises :class:`FormulaireInvalide`."""
    if 1 <= maximum <= PAGE_MAX:
        return maximum
    code = CodeChamp.TROP_PETIT if maximum < 1 else CodeChamp.TROP_GRAND
    message = f"Une page compte de 1 à {PAGE_MAX} éléments."
    bornes = ("1", str(PAGE_MAX))
    raise FormulaireInvalide([ErreurChamp("maximum", "Maximum", "maximum", code, message, str(maximum), bornes)])


def avancer_tout(listes: Listes, avancer: Avancer, plateforme: str, operateur: str | None = None) -> None:
    """Bring up to date what is played on integration, before a list or a sequence of events is read: the newest ones.

    Elsewhere nothing is played, and nothing is read.
    """
    if plateforme != PLATEFORME:
        return
    filtre = Filtre(plateforme, operateur, frozenset(Etat) - FINALS)
    apres: Place | None = None
    for _ in range(-(-_AVANCEES_MAX // PAGE_MAX)):
        page: PageSignalisations = listes.lister(filtre, apres, PAGE_MAX)
        for resume in page.signalisations:
            if _a_jouer(resume) and (trouvee := listes.retrouver(resume.numero)):
                avancer(trouvee)
        if page.suite is None:
            return
        apres = page.suite


def _a_jouer(resume: Resume) -> bool:
    scenario = scenario_de(resume.prestation, resume.offre)
    return scenario is not None and not au_repos(scenario, resume.etat, resume.depot_le, resume.modifiee_le)
