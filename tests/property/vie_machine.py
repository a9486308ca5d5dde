"""The machine of ``test_vie_stores``: how a request is made of every store, and looked at; deposits, repetition and time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from esav_soap.errors import CodeErreur
from esav_soap.signalisation import Action, Etat
from esav_soap.store import Magasin
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.sav import RECUL_MAX, Technicien
from tests.property.vie_demandes import (
    ANNE,
    DEPARTS,
    MINUTE,
)
from tests.property.vie_poste import (
    ESSAIS,
    PLATEFORMES,
    PRESTATIONS,
    Exemple,
    Issue,
    Ligne,
    Photo,
    Poste,
    verdict,
)
from tests.property.vie_regles import (
    FINALS,
    date_de,
    nouveaux,
    verifier_evenement,
    verifier_livre,
)


class Machine(RuleBasedStateMachine):
    """The machine. ``faits``: what came of the requests, over all examples: (request, refusal or None), and actions."""

    magasins: ClassVar[tuple[Magasin, ...]] = ()
    faits: ClassVar[Counter[Any]] = Counter()
    numeros: ClassVar[Iterator[int]] = count()

    @initialize(depart=st.sampled_from(DEPARTS), rang=st.integers(0, 9))
    def ouvrir(self, depart: datetime, rang: int) -> None:
        self.exemple = Exemple(next(self.numeros), depart)
        self.postes = [Poste(magasin, self.exemple) for magasin in self.magasins]
        self.photo = self.lire()
        #: When the scenarios were last played, and on which signalisations.
        self.joue_a: tuple[datetime, set[str]] | None = None
        #: Requests that were granted, to be repeated.
        self.accordees: list[Callable[[Poste], Any]] = []
        self.ouvrir_des_places()
        for n in range(3):
            self.deposer(n // 2, 0, 0, n * MINUTE)
        self.deposer(rang, 0, 1, timedelta())

    def ouvrir_des_places(self) -> None:
        """What can be booked at first."""

    # -- how a request is made and looked at -----------------------------------------------------------------------------

    def lire(self) -> Photo:
        premiere, *autres = [poste.photo() for poste in self.postes]
        assert all(autre == premiere for autre in autres)
        return premiere

    def demander(self, nom: str, appel: Callable[[Poste], Any]) -> tuple[Photo, Issue]:
        """The same request on each store: the same answer, the same rows. A refusal changes nothing. Gives the picture
        before it, once what the scenarios of integration have done by then is written."""
        self.jouer()
        avant = self.photo
        self.exemple.demande += 1
        premiere, *autres = [poste.essayer(appel) for poste in self.postes]
        for autre in autres:
            assert autre == premiere
        self.photo = self.lire()
        verifier_livre(self.photo)
        assert premiere.refus is None or self.photo == avant
        self.faits[nom, premiere.refus] += 1
        return avant, premiere

    def jouer(self) -> None:
        """What is due on integration, event by event a row of the table."""
        avant = self.photo
        jouees = [
            f for f in avant.signalisations.values() if f["prestation"] in ESSAIS and Etat[f["etat"]] not in FINALS
        ]
        a_jouer = (self.exemple.instant, {f["numero"] for f in jouees})
        if not jouees or self.joue_a == a_jouer:
            return
        self.joue_a = a_jouer
        for fiche in jouees:
            for poste in self.postes:
                poste.scenarios.par_numero(fiche["plateforme"], fiche["operateur"], fiche["numero"])
        self.photo = self.lire()
        verifier_livre(self.photo)
        for numero, histoire in self.photo.evenements.items():
            for n in range(len(avant.evenements[numero]), len(histoire)):
                verifier_evenement(histoire[:n], histoire[n], histoire[n]["date"])

    def verifier_un(self, avant: Photo, instant: datetime, numero: str | None) -> Ligne | None:
        """At most one event, of that signalisation, as the table has it; nothing else changed of any other."""
        ajoutes = nouveaux(avant, self.photo)
        assert len(ajoutes) <= (numero is not None)
        for un in ajoutes:
            assert numero is not None
            assert un["numero"] == numero
            histoire = avant.evenements.get(numero, ())
            verifier_evenement(histoire, un, instant)
            if histoire:
                assert un["date"] == date_de(histoire, avant.signalisations[numero], instant)
            self.faits[Action[un["action"]]] += 1
        for autre, fiche in avant.signalisations.items():
            if not ajoutes or autre != numero:
                assert self.photo.signalisations[autre] == fiche
        return ajoutes[0] if ajoutes else None

    def viser(self, rang: int, *, ouvertes: bool = False, gelees: bool = False) -> Ligne:
        """A signalisation: with ``ouvertes`` mostly one for which an appointment can be made, with ``gelees`` often one that
        waits for its opérateur."""
        fiches = list(self.photo.signalisations.values())
        if ouvertes and rang < 8:
            fiches = [f for f in fiches if f["prestation"] == "P-1" and f["clos_le"] is None] or fiches
        if gelees and rang < 5:
            fiches = [f for f in fiches if f["etat"] in ("GELE", "CLOS", "VALIDE")] or fiches
        return fiches[rang % len(fiches)]

    def appelant(self, rang: int, plateforme: int = 0) -> Appelant:
        return Appelant(PLATEFORMES[plateforme % 2], self.exemple.operateurs[rang % 2])

    def deposer(self, qui: int, quoi: int, ou: int, retard: timedelta) -> None:
        appelant = self.appelant(qui, ou)
        possibles = [*PRESTATIONS, "P-9", *(ESSAIS if appelant.plateforme == "integration" else ESSAIS[:1])]
        prestation = possibles[quoi % len(possibles)]
        reference = f"R-{self.exemple.demande % 7}"  # some come again, for something else
        instant = self.exemple.instant - retard
        dit = verdict(reference, prestation, "" if quoi < 8 else str(quoi))

        def appel(poste: Poste) -> Any:
            return poste.deposer(appelant, dit, instant)

        connue = prestation in PRESTATIONS or (prestation in ESSAIS and appelant.plateforme == "integration")
        self._depose("deposer", appelant, reference, prestation, connue, appel, instant)

    def saisir(self, qui: int, quoi: int, ou: int, technicien: Technicien, recul: timedelta) -> None:
        """A late entry, at its true date."""
        appelant, instant = self.appelant(qui, ou), self.exemple.instant
        prestation = [*PRESTATIONS, ESSAIS[1]][quoi % 3]
        reference = f"T-{self.exemple.demande % 5}"
        depot_le = instant - recul
        dit = verdict(reference, prestation, "")

        def appel(poste: Poste) -> Any:
            return poste.saisir(technicien, appelant, dit, depot_le, instant)

        attendu: CodeErreur | None = None
        if technicien.role is not ANNE.role or appelant.plateforme not in technicien.plateformes:
            attendu = CodeErreur.DROIT_INSUFFISANT
        elif not timedelta() <= recul <= RECUL_MAX:
            attendu = CodeErreur.FORMULAIRE_INVALIDE
        connue = prestation in PRESTATIONS or appelant.plateforme == "integration"
        self._depose("saisir", appelant, reference, prestation, connue, appel, depot_le, attendu)

    def _depose(
        self,
        nom: str,
        appelant: Appelant,
        reference: str,
        prestation: str,
        connue: bool,
        appel: Callable[[Poste], Any],
        depot_le: datetime,
        attendu: CodeErreur | None = None,
    ) -> None:
        avant, issue = self.demander(nom, appel)
        cle = (appelant.plateforme, appelant.operateur, reference)
        deja = [f for f in avant.signalisations.values() if (f["plateforme"], f["operateur"], f["reference"]) == cle]
        if attendu is None and not connue:
            attendu = CodeErreur.PRESTATION_INCONNUE
        if issue.refus is not None:
            autre_contenu = attendu is None and deja and issue.refus is CodeErreur.REFERENCE_DEJA_UTILISEE
            assert autre_contenu or issue.refus is attendu
            return
        assert attendu is None
        depot = issue.rendu.depot
        assert depot.deja_deposee == bool(deja)
        if deja:
            assert self.photo == avant
            assert (depot.numero, depot.etat.name) == (deja[0]["numero"], deja[0]["etat"])
            return
        un = self.verifier_un(avant, depot_le, depot.numero)
        fiche = self.photo.signalisations[depot.numero]
        assert un is not None
        assert un["cote"] == ("FOURNISSEUR" if nom == "saisir" else "OPERATEUR")
        assert (fiche["depot_le"], fiche["prestation"]) == (depot_le, prestation)
        assert (fiche["saisie_le"] is not None) == (nom == "saisir")
        self.accordees.append(appel)

    def repeter(self, rang: int) -> None:
        """A deposit or a booking that was granted, word for word: nothing more is done."""
        if not self.accordees:
            return
        appel = self.accordees[rang % len(self.accordees)]
        avant, issue = self.demander("repeter", appel)
        if issue.refus is None:
            assert self.photo == avant

    def le_temps_passe(self, pas: timedelta) -> None:
        self.exemple.instant += pas
