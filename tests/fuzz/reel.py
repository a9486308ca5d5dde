"""Fuzzed requests over HTTP to a real server process: every one is answered, and nothing of the server grows (R9)."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from tests.e2e.serveur import ServeurReel
from tests.fuzz.entree import Entree, exemples, hostiles, lire
from tests.fuzz.jugement import Manquement, exiger, juger_soap, sans_fuite
from tests.fuzz.mutateur import muter

#: Seconds that an answer may take on a busy machine.
DELAI_S = 60
#: KiB that the server may hold more after the second half of a run than after the first: a leak of 200 bytes a request is more.
CROISSANCE = 10 * 1024
#: Threads, and open files: a thread has its connection to the store, which is four files.
MARGES = {"fils": 3, "fichiers": 12}
#: Statuses of a clean HTTP answer to what is no SOAP request: refused by the HTTP server, or a page.
_REFUS_HTTP = frozenset({400, 403, 405, 408, 413, 414, 417, 431, 501, 505})
_PAGES = frozenset({200, 302, 404, 405})
#: Written by the client itself; the rest of an entry's headers goes out as it is.
_CADRE = frozenset({"Content-Length", "Transfer-Encoding", "Host", "Connection", "Expect"})
#: What a share of the requests is sent as; the others have a length or come in chunks.
_GETS = (
    "/",
    "/sante",
    "/production/ws/1/suivi?wsdl",
    "/production/ws/1/depot?wsdl",
    "/pki/",
    "/x",
    "/production/ws/1/sav",
)


@dataclass(frozen=True)
class Releve:
    """What the processes of a server hold: KiB in memory, threads, open files."""

    memoire: int
    fils: int
    fichiers: int


def relever(pid: int) -> Releve:
    """Of the server and of the processes that serve. What these start to publish a version comes and goes."""
    memoire = fils = fichiers = 0
    for un in (pid, *_enfants(pid)):
        dossier = Path(f"/proc/{un}")
        etat = dict(x.split(":", 1) for x in (dossier / "status").read_text().splitlines())
        memoire += int(etat["VmRSS"].split()[0])
        fils += int(etat["Threads"])
        fichiers += len(os.listdir(dossier / "fd"))
    return Releve(memoire, fils, fichiers)


def _enfants(pid: int) -> list[int]:
    taches = Path(f"/proc/{pid}/task").iterdir()
    return [int(un) for tache in taches for un in (tache / "children").read_text().split()]


@dataclass
class Compte:
    """What a run saw. ``manquements``: broken promises with the bytes that were sent; ``releves``: (requests so far, server)."""

    verdicts: Counter[str] = field(default_factory=Counter)
    manquements: list[tuple[str, bytes]] = field(default_factory=list)
    releves: list[tuple[int, Releve]] = field(default_factory=list)
    duree: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.verdicts.values())

    def reproches(self) -> list[str]:
        """Everything that is not as promised: answers, then what the server holds at the end and half-way.

        The first half fills caches and makes threads. In the second one, memory may grow by :data:`CROISSANCE` at most, threads
        and open files by :data:`MARGES`: there are as many as were ever needed at once, a number that a busy machine still raises.
        """
        dits = [quoi for quoi, _ in self.manquements]
        moitie = len(self.releves) // 2
        avant, apres = [r for _, r in self.releves[:moitie]], [r for _, r in self.releves[moitie:]]
        pris = max(r.memoire for r in apres) - max(r.memoire for r in avant)
        if pris > CROISSANCE:
            dits.append(f"memory grew by {pris} KiB in the second half")
        for quoi, marge in MARGES.items():
            reste, vu = getattr(apres[-1], quoi), max(getattr(r, quoi) for r in avant)
            if reste > vu + marge:
                dits.append(f"{quoi}: {reste} are left, {vu} at most in the first half")
        return dits


class Connexion:
    """A kept connection, opened again only where the server said that it would close, or may."""

    def __init__(self, url: str) -> None:
        lieu = urlsplit(url)
        self._adresse = (lieu.hostname or "", lieu.port or 0)
        self._prise: socket.socket | None = None
        self._recu = b""

    def fermer(self) -> None:
        if self._prise is not None:
            self._prise.close()
        self._prise, self._recu = None, b""

    def envoyer(self, octets: bytes, *, finir: bool = False) -> None:
        """``finir``: nothing more comes from this side."""
        if self._prise is None:
            self._prise = socket.create_connection(self._adresse, timeout=DELAI_S)
        self._prise.sendall(octets)
        if finir:
            self._prise.shutdown(socket.SHUT_WR)

    def reponse(self, methode: str = "POST") -> tuple[int, dict[str, str], bytes]:
        """The next answer, whole. Raises :class:`~tests.fuzz.jugement.Manquement` when the connection ends before."""
        while True:
            tete = self._jusque(b"\r\n\r\n")
            ligne, *lignes = tete.decode("latin-1").split("\r\n")
            exiger(ligne.startswith("HTTP/1."), "no HTTP", tete)
            statut = int(ligne.split()[1])
            if statut != 100:
                break
        entetes = {n.strip().title(): v.strip() for n, _, v in (x.partition(":") for x in lignes if x)}
        corps = self._octets(int(entetes.get("Content-Length", "0"))) if methode != "HEAD" else b""
        if entetes.get("Connection", "").lower() == "close":
            self.fermer()
        return statut, entetes, corps

    def _jusque(self, marque: bytes) -> bytes:
        while marque not in self._recu:
            self._lire()
        debut, _, self._recu = self._recu.partition(marque)
        return debut

    def _octets(self, nombre: int) -> bytes:
        while len(self._recu) < nombre:
            self._lire()
        lu, self._recu = self._recu[:nombre], self._recu[nombre:]
        return lu

    def _lire(self) -> None:
        exiger(self._prise is not None, "closed before the answer")
        assert self._prise is not None
        try:
            morceau = self._prise.recv(1 << 16)
        except OSError as exc:
            raise Manquement(f"dropped: {exc!r}") from None
        exiger(morceau, "closed without an answer", self._recu)
        self._recu += morceau

    def rien_de_plus(self) -> None:
        """No answer that nobody asked for."""
        if self._prise is not None:
            pret, _, _ = select.select([self._prise], [], [], 0)
            exiger(not self._recu and not pret, "bytes that nobody asked for", self._recu)


class Client:
    """Sends fuzzed requests on one connection and judges what comes."""

    def __init__(self, url: str, graine: int, compte: Compte, verrou: threading.Lock) -> None:
        self._connexion = Connexion(url)
        self._rng = Random(graine)
        self._compte, self._verrou = compte, verrou
        bons = [une.octets() for _, une in exemples()]
        # Sound requests more often than the fixtures: most changes to a broken message leave it broken.
        self._corpus = [*(une.octets() for _, une in hostiles()), *bons * 6]

    def fermer(self) -> None:
        self._connexion.fermer()

    def requete(self) -> None:
        """One request and its answer. What breaks a promise is noted, and the connection opened anew."""
        rng = self._rng
        octets = rng.choice(self._corpus)
        for _ in range(rng.choice((1, 1, 2, 4))):
            octets = muter(octets, rng, rng.choice(self._corpus))
        try:
            verdict = self._echanger(lire(octets))
        except (Manquement, OSError, ValueError) as exc:
            self._connexion.fermer()
            verdict = "manquement"
            with self._verrou:
                self._compte.manquements.append((f"{type(exc).__name__}: {exc}"[:3000], octets))
        with self._verrou:
            self._compte.verdicts[verdict] += 1

    def _echanger(self, une: Entree) -> str:
        hasard = self._rng.random()
        if hasard < 0.03:
            return self._page()
        if hasard < 0.07:
            return self._mal_cadree(une)
        corps = une.corps[:400_000]
        tete, suite = self._cadrer(une, corps)
        self._connexion.envoyer(tete + suite)
        statut, entetes, reponse = self._connexion.reponse()
        verdict = self._juger(statut, entetes, reponse, tete + corps)
        self._connexion.rien_de_plus()
        return verdict

    def _tete(self, une: Entree, *cadre: str, version: str = "1.1") -> bytes:
        lignes = [f"{nom}: {valeur}" for nom, valeur in une.entetes.items() if nom not in _CADRE]
        if self._rng.random() < 0.05 and lignes:
            lignes.append(self._rng.choice(lignes))  # a header twice
        chemin = "".join(c if 0x21 <= ord(c) < 0x7F and c not in "#?" else f"%{ord(c) & 0xFF:02X}" for c in une.chemin)
        propres = [x for x in lignes if x.isprintable()]
        tete = [f"POST {chemin if chemin[:1] == '/' else '/'} HTTP/{version}", "Host: esav", *propres, *cadre]
        return "\r\n".join(tete).encode("latin-1", "replace") + b"\r\n\r\n"

    def _cadrer(self, une: Entree, corps: bytes) -> tuple[bytes, bytes]:
        """The request in one of the ways that HTTP has."""
        hasard = self._rng.random()
        longueur = f"Content-Length: {len(corps)}"
        if hasard < 0.7:
            return self._tete(une, longueur), corps
        if hasard < 0.85:
            taille = self._rng.choice((7, 100, 65536))
            morceaux = [corps[i : i + taille] for i in range(0, len(corps), taille)]
            suite = b"".join(b"%x\r\n%s\r\n" % (len(m), m) for m in morceaux) + b"0\r\n\r\n"
            return self._tete(une, "Transfer-Encoding: chunked"), suite
        if hasard < 0.9:
            return self._tete(une, longueur, "Expect: 100-continue"), corps
        if hasard < 0.95:
            return self._tete(une, longueur, "Connection: keep-alive", version="1.0"), corps
        return self._tete(une, longueur, "Connection: close"), corps

    def _page(self) -> str:
        methode = self._rng.choice(("GET", "GET", "HEAD", "PUT", "DELETE", "OPTIONS"))
        envoi = f"{methode} {self._rng.choice(_GETS)} HTTP/1.1\r\nHost: esav\r\n\r\n".encode()
        self._connexion.envoyer(envoi)
        statut, _, reponse = self._connexion.reponse(methode)
        exiger(statut in _PAGES, "status of a page", statut, envoi)
        if b"wsdl" not in envoi:
            sans_fuite(reponse, envoi)
        return f"page {statut}"

    def _mal_cadree(self, une: Entree) -> str:
        """Not quite HTTP, or cut short; nothing more follows. An answer comes all the same, and the connection ends."""
        corps = une.corps[:400_000]
        genre = self._rng.choice(("court", "long", "deux", "morceau", "ligne", "entete", "tronque"))
        longueur = f"Content-Length: {len(corps)}"
        if genre == "court":
            envoi = self._tete(une, f"Content-Length: {max(0, len(corps) - 5)}", "Connection: close") + corps
        elif genre == "long":
            envoi = self._tete(une, f"Content-Length: {len(corps) + 50}") + corps
        elif genre == "deux":
            envoi = self._tete(une, longueur, "Transfer-Encoding: chunked") + corps
        elif genre == "morceau":
            envoi = self._tete(une, "Transfer-Encoding: chunked") + b"zz\r\n" + corps
        elif genre == "ligne":
            envoi = self._rng.randbytes(20).replace(b"\n", b"") + b"\r\n\r\n" + corps
        elif genre == "entete":
            envoi = self._tete(une, longueur, f"X-Long: {'x' * 20_000}") + corps
        else:
            envoi = self._tete(une, longueur)[: self._rng.randrange(1, 40)] + b"\r\n\r\n"
        self._connexion.fermer()  # what is left of it would be read as the next request
        with suppress(OSError):  # answered and closed before the rest was sent
            self._connexion.envoyer(envoi, finir=True)
        try:
            statut, entetes, reponse = self._connexion.reponse()
        except Manquement as exc:
            # The answer may be lost to a reset, when more is sent than was read.
            if genre in ("ligne", "entete", "morceau", "deux", "court", "tronque") and "dropped" in str(exc):
                self._connexion.fermer()
                return f"mal cadrée, {genre} : coupée"
            raise
        self._connexion.fermer()
        verdict = self._juger(statut, entetes, reponse, envoi)
        exiger(verdict != "OK" or genre != "long", "a cut request was answered", genre, envoi[:2000])
        return f"mal cadrée, {genre} : {verdict}"

    def _juger(self, statut: int, entetes: dict[str, str], reponse: bytes, envoi: bytes) -> str:
        if "xml" in entetes.get("Content-Type", ""):
            return juger_soap(statut, entetes, reponse, envoi)[0] or "OK"
        exiger(statut in _REFUS_HTTP, "neither SOAP nor a clean refusal", statut, entetes, reponse[:300], envoi[:300])
        sans_fuite(reponse, envoi)
        return f"HTTP {statut}"


def eprouver(
    serveur: ServeurReel,
    requetes: int,
    *,
    connexions: int = 6,
    graine: int = 1,
    suivi: Callable[[int, float, Releve], None] = lambda *_: None,
) -> Compte:
    """Send so many requests; look at the server at each hundredth. Its files are counted while nobody is connected.

    Raises ``KeyboardInterrupt`` once all connections are closed.
    """
    compte, verrou = Compte(), threading.Lock()
    clients = [Client(serveur.url, graine * 1000 + rang, compte, verrou) for rang in range(connexions)]
    debut = time.monotonic()
    try:
        for part in range(100):
            voulu = requetes * (part + 1) // 100
            _tous(clients, voulu - compte.total)
            for client in clients:
                client.fermer()
            attendre_le_calme(serveur)
            releve = relever(serveur.processus.pid)
            compte.releves.append((compte.total, releve))
            suivi(compte.total, time.monotonic() - debut, releve)
    finally:
        for client in clients:
            client.fermer()
    compte.duree = time.monotonic() - debut
    return compte


def _tous(clients: list[Client], nombre: int) -> None:
    """So many requests by all of them at once."""
    parts = [nombre // len(clients) + (rang < nombre % len(clients)) for rang in range(len(clients))]
    assez = threading.Event()

    def travailler(client: Client, combien: int) -> None:
        for _ in range(combien):
            if assez.is_set():
                return
            client.requete()

    fils = [
        threading.Thread(target=travailler, args=(client, combien), daemon=True)
        for client, combien in zip(clients, parts, strict=True)
    ]
    for fil in fils:
        fil.start()
    try:
        for fil in fils:
            fil.join()
    except BaseException:
        assez.set()
        raise


def attendre_le_calme(serveur: ServeurReel) -> None:
    """Until the server has closed what the clients closed: its connections in this machine's table are gone."""
    port = urlsplit(serveur.url).port or 0
    limite = time.monotonic() + DELAI_S
    while _connexions(port):
        exiger(time.monotonic() < limite, "connections that nobody holds any more stay open")
        time.sleep(0.01)


def _connexions(port: int) -> int:
    """Ends that the server still holds: established, or closed by the client alone."""
    lignes = (x.split() for x in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(champs[1].endswith(f":{port:04X}") and champs[3] in ("01", "08") for champs in lignes)
