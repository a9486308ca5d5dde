"""Why an appointment is refused: the codes, the sentences, and what would be possible instead (R4.1-R4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from esav_soap.errors import CodeChamp, CodeErreur, ErreurChamp, ErreurEsav, FormulaireInvalide
from esav_soap.rendez_vous.objets import PlageLibre

#: Slots that a refusal proposes at most.
PROPOSITIONS_MAX = 5


class MotifRefus(Enum):
    """Value: what it means, as the documentation prints it; the code of the fault; the field and its code, when it is one
    field of the message that is wrong."""

    PLAGES_FERMEES = ("La recherche de plages est fermée de 01:00 à 04:00, heure de Paris.", CodeErreur.PLAGES_FERMEES)
    PLAGE_COMPLETE = (
        "La plage n'a plus de place.",
        CodeErreur.PLAGE_COMPLETE,
        "plage",
        CodeChamp.VALEUR_HORS_LISTE,
    )
    REFERENCE_DEJA_UTILISEE = (
        "La référence a déjà servi à un rendez-vous de contenu différent.",
        CodeErreur.REFERENCE_DEJA_UTILISEE,
    )
    GENRE_NON_PREVU = (
        "L'Offre de la prestation ne prévoit pas ce genre de rendez-vous, ou le rendez-vous à déplacer est d'un autre genre.",
        CodeErreur.FORMULAIRE_INVALIDE,
        "genre",
        CodeChamp.VALEUR_HORS_LISTE,
    )
    JOUR_TROP_PROCHE = (
        "Le jour est passé, ou trop proche pour prévoir un technicien.",
        CodeErreur.FORMULAIRE_INVALIDE,
        "jour",
        CodeChamp.TROP_PETIT,
    )
    PLAGE_INCONNUE = (
        "Cette plage n'est pas proposée ce jour-là dans la zone de la prestation.",
        CodeErreur.FORMULAIRE_INVALIDE,
        "plage",
        CodeChamp.VALEUR_HORS_LISTE,
    )
    PLAGE_INCHANGEE = (
        "Le rendez-vous est déjà pris pour cette plage.",
        CodeErreur.FORMULAIRE_INVALIDE,
        "plage",
        CodeChamp.REGLE_NON_RESPECTEE,
    )
    PERIODE_INVERSEE = (
        "La fin de la période cherchée est avant son début.",
        CodeErreur.FORMULAIRE_INVALIDE,
        "dateFin",
        CodeChamp.TROP_PETIT,
    )
    PERIODE_TROP_PROCHE = (
        "La période cherchée finit avant le premier jour réservable.",
        CodeErreur.FORMULAIRE_INVALIDE,
        "dateFin",
        CodeChamp.TROP_PETIT,
    )
    PERIODE_TROP_LONGUE = (
        "La période cherchée est trop longue.",
        CodeErreur.FORMULAIRE_INVALIDE,
        "dateFin",
        CodeChamp.TROP_GRAND,
    )
    RENDEZ_VOUS_EXISTANT = ("La signalisation a déjà un rendez-vous à venir.", CodeErreur.TRANSITION_INTERDITE)
    TENUE_EXPIREE = ("La réservation n'a pas été confirmée à temps.", CodeErreur.TRANSITION_INTERDITE)
    RENDEZ_VOUS_ANNULE = ("Le rendez-vous est annulé.", CodeErreur.TRANSITION_INTERDITE)
    RENDEZ_VOUS_DEPLACE = (
        "Le rendez-vous a été déplacé : c'est celui qui l'a remplacé qui compte.",
        CodeErreur.TRANSITION_INTERDITE,
    )
    RENDEZ_VOUS_COMMENCE = ("L'heure du rendez-vous est venue ou passée.", CodeErreur.TRANSITION_INTERDITE)
    DELAI_DEPASSE = (
        "Un rendez-vous se déplace ou s'annule au plus tard la veille à 18:00, heure de Paris.",
        CodeErreur.TRANSITION_INTERDITE,
    )

    def __init__(
        self, sens: str, code: CodeErreur, champ: str = "", code_champ: CodeChamp = CodeChamp.NON_CONFORME
    ) -> None:
        self.sens = sens
        self.code = code
        self.champ = champ
        self.code_champ = code_champ


@dataclass(frozen=True, slots=True)
class Raison:
    """One thing that stands against the request. ``admises``: what would be taken, the earliest first."""

    motif: MotifRefus
    message: str
    valeur: str = ""
    admises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refus:
    """Every reason of a refusal, of one fault code. ``reessayer_apres``: when the same request may be repeated."""

    raisons: tuple[Raison, ...]
    reessayer_apres: datetime | None = None

    @property
    def motifs(self) -> tuple[MotifRefus, ...]:
        return tuple(raison.motif for raison in self.raisons)

    @property
    def code(self) -> CodeErreur:
        return self.raisons[0].motif.code

    def erreur(self) -> ErreurEsav:
        """The fault that says it: an ``erreur`` for each field that stands against it, with what would be taken instead."""
        erreurs = [
            ErreurChamp(
                champ=raison.motif.champ,
                libelle=_LIBELLES_CHAMPS[raison.motif.champ],
                chemin=raison.motif.champ,
                code=raison.motif.code_champ,
                message=raison.message,
                valeur=raison.valeur,
                valeurs_admises=raison.admises,
            )
            for raison in self.raisons
            if raison.motif.champ
        ]
        code = self.code
        if code is CodeErreur.FORMULAIRE_INVALIDE:
            return FormulaireInvalide(erreurs)
        message = " ".join(raison.message for raison in self.raisons)
        return ErreurEsav(code, message, erreurs=erreurs, reessayer_apres=self.reessayer_apres)


_LIBELLES_CHAMPS = {
    "genre": "Genre du rendez-vous",
    "jour": "Jour du rendez-vous",
    "plage": "Plage du rendez-vous",
    "dateFin": "Fin de la période cherchée",
}


def refuser(motif: MotifRefus, suite: str = "", *, valeur: str = "", reessayer_apres: datetime | None = None) -> Refus:
    """A refusal for a single reason; ``suite`` adds to its sentence what concerns this request."""
    return Refus((Raison(motif, f"{motif.sens} {suite}".strip(), valeur),), reessayer_apres)


def proposer(refus: Refus, libres: Sequence[PlageLibre]) -> Refus:
    """The refusal of a full or unknown slot, with the earliest slots that are free; any other is returned as it is.

    Apart from the decision, because a search is not worth its cost while the slot is locked.
    """
    a_completer = (MotifRefus.PLAGE_COMPLETE, MotifRefus.PLAGE_INCONNUE)
    if refus.raisons[0].motif not in a_completer or len(refus.raisons) > 1:
        return refus
    (raison,) = refus.raisons
    creneaux = [libre.creneau for libre in libres[:PROPOSITIONS_MAX]]
    if not creneaux:
        suite = "Aucune autre plage n'est libre pour l'instant."
    else:
        suite = f"Plages libres : {' ; '.join(creneau.libelle for creneau in creneaux)}."
    admises = tuple(creneau.code for creneau in creneaux)
    return replace(refus, raisons=(replace(raison, message=f"{raison.message} {suite}", admises=admises),))
