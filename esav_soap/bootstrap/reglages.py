"""Settings: from the environment (``ESAV_...``), under what the command line says. ``docs/reglages.md`` lists them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from esav_soap.bootstrap.courrier import problemes_courrier
from esav_soap.bootstrap.ecoutes import problemes_ecoutes, source_reglee
from esav_soap.bootstrap.notifications import problemes_notifications
from esav_soap.bootstrap.verrouillage import problemes_verrouillage
from esav_soap.errors import ReglageInvalide
from esav_soap.journal import FORMES
from esav_soap.usecases.archives.delais import JOURS_DEFAUT, JOURS_MAX, JOURS_MIN


@dataclass(frozen=True, slots=True)
class Reglages:
    """What a node needs to know. Each field is read from ``ESAV_<FIELD>`` in capitals.

    - ``store``: where the data is: ``sqlite:///file`` or ``postgresql://...``.
    - ``adresse``: ``host:port`` to listen on.
    - ``url_publique``: base URL under which operators reach the service; WSDLs and faults tell it.
    - ``tls_certificat``, ``tls_cle``: PEM files of the server's certificate, with its chain, and its key: with them ``adresse`` has
      TLS, and clients are asked for their certificate.
    - ``adresse_http``: ``host:port`` of a second address without TLS, for public documents alone: lists of revoked certificates.
    - ``socket_mandataire``: path of a Unix socket for a reverse proxy that does TLS and tells the caller's certificate in the
      header ``Client-Cert``.
    - ``identite``: how callers are identified: ``certificat`` (the default with TLS or a proxy), ``locale`` (header
      X-Esav-Operateur, loopback only), or ``package.module:function`` that gets the WSGI environ and gives the opérateur's code or
      None.
    - ``homologation``: ``exigee`` (production waits for a successful call on integration) or ``non``, with the local identity
      only.
    - ``processus``, ``fils``: gunicorn workers, and requests that each serves at a time.
    - ``connexions``: those that each worker keeps at most; beyond, a new one closes one that waits for its client.
    - ``delai_silence``: seconds that a client may neither send nor read a byte in the middle of a request; ``delai_requete``:
      that a whole request may take to arrive; ``delai_inactivite``: that a connection may wait for its next request.
    - ``taille_max``: largest request body, in bytes; ``taille_pack_max``: the same for ``publication``, which takes packs.
    - ``rafraichissement``: seconds between two looks at what is recorded: catalogue versions, certificates, subscriptions.
    - ``smtp_hote``: the mail server, without which no notice is sent; ``smtp_port``; ``smtp_chiffrement``: ``starttls``, ``tls``
      or ``aucun``; ``smtp_autorites``: PEM file of the authorities to trust; ``smtp_utilisateur``, ``smtp_mot_de_passe``;
      ``smtp_expediteur``, ``smtp_nom``: who notices come from; ``smtp_delai``: seconds for each step of a sending.
    - ``smtp_essais``: attempts before a notice is given up; ``smtp_recul``: seconds before the second one.
    - ``notifications_certificat``, ``notifications_cle``: PEM files of the certificate that e-SAV shows the receivers of
      opérateurs, and its key, without which no notification is sent; ``notifications_autorites``: PEM file of the authorities to
      trust; ``notifications_reseaux``: networks that may be reached besides the public ones, with commas; ``notifications_delai``:
      seconds for an exchange; ``notifications_arret``: hours of failures before sending stops; ``notifications_fils``: receivers at
      a time.
    - ``verrouillage``: ``oui`` or ``non``: whether workers lock what is validated once it cannot be contested any more.
    - ``archivage_jours``: calendar days after its closure, before a signalisation goes to the archive.
    - ``worker``: ``oui`` or ``non``: whether ``serve`` starts a worker as well.
    - ``journal``: how the log is written: ``texte`` or ``json``.
    - ``horloge``: for rehearsing a switch only: ``package.module:function`` that gives the instant; by default the system's.
    """

    store: str = "sqlite:///var/esav.db"
    adresse: str = "127.0.0.1:8080"
    url_publique: str = ""
    tls_certificat: str = ""
    tls_cle: str = ""
    adresse_http: str = ""
    socket_mandataire: str = ""
    identite: str = ""
    homologation: str = "exigee"
    processus: int = 1
    fils: int = 8
    connexions: int = 1000
    delai_silence: int = 30
    delai_requete: int = 300
    delai_inactivite: int = 75
    taille_max: int = 2 * 1024 * 1024
    taille_pack_max: int = 8 * 1024 * 1024
    rafraichissement: int = 2
    smtp_hote: str = ""
    smtp_port: int = 587
    smtp_chiffrement: str = "starttls"
    smtp_autorites: str = ""
    smtp_utilisateur: str = ""
    smtp_mot_de_passe: str = field(default="", repr=False)
    smtp_expediteur: str = ""
    smtp_nom: str = "Service e-SAV"
    smtp_delai: int = 30
    smtp_essais: int = 24
    smtp_recul: int = 60
    notifications_certificat: str = ""
    notifications_cle: str = ""
    notifications_autorites: str = ""
    notifications_reseaux: str = ""
    notifications_delai: int = 15
    notifications_arret: int = 72
    notifications_fils: int = 4
    verrouillage: str = "oui"
    archivage_jours: int = JOURS_DEFAUT
    worker: str = "oui"
    journal: str = "texte"
    horloge: str = ""

    @property
    def base_url(self) -> str:
        """The public base URL; by default the address that the node listens on."""
        return (self.url_publique or f"{'https' if self.tls_certificat else 'http'}://{self.adresse}").rstrip("/")

    @property
    def source(self) -> str:
        """The identity source: ``identite``, or what it is by default."""
        return source_reglee({nom: getattr(self, nom) for nom in ("identite", "tls_certificat", "socket_mandataire")})


def lire_reglages(environnement: Mapping[str, str] | None = None, **donnes: object) -> Reglages:
    """Settings from the environment, then from ``donnes`` where it is not None.

    Raises :class:`ReglageInvalide` that names every setting in error.
    """
    environnement = os.environ if environnement is None else environnement
    valeurs: dict[str, object] = {}
    problemes = []
    for champ in fields(Reglages):
        nom = f"ESAV_{champ.name.upper()}"
        valeur = donnes.get(champ.name)
        if valeur is None:
            valeur = environnement.get(nom)
        if valeur is None or valeur == "":
            continue
        if isinstance(champ.default, int):
            try:
                valeur = int(str(valeur))
            except ValueError:
                problemes.append(f"{nom} doit être un nombre entier, pas « {valeur} »")
                continue
            if valeur < 1:
                problemes.append(f"{nom} doit être au moins 1")
        valeurs[champ.name] = valeur
    problemes += problemes_ecoutes(valeurs)
    if valeurs.get("journal", "texte") not in FORMES:
        problemes.append(f"ESAV_JOURNAL doit être {' ou '.join(FORMES)}, pas « {valeurs['journal']} »")
    url = urlsplit(str(valeurs.get("url_publique", "http://x")))
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
        problemes.append(
            f"ESAV_URL_PUBLIQUE doit être une adresse comme https://esav.example, pas « {valeurs['url_publique']} »"
        )
    problemes += _problemes_homologation(valeurs)
    problemes += problemes_courrier(valeurs)
    problemes += problemes_notifications(valeurs)
    problemes += problemes_verrouillage(valeurs)
    problemes += _problemes_archivage(valeurs)
    if problemes:
        raise ReglageInvalide(" ; ".join(problemes))
    return Reglages(**valeurs)  # type: ignore[arg-type]


def _problemes_archivage(valeurs: Mapping[str, object]) -> list[str]:
    jours = int(str(valeurs.get("archivage_jours", JOURS_DEFAUT)))
    if JOURS_MIN <= jours <= JOURS_MAX:
        return []
    return [
        f"ESAV_ARCHIVAGE_JOURS doit être de {JOURS_MIN} (l'historique que les opérateurs consultent) à {JOURS_MAX}, "
        f"pas {jours}"
    ]


def _problemes_homologation(valeurs: Mapping[str, object]) -> list[str]:
    choix = valeurs.get("homologation", "exigee")
    if choix not in ("exigee", "non"):
        return [f"ESAV_HOMOLOGATION doit être « exigee » ou « non », pas « {choix} »"]
    if choix == "non" and source_reglee(valeurs) != "locale":
        return ["ESAV_HOMOLOGATION=non ne vaut qu'avec l'identité locale (ESAV_IDENTITE=locale), pour des essais"]
    return []
