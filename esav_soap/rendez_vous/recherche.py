"""The slot search before anything is read: is it open, is the kind one of the Offre's, is the period sound (R4.1, R4.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from esav_soap.calendar import en_francais
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous.horaires import fermeture, premier_jour
from esav_soap.rendez_vous.objets import LIBELLES
from esav_soap.rendez_vous.refus import MotifRefus, Raison, Refus, refuser

#: Days of a search that names no end, and of the longest one.
JOURS_ORDINAIRES = 14
JOURS_MAX = 31


@dataclass(frozen=True, slots=True)
class Periode:
    """Days to look at, both included."""

    du: date
    au: date


def chercher(
    offre: Offre,
    genre: TypeRendezVous,
    instant: datetime,
    du: date | None = None,
    au: date | None = None,
    *,
    fermee: Callable[[datetime], datetime | None] = fermeture,
) -> Periode | Refus:
    """The days whose slots are to be read, or every reason against the search.

    Never before the first day that can be booked; without ``au``, two weeks. ``fermee``: until when the search is closed.
    """
    reouverture = fermee(instant)
    if reouverture is not None:
        suite = f"Elle rouvre le {en_francais(reouverture)}."
        return refuser(MotifRefus.PLAGES_FERMEES, suite, reessayer_apres=reouverture)
    raisons = genre_prevu(genre, offre.rendez_vous, f"l'Offre {offre.libelle}")
    premier = premier_jour(instant)
    debut = premier if du is None else max(du, premier)
    if au is None:
        au = debut + timedelta(days=JOURS_ORDINAIRES - 1)
    elif du is not None and au < du:
        raisons.append(_fin(MotifRefus.PERIODE_INVERSEE, "Au plus tôt", au, max(du, premier)))
    elif au < premier:
        raisons.append(_fin(MotifRefus.PERIODE_TROP_PROCHE, "Au plus tôt", au, premier))
    elif (dernier := debut + timedelta(days=JOURS_MAX - 1)) < au:
        raisons.append(_fin(MotifRefus.PERIODE_TROP_LONGUE, f"{JOURS_MAX} jours au plus, soit jusqu'au", au, dernier))
    return Refus(tuple(raisons)) if raisons else Periode(debut, au)


def _fin(motif: MotifRefus, borne: str, dite: date, possible: date) -> Raison:
    message = f"{motif.sens} {borne} {possible:%d/%m/%Y}."
    return Raison(motif, message, dite.isoformat(), (possible.isoformat(),))


def genre_prevu(genre: TypeRendezVous, admis: tuple[TypeRendezVous, ...], qui: str) -> list[Raison]:
    """Nothing, or the reason why ``genre`` is not one of ``admis``; ``qui`` is the Offre or the appointment that says so."""
    if genre in admis:
        return []
    liste = ", ".join(f"{LIBELLES[g]} ({g.name})" for g in admis)
    possible = f"Pour {qui} : {liste}." if admis else f"Aucun rendez-vous n'est prévu pour {qui}."
    message = f"Le genre {LIBELLES[genre]} n'est pas possible ici. {possible}"
    return [Raison(MotifRefus.GENRE_NON_PREVU, message, genre.name, tuple(g.name for g in admis))]
