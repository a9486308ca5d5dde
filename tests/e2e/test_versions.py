"""Two catalogue versions live side by side; what a caller gets from the others; contracts as they are served."""

from __future__ import annotations

import hashlib
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.names import NS_WSDL_SOAP_11, NS_WSDL_SOAP_12
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates
from tests.e2e.conftest import prestations
from tests.e2e.installation import installer
from tests.e2e.serveur import ServeurReel, attendre_reponse, demarrer, serveur_neuf
from tests.e2e.soap import appeler, depot, envoyer, requete

JOUR = timedelta(days=1)


@pytest.fixture(scope="module")
def ages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    """A server for which 2026.1 is retired and 2026.2 is announced, not yet open."""
    url = f"sqlite:///{tmp_path_factory.mktemp('ages')}/esav.db"
    maintenant = datetime.now(UTC)
    with ouvrir(url) as magasin:
        passe = Dates(maintenant - 60 * JOUR, maintenant - JOUR, "2026.2")
        for version, dates in (("2026.1", passe), ("2026.2", Dates(maintenant + 10 * JOUR))):
            installer(version, dates, magasin, maintenant)
        magasin.importer(prestations())
    with serveur_neuf(url, tmp_path_factory.mktemp("serveur-ages")) as lance:
        yield lance


@pytest.mark.exigence("R2.3", "R2.4")
def test_les_deux_versions_en_vigueur__ok(serveur: ServeurReel) -> None:
    for version in ("2026.1", "2026.2"):
        demande = depot(version, "LIAISON_NRO_PM", f"deux-{version}-{datetime.now(UTC).isoformat()}")
        reponse = appeler(serveur.url, f"production/ws/1/depot/{version}", demande)
        assert (reponse.refus, reponse.texte("versionCatalogue")) == (None, version)
        finit = version == "2026.1"
        assert ("Sunset" in reponse.entetes, "Deprecation" in reponse.entetes) == (finit, finit)
        avertissements = reponse.textes("code")
        assert ("VERSION_BIENTOT_RETIREE" in avertissements) == finit


@pytest.mark.exigence("R1.2", "R2.4")
def test_message_d_une_version_a_l_adresse_de_l_autre__error(serveur: ServeurReel) -> None:
    reponse = appeler(serveur.url, "production/ws/1/depot/2026.1", depot("2026.2", "FIBRE_NOIRE", "autre-version"))
    assert reponse.refus == "FORMULAIRE_INVALIDE"
    assert reponse.textes("erreur")


@pytest.mark.exigence("R2.6")
@pytest.mark.parametrize(
    ("plateforme", "version", "code"),
    [
        ("production", "2026.1", "VERSION_RETIREE"),
        ("integration", "2026.1", "VERSION_RETIREE"),
        ("production", "2026.2", "VERSION_PAS_ENCORE_OUVERTE"),
        ("production", "2031.7", "VERSION_INCONNUE"),
        ("production", "%3Cscript%3E", "VERSION_INCONNUE"),
    ],
)
def test_version_qui_n_est_pas_en_vigueur__error(ages: ServeurReel, plateforme: str, version: str, code: str) -> None:
    demande = depot("2026.2", "ACCES_FTTH", "hors")
    reponse = appeler(ages.url, f"{plateforme}/ws/1/depot/{version}", demande)
    assert reponse.refus == code
    vives = ["2026.2"] if plateforme == "integration" else []
    assert reponse.textes("wsdl") == [f"{ages.url}/integration/ws/1/depot/{v}?wsdl" for v in vives]
    assert (reponse.texte("reessayerApres") is not None) == (code == "VERSION_PAS_ENCORE_OUVERTE")


@pytest.mark.exigence("R2.5")
def test_version_annoncee_utilisable_en_integration__ok(ages: ServeurReel) -> None:
    demande = depot("2026.2", "ACCES_FTTH", "des-l-annonce")
    assert appeler(ages.url, "integration/ws/1/depot/2026.2", demande).refus is None


@pytest.mark.exigence("R2.4")
def test_version_enregistree_en_marche_vue_sans_redemarrer__ok(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/esav.db"
    serveur = demarrer(url, tmp_path / "log", env={"ESAV_RAFRAICHISSEMENT": "1"})
    try:
        demande = depot("2026.1", "ACCES_FTTH", "avant")
        assert appeler(serveur.url, "production/ws/1/depot/2026.1", demande).refus == "VERSION_INCONNUE"
        with ouvrir(url) as magasin:
            maintenant = datetime.now(UTC)
            installer("2026.1", Dates(maintenant), magasin, maintenant)
            magasin.importer(prestations())
        limite = datetime.now(UTC) + timedelta(seconds=30)
        refus: str | None = "jamais"
        while refus is not None and datetime.now(UTC) < limite:
            refus = appeler(serveur.url, "production/ws/1/depot/2026.1", demande).refus
            assert refus in (None, "VERSION_INCONNUE")
            attendre_reponse(serveur)
        assert refus is None
    finally:
        serveur.arreter()


@pytest.mark.exigence("R2.6", "R1.4")
def test_lister_les_versions_et_prendre_leur_pack__ok(serveur: ServeurReel, ages: ServeurReel) -> None:
    for lance, etats, utilisables in (
        (serveur, ["EN_VIGUEUR", "EN_VIGUEUR"], ["2026.1", "2026.2"]),
        (ages, ["RETIREE", "ANNONCEE"], []),
    ):
        liste = appeler(lance.url, "production/ws/1/catalogue", requete("listerVersions"))
        assert liste.textes("etat") == etats
        assert liste.textes("wsdl") == [f"{lance.url}/production/ws/1/depot/{v}?wsdl" for v in utilisables]
    pack = appeler(serveur.url, "production/ws/1/catalogue", requete("telechargerPack", version="2026.1"))
    octets = b64decode(pack.texte("contenu") or "")
    assert hashlib.sha256(octets).hexdigest() == pack.texte("sha256")
    assert envoyer("GET", f"{serveur.url}/catalogue/2026.1/pack.zip").octets == octets
    with zipfile.ZipFile(BytesIO(octets)) as archive:
        noms = set(archive.namelist())
    assert {"catalogue.xml", "pack.xml", "wsdl/depot.wsdl", "xsd/ACCES_FTTH.xsd", "maquettes/ACCES_FTTH.html"} <= noms
    inconnu = appeler(serveur.url, "production/ws/1/catalogue", requete("telechargerPack", version="1999.1"))
    assert inconnu.refus == "VERSION_INCONNUE"
    assert len(inconnu.textes("wsdl")) == 2


@pytest.mark.exigence("R1.1", "R9")
@pytest.mark.parametrize("service", ["depot/2026.1", "depot/2026.2", "suivi", "information", "catalogue"])
@pytest.mark.parametrize("plateforme", ["production", "integration"])
def test_wsdl_servi__ok(serveur: ServeurReel, service: str, plateforme: str) -> None:
    adresse = f"{serveur.url}/{plateforme}/ws/1/{service}"
    for question, espace in (("wsdl", NS_WSDL_SOAP_11), ("WSDL", NS_WSDL_SOAP_11), ("wsdl=soap12", NS_WSDL_SOAP_12)):
        reponse = envoyer("GET", f"{adresse}?{question}", entetes={"Host": "evil.example", "X-Forwarded-Proto": "ftp"})
        assert reponse.statut == 200
        (lieu,) = etree.fromstring(reponse.octets).iter(f"{{{espace}}}address")
        assert lieu.get("location") == adresse


@pytest.mark.exigence("R1.1")
def test_wsdl_sans_version_renvoie_a_la_plus_recente__ok(serveur: ServeurReel, ages: ServeurReel) -> None:
    for base, plateforme, attendu in (
        (serveur.url, "production", "2026.2"),
        (serveur.url, "integration", "2026.2"),
        (ages.url, "integration", "2026.2"),
    ):
        reponse = envoyer("GET", f"{base}/{plateforme}/ws/1/depot?wsdl")
        assert (reponse.statut, reponse.entetes["Location"]) == (
            302,
            f"{base}/{plateforme}/ws/1/depot/{attendu}?wsdl",
        )
    assert envoyer("GET", f"{ages.url}/production/ws/1/depot?wsdl").statut == 404


@pytest.mark.exigence("R1.4")
def test_pages_pour_un_navigateur__ok(serveur: ServeurReel) -> None:
    accueil = envoyer("GET", f"{serveur.url}/")
    assert accueil.statut == 200
    liens = [a.get("href") for a in etree.HTML(accueil.octets).iter("a")]
    assert len(liens) > 10
    for lien in liens:
        assert envoyer("GET", f"{serveur.url}{lien}").statut == 200, lien
    for inconnu in ("/rien", "/catalogue/1999.1/pack.zip", "/catalogue/2026.1/../../etc/passwd", "/catalogue/2026.1/"):
        assert envoyer("GET", f"{serveur.url}{inconnu}").statut == 404
    assert envoyer("DELETE", f"{serveur.url}/").statut == 405
    tete = envoyer("HEAD", f"{serveur.url}/")
    assert (tete.statut, tete.octets) == (200, b"")


@pytest.mark.exigence("R9")
def test_l_adresse_d_un_service_dans_un_navigateur__ok(serveur: ServeurReel) -> None:
    reponse = envoyer("GET", f"{serveur.url}/production/ws/1/depot/2026.2")
    assert (reponse.statut, reponse.entetes["Allow"]) == (405, "POST")
    assert b"/production/ws/1/depot/2026.2?wsdl" in reponse.octets


@pytest.mark.exigence("R9", "R2.4")
def test_un_service_sans_version_se_laisse_interroger__ok(tmp_path: Path) -> None:
    with serveur_neuf(f"sqlite:///{tmp_path}/vide.db", tmp_path) as vide:
        for service in ("suivi", "catalogue"):
            assert envoyer("GET", f"{vide.url}/production/ws/1/{service}?wsdl").statut == 200
        liste = appeler(vide.url, "production/ws/1/catalogue", requete("listerVersions"))
        assert (liste.refus, liste.textes("version")) == (None, [])
        assert envoyer("GET", f"{vide.url}/production/ws/1/depot?wsdl").statut == 404
        assert "aucune version" in vide.journal.read_text(encoding="utf-8")
