"""``esav notifications``: subscribing, trying, seeing, stopping, taking up again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from esav_soap.avis import Operateur
from esav_soap.store import ouvrir
from tests.integration.exemples import nouvelle
from tests.recepteur import pieces, recepteur_ouvert
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]

PRESENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def present() -> datetime:
    return PRESENT


@pytest.fixture
def adresse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> str:
    """A store with an opérateur, and one deposit before anybody subscribes."""
    adresse = f"sqlite:///{tmp_path}/esav.db"
    monkeypatch.setenv("ESAV_STORE", adresse)
    monkeypatch.setenv("ESAV_HORLOGE", "tests.unit.cli.test_notifications:present")
    with ouvrir(adresse) as magasin:
        magasin.declarer_operateur(Operateur("OPA", "Opérateur Alpha", "sav@opa.example"))
        magasin.deposer(nouvelle("REF-1"))
    return adresse


@pytest.mark.exigence("R3.5")
def test_de_l_abonnement_a_sa_fin__ok(
    adresse: str, lancer: Lancer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenues = pieces(tmp_path / "pieces", nom="127.0.0.1")
    monkeypatch.setenv("ESAV_NOTIFICATIONS_CERTIFICAT", tenues.certificat)
    monkeypatch.setenv("ESAV_NOTIFICATIONS_CLE", tenues.cle)
    monkeypatch.setenv("ESAV_NOTIFICATIONS_AUTORITES", tenues.autorites)
    with recepteur_ouvert(tenues) as recepteur:
        ou = f"https://127.0.0.1:{recepteur.port}/esav"
        code, dit, erreur = lancer("notifications", "abonner", "OPA", ou)
        assert (code, dit, erreur) == (0, "Opérateur OPA (production) : abonné, actif, à jour.\n", "")
        code, _, erreur = lancer("notifications", "essayer", "OPA")
        assert code == 1
        assert erreur.startswith("Erreur : RESEAU_INTERDIT : ")
        monkeypatch.setenv("ESAV_NOTIFICATIONS_RESEAUX", "127.0.0.0/8")
        code, dit, _ = lancer("notifications", "essayer", "OPA")
        assert (code, dit) == (0, f"Le récepteur {ou} a accusé réception de l'essai.\n")
        with ouvrir(adresse) as magasin:
            magasin.deposer(nouvelle("REF-2"))
            magasin.deposer(nouvelle("REF-3"))
        assert "actif, 2 en attente" in lancer("notifications", "list")[1]
        code, dit, _ = lancer("worker", "--une-fois")
        assert code == 0
        assert "Notifications reçues : 1, reportées : 0, arrêtées : 0." in dit
        assert [recue.rangs for recue in recepteur.recues] == [[], [2, 3]]
        dit = lancer("notifications", "list")[1]
        assert "actif, à jour" in dit
        assert "jusqu'au rang 3, dernier accusé le 23/11/2026 à 10:00" in dit
        assert lancer("notifications", "list", "--en-echec")[1] == "Aucun récepteur en échec.\n"
        # A failure, and what it tells.
        with ouvrir(adresse) as magasin:
            magasin.deposer(nouvelle("REF-4"))
        recepteur.repondre = lambda *_: (503, b"en travaux")
        assert "reportées : 1" in lancer("worker", "--une-fois")[1]
        dit = lancer("notifications", "list", "--en-echec")[1]
        for attendu in ("en échec depuis le 23/11/2026 à 10:00 (1 essai), 1 en attente", "HTTP 503 : en travaux"):
            assert attendu in dit
        assert lancer("notifications", "suspendre", "OPA")[0] == 0
        assert "suspendu le 23/11/2026 à 10:00, 1 en attente" in lancer("notifications", "list")[1]
        code, dit, _ = lancer("notifications", "reprendre", "OPA")
        assert (code, dit) == (0, "Notifications de l'opérateur OPA (production) reprises : 1 événement en attente.\n")
        code, dit, _ = lancer("notifications", "abonner", "OPA", f"{ou}/neuf", "--depuis-le-debut")
        assert (code, dit) == (0, "Opérateur OPA (production) : abonnement changé, actif, 4 en attente.\n")
        code, dit, _ = lancer("notifications", "retirer", "OPA")
        assert (code, dit) == (0, "Abonnement de l'opérateur OPA (production) retiré, après l'événement 0.\n")
    assert lancer("notifications", "list")[1] == "Aucun abonnement.\n"


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize(
    ("arguments", "code", "dit"),
    [
        (("abonner", "OPA", "http://sav.opa.example/"), 1, "PAS_HTTPS"),
        (("abonner", "O P A", "https://sav.opa.example/"), 1, "OPERATEUR"),
        (("abonner", "OPA", "https://sav.opa.example/", "--curseur", "2"), 1, "CURSEUR"),
        (
            ("abonner", "OPA", "https://sav.opa.example/", "--curseur", "1", "--depuis-le-debut"),
            2,
            "ne vont pas ensemble",
        ),
        (("abonner", "OPA", "https://sav.opa.example/", "--plateforme", "essai"), 2, "essai"),
        (("suspendre", "OPA"), 1, "INCONNU"),
        (("reprendre", "OPA"), 1, "INCONNU"),
        (("retirer", "OPA"), 1, "INCONNU"),
        (("essayer", "OPA"), 1, "ESAV_NOTIFICATIONS_CERTIFICAT"),
    ],
)
def test_ce_qui_est_refuse__error(
    adresse: str, lancer: Lancer, arguments: tuple[str, ...], code: int, dit: str
) -> None:
    rendu, sorti, erreur = lancer("notifications", *arguments)
    assert (rendu, sorti) == (code, "")
    assert dit in erreur
    with ouvrir(adresse) as magasin:
        assert magasin.abonnements() == ()


@pytest.mark.exigence("R3.5")
def test_ce_qui_manquera_est_dit__ok(adresse: str, lancer: Lancer, caplog: pytest.LogCaptureFixture) -> None:
    code, _, erreur = lancer("notifications", "abonner", "OPB", "https://sav.opb.example/")
    assert code == 0
    assert "OPB n'est pas déclaré" in erreur
    assert "ESAV_NOTIFICATIONS_CERTIFICAT" in erreur
    assert "ESAV_NOTIFICATIONS_CERTIFICAT" in lancer("notifications", "list")[2]
    assert lancer("worker", "--une-fois")[:2] == (0, "")
    dit = caplog.records[-1].getMessage()
    assert "ESAV_SMTP_HOTE" in dit
    assert "ESAV_NOTIFICATIONS_CERTIFICAT" in dit
