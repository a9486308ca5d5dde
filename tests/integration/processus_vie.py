"""Run by ``tests.integration.processus``: processes that act on signalisations through the use cases.

``technicien URL NOM ACTION NUMEROS...``: does it to each; says ``decide`` when it has read and decided, and writes only when it
is given a line. Prints what came of it. On every second one, it says how many events it has seen.
``derniere_place URL RANG NOMBRE``: clients from RANG * NOMBRE on want the same slot, all at once. Prints each outcome.
``ecrivain URL NOM GENRE TOURS``: writes events on integration for two opérateurs, all of a kind. Prints opérateur and mark of
each, once it is acknowledged: the mark is the event's author, or the reference of a deposit.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import Plage
from esav_soap.signalisation import Action, Attendu, Cote, MotifRejet, Visibilite
from esav_soap.signalisation.scenarios import Scenario, prestation_essai
from esav_soap.signalisation.transitions import Commande
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases import depot
from esav_soap.usecases.actions import ModifieeEntretemps
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.rendez_vous import Acteur, Cible, RendezVous, Souhait
from esav_soap.usecases.sav import Sav, Technicien
from esav_soap.usecases.scenarios import AvecScenarios
from esav_soap.usecases.suivi import Suivi
from tests.integration.exemples import DEPOT_LE, PRESTATION
from tests.integration.processus import attendre, dire
from tests.property.vie_poste import verdict

OPERATEURS = ("OPA", "OPB")
OFFRE = "ACCES_FTTH"
FILS = 3
#: A slot that there is room on, whenever the test runs.
PLAGE = Plage.MATIN
DANS = timedelta(days=30)

COMMANDES = {
    "QUALIFIER": Commande(Action.QUALIFIER, Cote.FOURNISSEUR),
    "GELER": Commande(Action.GELER, Cote.FOURNISSEUR, attendu=Attendu.ACCES_SITE),
    "REJETER": Commande(Action.REJETER, Cote.FOURNISSEUR, motif=MotifRejet.DOUBLON),
    "COMMENTER": Commande(Action.COMMENTER, Cote.FOURNISSEUR, commentaire="Mesure faite."),
}


def maintenant() -> datetime:
    return datetime.now(UTC)


def scenarios_sur(magasin: Magasin) -> AvecScenarios:
    return AvecScenarios(magasin, magasin, lambda _: {OFFRE}, maintenant, lambda _: None)


def technicien(url: str, nom: str, action: str, *numeros: str) -> None:
    magasin = ouvrir(url)
    changer = magasin.changer

    def en_deux_temps(*valeurs: Any) -> bool:
        dire("decide")
        sys.stdin.readline()
        return changer(*valeurs)

    sav = Sav(magasin, lambda lue: lue)
    attendre()
    with patch.object(magasin, "changer", en_deux_temps):
        for rang, numero in enumerate(numeros):
            vus = 1 if rang % 2 else None
            try:
                fiche = sav.agir(Technicien(nom), numero, COMMANDES[action], DEPOT_LE + timedelta(hours=1), vus=vus)
            except ModifieeEntretemps as refus:
                dernier = refus.signalisation.evenements[-1]
                dire(
                    f"perdu {dernier.auteur} {refus.signalisation.etat.name} {refus.signalisation.etat.name in str(refus)}"
                )
            else:
                dire(f"gagne {nom} {fiche.signalisation.etat.name} {len(fiche.signalisation.evenements)}")


def derniere_place(url: str, rang: str, nombre: str) -> None:
    from tests.integration import test_contrat_rendez_vous as contrat

    magasin = ouvrir(url)
    numeros = []
    for n in range(int(nombre)):
        lue = magasin.par_reference("production", "OPA", f"S-OPA-{int(rang) * int(nombre) + n}")
        assert lue is not None
        numeros.append(lue.numero)
    depart = threading.Barrier(len(numeros), timeout=60)

    def client(numero: str) -> None:
        depart.wait()
        try:
            contrat.reserver(magasin, numero, contrat.souhait(f"D-{numero}"))
        except ErreurEsav as refus:
            dire(f"{numero} {refus.code.name}")
        else:
            dire(f"{numero} PRIS")

    attendre()
    _ensemble([lambda numero=numero: client(numero) for numero in numeros])  # type: ignore[misc]


def _ensemble(taches: list[Callable[[], None]]) -> None:
    fils = [threading.Thread(target=tache) for tache in taches]
    for un in fils:
        un.start()
    for un in fils:
        un.join()


class Ecrivain:
    """One process: what it writes is named after it."""

    def __init__(self, url: str, nom: str) -> None:
        self.magasin = ouvrir(url)
        self.nom = nom
        self.scenarios = scenarios_sur(self.magasin)
        self.suivi = Suivi(self.scenarios, self.magasin, self.scenarios.avancer)
        self.sav = Sav(self.magasin, self.scenarios.avancer)
        offre = Offre(OFFRE, OFFRE, "acces", rendez_vous=(TypeRendezVous.SAV,))
        self.guichet = RendezVous(self.magasin, self.scenarios, lambda *_: offre)

    def deposer(self, chez: Appelant, marque: str) -> str:
        dit = verdict(marque, PRESTATION.identifiant, "")
        accuse = depot.deposer(chez, "2026.1", dit, self.scenarios, maintenant())
        dire(f"{chez.operateur} {marque}")
        return accuse.depot.numero

    def technicien(self, chez: Appelant, numero: str, marque: str, commande: Commande) -> None:
        self.sav.agir(Technicien(marque), numero, commande, maintenant())
        dire(f"{chez.operateur} {marque}")

    def commune(self, chez: Appelant, tour: int) -> str:
        lue = self.scenarios.par_reference(chez.plateforme, chez.operateur, f"COMMUNE-{tour % 6}")
        assert lue is not None
        return lue.numero

    # One round of each kind of writer.

    def depots(self, chez: Appelant, marque: str, tour: int) -> None:
        """Several threads at once: deposits in groups, of both opérateurs."""
        autres = [Appelant(chez.plateforme, operateur) for operateur in OPERATEURS]
        _ensemble([lambda n=n: self.deposer(autres[n % 2], f"{marque}-{n}") and None for n in range(FILS)])  # type: ignore[misc]

    def sav_(self, chez: Appelant, marque: str, tour: int) -> None:
        numero = self.deposer(chez, marque)
        self.technicien(chez, numero, f"{marque}-q", COMMANDES["QUALIFIER"])
        self.technicien(chez, numero, f"{marque}-g", COMMANDES["GELER"])
        interne = Commande(Action.COMMENTER, Cote.FOURNISSEUR, commentaire="Entre nous.", visibilite=Visibilite.INTERNE)
        self.technicien(chez, self.commune(chez, tour), f"{marque}-i", interne)
        self.technicien(chez, self.commune(chez, tour + 1), f"{marque}-c", COMMANDES["COMMENTER"])

    def suivi_(self, chez: Appelant, marque: str, tour: int) -> None:
        for n in range(FILS):
            dit = Commande(Action.COMMENTER, Cote.OPERATEUR, f"{marque}-{n}", f"Rappel {marque}-{n}.")
            self.suivi.agir(chez, self.commune(chez, tour + n), None, dit, maintenant())
            dire(f"{chez.operateur} {dit.auteur}")

    def rendez_vous(self, chez: Appelant, marque: str, tour: int) -> None:
        numero, instant = self.deposer(chez, marque), maintenant()
        souhait = Souhait(marque, (instant + DANS).date(), PLAGE, ferme=True)
        pris = self.guichet.reserver(
            chez, Cible(numero), TypeRendezVous.SAV, souhait, instant, Acteur(auteur=f"{marque}-p")
        )
        dire(f"{chez.operateur} {marque}-p")
        self.guichet.annuler(chez, pris.reservation.numero, maintenant(), Acteur(auteur=f"{marque}-a"))
        dire(f"{chez.operateur} {marque}-a")

    def scenarios_(self, chez: Appelant, marque: str, tour: int) -> None:
        """Entered late, so that all of the scenario is due at once: whoever looks first writes it."""
        prestation = prestation_essai(OFFRE, Scenario.PARCOURS)
        instant = maintenant()
        accuse = self.sav.saisir(
            Technicien(marque),
            chez,
            "2026.1",
            verdict(marque, prestation, ""),
            self.scenarios,
            instant - timedelta(minutes=10),
            instant,
        )
        dire(f"{chez.operateur} {marque}")
        assert self.scenarios.par_numero(chez.plateforme, chez.operateur, accuse.depot.numero)


def ecrivain(url: str, nom: str, genre: str, tours: str) -> None:
    un = Ecrivain(url, nom)
    ecrire: Callable[[Appelant, str, int], None] = getattr(un, genre)
    attendre()
    for tour in range(int(tours)):
        chez = Appelant("integration", OPERATEURS[tour % 2])
        marque = f"{nom}-{tour}"
        try:
            ecrire(chez, marque, tour)
        except ErreurEsav as refus:
            # A comment may find the course of the signalisation changed; nothing was written, and it is not told.
            if refus.code is not CodeErreur.MODIFIEE_ENTRETEMPS:
                raise


ROLES: dict[str, Callable[..., None]] = {
    "technicien": technicien,
    "derniere_place": derniere_place,
    "ecrivain": ecrivain,
}
