"""``esav client diagnostic``: what the service sees, and what to do next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from esav_soap.cli.client import client
from esav_soap.cli.client_diagnostic import conseils
from tests.unit.client.service_feint import BASE, Reponse, ServiceFeint, soap

INSTANT = datetime(2026, 11, 5, 9, tzinfo=UTC)
CERTIFICAT = (
    "<ws:certificat><ws:empreinte>abab</ws:empreinte><ws:sujet>CN=OPA</ws:sujet><ws:emetteur>CN=AC</ws:emetteur>"
    "<ws:numeroSerie>1f</ws:numeroSerie><ws:dateHeureDebut>2026-01-05T09:15:00+01:00</ws:dateHeureDebut>"
    "<ws:dateHeureFin>2027-01-05T09:15:00+01:00</ws:dateHeureFin></ws:certificat>"
)
HEURE = "<ws:dateHeureServeur>2026-11-05T10:00:00+01:00</ws:dateHeureServeur>"
VERSION = (
    "<ws:version><ws:version>2026.2</ws:version><ws:wsdl>https://w/?wsdl</ws:wsdl>"
    "<ws:dateHeureRetrait>2026-12-05T00:00:00+01:00</ws:dateHeureRetrait></ws:version>"
)
FERMEE = "<ws:homologation><ws:domaine>SIGNALISATION</ws:domaine><ws:homologue>false</ws:homologue></ws:homologation>"
OUVERTE = (
    "<ws:homologation><ws:domaine>SIGNALISATION</ws:domaine><ws:homologue>true</ws:homologue>"
    "<ws:dateHeure>2026-10-05T09:15:00+02:00</ws:dateHeure><ws:operation>validerSignalisation</ws:operation>"
    "<ws:requete>0a1b</ws:requete></ws:homologation>"
)
FIN = "<ws:avertissement><ws:code>CERTIFICAT_BIENTOT_EXPIRE</ws:code><ws:message>Il finit.</ws:message></ws:avertissement>"


def diagnostic(contenu: str) -> Reponse:
    return soap(
        f"<ws:diagnostiquerConnexionResponse><ws:diagnosticConnexion>{contenu}</ws:diagnosticConnexion>"
        "</ws:diagnostiquerConnexionResponse>"
    )


def accepte(suite: str = "") -> Reponse:
    return diagnostic(
        f"<ws:accepte>true</ws:accepte><ws:identification>CERTIFICAT</ws:identification>{CERTIFICAT}"
        "<ws:operateur>OPA</ws:operateur><ws:role>OPERATEUR</ws:role><ws:plateforme>production</ws:plateforme>"
        f"{HEURE}{suite}"
    )


REFUSE = diagnostic(
    "<ws:accepte>false</ws:accepte><ws:motif>REVOQUE</ws:motif><ws:message>REVOQUE : demander un \u009bcertificat."
    f"</ws:message><ws:identification>CERTIFICAT</ws:identification>{CERTIFICAT}"
    f"<ws:plateforme>production</ws:plateforme>{HEURE}"
)


@pytest.fixture
def lancer(service: ServiceFeint, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``esav client diagnostic`` against the feigned service, at its own hour."""

    def session() -> requests.Session:
        faite = vraie()
        faite.mount(BASE, service)
        return faite

    class Horloge(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return INSTANT

    vraie = requests.Session
    monkeypatch.setattr("esav_soap.client.esav.requests.Session", session)
    monkeypatch.setattr("esav_soap.cli.client_diagnostic.datetime", Horloge)
    monkeypatch.setenv("ESAV_URL", BASE)
    for nom in ("ESAV_OPERATEUR", "ESAV_PLATEFORME"):
        monkeypatch.delenv(nom, raising=False)

    def faire(reponse: Reponse, *arguments: str) -> Result:
        service.etapes = [reponse]
        resultat = CliRunner().invoke(client, ["diagnostic", *arguments])
        if resultat.exception is not None and not isinstance(resultat.exception, SystemExit):
            raise resultat.exception
        return resultat

    return faire


@pytest.mark.exigence("R6.1", "R9")
def test_tout_va_bien__ok(lancer: Any, service: ServiceFeint) -> None:
    fait = lancer(accepte(OUVERTE + VERSION))
    assert fait.exit_code == 0, fait.output
    assert service.envois[0].url == f"{BASE}/production/ws/1/information"
    for attendu in ("Connexion acceptée", "OPA", "CN=AC", "05/01/2027 09:15:00 +01:00", "validerSignalisation", "0a1b"):
        assert attendu in fait.stdout
    assert "https://w/?wsdl" in fait.stdout
    assert "À faire" not in fait.stdout


@pytest.mark.exigence("R6.3", "R9")
def test_ce_qui_manque_est_dit__ok(lancer: Any) -> None:
    fait = lancer(accepte(FERMEE + FIN))
    assert fait.exit_code == 0
    assert "fermée" in fait.stdout
    assert "esav client valider --plateforme integration" in fait.stdout
    assert "aucune n'est utilisable" in fait.stdout
    assert "Attention : Il finit. [CERTIFICAT_BIENTOT_EXPIRE]" in fait.stdout


@pytest.mark.exigence("R6.1", "R9")
def test_un_appelant_refuse__error(lancer: Any) -> None:
    fait = lancer(REFUSE)
    assert fait.exit_code == 1
    assert "Connexion refusée : REVOQUE" in fait.stdout
    assert "À faire : REVOQUE : demander un certificat." in fait.stdout
    assert "CN=OPA" in fait.stdout


@pytest.mark.exigence("R9")
def test_json_et_xml__ok(lancer: Any) -> None:
    fait = lancer(accepte(OUVERTE + VERSION), "--format", "json")
    assert fait.exit_code == 0
    lu = json.loads(fait.stdout)
    assert lu["certificat"]["dateHeureFin"] == "2027-01-05T09:15:00+01:00"
    assert [h["homologue"] for h in lu["homologation"]] == [True]
    assert (lu["accepte"], lu["motif"], lu["avertissement"]) == (True, None, [])
    refuse = lancer(REFUSE, "--format", "xml")
    assert refuse.exit_code == 1
    assert refuse.stdout.startswith("<e:Envelope")
    assert "<ws:motif>REVOQUE</ws:motif>" in refuse.stdout


@pytest.mark.exigence("R9")
def test_une_montre_qui_avance__ok() -> None:
    recu = SimpleNamespace(accepte=True, message=None, homologation=None, version=["2026.2"], dateHeureServeur=INSTANT)
    assert list(conseils(recu, INSTANT + timedelta(seconds=60))) == []
    (conseil,) = conseils(recu, INSTANT - timedelta(seconds=90))
    assert "90 secondes" in conseil
