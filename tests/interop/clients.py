"""The clients: how each is built and run, what it needs, what it cannot do. The table of docs/interop.md is drawn from this."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

RACINE = Path(__file__).parents[2]
EXEMPLES = RACINE / "docs" / "exemples" / "clients"
#: Where ``make interop`` installs what Debian does not have: a virtual environment, and ``node_modules`` in it.
OUTILS = Path(os.environ.get("ESAV_INTEROP", RACINE / ".venv-interop"))
PYTHON = str(OUTILS / "bin" / "python")


@dataclass(frozen=True)
class Client:
    """``construire`` and ``lancer`` are shell commands, run in an empty folder, with ``$SOURCE``: that of the example.

    ``besoins``: programs or files without which it cannot run. ``version``: a command that says it. ``manquent``: the
    steps of the scenario that it does not do, and why. ``sans_12``: why it does not speak SOAP 1.2, if it does not.
    """

    code: str
    nom: str
    langage: str
    paquets: str
    besoins: tuple[str, ...]
    version: str
    lancer: str
    construire: tuple[str, ...] = ()
    stubs: str = "aucun : lit le WSDL à l'exécution"
    certificat: str = ""
    limites: str = ""
    sans_12: str = ""
    manquent: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        return EXEMPLES / self.code

    @property
    def soap(self) -> tuple[str, ...]:
        return ("1.1",) if self.sans_12 else ("1.1", "1.2")

    def absents(self) -> list[str]:
        return [besoin for besoin in self.besoins if not shutil.which(besoin) and not Path(besoin).exists()]

    def executer(self, commande: str, dossier: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        tout = {**env, "SOURCE": str(self.source), "PYTHON": PYTHON, "NODE_PATH": str(OUTILS / "node_modules")}
        return subprocess.run(
            ["/bin/sh", "-ec", commande], cwd=dossier, env=tout, capture_output=True, text=True, timeout=600, check=False
        )


CLIENTS = (
    Client(
        code="zeep",
        nom="zeep",
        langage="Python",
        paquets="pip : zeep",
        besoins=(PYTHON,),
        version="$PYTHON -c 'import zeep; print(zeep.__version__)'",
        lancer="$PYTHON $SOURCE/scenario.py",
        certificat="`Session.cert` et `Session.verify` de requests, en PEM. La variable d'environnement"
        " `REQUESTS_CA_BUNDLE`, si elle est donnée, l'emporte sur `Session.verify`.",
        limites="Le détail typé de la fault se lit par `get_element('{urn:esav:ws:1}ErreurEsav').parse(...)`.",
    ),
)
