"""Homologation: production opens to an opérateur with its first successful call on integration (R6.3)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from esav_soap.certificats import Role
from esav_soap.contract.services import SERVICES
from esav_soap.errors import CodeErreur, ErreurEsav
from esav_soap.homologation import DOMAINES, Domaine, Homologation
from esav_soap.jeton import JETON
from esav_soap.names import chemin_service
from esav_soap.usecases.droits import Identifie
from esav_soap.usecases.ports.acces import Homologations

_journal = logging.getLogger(__name__)

#: A missing homologation is looked up anew after that many seconds: another node may have recorded it.
RELECTURE_S = 1.0
#: Opérateurs whose last look is remembered; more than that, and all are looked up anew.
OPERATEURS_MAX = 10_000

#: What to try a domain on, where nothing of the opérateur's own is on integration.
_ESSAIS = {
    Domaine.SIGNALISATION: (
        "La prestation d'essai JDT-OFFRE, où OFFRE est le code de l'Offre, y est dans le parc de chaque opérateur. "
    ),
}

#: Domains that some service of ours belongs to.
DOMAINES_OUVERTS = tuple(d for d in Domaine if any(DOMAINES.get(service) is d for service in SERVICES))


class RegistreHomologations:
    """What each opérateur has done on integration, as a node knows it; thread-safe.

    ``exigee``: whether production waits for it; ``base_url``: public address, for what a refusal says to call. What is
    recorded stays, so it is read once; what is not is read again, at most once a second for an opérateur.
    """

    def __init__(
        self,
        base: Homologations,
        base_url: str,
        *,
        exigee: bool = True,
        chrono: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = base
        self._base_url = base_url.rstrip("/")
        self._exigee = exigee
        self._chrono = chrono
        self._acquises: frozenset[tuple[str, Domaine]] = frozenset()
        self._lectures: dict[str, float] = {}
        self._verrou = threading.Lock()

    def exiger(self, appelant: Identifie, service: str, plateforme: str, version: str | None = None) -> None:
        """Nothing, if that caller may call that service there. ``version``: of the catalogue, for the address of ``depot``.

        Raises NON_HOMOLOGUE.
        """
        domaine = self._domaine(appelant, service)
        if domaine is None or plateforme != "production" or not self._exigee:
            return
        if (appelant.code, domaine) in self._acquises or self._relire(appelant.code, domaine):
            return
        raise ErreurEsav(CodeErreur.NON_HOMOLOGUE, self._a_faire(domaine, service, version))

    def attente(self, domaine: Domaine, version: str | None) -> str:
        """What an opérateur is to call so that production opens in that domain. ``version``: for the address of ``depot``."""
        service = next(s for s in SERVICES if DOMAINES.get(s) is domaine)
        return self._a_faire(domaine, service, version if service == "depot" else None)

    def noter(
        self, appelant: Identifie, service: str, plateforme: str, operation: str, requete: str, instant: datetime
    ) -> None:
        """Record a successful call on integration, if it is the first of its domain; to be called before the answer goes out.

        The call has succeeded whatever happens here: when nothing can be recorded the log says so, and the next call tries.
        """
        domaine = self._domaine(appelant, service)
        if domaine is None or plateforme != "integration" or (appelant.code, domaine) in self._acquises:
            return
        try:
            with JETON.rendu():
                self._base.enregistrer_homologation(Homologation(appelant.code, domaine, instant, operation, requete))
                with self._verrou:
                    self._acquises |= {(appelant.code, domaine)}
        except Exception as exc:
            _journal.error("requête %s : homologation non enregistrée (%s)", requete, type(exc).__name__)

    def etat(self, operateur: str) -> Mapping[Domaine, Homologation | None]:
        """What is recorded for that opérateur now, for each domain that has a service."""
        with JETON.rendu():
            siennes = {h.domaine: h for h in self._base.homologations(operateur)}
        return {domaine: siennes.get(domaine) for domaine in DOMAINES_OUVERTS}

    @property
    def exigee(self) -> bool:
        """Whether production waits for it."""
        return self._exigee

    def _a_faire(self, domaine: Domaine, service: str, version: str | None) -> str:
        adresse = self._base_url + chemin_service("integration", service, version)
        *autres, derniere = SERVICES[service]
        operations = f"{', '.join(autres)} ou {derniere}" if autres else derniere
        return (
            f"La production attend un premier appel réussi dans le domaine « {domaine.value} », sur la plate-forme "
            f"d'intégration : {operations}, à l'adresse {adresse}. {_ESSAIS.get(domaine, '')}"
            "Recommencer ensuite en production."
        )

    def _domaine(self, appelant: Identifie, service: str) -> Domaine | None:
        return DOMAINES.get(service) if appelant.role is Role.OPERATEUR else None

    def _relire(self, operateur: str, domaine: Domaine) -> bool:
        """Whether the store has it now; without asking it when it was asked a moment ago.

        Who comes while it is being read waits: after a start, nobody is refused for what stands there.
        """
        with JETON.rendu(), self._verrou:
            maintenant = self._chrono()
            if maintenant - self._lectures.get(operateur, -RELECTURE_S) >= RELECTURE_S:
                self._acquises |= {(h.operateur, h.domaine) for h in self._base.homologations()}
                if len(self._lectures) >= OPERATEURS_MAX:
                    self._lectures.clear()
                self._lectures[operateur] = maintenant
            return (operateur, domaine) in self._acquises
