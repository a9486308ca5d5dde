"""The way to the receivers: mutual TLS, the resolved address alone, an answer that is an acknowledgement or a failure."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from esav_soap.notifications import lire_adresse, lire_reseaux
from esav_soap.push import RecepteurHttps, ReglagesPush
from esav_soap.push.garde import Lieu, lieux_admis, resoudre
from esav_soap.push.https import TAILLE_MAX
from esav_soap.signalisation import Action, Cote, Etat, Evenement
from esav_soap.usecases.ports.evenements import EvenementSuivi
from esav_soap.usecases.ports.notifications import EchecNotification, MotifEchec, Notification
from tests.recepteur import (
    NOM,
    Pieces,
    Recepteur,
    Recue,
    accuse,
    couper,
    pieces,
    recepteur_ouvert,
    sur_la_boucle,
    vers,
)

INSTANT = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
UN = EvenementSuivi(
    "7K3M9QX2TBX",
    "REF-1",
    Evenement(
        INSTANT, Etat.EN_COURS, Cote.FOURNISSEUR, "Pris <en charge>.", action=Action.PRENDRE, auteur="Zoé", rang=7
    ),
)
NOTIFICATION = Notification("production", "OPA", (UN,), 8)


@pytest.fixture(scope="module")
def tenues(tmp_path_factory: pytest.TempPathFactory) -> Pieces:
    return pieces(tmp_path_factory.mktemp("pieces"))


@pytest.fixture
def recepteur(tenues: Pieces) -> Iterator[Recepteur]:
    with recepteur_ouvert(tenues) as ouvert:
        yield ouvert


def echec(recepteur: RecepteurHttps, adresse: str, notification: Notification = NOTIFICATION) -> EchecNotification:
    with pytest.raises(EchecNotification) as pris:
        recepteur.notifier(adresse, notification)
    return pris.value


@pytest.mark.exigence("R3.5", "R6.1")
def test_le_recepteur_sait_qui_envoie_et_accuse__ok(
    recepteur: Recepteur, tenues: Pieces, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nom in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(nom, "http://127.0.0.1:9")
    vers(tenues).notifier(recepteur.adresse, NOTIFICATION)
    (recue,) = recepteur.recues
    assert recue.chemin == "/esav?x=1"
    assert recue.entetes["host"] == f"{NOM}:{recepteur.port}"
    assert recue.entetes["soapaction"] == '"urn:esav:ws:1:notifierEvenements"'
    assert recue.entetes["content-type"] == "text/xml; charset=utf-8"
    assert ("DNS", "esav.fournisseur.example") in recue.certificat["subjectAltName"]
    assert (recue.curseur, recue.rangs) == ("8", [7])
    assert "Pris &lt;en charge&gt;." in recue.corps.decode()
    assert "Zoé" not in recue.corps.decode()


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    ("statut", "corps", "motif", "dit"),
    [
        (302, b"", MotifEchec.REDIRECTION, "302"),
        (307, accuse("8"), MotifEchec.REDIRECTION, "307"),
        (
            500,
            b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault><faultcode>s:Server</faultcode>"
            b"<faultstring>base\npleine</faultstring></s:Fault></s:Body></s:Envelope>",
            MotifEchec.STATUT,
            "base pleine",
        ),
        (
            200,
            b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault><faultcode>s:Server</faultcode>"
            b"<faultstring>non</faultstring></s:Fault></s:Body></s:Envelope>",
            MotifEchec.STATUT,
            "faute SOAP : non",
        ),
        (404, b"<html>", MotifEchec.STATUT, "HTTP 404"),
        (403, b"interdit\x1b[31m", MotifEchec.STATUT, "HTTP 403 : interdit [31m"),
        (202, accuse("8"), MotifEchec.STATUT, "HTTP 202"),
        (200, accuse("7"), MotifEchec.REPONSE, "« 7 »"),
        (200, accuse(""), MotifEchec.REPONSE, "elle accuse «"),
        (200, b"", MotifEchec.REPONSE, "SOAP 1.1"),
        (200, b"ok", MotifEchec.REPONSE, "SOAP 1.1"),
        (200, b"<a/>", MotifEchec.REPONSE, "SOAP 1.1"),
        (200, b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + accuse("8"), MotifEchec.REPONSE, "SOAP 1.1"),
        (200, accuse("8").replace(b"accuseNotification", b"accuse"), MotifEchec.REPONSE, "notifierEvenementsResponse"),
        (200, accuse("8") + b" " * TAILLE_MAX, MotifEchec.TROP_GRANDE, "64 Kio"),
    ],
)
def test_toute_autre_reponse_est_un_echec__error(
    recepteur: Recepteur, tenues: Pieces, statut: int, corps: bytes, motif: MotifEchec, dit: str
) -> None:
    ailleurs = {"Location": f"https://{NOM}:{recepteur.port}/ailleurs"}
    recepteur.repondre = lambda *_: (statut, corps, ailleurs)
    refus = echec(vers(tenues), recepteur.adresse)
    assert refus.motif is motif
    assert dit in str(refus)
    assert str(refus).isprintable()
    assert len(recepteur.recues) == 1


@pytest.mark.exigence("R3.5")
def test_un_recepteur_qui_traine_ne_retient_personne__error(recepteur: Recepteur, tenues: Pieces) -> None:
    fin = threading.Event()

    def goutte_a_goutte(_: Recue, connexion: socket.socket) -> None:
        connexion.sendall(b"HTTP/1.1 200 OK\r\nX-Lent: ")
        while not fin.wait(0.02):
            connexion.sendall(b"x")

    def muet(_: Recue, __: socket.socket) -> None:
        fin.wait(20)

    for lent in (goutte_a_goutte, muet):
        recepteur.repondre = lent
        debut = time.monotonic()
        assert echec(vers(tenues, 0.4), recepteur.adresse).motif is MotifEchec.DELAI
        assert time.monotonic() - debut < 5
    fin.set()


@pytest.mark.exigence("R3.5")
def test_le_temps_de_trouver_le_nom_compte__error(
    recepteur: Recepteur, tenues: Pieces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server may take minutes, and somebody else may have the lease by then: nothing is sent."""
    retard = 0.0
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + retard)

    def lente(hote: str, port: int) -> list[Lieu]:
        nonlocal retard
        retard += 400
        return sur_la_boucle(hote, port)

    assert echec(vers(tenues, 15, resolution=lente), recepteur.adresse).motif is MotifEchec.DELAI
    assert recepteur.recues == []


@pytest.mark.exigence("R3.5")
def test_un_morceau_de_longueur_negative_est_un_echec__error(recepteur: Recepteur, tenues: Pieces) -> None:
    def negatif(_: Recue, connexion: socket.socket) -> None:
        connexion.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n" + accuse("8"))

    recepteur.repondre = negatif
    assert echec(vers(tenues), recepteur.adresse).motif is MotifEchec.REPONSE


@pytest.mark.exigence("R3.5")
def test_une_negociation_qui_n_avance_pas__error(tenues: Pieces) -> None:
    with socket.create_server(("127.0.0.1", 0)) as muet:
        adresse = f"https://{NOM}:{muet.getsockname()[1]}/"
        debut = time.monotonic()
        assert echec(vers(tenues, 0.3), adresse).motif is MotifEchec.DELAI
        assert time.monotonic() - debut < 5


@pytest.mark.exigence("R3.5")
def test_une_connexion_coupee_ou_refusee__error(recepteur: Recepteur, tenues: Pieces) -> None:
    def coupe(_: Recue, connexion: socket.socket) -> None:
        couper(connexion)

    def a_moitie(recue: Recue, connexion: socket.socket) -> None:
        connexion.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + accuse(recue.curseur))

    def autre_chose(_: Recue, connexion: socket.socket) -> None:
        connexion.sendall(b"SSH-2.0-OpenSSH\r\n")

    recepteur.repondre = coupe
    assert echec(vers(tenues), recepteur.adresse).motif in (MotifEchec.TLS, MotifEchec.REPONSE, MotifEchec.CONNEXION)
    for faux in (a_moitie, autre_chose):
        recepteur.repondre = faux
        assert echec(vers(tenues), recepteur.adresse).motif is MotifEchec.REPONSE
    with socket.create_server(("127.0.0.1", 0)) as ferme:
        port = ferme.getsockname()[1]
    assert echec(vers(tenues), f"https://{NOM}:{port}/").motif is MotifEchec.CONNEXION


@pytest.mark.exigence("R3.5", "R6.1")
def test_sans_tls_en_face__error(tenues: Pieces) -> None:
    with recepteur_ouvert(tenues, tls=False) as en_clair:
        assert echec(vers(tenues), en_clair.adresse).motif is MotifEchec.TLS
        assert en_clair.recues == []


@pytest.mark.exigence("R3.5", "R6.1")
def test_un_recepteur_qui_n_est_pas_le_bon__error(recepteur: Recepteur, tenues: Pieces, tmp_path: Path) -> None:
    autre = pieces(tmp_path / "autre")
    # Another authority; the same machine by another name.
    assert echec(vers(tenues, autorites=autre.autorites), recepteur.adresse).motif is MotifEchec.CERTIFICAT
    assert echec(vers(tenues), f"https://autre.example:{recepteur.port}/").motif is MotifEchec.CERTIFICAT
    # By default the machine's authorities, which do not know this one.
    assert echec(vers(tenues, autorites=""), recepteur.adresse).motif is MotifEchec.CERTIFICAT
    assert recepteur.recues == []


@pytest.mark.exigence("R3.5", "R6.1", "R6.2")
def test_le_certificat_renouvele_sert_a_l_envoi_suivant__ok(tmp_path: Path) -> None:
    tenues, autre = pieces(tmp_path / "a"), pieces(tmp_path / "b")
    with recepteur_ouvert(tenues) as recepteur:
        envoi = vers(tenues)
        envoi.notifier(recepteur.adresse, NOTIFICATION)
        bons = {nom: Path(nom).read_bytes() for nom in (tenues.certificat, tenues.cle)}
        for ici, la in ((tenues.certificat, autre.certificat), (tenues.cle, autre.cle)):
            Path(ici).write_bytes(Path(la).read_bytes())
            os.utime(ici, ns=(1, 1))
        # What the receiver does not know any more: it may close before it has the whole message, and its alert is read all the same.
        assert {echec(envoi, recepteur.adresse).motif for _ in range(20)} == {MotifEchec.TLS}
        for nom, contenu in bons.items():
            Path(nom).write_bytes(contenu)
            os.utime(nom, ns=(2, 2))
        envoi.notifier(recepteur.adresse, NOTIFICATION)
        # In the middle of a replacement: those of before.
        Path(tenues.cle).write_bytes(b"")
        envoi.notifier(recepteur.adresse, NOTIFICATION)
    assert len(recepteur.recues) == 3


@pytest.mark.exigence("R9")
def test_des_fichiers_qui_ne_peuvent_pas_servir__error(tenues: Pieces, tmp_path: Path) -> None:
    vide = tmp_path / "vide.pem"
    vide.write_bytes(b"")
    for reglages in (
        ReglagesPush(tenues.certificat, tenues.certificat_recepteur),
        ReglagesPush(tenues.certificat, tenues.cle_recepteur),
        ReglagesPush(tenues.certificat, tenues.cle, str(vide)),
        ReglagesPush(str(tmp_path / "absent"), tenues.cle),
    ):
        with pytest.raises(OSError):
            RecepteurHttps(reglages)


# The guard


def lieux(*adresses: str, port: int = 443) -> list[Lieu]:
    return [
        (int(socket.AF_INET6 if ":" in ip else socket.AF_INET), (ip, port, 0, 0) if ":" in ip else (ip, port))
        for ip in adresses
    ]


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize(
    "adresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a9fe:a9fe"],
        ["fe80::1%lo"],
        ["8.8.8.8", "10.0.0.1"],
        ["2606:4700::1111", "::1", "8.8.8.8"],
    ],
)
def test_un_nom_qui_mene_a_l_interieur__error(tenues: Pieces, adresses: list[str]) -> None:
    demandes: list[tuple[str, int]] = []

    def resolution(hote: str, port: int) -> list[Lieu]:
        demandes.append((hote, port))
        return lieux(*adresses)

    refus = echec(vers(tenues, resolution=resolution, reseaux=()), "https://piege.example/")
    assert refus.motif is MotifEchec.RESEAU_INTERDIT
    assert demandes == [("piege.example", 443)]
    assert not any(adresse.partition("%")[0] in str(refus) for adresse in adresses)


@pytest.mark.exigence("R3.5", "R9")
def test_un_nom_qui_change_d_adresse_apres_coup__ok(
    recepteur: Recepteur, tenues: Pieces, monkeypatch: pytest.MonkeyPatch
) -> None:
    reponses = [lieux("127.0.0.1", port=recepteur.port), lieux("10.0.0.1")]

    def changeante(hote: str, port: int) -> list[Lieu]:
        return reponses.pop(0)

    def plus_de_nom(*_: object, **__: object) -> None:
        raise AssertionError("resolved again")

    for nom in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, nom, plus_de_nom)
    envoi = vers(tenues, resolution=changeante)
    envoi.notifier(recepteur.adresse, NOTIFICATION)
    assert (len(recepteur.recues), len(reponses)) == (1, 1)
    # The next notification asks anew, and is judged anew.
    assert echec(envoi, recepteur.adresse).motif is MotifEchec.RESEAU_INTERDIT
    assert len(recepteur.recues) == 1


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize(
    "hote",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_la_boucle_sous_tous_ses_noms__error(recepteur: Recepteur, tenues: Pieces, hote: str) -> None:
    envoi = vers(tenues, resolution=resoudre, reseaux=())
    assert echec(envoi, f"https://{hote}:{recepteur.port}/").motif in (MotifEchec.RESEAU_INTERDIT, MotifEchec.NOM)
    assert recepteur.recues == []


@pytest.mark.exigence("R3.5", "R9")
def test_un_reseau_regle_est_joint__ok(tenues: Pieces, tmp_path: Path) -> None:
    ici = pieces(tmp_path / "ici", nom="127.0.0.1")
    with recepteur_ouvert(ici) as recepteur:
        envoi = vers(ici, resolution=resoudre, reseaux=lire_reseaux("127.0.0.1/32"))
        envoi.notifier(f"https://127.0.0.1:{recepteur.port}/", NOTIFICATION)
        (recue,) = recepteur.recues
        assert recue.entetes["host"] == f"127.0.0.1:{recepteur.port}"


@pytest.mark.exigence("R3.5")
def test_une_adresse_qui_ne_repond_pas_laisse_la_place_a_la_suivante__ok(recepteur: Recepteur, tenues: Pieces) -> None:
    with socket.create_server(("127.0.0.2", 0)) as ferme:
        libre = ferme.getsockname()[1]
    lues = [*lieux("127.0.0.2", port=libre), *lieux("127.0.0.1", port=recepteur.port)]
    vers(tenues, resolution=lambda *_: lues).notifier(recepteur.adresse, NOTIFICATION)
    assert len(recepteur.recues) == 1


@pytest.mark.exigence("R3.5")
def test_un_nom_sans_adresse__error(tenues: Pieces) -> None:
    def inconnu(hote: str, port: int) -> list[Lieu]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert echec(vers(tenues, resolution=inconnu), "https://absent.example/").motif is MotifEchec.NOM
    assert echec(vers(tenues, resolution=lambda *_: []), "https://absent.example/").motif is MotifEchec.NOM
    # A label that IDNA cannot write.
    long = f"https://{'a.' * 120}example/"
    assert echec(vers(tenues, resolution=resoudre), long).motif is MotifEchec.NOM
    # An address that was recorded before it was refused.
    assert echec(vers(tenues), "http://recepteur.example/").motif is MotifEchec.ADRESSE


@pytest.mark.exigence("R3.5", "R9")
def test_une_autre_famille_d_adresses__error() -> None:
    unix: list[Lieu] = [(int(socket.AF_UNIX), ("/run/docker.sock",))]
    with pytest.raises(EchecNotification) as pris:
        lieux_admis(lire_adresse("https://a.example/"), lire_reseaux("0.0.0.0/0, ::/0"), lambda *_: unix)
    assert pris.value.motif is MotifEchec.RESEAU_INTERDIT
