"""Follow-up of signalisations: lists, the events of all of them, and what an opérateur does to one (R3.5, R3.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple, TypedDict, Unpack

from esav_soap.client import requetes
from esav_soap.client.erreurs import ErreurClient, RefusEsav, ServiceInjoignable
from esav_soap.client.services import Services

#: Seconds between two readings when there is nothing more to read.
PAUSE_S = 60.0


class Filtres(TypedDict, total=False):
    """What a list is narrowed to; see :meth:`Suivi.lister`."""

    etats: Iterable[str]
    offre: str | None
    prestation: str | None
    depuis: date | str | None
    avant: date | str | None


class EvenementRecu(NamedTuple):
    """An event, the WSDL's ``EvenementSuivi``, and the cursor to keep once it has been dealt with."""

    evenement: Any
    curseur: str | None


class Suivi:
    """Service ``suivi`` of one platform, reached as ``ClientEsav.suivi``.

    Signalisations are named by ``numero`` or by your ``reference``. Answers have the WSDL's names. All methods raise
    :class:`RefusEsav` and :class:`ServiceInjoignable`; those that take a date, :class:`SaisieInvalide`. What changes a
    signalisation may be repeated word for word when no answer came: as long as nothing else has happened to it since, the
    service finds it done.
    """

    def __init__(self, services: Services, pause: Callable[[float], object]) -> None:
        self._services = services
        self._pause = pause

    # Lists

    def lister(self, *, curseur: str | None = None, maximum: int | None = None, **filtres: Unpack[Filtres]) -> Any:
        """A page of your signalisations, the newest deposit first: the WSDL's ``ListeSignalisations``.

        ``etats``: codes; ``offre``, ``prestation``: of this one only; ``depuis``, ``avant``: deposited from this instant
        on, before that one (a ``datetime``, a ``date`` or their text; Paris time without an offset). ``curseur``: the
        ``curseurSuivant`` of the page before; ``maximum``: of the page, 1 to 200.
        """
        arguments = filtre(**filtres)
        return self._services.appeler("suivi", "listerSignalisations", curseur=curseur, maximum=maximum, **arguments)

    def toutes(self, **filtres: Unpack[Filtres]) -> Iterator[Any]:
        """Every signalisation of :meth:`lister`, page after page: the WSDL's ``ResumeSignalisation``."""
        return suivre_pages(lambda curseur: self.lister(curseur=curseur, **filtres))

    def historique(self, *, curseur: str | None = None, maximum: int | None = None) -> Any:
        """A page of those closed or rejected in the last 90 days: the WSDL's ``ListeSignalisations``."""
        return self._services.appeler("suivi", "consulterHistorique", curseur=curseur, maximum=maximum)

    def tout_historique(self) -> Iterator[Any]:
        """Every signalisation of :meth:`historique`, page after page."""
        return suivre_pages(lambda curseur: self.historique(curseur=curseur))

    # Events

    def evenements(self, curseur: str | None = None, *, maximum: int | None = None) -> Any:
        """The changes of all your signalisations after ``curseur``, None: from the beginning; the WSDL's
        ``ListeEvenements``. Its ``curseur`` is the one to give next."""
        return self._services.appeler("suivi", "listerEvenements", curseur=curseur or None, maximum=maximum)

    def suivre_evenements(
        self,
        curseur: str | None = None,
        *,
        pause: float = PAUSE_S,
        attendre: Callable[[float], object] | None = None,
        en_panne: Callable[[ErreurClient], object] | None = None,
    ) -> Iterator[EvenementRecu]:
        """Every change after ``curseur`` as it comes, none lost; without end, unless the caller leaves the loop.

        Keep ``EvenementRecu.curseur`` once the event has been dealt with, and begin with it the next time: it moves on with
        the last event of each page, so after a crash the events of a page may come again (same ``rang``), never too few.

        ``pause``: seconds between two readings when there is nothing more. ``attendre`` is called to wait them instead of
        the client's own pause, and ends all when it returns True, as ``threading.Event().wait`` does. ``en_panne`` is told
        of a failure that passes by itself (no answer, a refusal with ``reessayerApres``, an internal error) after which reading
        goes on; without it such a failure is raised as any other.
        """
        for page in self.pages_evenements(curseur, pause=pause, attendre=attendre, en_panne=en_panne):
            recus = page.evenement or ()
            for rang, evenement in enumerate(recus, 1):
                curseur = page.curseur if rang == len(recus) else curseur
                yield EvenementRecu(evenement, curseur)

    def pages_evenements(
        self,
        curseur: str | None = None,
        *,
        pause: float = PAUSE_S,
        attendre: Callable[[float], object] | None = None,
        en_panne: Callable[[ErreurClient], object] | None = None,
        maximum: int | None = None,
    ) -> Iterator[Any]:
        """The same by whole pages (``ListeEvenements``), empty ones too: for who keeps one cursor for each."""
        while True:
            encore = False
            try:
                page = self.evenements(curseur, maximum=maximum)
            except (RefusEsav, ServiceInjoignable) as panne:
                if en_panne is None or not _passagere(panne):
                    raise
                en_panne(panne)
            else:
                encore, curseur = page.encore, page.curseur
                yield page
            if not encore and (attendre or self._pause)(pause) is True:
                return

    # Changes

    def completer(self, numero: str | None = None, *, reference: str | None = None, commentaire: str) -> Any:
        """Answer a freeze, which un-freezes; add a comment to one that is not frozen. The WSDL's ``EtatSignalisation``."""
        return self._agir("completerSignalisation", numero, reference, commentaire)

    def demander_cloture(
        self, numero: str | None = None, *, reference: str | None = None, commentaire: str | None = None
    ) -> Any:
        """Ask the SAV to close it: its state stays until then. The WSDL's ``EtatSignalisation``."""
        return self._agir("demanderCloture", numero, reference, commentaire)

    def contester_cloture(self, numero: str | None = None, *, reference: str | None = None, commentaire: str) -> Any:
        """Contest a closure, with its reason, within the delay: work goes on. The WSDL's ``EtatSignalisation``."""
        return self._agir("contesterCloture", numero, reference, commentaire)

    def _agir(self, operation: str, numero: str | None, reference: str | None, commentaire: str | None) -> Any:
        return self._services.appeler("suivi", operation, commentaire=commentaire, **requetes.cle(numero, reference))


def _passagere(panne: RefusEsav | ServiceInjoignable) -> bool:
    """Whether the same request may succeed later."""
    return isinstance(panne, ServiceInjoignable) or panne.reessayer_apres is not None or panne.code == "ERREUR_INTERNE"


def filtre(
    etats: Iterable[str] = (),
    offre: str | None = None,
    prestation: str | None = None,
    depuis: date | str | None = None,
    avant: date | str | None = None,
) -> dict[str, Any]:
    """The members of a request that narrow a list. Raises :class:`SaisieInvalide`."""
    return {
        "etat": [etats] if isinstance(etats, str) else list(etats) or None,
        "offre": offre,
        "identifiantPrestation": prestation,
        "dateHeureDebut": requetes.instant("dateHeureDebut", depuis),
        "dateHeureFin": requetes.instant("dateHeureFin", avant),
    }


def suivre_pages(lire: Callable[[str | None], Any]) -> Iterator[Any]:
    """The signalisations of a page and of all that follow it by ``curseurSuivant``."""
    curseur = None
    while True:
        page = lire(curseur)
        yield from page.signalisation or ()
        curseur = page.curseurSuivant
        if not curseur:
            return
