"""``esav archives``: from the hot tables to the export and the purge, on a store of its own."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from esav_soap.bootstrap.reglages import lire_reglages
from esav_soap.errors import ReglageInvalide
from esav_soap.signalisation import Action, Contact, Cote, Etat, Evenement, MotifRejet, NouvelleSignalisation
from esav_soap.signalisation.numero import tirer
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.archives import passage
from esav_soap.usecases.archives.delais import JOURS_DEFAUT
from esav_soap.usecases.archives.document import ecrire, lire
from esav_soap.usecases.archives.ports import PageArchives
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]

#: A Monday morning in winter; the 400th day before it is 19/10/2025.
PRESENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NUMEROS = [tirer(bytes([rang]) * 7) for rang in range(1, 7)]
#: Days in Paris of the rejections: the last two are those around the limit, and the fourth is in the history.
JOURS = ["2024-03-01", "2024-12-31", "2025-10-18", "2026-11-01", "2025-10-19", "2026-08-24"]


def present() -> datetime:
    return PRESENT


@pytest.fixture
def adresse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> str:
    """A store with six rejected signalisations, of two opérateurs."""
    adresse = f"sqlite:///{tmp_path}/esav.db"
    monkeypatch.setenv("ESAV_STORE", adresse)
    monkeypatch.setenv("ESAV_HORLOGE", "tests.unit.cli.test_archives:present")
    with ouvrir(adresse) as magasin:
        for rang, (numero, jour) in enumerate(zip(NUMEROS, JOURS, strict=True)):
            rejetee(magasin, numero, f"OP{'AB'[rang % 2]}", datetime.fromisoformat(f"{jour}T22:30:00+02:00"))
    return adresse


def rejetee(magasin: Magasin, numero: str, operateur: str, clos_le: datetime) -> None:
    contact = Contact("Claire Martin", "0612345678")
    formulaire = '<f xmlns="urn:esav:catalogue:2026.1:ACCES_FTTH"><nom>Zoé</nom></f>'.encode()
    args = ("P-1", "ACCES_FTTH", "2026.1", contact, formulaire, clos_le - timedelta(hours=1))
    magasin.deposer(NouvelleSignalisation(numero, "production", operateur, f"REF-{numero}", b"\0" * 32, *args))
    rejet = Evenement(
        clos_le, Etat.EN_REJET, Cote.FOURNISSEUR, "doublon", Action.REJETER, "tech-7", motif=MotifRejet.DOUBLON
    )
    assert magasin.changer("production", operateur, numero, 1, rejet)


def documents(fichier: Path) -> list[dict[str, object]]:
    return [json.loads(ligne) for ligne in gzip.decompress(fichier.read_bytes()).splitlines()]


@pytest.mark.exigence("R3.5")
def test_passer_selon_le_reglage_puis_jusqu_a_un_jour__ok(adresse: str, lancer: Lancer) -> None:
    assert lancer("archives", "passer", "--a-blanc")[:2] == (
        0,
        "À archiver : 3 signalisations. Rien n'a été fait (--a-blanc).\n",
    )
    assert lancer("archives", "lister")[1] == "Aucune signalisation archivée.\n"
    code, dit, suivi = lancer("archives", "passer")
    assert (code, dit, suivi.strip()) == (0, "Archivé : 3 signalisations.\n", "Archivage…")
    assert lancer("archives", "passer")[1] == "Archivé : 0 signalisation.\n"
    code, dit, erreur = lancer("archives", "passer", "--jusqu-au", "25/08/2026")
    assert (code, dit) == (2, "")
    assert "au plus tard le 24/08/2026" in erreur
    assert lancer("archives", "passer", "--jusqu-au", "2025-10-19")[1] == "Archivé : 1 signalisation.\n"
    assert lancer("archives", "passer", "--jusqu-au", "2026-08-24")[1] == "Archivé : 1 signalisation.\n"
    with ouvrir(adresse) as magasin:
        assert magasin.archive(NUMEROS[3]) is None  # still in the history


@pytest.mark.exigence("R3.5")
def test_lister_et_montrer__ok(adresse: str, lancer: Lancer) -> None:
    lancer("archives", "passer")
    code, dit, _ = lancer("archives", "lister", "--maximum", "2")
    lignes = dit.splitlines()
    assert (code, [ligne.split()[0] for ligne in lignes[:2]]) == (0, [NUMEROS[2], NUMEROS[1]])
    curseur = lignes[2].partition("--curseur ")[2]
    assert [ligne.split()[0] for ligne in lancer("archives", "lister", "--curseur", curseur)[1].splitlines()] == [
        NUMEROS[0]
    ]
    du_b = lancer("archives", "lister", "--operateur", "OPB", "--plateforme", "production")[1]
    assert [ligne.split()[0] for ligne in du_b.splitlines()] == [NUMEROS[1]]
    assert lancer("archives", "lister", "--du", "2024-03-02", "--au", "2024-12-31")[1].split()[0] == NUMEROS[1]
    code, dit, _ = lancer("archives", "montrer", NUMEROS[0].lower())
    assert code == 0
    assert dit.startswith("Archivée le 23/11/2026 à 10:00\nSignalisation " + NUMEROS[0])
    assert "doublon" in dit
    document = lancer("archives", "montrer", NUMEROS[0], "--json")[1].strip().encode()
    assert ecrire(lire(document)) == document
    code, _, erreur = lancer("archives", "montrer", NUMEROS[3])
    assert (code, erreur) == (1, f"Erreur : aucune signalisation archivée ne porte le numéro {NUMEROS[3]}.\n")


@pytest.mark.exigence("R3.5")
def test_exporter_puis_purger__ok(adresse: str, lancer: Lancer, tmp_path: Path) -> None:
    lancer("archives", "passer")
    tout, partie = tmp_path / "tout.ndjson.gz", tmp_path / "partie.ndjson.gz"
    code, dit, erreur = lancer("archives", "purger", "--avant", "2025-01-01", "--oui")
    assert (code, dit) == (1, "À purger : 0 signalisation.\n")
    assert "Non exportées : 2, les exporter d'abord" in erreur
    assert lancer("archives", "exporter", "--vers", str(partie), "--operateur", "OPA", "--au", "2024-12-31")[0] == 0
    assert [d["numero"] for d in documents(partie)] == [NUMEROS[0]]
    code, dit, _ = lancer("archives", "purger", "--avant", "2025-01-01", "--oui")
    assert (code, dit) == (0, "Purgé : 1 signalisation.\n")
    assert "Purgée le" in lancer("archives", "montrer", NUMEROS[0])[1]
    code, dit, _ = lancer("archives", "exporter", "--vers", str(tout))
    assert (code, dit) == (0, f"Exporté : 3 signalisations, dans {tout}.\n")
    assert [d["numero"] for d in documents(tout)] == NUMEROS[:3]
    assert [lire(ligne).signalisation.contact.nom for ligne in gzip.decompress(tout.read_bytes()).splitlines()] == (
        ["", "Claire Martin", "Claire Martin"]
    )
    assert lancer("archives", "purger", "--avant", "2026-01-01", "--a-blanc")[1] == (
        "À purger : 2 signalisations. Rien n'a été fait (--a-blanc).\n"
    )
    code, _, erreur = lancer("archives", "purger", "--avant", "2026-01-01")
    assert (code, "--oui" in erreur) == (2, True)
    code, _, erreur = lancer("archives", "exporter", "--vers", str(tout))
    assert (code, "existe déjà" in erreur) == (2, True)


@pytest.mark.exigence("R3.5")
def test_purger_sans_export_le_dit__ok(adresse: str, lancer: Lancer) -> None:
    lancer("archives", "passer")
    code, dit, erreur = lancer("archives", "purger", "--avant", "2026-01-01", "--sans-export", "--oui")
    assert (code, dit) == (0, "Purgé : 3 signalisations.\n")
    assert "Non exportées : 3, elles seront perdues." in erreur


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize("erreur", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_un_export_interrompu_ne_laisse_rien__error(
    adresse: str, lancer: Lancer, tmp_path: Path, erreur: BaseException | type[BaseException]
) -> None:
    lancer("archives", "passer")
    fichiers = set(tmp_path.iterdir())
    vraie = Magasin.archives
    pages = iter((1, 2))

    def deux_pages(*args: Any, **reste: Any) -> PageArchives:
        if next(pages) == 2:
            raise erreur
        return vraie(*args, **reste)

    with patch("esav_soap.usecases.archives.export.PAGE", 1), patch.object(Magasin, "archives", deux_pages):
        code, _, dit = lancer("archives", "exporter", "--vers", str(tmp_path / "x.ndjson.gz"))
    assert code == (130 if erreur is KeyboardInterrupt else 1)
    assert dit
    assert set(tmp_path.iterdir()) == fichiers
    with ouvrir(adresse) as magasin:
        assert magasin.a_purger(PRESENT).non_exportees == 3


@pytest.mark.exigence("R3.5")
def test_une_relecture_interrompue_le_dit__error(adresse: str, lancer: Lancer, tmp_path: Path) -> None:
    lancer("archives", "passer")
    with patch.object(Magasin, "marquer_exportees", side_effect=KeyboardInterrupt):
        code, _, dit = lancer("archives", "exporter", "--vers", str(tmp_path / "x.ndjson.gz"))
    assert (code, "exporter de nouveau avant de purger" in dit) == (130, True)
    assert len(documents(tmp_path / "x.ndjson.gz")) == 3


@pytest.mark.exigence("R3.5")
def test_reglage__error() -> None:
    assert lire_reglages({"ESAV_ARCHIVAGE_JOURS": "91"}).archivage_jours == 91
    for faux in ("90", "36501"):
        with pytest.raises(ReglageInvalide, match=f"de 91 .* à 36500, pas {faux}"):
            lire_reglages({"ESAV_ARCHIVAGE_JOURS": faux})
    assert lire_reglages({}).archivage_jours == JOURS_DEFAUT


@pytest.mark.exigence("R3.5")
def test_le_worker_archive_par_petits_pas__ok(adresse: str) -> None:
    with ouvrir(adresse) as magasin, patch.object(passage, "PAS", 2):
        tache = passage.Archivage(magasin, present, 400)
        assert [tache() for _ in range(3)] == [passage.WORKER_S, passage.WORKER_S, passage.WORKER_VIDE_S]
        assert tache.archivees == 3
        assert passage.Archivage(magasin, present, 91).tout() == 1
