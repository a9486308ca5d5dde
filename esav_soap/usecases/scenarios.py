"""The scenarios of the plate-forme d'intégration over a store (R6.3): what its test prestations do when they are used.

Nothing runs by itself. Whoever looks at a signalisation first has the events appended that are due by then, with the dates
of the plan, so that everybody sees the same history, whoever looks and whenever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from esav_soap.jeton import JETON
from esav_soap.signalisation import Depot, NouvelleSignalisation, Prestation, Signalisation
from esav_soap.signalisation.scenarios import (
    PAUSE,
    PLATEFORME,
    Scenario,
    echus,
    prestation_virtuelle,
    refus,
    scenario_de,
    trop_d_attentes,
)
from esav_soap.usecases.actions import avis_de
from esav_soap.usecases.ports.depots import Signalisations
from esav_soap.usecases.ports.evenements import Deroulements
from esav_soap.usecases.ports.horloge import Horloge

#: Deposits that LENT keeps waiting at a time, in a process: the other threads are there for production.
ATTENTES = 2
#: How often someone else may append to a signalisation meanwhile, before it is given as it then is.
_ESSAIS = 8


class AvecScenarios:
    """The port ``Signalisations`` over another one, with the test prestations of the plate-forme d'intégration.

    A prestation of the parc that has the name of a test prestation stays what it is: no scenario is played on it.
    ``offres``: codes of the Offres that integration knows at an instant. ``pause``: waits so many seconds. Production passes
    through untouched. Thread-safe.
    """

    def __init__(
        self,
        base: Signalisations,
        deroulements: Deroulements,
        offres: Callable[[datetime], Collection[str]],
        horloge: Horloge,
        pause: Callable[[float], object],
        attentes: int = ATTENTES,
    ) -> None:
        self._base = base
        self._deroulements = deroulements
        self._offres = offres
        self._horloge = horloge
        self._pause = pause
        self._places = threading.BoundedSemaphore(attentes)

    def prestation(self, plateforme: str, operateur: str, identifiant: str) -> Prestation | None:
        connue = self._base.prestation(plateforme, operateur, identifiant)
        if plateforme != PLATEFORME or connue is not None:
            return connue
        return self._virtuelle(operateur, identifiant)

    def deposer(self, nouvelle: NouvelleSignalisation) -> Depot:
        """Raises besides what the scenario refuses with, and then nothing was stored."""
        if nouvelle.plateforme != PLATEFORME:
            return self._base.deposer(nouvelle)
        scenario = self._scenario(nouvelle.operateur, nouvelle.prestation, nouvelle.offre)
        refusee = scenario and refus(scenario, self._horloge())
        if refusee:
            raise refusee
        if scenario is Scenario.LENT:
            return self._deposer_lentement(nouvelle)
        depot = self._base.deposer(nouvelle)
        return self._a_jour(nouvelle.operateur, depot) if depot.deja_deposee else depot

    def depot(self, plateforme: str, operateur: str, reference: str) -> Depot | None:
        depot = self._base.depot(plateforme, operateur, reference)
        if plateforme != PLATEFORME or depot is None:
            return depot
        return self._a_jour(operateur, depot)

    def par_numero(self, plateforme: str, operateur: str, numero: str) -> Signalisation | None:
        trouvee = self._base.par_numero(plateforme, operateur, numero)
        return self.avancer(trouvee) if plateforme == PLATEFORME and trouvee else trouvee

    def par_reference(self, plateforme: str, operateur: str, reference: str) -> Signalisation | None:
        trouvee = self._base.par_reference(plateforme, operateur, reference)
        return self.avancer(trouvee) if plateforme == PLATEFORME and trouvee else trouvee

    def avancer(self, signalisation: Signalisation) -> Signalisation:
        """The signalisation of integration with all that its scenario has done by now, which is stored first.

        Whoever is to change a signalisation calls this before, so that its events stay in the order of their dates.
        """
        concernee = signalisation.prestation.identifiant
        virtuelle = self._virtuelle(signalisation.operateur, concernee, signalisation.offre)
        if virtuelle is None or self._base.prestation(PLATEFORME, signalisation.operateur, concernee) is not None:
            return signalisation
        scenario = scenario_de(concernee, signalisation.offre)
        if scenario is not None:
            signalisation = self._jouer(scenario, signalisation)
        return replace(signalisation, prestation=virtuelle)

    def _jouer(self, scenario: Scenario, signalisation: Signalisation) -> Signalisation:
        instant = self._horloge()
        for _ in range(_ESSAIS):
            dus = echus(scenario, signalisation, instant)
            if not dus:
                break
            numero, operateur = signalisation.numero, signalisation.operateur
            # When another thread or node was first, nothing is written, and what it wrote is read.
            self._deroulements.ajouter_evenements(
                PLATEFORME, operateur, numero, len(signalisation.evenements), dus, avis_de(signalisation, dus)
            )
            signalisation = self._base.par_numero(PLATEFORME, operateur, numero) or signalisation
        return signalisation

    def _a_jour(self, operateur: str, depot: Depot) -> Depot:
        """The deposit in the state that the signalisation has by now."""
        suivie = self.par_numero(PLATEFORME, operateur, depot.numero)
        return replace(depot, etat=suivie.etat) if suivie else depot

    def _deposer_lentement(self, nouvelle: NouvelleSignalisation) -> Depot:
        if not self._places.acquire(blocking=False):
            deja = self.depot(PLATEFORME, nouvelle.operateur, nouvelle.reference)
            if deja is None:
                raise trop_d_attentes(self._horloge())
            return deja
        try:
            depot = self._base.deposer(nouvelle)
            if not depot.deja_deposee:
                with JETON.rendu():  # others compute meanwhile
                    self._pause(PAUSE.total_seconds())
            return depot
        finally:
            self._places.release()

    def _scenario(self, operateur: str, identifiant: str, offre: str) -> Scenario | None:
        """The scenario of a prestation, unless the parc has one of that name."""
        scenario = scenario_de(identifiant, offre)
        if scenario is None or self._base.prestation(PLATEFORME, operateur, identifiant) is not None:
            return None
        return scenario

    def _virtuelle(self, operateur: str, identifiant: str, offre: str | None = None) -> Prestation | None:
        """``offre``: of the signalisation on it; it is played to its end also when the Offre has left the catalogue."""
        offres = (offre,) if offre is not None else self._offres(self._horloge())
        return prestation_virtuelle(operateur, identifiant, offres)
