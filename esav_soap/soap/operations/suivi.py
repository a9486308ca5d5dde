"""``suivi``: what an opérateur reads and does after its deposit (R3.5-R3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from esav_soap.errors import ErreurChamp
from esav_soap.signalisation import Action, Cote, Etat, Signalisation
from esav_soap.signalisation.transitions import Commande
from esav_soap.soap import presentation
from esav_soap.soap.operations.appel import Appel, Champs, Groupe, Operation
from esav_soap.usecases.actions import PAGE_ORDINAIRE, lire_curseur, lire_rang
from esav_soap.usecases.ports.suivi import Filtre
from esav_soap.usecases.registre import Registre
from esav_soap.usecases.suivi import Suivi, formulaire_rempli, situation_garantie


class OperationsSuivi:
    """Each reads the caller's own alone; ``groupe`` names them."""

    def __init__(self, suivi: Suivi, registre: Registre) -> None:
        self._suivi = suivi
        self._registre = registre

    @property
    def groupe(self) -> Groupe:
        """The operations of the service."""
        return {
            "consulterEtat": Operation(self._consulter_etat),
            "consulterDetail": Operation(self._consulter_detail),
            "listerSignalisations": Operation(self._lister, verifier_filtre),
            "consulterHistorique": Operation(self._historique, verifier_curseur),
            "listerEvenements": Operation(self._evenements, _verifier_rang),
            "completerSignalisation": Operation(self._completer),
            "demanderCloture": Operation(self._demander_cloture),
            "contesterCloture": Operation(self._contester_cloture),
        }

    def _consulter_etat(self, champs: Champs, appel: Appel) -> Any:
        return presentation.etat(self._trouver(champs, appel), appel.avertissements)

    def _consulter_detail(self, champs: Champs, appel: Appel) -> Any:
        signalisation = self._trouver(champs, appel)
        catalogue = self._registre.chargee(signalisation.version_catalogue).catalogue
        return presentation.detail(
            signalisation,
            formulaire_rempli(signalisation, catalogue),
            situation_garantie(signalisation, appel.instant),
            appel.avertissements,
        )

    def _lister(self, champs: Champs, appel: Appel) -> Any:
        filtre = filtre_de(champs, appel.appelant.plateforme, appel.appelant.operateur)
        page = self._suivi.lister(appel.appelant, filtre, lire_curseur(champs.texte("curseur")), maximum(champs))
        return presentation.liste(page, appel.avertissements)

    def _historique(self, champs: Champs, appel: Appel) -> Any:
        apres = lire_curseur(champs.texte("curseur"))
        page = self._suivi.historique(appel.appelant, apres, maximum(champs), appel.instant)
        return presentation.liste(page, appel.avertissements)

    def _evenements(self, champs: Champs, appel: Appel) -> Any:
        page = self._suivi.evenements(appel.appelant, lire_rang(champs.texte("curseur")), maximum(champs))
        return presentation.evenements(page, appel.avertissements)

    def _completer(self, champs: Champs, appel: Appel) -> Any:
        numero, reference = champs.texte("numeroSignalisation"), champs.texte("referenceOperateur")
        texte = champs.present("commentaire")
        apres = self._suivi.completer(appel.appelant, numero, reference, texte, appel.instant)
        appel.numero = apres.numero
        return presentation.etat(apres, appel.avertissements)

    def _demander_cloture(self, champs: Champs, appel: Appel) -> Any:
        return self._agir(Action.DEMANDER_CLOTURE, champs, appel)

    def _contester_cloture(self, champs: Champs, appel: Appel) -> Any:
        return self._agir(Action.CONTESTER, champs, appel)

    def _agir(self, action: Action, champs: Champs, appel: Appel) -> Any:
        commande = Commande(action, Cote.OPERATEUR, commentaire=champs.texte("commentaire") or "")
        numero, reference = champs.texte("numeroSignalisation"), champs.texte("referenceOperateur")
        apres = self._suivi.agir(appel.appelant, numero, reference, commande, appel.instant)
        appel.numero = apres.numero
        return presentation.etat(apres, appel.avertissements)

    def _trouver(self, champs: Champs, appel: Appel) -> Signalisation:
        numero, reference = champs.texte("numeroSignalisation"), champs.texte("referenceOperateur")
        trouvee = self._suivi.trouver(appel.appelant, numero, reference)
        appel.numero = trouvee.numero
        return trouvee


def filtre_de(champs: Champs, plateforme: str, operateur: str | None) -> Filtre:
    """What a list is asked for."""
    return Filtre(
        plateforme,
        operateur,
        champs.codes("etat", Etat),
        champs.texte("offre"),
        champs.texte("identifiantPrestation"),
        champs.instant("dateHeureDebut"),
        champs.instant("dateHeureFin"),
    )


def verifier_filtre(champs: Champs, appel: Appel) -> Iterator[ErreurChamp]:
    """States and cursor of a list."""
    yield from champs.hors_liste("etat", Etat)
    yield from verifier_curseur(champs, appel)


def verifier_curseur(champs: Champs, _: Appel) -> Iterator[ErreurChamp]:
    """The cursor of a page of signalisations."""
    return champs.illisible("curseur", lire_curseur)


def maximum(champs: Champs) -> int:
    """How long a page may be."""
    return champs.entier("maximum") or PAGE_ORDINAIRE


def _verifier_rang(champs: Champs, _: Appel) -> Iterator[ErreurChamp]:
    return champs.illisible("curseur", lire_rang)
