"""Clients that are slow, silent or gone, and a server that ends: nobody else waits for them.

What ``bootstrap/travailleur.py`` leans on inside gunicorn is driven here; half of what is read there is not documented.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e import tls
from tests.e2e.conftest import preparer
from tests.e2e.serveur import ServeurReel, demarrer, serveur_neuf
from tests.e2e.soap import appeler, depot, enveloppe, requete
from tests.fils import Fil

DEPOT = "/production/ws/1/depot/2026.2"
#: Long enough for a busy machine, shorter than anything that a client here does not do.
BIENTOT_S = 8
#: More than any test keeps busy.
FILS = {"ESAV_FILS": "16"}
#: Over TLS the header says who calls as well: these tests are about connections.
LOCALE = {"ESAV_IDENTITE": "locale", "ESAV_HOMOLOGATION": "non"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('lenteur')}/esav.db"
    preparer(url)
    return url


@pytest.fixture(scope="module", params=["http", pytest.param("https", marks=pytest.mark.long)])
def serveur(
    request: pytest.FixtureRequest, base: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServeurReel]:
    """One worker, so that all clients of a test meet in it."""
    dossier = tmp_path_factory.mktemp("serveur")
    if request.param == "http":
        with serveur_neuf(base, dossier, env=FILS) as lance:
            yield lance
    else:
        with tls.serveur_tls(base, dossier, {**FILS, **LOCALE}) as chiffre:
            yield replace(chiffre.reel, url=f"https://127.0.0.1:{chiffre.port}")


class Client:
    """A connection whose bytes the test decides on."""

    def __init__(self, serveur: ServeurReel, *, recoit: int | None = None) -> None:
        self.prise: socket.socket = socket.socket()
        if recoit is not None:
            self.prise.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, recoit)
        self.prise.settimeout(BIENTOT_S)
        self.prise.connect(("127.0.0.1", int(serveur.url.rpartition(":")[2])))
        if serveur.url.startswith("https:"):
            self.prise = tls.contexte_client().wrap_socket(self.prise, server_hostname="127.0.0.1")
        self._lu: BufferedReader = self.prise.makefile("rb")

    def envoyer(self, octets: bytes) -> None:
        self.prise.sendall(octets)

    def reponse(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body of the next answer."""
        ligne = self._lu.readline()
        assert ligne.startswith(b"HTTP/1.1 "), ligne
        entetes = {}
        while (lue := self._lu.readline()) not in (b"\r\n", b""):
            nom, _, valeur = lue.decode("latin-1").partition(":")
            entetes[nom.lower()] = valeur.strip()
        return int(ligne.split()[1]), entetes, self._lu.read(int(entetes.get("content-length", "0")))

    def fermer(self) -> None:
        self._lu.close()
        self.prise.close()


@contextmanager
def clients(serveur: ServeurReel, nombre: int, *, recoit: int | None = None) -> Iterator[list[Client]]:
    with ExitStack() as pile:
        ouverts = []
        for _ in range(nombre):
            client = Client(serveur, recoit=recoit)
            pile.callback(client.fermer)
            ouverts.append(client)
        yield ouverts


def message(reference: str | None = None, *entetes: str, chemin: str = DEPOT, corps: bytes | None = None) -> bytes:
    """A POST as it goes over the wire: a deposit, if nothing else is asked for."""
    if corps is None:
        corps = enveloppe(depot("2026.2", "ACCES_FTTH", reference or neuve()))
    tete = [
        f"POST {chemin} HTTP/1.1",
        "Host: esav",
        "Content-Type: text/xml; charset=utf-8",
        "X-Esav-Operateur: OPA",
        f"Content-Length: {len(corps)}",
        *entetes,
    ]
    return "\r\n".join(tete).encode() + b"\r\n\r\n" + corps


def neuve() -> str:
    return f"L-{uuid4().hex[:12]}"


def autres_servis(serveur: ServeurReel, nombre: int = 4) -> None:
    """Other clients deposit, one after the other, each on a connection of its own, all of them soon."""

    def deposer() -> None:
        for _ in range(nombre):
            reponse = appeler(serveur.url, DEPOT[1:], depot("2026.2", "ACCES_FTTH", neuve()))
            assert (reponse.statut, reponse.texte("dejaDeposee")) == (200, "false"), reponse.octets

    Fil(deposer).resultat(BIENTOT_S)


def acquitte(reponse: tuple[int, dict[str, str], bytes]) -> bool:
    return reponse[0] == 200 and b"numeroSignalisation" in reponse[2]


def coupe(octets: bytes, ou: str) -> int:
    fin_entetes = octets.index(b"\r\n\r\n") + 4
    return {
        "rien": 0,
        "ligne": 10,
        "entetes": fin_entetes // 2,
        "sans le corps": fin_entetes,
        "corps": (fin_entetes + len(octets)) // 2,
    }[ou]


@pytest.mark.exigence("R3.1", "R7.3")
@pytest.mark.parametrize("ou", ["rien", "ligne", "entetes", "sans le corps", "corps"])
@pytest.mark.parametrize("gardee", [False, True], ids=["nouvelle", "gardee"])
def test_une_requete_inachevee_n_arrete_personne__ok(serveur: ServeurReel, ou: str, gardee: bool) -> None:
    """Three clients send a part and fall silent; the others are served, and those three too once they go on."""
    with clients(serveur, 3) as lents:
        if gardee:
            for lent in lents:
                lent.envoyer(message())
                assert acquitte(lent.reponse())
        messages = [message() for _ in lents]
        for lent, octets in zip(lents, messages, strict=True):
            lent.envoyer(octets[: coupe(octets, ou)])
        autres_servis(serveur)
        for lent, octets in zip(lents, messages, strict=True):
            lent.envoyer(octets[coupe(octets, ou) :])
        assert all(acquitte(lent.reponse()) for lent in lents)


@pytest.mark.exigence("R3.1", "R7.3")
def test_un_client_qui_attend_la_permission_d_envoyer__ok(serveur: ServeurReel) -> None:
    """As .NET's clients do: headers, then nothing before ``100 Continue``."""
    with clients(serveur, 3) as lents:
        messages = [message(None, "Expect: 100-continue") for _ in lents]
        for lent, octets in zip(lents, messages, strict=True):
            lent.envoyer(octets[: coupe(octets, "sans le corps")])
        assert [lent.reponse()[0] for lent in lents] == [100] * 3
        autres_servis(serveur)
        for lent, octets in zip(lents, messages, strict=True):
            lent.envoyer(octets[coupe(octets, "sans le corps") :])
        assert all(acquitte(lent.reponse()) for lent in lents)


PACK_SOAP = message(chemin="/production/ws/1/catalogue", corps=enveloppe(requete("telechargerPack", version="2026.2")))
PACK_HTTP = b"GET /catalogue/2026.2/pack.zip HTTP/1.1\r\nHost: esav\r\n\r\n"


@pytest.mark.exigence("R1.4", "R7.3")
@pytest.mark.parametrize("demande", [PACK_SOAP, PACK_HTTP], ids=["soap", "http"])
def test_un_pack_que_l_on_ne_lit_pas_n_arrete_personne__ok(serveur: ServeurReel, demande: bytes) -> None:
    """Six packs are more than the buffers of a connection take; they all arrive once they are read."""
    nombre = 6
    with clients(serveur, 2, recoit=4096) as lents:
        for lent in lents:
            lent.envoyer(demande * nombre)
        autres_servis(serveur)
        for lent in lents:
            lues = [lent.reponse() for _ in range(nombre)]
            assert [statut for statut, _, _ in lues] == [200] * nombre
            assert len({corps for _, _, corps in lues} if demande is PACK_HTTP else {len(c) for _, _, c in lues}) == 1


@pytest.mark.exigence("R3.1", "R7.3")
def test_des_clients_qui_disparaissent_ne_gardent_rien__ok(serveur: ServeurReel) -> None:
    """Cut off, not closed, in the middle of a request or of an answer."""
    octets = message()
    for envoi in (octets[:40], octets[: coupe(octets, "corps")], PACK_SOAP * 3, PACK_HTTP * 6, octets):
        with clients(serveur, 4, recoit=4096) as partants:
            for partant in partants:
                partant.envoyer(envoi)
                partant.prise.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        autres_servis(serveur, 2)
    assert "Traceback" not in serveur.journal.read_text(encoding="utf-8")


@pytest.mark.exigence("R3.1", "R7.3")
def test_un_client_qui_ne_raccroche_pas_n_arrete_personne__ok(serveur: ServeurReel) -> None:
    """The server waits two seconds for each to close after ``Connection: close``: beside the others, not before them."""
    with clients(serveur, 8) as muets:
        for muet in muets:
            muet.envoyer(message(None, "Connection: close"))
            assert acquitte(muet.reponse())
        autres_servis(serveur)


@pytest.mark.exigence("R3.1", "R9")
def test_des_requetes_a_la_suite_sur_une_connexion__ok(serveur: ServeurReel) -> None:
    with clients(serveur, 1) as (client,):
        for _ in range(5):
            client.envoyer(message())
            reponse = client.reponse()
            assert acquitte(reponse)
            assert reponse[1]["connection"] == "keep-alive"


@pytest.mark.exigence("R3.1", "R3.3", "R9")
def test_des_requetes_envoyees_d_avance__ok(serveur: ServeurReel) -> None:
    """Two and a half at once: each is answered, in order; the rest of the third may come later."""
    ref = neuve()
    premier, second, troisieme = message(ref), message(ref), message()
    with clients(serveur, 1) as (client,):
        client.envoyer(premier + second + troisieme[:100])
        lues = [client.reponse(), client.reponse()]
        assert all(acquitte(lue) for lue in lues)
        assert [b"dejaDeposee>true<" in lue[2] for lue in lues] == [False, True]
        client.envoyer(troisieme[100:])
        assert acquitte(client.reponse())


@pytest.mark.exigence("R9")
def test_de_petites_requetes_lues_d_un_seul_coup__ok(serveur: ServeurReel) -> None:
    """All in one packet: after the first one nothing more arrives that would tell of the others."""
    question = enveloppe(requete("consulterEtat", referenceOperateur="inconnue"))
    with clients(serveur, 1) as (client,):
        client.envoyer(message(chemin="/production/ws/1/suivi", corps=question) * 4)
        lues = [client.reponse() for _ in range(4)]
    assert [statut for statut, _, _ in lues] == [500] * 4
    assert all(b"SIGNALISATION_INCONNUE" in corps for _, _, corps in lues)


@pytest.mark.long
@pytest.mark.exigence("R7.3")
def test_un_arret_avec_des_connexions_gardees__ok(base: str, tmp_path: Path) -> None:
    """Idle connections do not keep a server that was told to end: much less than the 75 s that they may live."""
    serveur = demarrer(base, tmp_path / "log", env=FILS)
    try:
        with clients(serveur, 5) as gardes:
            for garde in gardes:
                garde.envoyer(message())
                assert acquitte(garde.reponse())
            serveur.processus.send_signal(signal.SIGTERM)
            assert serveur.processus.wait(BIENTOT_S) == 0
            assert [garde.prise.recv(1) for garde in gardes] == [b""] * 5
    finally:
        serveur.arreter()
    assert "Traceback" not in serveur.journal.read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.exigence("R3.1", "R7.3")
@pytest.mark.parametrize("ou", ["entetes", "corps"])
def test_une_requete_en_route_a_l_arret_est_servie__ok(base: str, tmp_path: Path, ou: str) -> None:
    """Begun before the signal, finished when the server has already sent the idle ones away."""
    serveur = demarrer(base, tmp_path / "log", env=FILS)
    octets = message()
    try:
        with clients(serveur, 3) as (garde, *lents):
            for client in (garde, lents[1]):
                client.envoyer(message())
                assert acquitte(client.reponse())
            for lent in lents:
                lent.envoyer(octets[: coupe(octets, ou)])
            autres_servis(serveur, 1)
            serveur.processus.send_signal(signal.SIGTERM)
            assert garde.prise.recv(1) == b""
            for lent in lents:
                lent.envoyer(octets[coupe(octets, ou) :])
            lues = [lent.reponse() for lent in lents]
            assert all(acquitte(lue) for lue in lues)
            # Whether it may be kept is decided when the headers are in.
            assert [lue[1]["connection"] for lue in lues] == [{"entetes": "close", "corps": "keep-alive"}[ou]] * 2
        assert serveur.processus.wait(BIENTOT_S) == 0
    finally:
        serveur.arreter()
    assert "Traceback" not in serveur.journal.read_text(encoding="utf-8")
