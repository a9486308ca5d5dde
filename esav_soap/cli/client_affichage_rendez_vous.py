"""What ``esav client rendez-vous`` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from esav_soap.cli.client_affichage import avertissements, heure, jour
from esav_soap.cli.client_tableau import Tableau, fiche, sortie, titre
from esav_soap.client import en_dict

#: What has become of an appointment, by the state that the service gives to it; another state is shown as it comes.
_TITRES = {
    "TENUE": ("Place tenue, à confirmer", "yellow"),
    "CONFIRMEE": ("Rendez-vous confirmé", "green"),
    "ANNULEE": ("Rendez-vous annulé", "green"),
}


def plages(trouvees: Mapping[str, Sequence[Any]]) -> None:
    """Free slots."""
    libres = trouvees["plageLibre"]
    if not libres:
        titre("Aucune plage libre.")
        return
    tableau = Tableau(("Jour", "Plage", "Libellé", "Début", "Fin", "Places"), entiers=(0, 1, 5))
    for p in libres:
        tableau.ajouter(jour(p.jour), p.plage, p.libellePlage, heure(p.dateHeureDebut), heure(p.dateHeureFin), p.places)
    tableau.montrer(sortie())


def rendu(reponse: Any) -> None:
    """An appointment as it is after a request."""
    r = reponse.rendezVous
    mots, couleur = _TITRES.get(r.etat, (r.libelleEtat, ""))
    titre(f"{mots} (la demande était déjà satisfaite)" if reponse.dejaFait else mots, couleur)
    fiche(*_membres(r))
    avertissements(en_dict(reponse))


def liste(trouves: Mapping[str, Sequence[Any]]) -> None:
    """One appointment, or all those of a signalisation."""
    tous = trouves["rendezVous"]
    if not tous:
        titre("Aucun rendez-vous.")
    for rang, r in enumerate(tous):
        if rang:
            titre("")
        fiche(*_membres(r))


def _membres(r: Any) -> tuple[tuple[str, Any], ...]:
    return (
        ("Rendez-vous", r.numeroRendezVous),
        ("Référence", r.referenceRendezVous),
        ("Signalisation", r.numeroSignalisation),
        ("État", f"{r.libelleEtat}  ({r.etat})"),
        ("Genre", r.genre),
        ("Plage", f"{jour(r.jour)}, {r.libellePlage}  ({r.plage})"),
        ("Réservé le", heure(r.dateHeureReservation)),
        ("Tenu jusqu'au", heure(r.dateHeureFinTenue) if r.etat == "TENUE" else None),
        ("Confirmé le", heure(r.dateHeureConfirmation)),
        ("Remplace", r.remplace),
        ("Remplacé par", r.remplacePar),
    )
