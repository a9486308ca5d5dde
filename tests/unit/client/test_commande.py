"""``esav client``: arguments in, tables, JSON and exit codes out."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import requests
from lxml import etree

from esav_soap.cli import client_echecs, client_tableau
from esav_soap.cli.client import client
from esav_soap.cli.nombres import compte
from esav_soap.client import ErreurRecue, RefusEsav
from esav_soap.model import Catalogue
from esav_soap.names import NS_WS
from tests.unit.client.service_feint import INCONNUE, ServiceFeint, accuse, refus, soap

CONTACT = ("--contact-nom", "Léa Martin", "--contact-telephone", "0299000000")
DEPOT = ("deposer", "--prestation", "P1", *CONTACT)
REFERENCE = f"{{{NS_WS}}}entete/{{{NS_WS}}}referenceOperateur"
INVALIDE = refus(
    "<ws:ErreurEsav><ws:code>FORMULAIRE_INVALIDE</ws:code><ws:message>1 erreur dans le message. puissancePto : x"
    "</ws:message><ws:requete>abc123</ws:requete><ws:erreur><ws:champ>puissancePto</ws:champ>"
    "<ws:libelle>Puissance à la PTO</ws:libelle><ws:chemin>formulaire/accesFtth/puissancePto</ws:chemin>"
    "<ws:code>TROP_GRAND</ws:code><ws:message>« Puissance à la PTO » : trop grand [bold]\u009b31m</ws:message>"
    "<ws:valeur>99</ws:valeur><ws:valeurAdmise>maximum 10</ws:valeurAdmise></ws:erreur>"
    "<ws:version><ws:version>2026.2</ws:version><ws:wsdl>https://w/?wsdl</ws:wsdl></ws:version></ws:ErreurEsav>"
)
ETAT = soap(
    "<ws:consulterEtatResponse><ws:etatSignalisation><ws:numeroSignalisation>N1</ws:numeroSignalisation>"
    "<ws:referenceOperateur>R1</ws:referenceOperateur><ws:etat>GELE</ws:etat><ws:libelleEtat>gelé</ws:libelleEtat>"
    "<ws:dateHeureDepot>2026-11-05T09:15:00+01:00</ws:dateHeureDepot>"
    "<ws:dateHeureEtat>2026-11-05T10:15:00+01:00</ws:dateHeureEtat>"
    "</ws:etatSignalisation></ws:consulterEtatResponse>"
)


@pytest.mark.exigence("R3.1", "R9")
def test_deposer__reference_dite_avant_l_envoi(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [accuse()]
    fait = lancer(*DEPOT, "--operateur", "OPA", "--offre", "ACCES_FTTH", "puissancePto=-27,5")
    assert fait.exit_code == 0, fait.output
    (reference,) = re.findall(r"Référence : (ESAV-[0-9A-F]{16})", fait.stderr)
    assert service.corps().findtext(REFERENCE) == reference
    assert service.envois[0].headers["X-Esav-Operateur"] == "OPA"
    assert "7K3M9QX2TBX" in fait.stdout
    assert "05/11/2026 09:15:00 +01:00" in fait.stdout


@pytest.mark.exigence("R3.3", "R9")
def test_deposer__json_stable(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [accuse(deja="true")]
    fait = lancer(*DEPOT, "--reference", "T-1", "--format", "json", "--offre", "ACCES_FTTH", "etage=3")
    assert fait.exit_code == 0
    assert fait.stderr == ""
    assert json.loads(fait.stdout) == {
        "referenceOperateur": "T-1",
        "numeroSignalisation": "7K3M9QX2TBX",
        "etat": "EN_DEPOT",
        "dateHeureDepot": "2026-11-05T09:15:00+01:00",
        "versionCatalogue": "2026.2",
        "dejaDeposee": True,
        "avertissement": [],
    }


@pytest.mark.exigence("R3.1", "R9")
@pytest.mark.parametrize("lieu", ["formulaire=1.xml", "-"])
def test_deposer__un_fichier(lancer: Any, service: ServiceFeint, tmp_path: Path, lieu: str) -> None:
    xml = b'<accesFtth xmlns="urn:esav:catalogue:2026.2:ACCES_FTTH"><etage>3</etage></accesFtth>'
    fichier = tmp_path / lieu
    if lieu != "-":
        fichier.write_bytes(xml)
    service.etapes = [
        accuse(suite="<ws:avertissement><ws:code>W</ws:code><ws:message>bientôt</ws:message></ws:avertissement>")
    ]
    fait = lancer(*DEPOT, "-" if lieu == "-" else str(fichier), entree=xml)
    assert fait.exit_code == 0, fait.output
    assert [n.text for n in service.corps()[1][0]] == ["3"]
    assert "Attention : bientôt [W]" in fait.stdout


@pytest.mark.exigence("R3.2", "R9")
def test_refus__table_lisible(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [INVALIDE]
    fait = lancer(*DEPOT, "--offre", "ACCES_FTTH", "puissancePto=99")
    assert fait.exit_code == 1
    assert fait.stdout == ""
    assert "FORMULAIRE_INVALIDE" in fait.stderr
    (ligne,) = [ligne for ligne in fait.stderr.splitlines() if ligne.startswith("  puissancePto")]
    cellules = [c.strip() for c in re.split(r" {2,}", ligne.strip())]
    # Neither markup nor control characters of the answer act on the terminal.
    assert cellules == ["puissancePto", "Puissance à la PTO", "trop grand [bold]31m [TROP_GRAND]", "99", "maximum 10"]
    assert "https://w/?wsdl" in fait.stderr
    assert "abc123" in fait.stderr


@pytest.mark.exigence("R3.2", "R9")
@pytest.mark.parametrize("colonnes", [40, 89, 90, 120, 200])
@pytest.mark.parametrize("champ", ["c", "mesuresOtdr[10]/attenuationEvenement", "x" * 300])
def test_refus__rien_n_est_coupe(capsys: pytest.CaptureFixture[str], colonnes: int, champ: str) -> None:
    erreur = ErreurRecue(
        champ, "Libellé " * 9, champ, "TROP_GRAND", "long " * 60, "v" * 200, ("ADMIS_UN", "ADMIS_DEUX") * 25
    )
    refus = RefusEsav("FORMULAIRE_INVALIDE", "m", "r", [erreur] * 2)
    with patch.object(client_tableau, "SANS_LIMITE", colonnes):
        client_echecs.montrer(refus)
    lignes = capsys.readouterr().err.splitlines()
    assert max(map(len, lignes)) <= colonnes
    lettres = Counter("".join(lignes))
    assert (lettres["v"], lettres["_"]) >= (400, 102)
    if champ[0] == "x":
        assert lettres["x"] == 600
    assert [ligne for ligne in lignes if ligne != ligne.rstrip()] == []
    mots = re.split(r"[\s,]+", "\n".join(lignes))
    assert {mot for mot in mots if "ADMIS" in mot} == {"ADMIS_UN", "ADMIS_DEUX"}, "codes stay whole"


@pytest.mark.exigence("R3.2", "R9")
def test_refus__json_stable(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [INVALIDE]
    fait = lancer(*DEPOT, "--reference", "T-1", "--offre", "ACCES_FTTH", "--format", "json", "puissancePto=99")
    assert fait.exit_code == 1
    assert json.loads(fait.stdout) == {
        "refus": {
            "code": "FORMULAIRE_INVALIDE",
            "message": "1 erreur dans le message. puissancePto : x",
            "requete": "abc123",
            "referenceOperateur": "T-1",
            "erreurs": [
                {
                    "champ": "puissancePto",
                    "libelle": "Puissance à la PTO",
                    "chemin": "formulaire/accesFtth/puissancePto",
                    "code": "TROP_GRAND",
                    "message": "« Puissance à la PTO » : trop grand [bold]\u009b31m",
                    "valeur": "99",
                    "valeursAdmises": ["maximum 10"],
                }
            ],
            "versions": [{"version": "2026.2", "wsdl": "https://w/?wsdl", "dateHeureRetrait": None}],
            "reessayerApres": None,
        }
    }


@pytest.mark.exigence("R9")
def test_saisie_fausse__rien_n_est_envoye(lancer: Any, service: ServiceFeint) -> None:
    table = lancer(*DEPOT, "--offre", "ACCES_FTTH", "etagee=3", "puissancePto=beaucoup")
    assert (table.exit_code, service.envois) == (2, [])
    assert "vouliez-vous « etage »" in table.stderr
    assert "beaucoup" in table.stderr
    en_json = lancer(*DEPOT, "--offre", "ACCES_FTTH", "--format", "json", "etagee=3")
    assert en_json.exit_code == 2
    (probleme,) = json.loads(en_json.stdout)["saisieInvalide"]["problemes"]
    assert (probleme["chemin"], probleme["proche"]) == ("etagee", "etage")


@pytest.mark.exigence("R9")
def test_tel_quel__le_service_juge(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [INVALIDE]
    fait = lancer(*DEPOT, "--tel-quel", "--offre", "ACCES_FTTH", "etagee=3", "puissancePto=a=b")
    assert fait.exit_code == 1
    corps = service.corps()
    assert corps.tag == f"{{{NS_WS}}}deposerSignalisationGenerique"
    assert [n.text for n in corps.iter(f"{{{NS_WS}}}chemin", f"{{{NS_WS}}}valeur")] == [
        *("etagee", "3"),
        *("puissancePto", "a=b"),
    ]


@pytest.mark.exigence("R3.3", "R9")
def test_injoignable__dit_la_reference(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [requests.ReadTimeout(), requests.ReadTimeout()]
    arguments = (*DEPOT, "--essais", "1", "--reference", "T-9", "--offre", "ACCES_FTTH", "etage=3")
    table = lancer(*arguments)
    assert table.exit_code == 3
    assert "--reference T-9" in table.stderr
    en_json = lancer(*arguments, "--format", "json")
    assert en_json.exit_code == 3
    assert json.loads(en_json.stdout)["injoignable"]["referenceOperateur"] == "T-9"


@pytest.mark.exigence("R3.5", "R9")
def test_etat__table_json_xml(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [ETAT, ETAT, ETAT]
    table, en_json, en_xml = (lancer("etat", "N1", "--format", f) for f in ("table", "json", "xml"))
    assert [f.exit_code for f in (table, en_json, en_xml)] == [0, 0, 0]
    assert "gelé  (GELE)" in table.stdout
    assert json.loads(en_json.stdout)["etat"] == "GELE"
    assert en_xml.stdout.encode() == ETAT.corps + b"\n"


@pytest.mark.exigence("R3.2", "R9")
def test_refus__xml(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [INCONNUE]
    fait = lancer("etat", "N1", "--format", "xml")
    assert (fait.exit_code, fait.stdout.encode()) == (1, INCONNUE.corps + b"\n")


@pytest.mark.exigence("R1.3", "R9")
def test_champs__lus_dans_le_wsdl(lancer: Any) -> None:
    offres = json.loads(lancer("champs", "--format", "json").stdout)
    assert (offres["version"], len(offres["offres"])) == ("2026.2", 9)
    anciennes = json.loads(lancer("champs", "--format", "json", "--version", "2026.1").stdout)
    assert [o["code"] for o in offres["offres"] if o not in anciennes["offres"]] == ["FTTH_ACTIVE", "FTTE_ACTIVE"]
    decrite = json.loads(lancer("champs", "ACCES_FTTH", "--format", "json").stdout)
    puissance = next(c for c in decrite["champs"] if c["code"] == "puissancePto")
    assert (puissance["libelle"], puissance["type"], puissance["obligatoire"]) == (
        "Puissance à la PTO",
        "decimal",
        False,
    )
    (nature,) = json.loads(lancer("champs", "ACCES_FTTH", "natureDefaut", "--format", "json").stdout)["champs"]
    table = lancer("champs", "ACCES_FTTH", "natureDefaut").stdout
    assert len(nature["codes"]) > 10
    assert all(code in table for code in nature["codes"])
    groupe = lancer("champs", "ACCES_FTTH", "mesuresOtdr").stdout
    assert "mesuresOtdr[n]/distanceEvenement" in groupe
    (sous,) = json.loads(lancer("champs", "ACCES_FTTH", "mesuresOtdr/typeEvenement", "--format", "json").stdout)[
        "champs"
    ]
    assert "COUPURE" in sous["codes"]
    schema = etree.fromstring(lancer("champs", "ACCES_FTTH", "--format", "xml").stdout.encode())
    assert schema.get("targetNamespace") == "urn:esav:catalogue:2026.2:ACCES_FTTH"


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("arguments", "mots"),
    [
        (("ACCES_FTHT",), "vouliez-vous « ACCES_FTTH »"),
        (("ACCES_FTTH", "natureDefo"), "vouliez-vous « natureDefaut »"),
        (("--format", "xml"), "OFFRE"),
    ],
)
def test_champs__error(lancer: Any, arguments: tuple[str, ...], mots: str) -> None:
    fait = lancer("champs", *arguments)
    assert fait.exit_code == 2
    assert mots in fait.stderr
    assert "envoyé" not in fait.stderr
    assert "? ;" not in fait.stderr


@pytest.mark.exigence("R1.3", "R9")
@pytest.mark.parametrize("colonnes", [60, 80, 100, 140])
def test_champs__codes_entiers_sur_tout_terminal(
    lancer: Any, monkeypatch: pytest.MonkeyPatch, colonnes: int, catalogues: Mapping[str, Catalogue]
) -> None:
    monkeypatch.setattr(client_tableau, "SANS_LIMITE", colonnes)
    sortie = lancer("champs", "ACCES_FTTH").stdout
    assert max(map(len, sortie.splitlines())) <= colonnes
    codes = {v.code for n in catalogues["2026.2"].nomenclatures.values() for v in n.valeurs}
    montres = [mot for mot in re.split(r"[\s,.()\[\]]+", sortie) if re.fullmatch(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*", mot)]
    assert len(montres) > 30
    assert set(montres) <= codes | {"ACCES_FTTH"}


@pytest.mark.exigence("R9")
def test_sans_terminal__ni_coupe_ni_blancs_en_fin_de_ligne(lancer: Any) -> None:
    sortie = lancer("champs", "ACCES_FTTH", "natureDefaut").stdout
    assert [ligne for ligne in sortie.splitlines() if ligne != ligne.rstrip()] == []
    (ligne,) = [ligne for ligne in sortie.splitlines() if "natureDefaut" in ligne]
    assert ligne.count(", ") > 10


@pytest.mark.exigence("R9")
def test_nombres__accordes(lancer: Any) -> None:
    assert [compte(n, "décimale") for n in (0, 1, 2, 1234)] == [
        *("0 décimale", "1 décimale", "2 décimales", "1\u202f234 décimales"),
    ]
    assert "2 décimales au plus" in lancer("champs", "ACCES_FTTH", "puissancePto").stdout
    assert "(s)" not in lancer("champs", "ACCES_FTTH").stdout


@pytest.mark.exigence("R2.6", "R9")
def test_versions__aucune(lancer: Any, service: ServiceFeint) -> None:
    vide = soap("<ws:listerVersionsResponse><ws:listeVersions/></ws:listerVersionsResponse>")
    service.etapes = [vide, vide]
    assert lancer("versions").stdout == "Aucune version du catalogue n'est publiée.\n"
    assert json.loads(lancer("versions", "--format", "json").stdout) == {"versions": []}


@pytest.mark.exigence("R9")
@pytest.mark.parametrize("commande", [("pack", "2026.2"), ("etat", "N1"), ("detail", "N1"), ("versions",)])
def test_version__seulement_ou_elle_sert(lancer: Any, service: ServiceFeint, commande: tuple[str, ...]) -> None:
    fait = lancer(*commande, "--version", "2026.1")
    assert (fait.exit_code, service.lectures) == (2, [])
    assert "--version" not in lancer(commande[0], "--help").stdout


@pytest.mark.exigence("R2.6", "R9")
def test_version_introuvable(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [INCONNUE, INCONNUE]
    table = lancer("champs", "--version", "2025.1")
    assert table.exit_code == 1
    assert "2025.1" in table.stderr
    en_json = json.loads(lancer("champs", "--version", "2025.1", "--format", "json").stdout)
    assert en_json["versionIntrouvable"]["version"] == "2025.1"


@pytest.mark.exigence("R1.4", "R9")
def test_pack__ecrit_sous_son_seul_nom(
    lancer: Any, service: ServiceFeint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    empreinte = hashlib.sha256(b"zip").hexdigest()
    reponse = soap(
        "<ws:telechargerPackResponse><ws:pack><ws:version>2026.2</ws:version>"
        "<ws:nomFichier>../../hors/p.zip</ws:nomFichier>"
        f"<ws:sha256>{empreinte}</ws:sha256><ws:contenu>{b64encode(b'zip').decode()}</ws:contenu>"
        "</ws:pack></ws:telechargerPackResponse>"
    )
    service.etapes = [reponse, reponse, reponse]
    assert lancer("pack", "2026.2").exit_code == 0
    assert [(f.name, f.read_bytes()) for f in tmp_path.iterdir()] == [("p.zip", b"zip")]
    assert lancer("pack", "2026.2", "--sortie", "-").stdout_bytes == b"zip"
    refuse = lancer("pack", "2026.2", "--sortie", "absent/p.zip")
    assert (refuse.exit_code, [f.name for f in tmp_path.iterdir()]) == (2, ["p.zip"])


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("arguments", "mots"),
    [
        (("etat",), "soit"),
        (("etat", "N1", "--reference", "R1"), "soit"),
        (("etat", "N1", "--url", "esav.test"), "http"),
        (("etat", "N1", "--format", "yaml"), "admis : table, json, xml"),
        (("etat", "N1", "--cle", "x.key"), "--certificat"),
        (("etat", "N1", "--certificat", "/absent.pem"), "/absent.pem"),
        ((*DEPOT, "etage=3"), "--offre"),
        ((*DEPOT, "--offre", "ACCES_FTTH", "etage=3", "sansegal"), "« sansegal »"),
        ((*DEPOT, "/absent.xml"), "/absent.xml"),
    ],
)
def test_mauvais_appel__error(lancer: Any, service: ServiceFeint, arguments: tuple[str, ...], mots: str) -> None:
    fait = lancer(*arguments)
    assert (fait.exit_code, service.envois) == (2, [])
    assert mots in fait.stderr


@pytest.mark.exigence("R9")
def test_aide__en_francais_avec_des_exemples(lancer: Any) -> None:
    for nom in client.commands:
        aide = lancer(nom, "--help").stdout
        assert re.search(r"Exemples? :\n +esav client " + nom, aide), nom


@pytest.mark.exigence("R9")
def test_le_groupe_se_charge_sans_zeep() -> None:
    code = "import sys; import esav_soap.cli.client; print([m for m in ('zeep', 'rich', 'requests', 'lxml') if m in sys.modules])"
    fait = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60)
    assert fait.stdout == "[]\n"


@pytest.mark.exigence("R9")
def test_messages_en_francais() -> None:
    fait = subprocess.run(
        [sys.executable, "-m", "esav_soap.cli", "client", "etat", "--formatt"],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert fait.returncode == 2
    assert fait.stderr.startswith("Erreur : option inconnue : --formatt (proches : --format")
