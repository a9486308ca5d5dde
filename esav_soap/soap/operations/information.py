"""``information``: what the service sees of a connection (R6.1, R6.3)."""

from __future__ import annotations

from typing import Any

from esav_soap.soap import presentation
from esav_soap.soap.operations.appel import Appel, Champs, Groupe, Operation
from esav_soap.usecases.diagnostic import diagnostiquer
from esav_soap.usecases.homologation import RegistreHomologations
from esav_soap.usecases.registre import Registre


def operations_information(registre: Registre, homologations: RegistreHomologations) -> Groupe:
    """The operations of the service."""

    def diagnostiquer_connexion(_: Champs, appel: Appel) -> Any:
        assert appel.connexion is not None
        dit = diagnostiquer(
            appel.connexion, appel.appelant.plateforme, appel.instant, registre, homologations, appel.avertissements
        )
        return presentation.diagnostic(dit)

    return {"diagnostiquerConnexion": Operation(diagnostiquer_connexion)}
