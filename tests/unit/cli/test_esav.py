"""The command ``esav``: help, wrong usage in French, exit codes, and what it does not import."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click import termui

from esav_soap.cli import __main__ as cli
from esav_soap.cli import francais
from tests.faux import RACINE

Lancer = Callable[..., tuple[int, str, str]]
ANGLAIS = (
    "Error",
    "Usage:",
    "Try '",
    "No such",
    "does not",
    "is not",
    "requires",
    "Missing",
    "Invalid",
    "Got ",
    "TEXT ",
    "INTEGER",
    "..\n",
)


@pytest.fixture
def lancer(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Lancer:
    """Run ``esav`` with these arguments, in this process: exit code, output, errors."""
    for nom in [n for n in os.environ if n.startswith("ESAV_")]:
        monkeypatch.delenv(nom)

    def executer(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["esav", *arguments])
        with pytest.raises(SystemExit) as fin:
            cli.main()
        sortie = capsys.readouterr()
        assert isinstance(fin.value.code, int)
        return fin.value.code, sortie.out, sortie.err

    return executer


def commandes() -> Iterator[list[str]]:
    def parcourir(commande: click.Command, chemin: list[str]) -> Iterator[list[str]]:
        yield chemin
        if isinstance(commande, click.Group):
            ctx = click.Context(commande)
            for nom in commande.list_commands(ctx):
                sous = commande.get_command(ctx, nom)
                assert sous is not None
                yield from parcourir(sous, [*chemin, nom])

    francais.installer()
    yield from parcourir(cli.esav, [])


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("commande", list(commandes()), ids=" ".join)
def test_aide_de_chaque_commande__ok(lancer: Lancer, commande: list[str]) -> None:
    code, aide, erreurs = lancer(*commande, "--help")
    assert (code, erreurs) == (0, "")
    assert aide.startswith(f"Usage : {' '.join(['esav', *commande])}")
    assert not [mot for mot in ANGLAIS if mot in aide.replace("...", "")]
    coupees = [ligne for ligne in aide.partition("Commandes:")[2].splitlines() if ligne.endswith("...")]
    assert coupees == []
    assert "Montrer cette aide." in aide
    feuille = "Commandes:" not in aide
    assert not feuille or "Exemple" in aide or commande == ["catalogue", "list"] or commande[0] == "client"


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (["serve", "--inconnu"], "option inconnue : --inconnu"),
        (["serve", "--stor", "x"], "proches"),
        (["inconnue"], "commande inconnue : 'inconnue'"),
        (["catalogue", "inconnue"], "commande inconnue"),
        (["serve", "--processus", "abc"], "'abc' n'est pas un nombre"),
        (["demo", "--port", "1.5"], "'1.5' n'est pas un nombre"),
        (["serve", "--adresse"], "'--adresse' attend une valeur"),
        (["catalogue", "build", "--check=oui"], "'--check' ne prend pas de valeur"),
        (["catalogue", "pack"], "il manque 'VERSION'"),
        (["catalogue", "pack", "1", "2", "3"], "argument en trop : 3"),
        (["serve", "x"], "argument en trop : x"),
        (["catalogue", "check", "/inexistant/nulle/part"], "'/inexistant/nulle/part' n'existe pas"),
        (["catalogue", "install", "/inexistant/nulle/part.zip"], "/inexistant/nulle/part.zip n'existe pas"),
        (["catalogue", "pack", "2026.9", "--dossier", str(RACINE)], "présentes : 2026.1, 2026.2"),
        (["catalogue", "install", "2026.1", "--dossier", str(RACINE), "--ouverture", "demain"], "n'est pas une date"),
        (["catalogue", "announce", "2026.2", "--oui", "--ouverture", "0001-01-01"], "hors du calendrier"),
        (["catalogue", "announce", "2026.2", "--oui", "--ouverture", "9999-12-31T23:59-12:00"], "hors du calendrier"),
        (["catalogue", "withdraw", "2026.2"], "sans terminal pour confirmer, donner --oui.\n"),
        (["envois", "rejouer", str(2**63)], "n'est pas dans l'intervalle"),
        (["envois", "list", "--maximum", str(2**63)], "n'est pas dans l'intervalle"),
        (
            ["operateur", "declarer", "OPA", "--courriel", "a@b.fr", "--raison-sociale", "x" * 201],
            "201 caractères : 200 au plus",
        ),
    ],
    ids=lambda v: " ".join(v)[:40] if isinstance(v, list) else "",
)
def test_mauvais_usage_dit_en_francais__error(lancer: Lancer, arguments: list[str], dit: str) -> None:
    code, sortie, erreurs = lancer(*arguments)
    assert code == 2
    assert sortie == ""
    assert erreurs.startswith("Erreur : ")
    assert dit in erreurs
    assert not [mot for mot in ANGLAIS if mot in erreurs]


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("arguments", [[], ["catalogue"], ["store"]])
def test_sans_rien_l_aide__ok(lancer: Lancer, arguments: list[str]) -> None:
    code, _, aide = lancer(*arguments)
    assert code == 2
    assert aide.startswith("Usage : ")
    assert "Erreur" not in aide


@pytest.mark.exigence("R9")
def test_reglages_refuses_tous_a_la_fois__error(lancer: Lancer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESAV_TAILLE_MAX", "grand")
    code, _, erreurs = lancer("serve", "--fils", "0", "--adresse", "ici")
    assert code == 1
    assert all(nom in erreurs for nom in ("ESAV_TAILLE_MAX", "ESAV_FILS", "ESAV_ADRESSE"))


@pytest.mark.exigence("R9")
def test_panne_du_systeme_en_une_phrase__error(lancer: Lancer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def lever(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "sortie.zip")

    sortie = tmp_path / "fichier" / "candidat.zip"
    sortie.parent.write_text("pas un dossier")
    code, _, erreurs = lancer("catalogue", "pack", "2026.1", str(sortie), "--dossier", str(RACINE))
    assert (code, erreurs.splitlines()[-1].startswith(f"Erreur : fichier {sortie} : ")) == (1, True)
    monkeypatch.setattr(cli.esav, "main", lever)
    assert lancer() == (1, "", "Erreur : sortie.zip : le disque est plein.\n")


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(("levee", "code"), [(KeyboardInterrupt, 130), (click.Abort, 130), (BrokenPipeError, 1)])
def test_interruption__error(
    lancer: Lancer, monkeypatch: pytest.MonkeyPatch, levee: type[BaseException], code: int
) -> None:
    def lever(**_: object) -> None:
        raise levee

    monkeypatch.setattr(cli.esav, "main", lever)
    rendu, _, erreurs = lancer()
    assert rendu == code
    assert ("Interrompu." in erreurs) == (code == 130)


@pytest.mark.exigence("R9")
def test_l_aide_n_importe_rien_de_lourd__ok() -> None:
    programme = (
        "import sys\n"
        "sys.argv = ['esav', '--help']\n"
        "from esav_soap.cli.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('MODULES', *sorted({nom.partition('.')[0] for nom in sys.modules}))\n"
    )
    lance = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True, cwd=RACINE)
    charges = set(lance.stdout.split("MODULES ")[1].split())
    lourds = {
        "sqlalchemy",
        "spyne",
        "zeep",
        "lxml",
        "xmlschema",
        "alembic",
        "gunicorn",
        "jinja2",
        "requests",
        "rich",
        "psycopg",
    }
    assert "click" in charges
    assert charges & lourds == set()


@pytest.mark.exigence("R9")
def test_version__ok(lancer: Lancer) -> None:
    code, sortie, _ = lancer("--version")
    assert code == 0
    assert sortie.startswith("esav 0.")


@pytest.mark.exigence("R9")
def test_deux_saisies_qui_different__error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    saisies = iter(("phrase", "autre", "phrase", "phrase"))
    monkeypatch.setattr(termui, "hidden_prompt_func", lambda question: next(saisies))
    francais.installer()
    assert click.prompt("Phrase", hide_input=True, confirmation_prompt=True) == "phrase"
    assert capsys.readouterr().out.strip() == "Erreur : les deux saisies diffèrent."
