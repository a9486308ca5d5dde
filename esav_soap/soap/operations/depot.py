"""``depot``: the one service whose requests are judged by a catalogue version (R3.1-R3.3)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from esav_soap.intake import Verdict
from esav_soap.soap import presentation
from esav_soap.soap.journal import noter_erreur
from esav_soap.soap.operations.appel import Appel
from esav_soap.usecases.depot import dater_refus, deposer, valider
from esav_soap.usecases.ports.depots import Depots
from esav_soap.usecases.registre import Registre, avertissements_version


class OperationsDepot:
    """Typed and generic requests alike: the version's check knows them all."""

    def __init__(self, depots: Depots, registre: Registre) -> None:
        self._depots = depots
        self._registre = registre

    def traiter(self, corps: etree._Element, appel: Appel) -> Any:
        """Check, and deposit unless it was only to be checked. Raises :class:`~esav_soap.errors.ErreurEsav`."""
        version = appel.version
        assert version is not None
        numero = version.catalogue.version
        verdict = self._dater(version.controle.controler(corps), corps, appel, numero)
        fin = (*avertissements_version(appel.publiee), *appel.avertissements)
        if etree.QName(corps).localname.startswith("valider"):
            offre = valider(appel.appelant, verdict, self._depots)
            return presentation.validation(offre, numero, (*fin, *verdict.avertissements))
        accuse = deposer(appel.appelant, numero, verdict, self._depots, appel.instant)
        appel.numero = accuse.depot.numero
        return presentation.accuse(accuse.depot, (*fin, *accuse.avertissements))

    def _dater(self, verdict: Verdict, corps: etree._Element, appel: Appel, numero: str) -> Verdict:
        """Add to a refusal what the version before says of it; whatever happens there, it stays the refusal that it is."""
        try:
            return dater_refus(verdict, corps, numero, self._registre)
        except Exception as exc:
            noter_erreur(appel.requete, "refus non daté", exc)
            return verdict
