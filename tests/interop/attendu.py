"""What the scenario of ``docs/exemples/clients`` sends, and what every client's program has to say of the answers.

Every program says ``NAME=VALUE``, a line each. A name that is not there is a step that the client did not do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

#: Whether a value is right, given all that the program said.
Juge = Callable[[str, Mapping[str, str]], bool]

#: The steps, in the order of the scenario, with the names that each says.
ETAPES: Mapping[str, tuple[str, ...]] = {
    "dépôt": ("DEPOT_NUMERO", "DEPOT_ETAT", "DEPOT_DEJA"),
    "refus": ("REFUS_CODE", "REFUS_ERREURS", "REFUS_LIBELLE"),
    "renvoi": ("RENVOI_NUMERO", "RENVOI_DEJA"),
    "état": ("ETAT",),
    "détail": ("DETAIL_CHAMPS", "DETAIL_DESCRIPTION"),
    "liste paginée": ("LISTE_1", "LISTE_2", "LISTE_FIN"),
    "événements": ("EVENEMENTS", "EVENEMENTS_ENCORE"),
    "plages": ("PLAGES",),
    "rendez-vous": ("RENDEZ_VOUS_ETAT", "RENDEZ_VOUS_PLAGE"),
}
DESCRIPTION = (
    "Liaison dégradée depuis 9 h 15 : épissure à 12,4 km, côté Hôtel-Dieu & gare (« œuvre d'été »), < 1 mW, 3 €."
)
ERREURS = {
    ("nombreFibresTouchees", "REGLE_NON_RESPECTEE"),
    ("longueurOptique", "TROP_GRAND"),
    ("natureDefaut", "VALEUR_NON_RATTACHEE"),
}
LIBELLE = "Nature du défaut"

#: The form as it has to stand in the store, whatever the client: :func:`depouille` of the fields of ``consulterDetail``.
FORMULAIRE: tuple[tuple[str, str], ...] = (
    ("nombreFibresLouees", "2"),
    ("nombreFibresTouchees", "1"),
    ("longueurOptique", "42.318"),
    ("typeFibre", "G652D"),
    ("dateRecette", "2023-06-30"),
    ("gtr", "GTR_4H_S1"),
    ("extremites[1]/siteExtremite", "NRO Évreux-Gravigny"),
    ("extremites[1]/positionExtremite", "B02-T01-P03"),
    ("extremites[1]/typeConnecteur", "SC_APC"),
    ("extremites[1]/puissanceExtremite", "-17.2"),
    ("extremites[1]/accessible", "true"),
    ("extremites[2]/siteExtremite", "Hôtel de Ville, L'Haÿ"),
    ("extremites[2]/positionExtremite", "B07-T02-P11"),
    ("extremites[2]/typeConnecteur", "LC_UPC"),
    ("extremites[2]/puissanceExtremite", "-23.45"),
    ("extremites[2]/accessible", "false"),
    ("dateHeureConstat", "2026-11-02T08:15:00+00:00"),
    ("familleDefaut", "AFFAIBLISSEMENT"),
    ("natureDefaut", "ATTENUATION_EPISSURE"),
    ("defautIntermittent", "true"),
    ("frequenceCoupures", "4"),
    ("impactService", "DEGRADATION"),
    ("responsabilitePresumee", "FOURNISSEUR"),
    ("descriptionDefaut", DESCRIPTION),
    ("moyenMesure", "REFLECTOMETRE"),
    ("bilanOptique", "11.35"),
    ("mesuresOtdr[1]/longueurOndeOtdr", "L1550"),
    ("mesuresOtdr[1]/sensMesure", "A_VERS_B"),
    ("mesuresOtdr[1]/distanceEvenement", "12400"),
    ("mesuresOtdr[1]/typeEvenement", "EPISSURE"),
    ("mesuresOtdr[1]/attenuationEvenement", "0.385"),
    ("mesuresOtdr[2]/longueurOndeOtdr", "L1550"),
    ("mesuresOtdr[2]/sensMesure", "B_VERS_A"),
    ("mesuresOtdr[2]/distanceEvenement", "29918"),
    ("mesuresOtdr[2]/typeEvenement", "CONNECTEUR"),
    ("mesuresOtdr[2]/reflectanceEvenement", "-58.2"),
    ("contactSite[1]/nomContact", "Zoé Lefèvre"),
    ("contactSite[1]/roleContact", "TECHNICIEN"),
    ("contactSite[1]/telephoneContact", "0612345678"),
    ("contactSite[1]/courrielContact", "supervision@operateur.example"),
    ("contactSite[1]/contactPrevenu", "true"),
    ("consignesSecurite", "RAYONNEMENT_LASER"),
    ("consignesSecurite", "ESPACE_CONFINE"),
    ("finCoupureAcceptee", "2026-11-03T04:00:00+00:00"),
    ("referenceSupervision", "INC-2026-004512"),
)
_NOMBRES = ("longueurOptique", "puissanceExtremite", "bilanOptique", "attenuationEvenement", "reflectanceEvenement")
_PLAGE = re.compile(r"\d{4}-\d{2}-\d{2} [A-Z0-9_]+")
_INSTANTS = ("dateHeureConstat", "finCoupureAcceptee")


def depouille(chemin: str, valeur: str) -> str:
    """``valeur`` in one spelling: clients write the same number or instant in several."""
    nom = chemin.rpartition("/")[2]
    if nom in _NOMBRES:
        return str(Decimal(valeur).normalize())
    if nom in _INSTANTS:
        return datetime.fromisoformat(valeur.replace("Z", "+00:00")).astimezone(UTC).isoformat()
    return valeur


def _numero(valeur: str, _: Mapping[str, str]) -> bool:
    return re.fullmatch(r"[0-9A-Z]{11}", valeur) is not None


def _egal(attendu: str) -> Juge:
    return lambda valeur, _: valeur == attendu


def _booleen(attendu: bool) -> Juge:
    """Each language has its own way to print one."""
    mots = {"true", "1"} if attendu else {"false", "0", ""}
    return lambda valeur, _: valeur.lower() in mots


def _erreurs(valeur: str, _: Mapping[str, str]) -> bool:
    return {tuple(e.split(":")) for e in valeur.split(",")} == ERREURS


def _plage(valeur: str, dits: Mapping[str, str]) -> bool:
    """The appointment is the first free range that the search gave."""
    return _PLAGE.fullmatch(valeur) is not None and valeur == dits.get("PLAGES")


#: What each name has to say, given all that the program said.
JUGES: Mapping[str, Juge] = {
    "DEPOT_NUMERO": _numero,
    "DEPOT_ETAT": _egal("EN_DEPOT"),
    "DEPOT_DEJA": _booleen(False),
    "REFUS_CODE": _egal("FORMULAIRE_INVALIDE"),
    "REFUS_ERREURS": _erreurs,
    "REFUS_LIBELLE": _egal(LIBELLE),
    "RENVOI_NUMERO": lambda valeur, dits: valeur == dits.get("DEPOT_NUMERO"),
    "RENVOI_DEJA": _booleen(True),
    "ETAT": _egal("EN_DEPOT"),
    "DETAIL_CHAMPS": _egal(str(len(FORMULAIRE))),
    "DETAIL_DESCRIPTION": _egal(DESCRIPTION),
    "LISTE_1": lambda valeur, dits: _numero(valeur, dits) and valeur != dits.get("DEPOT_NUMERO"),
    "LISTE_2": lambda valeur, dits: valeur == dits.get("DEPOT_NUMERO"),
    "LISTE_FIN": _booleen(True),
    "EVENEMENTS": _egal("DEPOSER,DEPOSER"),
    "EVENEMENTS_ENCORE": _booleen(False),
    "PLAGES": lambda valeur, _: _PLAGE.fullmatch(valeur) is not None,
    "RENDEZ_VOUS_ETAT": _egal("CONFIRMEE"),
    "RENDEZ_VOUS_PLAGE": _plage,
}


def lire(sortie: str) -> dict[str, str]:
    """The lines ``NAME=VALUE`` of a program's output."""
    return {nom: valeur for nom, egal, valeur in (ligne.partition("=") for ligne in sortie.splitlines()) if egal}


def etapes_reussies(dits: Mapping[str, str], juges: Mapping[str, Juge] = JUGES) -> list[str]:
    """The steps whose every name was said, and rightly."""
    return [etape for etape, noms in ETAPES.items() if all(n in dits and juges[n](dits[n], dits) for n in noms)]
