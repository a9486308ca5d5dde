"""One run of the coverage-guided fuzzer, in a process of its own, since libFuzzer ends the process that it runs in.

``python -m tests.fuzz.atelier <cible> <folder of findings> <libFuzzer's arguments>``. A finding is saved, and the run goes on.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from pathlib import Path
from random import Random

#: Whose branches are followed: what reads the bytes. Following all of the package costs 15 s at start.
SUIVIS = {
    "message": ("esav_soap.intake", "esav_soap.soap", "esav_soap.usecases.suivi", "esav_soap.usecases.depot"),
    "pack": ("esav_soap.reader", "esav_soap.model"),
}
#: So many findings of different places end a run.
TROUVAILLES_MAX = 20
#: How often libFuzzer's own mutations are taken, which know nothing of XML but follow what comparisons ask for.
_PART_DE_LIBFUZZER = 0.25


def main(arguments: list[str]) -> None:
    """Never returns."""
    import atheris  # only here: a development tool that not every platform has

    nom, trouvailles, *options = arguments
    with atheris.instrument_imports(include=list(SUIVIS[nom])):
        from tests.fuzz.cibles import cible
    visee = cible(nom)
    connues: set[str] = set()

    def essayer(octets: bytes) -> None:
        try:
            visee.essayer(octets)
        except Exception as exc:
            lieu = ecrire(exc, octets, connues, Path(trouvailles))
            if lieu is not None:
                print(f"TROUVAILLE {lieu}", file=sys.stderr, flush=True)
            if len(connues) >= TROUVAILLES_MAX:
                raise

    def muter(octets: bytes, taille_max: int, graine: int) -> bytes:
        rng = Random(graine)
        if rng.random() < _PART_DE_LIBFUZZER:
            return bytes(atheris.Mutate(octets, taille_max))
        return visee.muter(octets, rng)[:taille_max]

    atheris.Setup([sys.argv[0], *options], essayer, custom_mutator=muter)
    atheris.Fuzz()


def ecrire(exc: Exception, octets: bytes, connues: set[str], dossier: Path) -> Path | None:
    """Save the input with what it does, once for each place that it fails at; None for a place that is known."""
    place = traceback.extract_tb(exc.__traceback__)[-1]
    signature = f"{type(exc).__name__} {place.filename}:{place.lineno} {str(exc)[:40]}"
    if signature in connues:
        return None
    connues.add(signature)
    dossier.mkdir(parents=True, exist_ok=True)
    lieu = dossier / hashlib.sha256(octets).hexdigest()[:16]
    lieu.write_bytes(octets)
    lieu.with_suffix(".txt").write_text("".join(traceback.format_exception(exc)), "utf-8")
    return lieu


if __name__ == "__main__":
    main(sys.argv[1:])
