"""Every state and every kind of appointment on integration, through a real server whose clock the test sets (R3.4, R4.1, R6.3).

Nothing is imported: an opérateur that nobody has heard of sees all of it on the test prestations.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous.essai import COMPLETES, LIBRES
from esav_soap.signalisation import Etat
from esav_soap.signalisation.scenarios import Scenario, etapes, prestation_essai
from esav_soap.store import ouvrir
from esav_soap.usecases.catalogue import Dates
from tests.e2e.fourche import executer
from tests.e2e.horloge import Cadran
from tests.e2e.installation import installer
from tests.e2e.serveur import DELAI_S, ServeurReel, serveur_neuf
from tests.e2e.soap import RACINE, Reponse, appeler, catalogue, depot, requete
from tests.postgres import Grappe, postgresql

__all__ = ["postgresql"]

JOUR, MINUTE = timedelta(days=1), timedelta(minutes=1)
#: A Wednesday, at noon in Paris.
DEPART = datetime(2026, 7, 1, 10, 0, 40, tzinfo=UTC)
VERSIONS = ("2026.1", "2026.2")
SUIVI, RENDEZ_VOUS = "integration/ws/1/suivi", "integration/ws/1/rendez-vous"
SUIVIS = tuple(s for s in Scenario if etapes(s))
OPERATEUR = "NOUVEAU"


def _marques(version: str, offre: str) -> list[pytest.MarkDecorator]:
    """Both versions are treated by the same code: of the older one, one Offre is enough for the short run."""
    return [] if (version, offre) == ("2026.1", "ACCES_FTTH") or version == "2026.2" else [pytest.mark.long]


OFFRES = [
    pytest.param(version, offre.code, marks=_marques(version, offre.code))
    for version in VERSIONS
    for offre in catalogue(version).offres
]
GENRES = [
    pytest.param(version, offre.code, genre, marks=_marques(version, offre.code))
    for version in VERSIONS
    for offre in catalogue(version).offres
    for genre in offre.rendez_vous
]


@dataclass(frozen=True)
class Banc:
    """A node, and its clock."""

    noeud: ServeurReel
    cadran: Cadran

    def deposer(self, version: str, offre: str, scenario: Scenario | None, reference: str) -> Reponse:
        demande = depot(version, offre, reference, prestation=prestation_essai(offre, scenario))
        return appeler(self.noeud.url, f"integration/ws/1/depot/{version}", demande, operateur=OPERATEUR)

    def suivi(self, operation: str, reference: str, **champs: str) -> Reponse:
        demande = requete(operation, referenceOperateur=reference, **champs)
        return appeler(self.noeud.url, SUIVI, demande, operateur=OPERATEUR)

    def etat(self, reference: str) -> str | None:
        return self.suivi("consulterEtat", reference).texte("etat")

    def rdv(self, operation: str, **champs: str) -> Reponse:
        return appeler(self.noeud.url, RENDEZ_VOUS, requete(operation, **champs), operateur=OPERATEUR)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def banc(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Both versions, and no parc at all."""
    dossier = tmp_path_factory.mktemp("etats")
    with ExitStack() as pile:
        url = f"sqlite:///{dossier}/esav.db"
        if request.param == "postgresql":
            grappe: Grappe = request.getfixturevalue("postgresql")
            url = pile.enter_context(grappe.base())
        dates = (Dates(DEPART - 200 * JOUR, DEPART + 20 * JOUR, "2026.2"), Dates(DEPART - 9 * JOUR))
        with ouvrir(url) as magasin:
            for version, date in zip(VERSIONS, dates, strict=True):
                installer(version, date, magasin, DEPART)
        cadran = Cadran(dossier / "cadran")
        cadran.regler(DEPART)
        env = {**cadran.env(), "PYTHONPATH": str(RACINE), "PATH": os.environ["PATH"]}
        yield Banc(pile.enter_context(serveur_neuf(url, dossier, env=env)), cadran)


@pytest.mark.exigence("R3.4", "R3.5", "R6.3")
@pytest.mark.parametrize(("version", "offre"), OFFRES)
def test_chaque_etat_se_voit_sur_chaque_offre__ok(banc: Banc, version: str, offre: str) -> None:
    """Minute by minute, by ``consulterEtat``; at the end one rests in each state."""
    banc.cadran.regler(DEPART)
    attendus: dict[str, dict[int, str]] = {}
    for scenario in (None, *SUIVIS):
        reference = f"ETAT-{version}-{offre}-{scenario.name if scenario else ''}"
        assert banc.deposer(version, offre, scenario, reference).texte("etat") == "EN_DEPOT"
        prevus = etapes(scenario) if scenario else ()
        attendus[reference] = {0: "EN_DEPOT", **{e.minutes: e.etat.name for e in prevus}}
    vus: set[str | None] = set()
    for minute in range(7):
        banc.cadran.regler(DEPART + minute * MINUTE)
        for reference, prevus_ici in attendus.items():
            attendu = prevus_ici[max(m for m in prevus_ici if m <= minute)]
            assert banc.etat(reference) == attendu
            vus.add(attendu)
    assert vus == {etat.name for etat in Etat}
    assert {banc.etat(reference) for reference in attendus} == vus, "each rests in its own"


@pytest.mark.exigence("R3.6", "R6.3")
@pytest.mark.parametrize(
    ("scenario", "operation", "suite"),
    [
        (Scenario.GEL, "completerSignalisation", ["EN_COURS", "CLOS"]),
        (Scenario.GEL, "demanderCloture", ["GELE", "EN_COURS", "CLOS"]),
        (Scenario.QUALIFICATION, "demanderCloture", ["EN_QUALIFICATION", "EN_COURS", "CLOS"]),
        (Scenario.COURS, "demanderCloture", ["EN_COURS", "CLOS"]),
        (Scenario.CLOTURE, "contesterCloture", ["EN_COURS", "CLOS"]),
        (Scenario.VALIDATION, "contesterCloture", ["EN_COURS", "CLOS", "VALIDE"]),
    ],
)
def test_les_actions_menent_quelque_part__ok(banc: Banc, scenario: Scenario, operation: str, suite: list[str]) -> None:
    """Their answer is the first state; the next ones come a minute after another, and ``listerEvenements`` tells them."""
    banc.cadran.regler(DEPART)
    reference = f"{operation}-{scenario.name}"
    banc.deposer("2026.2", "FIBRE_NOIRE", scenario, reference)
    action = DEPART + 10 * MINUTE + timedelta(seconds=17)
    banc.cadran.regler(action)
    curseur, encore = "0", "true"
    while encore == "true":
        page = appeler(banc.noeud.url, SUIVI, requete("listerEvenements", curseur=curseur), operateur=OPERATEUR)
        curseur, encore = page.texte("curseur") or "", page.texte("encore") or ""
    recu = banc.suivi(operation, reference, commentaire="Le client est sur place.")
    assert (recu.refus, recu.texte("etat")) == (None, suite[0])
    for rang, attendu in enumerate(suite):
        banc.cadran.regler(action + rang * MINUTE)
        assert banc.etat(reference) == attendu
    banc.cadran.regler(action + JOUR)
    assert banc.etat(reference) == suite[-1]
    lus = appeler(banc.noeud.url, SUIVI, requete("listerEvenements", curseur=curseur), operateur=OPERATEUR)
    siens = [e for e in lus.corps.iter("{*}evenement") if e.findtext("{*}referenceOperateur") == reference]
    assert [e.findtext("{*}etat") for e in siens] == suite
    assert [e.findtext("{*}auteur") for e in siens] == ["OPERATEUR", *["FOURNISSEUR"] * (len(suite) - 1)]


@pytest.mark.exigence("R4.1", "R6.3")
@pytest.mark.parametrize(("version", "offre", "genre"), GENRES)
def test_chaque_genre_de_rendez_vous__ok(banc: Banc, version: str, offre: str, genre: TypeRendezVous) -> None:
    """Searched by prestation and by signalisation, held, confirmed, moved, cancelled; a full slot says what is free."""
    banc.cadran.regler(DEPART)
    reference = f"RDV-{version}-{offre}-{genre.name}"
    banc.deposer(version, offre, None, reference)
    par_prestation = banc.rdv("rechercherPlages", identifiantPrestation=prestation_essai(offre), genre=genre.name)
    cle = {"referenceOperateur": reference}
    trouvees = banc.rdv("rechercherPlages", **cle, genre=genre.name)
    assert trouvees.textes("jour") == par_prestation.textes("jour")
    jours = list(dict.fromkeys(trouvees.textes("jour")))
    assert (jours[0], len(jours)) == ("2026-07-02", 9), "each jour ouvré of two weeks, but for the 14th of July"
    assert set(trouvees.textes("plage")) == {plage.name for plage in LIBRES[genre]}

    def reserver(nom: str, plage: str, jour: str, **autres: str) -> Reponse:
        voulu = {"referenceRendezVous": f"{reference}-{nom}", "genre": genre.name, "jour": jour, "plage": plage}
        return banc.rdv("reserverRendezVous", **cle, **voulu, **autres)

    pleine = reserver("A", COMPLETES[genre].name, jours[-1], ferme="true")
    assert pleine.refus == "PLAGE_COMPLETE"
    jour, plage = pleine.textes("valeurAdmise")[0].split(" ")
    tenue = reserver("B", plage, jour)
    assert (tenue.refus, tenue.texte("etat"), tenue.texte("dejaFait")) == (None, "TENUE", "false")
    assert reserver("B", plage, jour).texte("dejaFait") == "true"
    numero = tenue.texte("numeroRendezVous") or ""
    assert banc.rdv("confirmerRendezVous", numeroRendezVous=numero).texte("etat") == "CONFIRMEE"
    autre = {"referenceRendezVous": f"{reference}-C", "jour": jours[-1], "plage": LIBRES[genre][-1].name}
    deplace = banc.rdv("modifierRendezVous", numeroRendezVous=numero, **autre)
    assert (deplace.refus, deplace.texte("jour"), deplace.texte("remplace")) == (None, jours[-1], numero)
    nouveau = deplace.texte("numeroRendezVous") or ""
    assert banc.rdv("annulerRendezVous", numeroRendezVous=nouveau).texte("etat") == "ANNULEE"
    assert banc.rdv("consulterRendezVous", **cle).textes("etat") == ["DEPLACEE", "ANNULEE"]
    actions = banc.suivi("consulterDetail", reference).textes("action")
    assert actions == ["DEPOSER", "PRENDRE_RENDEZ_VOUS", "DEPLACER_RENDEZ_VOUS", "ANNULER_RENDEZ_VOUS"]


@pytest.mark.exigence("R4.1", "R3.6", "R6.3")
def test_un_rendez_vous_gele_jusqu_a_la_reponse__ok(banc: Banc) -> None:
    banc.cadran.regler(DEPART)
    banc.deposer("2026.2", "ACCES_FTTH", Scenario.COURS, "GELEE-1")
    banc.cadran.regler(DEPART + 5 * MINUTE)
    voulu = {"genre": "SAV", "jour": "2026-07-03", "plage": "H13", "ferme": "true"}
    pris = banc.rdv("reserverRendezVous", referenceOperateur="GELEE-1", referenceRendezVous="GELEE-1", **voulu)
    assert pris.refus is None
    assert banc.etat("GELEE-1") == "GELE"
    banc.cadran.regler(DEPART + JOUR)
    assert banc.etat("GELEE-1") == "GELE", "until it is answered"
    assert banc.suivi("completerSignalisation", "GELEE-1", commentaire="Fait.").texte("etat") == "EN_COURS"
    banc.cadran.regler(DEPART + JOUR + MINUTE)
    assert banc.etat("GELEE-1") == "CLOS"


@pytest.mark.exigence("R4.3", "R6.3")
def test_la_recherche_fermee_se_voit_a_toute_heure__error(banc: Banc) -> None:
    """On NUIT always, on the others never, not even at night."""
    for instant, rouvre in (
        (DEPART, "2026-07-02T04:00:00+02:00"),
        (datetime(2026, 7, 2, 0, 30, tzinfo=UTC), "2026-07-02T04:00:00+02:00"),
    ):
        banc.cadran.regler(instant)
        for scenario, refus in ((Scenario.NUIT, "PLAGES_FERMEES"), (None, None), (Scenario.COURS, None)):
            nom = prestation_essai("ACCES_FTTH", scenario)
            recu = banc.rdv("rechercherPlages", identifiantPrestation=nom, genre="SAV")
            assert recu.refus == refus
            assert recu.texte("reessayerApres") == (rouvre if refus else None)
    banc.deposer("2026.2", "ACCES_FTTH", Scenario.NUIT, "NUIT-1")
    voulu = {"genre": "SAV", "jour": "2026-07-03", "plage": "MATIN", "ferme": "true"}
    cle = {"referenceOperateur": "NUIT-1", "referenceRendezVous": "NUIT-1"}
    assert banc.rdv("reserverRendezVous", **cle, **voulu).refus is None, "a slot that one knows"


@pytest.mark.exigence("R3.7", "R6.3")
def test_la_production_n_a_pas_de_places_d_essai__error(banc: Banc) -> None:
    banc.cadran.regler(DEPART)
    demande = requete("rechercherPlages", identifiantPrestation="JDT-ACCES_FTTH", genre="SAV")
    recu = appeler(banc.noeud.url, "production/ws/1/rendez-vous", demande, operateur=OPERATEUR)
    assert recu.refus == "PRESTATION_INCONNUE"


@pytest.mark.exigence("R8", "R3.4", "R4.1", "R6.3")
@pytest.mark.parametrize("passeur", ["script", "client"])
def test_le_jeu_lit_les_etats_quelques_minutes_apres__ok(banc: Banc, passeur: str, tmp_path: Path) -> None:
    """First the deposits, then, with their series, the states; before the minutes are over some are not reached."""
    with ouvrir(banc.noeud.store) as magasin:
        pack = tmp_path / "pack.zip"
        pack.write_bytes(magasin.pack("2026.2") or b"")
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(tmp_path)
    passer = _par_le_script if passeur == "script" else _par_le_client
    banc.cadran.regler(DEPART)
    code, conformes, ecarts = passer(banc, tmp_path, f"APRES-{passeur}")
    assert (code, ecarts) == (0, [])
    assert conformes > 40
    banc.cadran.regler(DEPART + 3 * MINUTE)
    code, conformes, ecarts = passer(banc, tmp_path, f"APRES-{passeur}", "--apres")
    assert (code, conformes) == (1, 5)
    assert ecarts == ["ACCES_FTTH-ETAT_VALIDE", "ACCES_FTTH-ETAT_CLOS_TABLEAU_DE_BORD"]
    banc.cadran.regler(DEPART + 5 * MINUTE)
    assert passer(banc, tmp_path, f"APRES-{passeur}", "--apres") == (0, 7, [])


def _par_le_script(banc: Banc, dossier: Path, serie: str, *options: str) -> tuple[int, int, list[str]]:
    communs = {n: v for n, v in os.environ.items() if not n.startswith("ESAV_")}
    lance = subprocess.run(
        ["sh", str(dossier / "jeu-de-test" / "jeu-de-test.sh"), *options, "ACCES_FTTH"],
        env={**communs, "ESAV_URL": banc.noeud.url, "ESAV_OPERATEUR": OPERATEUR, "ESAV_SERIE": serie},
        capture_output=True,
        text=True,
        timeout=DELAI_S,
        check=False,
    )
    dite = f"Dans 5 minutes, les autres états : ESAV_SERIE={serie} sh jeu-de-test.sh --apres"
    assert (dite in lance.stdout) is (not options)
    conformes = len(re.findall(r"^conforme  ", lance.stdout, re.MULTILINE))
    return lance.returncode, conformes, re.findall(r"^ÉCART +(\S+)", lance.stdout, re.MULTILINE)


def _par_le_client(banc: Banc, dossier: Path, serie: str, *options: str) -> tuple[int, int, list[str]]:
    acces = ("--url", banc.noeud.url, "--operateur", OPERATEUR, "--offre", "ACCES_FTTH", "--format", "json")
    commande = ["client", "jeu-de-test", str(dossier / "pack.zip"), *acces]
    lance = executer([*commande, "--serie", serie, *options])
    rapport = json.loads(lance.stdout)
    assert (rapport["serie"], rapport["minutes"]) == (serie, 0 if options else 5)
    return lance.returncode, rapport["conformes"], rapport["ecarts"]


@pytest.mark.exigence("R8")
def test_la_suite_demande_sa_serie__error(banc: Banc, tmp_path: Path) -> None:
    with ouvrir(banc.noeud.store) as magasin:
        (tmp_path / "pack.zip").write_bytes(magasin.pack("2026.2") or b"")
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        archive.extractall(tmp_path)
    env = {n: v for n, v in os.environ.items() if not n.startswith("ESAV_")}
    for commande in (
        ["sh", str(tmp_path / "jeu-de-test" / "jeu-de-test.sh"), "--apres"],
        [sys.executable, "-m", "esav_soap.cli", "client", "jeu-de-test", str(tmp_path / "pack.zip"), "--apres"],
    ):
        lance = subprocess.run(commande, env=env, capture_output=True, text=True, timeout=DELAI_S, check=False)
        assert lance.returncode == 2
        assert "série" in lance.stderr.lower() or "--serie" in lance.stderr
