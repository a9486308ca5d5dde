"""A command on a signalisation, and the two ways in which it is refused (R3.2, R3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from esav_soap.calendar import sur_le_fil
from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp, ErreurEsav, FormulaireInvalide
from esav_soap.signalisation.actions import Action, Visibilite
from esav_soap.signalisation.motifs import A_PRECISER, Attendu, CauseCloture, MotifRejet, Responsabilite
from esav_soap.signalisation.objets import Cote, Signalisation
from esav_soap.signalisation.table import Exige, Transition

#: Characters of a comment.
LONGUEUR_COMMENTAIRE = 4000
#: Nomenclature of an element, for what a refusal admits.
_NOMENCLATURES: Mapping[Exige, type[Enum]] = {
    Exige.MOTIF: MotifRejet,
    Exige.ATTENDU: Attendu,
    Exige.CAUSE: CauseCloture,
    Exige.RESPONSABILITE: Responsabilite,
}


@dataclass(frozen=True, slots=True)
class Commande:
    """What someone wants to do to a signalisation. ``retabli_le`` is aware; the texts are as written."""

    action: Action
    cote: Cote
    auteur: str = ""
    commentaire: str = ""
    visibilite: Visibilite = Visibilite.PARTAGE
    motif: MotifRejet | None = None
    attendu: Attendu | None = None
    cause: CauseCloture | None = None
    responsabilite: Responsabilite | None = None
    retabli_le: datetime | None = None


class TransitionInterdite(ErreurEsav):
    """The fault TRANSITION_INTERDITE: this side cannot do that now. ``permises``: what it can do, in the table's order.

    ``reessayer_apres`` is told when time alone will permit it.
    """

    def __init__(
        self, action: Action, raison: str, permises: Sequence[Action], *, reessayer_apres: datetime | None = None
    ) -> None:
        codes = tuple(a.name for a in permises)
        possibles = f"Actions possibles : {', '.join(codes)}." if codes else "Aucune action n'est possible."
        dite = f"L'action {action.name} n'est pas possible maintenant."
        erreur = ErreurChamp("action", "Action", "action", CodeChamp.VALEUR_HORS_LISTE, dite, action.name, codes)
        super().__init__(
            CodeErreur.TRANSITION_INTERDITE,
            f"{raison} {possibles}",
            erreurs=(erreur,),
            reessayer_apres=reessayer_apres,
        )
        self.action = action
        self.permises = tuple(permises)


class CommandeIncomplete(FormulaireInvalide):
    """The fault FORMULAIRE_INVALIDE: the action is possible, but something is missing, out of place or out of bounds."""


def defauts(
    signalisation: Signalisation, commande: Commande, date: datetime, transition: Transition
) -> Iterable[ErreurChamp]:
    """All that is wrong with the fields of a command whose action is possible, in the order of ``Exige``."""
    donnes: dict[Exige, object] = {
        Exige.COMMENTAIRE: commande.commentaire.strip(),
        Exige.MOTIF: commande.motif,
        Exige.ATTENDU: commande.attendu,
        Exige.CAUSE: commande.cause,
        Exige.RESPONSABILITE: commande.responsabilite,
        Exige.RETABLI_LE: commande.retabli_le,
    }
    a_preciser = [v for v in donnes.values() if isinstance(v, Enum) and v in A_PRECISER]
    for champ, valeur in donnes.items():
        if champ in transition.exige and not valeur:
            admis = tuple(m.name for m in _NOMENCLATURES.get(champ, ()))
            yield _erreur(champ, CodeChamp.CHAMP_MANQUANT, f"L'action {commande.action.name} le demande.", "", admis)
        elif champ is Exige.COMMENTAIRE:
            if a_preciser and not valeur:
                codes = ", ".join(v.name for v in a_preciser)
                yield _erreur(
                    champ, CodeChamp.OBLIGATOIRE_SI, f"Le code {codes} demande un commentaire qui le précise."
                )
        elif valeur and champ not in transition.exige:
            yield _erreur(
                champ, CodeChamp.INTERDIT_SI, f"L'action {commande.action.name} n'en a pas l'usage.", _dite(valeur)
            )
    if Exige.RETABLI_LE in transition.exige and commande.retabli_le:
        yield from _bornes(signalisation, commande.retabli_le, date)
    yield from _formes(commande)


def _dite(valeur: object) -> str:
    """A code, or an instant, as messages tell it."""
    if isinstance(valeur, Enum):
        return valeur.name
    return sur_le_fil(valeur) if isinstance(valeur, datetime) and valeur.tzinfo else str(valeur)


def _bornes(signalisation: Signalisation, retabli: datetime, date: datetime) -> Iterable[ErreurChamp]:
    if retabli.tzinfo is None:
        yield _erreur(Exige.RETABLI_LE, CodeChamp.FUSEAU_MANQUANT, CodeChamp.FUSEAU_MANQUANT.value, str(retabli))
    elif retabli > date:
        yield _hors_bornes(CodeChamp.TROP_GRAND, "Le rétablissement ne peut pas être à venir.", retabli, date)
    elif retabli < (depot_le := signalisation.depot_le.replace(microsecond=0)):  # as people and messages tell it
        yield _hors_bornes(CodeChamp.TROP_PETIT, "Le rétablissement ne peut pas précéder le dépôt.", retabli, depot_le)


def _formes(commande: Commande) -> Iterable[ErreurChamp]:
    texte = commande.commentaire.strip()
    if len(texte) > LONGUEUR_COMMENTAIRE:
        message = f"{len(texte)} caractères, {LONGUEUR_COMMENTAIRE} au plus."
        yield _erreur(Exige.COMMENTAIRE, CodeChamp.TROP_LONG, message, texte[:200], (str(LONGUEUR_COMMENTAIRE),))
    du_sav = commande.action is Action.COMMENTER and commande.cote is Cote.FOURNISSEUR
    if commande.visibilite is Visibilite.INTERNE and not du_sav:
        # A hidden event of any other kind would leave the opérateur with a history that does not hold together.
        yield ErreurChamp(
            "visibilite",
            "Visibilité",
            "visibilite",
            CodeChamp.VALEUR_HORS_LISTE,
            "Seul un commentaire du Fournisseur peut être interne.",
            commande.visibilite.name,
            (Visibilite.PARTAGE.name,),
        )


def _hors_bornes(code: CodeChamp, message: str, valeur: datetime, borne: datetime) -> ErreurChamp:
    return _erreur(Exige.RETABLI_LE, code, message, sur_le_fil(valeur), (sur_le_fil(borne),))


def _erreur(
    champ: Exige, code: CodeChamp, message: str, valeur: str = "", admises: tuple[str, ...] = ()
) -> ErreurChamp:
    return ErreurChamp(champ.champ, champ.libelle, champ.champ, code, message, valeur, admises)
