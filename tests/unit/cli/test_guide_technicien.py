"""docs/guide-technicien.md, executed: a signalisation goes through its days, by the commands and messages of the guide.

``<!-- essai 2026-07-01 09:12 -->`` in the guide sets the clock (Paris); ``<!-- opérateur 2026-07-01 10:05 operation a="b" -->``
is what the opérateur does in between. Numbers that the guide shows stand for those that are drawn.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.calendar import PARIS, en_utc
from esav_soap.cli.sav import sav
from esav_soap.contract.services import SERVICES
from tests.e2e.soap import enveloppe, requete
from tests.faux import RACINE, FauxNoeud
from tests.noeud_sql import noeud_sql
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]

GUIDE = (RACINE / "docs" / "guide-technicien.md").read_text(encoding="utf-8")
#: What the guide calls the signalisation, its appointment, and the appointment that follows that one.
NUMERO, RENDEZ_VOUS, REPORTE = "7K3M9QX2TBX", "9JD3CMHVHKN", "4T6WQ1ZC8RE"
HORLOGE = [datetime(2026, 7, 1, tzinfo=PARIS)]
_PAS = re.compile(
    r"^<!-- (?P<qui>essai|opérateur) (?P<le>\S+ \S+)(?P<fait>.*?) -->$|^```(?P<genre>console|xml)\n(?P<bloc>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_PLATEFORME = "/production/ws/1/"


def present() -> datetime:
    return HORLOGE[0]


@dataclass
class Journee:
    """What has happened so far: the numbers that were drawn, by those of the guide."""

    noeud: FauxNoeud
    lancer: Lancer
    tires: dict[str, str] = field(default_factory=dict)
    deposes: int = 0

    def vrai(self, texte: str) -> str:
        for dit, tire in self.tires.items():
            texte = texte.replace(dit, tire)
        return texte

    def regler(self, le: str) -> None:
        HORLOGE[0] = datetime.fromisoformat(le).replace(tzinfo=PARIS)
        self.noeud.horloge[0] = en_utc(HORLOGE[0])

    def demander(self, service: str, demande: bytes, role: str) -> etree._Element:
        reponse = self.noeud.appeler(f"{_PLATEFORME}{service}", demande, entetes={"HTTP_X_ESAV_ROLE": role})
        assert reponse.refus is None, reponse.octets.decode()
        return reponse.corps

    def operateur(self, fait: str) -> None:
        """The opérateur's own: a deposit as the README has it, or an operation with its fields."""
        operation, *champs = shlex.split(self.vrai(fait))
        valeurs = dict(champ.partition("=")[::2] for champ in champs)
        if operation == "deposerSignalisation":
            readme = (RACINE / "README.md").read_text(encoding="utf-8")
            message = re.findall(r"```xml\n(.*?)```", readme, re.DOTALL)[0]
            message = message.replace("ALPHA-ACCES_FTTH-0001", "OPA-ACCES_FTTH-1")
            message = message.replace("TICKET-4711", valeurs["referenceOperateur"])
            corps = self.demander("depot/2026.2", message.encode(), "OPERATEUR")
            self.tires[valeurs["comme"]] = _texte(corps, "numeroSignalisation")
            return
        service = "rendez-vous" if "RendezVous" in operation else "suivi"
        comme = valeurs.pop("comme", None)
        corps = self.demander(service, enveloppe(requete(operation, **valeurs)), "OPERATEUR")
        if comme:
            self.tires[comme] = _texte(corps, "numeroRendezVous")

    def console(self, bloc: str) -> None:
        """Commands with what they print: every line of the guide, in this order."""
        for essai in re.split(r"^\$ ", bloc, flags=re.MULTILINE)[1:]:
            commande, _, montre = re.sub(r"\\\n\s*", "", essai).partition("\n")
            mots = shlex.split(self.vrai(commande))
            assert mots[0] == "esav", commande
            code, dit, erreurs = self.lancer(*mots[1:])
            attendues = montre.splitlines()
            refuse = any(ligne.startswith(("Erreur", "Refusé")) for ligne in attendues)
            assert (code != 0) is refuse, (commande, dit, erreurs)
            recues = iter((erreurs + dit).splitlines())
            for ligne in attendues:
                assert any(self._convient(ligne, recue) for recue in recues), (commande, ligne, erreurs + dit)

    def _convient(self, montree: str, recue: str) -> bool:
        if REPORTE in montree and REPORTE not in self.tires:
            self.tires[REPORTE] = recue.split()[0]
        morceaux = [re.escape(" ".join(m.split())) for m in self.vrai(montree).split("…")]
        return re.fullmatch(r"\s*.*?\s*".join(morceaux), " ".join(recue.split())) is not None


def _texte(corps: etree._Element, nom: str) -> str:
    (trouve,) = corps.iter(f"{{urn:esav:ws:1}}{nom}")
    return trouve.text or ""


@pytest.fixture
def journee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> Iterator[Journee]:
    monkeypatch.setenv("ESAV_STORE", f"sqlite:///{tmp_path}/esav.db")
    monkeypatch.setenv("ESAV_HORLOGE", f"{present.__module__}:present")
    monkeypatch.chdir(tmp_path)
    (places,) = re.findall(r"^`places.csv` :\n\n```text\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    (tmp_path / "places.csv").write_text(places, encoding="utf-8")
    with noeud_sql(tmp_path) as (noeud, _):
        yield Journee(noeud, lancer)


@pytest.mark.exigence("R3.4", "R3.6", "R4.1", "R8")
def test_la_vie_d_une_signalisation__comme_le_guide_la_montre(journee: Journee) -> None:
    faits = 0
    for pas in _PAS.finditer(GUIDE):
        if pas["qui"]:
            journee.regler(pas["le"])
            if pas["qui"] == "opérateur":
                journee.operateur(pas["fait"])
        elif pas["genre"] == "console":
            journee.console(pas["bloc"])
        else:
            corps = journee.demander("sav", journee.vrai(pas["bloc"]).encode(), "FOURNISSEUR")
            assert etree.QName(corps).localname.endswith("Response")
        faits += 1
    assert faits > 20


@pytest.mark.exigence("R6.2", "R3.6", "R8")
def test_le_certificat_du_logiciel_de_sav__comme_le_guide_le_delivre(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer
) -> None:
    for nom, valeur in (("STORE", f"sqlite:///{tmp_path}/esav.db"), ("PKI", str(tmp_path / "pki"))):
        monkeypatch.setenv(f"ESAV_{nom}", valeur)
    monkeypatch.chdir(tmp_path)
    assert lancer("store", "migrate")[0] == 0
    assert lancer("pki", "init", "--nom", "Essai", "--sans-phrase")[0] == 0
    (bloc,) = re.findall(r"^<!-- essai-pki -->\n```sh\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    dits = []
    for ligne in bloc.splitlines():
        code, dit, erreurs = lancer(*shlex.split(ligne, comments=True)[1:])
        assert code == 0, (ligne, dit, erreurs)
        dits.append(dit + erreurs)
    assert "SAV-OUEST (système du Fournisseur)" in dits[1]
    assert (tmp_path / "SAV-OUEST.pem").exists()


@pytest.mark.exigence("R3.6", "R8")
def test_chaque_commande_et_chaque_operation_y_sont__ok() -> None:
    montrees = set(re.findall(r"esav sav ([a-z]+)", GUIDE))
    assert set(sav.commands) <= montrees, set(sav.commands) - montrees
    for nom in SERVICES["sav"]:
        assert f"`{nom}`" in GUIDE
