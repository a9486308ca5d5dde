"""Sending to a real SMTP server: what is taken, refused for now or for good, and what protects the connection."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from esav_soap.avis.message import Message, Piece
from esav_soap.mail import Chiffrement, CourrierSmtp, ReglagesSmtp
from esav_soap.usecases.courrier import EchecCourrier, EchecDefinitif, EchecServeur, EchecTemporaire
from tests.courrier.boite import Boite, boite_ouverte

INSTANT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EXPEDITEUR = "esav@esav.example"
MESSAGE = Message(
    "VERSION_ANNONCEE/2026.2/OPA@esav.example",
    "sav@opa.example",
    "e-SAV : version 2026.2 du catalogue, en production le 1er août 2026",
    "Bonjour,\n.\n.point en début de ligne\nÉté\n",
    "<!doctype html><p>Été",
    (Piece("e-sav.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n", (("charset", "utf-8"), ("method", "PUBLISH"))),),
)
SECRET = "mot-de-passe-tres-secret"


def courrier(boite: Boite, **reglages: object) -> CourrierSmtp:
    donnes = {"chiffrement": Chiffrement.AUCUN, "nom_expediteur": "Service e-SAV", "delai": 10, **reglages}
    return CourrierSmtp(ReglagesSmtp("127.0.0.1", boite.port, expediteur=EXPEDITEUR, **donnes), lambda: INSTANT)  # type: ignore[arg-type]


@pytest.mark.exigence("R2.2")
def test_le_courrier_arrive_entier__ok(tmp_path: Path) -> None:
    with boite_ouverte(tmp_path) as boite:
        courrier(boite).envoyer(MESSAGE)
        (recu,) = boite.recus()
    assert recu["Subject"] == MESSAGE.sujet
    assert recu["From"] == "Service e-SAV <esav@esav.example>"
    assert recu["To"] == "sav@opa.example"
    assert recu["Message-ID"] == f"<{MESSAGE.identifiant}>"
    assert recu["Date"].datetime == INSTANT
    assert recu["Auto-Submitted"] == "auto-generated"
    texte, html = recu.get_body(("plain",)), recu.get_body(("html",))
    assert texte is not None
    assert html is not None
    assert texte.get_content().replace("\r\n", "\n") == MESSAGE.texte
    assert html.get_content().strip() == MESSAGE.html
    (piece,) = recu.iter_attachments()
    assert (piece.get_content_type(), piece.get_filename()) == ("text/calendar", "e-sav.ics")
    assert piece.get_param("method") == "PUBLISH"
    assert piece.get_payload(decode=True) == b"BEGIN:VCALENDAR\r\n"


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize(
    ("consigne", "echec", "dit"),
    [
        ({"rcpt": {"*": "550 5.1.1 inconnu ici"}}, EchecDefinitif, "refuse le destinataire : 550 5.1.1 inconnu ici"),
        ({"rcpt": {"*": "450 4.2.1 plus tard"}}, EchecTemporaire, "refuse le destinataire : 450 4.2.1 plus tard"),
        ({"data": "554 5.7.1 contenu refuse"}, EchecDefinitif, "refuse le message : 554"),
        ({"data": "451 4.3.0 plus tard"}, EchecTemporaire, "refuse le message : 451"),
        ({"mail": "552 5.3.4 trop grand"}, EchecDefinitif, "refuse le message : 552"),
        ({"mail": "550 5.7.1 qui etes-vous"}, EchecServeur, "refuse l'expéditeur : 550"),
        ({"couper": "mail"}, EchecServeur, "coupé la connexion"),
        ({"couper": "rcpt"}, EchecServeur, "coupé la connexion"),
        ({"couper": "data"}, EchecServeur, "coupé la connexion"),
    ],
    ids=lambda v: str(v) if isinstance(v, dict) else "",
)
def test_refus__error(tmp_path: Path, consigne: dict[str, Any], echec: type[EchecCourrier], dit: str) -> None:
    with boite_ouverte(tmp_path, **consigne) as boite:
        with pytest.raises(EchecCourrier, match=dit) as pris:
            courrier(boite).envoyer(MESSAGE)
        assert type(pris.value) is echec
        assert boite.recus() == []
        boite.consigner()
        courrier(boite).envoyer(MESSAGE)
        assert len(boite.recus()) == 1


@pytest.mark.exigence("R2.2")
def test_serveur_eteint_ou_muet__error(tmp_path: Path) -> None:
    with boite_ouverte(tmp_path) as boite:
        envoi = courrier(boite)
    with pytest.raises(EchecServeur, match=rf"127\.0\.0\.1:{boite.port} est hors d'atteinte"):
        envoi.envoyer(MESSAGE)
    with socket.create_server(("127.0.0.1", 0)) as muet:
        boite.port = muet.getsockname()[1]
        with pytest.raises(EchecServeur, match=r"n'a pas répondu en 0\.2 s"):
            courrier(boite, delai=0.2).envoyer(MESSAGE)


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize("genre", [Chiffrement.STARTTLS, Chiffrement.TLS])
def test_connexion_chiffree__ok(tmp_path: Path, genre: Chiffrement) -> None:
    with boite_ouverte(tmp_path, genre.value, identification=["esav", SECRET]) as boite:
        acces = {"utilisateur": "esav", "mot_de_passe": SECRET, "autorites": str(boite.autorites)}
        courrier(boite, chiffrement=genre, **acces).envoyer(MESSAGE)
        assert [recu["Message-ID"] for recu in boite.recus()] == [f"<{MESSAGE.identifiant}>"]


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize("genre", [Chiffrement.STARTTLS, Chiffrement.TLS])
@pytest.mark.parametrize(("nom", "connue"), [("autre.example", True), ("127.0.0.1", False)])
def test_certificat_d_un_autre__error(tmp_path: Path, genre: Chiffrement, nom: str, connue: bool) -> None:
    with boite_ouverte(tmp_path, genre.value, nom) as boite:
        autorites = str(boite.autorites) if connue else ""
        with pytest.raises(EchecServeur, match=r"certificat du serveur de courrier .* n'est pas reconnu"):
            courrier(boite, chiffrement=genre, autorites=autorites).envoyer(MESSAGE)
        assert boite.recus() == []


@pytest.mark.exigence("R2.2")
def test_jamais_en_clair_quand_starttls_est_demande__error(tmp_path: Path) -> None:
    with boite_ouverte(tmp_path) as boite:
        with pytest.raises(EchecServeur, match="n'offre pas STARTTLS"):
            courrier(boite, chiffrement=Chiffrement.STARTTLS).envoyer(MESSAGE)
        assert boite.recus() == []


@pytest.mark.exigence("R2.2")
def test_tls_vers_un_serveur_qui_ne_le_parle_pas__error(tmp_path: Path) -> None:
    with boite_ouverte(tmp_path) as boite:
        with pytest.raises(EchecServeur, match=r"connexion chiffrée .* échoue"):
            courrier(boite, chiffrement=Chiffrement.TLS).envoyer(MESSAGE)
        assert boite.recus() == []
    with pytest.raises(FileNotFoundError):
        courrier(boite, chiffrement=Chiffrement.TLS, autorites=str(tmp_path / "rien.pem"))


@pytest.mark.exigence("R2.2")
def test_le_mot_de_passe_ne_se_voit_nulle_part__error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with boite_ouverte(tmp_path, identification=["esav", "un autre"]) as boite:
        envoi = courrier(boite, utilisateur="esav", mot_de_passe=SECRET)
        with pytest.raises(EchecServeur, match=r"refuse l'utilisateur ou le mot de passe \(code 535\)") as pris:
            envoi.envoyer(MESSAGE)
        assert pris.value.__cause__ is None
        assert pris.value.__suppress_context__
        with pytest.raises(EchecServeur, match="refuse l'expéditeur : 530"):
            courrier(boite).envoyer(MESSAGE)
    reglages = ReglagesSmtp("h", 1, Chiffrement.TLS, EXPEDITEUR, utilisateur="esav", mot_de_passe=SECRET)
    assert SECRET not in f"{pris.value!r}{reglages!r}{vars(envoi)}{caplog.text}"


@pytest.mark.exigence("R2.2")
def test_adieu_manque_apres_l_acceptation__ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def adieu(_: object) -> None:
        raise ConnectionResetError

    with boite_ouverte(tmp_path) as boite:
        monkeypatch.setattr("smtplib.SMTP.quit", adieu)
        courrier(boite).envoyer(MESSAGE)
        assert len(boite.recus()) == 1
