"""Writes docs/interop.md from what the suite requires of each client, so that the page cannot say anything else.

``python -m tests.interop.tableau`` writes the page; ``--versions`` first notes the versions of the clients on this machine, in
``versions.json``; ``--check`` writes nothing and fails when the page is not up to date. What stands in the page as done is what
``test_clients.py`` requires; what a client does not do is in ``clients.py`` with its reason, and the test fails when it does it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.interop.attendu import ETAPES
from tests.interop.clients import CLIENTS, RACINE, Client

PAGE = RACINE / "docs" / "interop.md"
VERSIONS = Path(__file__).with_name("versions.json")

_DEBUT = """# Clients essayés

<!-- écrit par « python -m tests.interop.tableau » (make interop) : ne pas modifier à la main -->

Chacun de ces clients SOAP passe, contre un vrai serveur et à partir des WSDL qu'il sert, tout un scénario par TLS mutuel. Son
programme est un exemple court, dans [exemples/clients](exemples/clients/LISEZ-MOI.md) : le copier est une bonne façon de commencer.
`make interop` les exécute tous. Chacun y est aussi construit une fois avec les WSDL du catalogue d'avant : il passe tout le scénario,
inchangé, quand le nouveau catalogue est annoncé, quand il est en vigueur, puis après un redémarrage du serveur ; le mois fini, le
dépôt est refusé par `VERSION_RETIREE`, et le reste continue.

"""
_ETAPES = """## Le scénario

| Étape | Ce qui est fait et vérifié |
| --- | --- |
"""
_SENS = {
    "dépôt": "un formulaire `FIBRE_NOIRE` complet : tous les types de champ, accents, `&` et `<`, groupes et codes répétés. Ce qui est"
    " enregistré est relu champ par champ",
    "refus": "trois erreurs d'un coup, lues dans le détail typé de la *fault* : code, champ, libellé accentué",
    "renvoi": "le même dépôt : le même numéro, `dejaDeposee`",
    "état": "`consulterEtat`, par le numéro",
    "détail": "`consulterDetail`, par la référence : tous les champs, la description accentuée",
    "liste paginée": "`listerSignalisations`, filtrée par deux états, une à une : `curseurSuivant`, puis la fin",
    "événements": "`listerEvenements` depuis le premier",
    "plages": "`rechercherPlages`",
    "rendez-vous": "`reserverRendezVous`, ferme, sur la première plage libre",
}


def _table(entetes: tuple[str, ...], rangs: Sequence[tuple[str, ...]]) -> str:
    lignes = [entetes, tuple("---" for _ in entetes), *rangs]
    return (
        "\n".join("| " + " | ".join(cellule.replace("|", "\\|") for cellule in rang) + " |" for rang in lignes) + "\n"
    )


def _scenario(client: Client) -> str:
    manque = "".join(f" ; sans « {etape} » : {raison}" for etape, raison in client.manquent.items())
    return f"{len(ETAPES) - len(client.manquent)}/{len(ETAPES)}{manque}"


def page(versions: dict[str, str]) -> str:
    """The whole page."""
    resultats = [
        (
            f"[{client.nom}](exemples/clients/{client.code})",
            client.langage,
            versions.get(client.code, "—"),
            _scenario(client),
            "oui",
            "oui" if not client.sans_12 else f"non : {client.sans_12}",
        )
        for client in CLIENTS
    ]
    usages = [(client.nom, client.stubs, client.certificat, client.limites) for client in CLIENTS]
    paquets = [(client.nom, client.paquets) for client in CLIENTS]
    return (
        _DEBUT
        + _table(("Client", "Langage", "Version", "Étapes réussies", "TLS mutuel", "SOAP 1.2"), resultats)
        + "\n"
        + _ETAPES
        + "".join(f"| {etape} | {_SENS[etape]} |\n" for etape in ETAPES)
        + "\n## Comment s'y prendre\n\n"
        + _table(("Client", "Stubs", "Certificat client", "À savoir"), usages)
        + "\n## Où les trouver\n\n"
        + _table(("Client", "Paquets"), paquets)
    )


def _mesurer() -> dict[str, str]:
    """The version of each client that is here; the others keep what is noted."""
    dites = _notees()
    with tempfile.TemporaryDirectory() as dossier:
        for client in CLIENTS:
            if not client.absents():
                dit = client.executer(client.version, Path(dossier), {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
                dites[client.code] = dit.stdout.strip()
    return {client.code: dites[client.code] for client in CLIENTS if client.code in dites}


def _notees() -> dict[str, str]:
    notees: dict[str, str] = json.loads(VERSIONS.read_text(encoding="utf-8")) if VERSIONS.exists() else {}
    return notees


def main(arguments: list[str]) -> int:
    if "--versions" in arguments:
        texte = json.dumps(_mesurer(), ensure_ascii=False, indent=2) + "\n"
        VERSIONS.write_text(texte, encoding="utf-8")
    attendue = page(_notees())
    if "--check" in arguments:
        if PAGE.read_text(encoding="utf-8") != attendue:
            print("docs/interop.md n'est pas à jour : python -m tests.interop.tableau", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(attendue, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
