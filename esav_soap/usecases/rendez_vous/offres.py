"""Which kinds of appointment are possible is said by the Offre, as one of the versions has it (R4.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from esav_soap.model import Offre
from esav_soap.usecases.registre import Registre

#: (platform, Offre, version that a signalisation was deposited in or None, instant) -> the Offre.
Offres = Callable[[str, str, str | None, datetime], Offre]


def offres_du_registre(registre: Registre) -> Offres:
    """The Offre as the version of the deposit has it; without one, as the newest version that has it and takes messages."""

    def offre(plateforme: str, code: str, version: str | None, instant: datetime) -> Offre:
        if version is not None:
            return registre.chargee(version).catalogue.offre(code)
        for publiee in reversed(registre.vives(plateforme, instant)):
            catalogue = registre.chargee(publiee.version).catalogue
            trouvee = next((une for une in catalogue.offres if une.code == code), None)
            if trouvee is not None:
                return trouvee
        return Offre(code, code, "")  # in no catalogue any more: no kind of appointment is possible

    return offre
