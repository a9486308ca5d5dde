"""``esav parc import`` as a command: exit codes, what it says, what an interruption leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from esav_soap.cli.interruption import ecriture_protegee
from esav_soap.signalisation import Prestation
from esav_soap.store import Magasin, ouvrir
from esav_soap.store.verrou import Verrou

RACINE = Path(__file__).parents[2]
ENTETE = "plateforme;operateur;identifiant;offre;extremiteA;extremiteB;complement;garantie\n"
DELAI_S = 120


def ligne(numero: int, offre: str = "ACCES_FTTH") -> str:
    return f"production;OPA;P{numero:07d};{offre};PTO;PM;Bât. A;GTR_4H\n"


def commande(url: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "esav_soap.cli", "parc", "import", "--store", url, *arguments]


def lancer(url: str, *arguments: str, entree: str | None = None) -> tuple[int, str, str]:
    """Exit code, standard output, standard error. Narrow no-break spaces of numbers are shown as blanks."""
    fini = subprocess.run(
        commande(url, *arguments), cwd=RACINE, input=entree, capture_output=True, encoding="utf-8", timeout=DELAI_S
    )
    return fini.returncode, fini.stdout.replace("\u202f", " "), fini.stderr


def nombre(url: str) -> int:
    with ouvrir(url) as magasin, magasin._moteur.lecteurs.connect() as connexion:
        return int(connexion.exec_driver_sql("SELECT count(*) FROM prestation").scalar_one())


@pytest.mark.long
@pytest.mark.exigence("R3.7")
def test_import_puis_mise_a_jour(magasin: Magasin, url: str, tmp_path: Path) -> None:
    fichier = tmp_path / "parc.csv"
    fichier.write_text(ENTETE + "".join(ligne(n) for n in range(12_345)), encoding="utf-8-sig")
    for option in ("--a-blanc", "--dry-run"):
        assert lancer(url, option, str(fichier))[:2] == (
            0,
            "Correct : 12 345 prestations, rien n'a été écrit (--a-blanc).\n",
        )
    assert nombre(url) == 0
    assert lancer(url, str(fichier))[:2] == (
        0,
        "Importé : 12 345 prestations, dont 12 345 ajoutées, 0 modifiée, 0 inchangée.\n",
    )
    suite = ENTETE + ligne(7, "FIBRE_NOIRE") + ligne(8) + ligne(99_999)
    code, sortie, erreurs = lancer(url, "-", entree=suite)
    assert (code, sortie) == (
        0,
        "Importé : 3 prestations, dont 1 ajoutée, 1 modifiée, 1 inchangée.\n",
    )
    assert "les codes d'Offre ne sont pas vérifiés" in erreurs
    assert nombre(url) == 12_346
    assert magasin.prestation("production", "OPA", "P0000007") == Prestation(
        "production", "OPA", "P0000007", "FIBRE_NOIRE", "PTO", "PM", "Bât. A", "GTR_4H"
    )


@pytest.mark.exigence("R3.2", "R3.7")
def test_refus_nomme_chaque_ligne(url: str) -> None:
    mauvaises = "".join(f"recette;OPA;P{n};ACCES_FTTH;;;;\n" for n in range(1100))
    code, sortie, _ = lancer(url, "-", entree=ENTETE + ligne(1) + mauvaises + ligne(1))
    lignes = sortie.splitlines()
    assert code == 1
    assert lignes[0] == (
        "ligne 3, plateforme : PLATEFORME_INCONNUE : La plate-forme n'existe pas. Valeur : « recette ». "
        "Admis : production, integration."
    )
    assert len(lignes) == 1000 + 2
    assert lignes[-2:] == ["… et 101 autres.", "Refusé : 1 101 problèmes, rien n'a été importé."]
    assert nombre(url) == 0


@pytest.mark.exigence("R3.7")
@pytest.mark.parametrize(
    ("arguments", "code", "mot"),
    [(["absent.csv"], 2, "absent.csv"), ([], 2, "FICHIER"), (["--vite", "-"], 2, "--vite")],
)
def test_appels_incorrects(tmp_path: Path, arguments: list[str], code: int, mot: str) -> None:
    rendu, sortie, erreurs = lancer(f"sqlite:///{tmp_path / 'esav.db'}", *arguments, entree="")
    assert (rendu, sortie) == (code, "")
    assert mot in erreurs
    assert "Traceback" not in erreurs


@pytest.mark.exigence("R3.7")
def test_magasin_inutilisable(tmp_path: Path) -> None:
    rendu, sortie, erreurs = lancer(f"sqlite:///{tmp_path}", "-", entree=ENTETE)
    assert sortie == ""
    assert rendu != 0
    assert "ne peut pas être écrit" in erreurs
    assert "Traceback" not in erreurs


@pytest.mark.exigence("R3.7")
def test_interruption_ne_laisse_rien(url: str) -> None:
    """Ctrl-C in the middle of the file: exit code 130, nothing written, and the next import works."""
    ouvrir(url).fermer()
    with subprocess.Popen(
        commande(url, "-"), cwd=RACINE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as processus:
        assert processus.stdin is not None
        # Far more than a pipe holds: when it is written, the command is reading.
        processus.stdin.write((ENTETE + "".join(ligne(n) for n in range(20_000))).encode())
        processus.stdin.flush()
        processus.send_signal(signal.SIGINT)
        assert processus.wait(DELAI_S) == 130
        assert processus.stdout is not None
        assert processus.stderr is not None
        assert processus.stdout.read() == b""
        erreurs = processus.stderr.read().decode()
    assert "Interrompu : rien n'a été importé." in erreurs
    assert "Traceback" not in erreurs
    assert nombre(url) == 0
    assert lancer(url, "-", entree=ENTETE + ligne(1))[0] == 0


@pytest.mark.exigence("R3.7")
def test_interruption_pendant_l_ecriture_attend_sa_fin(tmp_path: Path) -> None:
    """Ctrl-C while the transaction waits for the writers' gate: it ends first, and the command says what is true."""
    url = f"sqlite:///{tmp_path / 'esav.db'}"
    ouvrir(url).fermer()
    with Verrou(Path(f"{tmp_path / 'esav.db'}.verrou")).tenu():
        processus = subprocess.Popen(
            commande(url, "-"), cwd=RACINE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert processus.stdin is not None
        processus.stdin.write((ENTETE + ligne(1)).encode())
        processus.stdin.close()
        assert processus.stderr is not None
        limite = time.monotonic() + DELAI_S
        while not _porte_attendue(processus.pid):
            assert processus.poll() is None
            assert time.monotonic() < limite
            time.sleep(0.01)
        processus.send_signal(signal.SIGINT)
        dit = [processus.stderr.readline().decode() for _ in range(3)]
        assert dit[-1] == "Écriture en cours : elle se termine d'abord, dans quelques secondes.\n"
    assert processus.wait(DELAI_S) == 0
    assert processus.stdout is not None
    assert "Importé : 1 prestation, dont" in processus.stdout.read().decode()
    processus.stdout.close()
    processus.stderr.close()
    assert nombre(url) == 1


def _porte_attendue(pid: int) -> bool:
    """Whether the process waits for a file lock (Linux tells it in ``/proc/locks``)."""
    return any("->" in verrou and f" {pid} " in verrou for verrou in Path("/proc/locks").read_text().splitlines())


@pytest.mark.exigence("R3.7")
def test_ecriture_protegee_rend_les_signaux() -> None:
    avant = signal.getsignal(signal.SIGINT)
    with ecriture_protegee() as proteger:
        assert signal.getsignal(signal.SIGINT) is avant
        proteger()
        os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is not avant
    assert signal.getsignal(signal.SIGINT) is avant
