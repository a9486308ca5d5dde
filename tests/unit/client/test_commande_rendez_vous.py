"""``esav client rendez-vous``: arguments in, tables, JSON and exit codes out."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests

from esav_soap.cli.client_rendez_vous import rendez_vous as groupe
from tests.unit.client.service_feint import (
    ServiceFeint,
    aplat,
    plage,
    refus,
    rendez_vous,
    rendez_vous_rendu,
    rendu,
)

PLACE = ("--genre", "SAV", "--jour", "03/12/2026", "--plage", "MATIN")
FERMEES = refus(
    "<ws:ErreurEsav><ws:code>PLAGES_FERMEES</ws:code><ws:message>La recherche est fermée.</ws:message>"
    "<ws:requete>r1</ws:requete><ws:reessayerApres>2026-12-01T04:00:00+01:00</ws:reessayerApres></ws:ErreurEsav>"
)


@pytest.mark.exigence("R4.1", "R9")
def test_chercher__table_et_json(lancer: Any, service: ServiceFeint) -> None:
    libres = rendu("rechercherPlages", "plagesLibres", plageLibre=[plage(places=2), plage(plage="H14", places=1)])
    service.etapes = [libres, libres, rendu("rechercherPlages", "plagesLibres")]
    arguments = ("rendez-vous", "chercher", "--prestation", "P1", "--genre", "SAV", "--du", "2026-12-03")
    table, en_json = lancer(*arguments), lancer(*arguments, "--format", "json")
    assert aplat(service.corps(0)) == [
        ("identifiantPrestation", "P1"),
        ("genre", "SAV"),
        ("dateDebut", "2026-12-03"),
    ]
    (ligne,) = [ligne for ligne in table.stdout.splitlines() if "MATIN" in ligne]
    cellules = re.split(r" {2,}", ligne.strip())
    assert (cellules[0], cellules[1], cellules[-1]) == ("03/12/2026", "MATIN", "2")
    assert [p["plage"] for p in json.loads(en_json.stdout)["plageLibre"]] == ["MATIN", "H14"]
    assert json.loads(en_json.stdout)["plageLibre"][0]["jour"] == "2026-12-03"
    assert lancer("rendez-vous", "chercher", "N1", "--genre", "SAV").stdout == "Aucune plage libre.\n"


@pytest.mark.exigence("R4.3", "R9")
def test_chercher__ferme_la_nuit(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [FERMEES]
    fait = lancer("rendez-vous", "chercher", "N1", "--genre", "SAV")
    assert fait.exit_code == 1
    assert "PLAGES_FERMEES" in fait.stderr
    assert "Recommencer après : 01/12/2026 04:00:00 +01:00" in fait.stderr


@pytest.mark.exigence("R4.1", "R9")
def test_reserver__reference_dite_avant_l_envoi(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [rendez_vous_rendu("reserverRendezVous"), rendez_vous_rendu("reserverRendezVous", deja=True)]
    neuve = lancer("rendez-vous", "reserver", "N1", *PLACE)
    (reference,) = re.findall(r"Référence du rendez-vous : (RDV-[0-9A-F]{16})", neuve.stderr)
    assert dict(aplat(service.corps())) == {
        "numeroSignalisation": "N1",
        "referenceRendezVous": reference,
        "genre": "SAV",
        "jour": "2026-12-03",
        "plage": "MATIN",
    }
    assert "Place tenue, à confirmer" in neuve.stdout
    assert re.search(r"Tenu jusqu'au +30/11/2026 09:15:00 \+01:00", neuve.stdout)
    assert re.search(r"Plage +03/12/2026, matin \(08:00-12:00\) +\(MATIN\)", neuve.stdout)
    suite = ("--reference", "R1", "--reference-rendez-vous", "RDV-1", "--ferme", "--format", "json")
    encore = lancer("rendez-vous", "reserver", *PLACE, *suite)
    assert encore.stderr == ""
    assert json.loads(encore.stdout)["dejaFait"] is True
    assert {("referenceRendezVous", "RDV-1"), ("ferme", "true")} <= set(aplat(service.corps()))


@pytest.mark.exigence("R4.1", "R9")
@pytest.mark.parametrize("donnee", [("--reference-rendez-vous", "MIENNE-1"), ()])
def test_sans_reponse__la_reference_a_reprendre(lancer: Any, service: ServiceFeint, donnee: tuple[str, ...]) -> None:
    service.etapes = [requests.ReadTimeout()]
    fait = lancer("rendez-vous", "deplacer", "V1", *PLACE[2:], "--essais", "1", *donnee)
    assert fait.exit_code == 3
    envoyee = dict(aplat(service.corps()))["referenceRendezVous"]
    assert f"Recommencer sans risque de doublon : --reference-rendez-vous {envoyee}" in fait.stderr
    if donnee:
        assert envoyee == "MIENNE-1"


@pytest.mark.exigence("R4.1", "R9")
@pytest.mark.parametrize(
    ("arguments", "operation", "etat", "envoye", "mots"),
    [
        (("confirmer", "V1"), "confirmerRendezVous", "CONFIRMEE", {}, "Rendez-vous confirmé"),
        (
            ("deplacer", "V1", "--jour", "2026-12-04", "--plage", "H14", "--reference-rendez-vous", "RDV-2"),
            "modifierRendezVous",
            "CONFIRMEE",
            {"referenceRendezVous": "RDV-2", "jour": "2026-12-04", "plage": "H14"},
            "Rendez-vous confirmé",
        ),
        (
            ("annuler", "V1", "--commentaire", "Absent."),
            "annulerRendezVous",
            "ANNULEE",
            {"commentaire": "Absent."},
            "Rendez-vous annulé",
        ),
        (("confirmer", "V1"), "confirmerRendezVous", "NOUVEL_ETAT", {}, "nouvel_etat"),
    ],
)
def test_changer__ok(
    lancer: Any,
    service: ServiceFeint,
    arguments: tuple[str, ...],
    operation: str,
    etat: str,
    envoye: dict[str, str],
    mots: str,
) -> None:
    service.etapes = [rendez_vous_rendu(operation, etat_=etat), rendez_vous_rendu(operation, etat_=etat, deja=True)]
    fait = lancer("rendez-vous", *arguments)
    assert (fait.exit_code, dict(aplat(service.corps()))) == (0, {"numeroRendezVous": "V1", **envoye})
    assert fait.stdout.splitlines()[0] == mots
    assert "Tenu jusqu'au" not in fait.stdout
    assert "(la demande était déjà satisfaite)" in lancer("rendez-vous", *arguments).stdout.splitlines()[0]


@pytest.mark.exigence("R4.1", "R9")
def test_montrer__un_ou_tous(lancer: Any, service: ServiceFeint) -> None:
    tous = [rendez_vous("V1", "DEPLACEE"), rendez_vous("V2", "CONFIRMEE")]
    liste = rendu("consulterRendezVous", "listeRendezVous", rendezVous=tous)
    service.etapes = [liste, liste, rendu("consulterRendezVous", "listeRendezVous")]
    dit = lancer("rendez-vous", "montrer", "--reference", "R1").stdout
    assert re.findall(r"Rendez-vous +(V\d)", dit) == ["V1", "V2"]
    lus = json.loads(lancer("rendez-vous", "montrer", "V2", "--format", "json").stdout)["rendezVous"]
    assert [r["etat"] for r in lus] == ["DEPLACEE", "CONFIRMEE"]
    assert [aplat(service.corps(rang)) for rang in (0, 1)] == [
        *([("referenceOperateur", "R1")], [("numeroRendezVous", "V2")]),
    ]
    assert lancer("rendez-vous", "montrer", "--signalisation", "N1").stdout == "Aucun rendez-vous.\n"
    assert aplat(service.corps()) == [("numeroSignalisation", "N1")]


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("arguments", "mots"),
    [
        (("chercher", "--genre", "SAV"), "un seul d'entre eux"),
        (("chercher", "N1", "--prestation", "P1", "--genre", "SAV"), "un seul d'entre eux"),
        (("chercher", "N1"), "--genre"),
        (("reserver", *PLACE), "soit"),
        (("reserver", "N1", "--genre", "SAV", "--jour", "demain", "--plage", "MATIN"), "demain"),
        (("montrer",), "un seul d'entre eux"),
        (("confirmer",), "RENDEZ_VOUS"),
    ],
)
def test_mauvais_appel__error(lancer: Any, service: ServiceFeint, arguments: tuple[str, ...], mots: str) -> None:
    fait = lancer("rendez-vous", *arguments)
    assert (fait.exit_code, service.envois) == (2, [])
    assert mots in fait.stderr


@pytest.mark.exigence("R9")
def test_aide__en_francais_avec_des_exemples(lancer: Any) -> None:
    assert list(groupe.commands) == ["chercher", "reserver", "confirmer", "montrer", "deplacer", "annuler"]
    for nom in groupe.commands:
        aide = lancer("rendez-vous", nom, "--help").stdout
        assert re.search(r"Exemples? :\n +esav client rendez-vous " + nom, aide), nom
