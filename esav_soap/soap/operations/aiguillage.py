"""From a service and a request to the operation that does it, and every way in which that ends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from esav_soap.contract.services import requetes
from esav_soap.errors import CodeErreur, ErreurChamp, ErreurEsav, FormulaireInvalide
from esav_soap.intake import controler_requete, ranger
from esav_soap.model.structure import Structure
from esav_soap.soap import presentation
from esav_soap.soap.journal import noter_erreur
from esav_soap.soap.operations.appel import Appel, Champs, Groupe
from esav_soap.soap.operations.depot import OperationsDepot


class Operations:
    """All operations. ``groupes``: those of the services without a catalogue version; ``schemas``: their compiled schemas."""

    def __init__(
        self, depot: OperationsDepot, groupes: Mapping[str, Groupe], schemas: Mapping[str, etree.XMLSchema]
    ) -> None:
        self._depot = depot
        self._groupes = groupes
        self._schemas = schemas

    def traiter(self, service: str, corps: etree._Element, appel: Appel) -> Any:
        """Do what ``corps`` asks of ``service``. Raises the declared fault and nothing else: an error of ours is
        ERREUR_INTERNE, logged under the request's id, and never an acceptance."""
        try:
            return self._depot.traiter(corps, appel) if service == "depot" else self._traiter(service, corps, appel)
        except ErreurEsav as erreur:
            appel.erreur = erreur
        except Exception as exc:
            noter_erreur(appel.requete, "erreur interne", exc)
            appel.erreur = ErreurEsav(CodeErreur.ERREUR_INTERNE)
        raise presentation.fault(appel.erreur, appel.requete)

    def _traiter(self, service: str, corps: etree._Element, appel: Appel) -> Any:
        nom = etree.QName(corps).localname
        structure = requetes(service, None)[nom]
        operation = self._groupes[service][nom]
        erreurs = controler_requete(corps, structure, self._schemas[service])
        champs = Champs(corps, structure)
        connus = {erreur.chemin for erreur in erreurs}
        autres = [erreur for erreur in operation.verifier(champs, appel) if erreur.chemin not in connus]
        if erreurs or autres:
            raise FormulaireInvalide(_ensemble(erreurs, autres, structure) if autres else erreurs)
        return operation.faire(champs, appel)


def _ensemble(
    erreurs: Sequence[ErreurChamp], autres: Sequence[ErreurChamp], structure: Structure
) -> Sequence[ErreurChamp]:
    """All of them in the order of the request; those about the form that it holds, which tell its fields, in their own at last."""
    siens = {enfant.code for enfant in structure.enfants}
    situees = [erreur for erreur in autres if re.split(r"[\[/]", erreur.chemin)[0] in siens]
    return [*ranger(erreurs, situees, structure), *(erreur for erreur in autres if erreur not in situees)]
