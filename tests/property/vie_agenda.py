"""Places and appointments, for the machine of ``test_vie_stores``."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from esav_soap.errors import CodeErreur
from esav_soap.rendez_vous import Capacite
from esav_soap.signalisation import Cote
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.rendez_vous import Acteur, Cible, Souhait
from tests.property.vie_demandes import (
    PLAGES,
)
from tests.property.vie_machine import Machine
from tests.property.vie_poste import (
    GENRES,
    PLATEFORMES,
    Issue,
    Photo,
    Poste,
    cle_de,
)
from tests.property.vie_regles import (
    ENGAGEES,
    effets,
    engagees,
    nouveaux,
    occupe,
    premier_jour,
)

INCONNU = "7K3M9QX2TBX"


class Agenda(Machine):
    """Appointments of both sides."""

    def ouvrir_des_places(self) -> None:
        for n in range(2):
            self.places(5, n, 1)

    def places(self, dans: int, plage: int, nombre: int) -> None:
        """The file of places is of one line for each platform and kind."""
        jour = (self.exemple.instant + timedelta(days=1 + dans)).date()
        lues = [
            Capacite(plateforme, self.exemple.zone, genre, jour, PLAGES[plage % 2], nombre)
            for plateforme in PLATEFORMES
            for genre in GENRES
        ]
        instant = self.exemple.instant
        avant, issue = self.demander(
            "places", lambda poste: poste.magasin.importer_capacites(list(enumerate(lues, 2)), instant)
        )
        assert nouveaux(avant, self.photo) == []
        voulues = {cle_de(une): une.places for une in lues}
        if issue.rendu.problemes:
            tenues = Counter(engagees(avant))
            assert any(tenues[cle] > n for cle, n in voulues.items())
            assert self.photo == avant
        else:
            assert self.photo.places == {**avant.places, **voulues}

    def reserver(self, rang: int, autre: int, genre: Any, ou: int, ferme: bool, retard: timedelta) -> None:
        self.jouer()
        fiche, instant = self.viser(rang, ouvertes=True), self.exemple.instant - retard
        siens = self.exemple.operateurs
        operateur = fiche["operateur"] if autre < 5 else siens[1 - siens.index(fiche["operateur"])]
        appelant = Appelant(fiche["plateforme"], operateur)
        souhait = self._souhait(ou, ferme)

        def appel(poste: Poste) -> Any:
            return poste.guichet.reserver(appelant, Cible(fiche["numero"]), genre, souhait, instant)

        avant, issue = self.demander("reserver", appel)
        self._juger_rendez_vous(avant, issue, fiche["numero"], instant)
        if autre == 5:
            assert issue.refus is CodeErreur.SIGNALISATION_INCONNUE
        cle = (fiche["plateforme"], self.exemple.zone, genre.name, souhait.jour, souhait.plage.name)
        self._juger_place(avant, issue, cle, instant)
        if issue.refus is None:
            self.accordees.append(appel)

    def changer_rendez_vous(
        self, rang: int, geste: str, qui: int, ou: int, ferme: bool, retard: timedelta, texte: str
    ) -> None:
        """By its holder, by the Fournisseur (``qui`` 3 and 4), or by another opérateur (5)."""
        self.jouer()
        if not self.photo.reservations:
            return
        toutes = list(self.photo.reservations.values())
        if rang < 8:
            toutes = [r for r in toutes if r["etat"] in ENGAGEES] or toutes
        une = toutes[-1 - rang % len(toutes)]
        numero, instant, siens = une["numero"], self.exemple.instant - retard, self.exemple.operateurs
        operateur = une["operateur"] if qui < 5 else siens[1 - siens.index(une["operateur"])]
        appelant = Appelant(une["plateforme"], operateur)
        acteur = Acteur(Cote.FOURNISSEUR, "Anne") if qui in (3, 4) else Acteur()
        souhait = self._souhait(ou, ferme)

        def appel(poste: Poste) -> Any:
            if acteur.fournisseur:
                assert poste.guichet.titulaire(une["plateforme"], numero) == appelant
            if geste == "confirmer":
                return poste.guichet.confirmer(appelant, numero, instant, acteur)
            if geste == "modifier":
                return poste.guichet.modifier(appelant, numero, souhait, instant, acteur, texte)
            return poste.guichet.annuler(appelant, numero, instant, acteur, texte)

        avant, issue = self.demander(geste, appel)
        self._juger_rendez_vous(avant, issue, une["signalisation"], instant)
        if qui == 5:
            inconnu = self.postes[0].essayer(lambda poste: poste.guichet.confirmer(appelant, INCONNU, instant))
            assert (issue.refus, issue.message) == (CodeErreur.RENDEZ_VOUS_INCONNU, inconnu.message)
        elif geste == "modifier":
            cle = (une["plateforme"], une["zone"], une["genre"], souhait.jour, souhait.plage.name)
            self._juger_place(avant, issue, cle, instant)
        elif issue.refus is None and not issue.rendu.deja_faite:
            assert occupe(une, instant)
        if issue.refus is None and geste != "modifier":
            self.accordees.append(appel)

    def _souhait(self, ou: int, ferme: bool) -> Souhait:
        premier = premier_jour(self.exemple.instant)
        bonnes = [cle for cle, nombre in self.photo.places.items() if nombre and cle[3] >= premier]
        proposees = bonnes if bonnes and ou < 8 else list(self.photo.places)
        *_, jour, plage = proposees[ou % len(proposees)]
        reference = f"V-{self.exemple.demande % 9}"
        return Souhait(reference, jour, next(p for p in PLAGES if p.name == plage), ferme)

    def _juger_rendez_vous(self, avant: Photo, issue: Issue, numero: str, instant: datetime) -> None:
        """The signalisation learns what happened to its appointments, once and in its event, and nothing more."""
        un = self.verifier_un(avant, instant, numero)
        appris = [] if un is None else [(un["numero"], un["action"])]
        assert effets(avant, self.photo) == appris
        assert self.photo.places == avant.places
        if issue.refus is None and issue.rendu.deja_faite:
            assert self.photo == avant
        a_venir = Counter(
            r["signalisation"]
            for r in self.photo.reservations.values()
            if occupe(r, self.exemple.instant) and r["jour"] > self.exemple.instant.date()
        )
        assert set(a_venir.values()) <= {1}

    def _juger_place(self, avant: Photo, issue: Issue, cle: tuple[Any, ...], instant: datetime) -> None:
        """A new place was free, and not too near; a slot that is said to be full is."""
        prises = sum(
            occupe(r, instant) and tuple(r[n] for n in ("plateforme", "zone", "genre", "jour", "plage")) == cle
            for r in avant.reservations.values()
        )
        if issue.refus is CodeErreur.PLAGE_COMPLETE:
            assert prises >= avant.places[cle]
        elif issue.refus is None and issue.rendu.reservation.numero not in avant.reservations:
            assert prises < avant.places[cle]
            assert cle[3] >= premier_jour(instant)
