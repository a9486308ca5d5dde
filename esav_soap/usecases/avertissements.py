"""Warnings about the caller's certificate, beside whatever it asks (R6.2, art. 5.2.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime

from esav_soap.calendar import en_paris
from esav_soap.certificats import CertificatEnregistre
from esav_soap.certificats.echeances import avertissement
from esav_soap.errors import CodeAvertissement
from esav_soap.intake import Avertissement

#: The day, the certificates that were looked at, and what is said of each by its fingerprint.
_Dits = tuple[date, Collection[CertificatEnregistre], dict[str, tuple[Avertissement, ...]]]


class AvertissementsCertificats:
    """What to tell a caller of its certificate. Deadlines are at midnight in Paris, so it is worked out once a day for each
    certificate, and again when other certificates are recorded. ``tous``: all that are, at this moment."""

    def __init__(self, tous: Callable[[], Collection[CertificatEnregistre]] = tuple) -> None:
        self._tous = tous
        self._dits: _Dits | None = None

    def pour(self, certificat: CertificatEnregistre | None, instant: datetime) -> tuple[Avertissement, ...]:
        """The warnings for who calls by that certificate; none for who calls without."""
        if certificat is None:
            return ()
        jour, tous = en_paris(instant).date(), self._tous()
        dits = self._dits
        if dits is None or dits[0] != jour or dits[1] is not tous:  # two threads may both begin anew: each is right
            memes = dits is not None and dits[0] == jour and dits[1] == tous  # read anew, and nothing has changed
            dits = self._dits = (jour, tous, dits[2] if dits is not None and memes else {})
        trouves = dits[2].get(certificat.empreinte)
        if trouves is None:
            message = avertissement(certificat, tous, instant)
            code = CodeAvertissement.CERTIFICAT_BIENTOT_EXPIRE.name
            trouves = dits[2][certificat.empreinte] = (Avertissement(code, message),) if message else ()
        return trouves
