"""What notices tell, from what is recorded; and who is reminded."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from esav_soap.avis import Envoi, GenreAvis, Operateur
from esav_soap.avis.faits import Lieux
from esav_soap.calendar import instant_plus_jours, instant_plus_mois
from esav_soap.publication import VersionPubliee
from esav_soap.signalisation import Prestation
from esav_soap.usecases.avis import Rappels, Redacteur
from esav_soap.usecases.avis.catalogue import retraits_dus
from esav_soap.usecases.courrier import EchecDefinitif
from tests.faux import URL, pack
from tests.faux_avis import BaseAvis
from tests.faux_publication import FaussesPublications
from tests.integration.exemples import nouvelle

ANNONCE_LE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OUVERTURE = datetime(2026, 5, 3, 22, 0, tzinfo=UTC)
RETRAIT = instant_plus_mois(OUVERTURE, 1)
AVANT = VersionPubliee("2026.1", ANNONCE_LE - timedelta(days=300), ANNONCE_LE - timedelta(days=200))
NOUVELLE = VersionPubliee("2026.2", ANNONCE_LE, OUVERTURE)
REMPLACEE = replace(AVANT, retrait=RETRAIT, remplacante="2026.2")
ANNONCE, RETRAIT_ANNONCE, RAPPEL = GenreAvis.VERSION_ANNONCEE, GenreAvis.ANNONCE_RETIREE, GenreAvis.RAPPEL_RETRAIT


@pytest.fixture
def base() -> BaseAvis:
    """2026.2 announced over 2026.1; OPA has accès FTTH, OPB civil works, OPC nothing."""
    base = BaseAvis()
    base.enregistrer_version(REMPLACEE, pack("2026.1"))
    base.enregistrer_version(NOUVELLE, pack("2026.2"))
    for code, offre in (("OPA", "ACCES_FTTH"), ("OPB", "GENIE_CIVIL")):
        base.declarer_operateur(Operateur(code, f"Opérateur {code}", f"sav@{code.lower()}.example"))
        base.base.ajouter(Prestation("production", code, "1", offre, "", "", "", ""))
    base.declarer_operateur(Operateur("OPC", "Opérateur C", "sav@opc.example"))
    return base


def texte(base: BaseAvis, envoi: Envoi, instant: datetime = ANNONCE_LE) -> str:
    message = Redacteur(base, Lieux(URL, "esav@esav.example")).message(envoi, instant)
    return " ".join(message.texte.replace("\u00a0", " ").split())


def refus(base: BaseAvis, envoi: Envoi, instant: datetime = ANNONCE_LE) -> str:
    with pytest.raises(EchecDefinitif) as pris:
        texte(base, envoi, instant)
    return str(pris.value)


@pytest.mark.exigence("R2.2")
def test_annonce_pour_les_offres_de_chacun__ok(base: BaseAvis) -> None:
    pour_a, pour_b = (texte(base, Envoi(ANNONCE, "2026.2", o)) for o in ("OPA", "OPB"))
    assert "(ACCES_FTTH) ." in pour_a
    assert "(GENIE_CIVIL) ." not in pour_a
    assert "(GENIE_CIVIL) ." in pour_b
    assert "(ACCES_FTTH) ." not in pour_b
    for dit in (pour_a, pour_b):
        assert "lundi 4 mai 2026 à 0 h 00 : ouverture de la version 2026.2" in dit
        assert "jeudi 4 juin 2026 à 0 h 00 : retrait de la version 2026.1" in dit
        assert "NOUVELLES OFFRES" in dit
        assert "(FTTH_ACTIVE)" in dit
    pour_c = texte(base, Envoi(ANNONCE, "2026.2", "OPC"))
    assert "Les formulaires des Offres de votre parc ne changent pas" in pour_c


@pytest.mark.exigence("R2.2")
def test_les_catalogues_sont_lus_une_fois_pour_tous__ok(base: BaseAvis) -> None:
    redacteur = Redacteur(base, Lieux(URL, "esav@esav.example"))
    for operateur in ("OPA", "OPB", "OPC", "OPA"):
        redacteur.message(Envoi(ANNONCE, "2026.2", operateur), ANNONCE_LE)
    lus = [appel for appel in base.base.appels if appel.startswith("pack ")]
    assert sorted(lus) == ["pack 2026.1", "pack 2026.2", "pack 2026.2"]
    redacteur.oublier()
    redacteur.message(Envoi(ANNONCE, "2026.2", "OPA"), ANNONCE_LE)
    assert len([appel for appel in base.base.appels if appel.startswith("pack ")]) == 6


@pytest.mark.exigence("R2.2")
def test_le_journal_du_pack_est_joint__ok(base: BaseAvis) -> None:
    redacteur = Redacteur(base, Lieux(URL, "esav@esav.example"))
    sans = redacteur.message(Envoi(ANNONCE, "2026.2", "OPA"), ANNONCE_LE)
    archive = io.BytesIO(pack("2026.2"))
    with zipfile.ZipFile(archive, "a") as ecriture:
        assert "changelog.html" not in ecriture.namelist()
        ecriture.writestr("changelog.html", "<title>Changements")
    base.enregistrer_version(NOUVELLE, archive.getvalue())
    redacteur.oublier()
    avec = redacteur.message(Envoi(ANNONCE, "2026.2", "OPA"), ANNONCE_LE)
    assert [p.nom for p in sans.pieces] == ["e-sav.ics"]
    assert "changelog" not in sans.texte
    assert [(p.nom, p.contenu) for p in avec.pieces[1:]] == [("changelog-2026.2.html", b"<title>Changements")]
    assert f"{URL}/catalogue/2026.2/changelog.html" in avec.texte


@pytest.mark.exigence("R2.2")
def test_premiere_version__ok(base: BaseAvis) -> None:
    base.enregistrer_version(AVANT, pack("2026.1"))
    dit = texte(base, Envoi(ANNONCE, "2026.2", "OPA"))
    assert "retrait de" not in dit
    assert "VOS OFFRES" not in dit


@pytest.mark.exigence("R2.2")
def test_annonce_retiree__ok(base: BaseAvis) -> None:
    base.enregistrer_version(AVANT, pack("2026.1"))
    base.enregistrer_version(replace(NOUVELLE, annulation=ANNONCE_LE + timedelta(days=1)), pack("2026.2"))
    dit = texte(base, Envoi(RETRAIT_ANNONCE, "2026.2", "OPA"), ANNONCE_LE + timedelta(days=1))
    assert "n'ouvrira pas le 4 mai 2026" in dit
    assert "La version 2026.1 n'est plus retirée le 4 juin 2026" in dit
    # An announcement that waited too long, or is replayed, would be wrong now.
    assert "plus d'objet" in refus(base, Envoi(ANNONCE, "2026.2", "OPA"), ANNONCE_LE + timedelta(days=1))


@pytest.mark.exigence("R2.2")
def test_personne_a_qui_ecrire__error(base: BaseAvis) -> None:
    assert "OPX n'est pas déclaré" in refus(base, Envoi(ANNONCE, "2026.2", "OPX"))
    base.declarer_operateur(Operateur("OPA", "A", ""))
    assert "OPA n'a pas d'adresse" in refus(base, Envoi(ANNONCE, "2026.2", "OPA"))
    base.declarer_operateur(Operateur("OPA", "A", "a@b.example\r\nBcc: c@d.example"))
    assert "n'est pas une adresse simple" in refus(base, Envoi(ANNONCE, "2026.2", "OPA"))
    assert "n'est pas enregistrée" in refus(base, Envoi(ANNONCE, "2026.9", "OPB"))
    assert "n'est pas retirée" in refus(base, Envoi(RETRAIT_ANNONCE, "2026.2", "OPB"))


def deposer(base: BaseAvis, operateur: str, version: str, instant: datetime, offre: str) -> None:
    reference = str(len(base.base.deposees))
    base.base.deposer(
        nouvelle(reference, operateur=operateur, version_catalogue=version, depot_le=instant, offre=offre)
    )


@pytest.fixture
def employee(base: BaseAvis) -> BaseAvis:
    """OPA still deposits with 2026.1 after the opening of 2026.2; OPB did before only, OPC deposits with 2026.2."""
    deposer(base, "OPA", "2026.1", OUVERTURE - timedelta(seconds=1), "GENIE_CIVIL")
    deposer(base, "OPA", "2026.1", OUVERTURE, "ACCES_FTTH")
    deposer(base, "OPA", "2026.1", OUVERTURE + timedelta(days=20), "ACCES_FTTH")
    deposer(base, "OPB", "2026.1", OUVERTURE - timedelta(seconds=1), "GENIE_CIVIL")
    deposer(base, "OPC", "2026.2", OUVERTURE + timedelta(days=1), "ACCES_FTTH")
    return base


@pytest.mark.exigence("R2.2", "R2.3")
def test_rappel_a_ceux_qui_deposent_encore__ok(employee: BaseAvis) -> None:
    debut = instant_plus_jours(RETRAIT, -7)
    attendu = [Envoi(RAPPEL, "2026.1", "OPA")]
    assert retraits_dus(employee, debut - timedelta(microseconds=1)) == []
    assert retraits_dus(employee, debut) == attendu
    assert retraits_dus(employee, RETRAIT - timedelta(microseconds=1)) == attendu
    assert retraits_dus(employee, RETRAIT) == []
    dit = texte(employee, attendu[0], debut)
    assert "(ACCES_FTTH) : 2 dépôts, le dernier le dimanche 24 mai 2026 à 0 h 00." in dit
    assert "GENIE_CIVIL" not in dit
    assert "Passer d'ici là à la version 2026.2." in dit


@pytest.mark.exigence("R2.2")
def test_une_semaine_se_compte_a_l_heure_de_paris__ok(employee: BaseAvis) -> None:
    """The clocks go back within the week: seven days are an hour longer."""
    retrait = datetime(2026, 10, 27, 23, 0, tzinfo=UTC)  # the 28th at midnight
    employee.enregistrer_version(replace(REMPLACEE, retrait=retrait), pack("2026.1"))
    debut = datetime(2026, 10, 20, 22, 0, tzinfo=UTC)  # the 21st at midnight
    assert retraits_dus(employee, debut - timedelta(microseconds=1)) == []
    assert len(retraits_dus(employee, debut)) == 1


@pytest.mark.exigence("R2.2")
def test_rappel_sans_objet__error(employee: BaseAvis) -> None:
    assert "est retirée depuis le 04/06/2026 à 00:00" in refus(employee, Envoi(RAPPEL, "2026.1", "OPA"), RETRAIT)
    assert "n'est plus retirée" in refus(employee, Envoi(RAPPEL, "2026.2", "OPA"), OUVERTURE)
    assert "OPB n'a aucun dépôt" in refus(employee, Envoi(RAPPEL, "2026.1", "OPB"), RETRAIT - timedelta(days=1))


@pytest.mark.exigence("R2.3")
def test_version_sans_remplacante_enregistree__ok(employee: BaseAvis) -> None:
    """Installed by hand: one who deposited within the last month is one who still deposits."""
    employee.enregistrer_version(replace(REMPLACEE, remplacante="2026.7"), pack("2026.1"))
    assert retraits_dus(employee, RETRAIT - timedelta(days=1)) == [Envoi(RAPPEL, "2026.1", "OPA")]
    dit = texte(employee, Envoi(RAPPEL, "2026.1", "OPA"), RETRAIT - timedelta(days=1))
    assert "2026.7" not in dit


class FileComptee(FaussesPublications):
    """``ajouts``: how many times the queue was asked to add."""

    ajouts = 0

    def ajouter(self, envois: Iterable[Envoi], instant: datetime) -> int:
        self.ajouts += 1
        return super().ajouter(envois, instant)


@pytest.mark.exigence("R2.2")
def test_un_rappel_une_seule_fois__ok(employee: BaseAvis) -> None:
    file = FileComptee()
    instant = RETRAIT - timedelta(days=5)
    rappels, autre = Rappels(employee, file), Rappels(employee, file)
    assert rappels.ajouter_dus(RETRAIT - timedelta(days=9)) == 0
    assert (rappels.ajouter_dus(instant), file.ajouts) == (1, 1)
    assert (rappels.ajouter_dus(instant + timedelta(minutes=1)), file.ajouts) == (0, 1)
    assert autre.ajouter_dus(instant) == 0
    deposer(employee, "OPB", "2026.1", instant, "GENIE_CIVIL")
    assert rappels.ajouter_dus(instant + timedelta(minutes=2)) == 1
    assert _destinataires(file) == {"OPA", "OPB"}


def _destinataires(file: FaussesPublications) -> Collection[str]:
    return {suivi.envoi.operateur for suivi in file.suivis(None, 9)}
