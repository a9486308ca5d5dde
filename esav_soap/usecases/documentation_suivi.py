"""What the documents tell of the life of a signalisation, its guarantee and its appointments: drawn from the rules (R8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum

from esav_soap.calendar import PARIS, en_francais
from esav_soap.contract.documents import (
    ActionPresentee,
    CodePresente,
    DelaiPresente,
    FaitsSuivi,
    GarantiePresentee,
    NomenclaturePresentee,
)
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import (
    DUREE_TENUE,
    LIBELLES,
    Creneau,
    EtatReservation,
    Plage,
    fermeture,
    limite_changement,
    premier_jour,
)
from esav_soap.rendez_vous.horaires import FERMETURE, HEURE_LIMITE, REOUVERTURE
from esav_soap.rendez_vous.recherche import JOURS_MAX, JOURS_ORDINAIRES
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Cote,
    Etat,
    Evenement,
    MotifRejet,
    Responsabilite,
)
from esav_soap.signalisation import garantie as gtr
from esav_soap.signalisation.motifs import Interlocuteur
from esav_soap.signalisation.transitions import (
    DELAI_CONTESTATION,
    TRANSITIONS,
    Exige,
    Quand,
    Retour,
    Transition,
    fin_contestation,
)
from esav_soap.usecases.suivi import JOURS_HISTORIQUE

_QUI: Mapping[Cote, str] = {Cote.OPERATEUR: "opérateur", Cote.FOURNISSEUR: "Fournisseur"}
#: Histories whose due times are told: the guarantee, then states and when they began (Paris).
_HISTOIRES: tuple[tuple[str, tuple[tuple[str, Etat], ...]], ...] = (
    ("GTR_4H_S1", (("2026-07-01T09:30", Etat.EN_DEPOT),)),
    ("GTR_4H_S1", (("2026-07-03T16:00", Etat.EN_DEPOT),)),
    ("GTR_4H_S1", (("2026-07-13T20:15", Etat.EN_DEPOT),)),
    (
        "GTR_4H_S1",
        (("2026-07-01T09:00", Etat.EN_DEPOT), ("2026-07-01T10:00", Etat.GELE), ("2026-07-01T15:00", Etat.EN_COURS)),
    ),
    ("GTR_4H_S1", (("2026-07-01T09:00", Etat.EN_DEPOT), ("2026-07-01T10:00", Etat.GELE))),
    (
        "GTR_4H_S1",
        (("2026-07-01T09:00", Etat.EN_DEPOT), ("2026-07-01T11:00", Etat.CLOS), ("2026-07-03T17:00", Etat.EN_COURS)),
    ),
    ("GTR_4H_S2", (("2026-07-04T23:00", Etat.EN_DEPOT),)),
    ("GTR_4H_S2", (("2026-10-25T00:30", Etat.EN_DEPOT),)),
)


def faits_suivi() -> FaitsSuivi:
    """The rules, as the documents tell them."""
    cloture = _paris("2026-07-02T15:40")
    return FaitsSuivi(
        actions=tuple(actions()),
        garanties=tuple(garanties()),
        delais=tuple(delais_rendez_vous()),
        nomenclatures=tuple(nomenclatures()),
        contestation=DELAI_CONTESTATION,
        exemple_contestation=(en_francais(cloture), en_francais(fin_contestation(cloture))),
        historique=JOURS_HISTORIQUE,
        tenue=int(DUREE_TENUE.total_seconds() // 60),
    )


def actions() -> Iterator[ActionPresentee]:
    """The rows of the table, by state."""
    etats = [None, *Etat]
    for t in sorted(TRANSITIONS, key=lambda t: etats.index(t.de)):
        yield ActionPresentee(
            etat=t.de.name if t.de else "",
            action=t.action.name,
            vers=t.vers.name if isinstance(t.vers, Etat) else "",
            vers_dit=_vers(t),
            qui=", ".join(_QUI[c] for c in Cote if c in t.cotes),
            exige=tuple(e.champ for e in Exige if e in t.exige),
            remarque=f"Seulement {t.quand.value}." if t.quand is not Quand.TOUJOURS and not t.note else t.note,
        )


def _vers(t: Transition) -> str:
    if t.vers is None:
        return "inchangé"
    return t.vers.value if isinstance(t.vers, Retour) else ""


def garanties() -> Iterator[GarantiePresentee]:
    """Due times that the guarantee itself gives."""
    for texte, changements in _HISTOIRES:
        evenements = [Evenement(_paris(le), etat, Cote.FOURNISSEUR) for le, etat in changements]
        due = gtr.echeance(gtr.lire(texte), evenements)
        histoire = tuple((e.etat.name, en_francais(e.date)) for e in evenements)
        yield GarantiePresentee(texte, histoire, en_francais(due) if due else "inconnue pendant le gel")


def delais_rendez_vous() -> Iterator[DelaiPresente]:
    """Who may do what to an appointment, and until when; the instants of the examples are given by the rules themselves."""
    vendredi, nuit = _paris("2026-07-03T15:00"), _paris("2026-10-25T02:30")
    matin = Creneau("production", "75", TypeRendezVous.SAV, date(2026, 7, 7), Plage.MATIN)
    ouverte = fermeture(nuit)
    assert ouverte is not None
    operateur, fournisseur = _QUI[Cote.OPERATEUR], _QUI[Cote.FOURNISSEUR]
    yield DelaiPresente(
        "chercher des plages libres",
        operateur,
        f"à toute heure, sauf de {FERMETURE:%H:%M} à {REOUVERTURE:%H:%M}, heure de Paris ; sur {JOURS_ORDINAIRES} jours, "
        f"ou {JOURS_MAX} au plus s'il dit la fin",
        f"fermée le {en_francais(nuit)}, elle rouvre le {en_francais(ouverte)}",
    )
    yield DelaiPresente(
        "réserver",
        operateur,
        "au plus tôt pour le jour ouvré suivant",
        f"le {en_francais(vendredi)}, un vendredi : à partir du {premier_jour(vendredi):%d/%m/%Y}",
    )
    yield DelaiPresente(
        "confirmer une place tenue",
        operateur,
        f"{int(DUREE_TENUE.total_seconds() // 60)} minutes ; elle se libère ensuite d'elle-même",
        f"réservée le {en_francais(vendredi)} : jusqu'au {en_francais(vendredi + DUREE_TENUE)}",
    )
    yield DelaiPresente(
        "déplacer, annuler",
        operateur,
        f"jusqu'à la veille à {HEURE_LIMITE:%H:%M}, heure de Paris ; une place tenue se rend à tout moment",
        f"{matin.libelle} : jusqu'au {en_francais(limite_changement(matin))}",
    )
    yield DelaiPresente(
        "déplacer, annuler",
        fournisseur,
        "jusqu'au début de la plage ; le nouveau jour est au plus tôt le jour ouvré suivant",
        f"{matin.libelle} : jusqu'au {en_francais(matin.debut)}",
    )


def nomenclatures() -> Iterator[NomenclaturePresentee]:
    """The code lists that answers draw from, by the element that carries them."""
    yield NomenclaturePresentee("etat", "État d’une signalisation", _codes(Etat))
    yield NomenclaturePresentee("action", "Action", _codes(Action))
    yield NomenclaturePresentee("auteur", "Auteur d’un changement", tuple(CodePresente(c.name, _QUI[c]) for c in Cote))
    attendus = tuple(CodePresente(a.name, a.value, a.aupres_de.name) for a in Attendu)
    yield NomenclaturePresentee("attendu", "Ce qu’un gel attend", attendus, "aupresDe")
    yield NomenclaturePresentee("aupresDe", "De qui un gel l’attend", _codes(Interlocuteur))
    yield NomenclaturePresentee("motif", "Motif d’un rejet", _codes(MotifRejet))
    yield NomenclaturePresentee("cause", "Cause, à la clôture", _codes(CauseCloture))
    yield NomenclaturePresentee("responsabilite", "Responsabilité, à la clôture", _codes(Responsabilite))
    genres = tuple(CodePresente(genre.name, LIBELLES[genre]) for genre in TypeRendezVous)
    yield NomenclaturePresentee("genre", "Genre de rendez-vous", genres)
    yield NomenclaturePresentee(
        "plage", "Plage d’un rendez-vous", tuple(CodePresente(p.name, p.libelle) for p in Plage)
    )
    yield NomenclaturePresentee("etatRendezVous", "État d’un rendez-vous (etat)", _codes(EtatReservation))


def _codes(enumere: type[Enum]) -> tuple[CodePresente, ...]:
    return tuple(CodePresente(membre.name, str(membre.value)) for membre in enumere)


def _paris(texte: str) -> datetime:
    return datetime.fromisoformat(texte).replace(tzinfo=PARIS)
