"""Inside a WS version nothing is taken back: what is served next to what is recorded (``stabilite``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from tests.contrat import stabilite
from tests.contrat.servis import VERSIONS
from tests.contrat.stabilite import QUE_FAIRE, Membre, Releve, comparer, ecrire, lire, relever, servis

Change = Callable[[Releve], object]


def membres(releve: Releve, genre: str, type_: str) -> list[Membre]:
    trouves: list[Membre] = releve[genre][type_]
    return trouves


def neuf(nom: str, minimum: int = 0) -> Membre:
    return {"nom": nom, "type": "xs:string", "min": minimum, "max": "1"}


@pytest.mark.exigence("R2.2", "R9")
@pytest.mark.parametrize("version", VERSIONS)
def test_rien_n_est_repris_de_ce_qui_est_promis__ok(version: str) -> None:
    """Also: a catalogue version never changes what a client reads back."""
    ecarts = comparer(lire(), relever(servis(version)))
    assert ecarts == [], "\n".join([*map(str, ecarts), QUE_FAIRE])


@pytest.mark.exigence("R2.2")
def test_l_enregistrement_est_complet_et_a_sa_forme__ok() -> None:
    releve = lire()
    assert stabilite.ENREGISTRE.read_text(encoding="utf-8") == ecrire(releve)
    assert {"AccuseReception", "ErreurEsav", "DetailSignalisation"} <= set(releve["lus"])
    assert "notifierEvenements" in releve["lus"], "e-SAV sends it, opérateurs read it"
    assert "notifierEvenementsResponse" in releve["envoyes"]
    assert {f"{nom}Response" for nom in ("consulterEtat", "listerVersions")} <= set(releve["lus"])


RUPTURES: dict[str, Change] = {
    "OPERATION_RETIREE suivi.consulterEtat": lambda r: r["operations"].pop("suivi.consulterEtat"),
    "OPERATION_CHANGEE suivi.consulterEtat.soapAction": lambda r: r["operations"]["suivi.consulterEtat"].update(soapAction="x"),
    "OPERATION_CHANGEE suivi.consulterEtat.fault": lambda r: r["operations"]["suivi.consulterEtat"].pop("fault"),
    "MEMBRE_LU_RETIRE Erreur.valeur": lambda r: membres(r, "lus", "Erreur").pop(5),
    "MEMBRE_LU_RETIRE Erreur.champ|MEMBRE_LU_NOUVEAU_OBLIGATOIRE Erreur.code2": lambda r: membres(r, "lus", "Erreur")[0].update(nom="code2"),
    "MEMBRE_LU_CHANGE(type) Erreur.champ": lambda r: membres(r, "lus", "Erreur")[0].update(type="xs:int"),
    "MEMBRE_LU_CHANGE(facettes) Erreur.code": lambda r: membres(r, "lus", "Erreur")[3].update(facettes={"enumeration": ["A"]}),
    "MEMBRE_LU_CHANGE(min) Erreur.champ": lambda r: membres(r, "lus", "Erreur")[0].update(min=0),
    "MEMBRE_LU_CHANGE(min) Erreur.valeur": lambda r: membres(r, "lus", "Erreur")[5].update(min=1),
    "MEMBRE_LU_CHANGE(max) Erreur.valeur": lambda r: membres(r, "lus", "Erreur")[5].update(max="unbounded"),
    "ORDRE_CHANGE Erreur": lambda r: membres(r, "lus", "Erreur").reverse(),
    "MEMBRE_LU_NOUVEAU_OBLIGATOIRE Erreur.neuf": lambda r: membres(r, "lus", "Erreur").append(neuf("neuf", 1)),
    "MEMBRE_LU_NOUVEAU_PAS_A_LA_FIN Erreur.neuf": lambda r: membres(r, "lus", "Erreur").insert(1, neuf("neuf")),
    "MEMBRE_LU_RETIRE notifierEvenements.curseur": lambda r: membres(r, "lus", "notifierEvenements").pop(),
    "MEMBRE_ENVOYE_RETIRE Contact.courriel": lambda r: membres(r, "envoyes", "Contact").pop(),
    "MEMBRE_ENVOYE_NOUVEAU_OBLIGATOIRE Contact.neuf": lambda r: membres(r, "envoyes", "Contact").append(neuf("neuf", 1)),
    "MEMBRE_ENVOYE_CHANGE(min) Contact.courriel": lambda r: membres(r, "envoyes", "Contact")[2].update(min=1),
    "MEMBRE_ENVOYE_CHANGE(type) Contact.nom": lambda r: membres(r, "envoyes", "Contact")[0].update(type="xs:int"),
    "MEMBRE_ENVOYE_CHANGE(facettes) Contact.nom": lambda r: membres(r, "envoyes", "Contact")[0]["facettes"].update(maxLength=["2"]),
    "MEMBRE_ENVOYE_CHANGE(facettes) Contact.courriel": lambda r: membres(r, "envoyes", "Contact")[2]["facettes"].update(pattern=["x"]),
    "ORDRE_CHANGE Contact": lambda r: membres(r, "envoyes", "Contact").reverse(),
}  # fmt: skip
AJOUTS: dict[str, Change] = {
    "OPERATION_NOUVELLE suivi.neuve": lambda r: r["operations"].update({"suivi.neuve": {}}),
    "MEMBRE_LU_NOUVEAU Erreur.neuf": lambda r: membres(r, "lus", "Erreur").append(neuf("neuf")),
    "TYPE_LU_NOUVEAU Neuf": lambda r: r["lus"].update(Neuf=[]),
    "TYPE_ENVOYE_NOUVEAU Neuf": lambda r: r["envoyes"].update(Neuf=[]),
    "MEMBRE_ENVOYE_NOUVEAU Contact.neuf": lambda r: membres(r, "envoyes", "Contact").insert(0, neuf("neuf")),
    "MEMBRE_ENVOYE_ELARGI(min) Contact.nom": lambda r: membres(r, "envoyes", "Contact")[0].update(min=0),
    "MEMBRE_ENVOYE_ELARGI(max) Contact.nom": lambda r: membres(r, "envoyes", "Contact")[0].update(max="3"),
    "MEMBRE_ENVOYE_ELARGI(facettes) Contact.nom": lambda r: membres(r, "envoyes", "Contact")[0]["facettes"].update(maxLength=["999"]),
    "MEMBRE_ENVOYE_ELARGI(facettes) Contact.courriel": lambda r: membres(r, "envoyes", "Contact")[2].pop("facettes"),
}  # fmt: skip


def changee(change: Change) -> Releve:
    releve = deepcopy(lire())
    change(releve)
    return releve


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize("attendu", RUPTURES)
def test_ce_qui_arrete_un_client_se_voit__error(attendu: str) -> None:
    ecarts = comparer(lire(), changee(RUPTURES[attendu]))
    assert [str(ecart) for ecart in ecarts] == [f"RUPTURE {dit}" for dit in attendu.split("|")]


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize("attendu", AJOUTS)
def test_un_ajout_se_distingue__ok(attendu: str) -> None:
    assert [str(ecart) for ecart in comparer(lire(), changee(AJOUTS[attendu]))] == [f"ajout {attendu}"]


@pytest.mark.exigence("R2.2")
def test_enregistrer_prend_un_ajout_et_refuse_une_rupture__ok(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is served has one member more, or one less, than what is recorded."""
    fichier = tmp_path / "ws.json"
    monkeypatch.setattr(stabilite, "ENREGISTRE", fichier)
    servi = relever(servis(VERSIONS[0]))
    moins = deepcopy(servi)
    (ote,) = [m for m in membres(moins, "lus", "Erreur") if m["nom"] == "valeurAdmise"]
    membres(moins, "lus", "Erreur").remove(ote)
    fichier.write_text(json.dumps(moins))
    assert stabilite.main([]) == 1
    assert "ajout MEMBRE_LU_NOUVEAU Erreur.valeurAdmise" in capsys.readouterr().out
    assert json.loads(fichier.read_text()) == moins
    assert stabilite.main(["--enregistrer"]) == 0
    assert json.loads(fichier.read_text()) == servi
    plus = deepcopy(servi)
    membres(plus, "lus", "Erreur").append(neuf("promis"))
    fichier.write_text(json.dumps(plus))
    assert stabilite.main(["--enregistrer"]) == 1
    assert "RUPTURE MEMBRE_LU_RETIRE Erreur.promis" in capsys.readouterr().out
    assert json.loads(fichier.read_text()) == plus
