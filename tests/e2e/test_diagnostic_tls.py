"""``diagnostiquerConnexion`` and the warning of a certificate that ends, over real TLS connections and a proxy's socket."""

from __future__ import annotations

import http.client
import shutil
import socket
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from esav_soap import pki
from esav_soap.client import ClientEsav, JeuDeTest
from esav_soap.souscription import Souscription
from esav_soap.store import ouvrir
from tests.e2e import tls
from tests.e2e.conftest import preparer
from tests.e2e.soap import TYPES, WS, Reponse, depot, enveloppe, requete
from tests.e2e.tls import DEBUT, MAINTENANT, Appelant, Piece, ServeurTls

DIAGNOSTIC = enveloppe(requete("diagnostiquerConnexion"))
BIENTOT = MAINTENANT + timedelta(days=20)
#: Certificate -> the opérateur that it is registered for, and its end.
CERTIFICATS = {
    "dure": ("OPA", tls.FIN),
    "finit": ("OPB", BIENTOT),
    "releve": ("OPA", BIENTOT),
    "revoque": ("OPA", tls.FIN),
    "neuf": ("NEUF", tls.FIN),
}


@dataclass(frozen=True)
class Monde:
    serveur: ServeurTls
    store: str
    prise: str
    pieces: dict[str, Piece]
    empreintes: dict[str, str]


@pytest.fixture(scope="module")
def monde(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monde]:
    store = f"sqlite:///{tmp_path_factory.mktemp('diagnostic')}/esav.db"
    preparer(store)
    ac = tls.autorite("AC du diagnostic")
    pieces = {nom: ac.certificat(titulaire, fin=fin) for nom, (titulaire, fin) in CERTIFICATS.items()}
    empreintes = {}
    with ouvrir(store) as magasin:
        tls.reconnaitre(magasin, ac)
        for nom, (titulaire, _) in CERTIFICATS.items():
            empreintes[nom] = tls.enregistrer(magasin, pieces[nom], ac, titulaire)
        magasin.revoquer_certificats([empreintes["revoque"]], MAINTENANT, "compromis")
        tls.souscrire(magasin, "OPA")
        tls.souscrire(magasin, "OPB")
        magasin.enregistrer_souscription(Souscription("NEUF", tls.BON, DEBUT))
    pieces["inconnu"] = ac.certificat()
    dossier = tempfile.mkdtemp(prefix="esav")  # short: a socket's path has 107 bytes at most
    prise = f"{dossier}/m.sock"
    try:
        env = {"ESAV_SOCKET_MANDATAIRE": prise}
        with tls.serveur_tls(store, tmp_path_factory.mktemp("serveur"), env) as serveur:
            yield Monde(serveur, store, prise, pieces, empreintes)
    finally:
        shutil.rmtree(dossier)


def diagnostiquer(monde: Monde, nom: str | None, plateforme: str = "production") -> Reponse:
    with Appelant(monde.serveur.port, monde.pieces[nom] if nom else None) as appelant:
        reponse = appelant.demander("POST", f"/{plateforme}/ws/1/information", DIAGNOSTIC)
    assert (reponse.statut, reponse.refus) == (200, None), reponse.octets
    return reponse


def par_mandataire(monde: Monde, entetes: dict[str, str]) -> Reponse:
    """As a reverse proxy would pass the request on."""
    connexion = http.client.HTTPConnection("esav.example")
    connexion.sock = socket.socket(socket.AF_UNIX)
    try:
        connexion.sock.settimeout(30)
        connexion.sock.connect(monde.prise)
        connexion.request("POST", "/production/ws/1/information", DIAGNOSTIC, {"Content-Type": TYPES["1.1"], **entetes})
        recue = connexion.getresponse()
        return Reponse(recue.status, dict(recue.getheaders()), recue.read())
    finally:
        connexion.close()


@pytest.mark.exigence("R6.1", "R6.2")
def test_le_certificat_vu__ok(monde: Monde) -> None:
    lu = diagnostiquer(monde, "dure")
    assert [lu.texte(nom) for nom in ("accepte", "identification", "operateur", "role", "plateforme")] == [
        *("true", "CERTIFICAT", "OPA", "OPERATEUR", "production")
    ]
    assert lu.texte("empreinte") == monde.empreintes["dure"]
    assert datetime.fromisoformat(lu.texte("dateHeureFin") or "") == tls.FIN
    assert abs(datetime.fromisoformat(lu.texte("dateHeureServeur") or "") - datetime.now(UTC)) < timedelta(minutes=1)
    assert lu.textes("homologue") == ["true"]
    assert [v.findtext(f"{WS}version") for v in lu.corps.iter(f"{WS}version") if len(v)] == ["2026.1", "2026.2"]
    assert lu.textes("avertissement") == []


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize(("nom", "motif"), [(None, "ABSENT"), ("inconnu", "NON_ENREGISTRE"), ("revoque", "REVOQUE")])
def test_qui_n_est_pas_reconnu_apprend_pourquoi__ok(monde: Monde, nom: str | None, motif: str) -> None:
    lu = diagnostiquer(monde, nom)
    assert [lu.texte(n) for n in ("accepte", "motif", "identification")] == ["false", motif, "CERTIFICAT"]
    assert (lu.texte("message") or "").startswith(f"{motif} : ")
    vue = pki.empreinte(monde.pieces[nom].der) if nom else None
    assert lu.texte("empreinte") == vue
    assert (lu.texte("sujet") is None) == (nom is None)
    for secret in ("operateur", "role", "homologue"):
        assert lu.texte(secret) is None


@pytest.mark.exigence("R6.1")
def test_par_un_mandataire__ok(monde: Monde) -> None:
    client_cert = f":{b64encode(monde.pieces['dure'].der).decode()}:"
    lu = par_mandataire(monde, {"Client-Cert": client_cert})
    assert (lu.texte("identification"), lu.texte("operateur")) == ("MANDATAIRE", "OPA")
    assert lu.texte("empreinte") == monde.empreintes["dure"]
    absent = par_mandataire(monde, {"X-Esav-Operateur": "OPA"})
    assert (absent.texte("accepte"), absent.texte("motif")) == ("false", "ABSENT")


@pytest.mark.exigence("R6.3", "R6.1")
def test_un_abonne_gagne_la_production__ok(monde: Monde) -> None:
    """The certificate alone is not enough: production opens with a call on integration, by a test prestation."""
    etat = enveloppe(requete("consulterEtat", referenceOperateur="RIEN"))
    essai = enveloppe(
        depot("2026.2", "ACCES_FTTH", "N-1", operation="validerSignalisation", prestation="JDT-ACCES_FTTH")
    )
    assert diagnostiquer(monde, "neuf").textes("homologue") == ["false"]
    with Appelant(monde.serveur.port, monde.pieces["neuf"]) as appelant:
        assert appelant.demander("POST", "/production/ws/1/suivi", etat).refus == "NON_HOMOLOGUE"
        reussi = appelant.demander("POST", "/integration/ws/1/depot/2026.2", essai)
        assert reussi.refus is None, reussi.octets
        assert appelant.demander("POST", "/production/ws/1/suivi", etat).refus == "SIGNALISATION_INCONNUE"
    lu = diagnostiquer(monde, "neuf")
    assert (lu.textes("homologue"), lu.texte("requete")) == (["true"], reussi.entetes["X-Request-Id"])


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize(("nom", "dit"), [("finit", True), ("releve", False), ("dure", False)])
def test_chaque_reponse_dit_que_le_certificat_finit__ok(monde: Monde, nom: str, dit: bool) -> None:
    reference, operateur = f"F-{uuid4().hex[:12]}", CERTIFICATS[nom][0]
    demandes = [
        ("information", requete("diagnostiquerConnexion")),
        ("depot/2026.2", depot("2026.2", "ACCES_FTTH", reference, operateur=operateur)),
        (
            "depot/2026.2",
            depot("2026.2", "ACCES_FTTH", reference, operateur=operateur, operation="validerSignalisation"),
        ),
        ("suivi", requete("consulterEtat", referenceOperateur=reference)),
        ("suivi", requete("consulterDetail", referenceOperateur=reference)),
    ]
    with Appelant(monde.serveur.port, monde.pieces[nom]) as appelant:
        for service, demande in demandes:
            reponse = appelant.demander("POST", f"/production/ws/1/{service}", enveloppe(demande))
            assert reponse.refus is None, reponse.octets
            dits = [a.findtext(f"{WS}code") for a in reponse.corps.iter(f"{WS}avertissement")]
            assert dits == ["CERTIFICAT_BIENTOT_EXPIRE"] * dit


@pytest.mark.exigence("R6.2", "R8")
def test_le_jeu_de_test_n_en_est_pas_trouble__ok(monde: Monde, tmp_path: Path) -> None:
    """A version that ends and a certificate that ends: each answer has two warnings that the printed ones have not."""
    (tmp_path / "client.pem").write_bytes(monde.pieces["finit"].pem())
    (tmp_path / "ca.pem").write_bytes(tls.du_serveur()[0])
    url = f"https://127.0.0.1:{monde.serveur.port}"
    with (
        ouvrir(monde.store) as magasin,
        ClientEsav(url, certificat=str(tmp_path / "client.pem"), ca=str(tmp_path / "ca.pem")) as client,
    ):
        lu = client.diagnostiquer()
        assert [a.code for a in lu.avertissement] == ["CERTIFICAT_BIENTOT_EXPIRE"]
        jeu = JeuDeTest(magasin.pack("2026.1") or b"")
        resultats = list(client.passer_jeu_de_test(jeu, offres=["ACCES_FTTH"]))
    assert len(resultats) > 5
    assert [r.code for r in resultats if not r.conforme] == []
