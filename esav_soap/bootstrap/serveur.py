"""The HTTP server: gunicorn with threads, one node in each worker process."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from esav_soap.avis import EtatEnvoi
from esav_soap.bootstrap.affluence import connexions_possibles
from esav_soap.bootstrap.auxiliaire import ArbitreAvecWorker, Auxiliaire, worker_auxiliaire
from esav_soap.bootstrap.courrier import SANS_SERVEUR, courrier_smtp
from esav_soap.bootstrap.ecoutes import verifier_adresse, verifier_socket
from esav_soap.bootstrap.horloge import maintenant
from esav_soap.bootstrap.noeud import identite, monter
from esav_soap.bootstrap.notifications import SANS_CERTIFICAT, recepteur_https
from esav_soap.bootstrap.prises import DELAIS
from esav_soap.bootstrap.refus_http import TEXTE, JournalServeur, taire_le_serveur, texte
from esav_soap.bootstrap.reglages import Reglages
from esav_soap.bootstrap.tls import Contextes, contexte_serveur
from esav_soap.bootstrap.travailleur import Ecoutes, Travailleur
from esav_soap.errors import ReglageInvalide
from esav_soap.journal import journaliser
from esav_soap.soap.journal import EN_TETE, chemin_lisible, noter, nouvelle_requete
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
        #: What the worker asks of each listening socket.
        self.ecoutes = Ecoutes()
        super().__init__()

    def load_config(self) -> None:
        reglages = self._reglages
        unix = f"unix:{reglages.socket_mandataire}" if reglages.socket_mandataire else ""
        valeurs: dict[str, Any] = {
            "bind": [lieu for lieu in (reglages.adresse, reglages.adresse_http, unix) if lieu],
            "umask": 0o117,  # of the proxy's socket: the account and its group
            "header_map": "drop",
            "forwarder_headers": "",
            "worker_class": self.travailleur,
            "workers": reglages.processus,
            "threads": reglages.fils,
            "worker_connections": connexions_possibles(reglages.connexions),
            "keepalive": reglages.delai_inactivite,
            "timeout": 60,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "logger_class": JournalServeur,
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
        reglages = self._reglages
        DELAIS.silence, DELAIS.requete = float(reglages.delai_silence), float(reglages.delai_requete)
        noeud = monter(reglages)
        if reglages.tls_certificat:
            self.ecoutes.contextes = Contextes(reglages.tls_certificat, reglages.tls_cle, noeud.acces)
        if reglages.adresse_http:
            self.ecoutes.port_public = int(reglages.adresse_http.rpartition(":")[2])
        # The catalogue stays as long as the process: a collection that walks it anew stops every request for 0.1 s.
        gc.collect()
        gc.freeze()
        noeud.suivre_les_versions()
        noeud.suivre_les_acces()
        return public(noeud.application) if reglages.adresse_http else noeud.application

    def run(self) -> None:
        if self._auxiliaire is None:
            super().run()
        else:
            ArbitreAvecWorker(self, self._auxiliaire).run()


def public(application: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The application, of which the address in the clear shows public documents alone: lists of revoked certificates, and
    whether the node lives."""

    def filtrer(environ: Any, start_response: Any) -> Any:
        if getattr(environ["gunicorn.socket"], "publique", False):
            chemin = environ.get("PATH_INFO") or ""
            if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not (
                chemin == "/sante" or chemin.startswith("/pki/")
            ):
                requete = nouvelle_requete()
                corps = texte(_EN_CLAIR, requete)
                noter({
                    "requete": requete,
                    "methode": environ["REQUEST_METHOD"],
                    "chemin": chemin_lisible(chemin),
                    "statut": 403,
                    "verdict": "EN_CLAIR",
                    "octets_rendus": len(corps),
                })  # fmt: skip
                entetes = [("Content-Type", TEXTE), ("Content-Length", str(len(corps))), (EN_TETE, requete)]
                start_response("403 Forbidden", entetes)
                return [corps]
        return application(environ, start_response)

    return filtrer


_EN_CLAIR = "Cette adresse, sans chiffrement, ne sert que les listes de révocation."


def servir(reglages: Reglages, pret: Callable[[], None] | None = None) -> None:
    """Serve until a signal ends it; ``pret`` is called once when the address listens.

    Raises :class:`~esav_soap.errors.ReglageInvalide` before anything listens.
    """
    journaliser(reglages.journal)
    taire_le_serveur()
    identite(reglages)
    verifier_url_publique(reglages)
    if reglages.tls_certificat:
        contexte_serveur(reglages.tls_certificat, reglages.tls_cle)
    for adresse in (reglages.adresse, reglages.adresse_http):
        if adresse:
            verifier_adresse(adresse)
    if reglages.socket_mandataire:
        verifier_socket(reglages.socket_mandataire)
    with ouvrir(reglages.store) as magasin:  # creates or checks the store once, before the workers do
        if not magasin.versions():
            _journal.warning("aucune version du catalogue n'est enregistrée : esav catalogue install 2026.1")
        if not reglages.smtp_hote and magasin.suivis(EtatEnvoi.EN_ATTENTE, 1):
            _journal.warning(SANS_SERVEUR)
        if not reglages.notifications_certificat and magasin.abonnements():
            _journal.warning(SANS_CERTIFICAT)
    # Both are made here, so that what is wrong with their settings is said before anything listens.
    courrier_smtp(reglages, maintenant)
    recepteur_https(reglages)
    Serveur(reglages, pret, worker_auxiliaire(reglages) if reglages.worker == "oui" else None).run()


def verifier_url_publique(reglages: Reglages) -> None:
    """An address that means "all of this machine's" is none that a WSDL can tell. Raises :class:`ReglageInvalide`."""
    hote = reglages.adresse.rpartition(":")[0]
    if hote in ("0.0.0.0", "[::]") and not reglages.url_publique:  # noqa: S104 - compared, not listened on
        raise ReglageInvalide(
            f"L'adresse d'écoute {reglages.adresse} ne dit pas où les opérateurs joignent le service : "
            "indiquer ESAV_URL_PUBLIQUE=https://…, que les WSDL et les refus citeront."
        )
