"""Run as a program by :mod:`tests.courrier.boite`: a real SMTP server on loopback that does as it is told.

``DOSSIER PORT [CERTIFICAT.pem starttls|tls]``. Received mails become ``NNNN.eml`` in the folder; ``consigne.json`` there, read
at every step, says what to do: ``mail``, ``rcpt`` (by address, or ``*``), ``data``: the answer to give; ``couper``: the step
at which to drop the connection; ``retenir``: keep a mail, and answer only when this is no longer said; ``identification``:
``[user, password]`` that is demanded. Says ``pret PORT``.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Greffe:
    """The hooks of aiosmtpd."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier
        self._rangs = count(len(list(dossier.glob("*.eml"))) + 1)

    def consigne(self) -> dict[str, Any]:
        try:
            lue: dict[str, Any] = json.loads((self._dossier / "consigne.json").read_text())
        except FileNotFoundError:
            return {}
        return lue

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd calls
        self, serveur: SMTP, _session: Session, enveloppe: Envelope, adresse: str, options: list[str]
    ) -> str:
        enveloppe.mail_from = adresse
        enveloppe.mail_options.extend(options)
        return self._repondre(serveur, "mail", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, serveur: SMTP, _session: Session, enveloppe: Envelope, adresse: str, _options: list[str]
    ) -> str:
        refus = self.consigne().get("rcpt", {})
        reponse = self._repondre(serveur, "", refus.get(adresse) or refus.get("*") or "250 OK")
        if reponse.startswith("2"):
            enveloppe.rcpt_tos.append(adresse)
        return self._repondre(serveur, "", reponse, etape="rcpt")

    async def handle_DATA(self, serveur: SMTP, _session: Session, enveloppe: Envelope) -> str:  # noqa: N802
        reponse = self._repondre(serveur, "data", "250 OK")
        if not reponse.startswith("2") or self.consigne().get("couper") == "data":
            return reponse
        assert isinstance(enveloppe.content, bytes)
        fichier = self._dossier / f"{next(self._rangs):04d}.eml"
        provisoire = fichier.with_suffix(".neuf")
        provisoire.write_bytes(enveloppe.content)
        provisoire.rename(fichier)
        while self.consigne().get("retenir"):
            await asyncio.sleep(0.01)
        return reponse

    def _repondre(self, serveur: SMTP, cle: str, sinon: str, etape: str | None = None) -> str:
        consigne = self.consigne()
        if consigne.get("couper") == (etape or cle):
            assert isinstance(serveur.transport, asyncio.Transport)
            serveur.transport.abort()
        return str(consigne.get(cle) or sinon)


def identifier(greffe: Greffe) -> Any:
    def juger(_serveur: SMTP, _session: Session, _enveloppe: Envelope, _methode: str, donnees: Any) -> AuthResult:
        attendu = greffe.consigne().get("identification")
        assert isinstance(donnees, LoginPassword)
        juste = attendu == [donnees.login.decode(), donnees.password.decode()]
        return AuthResult(success=juste, handled=juste)

    return juger


async def servir(dossier: Path, port: int, certificat: str | None, genre: str) -> None:
    greffe = Greffe(dossier)
    contexte = None
    if certificat is not None:
        contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexte.load_cert_chain(certificat)
    exigee = "identification" in greffe.consigne()
    boucle = asyncio.get_running_loop()

    def fabrique() -> SMTP:
        return SMTP(
            greffe,
            tls_context=contexte if genre == "starttls" else None,
            require_starttls=genre == "starttls",
            authenticator=identifier(greffe),
            auth_required=exigee,
            auth_require_tls=False,
            loop=boucle,
        )

    serveur = await boucle.create_server(fabrique, "127.0.0.1", port, ssl=contexte if genre == "tls" else None)
    print(f"pret {serveur.sockets[0].getsockname()[1]}", flush=True)
    await serveur.serve_forever()


if __name__ == "__main__":
    lieu, porte, *reste = sys.argv[1:]
    asyncio.run(servir(Path(lieu), int(porte), reste[0] if reste else None, reste[1] if reste else ""))
