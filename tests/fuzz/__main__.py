"""``make fuzz``: nonsense for the message path and the pack reader, guided by coverage, then for a real server over HTTP."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import click

from tests.e2e.serveur import serveur_neuf
from tests.fuzz.cibles import CIBLES, cible
from tests.fuzz.conduite import DOSSIER, RACINE, Bilan, conduire, disponible
from tests.fuzz.reel import Compte, Releve, eprouver

HTTP = "http"
#: Inputs between two lines where no terminal shows progress.
_PAS_S = 15.0


class Progression:
    """One line that is written over on a terminal, and a line from time to time elsewhere."""

    def __init__(self) -> None:
        self._prochaine = 0.0

    def dire(self, texte: str) -> None:
        terminal = sys.stdout.isatty()
        if time.monotonic() < self._prochaine:
            return
        self._prochaine = time.monotonic() + (0.2 if terminal else _PAS_S)
        click.echo(f"\r\033[K{texte}" if terminal else texte, nl=not terminal)

    def finir(self, texte: str) -> None:
        click.echo(f"\r\033[K{texte}" if sys.stdout.isatty() else texte)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("cibles", nargs=-1, type=click.Choice([*CIBLES, HTTP]))
@click.option("--duree", default=120, show_default=True, help="Seconds for each of message and pack.")
@click.option("--essais", default=0, help="Tries for each of message and pack, instead of a time.")
@click.option("--requetes", default=100_000, show_default=True, help="Requests over HTTP.")
@click.option("--graine", default=0, help="Seed of all chance; 0: a new one.")
@click.option(
    "--rejouer", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Try one saved input again."
)
def fuzz(cibles: tuple[str, ...], duree: int, essais: int, requetes: int, graine: int, rejouer: Path | None) -> None:
    """Fuzz CIBLES: message, pack, http; without any, all of them."""
    if rejouer is not None:
        if len(cibles) != 1 or cibles[0] == HTTP:
            raise click.UsageError("--rejouer takes one target before it: message or pack")
        rejoue = cible(cibles[0])
        try:
            click.echo(f"Every promise is kept: {rejoue.essayer(rejouer.read_bytes()) or 'accepted'}")
        finally:
            rejoue.fermer()
        return
    trouve = False
    graine = graine or time.time_ns() % 1_000_000
    for nom in cibles or (*CIBLES, HTTP):
        if nom == HTTP:
            trouve |= _http(requetes, graine)
        elif disponible():
            trouve |= _guider(nom, 0 if essais else duree, essais, graine)
        else:
            click.echo(f"{nom}: atheris has no build for this Python and this machine: left out")
    sys.exit(1 if trouve else 0)


def _guider(nom: str, duree: int, essais: int, graine: int) -> bool:
    progression = Progression()
    progression.dire(f"{nom}: starting")
    visee = cible(nom)
    graines = visee.graines()
    visee.fermer()
    but = f"of {essais} tries" if essais else f"of {duree} s"

    def suivre(secondes: float, tries: int, branches: int, gardes: int) -> None:
        progression.dire(f"{nom}: {secondes:.0f} s {but}, {tries} tries, {branches} branches, {gardes} inputs kept")

    try:
        bilan = conduire(nom, graines, duree=duree, essais=essais, graine=graine, suivi=suivre)
    except KeyboardInterrupt:
        progression.finir(
            f"{nom}: stopped; what was kept is in {_relatif(DOSSIER / nom)}, the next run goes on from there"
        )
        sys.exit(130)
    progression.finir(f"{nom}: {bilan.essais} tries, {bilan.branches} branches, {len(bilan.trouvailles)} findings")
    _dire_les_trouvailles(nom, bilan)
    return bool(bilan.trouvailles) or bilan.rendu != 0


def _dire_les_trouvailles(nom: str, bilan: Bilan) -> None:
    for lieu in bilan.trouvailles:
        click.echo(f"  {_relatif(lieu)}")
    if bilan.trouvailles:
        click.echo(
            f"Again, with its traceback: python -m tests.fuzz {nom} --rejouer FILE. Once mended, make a fixture of it: the body "
            "(after the empty line) into tests/hostile/messages and a line into attendu.tsv; a pack into tests/hostile/packs."
        )
    elif bilan.rendu:
        click.echo(f"The fuzzer ended with {bilan.rendu}:\n{bilan.fin}")


def _http(requetes: int, graine: int) -> bool:
    from tests.e2e.conftest import preparer  # pytest's, so only here

    progression = Progression()
    progression.dire("http: starting a server")

    def suivre(faites: int, secondes: float, releve: Releve) -> None:
        progression.dire(
            f"http: {faites} of {requetes} requests, {faites / max(secondes, 0.1):.0f}/s; server: {releve.memoire // 1024} MiB, "
            f"{releve.fils} threads, {releve.fichiers} files"
        )

    with tempfile.TemporaryDirectory(prefix="esav-fuzz-") as dossier:
        url = f"sqlite:///{dossier}/esav.db"
        preparer(url)
        with serveur_neuf(url, Path(dossier)) as serveur:
            try:
                compte = eprouver(serveur, requetes, graine=graine, suivi=suivre)
            except KeyboardInterrupt:
                progression.finir("http: stopped")
                sys.exit(130)
    progression.finir(f"http, seed {graine}: {compte.total} requests, {compte.total / compte.duree:.0f}/s")
    _dire_le_compte(compte)
    return bool(compte.reproches())


def _dire_le_compte(compte: Compte) -> None:
    for verdict, nombre in compte.verdicts.most_common():
        click.echo(f"  {nombre:7}  {verdict}")
    for part in (10, 50, 100):
        faites, releve = compte.releves[part - 1]
        click.echo(
            f"  after {faites}: {releve.memoire // 1024} MiB, {releve.fils} threads, {releve.fichiers} open files"
        )
    dossier = DOSSIER / HTTP / "trouvailles"
    for rang, (quoi, octets) in enumerate(compte.manquements):
        dossier.mkdir(parents=True, exist_ok=True)
        (dossier / f"{rang:03}").write_bytes(octets)
        (dossier / f"{rang:03}.txt").write_text(quoi, "utf-8")
    for reproche in compte.reproches():
        click.echo(reproche)
    if compte.manquements:
        click.echo(
            f"Saved in {_relatif(dossier)}; most can be tried again as messages: python -m tests.fuzz message --rejouer FILE"
        )


def _relatif(lieu: Path) -> Path:
    return lieu.relative_to(RACINE) if lieu.is_relative_to(RACINE) else lieu


if __name__ == "__main__":
    fuzz()
