"""``esav pki``: files and their rights, the phrase, refusals, what goes to which output, exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from esav_soap import pki
from esav_soap.avis import Operateur
from esav_soap.souscription import Acces, BonDeCommande, Souscription
from esav_soap.store import Magasin, ouvrir
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]

PRESENT = [datetime(2030, 3, 1, 9, 0, tzinfo=UTC)]
PHRASE = "une phrase très secrète"
BON = BonDeCommande(
    *("CTR-1-ESAV", "AFF-1", "Opérateur", "73282932000074", "Jeanne Martin", "+33123456789", "sav@op.example"),
    adresse=("1 rue des Essais",),
    acces=frozenset({Acces.INTEGRE}),
)


def present() -> datetime:
    return PRESENT[0]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> Path:
    """An empty folder as the current one; a store where OPA and OPB have subscribed."""
    PRESENT[0] = datetime(2030, 3, 1, 9, 0, tzinfo=UTC)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ESAV_STORE", f"sqlite:///{tmp_path}/esav.db")
    monkeypatch.setenv("ESAV_HORLOGE", f"{__name__}:present")
    monkeypatch.setitem(sys.modules, __name__, sys.modules[present.__module__])
    with magasin() as base:
        for code in ("OPA", "OPB"):
            base.declarer_operateur(Operateur(code, f"Opérateur {code}", f"sav@{code.lower()}.example"))
            base.enregistrer_souscription(Souscription(code, BON, PRESENT[0] - timedelta(days=1)))
    return tmp_path


def magasin() -> Magasin:
    return ouvrir(os.environ["ESAV_STORE"])


@pytest.fixture
def esav(place: Path, lancer: Lancer) -> Callable[..., str]:
    """Runs a command that must succeed; its output."""

    def executer(*arguments: str) -> str:
        code, sortie, erreurs = lancer(*arguments)
        assert code == 0, erreurs
        return sortie

    executer("pki", "init", "--sans-phrase")
    return executer


def certificats() -> dict[str, tuple[str, bool]]:
    with magasin() as base:
        return {c.empreinte: (c.titulaire, c.revoque_le is not None) for c in base.certificats()}


@pytest.mark.exigence("R6.2")
def test_init_la_cle_est_chiffree_et_reservee(place: Path, lancer: Lancer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESAV_PKI_PHRASE", PHRASE)
    code, sortie, erreurs = lancer("pki", "init", "--nom", "AC d'essai", "--duree", "5")
    assert code == 0
    fichier = place / "var/pki/autorite.pem"
    assert (fichier.stat().st_mode & 0o777, fichier.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    contenu = fichier.read_bytes()
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in contenu
    assert PHRASE not in sortie + erreurs
    assert [f.name for f in fichier.parent.iterdir()] == ["autorite.pem"]
    with magasin() as base:
        (autorite,) = base.autorites()
        assert (autorite.nom, autorite.fin) == ("AC d'essai", datetime(2035, 3, 1, 9, 0, tzinfo=UTC))
        assert b"PRIVATE" not in autorite.der
        assert autorite.crl is not None
        pki.verifier_crl(autorite.crl, autorite.der, PRESENT[0])
    code, sortie, _ = lancer("pki", "init")
    assert (code, "rien n'a changé" in sortie, fichier.read_bytes()) == (0, True, contenu)


@pytest.mark.exigence("R6.2")
def test_init_phrase_demandee_deux_fois(place: Path, lancer: Lancer, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, erreurs = lancer("pki", "init")
    assert (code, "ESAV_PKI_PHRASE" in erreurs) == (2, True), "nobody can be asked here"
    demandes: list[dict[str, object]] = []

    def demander(question: str, **options: object) -> str:
        demandes.append(options)
        return PHRASE

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "prompt", demander)
    assert lancer("pki", "init")[0] == 0
    assert [(o["hide_input"], bool(o["confirmation_prompt"])) for o in demandes] == [(True, True)]
    assert lancer("pki", "crl")[0] == 0
    assert [(o["hide_input"], bool(o["confirmation_prompt"])) for o in demandes[1:]] == [(True, False)]


@pytest.mark.exigence("R6.2")
def test_mauvaise_phrase_ou_fichier_ouvert__error(place: Path, lancer: Lancer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESAV_PKI_PHRASE", PHRASE)
    assert lancer("pki", "init")[0] == 0
    monkeypatch.setenv("ESAV_PKI_PHRASE", "une autre")
    code, _, erreurs = lancer("pki", "crl")
    assert (code, "phrase secrète est fausse" in erreurs, "une autre" in erreurs) == (1, True, False)
    monkeypatch.setenv("ESAV_PKI_PHRASE", PHRASE)
    fichier = place / "var/pki/autorite.pem"
    fichier.chmod(0o640)
    code, _, erreurs = lancer("pki", "crl")
    assert (code, "chmod 600" in erreurs) == (1, True)
    fichier.chmod(0o600)
    fichier.write_bytes(b"abime")
    assert lancer("pki", "crl")[0] == 1
    fichier.unlink()
    code, _, erreurs = lancer("pki", "crl")
    assert (code, "esav pki init" in erreurs) == (1, True)


@pytest.mark.exigence("R6.2")
def test_init_dossier_ouvert_a_d_autres__error(place: Path, lancer: Lancer) -> None:
    (place / "ouvert").mkdir(mode=0o755)
    (place / "ouvert").chmod(0o755)
    code, _, erreurs = lancer("pki", "init", "--sans-phrase", "--pki", "ouvert")
    assert (code, "chmod 700" in erreurs, list((place / "ouvert").iterdir())) == (1, True, [])


@pytest.mark.exigence("R6.2")
def test_init_interrompue_apres_la_cle_reprend(place: Path, lancer: Lancer, monkeypatch: pytest.MonkeyPatch) -> None:
    from esav_soap.usecases.pki import autorites

    def mourir(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as coupe:
        coupe.setattr(autorites, "inscrire_interne", mourir)
        assert lancer("pki", "init", "--sans-phrase")[0] == 130
    cle = (place / "var/pki/autorite.pem").read_bytes()
    code, sortie, _ = lancer("pki", "init")
    assert (code, "en service" in sortie) == (0, True)
    assert (place / "var/pki/autorite.pem").read_bytes() == cle
    with magasin() as base:
        assert len(base.autorites()) == 1


@pytest.mark.exigence("R6.2")
def test_une_seconde_autorite_ailleurs(esav: Callable[..., str], lancer: Lancer) -> None:
    code, _, erreurs = lancer("pki", "init", "--sans-phrase", "--pki", "autre")
    assert (code, "AUTORITE_DEJA_FAITE" in erreurs, Path("autre").exists()) == (1, True, False)
    esav("pki", "init", "--sans-phrase", "--pki", "autre", "--succession", "--nom", "AC suivante")
    assert "AC suivante" in esav("pki", "ca", "list")


@pytest.mark.exigence("R6.2")
def test_du_csr_au_certificat(esav: Callable[..., str], lancer: Lancer) -> None:
    esav("pki", "csr", "OPA")
    assert Path("OPA.key").stat().st_mode & 0o777 == 0o600
    notee = esav("pki", "request", "OPA.csr", "--titulaire", "OPA", "--recue-le", "2030-02-28")
    assert "Demande 1 notée" in notee
    assert "21/03/2030" in notee
    code, sortie, erreurs = lancer("pki", "issue", "1")
    assert code == 0
    faits = pki.lire(sortie.encode())
    assert faits.nom == "OPA"
    assert sortie.startswith("-----BEGIN CERTIFICATE-----\n"), "nothing but the certificate on the output"
    assert sortie.endswith("-----END CERTIFICATE-----\n")
    assert faits.empreinte in erreurs
    assert certificats() == {faits.empreinte: ("OPA", False)}
    esav("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--sortie", "opa.pem")
    assert Path("opa.pem").read_text() == sortie, "the same CSR gets the same certificate"
    code, _, erreurs = lancer("pki", "issue", "1", "--sortie", "opa.pem")
    assert (code, "existe déjà" in erreurs) == (2, True)
    code, _, erreurs = lancer("pki", "issue", "1", "--titulaire", "OPA")
    assert (code, "numéro" in erreurs) == (2, True)
    code, _, erreurs = lancer("pki", "issue", "OPA.csr")
    assert (code, "--titulaire" in erreurs) == (2, True)
    assert lancer("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--mois", "3", "--fin", "2031-01-01")[0] == 2
    assert lancer("pki", "issue", "1", "--nouveau")[0] == 2


@pytest.mark.exigence("R6.2")
def test_duree_demandee(esav: Callable[..., str]) -> None:
    esav("pki", "csr", "OPA", "--rsa")
    pem = esav("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--mois", "3", "--plateforme", "integration")
    faits = pki.lire(pem.encode())
    assert (faits.fin, faits.cle.algorithme) == (datetime(2030, 6, 1, 8, 0, tzinfo=UTC), "RSA")
    fin = pki.lire(esav("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--fin", "2031-01-01").encode()).fin
    assert fin == datetime(2030, 12, 31, 23, 0, tzinfo=UTC)


@pytest.mark.exigence("R6.2")
def test_refus_toutes_les_raisons_code_1(esav: Callable[..., str], lancer: Lancer) -> None:
    esav("pki", "csr", "OPA")
    code, sortie, erreurs = lancer("pki", "request", "OPA.csr", "--titulaire", "OPX", "--recue-le", "2031-01-01")
    assert (code, sortie) == (1, "")
    assert [ligne.partition(" :")[0] for ligne in erreurs.splitlines()] == [
        "TITULAIRE_INCONNU",
        "NOM_DEJA_PRIS",
        "DATE_FUTURE",
        "Refusé",
    ]
    assert "3 raisons" in erreurs
    code, _, erreurs = lancer("pki", "request", "OPA.key", "--titulaire", "OPA")
    assert (code, "CLE_PRIVEE" in erreurs) == (1, True)
    assert "PRIVATE KEY" not in erreurs
    assert "Rien encore" not in esav("pki", "list")
    assert json.loads(esav("pki", "list", "--format", "json"))["demandes"] == []


@pytest.mark.exigence("R6.2")
@pytest.mark.parametrize("nom", ["OPA.csr", "OPA.key"])
def test_csr_ne_suit_pas_un_lien__error(lancer: Lancer, tmp_path: Path, nom: str) -> None:
    """One that somebody put there and that leads nowhere yet."""
    dossier = tmp_path / "liens"
    dossier.mkdir()
    (dossier / nom).symlink_to(tmp_path / "ailleurs")
    assert lancer("pki", "csr", "OPA", "--dossier", str(dossier))[0] == 2
    assert [chemin.name for chemin in dossier.iterdir()] == [nom]
    assert not (tmp_path / "ailleurs").exists()


@pytest.mark.exigence("R6.2")
def test_csr_n_ecrase_rien__error(esav: Callable[..., str], lancer: Lancer) -> None:
    esav("pki", "csr", "OPA")
    avant = Path("OPA.key").read_bytes()
    assert lancer("pki", "csr", "OPA")[0] == 2
    assert Path("OPA.key").read_bytes() == avant
    Path("OPA.key").unlink()
    assert lancer("pki", "csr", "OPA")[0] == 2
    assert not Path("OPA.key").exists()
    assert lancer("pki", "csr", "../OPA")[0] == 2
    esav("pki", "csr", "OPA", "--dossier", "essais/neuf")
    assert Path("essais/neuf/OPA.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.exigence("R6.2")
def test_serveur(esav: Callable[..., str], lancer: Lancer) -> None:
    esav("pki", "server", "localhost", "127.0.0.1", "--mois", "3")
    assert pki.lire(Path("localhost.pem").read_bytes()).nom == "localhost"
    assert Path("localhost.key").stat().st_mode & 0o777 == 0o600
    assert lancer("pki", "server", "localhost")[0] == 2
    code, _, erreurs = lancer("pki", "server", "pas un nom")
    assert (code, "NOM_DE_SERVEUR" in erreurs) == (1, True)
    assert certificats() == {}, "a server's certificate calls nobody"


@pytest.mark.exigence("R6.2")
def test_revoquer(esav: Callable[..., str], lancer: Lancer, monkeypatch: pytest.MonkeyPatch) -> None:
    esav("pki", "csr", "OPA")
    esav("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--sortie", "opa.pem")
    (empreinte,) = certificats()
    code, _, erreurs = lancer("pki", "revoke", "opa.pem", "--motif", "vol")
    assert (code, "--oui" in erreurs) == (2, True)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "non")
    assert lancer("pki", "revoke", empreinte[:8], "--motif", "vol")[0] == 1
    assert certificats() == {empreinte: ("OPA", False)}
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "oui")
    code, sortie, erreurs = lancer("pki", "revoke", empreinte[:8], "--motif", "vol")
    assert (code, sortie) == (0, "1 certificat révoqué.\n")
    assert "DERNIER_CERTIFICAT" in erreurs
    assert certificats() == {empreinte: ("OPA", True)}
    code, sortie, _ = lancer("pki", "explain", "opa.pem")
    assert (code, "CERTIFICAT_REFUSE, REVOQUE" in sortie) == (1, True)
    assert lancer("pki", "revoke", "abcdef01", "opa.pem", "--motif", "x", "--oui")[0] == 1


@pytest.mark.exigence("R6.2")
def test_revoquer_sans_la_cle(esav: Callable[..., str], lancer: Lancer, place: Path) -> None:
    esav("pki", "csr", "OPA")
    esav("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--sortie", "opa.pem")
    (place / "var/pki").rename(place / "ailleurs")
    code, _, erreurs = lancer("pki", "revoke", "opa.pem", "--motif", "vol", "--oui")
    assert (code, "ESAV_PKI" in erreurs) == (1, True)
    assert [revoque for _, revoque in certificats().values()] == [False]
    code, _, erreurs = lancer("pki", "revoke", "opa.pem", "--motif", "vol", "--oui", "--sans-crl")
    assert (code, "esav pki crl" in erreurs) == (0, True)
    assert [revoque for _, revoque in certificats().values()] == [True]
    assert "1 révocation" in esav("pki", "crl", "--pki", "ailleurs")


@pytest.mark.exigence("R6.2")
def test_crl_dit_quand_elle_est_a_refaire(esav: Callable[..., str], lancer: Lancer) -> None:
    assert "31/03/2030 à 11:00" in esav("pki", "crl", "--verifier")
    PRESENT[0] += timedelta(days=24)
    assert lancer("pki", "crl", "--verifier")[0] == 1
    PRESENT[0] += timedelta(days=7)
    code, sortie, _ = lancer("pki", "crl", "--verifier")
    assert (code, "PÉRIMÉE" in sortie) == (1, True)
    assert "PÉRIMÉE" in esav("pki", "list", "--echeances")
    assert "01/06/2030" in esav("pki", "crl", "--jusqu-a", "2030-06-01")
    assert lancer("pki", "crl", "--verifier")[0] == 0
    assert lancer("pki", "crl", "--verifier", "--jusqu-a", "2030-06-01")[0] == 2
    assert lancer("pki", "crl", "--jusqu-a", "2030-01-01")[0] == 1


@pytest.mark.exigence("R6.2")
def test_liste_json_et_echeances(esav: Callable[..., str]) -> None:
    esav("pki", "csr", "OPA")
    esav("pki", "csr", "OPB")
    esav("pki", "request", "OPB.csr", "--titulaire", "OPB", "--recue-le", "2030-01-10")
    esav("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--fin", "2030-04-10", "--sortie", "opa.pem")
    lu = json.loads(esav("pki", "list", "--format", "json"))
    (demande,), (certificat,), (liste,) = lu["demandes"], lu["certificats"], lu["listes"]
    assert (demande["titulaire"], demande["echeance"], demande["enRetard"]) == ("OPB", "2030-01-31", True)
    assert {
        n: certificat[n] for n in ("titulaire", "role", "refus", "etape", "releve", "aFaire", "renouvelerAvant")
    } == {
        "titulaire": "OPA",
        "role": "OPERATEUR",
        "refus": None,
        "etape": "PREPARER",
        "releve": None,
        "aFaire": True,
        "renouvelerAvant": "2030-03-20T00:00:00+01:00",
    }
    assert (liste["interne"], liste["perimee"], liste["jusquA"]) == (True, False, "2030-03-31T11:00:00+02:00")
    table = esav("pki", "list", "--echeances")
    assert "EN RETARD" in table
    assert "À RENOUVELER" in table
    assert "2 points à traiter" in table
    esav("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--nouveau", "--sortie", "suite.pem")
    esav("pki", "dismiss", "1")
    assert esav("pki", "list", "--echeances") == "Rien à faire.\n"
    assert "suite prise par" in esav("pki", "list")


@pytest.mark.exigence("R6.2")
def test_expliquer(esav: Callable[..., str], lancer: Lancer, monkeypatch: pytest.MonkeyPatch) -> None:
    esav("pki", "csr", "OPA")
    pem = esav("pki", "issue", "OPA.csr", "--titulaire", "OPA", "--plateforme", "integration")
    (empreinte,) = certificats()
    dit = esav("pki", "explain", empreinte[:10])
    assert "Réponse sur integration : ADMIS" in dit
    assert "REFUS" not in dit
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pem.encode())))
    assert esav("pki", "explain", "-") == dit
    code, sortie, _ = lancer("pki", "explain", empreinte, "--plateforme", "production")
    assert (code, "CERTIFICAT_REFUSE, PLATEFORME_INTERDITE" in sortie) == (1, True)
    code, _, erreurs = lancer("pki", "explain", "absent.pem")
    assert (code, "EMPREINTE_MAL_FORMEE" in erreurs) == (1, True)
    Path("texte").write_text("bonjour")
    code, sortie, _ = lancer("pki", "explain", "texte")
    assert (code, "ILLISIBLE" in sortie) == (1, True)
    assert lancer("pki", "explain", ".")[0] == 1


@pytest.mark.exigence("R6.2")
def test_autorites_reconnues(esav: Callable[..., str], lancer: Lancer) -> None:
    instant = PRESENT[0]
    paire = pki.creer_autorite("AC externe", instant, instant + timedelta(days=3650))
    externe = pki.AutoriteInterne(paire.der, paire.cle_pem)
    Path("ac.pem").write_bytes(pki.en_pem(paire.der))
    csr = pki.nouvelle_cle_et_csr("x")[1]
    fin = instant + timedelta(days=365)
    der = externe.delivrer_client(csr, "OPA", "X", instant, fin)
    Path("opa.der").write_bytes(der)
    code, _, erreurs = lancer("pki", "register", "opa.der", "--titulaire", "OPA")
    assert (code, "AUTORITE_INCONNUE" in erreurs) == (1, True)
    esav("pki", "ca", "add", "ac.pem", "--nom", "Externe")
    assert "Certificat enregistré : OPA" in esav("pki", "register", "opa.der", "--titulaire", "OPA")
    assert "déjà enregistré" in esav("pki", "register", "opa.der", "--titulaire", "OPA")
    numero = pki.lire(der).numero_serie
    Path("ac.crl").write_bytes(externe.crl([(numero, instant)], instant, instant + timedelta(days=10), 1))
    assert f"Révoqué par cette liste : {pki.empreinte(der)[:16]}  OPA" in esav("pki", "ca", "crl", "Externe", "ac.crl")
    code, sortie, _ = lancer("pki", "explain", "opa.der")
    assert (code, "REVOQUE" in sortie) == (1, True)
    assert lancer("pki", "ca", "remove", "Externe")[0] == 2
    esav("pki", "ca", "remove", "Externe", "--oui")
    assert "RETIRÉE" in esav("pki", "ca", "list")
    code, _, erreurs = lancer("pki", "ca", "crl", "Externe", "ac.crl")
    assert (code, "AUTORITE_NON_TROUVEE" in erreurs) == (1, True)
