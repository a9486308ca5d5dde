"""``esav catalogue diff, announce, withdraw, list, check --complet`` and ``esav operateur``, on small synthetic versions."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from lxml import etree

from bench.synthese import VERSION, sources
from esav_soap.avis import Operateur
from esav_soap.contract.pack import zipper
from esav_soap.signalisation import Prestation
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases import publication
from esav_soap.usecases.catalogue import Dates, installer
from tests.faux import URL
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]

#: What the commands take for now.
PRESENT = [datetime(2030, 3, 1, 9, 0, tzinfo=UTC)]
RUPTURE = "OFFRE_S0001/courriel:CHAMP_DEVENU_OBLIGATOIRE"
DEUX = "2030.2"


def present() -> datetime:
    return PRESENT[0]


def fichiers(version: str) -> dict[str, bytes]:
    """One Offre; in another version than the first, one of its fields is mandatory that was not."""
    lus = {nom: contenu.replace(VERSION.encode(), version.encode()) for nom, contenu in sources(1).items()}
    if version != VERSION:
        nom = "formulaires/formulaire-s0001.xml"
        change = lus[nom].replace(b'<courriel code="courriel"', b'<courriel code="courriel" usage="obligatoire"')
        assert change != lus[nom]
        lus[nom] = change
    return lus


@cache
def magasin_garni() -> bytes:
    """The file of the store that :func:`place` tells of, made once for all tests."""
    instant = datetime(2030, 3, 1, 9, 0, tzinfo=UTC)
    with TemporaryDirectory() as dossier:
        with ouvrir(f"sqlite:///{dossier}/esav.db") as magasin:
            installer(fichiers(VERSION), URL, Dates(instant - timedelta(days=200)), magasin, instant)
            for operateur in ("OPA", "OPB"):
                magasin.importer([Prestation("production", operateur, f"P-{operateur}", "OFFRE_S0001")])
            magasin.declarer_operateur(Operateur("OPA", "Alpha", "sav@opa.example"))
        assert not Path(dossier, "esav.db-wal").exists(), "a part of it is elsewhere"
        return Path(dossier, "esav.db").read_bytes()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> Path:
    """A folder with both versions, as the current one; a store with the first in force; OPA and OPB with prestations."""
    for version in (VERSION, DEUX):
        for nom, contenu in fichiers(version).items():
            genre, _, reste = nom.rpartition("/")
            lieu = {"": "catalogue/{}", "nomenclatures": "catalogue/{}/nomenclatures", "formulaires": "forms_xml/{}"}
            (tmp_path / lieu[genre].format(version)).mkdir(parents=True, exist_ok=True)
            (tmp_path / lieu[genre].format(version) / reste).write_bytes(contenu)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ESAV_STORE", f"sqlite:///{tmp_path}/esav.db")
    monkeypatch.setenv("ESAV_URL_PUBLIQUE", URL)
    monkeypatch.setenv("ESAV_HORLOGE", "tests.unit.cli.test_publier:present")
    (tmp_path / "esav.db").write_bytes(magasin_garni())
    return tmp_path


@pytest.fixture
def magasin(place: Path) -> Iterator[Magasin]:
    with ouvrir(f"sqlite:///{place}/esav.db", creer=False) as ouvert:
        yield ouvert


@pytest.fixture
def repondre(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make stdin a terminal that gives this answer."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    return lambda dit: monkeypatch.setattr(sys, "stdin", Terminal(dit))


@pytest.mark.exigence("R2.1")
def test_ecarts_dans_le_bon_sens_quel_que_soit_l_ordre__ok(lancer: Lancer, place: Path) -> None:
    (place / "p.zip").write_bytes(zipper(fichiers(DEUX)))
    attendu = lancer("catalogue", "diff", VERSION, DEUX)
    assert attendu[0] == 0
    assert attendu[1].startswith(f"De {VERSION} à {DEUX} :\n")
    assert f"rupture     {RUPTURE}" in attendu[1]
    for arguments in ((), (DEUX,), (DEUX, VERSION), ("p.zip",), ("p.zip", VERSION), (str(place),), (VERSION, "p.zip")):
        assert lancer("catalogue", "diff", *arguments) == attendu, arguments
    code, xml, _ = lancer("catalogue", "diff", "--format", "xml")
    assert code == 0
    assert etree.fromstring(xml.encode()).get("nouvelle") == DEUX
    assert lancer("catalogue", "diff", "--format", "html")[1].startswith("<!DOCTYPE html>")


@pytest.mark.exigence("R2.1")
def test_ecarts_ruptures_seules_et_code_de_sortie__ok(lancer: Lancer, place: Path) -> None:
    code, sortie, _ = lancer("catalogue", "diff", "--ruptures")
    assert (code, sortie.count("rupture     "), "compatible  " in sortie) == (1, 1, False)
    assert lancer("catalogue", "diff", VERSION, VERSION, "--ruptures")[0] == 0


@pytest.mark.exigence("R2.1")
def test_ecarts_avec_quoi__error(lancer: Lancer, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESAV_STORE")
    code, _, erreurs = lancer("catalogue", "diff", VERSION)
    assert (code, f"aucune version ne précède {VERSION}" in erreurs) == (2, True)
    code, _, erreurs = lancer("catalogue", "diff", "2030.7")
    assert (code, f"version inconnue : 2030.7 (présentes : {VERSION}, {DEUX})" in erreurs) == (2, True)
    code, _, erreurs = lancer("catalogue", "diff", "rien")
    assert (code, "ni un numéro de version, ni un fichier, ni un dossier" in erreurs) == (2, True)


@pytest.mark.exigence("R2.1")
def test_ecarts_avec_la_version_en_vigueur_dans_la_base__ok(lancer: Lancer, place: Path) -> None:
    """Not with what stands in the folder under the same number."""
    formulaire = place / f"forms_xml/{VERSION}/formulaire-s0001.xml"
    formulaire.write_bytes((place / f"forms_xml/{DEUX}/formulaire-s0001.xml").read_bytes())
    assert RUPTURE in lancer("catalogue", "diff", DEUX)[1]
    assert RUPTURE not in lancer("catalogue", "diff", DEUX, VERSION)[1]


@pytest.mark.exigence("R2.1", "R2.2")
def test_annonce_refusee_dit_tout_et_n_ecrit_rien__error(lancer: Lancer, magasin: Magasin) -> None:
    avant = magasin.versions()
    code, sortie, erreurs = lancer("catalogue", "announce", DEUX, "--ouverture", "2030-04-01", "--oui")
    assert (code, sortie) == (1, "")
    assert "au plus tôt le 01/05/2030 à 10:00" in erreurs
    assert RUPTURE in erreurs
    assert "Refusé : 2 motifs. Rien n'a été enregistré." in erreurs
    assert "WSDL" not in erreurs, "refused before the long work"
    assert (magasin.versions(), magasin.suivis(None, 9)) == (avant, ())


@pytest.mark.exigence("R2.1")
def test_annonce_d_un_dossier_recopie_ou_casse__error(lancer: Lancer, place: Path) -> None:
    (place / f"catalogue/{DEUX}").rename(place / "catalogue/2030.3")
    (place / f"forms_xml/{DEUX}").rename(place / "forms_xml/2030.3")
    code, _, erreurs = lancer("catalogue", "announce", "2030.3", "--oui")
    assert code == 1
    assert "VERSION_DIFFERENTE" in erreurs
    (place / "p.zip").write_bytes(zipper(fichiers(DEUX) | {"intrus.txt": b"x", "catalogue.xml": b"<oups>"}))
    code, _, erreurs = lancer("catalogue", "announce", "p.zip", "--oui")
    assert code == 1
    assert "intrus.txt" in erreurs
    assert "catalogue.xml" in erreurs


@pytest.mark.exigence("R1.4", "R2.1")
def test_annoncer_sans_adresse_publique_est_dit__ok(
    lancer: Lancer, magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pack is final: the address of a machine of ours would stay in the hands of the opérateurs."""
    commande = ("catalogue", "announce", DEUX, "--accepter", RUPTURE, "--a-blanc")
    assert "Attention" not in lancer(*commande)[2]
    monkeypatch.delenv("ESAV_URL_PUBLIQUE")
    code, _, erreurs = lancer(*commande)
    assert (code, "donnera aux opérateurs l'adresse http://127.0.0.1:8080" in erreurs) == (0, True)
    assert "Attention" not in lancer(*commande, "--url-publique", URL)[2]


@pytest.mark.exigence("R2.1", "R2.2", "R2.3")
def test_annoncer_apres_confirmation__ok(lancer: Lancer, magasin: Magasin, repondre: Callable[[str], None]) -> None:
    commande = ("catalogue", "announce", DEUX, "--accepter", RUPTURE, "--ouverture", "2030-06-01T06:00")
    code, _, erreurs = lancer(*commande)
    assert (code, "--oui" in erreurs) == (2, True), "nobody can answer"
    code, sortie, erreurs = lancer(*commande, "--a-blanc")
    assert code == 0
    assert [ligne for ligne in sortie.splitlines() if not ligne.startswith("  différences")] == [
        f"Version {DEUX} « Catalogue synthétique »",
        "  ouverture en production : 01/06/2030 à 06:00",
        "  plate-forme d'intégration : dès l'annonce",
        f"  remplace : {VERSION}, retirée le 01/07/2030 à 06:00",
        f"    rupture acceptée  {RUPTURE}",
        "                      « Champ courriel » : devient obligatoire, était facultatif.",
        "  seront prévenus : 2 opérateurs : OPA (sav@opa.example), OPB (SANS ADRESSE : esav operateur declarer)",
        "Rien n'a été écrit (--a-blanc).",
    ]
    assert [ligne for ligne in erreurs.splitlines() if not ligne.endswith("…")] == []
    for dit in ("", "\n", "non\n", "peut-être\n"):
        repondre(dit)
        code, sortie, _ = lancer(*commande)
        assert code == (1 if dit else 130)
        assert [v.version for v in magasin.versions()] == [VERSION]
    repondre("oui\n")
    code, sortie, _ = lancer(*commande)
    assert code == 0
    assert sortie.endswith(
        f"Version {DEUX} annoncée : ouverture le 01/06/2030 à 06:00 ; {VERSION} retirée le 01/07/2030 à 06:00.\n"
        "Avis à envoyer : 2 (suivi : esav envois list).\n"
    )
    une, deux = magasin.versions()
    assert (une.remplacante, deux.annonce) == (DEUX, present())
    assert {s.envoi.operateur for s in magasin.suivis(None, 9)} == {"OPA", "OPB"}
    code, sortie, _ = lancer(*commande, "--oui")
    assert (code, "Il n'y a rien à refaire" in sortie) == (0, True)
    assert magasin.versions() == (une, deux)


@pytest.mark.exigence("R2.2")
def test_premiere_date_permise_sans_ouverture__ok(lancer: Lancer, magasin: Magasin) -> None:
    code, sortie, _ = lancer("catalogue", "announce", DEUX, "--accepter", "OFFRE_S0001:*", "--oui")
    assert code == 0
    assert "ouverture en production : 01/05/2030 à 10:00, la première date permise" in sortie
    assert magasin.versions()[1].ouverture == datetime(2030, 5, 1, 8, 0, tzinfo=UTC)


@pytest.mark.exigence("R2.1")
def test_interrompre_pendant_l_ecriture_la_laisse_finir__ok(
    lancer: Lancer, magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    annoncer = publication.annoncer

    def interrompu(*arguments: object, **options: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return annoncer(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(publication, "annoncer", interrompu)
    code, sortie, erreurs = lancer("catalogue", "announce", DEUX, "--accepter", RUPTURE, "--oui")
    assert code == 0
    assert "elle se termine d'abord" in erreurs
    assert f"Version {DEUX} annoncée" in sortie
    assert len(magasin.versions()) == 2


@pytest.mark.exigence("R2.1", "R2.3")
def test_retirer_une_annonce_puis_lister__ok(lancer: Lancer, magasin: Magasin, repondre: Callable[[str], None]) -> None:
    lancer("catalogue", "announce", DEUX, "--accepter", RUPTURE, "--oui")
    _, sortie, _ = lancer("catalogue", "list")
    assert sortie == (
        f"{VERSION}   en vigueur       annonce 2029-08-13T11:00:00+02:00, ouverture 2029-08-13T11:00:00+02:00, "
        f"retrait 2030-06-01T10:00:00+02:00, remplacée par {DEUX}\n"
        f"{DEUX}   annoncée         annonce 2030-03-01T10:00:00+01:00, ouverture 2030-05-01T10:00:00+02:00\n"
    )
    assert lancer("catalogue", "withdraw", DEUX)[0] == 2
    repondre("n\n")
    assert lancer("catalogue", "withdraw", DEUX)[0] == 1
    assert magasin.versions()[1].annulation is None
    code, sortie, _ = lancer("catalogue", "withdraw", DEUX, "--oui")
    assert code == 0
    assert "seront prévenus : 2 opérateurs : OPA (sav@opa.example)" in sortie
    assert f"La version {VERSION} reste en vigueur, sans date de retrait." in sortie
    lus = json.loads(lancer("catalogue", "list", "--format", "json")[1])
    assert [(v["version"], v["etat"], v["retrait"], v["remplacante"]) for v in lus] == [
        (VERSION, "EN_VIGUEUR", None, None),
        (DEUX, "ANNULEE", None, None),
    ]
    assert lus[1]["annulation"] == "2030-03-01T10:00:00+01:00"
    for version in (DEUX, VERSION, "2031.1"):
        code, _, erreurs = lancer("catalogue", "withdraw", version, "--oui")
        assert (code, "Rien n'a été enregistré" in erreurs) == (1, True), version
    code, _, erreurs = lancer("catalogue", "announce", DEUX, "--accepter", RUPTURE, "--oui")
    assert (code, "ne sert qu'une fois" in erreurs) == (1, True)


@pytest.mark.exigence("R2.1")
def test_verification_complete__ok(lancer: Lancer, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from esav_soap.errors import Probleme
    from esav_soap.usecases import verification

    code, sortie, erreurs = lancer("catalogue", "check", "--complet")
    assert (code, sortie.count("aucun problème")) == (0, 2)
    assert "Vérification : exemples…" in erreurs.splitlines()
    assert erreurs.count("Vérification : exemples…") == 1, "one line for each step"
    vus: list[object] = []

    def refuser(*arguments: object) -> tuple[Probleme, ...]:
        vus.append(arguments[2])
        return (Probleme("wsdl/depot.wsdl", 0, "ESSAI", "refusé"),)

    monkeypatch.setattr(verification, "verifier", refuser)
    code, sortie, erreurs = lancer("catalogue", "check", "--complet", "--version", DEUX)
    assert (code, f"{DEUX}: wsdl/depot.wsdl: ESSAI: refusé" in sortie) == (1, True)
    with ouvrir(f"sqlite:///{place}/esav.db", creer=False) as magasin:
        assert vus == [magasin.pack(VERSION)], "compared with the version in force"
    assert lancer("catalogue", "check", "--version", DEUX)[0] == 0, "the gate is only for --complet"


@pytest.mark.exigence("R1.4")
def test_pack_avec_le_changelog_depuis_la_precedente__ok(lancer: Lancer, place: Path) -> None:
    import zipfile

    code, sortie, _ = lancer("catalogue", "pack", DEUX, "d.zip")
    assert (code, f"changelog depuis {VERSION}" in sortie) == (0, True)
    with zipfile.ZipFile("d.zip") as archive:
        assert etree.fromstring(archive.read("changelog.xml")).get("ancienne") == VERSION
    code, sortie, _ = lancer("catalogue", "pack", VERSION, "u.zip")
    assert (code, "changelog" in sortie) == (0, False)
    code, sortie, _ = lancer("catalogue", "pack", DEUX, "e.zip", "--precedente", "u.zip")
    assert code == 0
    assert (place / "e.zip").read_bytes() == (place / "d.zip").read_bytes()


@pytest.mark.exigence("R2.1")
def test_barres_sur_un_terminal__ok(lancer: Lancer, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    code, _, erreurs = lancer("catalogue", "build", str(place))
    assert code == 0
    assert "Construction" in erreurs
    assert "2 sur 2" in erreurs
    assert "100 %" in erreurs


@pytest.mark.exigence("R2.2")
def test_declarer_et_lister_des_operateurs__ok(lancer: Lancer, place: Path) -> None:
    commande = ("operateur", "declarer", "OPC", "--raison-sociale", "Gamma & fils", "--courriel")
    assert "déclaré : Gamma & fils, sav@opc.example" in lancer(*commande, "sav@opc.example")[1]
    assert "inchangé" in lancer(*commande, "sav@opc.example")[1]
    assert "mis à jour" in lancer(*commande, "noc@opc.example")[1]
    _, sortie, _ = lancer("operateur", "list")
    assert sortie.splitlines() == [
        "OPA  Alpha, sav@opa.example ; Offres : OFFRE_S0001 ; accès : SANS BON DE COMMANDE",
        "OPB  SANS ADRESSE, à déclarer ; Offres : OFFRE_S0001 ; accès : SANS BON DE COMMANDE",
        "OPC  Gamma & fils, noc@opc.example ; Offres : aucune prestation en production ; accès : SANS BON DE COMMANDE",
    ]
    code, _, erreurs = lancer("operateur", "declarer", "O P", "--raison-sociale", " ", "--courriel", "a@b\nBcc: c@d.fr")
    assert code == 2
    for dit in ("pas un code d'opérateur", "pas une adresse de courriel", "la raison sociale est vide"):
        assert dit in erreurs
