"""Settings: from the environment and the command line, all that is wrong said at once."""

from __future__ import annotations

import socket
from dataclasses import fields

import pytest

from esav_soap.bootstrap.ecoutes import verifier_adresse
from esav_soap.bootstrap.noeud import identite
from esav_soap.bootstrap.reglages import Reglages, lire_reglages
from esav_soap.certificats import Role
from esav_soap.errors import CodeErreur, ErreurEsav, ReglageInvalide
from esav_soap.soap.identite import entete_locale
from esav_soap.usecases.droits import Identifie

#: Values of the settings that take no 7.
PARTICULIERES = {
    "adresse": "127.0.0.1:1",
    "url_publique": "https://esav.example",
    "smtp_chiffrement": "tls",
    "smtp_expediteur": "esav@esav.example",
    "worker": "non",
    "homologation": "non",
    "adresse_http": "127.0.0.1:2",
    "socket_mandataire": "/run/esav/mandataire.sock",
    "notifications_reseaux": "10.20.0.0/16",
    "verrouillage": "non",
    "archivage_jours": "91",
    "journal": "json",
}
#: What some settings need beside them.
NECESSAIRES = {
    "smtp_hote": {"ESAV_SMTP_EXPEDITEUR": "esav@esav.example", "ESAV_URL_PUBLIQUE": "https://x.fr"},
    "tls_certificat": {"ESAV_TLS_CLE": "cle.pem"},
    "tls_cle": {"ESAV_TLS_CERTIFICAT": "certificat.pem"},
    "notifications_certificat": {"ESAV_NOTIFICATIONS_CLE": "cle.pem"},
    "notifications_cle": {"ESAV_NOTIFICATIONS_CERTIFICAT": "certificat.pem"},
}


def refus(environnement: dict[str, str], **donnes: object) -> str:
    with pytest.raises(ReglageInvalide) as pris:
        lire_reglages(environnement, **donnes)
    return str(pris.value)


@pytest.mark.exigence("R9")
def test_par_defaut_et_par_l_environnement__ok() -> None:
    assert lire_reglages({}) == Reglages()
    assert lire_reglages({"ESAV_FILS": "", "ESAV_STORE": ""}) == Reglages()
    lus = lire_reglages({"ESAV_STORE": "sqlite:///x", "ESAV_FILS": "3", "AUTRE": "1"}, processus=2, store=None, fils=4)
    assert (lus.store, lus.fils, lus.processus) == ("sqlite:///x", 4, 2)
    for champ in fields(Reglages):
        valeur = PARTICULIERES.get(champ.name, "7")
        necessaires = NECESSAIRES.get(champ.name, {})
        lu = getattr(lire_reglages(necessaires | {f"ESAV_{champ.name.upper()}": valeur}), champ.name)
        assert str(lu) == valeur
        assert type(lu) is type(champ.default)


@pytest.mark.exigence("R9")
def test_forme_du_journal_inconnue__error() -> None:
    assert refus({"ESAV_JOURNAL": "xml"}) == "ESAV_JOURNAL doit être texte ou json, pas « xml »"


@pytest.mark.exigence("R9")
def test_toutes_les_fautes_a_la_fois__error() -> None:
    dit = refus({"ESAV_FILS": "x", "ESAV_PROCESSUS": "0", "ESAV_TAILLE_MAX": "-1", "ESAV_ADRESSE": "ici"})
    for nom in ("ESAV_FILS", "ESAV_PROCESSUS", "ESAV_TAILLE_MAX", "ESAV_ADRESSE"):
        assert nom in dit


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    "adresse", ["x", "8080", ":8080", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "h:p", "h:-1"]
)
def test_adresse_illisible__error(adresse: str) -> None:
    assert "ESAV_ADRESSE" in refus({}, adresse=adresse)


@pytest.mark.exigence("R9")
def test_url_publique__ok() -> None:
    assert lire_reglages({}).base_url == "http://127.0.0.1:8080"
    assert lire_reglages({}, url_publique="https://esav.example/x/").base_url == "https://esav.example/x"


@pytest.mark.exigence("R6.3")
def test_homologation__ok() -> None:
    assert lire_reglages({}).homologation == "exigee"
    assert lire_reglages({"ESAV_HOMOLOGATION": "non", "ESAV_IDENTITE": "locale"}).homologation == "non"


@pytest.mark.exigence("R6.3")
def test_homologation_hors_d_un_essai__error() -> None:
    for valeurs in ({"ESAV_HOMOLOGATION": "oui"}, {"ESAV_HOMOLOGATION": "non", "ESAV_IDENTITE": "paquet:source"}):
        dit = refus({**valeurs, "ESAV_FILS": "x"})
        assert "ESAV_HOMOLOGATION" in dit
        assert "ESAV_FILS" in dit


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("url", ["toto", "esav.example", "ftp://esav.example", "https://", "https://esav.example/?x=1"])
def test_url_publique_mal_ecrite__error(url: str) -> None:
    with pytest.raises(ReglageInvalide, match="ESAV_URL_PUBLIQUE"):
        lire_reglages({"ESAV_URL_PUBLIQUE": url})


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("adresse", ["0.0.0.0:80", "10.0.0.1:80", "[::]:80", "esav.example:80", "127.0.0.1.evil:80"])
@pytest.mark.parametrize("source", ["", "locale"])
def test_hors_de_la_boucle_sans_identite__error(adresse: str, source: str) -> None:
    with pytest.raises(ReglageInvalide, match="ESAV_IDENTITE"):
        identite(Reglages(adresse=adresse, identite=source))


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("adresse", ["127.0.0.1:80", "localhost:80", "[::1]:80"])
def test_sur_la_boucle_l_en_tete_suffit__ok(adresse: str) -> None:
    assert identite(Reglages(adresse=adresse)) is entete_locale


@pytest.mark.exigence("R6.1")
def test_source_d_identite__ok() -> None:
    source = identite(Reglages(adresse="0.0.0.0:80", identite="esav_soap.soap.identite:entete_locale"))
    assert source is entete_locale


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("source", ["pas.la:f", "os", "os:", ":f", "os:rien", "os:sep", "locale:x"])
def test_source_d_identite_inutilisable__error(source: str) -> None:
    with pytest.raises(ReglageInvalide, match="ESAV_IDENTITE"):
        identite(Reglages(identite=source))


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize(
    ("valeur", "code"),
    [
        ("OPA", "OPA"),
        (" OPA ", "OPA"),
        ("A-1_B", "A-1_B"),
        ("opa", None),
        ("", None),
        ("A B", None),
        ("A\nB", None),
        ("A" * 40, "A" * 40),
        ("A" * 41, None),
        ("OPÉ", None),
        ("-A", None),
        (None, None),
    ],
)
def test_entete_locale__ok(valeur: str | None, code: str | None) -> None:
    environ = {} if valeur is None else {"HTTP_X_ESAV_OPERATEUR": valeur}
    if code is not None:
        assert entete_locale(environ) == Identifie(code)
        assert entete_locale({**environ, "HTTP_X_ESAV_ROLE": "PUBLIEUR"}) == Identifie(code, Role.PUBLIEUR)
        return
    with pytest.raises(ErreurEsav, match="X-Esav-Operateur") as pris:
        entete_locale(environ)
    assert pris.value.code is CodeErreur.CERTIFICAT_REFUSE


@pytest.mark.exigence("R9")
def test_adresse_prise__error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as prise:
        port = prise.getsockname()[1]
        with pytest.raises(ReglageInvalide, match="déjà prise"):
            verifier_adresse(f"127.0.0.1:{port}")
    assert verifier_adresse(f"127.0.0.1:{port}") is None  # type: ignore[func-returns-value]
    with pytest.raises(ReglageInvalide, match="Impossible d'écouter"):
        verifier_adresse("192.0.2.1:80")
