"""A refusal says of each error whether the version before accepted it; the refusal itself is never another (R2.1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta

import pytest
from lxml import etree

from esav_soap.intake import Controle
from esav_soap.names import ns_catalogue
from tests.e2e.soap import WS, Reponse, depot, enveloppe
from tests.faux import INSTANT, FauxNoeud, base_garnie, noeud
from tests.journaux import ecrites

CHAMP = "Accepté jusqu'à la version 2026.1 ; ne l'est plus depuis la version 2026.2."
ABSENCE = "Son absence était acceptée jusqu'à la version 2026.1 ; elle ne l'est plus depuis la version 2026.2."


@pytest.fixture(scope="module")
def plein() -> FauxNoeud:
    return noeud()


def refuser(
    de: FauxNoeud, demande: etree._Element, version: str = "2026.2", **options: object
) -> dict[tuple[str, str], str]:
    """(path within the form, code) -> message, of each error; the message is refused as a form that is not valid."""
    reponse = de.appeler(f"/production/ws/1/depot/{version}", enveloppe(demande), **options)  # type: ignore[arg-type]
    return erreurs(reponse)


def erreurs(reponse: Reponse) -> dict[tuple[str, str], str]:
    assert reponse.refus == "FORMULAIRE_INVALIDE"
    trouvees = {}
    for erreur in reponse.corps.iter(f"{WS}erreur"):
        chemin = (erreur.findtext(f"{WS}chemin") or "").removeprefix("formulaire/")
        trouvees[chemin, erreur.findtext(f"{WS}code") or ""] = erreur.findtext(f"{WS}message") or ""
    return trouvees


def demande(
    offre: str,
    champs: Mapping[str, str | None],
    *,
    version: str = "2026.2",
    operation: str = "deposerSignalisation",
) -> etree._Element:
    """A valid deposit of 2026.2 with some fields' texts changed (None: taken away), in the namespaces of ``version``."""
    valide = depot("2026.2", offre, "T-1", operation=operation)
    for code, texte in champs.items():
        if operation.endswith("Generique"):
            couples = [c for c in valide.iter(f"{WS}champ") if c.findtext(f"{WS}chemin") == code]
            for couple in couples[1:] if texte is not None else couples:
                valide.remove(couple)
            if texte is not None:
                (couples or [_couple(valide, code)])[0][1].text = texte
        else:
            trouves = list(valide.iter(f"{{{ns_catalogue('2026.2')}:{offre}}}{code}"))
            for element in trouves[1:] if texte is not None else trouves:
                parent = element.getparent()
                assert parent is not None
                parent.remove(element)
            if texte is not None:
                trouves[0].text = texte
    octets = etree.tostring(valide).replace(ns_catalogue("2026.2").encode(), ns_catalogue(version).encode())
    return etree.fromstring(octets)


def _couple(valide: etree._Element, code: str) -> etree._Element:
    couple = etree.SubElement(valide, f"{WS}champ")
    etree.SubElement(couple, f"{WS}chemin").text = code
    etree.SubElement(couple, f"{WS}valeur")
    return couple


PLUS_STRICTE = [
    ("ACCES_FTTH", {"referencePbo": "PBO-" + "1" * 24}, "accesFtth/referencePbo", "TROP_LONG", CHAMP),
    ("ACCES_FTTH", {"responsabilitePresumee": None}, "accesFtth/responsabilitePresumee", "CHAMP_MANQUANT", ABSENCE),
    ("ACCES_FTTH", {"typePm": "PMR"}, "accesFtth/typePm", "VALEUR_RETIREE", CHAMP),
    ("ACCES_FTTH", {"codeAcces": "ab 12"}, "accesFtth/codeAcces", "MOTIF_NON_RESPECTE", CHAMP),
    ("FIBRE_NOIRE", {"nombreFibresTouchees": None}, "fibreNoire/nombreFibresTouchees", "CHAMP_MANQUANT", ABSENCE),
    ("GENIE_CIVIL", {"proprietaire": "Ville de Rennes"}, "genieCivil/proprietaire", "VALEUR_HORS_LISTE", CHAMP),
]


IDS = [chemin for _, _, chemin, _, _ in PLUS_STRICTE]


@pytest.mark.exigence("R2.1", "R3.2")
@pytest.mark.parametrize(("offre", "champs", "chemin", "code", "phrase"), PLUS_STRICTE, ids=IDS)
@pytest.mark.parametrize("operation", ["deposerSignalisation", "validerSignalisation"])
def test_ce_que_la_version_d_avant_acceptait_le_dit__error(
    plein: FauxNoeud, offre: str, champs: dict[str, str | None], chemin: str, code: str, phrase: str, operation: str
) -> None:
    trouvees = refuser(plein, demande(offre, champs, operation=operation))
    assert list(trouvees) == [(chemin, code)]
    assert trouvees[chemin, code].endswith(phrase)
    assert trouvees[chemin, code].count("depuis la version") == 1


@pytest.mark.exigence("R2.1", "R3.2")
@pytest.mark.parametrize(("offre", "champs", "chemin", "code", "phrase"), PLUS_STRICTE, ids=IDS)
def test_un_depot_generique_le_dit_aussi__error(
    plein: FauxNoeud, offre: str, champs: dict[str, str | None], chemin: str, code: str, phrase: str
) -> None:
    trouvees = refuser(plein, demande(offre, champs, operation="validerSignalisationGenerique"))
    assert list(trouvees) == [(chemin.partition("/")[2], code)]
    assert all(message.endswith(phrase) for message in trouvees.values())


@pytest.mark.exigence("R2.1", "R3.2")
def test_un_champ_qui_n_existe_plus_le_dit__error(plein: FauxNoeud) -> None:
    generique = demande("FIBRE_NOIRE", {"tronconPresume": "RENNES-VITRE T3"}, operation="validerSignalisationGenerique")
    ((_, message),) = refuser(plein, generique).items()
    assert message.endswith(CHAMP)
    generique = demande("FIBRE_NOIRE", {"tronconInvente": "RENNES-VITRE T3"}, operation="validerSignalisationGenerique")
    ((_, message),) = refuser(plein, generique).items()
    assert "depuis la version" not in message, "no version ever had it"


@pytest.mark.exigence("R2.1", "R3.2")
@pytest.mark.parametrize("operation", ["deposerSignalisation", "validerSignalisationGenerique"])
def test_une_regle_nouvelle_ou_plus_dure_le_dit__error(plein: FauxNoeud, operation: str) -> None:
    """OBLIGATOIRE_SI of 2026.2 (a photometer was used: give the power); 2026.1 asked for it in another case only."""
    champs: dict[str, str | None] = {
        "verifications": "REDEMARRAGE_ONT",
        "moyenMesure": "PHOTOMETRE",
        "puissancePto": None,
    }
    trouvees = refuser(plein, demande("ACCES_FTTH", champs, operation=operation))
    ((lieu, message),) = trouvees.items()
    assert lieu[0].endswith("puissancePto")
    assert lieu[1] == "OBLIGATOIRE_SI"
    assert message.endswith(ABSENCE)
    # the same absence, which 2026.1 refused as well
    champs |= {"verifications": "MESURE_PUISSANCE_PTO"}
    ((_, message),) = refuser(plein, demande("ACCES_FTTH", champs, operation=operation)).items()
    assert "depuis la version" not in message


@pytest.mark.exigence("R2.1", "R3.2")
def test_chaque_erreur_est_jugee_pour_elle_meme__error(plein: FauxNoeud) -> None:
    champs: dict[str, str | None] = {
        "typePm": "PMR",
        "codeInsee": "x",
        "responsabilitePresumee": None,
        "descriptionDefaut": None,
    }
    trouvees = {lieu[0].rpartition("/")[2]: m for lieu, m in refuser(plein, demande("ACCES_FTTH", champs)).items()}
    assert set(trouvees) == set(champs)
    assert trouvees["typePm"].endswith(CHAMP)
    assert trouvees["responsabilitePresumee"].endswith(ABSENCE)
    assert "depuis la version" not in trouvees["codeInsee"] + trouvees["descriptionDefaut"]


@pytest.mark.exigence("R2.1", "R3.2")
def test_une_regle_cachee_par_un_champ_faux_n_est_pas_crue_tenue__error(plein: FauxNoeud) -> None:
    """2026.1 does not know one of the checks made, so in its refusal the rule on the others would not be told of: it counts
    all the same, and the absence that it forbids was no better before."""
    champs: dict[str, str | None] = {"verifications": "MESURE_PUISSANCE_PTO", "puissancePto": None, "typePm": "PMR"}
    faite = demande("ACCES_FTTH", champs)
    (verification,) = faite.iter("{*}verifications")
    seconde = deepcopy(verification)
    seconde.text = "ESSAI_AUTRE_FIBRE"
    verification.addnext(seconde)
    trouvees = {lieu[0].rpartition("/")[2]: m for lieu, m in refuser(plein, faite).items()}
    assert set(trouvees) == {"puissancePto", "typePm"}
    assert "depuis la version" not in trouvees["puissancePto"]
    assert trouvees["typePm"].endswith(CHAMP)


@pytest.mark.exigence("R2.1", "R3.2")
@pytest.mark.parametrize("operation", ["validerSignalisation", "validerSignalisationGenerique"])
def test_une_offre_nouvelle_n_a_pas_d_avant__error(plein: FauxNoeud, operation: str) -> None:
    """2026.1 does not know the Offre and looks at nothing of its form: it did not accept that."""
    trouvees = refuser(plein, demande("FTTE_ACTIVE", {"referenceService": None, "gtr": "X"}, operation=operation))
    assert len(trouvees) == 2
    assert not any("depuis la version" in message for message in trouvees.values())


@pytest.mark.exigence("R2.1", "R3.2")
def test_les_espaces_de_noms_d_avant_ne_sont_pas_une_restriction__error(plein: FauxNoeud) -> None:
    trouvees = refuser(plein, demande("ACCES_FTTH", {}, version="2026.1"))
    assert {code for _, code in trouvees} == {"ESPACE_DE_NOMS"}
    assert not any("depuis la version" in message for message in trouvees.values())


@pytest.mark.exigence("R2.1", "R3.2")
def test_la_premiere_version_n_a_rien_a_dire__error(plein: FauxNoeud) -> None:
    invalide = demande("ACCES_FTTH", {"codeInsee": "x"}, version="2026.1")
    assert not any("depuis" in message for message in refuser(plein, invalide, "2026.1").values())


@pytest.mark.exigence("R2.1", "R2.4")
def test_une_version_d_avant_retiree_compte_encore__error() -> None:
    """A node that starts after the retirement says the same, and asks the store for nothing during the request."""
    tardif = noeud()
    tardif.horloge[0] = INSTANT + timedelta(days=30)
    tardif.registre.rafraichir(tardif.horloge[0])
    tardif.base.appels.clear()
    ((_, message),) = refuser(tardif, demande("ACCES_FTTH", {"typePm": "PMR"})).items()
    assert message.endswith(CHAMP)
    assert tardif.base.appels == []


@pytest.mark.exigence("R2.1", "R7.3")
def test_une_panne_du_complement_laisse_le_refus_tel_quel__error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    casse = noeud(base_garnie())

    def tomber(*_: object) -> None:
        raise MemoryError("Claire Martin")

    monkeypatch.setattr(Controle, "reproches", tomber)
    with caplog.at_level(logging.ERROR):
        ((lieu, message),) = refuser(casse, demande("ACCES_FTTH", {"typePm": "PMR"})).items()
    assert lieu == ("accesFtth/typePm", "VALEUR_RETIREE")
    assert "depuis la version" not in message
    (ligne,) = caplog.records
    assert "Claire Martin" not in "".join(ecrites(caplog.records))
    assert "refus non daté" in ligne.getMessage()
    assert "Claire Martin" not in caplog.text, "a log holds no values of messages"


@pytest.mark.exigence("R2.1", "R3.1")
def test_un_message_accepte_n_est_juge_qu_une_fois__ok(monkeypatch: pytest.MonkeyPatch, plein: FauxNoeud) -> None:
    def interdit(*_: object) -> None:
        raise AssertionError("the version before is asked about an accepted message")

    monkeypatch.setattr(Controle, "reproches", interdit)
    monkeypatch.setattr(type(plein.registre), "precedente", interdit)
    reponse = plein.appeler("/production/ws/1/depot/2026.2", enveloppe(demande("ACCES_FTTH", {})))
    assert reponse.statut == 200
    assert reponse.corps.find(f".//{WS}numeroSignalisation") is not None
