"""The cases of the jeu de test after a deposit: each state and kind of appointment, and that a node answers so at any hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from lxml import etree

from esav_soap.client.jeu_de_test import JeuDeTest, ResultatCas
from esav_soap.model import Catalogue, TypeRendezVous
from esav_soap.reader import lire_catalogue
from esav_soap.reader.sources import depuis_dossiers
from esav_soap.signalisation import Etat, Prestation
from esav_soap.signalisation.scenarios import Scenario, etapes, prestation_essai
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.catalogue import empaqueter
from esav_soap.usecases.jeu_de_test import Genre
from esav_soap.usecases.jeu_de_test import cas as module_cas
from esav_soap.usecases.jeu_de_test.reponses import MOTIFS, RETENUS, normaliser
from esav_soap.usecases.jeu_de_test.suites import ATTEINTS, MINUTES, NOMBRE
from esav_soap.usecases.parc import lire_parc
from esav_soap.usecases.registre import FichiersDuPack
from tests.faux import RACINE, URL, FausseBase, FauxNoeud, noeud, pack, publiee

VERSIONS = ("2026.1", "2026.2")
P = "{urn:esav:pack:1}"
#: By the clocks of Paris: an ordinary morning, the night when the search is closed elsewhere, the last minute before
#: midnight, the evening before a long week-end, and before that of the change to winter time.
HEURES = {
    "matin": datetime(2026, 7, 1, 10, 1, 40, tzinfo=UTC),
    "nuit": datetime(2026, 7, 1, 0, 31, 40, tzinfo=UTC),
    "minuit": datetime(2026, 7, 1, 21, 59, 58, tzinfo=UTC),
    "pont": datetime(2026, 7, 13, 20, 1, 40, tzinfo=UTC),
    "heure d'hiver": datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
}


@cache
def catalogue(version: str) -> Catalogue:
    return lire_catalogue(depuis_dossiers(RACINE, version))


@cache
def suite() -> bytes:
    """The pack of 2026.2 that follows 2026.1."""
    return empaqueter(depuis_dossiers(RACINE, "2026.2"), URL, precedent=catalogue("2026.1"))[1]


def cas(version: str) -> list[etree._Element]:
    return etree.fromstring(FichiersDuPack(pack(version))["jeu-de-test/manifeste.xml"]).findall(f"{P}cas")


class Banc:
    """A node over a store, and the set of 2026.2 passed on it as the client passes it."""

    def __init__(self, magasin: Magasin) -> None:
        debut = min(HEURES.values())
        magasin.enregistrer_version(publiee("2026.1", debut, suite="2026.2"), pack("2026.1"))
        magasin.enregistrer_version(replace(publiee("2026.2", debut), retrait=None), suite())
        self.magasin = magasin
        self.noeud: FauxNoeud = noeud(cast(FausseBase, magasin), deroulements=magasin)
        self.jeu = JeuDeTest(suite())

    def passer(self, serie: str, operateur: str, *offres: str, apres: bool = False) -> list[ResultatCas]:
        def envoi(adresse: str, message: bytes, _operation: str) -> tuple[int, bytes]:
            reponse = self.noeud.appeler(adresse, message, operateur=operateur)
            return reponse.statut, reponse.octets

        return list(self.jeu.passer("", envoi, serie, offres, apres=apres))

    def a(self, instant: datetime) -> None:
        self.noeud.horloge[0] = instant
        self.noeud.registre.rafraichir(instant)


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    dossier: Path = tmp_path_factory.mktemp("suites")
    with ouvrir(f"sqlite:///{dossier}/esav.db") as magasin:
        yield Banc(magasin)


def ecarts(resultats: list[ResultatCas]) -> list[tuple[str, bytes, bytes]]:
    return [(r.code, r.attendue, r.recue) for r in resultats if not r.conforme]


@pytest.mark.exigence("R8", "R3.3", "R3.4", "R3.5", "R4.1", "R6.3")
@pytest.mark.parametrize("heure", HEURES)
def test_un_noeud_repond_ce_que_le_jeu_imprime__ok(banc: Banc, heure: str) -> None:
    """On nothing but the test prestations; by then the signalisations are where the cases say, and stay there."""
    serie = heure.replace(" ", "-").replace("'", "-")
    offres = () if heure == "matin" else ("ACCES_FTTH", "GENIE_CIVIL")
    banc.a(HEURES[heure])
    premiers = banc.passer(serie, "NOUVEAU", *offres)
    assert ecarts(premiers) == []
    assert len(premiers) > 80
    assert offres or len(premiers) == banc.jeu.nombre
    for plus_tard in (timedelta(minutes=banc.jeu.minutes), timedelta(days=2)):
        banc.a(HEURES[heure] + plus_tard)
        suivants = banc.passer(serie, "NOUVEAU", *offres, apres=True)
        assert ecarts(suivants) == []
        assert len(suivants) == len(ATTEINTS) * len(offres or catalogue("2026.2").offres)


@pytest.mark.exigence("R8", "R6.3")
def test_trop_tot_l_etat_n_est_pas_atteint__error(banc: Banc) -> None:
    banc.a(HEURES["matin"] + timedelta(days=1))
    banc.passer("TOT", "NOUVEAU", "FIBRE_NOIRE")
    banc.a(HEURES["matin"] + timedelta(days=1, minutes=2, seconds=30))
    differents = {
        code.rpartition("-")[2] for code, _, _ in ecarts(banc.passer("TOT", "NOUVEAU", "FIBRE_NOIRE", apres=True))
    }
    assert differents == {"ETAT_GELE", "ETAT_CLOS", "ETAT_VALIDE", "ETAT_CLOS_TABLEAU_DE_BORD"}


@pytest.mark.exigence("R8", "R6.3", "R4.1")
def test_le_parc_importe_repond_de_meme__ok(banc: Banc) -> None:
    """What ``parc.csv`` loads, appointments included."""
    fichier = FichiersDuPack(suite())["jeu-de-test/parc.csv"]
    importees = [lue for _, lue in lire_parc(BytesIO(fichier), {offre.code for offre in catalogue("2026.2").offres})]
    prestations = [une for une in importees if isinstance(une, Prestation)]
    assert len(prestations) == len(importees) == len(catalogue("2026.2").offres)
    banc.magasin.importer(prestations)
    banc.a(HEURES["matin"] + timedelta(days=3))
    assert ecarts(banc.passer("PARC", "ESSAI", "ACCES_FTTH", "LIAISON_NRO_PM")) == []


@pytest.mark.exigence("R8", "R3.4")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_etat_a_ses_cas__ok(version: str) -> None:
    """By its name, for each Offre: the deposit that leads to it, and the answer that says so."""
    offres = [offre.code for offre in catalogue(version).offres]
    for etat in Etat:
        lus = [un for un in cas(version) if un.get("genre") == f"ETAT_{etat.name}"]
        assert [un.get("offre") for un in lus] == offres
        assert {un.get("apres") for un in lus} == {None if etat is Etat.EN_DEPOT else str(MINUTES)}
        fichiers = FichiersDuPack(pack(version))
        for un in lus:
            assert f"<ws:etat>{etat.name}</ws:etat>".encode() in fichiers[f"jeu-de-test/{un.get('reponse')}"]
        if etat is not Etat.EN_DEPOT:
            assert [un.get("offre") for un in cas(version) if un.get("genre") == f"VERS_{etat.name}"] == offres
    assert set(ATTEINTS.values()) == set(Etat) - {Etat.EN_DEPOT}
    assert all(f"scénario {s.name} " in Genre[f"VERS_{etat.name}"].value for s, etat in ATTEINTS.items())


@pytest.mark.exigence("R8", "R4.1")
@pytest.mark.parametrize("version", VERSIONS)
def test_chaque_genre_de_rendez_vous_a_ses_cas__ok(version: str) -> None:
    """Searched, booked, moved and cancelled, for each Offre that has it; a kind that it has not is refused."""
    par_offre = {o.code: [un for un in cas(version) if un.get("offre") == o.code] for o in catalogue(version).offres}
    for offre in catalogue(version).offres:
        siens = {un.get("genre"): un.get("verdict") for un in par_offre[offre.code]}
        for genre in TypeRendezVous:
            gestes = [f"{g}_{genre.name}" for g in ("RECHERCHE", "RESERVATION", "MODIFICATION", "ANNULATION")]
            attendu = "ACCEPTE" if genre in offre.rendez_vous else None
            assert [siens.get(geste) for geste in gestes] == [attendu] * 4
        assert ("GENRE_NON_PREVU" in siens) is (len(offre.rendez_vous) < len(TypeRendezVous))
        refus = ("PLAGE_COMPLETE", "PLAGES_FERMEES", "RENDEZ_VOUS_INCONNU", "SIGNALISATION_INCONNUE")
        assert [siens.get(nom) for nom in refus] == list(refus)
        interdits = [siens.get(nom) for nom in ("RENDEZ_VOUS_EXISTANT", "CONTESTATION_REFUSEE")]
        assert interdits == ["TRANSITION_INTERDITE"] * 2
        assert len(par_offre[offre.code]) - 16 <= NOMBRE


@pytest.mark.exigence("R8")
def test_avec_beaucoup_d_offres_les_premieres_ont_des_suites__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as there is room for; each Offre keeps its deposits."""
    offres = [offre.code for offre in catalogue("2026.1").offres]
    monkeypatch.setattr(module_cas, "CAS_MAX", 16 * len(offres) + 2 * NOMBRE + 1)
    octets = empaqueter(depuis_dossiers(RACINE, "2026.1"), URL)[1]
    manifeste = etree.fromstring(FichiersDuPack(octets)["jeu-de-test/manifeste.xml"])
    trouves = [(un.get("offre"), un.get("service")) for un in manifeste.iterfind(f"{P}cas")]
    assert list(dict.fromkeys(offre for offre, _ in trouves)) == offres
    assert list(dict.fromkeys(offre for offre, service in trouves if service == "suivi")) == offres[:2]


@pytest.mark.exigence("R8", "R3.2")
def test_plusieurs_defauts_en_une_fois__ok() -> None:
    for nom, codes in (
        ("SUIVI_INVALIDE", ["REGLE_NON_RESPECTEE", "CHAMP_MANQUANT"]),
        ("JOUR_TROP_PROCHE", ["TROP_PETIT", "VALEUR_HORS_LISTE"]),
    ):
        un = next(un for un in cas("2026.2") if un.get("genre") == nom)
        assert [erreur.get("code") for erreur in un.iter(f"{P}erreur")] == codes


@pytest.mark.exigence("R8")
def test_ce_qui_change_a_un_joker__ok() -> None:
    """No day, no number and no hour of the making of the set is in it; no placeholder stands where a value belongs."""
    fichiers = FichiersDuPack(pack("2026.2"))
    for un in cas("2026.2"):
        if un.get("service") == "depot":
            continue
        attendue = fichiers[f"jeu-de-test/{un.get('reponse')}"]
        assert normaliser(attendue, un.get("service", "")) == attendue
        sans_la_passee = attendue.replace(b"<ws:valeur>2026-01-01</ws:valeur>", b"")
        assert b"2026-" not in sans_la_passee, un.get("code")
        assert b"/2026" not in attendue, un.get("code")
        message = fichiers[f"jeu-de-test/{un.get('message')}"]
        assert message.count(b"{") == sum(message.count(joker.encode()) for joker in RETENUS.values())


@pytest.mark.exigence("R8")
def test_les_motifs_valent_pour_leur_service__ok() -> None:
    proposees = b"Plages libres : 03/07/2026, matin ; 06/07/2026, matin."
    assert normaliser(proposees, "rendez-vous") == b"Plages libres : {jour}, matin ; {jour}, matin."
    assert normaliser(proposees, "suivi") == normaliser(proposees) == proposees
    assert set(MOTIFS) == {"suivi", "rendez-vous"}
    assert all(
        "'" not in motif and "|" not in motif and "\\" not in motif for siens in MOTIFS.values() for motif, _ in siens
    )


@pytest.mark.exigence("R8", "R6.3")
def test_les_scenarios_du_jeu_ont_une_prestation__ok() -> None:
    fichiers = FichiersDuPack(pack("2026.2"))
    for scenario in (*ATTEINTS, Scenario.NUIT):
        assert bool(etapes(scenario)) is (scenario is not Scenario.NUIT)
        nom = f">{prestation_essai('FIBRE_NOIRE', scenario)}<".encode()
        assert any(nom in octets for chemin, octets in fichiers.items() if "messages/FIBRE_NOIRE/" in chemin)
