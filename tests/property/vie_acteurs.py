"""The two sides at work on signalisations, for the machine of ``test_vie_stores``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from esav_soap.errors import CodeErreur
from esav_soap.signalisation import Action, Cote, Etat, Visibilite
from esav_soap.signalisation.transitions import Commande
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.sav import Technicien
from tests.property.vie_demandes import (
    ANNE,
    CLIENT,
    MINUTE,
    bien_remplie,
    commandes,
)
from tests.property.vie_machine import Machine
from tests.property.vie_poste import (
    Issue,
    Photo,
    Poste,
)
from tests.property.vie_regles import (
    possible,
    repetee,
    verdict_attendu,
)

INCONNU = "7K3M9QX2TBX"
#: What brings a signalisation forward.
SUITE = (Action.QUALIFIER, Action.PRENDRE, Action.CLORE, Action.VALIDER, Action.VERROUILLER)


class Acteurs(Machine):
    """Technicians and opérateurs."""

    def technicien(
        self, rang: int, technicien: Technicien, vus: int | None, retard: timedelta, data: st.DataObject
    ) -> None:
        """``vus``: how many events the page that he decides on lacks."""
        self.jouer()
        fiche, instant = self.viser(rang), self.exemple.instant - retard
        numero = fiche["numero"]
        commande = data.draw(commandes(Cote.FOURNISSEUR, Etat[fiche["etat"]], fiche["depot_le"], instant))
        nombre = None if vus is None else len(self.photo.evenements[numero]) - vus
        self._agir(technicien, numero, commande, instant, nombre)

    def le_sav_avance(self, rang: int, pas: int) -> None:
        """Some steps towards the end, so that late states are not rare; some ask the opérateur for something first."""
        suite = (*SUITE, Action.REPRENDRE) if rang % 3 == 0 else (Action.GELER, *SUITE) if rang % 3 == 1 else SUITE
        for _ in range(pas):
            self.jouer()
            fiche = self.viser(rang)
            histoire = self.photo.evenements[fiche["numero"]]
            for action in suite:
                ligne = possible(histoire, action, Cote.FOURNISSEUR, self.exemple.instant)
                if ligne is not None:
                    commande = bien_remplie(ligne, Cote.FOURNISSEUR, fiche["depot_le"], self.exemple.instant)
                    self._agir(ANNE, fiche["numero"], commande, self.exemple.instant, None)
                    self.exemple.instant += MINUTE
                    break

    def noter(self, rang: int) -> None:
        """What only the Fournisseur may read."""
        note = Commande(Action.COMMENTER, Cote.FOURNISSEUR, commentaire="Entre nous.", visibilite=Visibilite.INTERNE)
        numero = self.viser(rang)["numero"]
        self.jouer()
        self._agir(ANNE, numero, note, self.exemple.instant, None)

    def _agir(
        self, technicien: Technicien, numero: str, commande: Commande, instant: datetime, vus: int | None
    ) -> None:
        connue = self.photo.signalisations[numero]["plateforme"] in technicien.plateformes
        avant, issue = self.demander(
            "technicien", lambda poste: poste.sav.agir(technicien, numero, commande, instant, vus=vus)
        )
        attendu, champs = verdict_attendu(avant, numero, commande, technicien, instant, vus)
        if technicien.role is not ANNE.role:
            attendu, champs = CodeErreur.DROIT_INSUFFISANT, set()
        elif not connue and attendu is not CodeErreur.DROIT_INSUFFISANT:
            attendu, champs = CodeErreur.SIGNALISATION_INCONNUE, set()
        self._juger(avant, issue, attendu, champs, numero, replace(commande, auteur=technicien.auteur), instant)
        if attendu is CodeErreur.MODIFIEE_ENTRETEMPS:
            assert issue.present is not None
            assert len(issue.present.evenements) == len(avant.evenements[numero])

    def operateur(self, rang: int, autre: int, par: str, data: st.DataObject) -> None:
        """On its own; one time in four another one tries, and is answered as for what does not exist."""
        self.jouer()
        fiche, instant = self.viser(rang, gelees=True), self.exemple.instant
        numero, siens = fiche["numero"], self.exemple.operateurs
        operateur = fiche["operateur"] if autre < 3 else siens[1 - siens.index(fiche["operateur"])]
        appelant = Appelant(fiche["plateforme"], operateur)
        commande = data.draw(commandes(Cote.OPERATEUR, Etat[fiche["etat"]], fiche["depot_le"], instant))
        # Its reference may be one of the other's own, so others ask by number.
        cle: tuple[str | None, str | None]
        cle = (None, fiche["reference"]) if par == "reference" and autre < 3 else (numero, None)
        if complete := data.draw(st.booleans()):
            action = Action.COMPLETER if fiche["etat"] == "GELE" else Action.COMMENTER
            texte = commande.commentaire or data.draw(st.sampled_from(["", "Le gardien est là."]))
            commande = Commande(action, Cote.OPERATEUR, commentaire=texte)

        def appel(poste: Poste) -> Any:
            if complete:
                return poste.suivi.completer(appelant, cle[0], cle[1], commande.commentaire, instant)
            return poste.suivi.agir(appelant, cle[0], cle[1], commande, instant)

        avant, issue = self.demander("operateur", appel)
        attendu, champs = verdict_attendu(avant, numero, commande, CLIENT, instant)
        if autre == 3:
            inconnue = self.postes[0].essayer(lambda p: p.suivi.agir(appelant, INCONNU, None, commande, instant))
            assert issue == inconnue
            attendu, champs = issue.refus, set()
            assert attendu in (CodeErreur.SIGNALISATION_INCONNUE, CodeErreur.DROIT_INSUFFISANT)
        self._juger(avant, issue, attendu, champs, numero, replace(commande, auteur=operateur), instant)
        if issue.refus is None:
            assert all(e.visibilite.name == "PARTAGE" for e in issue.rendu.evenements)

    def _juger(
        self,
        avant: Photo,
        issue: Issue,
        attendu: CodeErreur | None,
        champs: set[str],
        numero: str,
        commande: Commande,
        instant: datetime,
    ) -> None:
        assert issue.refus is attendu, (issue, commande)
        if attendu is not None:
            assert set(issue.champs) == champs
            return
        un = self.verifier_un(avant, instant, numero)
        if repetee(avant.evenements[numero], commande, instant):
            assert self.photo == avant
            self.faits["repetee", None] += 1
            return
        assert un is not None, "every change has its event"
        assert self.photo.reservations == avant.reservations
        dit = (commande.action.name, commande.cote.name, commande.auteur, commande.visibilite.name)
        assert (un["action"], un["cote"], un["auteur"], un["visibilite"]) == dit
        assert un["commentaire"] == commande.commentaire.strip()
        assert un["retabli_le"] == commande.retabli_le
        for colonne in ("motif", "cause", "responsabilite"):
            assert un[colonne] == getattr(getattr(commande, colonne), "name", None)
