"""What can go wrong in a call, as a caller can tell it apart.

::

    ErreurClient
    ├── RefusEsav             the service answered, and refused: the declared fault ``ErreurEsav``
    ├── ServiceInjoignable    no answer of the service: no route, TLS, timeout, something else than SOAP
    ├── VersionIntrouvable    the service offers no WSDL for this catalogue version here and now
    └── SaisieInvalide        nothing was sent: names or values that the WSDL does not know
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from esav_soap.errors import VersionVive


class ErreurClient(Exception):
    """Base of all; ``str()`` is a French sentence for people."""


@dataclass(frozen=True, slots=True)
class ErreurRecue:
    """One thing to correct, as the service tells it (R3.2).

    Like ``errors.ErreurChamp``, but ``code`` is a plain string: a service may know codes that this client does not.
    """

    champ: str
    libelle: str
    chemin: str
    code: str
    message: str
    valeur: str = ""
    valeurs_admises: tuple[str, ...] = ()


class RefusEsav(ErreurClient):
    """The service refused the request.

    ``code`` (names of ``errors.CodeErreur``) is what programs test; ``requete`` is the id to quote to the Fournisseur.
    ``reference`` is the one of the deposit or of the appointment, if the request carried one.
    """

    def __init__(
        self,
        code: str,
        message: str,
        requete: str = "",
        erreurs: Sequence[ErreurRecue] = (),
        versions: Sequence[VersionVive] = (),
        reessayer_apres: datetime | None = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.requete = requete
        self.erreurs = tuple(erreurs)
        self.versions = tuple(versions)
        self.reessayer_apres = reessayer_apres
        self.reference: str | None = None

    def __str__(self) -> str:
        return f"{self.code} : {self.message}"


class ServiceInjoignable(ErreurClient):
    """No answer of the service. Whether a request was received is not known.

    ``reference``: for a deposit or an appointment, the one to ask again with, so that nothing is created twice (R3.3).
    ``a_verifier``: done twice, the request would do more than once; it was not repeated, and may have done its work: read
    before asking again (``Sav.traiter``). ``statut``: HTTP status of an answer that was not SOAP.
    """

    def __init__(self, message: str, *, statut: int | None = None) -> None:
        super().__init__(message)
        self.statut = statut
        self.reference: str | None = None
        self.a_verifier = False


class VersionIntrouvable(ErreurClient):
    """No WSDL of ``depot`` for ``version`` ("": the newest one) on this platform; ``versions``: those that can be used (R2.6)."""

    def __init__(self, version: str, versions: Sequence[str]) -> None:
        absente = f"Le service n'a pas de contrat de dépôt pour la version « {version} ». " if version else ""
        if versions:
            suite = "Versions utilisables ici : " + ", ".join(versions) + "."
        else:
            suite = "Aucune version du catalogue n'est ouverte sur cette plate-forme."
        super().__init__(absente + suite)
        self.version = version
        self.versions = tuple(versions)


@dataclass(frozen=True, slots=True)
class ProblemeSaisie:
    """A name or value that cannot be sent. ``proche``: the known name that was probably meant, or ""."""

    chemin: str
    message: str
    valeur: str = ""
    proche: str = ""

    def __str__(self) -> str:
        return f"{self.chemin} : {self.message}"


class SaisieInvalide(ErreurClient):
    """Nothing was sent; ``problemes`` holds every one."""

    def __init__(self, problemes: Sequence[ProblemeSaisie]) -> None:
        self.problemes = tuple(problemes)
        super().__init__("\n".join(map(str, self.problemes)))
