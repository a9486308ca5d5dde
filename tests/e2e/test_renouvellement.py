"""Certificates are issued, registered, renewed and revoked by the real commands while opérateurs deposit without pause on two
nodes: no legitimate call fails, and what is revoked gets nothing any more (R6.2)."""

from __future__ import annotations

import os
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from esav_soap import pki
from esav_soap.store import ouvrir
from tests.e2e import tls
from tests.e2e.fourche import executer
from tests.e2e.soap import Reponse, depot, enveloppe
from tests.e2e.tls import Appelant, Piece, ServeurTls, serveur_tls
from tests.fils import attendre

RACINE = Path(__file__).parents[2]
CHEMIN = "/production/ws/1/depot/2026.2"
#: Deposits of each caller between two changes of what is registered.
PAUSE = 15
#: Requests on a connection before a caller opens another one.
PAR_CONNEXION = 20


@pytest.fixture(scope="module")
def noeuds(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ServeurTls]]:
    """Two nodes on one store, told of changes each second."""
    with ExitStack() as pile:
        yield [pile.enter_context(serveur_tls(store, tmp_path_factory.mktemp(f"noeud-{n}"))) for n in (1, 2)]


class Depositaire:
    """An opérateur's system: it deposits on one node without pause, with the certificate that it is given last."""

    def __init__(self, port: int, operateur: str, piece: Piece) -> None:
        self.port, self.operateur, self.piece = port, operateur, piece
        self.acceptees: Counter[bytes] = Counter()
        self.echecs: list[str] = []
        self._fin = threading.Event()
        self._fil = threading.Thread(target=self._tourner, daemon=True)
        self._fil.start()

    def _tourner(self) -> None:
        while not self._fin.is_set():
            piece = self.piece
            try:
                with Appelant(self.port, piece) as appelant:
                    self._deposer(appelant, piece)
            except OSError as erreur:
                self.echecs.append(repr(erreur))

    def _deposer(self, appelant: Appelant, piece: Piece) -> None:
        for _ in range(PAR_CONNEXION):
            if self._fin.is_set() or self.piece is not piece:
                return
            reponse = deposer(appelant, self.operateur)
            if reponse.refus is None and reponse.statut == 200:
                self.acceptees[piece.der] += 1
            else:
                self.echecs.append(f"{reponse.statut} {reponse.octets!r}")

    def avec(self, piece: Piece) -> bool:
        """Whether it deposits with that certificate, and has gone on for a while."""
        return self.acceptees[piece.der] >= PAUSE or len(self.echecs) > 0

    def arreter(self) -> None:
        self._fin.set()
        self._fil.join(30)
        assert not self._fil.is_alive()


def deposer(appelant: Appelant, operateur: str) -> Reponse:
    message = depot("2026.2", "ACCES_FTTH", f"R-{uuid4().hex[:16]}", operateur=operateur)
    return appelant.demander("POST", CHEMIN, enveloppe(message))


class Guichet:
    """The commands, as the provider's people type them."""

    def __init__(self, store: str, dossier: Path) -> None:
        self.dossier = dossier
        self._env = {**os.environ, "PYTHONPATH": str(RACINE), "ESAV_STORE": store, "ESAV_PKI": str(dossier / "pki")}

    def esav(self, *arguments: str) -> str:
        fait = executer(arguments, env=self._env)
        assert fait.returncode == 0, fait.stdout + fait.stderr
        return fait.stdout

    def delivrer(self, operateur: str) -> Fichier:
        """A new key, its CSR, and the certificate that the platform issues for it."""
        lieu = self.dossier / uuid4().hex[:8]
        lieu.mkdir()
        self.esav("pki", "csr", operateur, "--dossier", str(lieu))
        pem = lieu / "certificat.pem"
        self.esav(
            "pki", "issue", str(lieu / f"{operateur}.csr"), "--titulaire", operateur, "--nouveau", "--sortie", str(pem)
        )
        return Fichier.lire(pem, lieu / f"{operateur}.key")

    def enregistrer(self, operateur: str, piece: Piece) -> None:
        fichier = self.dossier / f"{uuid4().hex[:8]}.pem"
        fichier.write_bytes(pki.en_pem(piece.der))
        self.esav("pki", "register", str(fichier), "--titulaire", operateur)

    def revoquer(self, piece: Piece) -> None:
        self.esav("pki", "revoke", pki.empreinte(piece.der), "--motif", "remplacé", "--oui")


class Fichier(Piece):
    """A certificate and a key that were made by the commands."""

    cle: bytes

    @classmethod
    def lire(cls, certificat: Path, cle: Path) -> Fichier:
        piece = cls(pki.en_der(certificat.read_bytes()), "")
        object.__setattr__(piece, "cle", cle.read_bytes())
        return piece

    def pem(self) -> bytes:
        return pki.en_pem(self.der) + self.cle


def connue(port: int, piece: Piece, operateur: str) -> bool:
    """Whether the node recognises the CA of that certificate: a handshake does not wait for what is seen within seconds."""
    try:
        with Appelant(port, piece) as appelant:
            return deposer(appelant, operateur).refus is None
    except ssl.SSLError:
        return False


def refusee(port: int, piece: Piece, operateur: str) -> bool:
    with Appelant(port, piece) as appelant:
        reponse = deposer(appelant, operateur)
    assert reponse.refus in (None, "CERTIFICAT_REFUSE"), reponse.octets
    return reponse.refus is not None and b"REVOQUE" in reponse.octets


@pytest.mark.long
@pytest.mark.exigence("R6.1", "R6.2", "R3.1")
def test_renouveler_ajouter_et_revoquer_sous_charge(noeuds: list[ServeurTls], store: str, tmp_path: Path) -> None:
    guichet = Guichet(store, tmp_path)
    with ouvrir(store) as magasin:
        for operateur in ("OPA", "OPB"):
            tls.souscrire(magasin, operateur)
    guichet.esav("pki", "init", "--sans-phrase")
    depositaires: list[Depositaire] = []
    try:
        premiere, autre = guichet.delivrer("OPA"), guichet.delivrer("OPB")
        attendre(lambda: all(connue(n.port, premiere, "OPA") for n in noeuds))
        depositaires += [Depositaire(n.port, "OPA", premiere) for n in noeuds]
        depositaires += [Depositaire(n.port, "OPB", autre) for n in noeuds]
        attendre(lambda: all(d.avec(d.piece) for d in depositaires))

        # Two renewals: the new one works from the moment that it is issued, on connections opened at once.
        ancienne = premiere
        for _ in range(2):
            nouvelle = guichet.delivrer("OPA")
            for depositaire in depositaires[:2]:
                depositaire.piece = nouvelle
            attendre(lambda piece=nouvelle: all(d.avec(piece) for d in depositaires[:2]))  # type: ignore[misc]
            guichet.revoquer(ancienne)
            attendre(lambda piece=ancienne: all(refusee(n.port, piece, "OPA") for n in noeuds))  # type: ignore[misc]
            ancienne = nouvelle

        # Another issuer, recognised while everything runs, then its certificate.
        reconnue = tls.autorite("AC des opérateurs")
        (tmp_path / "ac.pem").write_bytes(pki.en_pem(reconnue.der))
        guichet.esav("pki", "ca", "add", str(tmp_path / "ac.pem"))
        externe = reconnue.certificat("OPB")
        guichet.enregistrer("OPB", externe)
        attendre(lambda: all(connue(n.port, externe, "OPB") for n in noeuds))
        for depositaire in depositaires[2:]:
            depositaire.piece = externe
        attendre(lambda: all(d.avec(externe) for d in depositaires[2:]))
        guichet.revoquer(autre)
        attendre(lambda: all(refusee(n.port, autre, "OPB") for n in noeuds))
        reste = [sum(d.acceptees.values()) for d in depositaires]
        attendre(lambda: all(sum(d.acceptees.values()) >= n + PAUSE for d, n in zip(depositaires, reste, strict=True)))
    finally:
        for depositaire in depositaires:
            depositaire.arreter()
    assert [d.echecs for d in depositaires] == [[], [], [], []]
    for noeud in noeuds:
        assert "Traceback" not in noeud.journal()
