"""What a store may look like after a request, said by the table, by a table written by hand, and by naive counting.

Nothing here uses ``appliquer``, ``joindre`` or the decisions about appointments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile

from esav_soap.calendar import en_paris
from esav_soap.errors import CodeErreur
from esav_soap.jours_ouvres import est_ouvre
from esav_soap.signalisation import Action, Cote, Etat, Visibilite
from esav_soap.signalisation.motifs import A_PRECISER
from esav_soap.signalisation.table import TRANSITIONS, Exige, Quand, Retour, Transition
from esav_soap.signalisation.transitions import LONGUEUR_COMMENTAIRE, Commande
from esav_soap.usecases.actions import ACTIONS
from esav_soap.usecases.sav import Technicien
from tests.property.vie_poste import Ligne, Photo, cle_creneau
from tests.unit.signalisation.exemples import CHANGEMENTS, RESTES

#: (state, action, side) -> state after, by hand; see ``arrivee`` for the end of a freeze.
VERS: Mapping[tuple[Etat, Action, Cote], Etat] = {
    **{(de, action, cote): vers for de, action, cote, _, vers in CHANGEMENTS},
    **{(de, action, cote): de for de, action, cote in RESTES},
}
CLOTURES = frozenset({Etat.CLOS, Etat.VALIDE})
FINALS = frozenset({Etat.CLOS_TABLEAU_DE_BORD, Etat.EN_REJET})
FERMES = CLOTURES | FINALS
ENGAGEES = ("TENUE", "CONFIRMEE")
_CODES = ("motif", "attendu", "cause", "responsabilite", "retabli_le")
#: Column of an element that an action needs.
_COLONNES = {exige: "retabli_le" if exige is Exige.RETABLI_LE else exige.champ for exige in Exige}


def etat_de(histoire: Sequence[Ligne]) -> Etat:
    return Etat[histoire[-1]["etat"]]


def clos_le(histoire: Sequence[Ligne]) -> datetime | None:
    """Since when it is closed or rejected, if it is."""
    suite = list(takewhile(lambda e: Etat[e["etat"]] in FERMES, reversed(histoire)))
    return suite[-1]["date"] if suite else None


def recente(fermee: datetime, instant: datetime) -> bool:
    """Whether the history still has it: ninety calendar days of Paris, to the day."""
    return (en_paris(instant).date() - en_paris(fermee).date()).days <= 90


def jours_ouvres_passes(debut: datetime, instant: datetime) -> int:
    """Whole jours ouvrés between them, one by one."""
    jour, n = en_paris(debut).date() + timedelta(days=1), 0
    while jour < en_paris(instant).date():
        n += est_ouvre(jour)
        jour += timedelta(days=1)
    return n


def premier_jour(instant: datetime) -> date:
    """The next jour ouvré."""
    jour = en_paris(instant).date() + timedelta(days=1)
    while not est_ouvre(jour):
        jour += timedelta(days=1)
    return jour


def possible(histoire: Sequence[Ligne], action: Action, cote: Cote, instant: datetime) -> Transition | None:
    """The row that permits it, if there is one, and if it is time."""
    lignes = [t for t in TRANSITIONS if t.de is etat_de(histoire) and t.action is action and cote in t.cotes]
    assert bool(lignes) == ((etat_de(histoire), action, cote) in VERS)
    if not lignes:
        return None
    (transition,) = lignes
    if transition.quand is Quand.TOUJOURS:
        return transition
    cloture = clos_le(histoire)
    assert cloture is not None
    passe = jours_ouvres_passes(cloture, instant) >= 3
    if transition.quand is Quand.PENDANT_DELAI:
        return None if passe else transition
    return transition if passe or histoire[0]["plateforme"] == "integration" else None


def arrivee(histoire: Sequence[Ligne], transition: Transition, cote: Cote) -> Etat:
    avant = etat_de(histoire)
    if isinstance(transition.vers, Retour):
        non_gelee = next(Etat[e["etat"]] for e in reversed(histoire) if Etat[e["etat"]] is not Etat.GELE)
        assert avant is Etat.GELE
        assert VERS[avant, transition.action, cote] is not Etat.GELE
        return non_gelee
    apres = transition.vers or avant
    assert apres is VERS[avant, transition.action, cote]
    return apres


def champs_fautifs(transition: Transition, commande: Commande, fiche: Ligne, date_: datetime) -> set[str]:
    """The elements of a command that a refusal must name, when the action is possible."""
    texte = commande.commentaire.strip()
    donnes = {colonne: getattr(commande, colonne) for colonne in _CODES}
    exiges = {_COLONNES[e] for e in transition.exige}
    fautes = {c for c, valeur in donnes.items() if (valeur is None) == (c in exiges)}
    precise = any(valeur in A_PRECISER for valeur in donnes.values() if valeur is not None)
    if len(texte) > LONGUEUR_COMMENTAIRE or (not texte and (precise or "commentaire" in exiges)):
        fautes.add("commentaire")
    if commande.visibilite is Visibilite.INTERNE and (commande.action, commande.cote) != (
        Action.COMMENTER,
        Cote.FOURNISSEUR,
    ):
        fautes.add("visibilite")
    retabli = commande.retabli_le
    if retabli is not None and "retabli_le" in exiges:
        depot_le = fiche["depot_le"].replace(microsecond=0)
        if retabli.tzinfo is None or not depot_le <= retabli <= date_:
            fautes.add("retabli_le")
    return {Exige.RETABLI_LE.champ if f == "retabli_le" else f for f in fautes}


def date_de(histoire: Sequence[Ligne], fiche: Ligne, instant: datetime) -> datetime:
    """When an event is dated that is made then: never before the one before it."""
    date_: datetime = max(instant, histoire[-1]["date"], fiche["depot_le"])
    return date_


def verdict_attendu(
    photo: Photo, numero: str, commande: Commande, qui: Technicien, instant: datetime, vus: int | None = None
) -> tuple[CodeErreur | None, set[str]]:
    """How a command on a signalisation that is there must end: a code, and the elements that it names."""
    histoire, fiche = photo.evenements[numero], photo.signalisations[numero]
    if commande.action not in ACTIONS.get(qui.role, frozenset()):
        return CodeErreur.DROIT_INSUFFISANT, set()
    if repetee(histoire, commande, instant):
        return None, set()
    if vus not in (None, len(histoire)):
        return CodeErreur.MODIFIEE_ENTRETEMPS, set()
    transition = possible(histoire, commande.action, commande.cote, instant)
    if transition is None:
        return CodeErreur.TRANSITION_INTERDITE, {"action"}
    fautes = champs_fautifs(transition, commande, fiche, date_de(histoire, fiche, instant))
    return (CodeErreur.FORMULAIRE_INVALIDE if fautes else None), fautes


def repetee(histoire: Sequence[Ligne], commande: Commande, instant: datetime) -> bool:
    """What its opérateur did last, again; a comment only within the hour, and also as the answer to a freeze."""
    dernier = [e for e in histoire if e["visibilite"] == "PARTAGE"][-1]
    if commande.cote is not Cote.OPERATEUR or dernier["cote"] != "OPERATEUR":
        return False
    if dernier["commentaire"] != commande.commentaire.strip():
        return False
    if commande.action is Action.COMMENTER:
        recent = instant < dernier["date"] + timedelta(hours=1)
        return recent and dernier["action"] in ("COMMENTER", "COMPLETER")
    return bool(dernier["action"] == commande.action.name)


def nouveaux(avant: Photo, apres: Photo) -> list[Ligne]:
    """The events that were added, in the order of writing; what was there is there still, word for word."""
    assert apres.suite[: len(avant.suite)] == avant.suite
    return list(apres.suite[len(avant.suite) :])


def verifier_evenement(histoire: Sequence[Ligne], un: Ligne, instant: datetime) -> None:
    """An event that follows ``histoire`` (empty: a deposit) is a row of the table, with all that the row wants."""
    action, cote, etat = Action[un["action"]], Cote[un["cote"]], Etat[un["etat"]]
    if not histoire:
        assert (action, etat, un["visibilite"]) == (Action.DEPOSER, Etat.EN_DEPOT, "PARTAGE")
        return
    assert etat_de(histoire) not in FINALS
    transition = possible(histoire, action, cote, instant)
    assert transition is not None, (etat_de(histoire), action, cote)
    assert etat is arrivee(histoire, transition, cote)
    assert un["date"] >= histoire[-1]["date"]
    exiges = {_COLONNES[e] for e in transition.exige}
    for colonne in _CODES:
        implique = transition.implique if colonne == "attendu" else None
        attendu = colonne in exiges or implique is not None
        assert (un[colonne] is not None) == attendu, (colonne, un)
        assert implique is None or un[colonne] == implique.name
    assert un["commentaire"] or "commentaire" not in exiges
    if un["visibilite"] == "INTERNE":
        assert (action, cote) == (Action.COMMENTER, Cote.FOURNISSEUR)


def verifier_livre(photo: Photo) -> None:
    """What holds at any time: states, dates and places in the sequences are those that the events tell; notices; places."""
    attendus = Counter()  # type: ignore[var-annotated]
    for numero, fiche in photo.signalisations.items():
        histoire = photo.evenements[numero]
        assert histoire[0]["action"] == "DEPOSER"
        assert histoire[0]["date"] == fiche["depot_le"]
        assert fiche["etat"] == histoire[-1]["etat"]
        assert fiche["modifiee_le"] == max(fiche["saisie_le"] or fiche["depot_le"], *(e["date"] for e in histoire))
        assert fiche["clos_le"] == clos_le(histoire)
        valides = [rang for rang, e in enumerate(histoire, 1) if e["action"] == "VALIDER"]
        attendus.update(f"{numero}:{rang}" for rang in valides)
    assert Counter(e["objet"] for e in photo.envois) == attendus
    assert {e["genre"] for e in photo.envois} <= {"AVIS_CLOTURE"}
    cles = {(e["plateforme"], e["operateur"]) for e in photo.suite}
    assert set(photo.compteurs) == cles
    for cle in cles:
        siens = [e for e in photo.suite if (e["plateforme"], e["operateur"]) == cle]
        assert {e["rang"] for e in siens if e["visibilite"] == "INTERNE"} <= {None}
        rangs = [e["rang"] for e in siens if e["visibilite"] == "PARTAGE"]
        assert rangs == list(range(1, len(rangs) + 1))
        assert photo.compteurs[cle] == len(rangs)
    for creneau, prises in engagees(photo).items():
        assert prises <= photo.places[creneau]


def engagees(photo: Photo) -> Counter[tuple[object, ...]]:
    """How many stored reservations each slot has to keep a place for."""
    return Counter(cle_creneau(r) for r in photo.reservations.values() if r["etat"] in ENGAGEES)


def occupe(une: Ligne, instant: datetime) -> bool:
    return une["etat"] == "CONFIRMEE" or bool(une["etat"] == "TENUE" and instant < une["tenue_jusqu_a"])


def effets(avant: Photo, apres: Photo) -> list[tuple[str, str]]:
    """(signalisation, action): what changed of the appointments, as the signalisations have to learn it."""
    appris = []
    for numero, une in apres.reservations.items():
        ancien = avant.reservations[numero]["etat"] if numero in avant.reservations else None
        nouvel = une["etat"]
        if ancien == nouvel:
            continue
        assert ancien in (None, *ENGAGEES), "what is over stays so"
        source = avant.reservations.get(une["remplace"] or "")
        if nouvel == "CONFIRMEE":
            deplacee = ancien is None and source is not None and source["etat"] == "CONFIRMEE"
            action = "DEPLACER_RENDEZ_VOUS" if deplacee else "PRENDRE_RENDEZ_VOUS"
            appris.append((une["signalisation"], action))
        elif nouvel == "ANNULEE" and ancien == "CONFIRMEE":
            if Etat[avant.signalisations[une["signalisation"]]["etat"]] not in FINALS:
                appris.append((une["signalisation"], "ANNULER_RENDEZ_VOUS"))
        elif nouvel == "DEPLACEE":
            suivante = apres.reservations[une["remplacee_par"]]
            assert (suivante["remplace"], suivante["signalisation"]) == (numero, une["signalisation"])
    return appris


def de_l_operateur(photo: Photo, cle: tuple[str, str]) -> Collection[Ligne]:
    return [f for f in photo.signalisations.values() if (f["plateforme"], f["operateur"]) == cle]
