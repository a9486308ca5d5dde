"""``rendez-vous``: slots and appointments of an opérateur (R4.1-R4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from esav_soap.errors import ErreurChamp
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Decision, Plage
from esav_soap.soap import presentation
from esav_soap.soap.operations.appel import Appel, Champs, Groupe, Operation
from esav_soap.usecases.rendez_vous import Cible, RendezVous, Souhait


class OperationsRendezVous:
    """Each sees the caller's own alone; ``groupe`` names them."""

    def __init__(self, rendez_vous: RendezVous) -> None:
        self._rendez_vous = rendez_vous

    @property
    def groupe(self) -> Groupe:
        """The operations of the service."""
        return {
            "rechercherPlages": Operation(self._rechercher, _verifier_genre),
            "reserverRendezVous": Operation(self._reserver, _verifier_reservation),
            "confirmerRendezVous": Operation(self._confirmer),
            "consulterRendezVous": Operation(self._consulter),
            "modifierRendezVous": Operation(self._modifier, verifier_souhait),
            "annulerRendezVous": Operation(self._annuler),
        }

    def _rechercher(self, champs: Champs, appel: Appel) -> Any:
        genre = champs.code("genre", TypeRendezVous)
        assert genre is not None
        libres = self._rendez_vous.rechercher(
            appel.appelant,
            _cible(champs),
            genre,
            appel.instant,
            du=champs.jour("dateDebut"),
            au=champs.jour("dateFin"),
        )
        return presentation.plages_libres(libres, appel.avertissements)

    def _reserver(self, champs: Champs, appel: Appel) -> Any:
        genre = champs.code("genre", TypeRendezVous)
        souhait = souhait_de(champs)
        assert genre is not None
        decision = self._rendez_vous.reserver(appel.appelant, _cible(champs), genre, souhait, appel.instant)
        return rendu(decision, appel)

    def _confirmer(self, champs: Champs, appel: Appel) -> Any:
        decision = self._rendez_vous.confirmer(appel.appelant, champs.present("numeroRendezVous"), appel.instant)
        return rendu(decision, appel)

    def _consulter(self, champs: Champs, appel: Appel) -> Any:
        numero = champs.texte("numeroRendezVous")
        if numero is None:
            trouves = self._rendez_vous.lister(appel.appelant, _cible(champs), appel.instant)
            return presentation.liste_rendez_vous(trouves, appel.avertissements)
        trouve = self._rendez_vous.consulter(appel.appelant, numero, appel.instant)
        appel.numero = trouve.numero
        return presentation.liste_rendez_vous([trouve], appel.avertissements)

    def _modifier(self, champs: Champs, appel: Appel) -> Any:
        decision = self._rendez_vous.modifier(
            appel.appelant,
            champs.present("numeroRendezVous"),
            souhait_de(champs),
            appel.instant,
            texte=champs.texte("commentaire") or "",
        )
        return rendu(decision, appel)

    def _annuler(self, champs: Champs, appel: Appel) -> Any:
        texte = champs.texte("commentaire") or ""
        numero = champs.present("numeroRendezVous")
        decision = self._rendez_vous.annuler(appel.appelant, numero, appel.instant, texte=texte)
        return rendu(decision, appel)


def rendu(decision: Decision, appel: Appel) -> Any:
    """The answer to who changed an appointment."""
    appel.numero = decision.reservation.numero
    return presentation.rendez_vous_rendu(decision, appel.avertissements)


def souhait_de(champs: Champs) -> Souhait:
    """The slot that is asked for."""
    jour, plage = champs.jour("jour"), champs.code("plage", Plage)
    assert jour is not None
    assert plage is not None
    return Souhait(champs.present("referenceRendezVous"), jour, plage, champs.vrai("ferme"))


def verifier_souhait(champs: Champs, _: Appel) -> Iterator[ErreurChamp]:
    """The code of the slot that is asked for."""
    return champs.hors_liste("plage", Plage)


def _verifier_genre(champs: Champs, _: Appel) -> Iterator[ErreurChamp]:
    return champs.hors_liste("genre", TypeRendezVous)


def _verifier_reservation(champs: Champs, appel: Appel) -> Iterator[ErreurChamp]:
    yield from _verifier_genre(champs, appel)
    yield from verifier_souhait(champs, appel)


def _cible(champs: Champs) -> Cible:
    return Cible(
        champs.texte("numeroSignalisation"), champs.texte("referenceOperateur"), champs.texte("identifiantPrestation")
    )
