"""The documents, the jeu de test and the changelog of a version, as a browser gets them from a node."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest

from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.usecases.catalogue import empaqueter
from esav_soap.usecases.registre import FichiersDuPack
from tests.faux import INSTANT, RACINE, URL, FausseBase, FauxNoeud, noeud, pack, publiee


@pytest.fixture(scope="module")
def service() -> FauxNoeud:
    """2026.1, and 2026.2 that follows it."""
    base = FausseBase()
    precedent = lire_catalogue(depuis_dossiers(RACINE, "2026.1"))
    suite = empaqueter(depuis_dossiers(RACINE, "2026.2"), URL, precedent=precedent)[1]
    base.enregistrer_version(publiee("2026.1", INSTANT - timedelta(days=100)), pack("2026.1"))
    base.enregistrer_version(publiee("2026.2", INSTANT - timedelta(days=10)), suite)
    return noeud(base)


@pytest.mark.exigence("R8", "R1.4")
def test_l_accueil_mene_aux_documents__ok(service: FauxNoeud) -> None:
    accueil = service.appeler("/", methode="GET", operateur=None).octets.decode()
    liens = re.findall(r'href="(/catalogue/[^"]+)"', accueil)
    for version, noms in (("2026.1", 5), ("2026.2", 6)):
        siens = [lien for lien in liens if lien.startswith(f"/catalogue/{version}/")]
        assert len(siens) == noms
        for lien in siens:
            assert service.appeler(lien, methode="GET", operateur=None).statut == 200, lien
    assert "/catalogue/2026.2/changelog.html" in liens
    assert "/catalogue/2026.1/changelog.html" not in liens, "nothing is before it"


@pytest.mark.exigence("R8")
@pytest.mark.parametrize(
    ("chemin", "genre"),
    [
        ("documents/specifications-techniques.html", "text/html; charset=utf-8"),
        ("changelog.xml", "text/xml; charset=utf-8"),
        ("jeu-de-test/jeu-de-test.sh", "text/plain; charset=utf-8"),
        ("jeu-de-test/parc.csv", "text/plain; charset=utf-8"),
        ("jeu-de-test/messages/ACCES_FTTH/MINIMAL.xml", "text/xml; charset=utf-8"),
    ],
)
def test_les_fichiers_sont_servis_tels_quels__ok(service: FauxNoeud, chemin: str, genre: str) -> None:
    recue = service.appeler(f"/catalogue/2026.2/{chemin}", methode="GET", operateur=None)
    assert (recue.statut, recue.entetes["Content-Type"]) == (200, genre)
    assert recue.octets == service.registre.chargee("2026.2").fichiers[chemin]
    assert service.appeler("/catalogue/2026.2/documents/x.html", methode="GET").statut == 404


@pytest.mark.exigence("R8", "R2.4")
def test_une_version_retiree_n_est_pas_chargee_pour_une_liste__ok() -> None:
    base = FausseBase()
    base.enregistrer_version(publiee("2026.1", INSTANT - timedelta(days=100), INSTANT), pack("2026.1"))
    service = noeud(base)
    base.appels.clear()
    accueil = service.appeler("/", methode="GET", operateur=None).octets.decode()
    assert "/catalogue/2026.1/maquettes/index.html" in accueil
    assert base.appels == []


@pytest.mark.exigence("R1.4")
def test_les_fichiers_d_un_pack_se_lisent_a_la_demande__ok() -> None:
    fichiers = FichiersDuPack(pack("2026.1"))
    noms = list(fichiers)
    assert len(noms) == len(fichiers) > 100
    assert "absent.xml" not in fichiers
    assert fichiers.get("absent.xml") is None
    lus: list[dict[str, bytes]] = []
    fils = [threading.Thread(target=lambda: lus.append({nom: fichiers[nom] for nom in noms})) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert len(lus) == 4
    assert all(lu == lus[0] for lu in lus)
    assert all(fichiers[nom] == contenu for nom, contenu in lus[0].items())
