"""Requests about signalisations that stand: of the follow-up, the SAV and appointments (R3.5, R3.6, R4.1, R7.4).

Codes (states, actions, kinds, slots) are plain texts here: the server says which it admits, and old stubs need no new one.
"""

from __future__ import annotations

from collections.abc import Iterable

from esav_soap.model.formulaire import Champ, GenreRegle, Regle
from esav_soap.model.requetes import (
    CHAMP_GENERIQUE,
    ENTETE,
    IDENTIFIANT_PRESTATION,
    MOTIF_CLE,
    OFFRE,
    REFERENCE_OPERATEUR,
    par_nom,
    requete,
)
from esav_soap.model.structure import Feuille
from esav_soap.model.types import Date, DateHeure, Entier, OuiNon, Texte, TexteLong
from esav_soap.names import MOTIF_OPERATEUR

NUMERO_SIGNALISATION = Champ(
    "numeroSignalisation",
    "Numéro de signalisation",
    Texte(longueur_max=20),
    aide="Numéro reçu à l'accusé de réception.",
)
NUMERO_RENDEZ_VOUS = Champ(
    "numeroRendezVous",
    "Numéro de rendez-vous",
    Texte(longueur_max=20),
    aide="Numéro reçu à la réservation.",
)
REFERENCE_RENDEZ_VOUS = Champ(
    "referenceRendezVous",
    "Référence du rendez-vous",
    Texte(longueur_max=64, motif=MOTIF_CLE),
    aide="Votre propre référence du rendez-vous, unique chez vous : un renvoi sous la même référence ne réserve rien de plus.",
    exemples=("RDV-4711",),
)
COMMENTAIRE = Champ("commentaire", "Commentaire", TexteLong(longueur_max=4000))
ETAT = Champ("etat", "Code de l'état", Texte(longueur_max=32))
DEBUT = Champ("dateHeureDebut", "Déposées depuis", DateHeure(), aide="Cet instant compris.")
FIN = Champ("dateHeureFin", "Déposées avant", DateHeure(), aide="Cet instant non compris.")
CURSEUR = Champ(
    "curseur",
    "Curseur",
    Texte(longueur_max=80),
    aide="Celui de la réponse précédente, tel quel ; sans lui, la lecture commence au début.",
)
MAXIMUM = Champ("maximum", "Nombre d'éléments au plus", Entier(1, 200), aide="100 si rien n'est dit.")
GENRE = Champ(
    "genre", "Genre de rendez-vous", Texte(longueur_max=32), aide="SAV, SAV_PLUS ou EXPERTISE_CONTRADICTOIRE."
)
JOUR = Champ("jour", "Jour", Date())
PLAGE = Champ("plage", "Code de la plage", Texte(longueur_max=16), aide="MATIN, APRES_MIDI, ou l'heure : H08 à H17.")
FERME = Champ(
    "ferme", "Réservation ferme", OuiNon(), aide="Sans elle, la place est tenue pendant 15 minutes, à confirmer."
)
OPERATEUR = Champ("operateur", "Code de l'opérateur", Texte(longueur_max=64, motif=MOTIF_OPERATEUR.pattern))
TECHNICIEN = Champ(
    "technicien", "Technicien", Texte(longueur_max=80), aide="La personne qui agit ; les opérateurs ne la voient pas."
)


def _un_seul(code: str, champs: Iterable[Champ]) -> Regle:
    """Exactly one of these names what the request is about."""
    champs = tuple(champs)
    libelles = ", ".join(champ.libelle[:1].lower() + champ.libelle[1:] for champ in champs)
    return Regle(
        code,
        GenreRegle.REGLE,
        f"count({' | '.join(champ.code for champ in champs)}) = 1",
        f"Indiquer un de ces champs, et un seul : {libelles}.",
        champ=champs[0].code,
    )


NUMERO_OU_REFERENCE = _un_seul("NUMERO_OU_REFERENCE", (NUMERO_SIGNALISATION, REFERENCE_OPERATEUR))
_CLE = (Feuille(NUMERO_SIGNALISATION, 0, 1), Feuille(REFERENCE_OPERATEUR, 0, 1))
_UNE_CLE = (NUMERO_OU_REFERENCE,)
_PAGE = (Feuille(CURSEUR, 0, 1), Feuille(MAXIMUM, 0, 1))
_FILTRE = (
    Feuille(ETAT, 0, 8),
    Feuille(OFFRE, 0, 1),
    Feuille(IDENTIFIANT_PRESTATION, 0, 1),
    Feuille(DEBUT, 0, 1),
    Feuille(FIN, 0, 1),
)
_COMMENTE = Feuille(COMMENTAIRE, 1, 1)
_COMMENTAIRE = Feuille(COMMENTAIRE, 0, 1)
_TECHNICIEN = Feuille(TECHNICIEN, 0, 1)
_PLAGE = (Feuille(JOUR, 1, 1), Feuille(PLAGE, 1, 1))
_AUTRE_PLAGE = (Feuille(NUMERO_RENDEZ_VOUS, 1, 1), Feuille(REFERENCE_RENDEZ_VOUS, 1, 1), *_PLAGE)


#: Requests of ``suivi``, by operation.
REQUETES_SUIVI = par_nom(
    requete("consulterEtat", "État d'une signalisation", *_CLE, regles=_UNE_CLE),
    requete("consulterDetail", "Détail d'une signalisation", *_CLE, regles=_UNE_CLE),
    requete("listerSignalisations", "Signalisations de l'opérateur, la plus récente d'abord", *_FILTRE, *_PAGE),
    requete("consulterHistorique", "Signalisations closes ou rejetées depuis 90 jours", *_PAGE),
    requete("listerEvenements", "Changements de toutes les signalisations depuis un curseur", *_PAGE),
    requete(
        "completerSignalisation",
        "Réponse à un gel, ou complément d'une signalisation",
        *_CLE,
        _COMMENTE,
        regles=_UNE_CLE,
    ),
    requete("demanderCloture", "Demande de clôture d'une signalisation", *_CLE, _COMMENTAIRE, regles=_UNE_CLE),
    requete("contesterCloture", "Contestation d'une clôture", *_CLE, _COMMENTE, regles=_UNE_CLE),
)

_CODES = (
    Champ("motif", "Code du motif du rejet", Texte(longueur_max=64)),
    Champ("attendu", "Code de ce que le gel attend", Texte(longueur_max=64)),
    Champ("cause", "Code de la cause", Texte(longueur_max=64)),
    Champ("responsabilite", "Code de la responsabilité", Texte(longueur_max=64)),
    Champ("dateHeureRetablissement", "Date et heure du rétablissement", DateHeure()),
)

#: Requests of ``sav``, by operation; for the Fournisseur's own systems.
REQUETES_SAV = par_nom(
    requete(
        "listerFile",
        "Signalisations à traiter, la plus ancienne d'abord",
        Feuille(OPERATEUR, 0, 1),
        *_FILTRE,
        *_PAGE,
        regles=(
            Regle(
                "PRESTATION_D_UN_OPERATEUR",
                GenreRegle.REGLE,
                "not(identifiantPrestation) or operateur",
                "Une prestation se cherche dans le parc d'un opérateur : indiquer lequel.",
                champ="operateur",
            ),
        ),
    ),
    requete("consulterFiche", "Fiche d'une signalisation pour le SAV", Feuille(NUMERO_SIGNALISATION, 1, 1)),
    requete(
        "traiterSignalisation",
        "Action d'un technicien sur une signalisation",
        Feuille(NUMERO_SIGNALISATION, 1, 1),
        Feuille(Champ("action", "Code de l'action", Texte(longueur_max=32)), 1, 1),
        _TECHNICIEN,
        Feuille(
            Champ(
                "nombreEvenements",
                "Nombre d'événements lus",
                Entier(1),
                aide="Celui de la fiche lue : si la signalisation a changé depuis, rien n'est fait.",
            ),
            0,
            1,
        ),
        _COMMENTAIRE,
        Feuille(Champ("visibilite", "INTERNE ou PARTAGE", Texte(longueur_max=16)), 0, 1),
        *(Feuille(champ, 0, 1) for champ in _CODES),
    ),
    requete(
        "saisirSignalisation",
        "Saisie après coup d'une signalisation prise par la procédure de secours",
        Feuille(OPERATEUR, 1, 1),
        Feuille(Champ("dateHeureDepot", "Date et heure de la prise en compte", DateHeure()), 1, 1),
        _TECHNICIEN,
        Feuille(Champ("versionCatalogue", "Version du catalogue du formulaire", Texte(longueur_max=20)), 1, 1),
        ENTETE,
        Feuille(OFFRE, 1, 1),
        CHAMP_GENERIQUE,
    ),
    requete(
        "reporterRendezVous",
        "Report d'un rendez-vous par le Fournisseur",
        *_AUTRE_PLAGE,
        _TECHNICIEN,
        _COMMENTAIRE,
    ),
    requete(
        "decommanderRendezVous",
        "Annulation d'un rendez-vous par le Fournisseur",
        Feuille(NUMERO_RENDEZ_VOUS, 1, 1),
        _TECHNICIEN,
        _COMMENTAIRE,
    ),
)

#: Requests of ``rendez-vous``, by operation.
REQUETES_RENDEZ_VOUS = par_nom(
    requete(
        "rechercherPlages",
        "Plages libres pour un rendez-vous",
        *_CLE,
        Feuille(IDENTIFIANT_PRESTATION, 0, 1),
        Feuille(GENRE, 1, 1),
        Feuille(Champ("dateDebut", "Premier jour", Date()), 0, 1),
        Feuille(Champ("dateFin", "Dernier jour", Date()), 0, 1),
        regles=(_un_seul("UNE_CIBLE", (NUMERO_SIGNALISATION, REFERENCE_OPERATEUR, IDENTIFIANT_PRESTATION)),),
    ),
    requete(
        "reserverRendezVous",
        "Réservation d'un rendez-vous",
        *_CLE,
        Feuille(REFERENCE_RENDEZ_VOUS, 1, 1),
        Feuille(GENRE, 1, 1),
        *_PLAGE,
        Feuille(FERME, 0, 1),
        regles=_UNE_CLE,
    ),
    requete("confirmerRendezVous", "Confirmation d'une place tenue", Feuille(NUMERO_RENDEZ_VOUS, 1, 1)),
    requete(
        "consulterRendezVous",
        "Rendez-vous, par son numéro ou par sa signalisation",
        Feuille(NUMERO_RENDEZ_VOUS, 0, 1),
        *_CLE,
        regles=(_un_seul("UN_RENDEZ_VOUS", (NUMERO_RENDEZ_VOUS, NUMERO_SIGNALISATION, REFERENCE_OPERATEUR)),),
    ),
    requete(
        "modifierRendezVous",
        "Autre plage pour un rendez-vous",
        *_AUTRE_PLAGE,
        Feuille(FERME, 0, 1),
        _COMMENTAIRE,
    ),
    requete("annulerRendezVous", "Annulation d'un rendez-vous", Feuille(NUMERO_RENDEZ_VOUS, 1, 1), _COMMENTAIRE),
)
