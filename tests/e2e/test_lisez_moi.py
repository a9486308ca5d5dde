"""What the README shows is what the server answers."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.calendar import en_paris
from esav_soap.model import TypeRendezVous
from esav_soap.rendez_vous import Capacite, Plage
from esav_soap.signalisation import Prestation
from esav_soap.store import ouvrir
from tests.e2e.serveur import ServeurReel
from tests.e2e.soap import RACINE, appeler, depot, poster
from tests.e2e.test_client_rendez_vous import JOUR, LENDEMAIN

PLACES = [JOUR, LENDEMAIN]
#: Hours of Paris in which nobody may look for slots (R4.3).
FERMETURE = range(1, 4)
README = (RACINE / "README.md").read_text(encoding="utf-8")


@pytest.mark.exigence("R3.1", "R3.2")
def test_la_requete_et_le_refus_du_readme__ok(serveur: ServeurReel) -> None:
    requete, refus = re.findall(r"```xml\n(.*?)```", README, re.DOTALL)
    with ouvrir(serveur.store) as magasin:
        magasin.importer([Prestation("production", "ALPHA", "ALPHA-ACCES_FTTH-0001", "ACCES_FTTH")])
    adresse = f"{serveur.url}/production/ws/1/depot/2026.2"
    accuse = poster(adresse, requete.encode(), operateur="ALPHA")
    assert accuse.refus is None, accuse.octets
    faux = requete.replace(">SIGNAL_ABSENT_PTO<", ">SIGNAL_ABSENT<")
    faux = re.sub(r"\s*<f:puissancePto>.*", "", faux)
    reponse = poster(adresse, faux.encode(), operateur="ALPHA")
    (trouve,) = reponse.corps.iter("{urn:esav:ws:1}ErreurEsav")
    declare = deepcopy(trouve)
    etree.cleanup_namespaces(declare)
    etree.indent(declare)
    texte = etree.tostring(declare, encoding="unicode").replace("\u00a0", " ")
    recues = iter(texte.splitlines())
    for ligne in refus.splitlines():
        attendue = ligne.strip()
        if "…" not in attendue:
            assert any(recue.strip() == attendue for recue in recues), f"not answered, or not in this order: {attendue}"


@pytest.mark.exigence("R3.1", "R9")
def test_le_message_du_guide_de_l_operateur__ok(serveur: ServeurReel) -> None:
    guide = (RACINE / "docs" / "guide-operateur.md").read_text(encoding="utf-8")
    (requete,) = re.findall(r"```xml\n(.*?)```", guide, re.DOTALL)
    with ouvrir(serveur.store) as magasin:
        magasin.importer([Prestation("production", "ALPHA", "ALPHA-GENIE_CIVIL-0001", "GENIE_CIVIL")])
    reponse = poster(f"{serveur.url}/production/ws/1/depot/2026.2", requete.encode(), operateur="ALPHA")
    assert (reponse.refus, reponse.texte("offre")) == (None, "GENIE_CIVIL"), reponse.octets.decode()


@pytest.mark.exigence("R3.5", "R9")
def test_le_programme_du_guide_de_l_operateur__ok(serveur: ServeurReel, capsys: pytest.CaptureFixture[str]) -> None:
    guide = (RACINE / "docs" / "guide-operateur.md").read_text(encoding="utf-8")
    (programme,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    requete, *_ = re.findall(r"```xml\n(.*?)```", guide, re.DOTALL)
    with ouvrir(serveur.store) as magasin:
        magasin.importer(
            [
                Prestation("production", "GUIDE", "ALPHA-GENIE_CIVIL-0001", "GENIE_CIVIL"),
                Prestation("production", "GUIDE", "GUIDE-1", "ACCES_FTTH", zone="GUIDE"),
            ]
        )
        places = [
            Capacite("production", "GUIDE", TypeRendezVous.SAV, jour, Plage.APRES_MIDI, nombre)
            for jour, nombre in zip(PLACES, (1, 2), strict=True)
        ]
        assert not magasin.importer_capacites(list(enumerate(places, 2)), datetime.now(UTC)).problemes
    generique = requete.replace("validerSignalisationGenerique", "deposerSignalisationGenerique")
    accuse = poster(f"{serveur.url}/production/ws/1/depot/2026.2", generique.encode(), operateur="GUIDE")
    (reference,) = re.findall(r'rechercherPlages\(referenceOperateur="(.*?)"', programme)
    panne = depot("2026.2", "ACCES_FTTH", reference, prestation="GUIDE-1")
    assert appeler(serveur.url, "production/ws/1/depot/2026.2", panne, operateur="GUIDE").refus is None
    # An opérateur of its own: other tests deposit for the guide's.
    programme = programme.replace("http://127.0.0.1:8080", serveur.url).replace('"ALPHA"', '"GUIDE"')
    avant = en_paris(datetime.now(UTC))
    exec(compile(programme, "guide", "exec"), {})
    lignes = capsys.readouterr().out.splitlines()
    deposee = f" {accuse.texte('numeroSignalisation')} EN_DEPOT"
    assert [ligne for ligne in lignes[:2] if ligne.endswith(deposee)]
    _juger_la_recherche(lignes[2:], {avant.hour, en_paris(datetime.now(UTC)).hour})


def _juger_la_recherche(lignes: list[str], heures: set[int]) -> None:
    """What is printed last: the places of the two afternoons, or, from one to four in the morning, that the search is closed.
    ``heures``: of Paris, before and after the call."""
    (premiere, *autres) = lignes
    fermees = {heure in FERMETURE for heure in heures}
    if premiere.startswith("PLAGES_FERMEES "):
        assert True in fermees
        assert autres == [], "no field is at fault"
    else:
        assert False in fermees
        lus = re.findall(r"'jour': datetime\.date\((\d+), (\d+), (\d+)\)|'plage': '(\w+)'", "\n".join(lignes))
        jours = [date(int(annee), int(mois), int(jour)) for annee, mois, jour, plage in lus if not plage]
        assert jours == PLACES, lignes
        assert [plage for *_, plage in lus if plage] == ["APRES_MIDI"] * len(PLACES)


@pytest.mark.exigence("R9")
def test_les_liens_de_la_documentation_menent_quelque_part__ok() -> None:
    for document in [RACINE / "README.md", *(RACINE / "docs").glob("*.md")]:
        for lien in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8")):
            if "://" not in lien:
                assert (document.parent / lien).exists(), f"{document.name}: {lien}"


@pytest.mark.exigence("R9")
def test_le_plan_du_readme_est_celui_du_paquet__ok() -> None:
    dossiers = {chemin.name for chemin in (RACINE / "esav_soap").iterdir() if (chemin / "__init__.py").exists()}
    (plan,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    for nom in dossiers:
        assert re.search(rf"\b{nom}\b", plan), f"the README's drawing lacks {nom}"
    assert Path(RACINE / "Makefile").exists()
