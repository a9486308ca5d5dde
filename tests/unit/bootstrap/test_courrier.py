"""Settings of the mail server: every fault at once, and never a secret in what is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from esav_soap.bootstrap.courrier import cadence, courrier_smtp
from esav_soap.bootstrap.reglages import Reglages, lire_reglages
from esav_soap.errors import ReglageInvalide
from esav_soap.usecases.expedition import Cadence

SERVEUR = {
    "ESAV_SMTP_HOTE": "smtp.example",
    "ESAV_SMTP_EXPEDITEUR": "esav@esav.example",
    "ESAV_URL_PUBLIQUE": "https://esav.example",
}
SECRET = "mot-de-passe-tres-secret"


def instant() -> datetime:
    return datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.exigence("R2.2")
def test_sans_serveur_rien_n_est_exige__ok() -> None:
    assert courrier_smtp(lire_reglages({}), instant) is None
    assert courrier_smtp(lire_reglages(SERVEUR), instant) is not None


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize(
    ("reglages", "nom"),
    [
        ({"ESAV_SMTP_EXPEDITEUR": ""}, "ESAV_SMTP_EXPEDITEUR"),
        ({"ESAV_SMTP_EXPEDITEUR": "eSAV <esav@esav.example>"}, "ESAV_SMTP_EXPEDITEUR"),
        ({"ESAV_SMTP_CHIFFREMENT": "ssl"}, "ESAV_SMTP_CHIFFREMENT"),
        ({"ESAV_SMTP_PORT": "65536"}, "ESAV_SMTP_PORT"),
        ({"ESAV_SMTP_PORT": "smtp"}, "ESAV_SMTP_PORT"),
        ({"ESAV_SMTP_UTILISATEUR": "esav"}, "ESAV_SMTP_MOT_DE_PASSE"),
        ({"ESAV_SMTP_MOT_DE_PASSE": SECRET}, "ESAV_SMTP_UTILISATEUR"),
        (
            {"ESAV_SMTP_UTILISATEUR": "u", "ESAV_SMTP_MOT_DE_PASSE": SECRET, "ESAV_SMTP_CHIFFREMENT": "aucun"},
            "en clair",
        ),
        ({"ESAV_WORKER": "peut-être"}, "ESAV_WORKER"),
        ({"ESAV_SMTP_ESSAIS": "0"}, "ESAV_SMTP_ESSAIS"),
        ({"ESAV_SMTP_NOM": "e-SAV\r\nBcc: x@y.fr"}, "ESAV_SMTP_NOM"),
    ],
)
def test_reglage_inutilisable__error(reglages: dict[str, str], nom: str) -> None:
    with pytest.raises(ReglageInvalide, match=nom) as pris:
        lire_reglages(SERVEUR | reglages)
    assert SECRET not in str(pris.value)


@pytest.mark.exigence("R2.2")
def test_toutes_les_fautes_du_courrier_a_la_fois__error() -> None:
    with pytest.raises(ReglageInvalide) as pris:
        lire_reglages({"ESAV_SMTP_HOTE": "h", "ESAV_SMTP_CHIFFREMENT": "x", "ESAV_WORKER": "x", "ESAV_FILS": "x"})
    for nom in (
        *("ESAV_SMTP_EXPEDITEUR", "ESAV_SMTP_CHIFFREMENT", "ESAV_URL_PUBLIQUE manque", "ESAV_WORKER", "ESAV_FILS"),
    ):
        assert nom in str(pris.value)


@pytest.mark.exigence("R2.2")
def test_autorites_illisibles__error(tmp_path_factory: pytest.TempPathFactory) -> None:
    faux = tmp_path_factory.mktemp("autorites") / "faux.pem"
    faux.write_text("rien")
    for fichier in (faux, faux.with_name("absent.pem")):
        reglages = lire_reglages(SERVEUR | {"ESAV_SMTP_AUTORITES": str(fichier)})
        with pytest.raises(ReglageInvalide, match="ESAV_SMTP_AUTORITES"):
            courrier_smtp(reglages, instant)


@pytest.mark.exigence("R2.2")
def test_le_mot_de_passe_ne_se_montre_pas__ok() -> None:
    reglages = lire_reglages(SERVEUR | {"ESAV_SMTP_UTILISATEUR": "u", "ESAV_SMTP_MOT_DE_PASSE": SECRET})
    assert reglages.smtp_mot_de_passe == SECRET
    assert SECRET not in f"{reglages!r}{reglages}{courrier_smtp(reglages, instant)!r}"


@pytest.mark.exigence("R2.2")
def test_cadence_des_reglages__ok() -> None:
    assert cadence(Reglages()) == Cadence()
    lente = cadence(Reglages(smtp_recul=5, smtp_essais=3, smtp_delai=600))
    assert (lente.recul, lente.essais) == (timedelta(seconds=5), 3)
    assert lente.bail >= timedelta(hours=2)
