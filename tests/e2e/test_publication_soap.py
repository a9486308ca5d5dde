"""A publisher's day over SOAP, on a real server: rehearse, be refused, announce, use on integration, withdraw."""

from __future__ import annotations

import io
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from esav_soap.calendar import instant_plus_mois
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates
from tests.e2e.conftest import prestations
from tests.e2e.installation import installer
from tests.e2e.serveur import ServeurReel, serveur_neuf
from tests.e2e.soap import RACINE, WS, Reponse, appeler, depot, enveloppe, poster, requete
from tests.fils import attendre

DEPUIS = timedelta(days=200)


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    """2026.1 is in force, alone; a few signalisations were deposited with it."""
    dossier = tmp_path_factory.mktemp("publication")
    url = f"sqlite:///{dossier}/esav.db"
    maintenant = datetime.now(UTC)
    with ouvrir(url) as magasin:
        dates = Dates(maintenant - DEPUIS)
        installer("2026.1", dates, magasin, maintenant)
        magasin.importer(prestations())
    with serveur_neuf(url, dossier, env={"ESAV_RAFRAICHISSEMENT": "1"}) as lance:
        for operateur, nombre in (("OPA", 3), ("OPB", 2)):
            for rang in range(nombre):
                demande = depot("2026.1", "ACCES_FTTH", f"avant-{rang}", operateur=operateur, graine=rang)
                assert appeler(lance.url, "production/ws/1/depot/2026.1", demande, operateur=operateur).refus is None
        yield lance


def publier(serveur: ServeurReel, operation: str, **membres: str) -> Reponse:
    octets = enveloppe(requete(operation, **membres))
    entetes = {"X-Esav-Role": "PUBLIEUR"}
    return poster(f"{serveur.url}/production/ws/1/publication", octets, operateur="EDITION", entetes=entetes)


def archive(version: str, fichiers: Mapping[str, bytes] | None = None) -> str:
    """The sources of 2026.2 under another number, as a ZIP in base64."""
    sources = {**depuis_dossiers(RACINE, "2026.2"), **(fichiers or {})}
    sources["catalogue.xml"] = sources["catalogue.xml"].replace(b'version="2026.2"', f'version="{version}"'.encode())
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as sortie:
        for nom, contenu in sources.items():
            sortie.writestr(nom, contenu)
    return b64encode(tampon.getvalue()).decode()


def versions(serveur: ServeurReel) -> dict[str, str | None]:
    liste = appeler(serveur.url, "production/ws/1/catalogue", requete("listerVersions")).corps
    return {v.findtext(f"{WS}version") or "": v.findtext(f"{WS}etat") for v in liste.iter(f"{WS}version") if len(v)}


@pytest.fixture(scope="module")
def essai(serveur: ServeurReel) -> Reponse:
    """The rehearsal of the candidate, before anything is announced."""
    return publier(serveur, "simulerPublication", pack=archive("2027.9"))


@pytest.mark.exigence("R2.1")
def test_simuler_ne_change_rien__ok(serveur: ServeurReel, essai: Reponse) -> None:
    reponse = essai
    assert reponse.refus is None, reponse.octets
    assert (reponse.texte("version"), reponse.texte("rejouees")) == ("2027.9", "5")
    assert "RUPTURE" in reponse.textes("gravite")
    lignes = [[e.text for e in ligne] for ligne in reponse.corps.iter(f"{WS}ligne")]
    assert {(ligne[0], ligne[4]) for ligne in lignes} == {("OPA", "3"), ("OPB", "2")}
    tot = datetime.fromisoformat(reponse.texte("dateHeureOuvertureAuPlusTot") or "")
    assert timedelta(0) <= tot - instant_plus_mois(datetime.now(UTC), 2) + timedelta(minutes=2) < timedelta(minutes=10)
    assert versions(serveur) == {"2026.1": "EN_VIGUEUR"}


@pytest.mark.exigence("R2.1", "R2.2")
def test_annonce_refusee_avec_toutes_ses_raisons__error(serveur: ServeurReel) -> None:
    trop_tot = (datetime.now(UTC) + timedelta(days=10)).isoformat(timespec="seconds")
    for version, attendues in (
        ("2026.1", ("deux mois après son annonce", "Un numéro de version ne sert qu'une fois")),
        ("2027.1", ("deux mois après son annonce", "Rupture à accepter par son nom, « ACCES_FTTH/")),
    ):
        reponse = publier(serveur, "annoncerVersion", pack=archive(version), dateHeureOuverture=trop_tot)
        assert reponse.refus == "PUBLICATION_REFUSEE"
        raisons = reponse.textes("message")[1:]
        for attendue in attendues:
            assert any(attendue in raison for raison in raisons), raisons
    casse = archive("2027.1", {"catalogue.xml": b"<catalogue"})
    assert publier(serveur, "annoncerVersion", pack=casse).refus == "PACK_INVALIDE"
    assert publier(serveur, "annoncerVersion", pack=b64encode(b"pas un ZIP").decode()).refus == "PACK_INVALIDE"
    assert versions(serveur) == {"2026.1": "EN_VIGUEUR"}


@pytest.mark.exigence("R2.1", "R2.3", "R2.4", "R2.5", "R2.6")
def test_annoncer_employer_retirer__ok(serveur: ServeurReel, essai: Reponse) -> None:
    """Two publishers announce at once: one does. The nodes see it within seconds; withdrawn, the number is spent."""

    def annoncer(version: str, **membres: str) -> Reponse:
        demande = requete("annoncerVersion", pack=archive(version), **membres)
        for ecart in essai.corps.iter(f"{WS}ecart"):
            if ecart.findtext(f"{WS}gravite") == "RUPTURE":
                etree.SubElement(demande, f"{WS}ecartAccepte").text = ecart.findtext(f"{WS}nom")
        entetes = {"X-Esav-Role": "PUBLIEUR"}
        url = f"{serveur.url}/production/ws/1/publication"
        return poster(url, enveloppe(demande), operateur="EDITION", entetes=entetes)

    with ThreadPoolExecutor(2) as fils:
        reponses = dict(zip(("2027.1", "2027.2"), fils.map(annoncer, ("2027.1", "2027.2")), strict=True))
    gagnantes = [version for version, reponse in reponses.items() if reponse.refus is None]
    assert len(gagnantes) == 1, [r.octets for r in reponses.values()]
    (version,) = gagnantes
    assert {r.refus for r in reponses.values()} == {None, "PUBLICATION_REFUSEE"}
    assert reponses[version].texte("etat") == "ANNONCEE"

    def essayer() -> Reponse:
        demande = depot("2026.2", "FIBRE_NOIRE", f"essai-{version}")
        octets = enveloppe(demande).replace(b"urn:esav:catalogue:2026.2", f"urn:esav:catalogue:{version}".encode())
        return poster(f"{serveur.url}/integration/ws/1/depot/{version}", octets)

    attendre(lambda: essayer().refus is None)
    production = appeler(serveur.url, f"production/ws/1/depot/{version}", depot("2026.2", "FIBRE_NOIRE", "trop-tot"))
    assert production.refus == "VERSION_PAS_ENCORE_OUVERTE"
    assert versions(serveur) == {"2026.1": "EN_VIGUEUR", version: "ANNONCEE"}
    ouverture = datetime.fromisoformat(reponses[version].texte("dateHeureOuverture") or "")
    trop_tot = (ouverture + timedelta(days=20)).isoformat()
    assert annoncer("2027.5", dateHeureOuverture=trop_tot).refus == "PUBLICATION_REFUSEE", "two are live by then"
    retrait = publier(serveur, "retirerAnnonce", version=version)
    assert (retrait.refus, retrait.texte("etat")) == (None, "ANNULEE")
    attendre(lambda: essayer().refus == "VERSION_RETIREE")
    assert publier(serveur, "retirerAnnonce", version=version).refus == "PUBLICATION_REFUSEE"
    assert publier(serveur, "retirerAnnonce", version="2026.1").refus == "PUBLICATION_REFUSEE"
    assert annoncer(version).refus == "PUBLICATION_REFUSEE"
    assert versions(serveur) == {"2026.1": "EN_VIGUEUR", version: "ANNULEE"}


@pytest.mark.exigence("R6.1")
def test_un_operateur_ne_publie_pas__error(serveur: ServeurReel) -> None:
    reponse = appeler(serveur.url, "production/ws/1/publication", requete("retirerAnnonce", version="2026.1"))
    assert reponse.refus == "DROIT_INSUFFISANT"
