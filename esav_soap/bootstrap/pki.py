"""The folder of the platform's own authority: its key, and nothing that can be made again.

One file holds the certificate and its key (encrypted by a phrase, unless the contrary is asked for), so that they are there
both or not at all. It is written once and never again. Nodes do not need it: only the commands that sign do.
"""

from __future__ import annotations

import os
import re
import tempfile
from datetime import datetime
from pathlib import Path

from esav_soap.bootstrap.dossiers import synchroniser
from esav_soap.errors import ReglageInvalide
from esav_soap.pki import AutoriteInterne, creer_autorite, empreinte, en_der, en_pem

FICHIER = "autorite.pem"
_CLE = re.compile(rb"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?-----END \1PRIVATE KEY-----\s*", re.DOTALL)
_CERTIFICAT = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\s*", re.DOTALL)
_AUTRES = 0o077


class Coffre:
    """The folder. ``base_url``: public address of the service, written into what the authority issues."""

    def __init__(self, dossier: Path, base_url: str = "") -> None:
        self.dossier = dossier
        self.fichier = dossier / FICHIER
        self._base_url = base_url.rstrip("/")

    def existe(self) -> bool:
        """Whether an authority is there."""
        return self.fichier.is_file()

    def chiffre(self) -> bool:
        """Whether its key needs a phrase. Raises :class:`ReglageInvalide` when it cannot be read."""
        return b"BEGIN ENCRYPTED PRIVATE KEY" in self._lire()

    def creer(self, nom: str, debut: datetime, fin: datetime, phrase: str | None) -> AutoriteInterne:
        """Make an authority and its file, at once or not at all; without a phrase the key is not encrypted.

        Raises :class:`ReglageInvalide`; a file that is there is never touched.
        """
        self._preparer_dossier()
        try:
            paire = creer_autorite(nom, debut, fin, phrase)
        except ValueError as exc:
            raise ReglageInvalide(str(exc)) from exc
        deposer_secret(self.fichier, paire.cle_pem + en_pem(paire.der))
        return self.ouvrir(phrase)

    def ouvrir(self, phrase: str | None) -> AutoriteInterne:
        """The authority, ready to sign. Raises :class:`ReglageInvalide`: absent, open to others, phrase wrong, damaged."""
        contenu = self._lire()
        cle, certificat = _CLE.search(contenu), _CERTIFICAT.search(contenu)
        if cle is None or certificat is None:
            raise ReglageInvalide(f"{self.fichier} : la clé ou le certificat de l'autorité manque.")
        try:
            der = en_der(certificat[0])
            return AutoriteInterne(der, cle[0], phrase, **self._adresses(der))
        except ValueError as exc:
            raise ReglageInvalide(f"{self.fichier} : {exc}") from exc

    def _adresses(self, der: bytes) -> dict[str, str]:
        if not self._base_url:
            return {}
        return {"url_crl": f"{self._base_url}/pki/{empreinte(der)}.crl", "url_autorite": f"{self._base_url}/pki/ca.der"}

    def _lire(self) -> bytes:
        try:
            droits = self.fichier.stat().st_mode
            contenu = self.fichier.read_bytes()
        except FileNotFoundError as exc:
            raise ReglageInvalide(
                f"L'autorité de la plate-forme n'est pas dans {self.dossier} : indiquer son dossier (--pki ou ESAV_PKI), ou la "
                "créer par esav pki init."
            ) from exc
        if droits & _AUTRES:
            raise ReglageInvalide(
                f"{self.fichier} est ouvert à d'autres que son propriétaire : chmod 600 {self.fichier}"
            )
        return contenu

    def _preparer_dossier(self) -> None:
        self.dossier.parent.mkdir(parents=True, exist_ok=True)
        self.dossier.mkdir(mode=0o700, exist_ok=True)
        if self.dossier.stat().st_mode & _AUTRES:
            raise ReglageInvalide(
                f"{self.dossier} est ouvert à d'autres que son propriétaire : chmod 700 {self.dossier}, ou un autre dossier."
            )


def deposer_secret(fichier: Path, contenu: bytes) -> None:
    """Write a file that only its owner can read, at once or not at all, never over another one.

    Raises :class:`ReglageInvalide` when it is there already.
    """
    descripteur, nom = tempfile.mkstemp(dir=fichier.parent, prefix=".")  # mode 0600
    provisoire = Path(nom)
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(contenu)
            sortie.flush()
            os.fsync(sortie.fileno())
        os.link(provisoire, fichier)
        synchroniser(fichier.parent)
    except FileExistsError as exc:
        raise ReglageInvalide(f"{fichier} existe déjà : rien n'a été écrit.") from exc
    finally:
        provisoire.unlink(missing_ok=True)
