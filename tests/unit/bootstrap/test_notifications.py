"""Settings of the notifications: every fault at once; without a certificate nothing is sent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from esav_soap.bootstrap.courrier import SANS_SERVEUR
from esav_soap.bootstrap.notifications import SANS_CERTIFICAT, patience, recepteur_https
from esav_soap.bootstrap.reglages import lire_reglages
from esav_soap.bootstrap.travaux import Travaux, travailler
from esav_soap.errors import ReglageInvalide
from tests.recepteur import pieces


@pytest.mark.exigence("R3.5", "R9")
def test_sans_certificat_rien_n_est_envoye__ok(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What else there is to do is done, and what waits is said."""
    assert recepteur_https(lire_reglages({})) is None
    fait = travailler(lire_reglages({"ESAV_STORE": f"sqlite:///{tmp_path}/esav.db"}), une_fois=True)
    assert fait == Travaux(None, None, 0, 0)
    assert [(r.levelname, r.getMessage()) for r in caplog.records if r.name == travailler.__module__] == [
        ("WARNING", f"{SANS_SERVEUR} {SANS_CERTIFICAT}")
    ]


@pytest.mark.exigence("R3.5", "R9")
def test_toutes_les_fautes_a_la_fois__error() -> None:
    with pytest.raises(ReglageInvalide) as pris:
        lire_reglages(
            {
                "ESAV_NOTIFICATIONS_CERTIFICAT": "c.pem",
                "ESAV_NOTIFICATIONS_RESEAUX": "10.0.0.0/8, chez-moi",
                "ESAV_NOTIFICATIONS_ARRET": "0",
                "ESAV_NOTIFICATIONS_DELAI": "dix",
            }
        )
    for dit in (
        "ESAV_NOTIFICATIONS_CLE manque",
        "« chez-moi »",
        "ESAV_NOTIFICATIONS_ARRET",
        "ESAV_NOTIFICATIONS_DELAI",
    ):
        assert dit in str(pris.value)


@pytest.mark.exigence("R3.5", "R9")
def test_des_fichiers_qui_ne_peuvent_pas_servir__error(tmp_path: Path) -> None:
    tenues = pieces(tmp_path)
    bons = {"ESAV_NOTIFICATIONS_CERTIFICAT": tenues.certificat, "ESAV_NOTIFICATIONS_CLE": tenues.cle}
    assert recepteur_https(lire_reglages(bons)) is not None
    for mauvais in (
        {"ESAV_NOTIFICATIONS_CLE": tenues.cle_recepteur},
        {"ESAV_NOTIFICATIONS_CERTIFICAT": str(tmp_path / "absent.pem")},
        {"ESAV_NOTIFICATIONS_AUTORITES": tenues.cle},
    ):
        with pytest.raises(ReglageInvalide, match="ESAV_NOTIFICATIONS"):
            recepteur_https(lire_reglages(bons | mauvais))


@pytest.mark.exigence("R3.5")
def test_un_bail_dure_plus_qu_un_echange__ok() -> None:
    assert patience(lire_reglages({})).arret == timedelta(hours=72)
    reglee = patience(lire_reglages({"ESAV_NOTIFICATIONS_ARRET": "24", "ESAV_NOTIFICATIONS_DELAI": "600"}))
    assert (reglee.arret, reglee.bail) == (timedelta(hours=24), timedelta(minutes=40))
