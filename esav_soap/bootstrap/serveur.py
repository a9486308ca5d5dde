"""The HTTP server: gunicorn with threads, one node in each worker process."""

from __future__ import annotations

import errno
import gc
import logging
import socket
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from esav_soap.avis import EtatEnvoi
from esav_soap.bootstrap.auxiliaire import ArbitreAvecWorker, Auxiliaire, worker_auxiliaire
from esav_soap.bootstrap.courrier import SANS_SERVEUR, courrier_smtp
from esav_soap.bootstrap.horloge import maintenant
from esav_soap.bootstrap.journal import journaliser
from esav_soap.bootstrap.noeud import identite, monter
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.bootstrap.travailleur import Travailleur
from esav_soap.errors import ReglageInvalide
from esav_soap.store import ouvrir

_journal = logging.getLogger(__name__)


class Serveur(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured from :class:`Reglages` alone."""

    travailleur: Any = Travailleur

    def __init__(
        self, reglages: Reglages, pret: Callable[[], None] | None = None, auxiliaire: Auxiliaire | None = None
    ) -> None:
        self._reglages = reglages
        self._pret = pret
        self._auxiliaire = auxiliaire
        super().__init__()

    def load_config(self) -> None:
        reglages = self._reglages
        valeurs: dict[str, Any] = {
            "bind": reglages.adresse,
            "worker_class": self.travailleur,
            "workers": reglages.processus,
            "threads": reglages.fils,
            "keepalive": 75,
            "timeout": 60,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "proc_name": "esav",
            "control_socket_disable": True,
        }
        pret = self._pret
        if pret is not None:
            valeurs["when_ready"] = lambda _: pret()
        for nom, valeur in valeurs.items():
            self.cfg.set(nom, valeur)

    def load(self) -> Any:
        """Called in each worker, after the fork: connections and threads are its own."""
        noeud = monter(self._reglages)
        # The catalogue stays as long as the process: a collection that walks it anew stops every request for 0.1 s.
        gc.collect()
        gc.freeze()
        noeud.suivre_les_versions()
        return noeud.application

    def run(self) -> None:
        if self._auxiliaire is None:
            super().run()
        else:
            ArbitreAvecWorker(self, self._auxiliaire).run()


def servir(reglages: Reglages, pret: Callable[[], None] | None = None) -> None:
    """Serve until a signal ends it; ``pret`` is called once when the address listens.

    Raises :class:`~esav_soap.errors.ReglageInvalide` before anything listens.
    """
    journaliser()
    identite(reglages)
    verifier_url_publique(reglages)
    verifier_adresse(reglages.adresse)
    with ouvrir(reglages.store) as magasin:  # creates or checks the store once, before the workers do
        if not magasin.versions():
            _journal.warning("aucune version du catalogue n'est enregistrée : esav catalogue install 2026.1")
        if not reglages.smtp_hote and magasin.suivis(EtatEnvoi.EN_ATTENTE, 1):
            _journal.warning(SANS_SERVEUR)
    avec_worker = reglages.worker == "oui" and courrier_smtp(reglages, maintenant) is not None
    Serveur(reglages, pret, worker_auxiliaire(reglages) if avec_worker else None).run()


def verifier_url_publique(reglages: Reglages) -> None:
    """An address that means "all of this machine's" is none that a WSDL can tell. Raises :class:`ReglageInvalide`."""
    hote = reglages.adresse.rpartition(":")[0]
    if hote in ("0.0.0.0", "[::]") and not reglages.url_publique:  # noqa: S104 - compared, not listened on
        raise ReglageInvalide(
            f"L'adresse d'écoute {reglages.adresse} ne dit pas où les opérateurs joignent le service : "
            "indiquer ESAV_URL_PUBLIQUE=https://…, que les WSDL et les refus citeront."
        )


def verifier_adresse(adresse: str) -> None:
    """Say in French, and at once, that an address cannot be had: gunicorn would try for five seconds.

    Raises :class:`~esav_soap.errors.ReglageInvalide`.
    """
    hote, _, port = adresse.rpartition(":")
    try:
        ((famille, genre, protocole, _, lieu), *_) = socket.getaddrinfo(
            hote.strip("[]"), int(port), type=socket.SOCK_STREAM
        )
        with socket.socket(famille, genre, protocole) as prise:
            prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            prise.bind(lieu)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise ReglageInvalide(
                f"L'adresse {adresse} est déjà prise par un autre programme. L'arrêter, ou choisir un autre port (--adresse)."
            ) from exc
        raise ReglageInvalide(
            f"Impossible d'écouter sur {adresse} : cette machine ne peut pas prendre cette adresse."
        ) from exc
