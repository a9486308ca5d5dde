"""``esav client``: lists, events and their cursor, what an opérateur does to a signalisation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from esav_soap.cli import client_affichage_suivi
from esav_soap.client import ClientEsav
from tests.unit.client.service_feint import (
    INCONNUE,
    Reponse,
    ServiceFeint,
    aplat,
    etat,
    evenements,
    page,
    refus,
    rendu,
    resume,
)

PLUS_TARD = refus(
    "<ws:ErreurEsav><ws:code>MAINTENANCE</ws:code><ws:message>Le service revient.</ws:message><ws:requete>r1</ws:requete>"
    "<ws:reessayerApres>2026-11-05T04:15:00+01:00</ws:reessayerApres></ws:ErreurEsav>"
)
SUIVRE = ("evenements", "--suivre", "--curseur-dans")


def ctrl_c(_requete: requests.PreparedRequest) -> Reponse:
    raise KeyboardInterrupt


@pytest.fixture
def sans_pause(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses that the commands make; none takes time."""
    faites: list[float] = []
    monkeypatch.setitem(ClientEsav.__init__.__kwdefaults__ or {}, "pause", faites.append)
    return faites


@pytest.mark.exigence("R3.5", "R9")
def test_lister__table_json_xml(lancer: Any, service: ServiceFeint) -> None:
    close = resume("N2", "CLOS", dateHeureCloture="2026-11-06T12:00:00+01:00")
    lue = rendu(
        "listerSignalisations", "listeSignalisations", signalisation=[resume("N1"), close], curseurSuivant="C-2"
    )
    service.etapes = [lue, lue, lue]
    filtres = ("--etat", "EN_COURS", "--etat", "CLOS", "--depuis", "2026-11-01", "--avant", "01/12/2026 8h00")
    table, en_json, en_xml = (
        lancer("lister", *filtres, "--offre", "ACCES_FTTH", "--prestation", "P1", "--maximum", "2", "--format", f)
        for f in ("table", "json", "xml")
    )
    assert [f.exit_code for f in (table, en_json, en_xml)] == [0, 0, 0]
    assert aplat(service.corps()) == [
        ("etat", "EN_COURS"),
        ("etat", "CLOS"),
        ("offre", "ACCES_FTTH"),
        ("identifiantPrestation", "P1"),
        ("dateHeureDebut", "2026-11-01T00:00:00+01:00"),
        ("dateHeureFin", "2026-12-01T08:00:00+01:00"),
        ("maximum", "2"),
    ]
    lignes = [ligne.split() for ligne in table.stdout.splitlines()]
    (premiere,) = [ligne for ligne in lignes if ligne[:1] == ["N1"]]
    assert premiere[1:5] == ["R-N1", "EN_COURS", "P1", "ACCES_FTTH"]
    assert "06/11/2026 12:00:00 +01:00" in table.stdout
    assert "La suite : --curseur C-2" in table.stdout
    assert [s["etat"] for s in json.loads(en_json.stdout)["signalisation"]] == ["EN_COURS", "CLOS"]
    assert json.loads(en_json.stdout)["curseurSuivant"] == "C-2"
    assert en_xml.stdout.encode() == lue.corps + b"\n"


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize(
    ("commande", "operation"), [("lister", "listerSignalisations"), ("historique", "consulterHistorique")]
)
def test_tout__jusqu_a_la_derniere_page(lancer: Any, service: ServiceFeint, commande: str, operation: str) -> None:
    service.etapes = [page(operation, "N1", suivant="C-2"), page(operation, "N2")] * 2
    en_json = lancer(commande, "--tout", "--format", "json")
    assert [s["numeroSignalisation"] for s in json.loads(en_json.stdout)["signalisation"]] == ["N1", "N2"]
    table = lancer(commande, "--tout")
    assert [mot for mot in table.stdout.split() if mot in ("N1", "N2")] == ["N1", "N2"]
    assert "suite" not in table.stdout


@pytest.mark.exigence("R3.5", "R9")
def test_une_page__reprise_a_son_curseur(lancer: Any, service: ServiceFeint) -> None:
    service.etapes = [page("consulterHistorique"), page("listerSignalisations")]
    fait = lancer("historique", "--curseur", "C-2", "--maximum", "7")
    assert aplat(service.corps()) == [("curseur", "C-2"), ("maximum", "7")]
    assert (fait.exit_code, fait.stdout) == (0, "Aucune signalisation.\n")
    assert lancer("lister").stdout == "Aucune signalisation.\n"


GEL = {
    "action": "GELER",
    "libelleAction": "geler",
    "attendu": "ACCES_SITE",
    "libelleAttendu": "accès au site",
    "aupresDe": "CLIENT_FINAL",
    "commentaire": "Gardien\nabsent.",
}


@pytest.mark.exigence("R3.5", "R9")
def test_evenements__table_json_xml(lancer: Any, service: ServiceFeint) -> None:
    lue = evenements(4, 7, curseur="9", encore=True, **GEL)
    service.etapes = [lue, lue, lue, evenements(curseur="9")]
    table, en_json, en_xml = (lancer("evenements", "--curseur", "3", "--format", f) for f in ("table", "json", "xml"))
    assert aplat(service.corps(0)) == [("curseur", "3")]
    assert "geler ; accès au site (de : CLIENT_FINAL) ; Gardien" in table.stdout
    assert "D'autres suivent : --curseur 9" in table.stdout
    assert [e["rang"] for e in json.loads(en_json.stdout)["evenement"]] == ["4", "7"]
    assert (json.loads(en_json.stdout)["curseur"], json.loads(en_json.stdout)["encore"]) == ("9", True)
    assert en_xml.stdout.encode() == lue.corps + b"\n"
    assert lancer("evenements").stdout == "Aucun changement.\nLire la suite plus tard : --curseur 9\n"


@pytest.mark.exigence("R3.5", "R9")
@pytest.mark.parametrize("format_", ["table", "json", "xml"])
def test_curseur_garde__d_une_fois_a_l_autre(lancer: Any, service: ServiceFeint, tmp_path: Path, format_: str) -> None:
    fichier = tmp_path / "curseur"
    service.etapes = [evenements(1, curseur="1"), INCONNUE, evenements(2, curseur="2"), evenements(curseur="2")]
    codes = [lancer("evenements", "--curseur-dans", str(fichier), "--format", format_).exit_code for _ in range(4)]
    assert codes == [0, 1, 0, 0]
    assert [aplat(service.corps(rang)) for rang in range(4)] == [
        *([("listerEvenements", "")], [("curseur", "1")], [("curseur", "1")], [("curseur", "2")]),
    ]
    assert [f.name for f in tmp_path.iterdir()] == ["curseur"], "nothing is left of the way it is written"
    assert fichier.read_text(encoding="utf-8") == "2\n"


@pytest.mark.exigence("R3.5", "R9")
def test_suivre__le_curseur_suit_ce_qui_est_affiche(
    lancer: Any, service: ServiceFeint, tmp_path: Path, sans_pause: list[float]
) -> None:
    fichier = tmp_path / "curseur"
    fichier.write_text("3", encoding="utf-8")
    vus: list[str] = []

    def regarder(_requete: requests.PreparedRequest) -> Reponse:
        vus.append(fichier.read_text(encoding="utf-8").strip())
        return evenements(7, curseur="7")

    service.etapes = [evenements(4, 5, curseur="5", encore=True, **GEL), regarder, evenements(curseur="7"), ctrl_c]
    fait = lancer(*SUIVRE, str(fichier), "--pause", "12")
    lignes = fait.stdout.splitlines()
    assert [ligne.split("  ")[1:3] for ligne in lignes] == [["N4", "R4"], ["N5", "R5"], ["N7", "R7"]]
    assert lignes[0].startswith("05/11/2026 09:15:00 +01:00  N4  R4  GELE  FOURNISSEUR  geler ; accès au site")
    assert "Gardien absent." in lignes[0], "one line for one event"
    assert vus == ["5"]
    assert fichier.read_text(encoding="utf-8") == "7\n", "Ctrl-C leaves what was shown last"
    assert sans_pause == [12, 12], "no pause while there is more"
    assert [aplat(service.corps(rang)) for rang in range(4)] == [[("curseur", c)] for c in ("3", "5", "7", "7")]


@pytest.mark.exigence("R3.5", "R9")
def test_suivre__arrete_pendant_l_affichage_rien_n_est_perdu(
    lancer: Any, service: ServiceFeint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fichier = tmp_path / "curseur"
    fichier.write_text("3\n", encoding="utf-8")

    def interrompu(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(client_affichage_suivi, "au_fil", interrompu)
    service.etapes = [evenements(4, curseur="4")]
    assert lancer(*SUIVRE, str(fichier)).exit_code != 0
    assert fichier.read_text(encoding="utf-8") == "3\n"


@pytest.mark.exigence("R3.5", "R9")
def test_suivre__un_document_json_par_ligne(lancer: Any, service: ServiceFeint, tmp_path: Path) -> None:
    averti = "CERTIFICAT_BIENTOT_EXPIRE"
    service.etapes = [
        evenements(4, curseur="4", encore=True, averti=averti, **GEL),
        evenements(5, curseur="5", encore=True, averti=averti, **GEL),
        ctrl_c,
    ]
    fait = lancer(*SUIVRE, str(tmp_path / "curseur"), "--format", "json")
    assert fait.stderr.count(f"Attention : Bientôt. [{averti}]") == 1
    lus = [json.loads(ligne) for ligne in fait.stdout.splitlines()]
    assert [(e["rang"], e["attendu"], e["commentaire"]) for e in lus] == [
        ("4", "ACCES_SITE", "Gardien\nabsent."),
        ("5", "ACCES_SITE", "Gardien\nabsent."),
    ]


@pytest.mark.exigence("R3.5", "R7.3", "R9")
@pytest.mark.parametrize("panne", [requests.ReadTimeout(), PLUS_TARD], ids=["sans réponse", "MAINTENANCE"])
def test_suivre__une_panne_est_dite_et_attendue(
    lancer: Any, service: ServiceFeint, sans_pause: list[float], panne: Any
) -> None:
    service.etapes = [evenements(1, curseur="1"), panne, evenements(2, curseur="2"), ctrl_c]
    fait = lancer("evenements", "--suivre", "--essais", "1")
    assert [ligne.split("  ")[1] for ligne in fait.stdout.splitlines()] == ["N1", "N2"]
    assert "Nouvelle lecture dans 30 s." in fait.stderr
    assert sans_pause == [30, 30, 30]
    service.etapes = [panne]
    premiere = lancer("evenements", "--suivre", "--essais", "1")
    assert premiere.exit_code in (1, 3), "what fails at once is a wrong call, or a service that is not there"


@pytest.mark.exigence("R3.6", "R9")
@pytest.mark.parametrize(
    ("arguments", "operation", "envoye"),
    [
        (
            ("completer", "N1", "--commentaire", "Vu."),
            "completerSignalisation",
            [("numeroSignalisation", "N1"), ("commentaire", "Vu.")],
        ),
        (("demander-cloture", "N1"), "demanderCloture", [("numeroSignalisation", "N1")]),
        (
            ("contester", "--reference", "R1", "--commentaire", "Non."),
            "contesterCloture",
            [("referenceOperateur", "R1"), ("commentaire", "Non.")],
        ),
    ],
)
def test_changer__ok(
    lancer: Any, service: ServiceFeint, arguments: tuple[str, ...], operation: str, envoye: list[tuple[str, str]]
) -> None:
    service.etapes = [etat(operation, "EN_COURS", "en cours"), etat(operation, "EN_COURS", "en cours")]
    table = lancer(*arguments)
    assert (table.exit_code, aplat(service.corps())) == (0, envoye)
    assert "en cours  (EN_COURS)" in table.stdout
    assert json.loads(lancer(*arguments, "--format", "json").stdout)["etat"] == "EN_COURS"


@pytest.mark.exigence("R3.6", "R9")
def test_changer__sans_reponse(lancer: Any, service: ServiceFeint, sans_pause: list[float]) -> None:
    service.etapes = [requests.ReadTimeout(), requests.ReadTimeout()]
    fait = lancer("completer", "N1", "--commentaire", "Vu.", "--essais", "2")
    assert (fait.exit_code, len(service.envois), len(sans_pause)) == (3, 2, 1)
    assert "--reference" not in fait.stderr, "there is none to take up again"


@pytest.mark.exigence("R3.5", "R3.6", "R9")
def test_detail__garantie_et_histoire(lancer: Any, service: ServiceFeint) -> None:
    instant = "2026-11-05T09:15:00+01:00"
    cloture = {
        "dateHeure": instant,
        "etat": "CLOS",
        "libelleEtat": "clos",
        "auteur": "FOURNISSEUR",
        "libelleAction": "clore",
        "libelleCause": "Jarretière",
        "libelleResponsabilite": "Fournisseur",
        "dateHeureRetablissement": "2026-11-05T15:30:00+01:00",
        "commentaire": "Refaite.",
    }
    service.etapes = [
        rendu(
            "consulterDetail",
            "detailSignalisation",
            **{nom: v for nom, v in resume("N1").items() if nom not in ("identifiantPrestation", "offre")},
            dateHeureEtat=instant,
            versionCatalogue="2026.2",
            prestation={"identifiant": "P1", "offre": "ACCES_FTTH", "libelleOffre": "Accès FTTH"},
            garantie="GTR_4H_S1",
            dateHeureEcheance="2026-11-05T13:15:00+01:00",
            garantieTenue=False,
            contact={"nom": "Léa", "telephone": "0299000000"},
            evenement=[cloture],
        )
    ]
    dit = lancer("detail", "N1").stdout
    assert "GTR_4H_S1, échéance le 05/11/2026 13:15:00 +01:00, dépassée" in dit
    assert "clore ; Jarretière, Fournisseur ; rétabli le 05/11/2026 15:30:00 +01:00 ; Refaite." in dit


@pytest.mark.exigence("R9")
@pytest.mark.parametrize(
    ("arguments", "mots"),
    [
        (("lister", "--tout", "--maximum", "5"), "--tout"),
        (("historique", "--tout", "--curseur", "c"), "--tout"),
        (("lister", "--tout", "--format", "xml"), "table ou json"),
        (("lister", "--maximum", "201"), "201"),
        (("lister", "--depuis", "hier"), "dateHeureDebut"),
        (("evenements", "--suivre", "--format", "xml"), "table ou json"),
        (("evenements", "--curseur", "1", "--curseur-dans", "f"), "--curseur-dans"),
        (("evenements", "--curseur-dans", "/absent/f"), "/absent/f"),
        (("evenements", "--pause", "0"), "0"),
        (("completer", "N1"), "--commentaire"),
        (("completer", "--commentaire", "c"), "soit"),
        (("demander-cloture", "N1", "--reference", "R1"), "soit"),
    ],
)
def test_mauvais_appel__error(lancer: Any, service: ServiceFeint, arguments: tuple[str, ...], mots: str) -> None:
    fait = lancer(*arguments)
    assert (fait.exit_code, service.envois) == (2, [])
    assert mots in fait.stderr


@pytest.mark.exigence("R9")
def test_curseur_illisible__rien_n_est_lu(lancer: Any, service: ServiceFeint, tmp_path: Path) -> None:
    fichier = tmp_path / "curseur"
    fichier.write_bytes(b"\xff\xfe\x00")
    fait = lancer("evenements", "--curseur-dans", str(fichier))
    assert (fait.exit_code, service.envois, fichier.read_bytes()) == (2, [], b"\xff\xfe\x00")
