"""``esav sav``: a technician's work from the deposit to the avis de clôture, on a store of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from esav_soap.cli.sav.lecture import ETATS
from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import Capacite, Plage
from esav_soap.signalisation import (
    Action,
    Attendu,
    Contact,
    Cote,
    Etat,
    Evenement,
    NouvelleSignalisation,
    Prestation,
)
from esav_soap.signalisation.numero import tirer
from esav_soap.store import Magasin, ouvrir
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.rendez_vous import Cible, RendezVous, Souhait
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]

PRESENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
JEUDI = date(2026, 12, 3)
NUMERO = tirer(b"\x05" * 7)


def present() -> datetime:
    return PRESENT


@pytest.fixture
def adresse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> str:
    """A store with one deposit of an hour ago."""
    adresse = f"sqlite:///{tmp_path}/esav.db"
    monkeypatch.setenv("ESAV_STORE", adresse)
    monkeypatch.setenv("ESAV_HORLOGE", "tests.unit.cli.test_sav:present")
    with ouvrir(adresse) as magasin:
        magasin.importer([Prestation("production", "OPA", "P-1", "ACCES_FTTH", "PM 1", "PTO 2", garantie="GTR_4H_S2")])
        contact = Contact("Claire Martin", "0612345678")
        args = (NUMERO, "production", "OPA", "REF-1", b"\0" * 32, "P-1", "ACCES_FTTH", "2026.1", contact, b"<f/>")
        magasin.deposer(NouvelleSignalisation(*args, PRESENT - timedelta(hours=1)))
    return adresse


def etat(adresse: str) -> Etat:
    with ouvrir(adresse) as magasin:
        return _lue(magasin)


def _lue(magasin: Magasin) -> Etat:
    lue = magasin.retrouver(NUMERO)
    assert lue is not None
    return lue.etat


@pytest.mark.exigence("R3.6")
def test_du_depot_a_l_avis__ok(adresse: str, lancer: Lancer) -> None:
    code, dit, _ = lancer("sav", "list")
    assert (code, dit.splitlines()[1].split()[:2]) == (0, [NUMERO, "EN_DEPOT"])
    etapes = [
        ("qualifier",),
        ("geler", "--attendu", "acces_site"),
        ("reprendre",),
        ("prendre",),
        ("commenter", "--commentaire", "Entre nous", "--interne"),
        ("clore", "--cause", "CABLE", "--responsabilite", "TIERS", "--retabli-le", "23/11/2026 09:30"),
        ("valider",),
    ]
    for verbe, *options in etapes:
        code, dit, erreurs = lancer("sav", verbe, NUMERO, *options, "--auteur", "Anne")
        assert (code, erreurs) == (0, ""), verbe
    assert etat(adresse) is Etat.VALIDE
    code, dit, _ = lancer("sav", "montrer", NUMERO.lower())
    for attendu in (
        "validé (VALIDE)",
        "Garantie GTR_4H_S2 : échéance le 23/11/2026 à 13:00, tenue",
        "Fournisseur (Anne)  [INTERNE]",
        "CABLE : Câble ou fibre coupés",
        "Rétabli le 23/11/2026 à 09:30",
        "Événements : 8",
        "À faire, au choix : commenter",
    ):
        assert attendu in dit, attendu
    assert lancer("sav", "list")[1] == "Aucune signalisation.\n"
    assert NUMERO in lancer("sav", "list", "--toutes")[1]
    assert f"AVIS_CLOTURE       {NUMERO}:8" in lancer("envois", "list")[1]


@pytest.mark.exigence("R3.2", "R3.6")
def test_ce_qui_manque_et_ce_qui_n_est_pas_possible__error(adresse: str, lancer: Lancer) -> None:
    code, _, dit = lancer("sav", "prendre", NUMERO)
    assert (code, "TRANSITION_INTERDITE" in dit, "QUALIFIER" in dit) == (1, True, True)
    assert lancer("sav", "qualifier", NUMERO)[0] == 0
    code, _, dit = lancer("sav", "clore", NUMERO)
    assert code == 1
    assert [ligne.split(" : ")[0] for ligne in dit.splitlines()[:-1]] == [
        "--cause",
        "--responsabilite",
        "--retabli-le",
    ]
    code, _, dit = lancer("sav", "geler", NUMERO, "--attendu", "RIEN")
    assert (code, "ACCES_SITE" in dit) == (2, True)
    code, dit, _ = lancer("sav", "geler", "--help")
    assert (code, [a.name for a in Attendu if f"  {a.name} " not in dit]) == (0, [])
    code, _, dit = lancer("sav", "clore", NUMERO, "--retabli-le", "hier")
    assert (code, "n'est pas une date et heure" in dit) == (2, True)
    code, fiche, dit = lancer("sav", "prendre", NUMERO, "--vus", "1")
    assert (code, "MODIFIEE_ENTRETEMPS" in dit, "EN_QUALIFICATION" in fiche) == (1, True, True)
    code, _, dit = lancer("sav", "montrer", "7K3M9QX2TBX")
    assert (code, "SIGNALISATION_INCONNUE" in dit) == (1, True)
    for commande in (("sav", "list"), ("archives", "lister")):
        code, _, dit = lancer(*commande, "--curseur", "suite")
        assert (code, dit.startswith("--curseur : Ce n'est pas un curseur de ce service.")) == (1, True)
    assert lancer("sav", "list", "--prestation", "P-1")[0] == 2
    assert lancer("sav", "list", "--toutes", "--etat", "GELE")[0] == 2
    assert etat(adresse) is Etat.EN_QUALIFICATION


@pytest.mark.exigence("R3.5", "R3.6")
def test_la_liste_dit_les_echeances__lue_d_un_coup_et_en_80_colonnes(adresse: str, lancer: Lancer) -> None:
    """GTR_4H_S2: 4 hours around the clock. Which are read together, however many there are."""
    autres = {"FTTH-000000001": "GTR_4H_S2", "FTTH-000000002": "", "FTTH-000000003": "À VOIR"}
    numeros = [tirer(bytes([rang]) * 7) for rang in range(6, 9)]
    with ouvrir(adresse) as magasin:
        magasin.importer(
            [Prestation("production", "OPA", nom, "ACCES_FTTH", garantie=dite) for nom, dite in autres.items()]
        )
        for rang, (numero, nom) in enumerate(zip(numeros, autres, strict=True)):
            depot_le = PRESENT - timedelta(minutes=30 - rang)
            args = (numero, "production", "OPA", f"R-{nom}", b"\0" * 32, nom, "ACCES_FTTH", "2026.1")
            magasin.deposer(NouvelleSignalisation(*args, Contact("C", "0612345678"), b"<f/>", depot_le))
    assert lancer("sav", "geler", numeros[0], "--attendu", "ACCES_SITE")[0] == 0
    assert lancer("sav", "qualifier", numeros[1])[0] == 0
    lectures = 0

    def compter(*_: object) -> None:
        nonlocal lectures
        lectures += 1

    event.listen(Engine, "before_cursor_execute", compter)
    try:
        seule = lancer("sav", "list", "--maximum", "1")[1]
        une, lectures = lectures, 0
        dit = lancer("sav", "list")[1]
    finally:
        event.remove(Engine, "before_cursor_execute", compter)
    assert (lectures, len(seule.splitlines())) == (une, 3)
    titres, *lignes = dit.splitlines()
    assert max(map(len, dit.splitlines())) <= 80
    assert [ligne[titres.index("Échéance") : titres.index("Prestation")].strip() for ligne in lignes] == [
        "23/11/2026 13:00",
        "gelée",
        "",
        "",
    ]
    assert [ligne.split()[:3] for ligne in lignes] == [
        [NUMERO, "EN_DEPOT", "23/11/2026"],
        [numeros[0], "GELE", "23/11/2026"],
        [numeros[1], "EN_QUALIFICATION", "23/11/2026"],
        [numeros[2], "EN_DEPOT", "23/11/2026"],
    ]
    assert lignes[1].split()[-2:] == ["FTTH-000000001", "OPA"]


@pytest.mark.exigence("R3.5")
def test_les_etats_de_l_aide_sont_ceux_du_domaine__ok() -> None:
    assert tuple(e.name for e in Etat) == ETATS


def reserver(adresse: str, ferme: bool = True) -> str:
    """The opérateur's appointment of the third of December in the morning; its number."""
    with ouvrir(adresse) as magasin:
        lieux = [Prestation("production", "OPA", "P-1", "ACCES_FTTH", garantie="GTR_4H_S2", zone="75")]
        magasin.importer(lieux)
        places = [
            Capacite("production", "75", TypeRendezVous.SAV, JEUDI, plage, 1) for plage in (Plage.MATIN, Plage.H14)
        ]
        magasin.importer_capacites(list(enumerate(places, 2)), PRESENT)
        offre = Offre("ACCES_FTTH", "Accès FTTH", "F", rendez_vous=(TypeRendezVous.SAV,))
        cas = RendezVous(magasin, magasin, lambda *_: offre)
        souhait = Souhait("RDV-1", JEUDI, Plage.MATIN, ferme)
        cible = Cible(numero=NUMERO)
        return cas.reserver(
            Appelant("production", "OPA"), cible, TypeRendezVous.SAV, souhait, PRESENT
        ).reservation.numero


@pytest.mark.exigence("R4.1", "R3.6")
def test_un_rendez_vous_se_reporte_et_se_decommande__ok(adresse: str, lancer: Lancer) -> None:
    assert lancer("sav", "qualifier", NUMERO)[0] == 0
    numero = reserver(adresse)
    _, dit, _ = lancer("sav", "montrer", NUMERO)
    assert (
        f"Rendez-vous {numero} : SAV, 03/12/2026, matin (08:00-12:00), réservation confirmée (référence RDV-1)" in dit
    )
    assert "Garantie GTR_4H_S2 : suspendue pendant le gel" in dit
    assert "RENDEZ_VOUS : Un rendez-vous : sa prise, puis son jour ; attendu de : l'opérateur" in dit
    report = ("sav", "reporter", numero.lower(), "--jour", "03/12/2026", "--plage", "h14", "--auteur", "Anne")
    code, dit, erreurs = lancer(*report)
    assert (code, erreurs) == (0, "")
    assert f"SAV, 03/12/2026, 14:00-15:00, réservation confirmée (référence SAV-{numero}-20261203-H14)" in dit
    nouveau = dit.split()[0]
    assert lancer(*report)[1].startswith(f"Déjà fait : {nouveau} : ")
    code, _, dit = lancer("sav", "decommander", nouveau)
    assert (code, dit.splitlines()) == (
        1,
        ["--commentaire : L'action ANNULER_RENDEZ_VOUS le demande.", "Refusé. Rien n'a été fait."],
    )
    code, dit, _ = lancer("sav", "decommander", nouveau, "--commentaire", "Plus d'objet", "--auteur", "Anne")
    assert (code, "annulée" in dit, etat(adresse)) == (0, True, Etat.EN_QUALIFICATION)
    histoire = lancer("sav", "montrer", NUMERO)[1]
    assert [mot for mot in ("DEPLACER_RENDEZ_VOUS", "ANNULER_RENDEZ_VOUS") if f"{mot} " in histoire]
    assert histoire.count("Fournisseur (Anne)") == 2


@pytest.mark.exigence("R4.1", "R3.2")
def test_un_report_qui_n_est_pas_possible__error(adresse: str, lancer: Lancer) -> None:
    numero = reserver(adresse, ferme=False)
    assert "tenue jusqu'au 23/11/2026 à 10:15" in lancer("sav", "montrer", NUMERO)[1]
    code, _, dit = lancer("sav", "reporter", numero, "--jour", "2026-12-03", "--plage", "MIDI")
    assert (code, "APRES_MIDI" in dit) == (2, True)
    code, _, dit = lancer("sav", "reporter", numero, "--jour", "2026-12-04", "--plage", "MATIN")
    assert (code, dit.startswith("--plage : Cette plage n'est pas proposée")) == (1, True)
    code, _, dit = lancer("sav", "decommander", "7K3M9QX2TBX")
    assert (code, "RENDEZ_VOUS_INCONNU" in dit) == (1, True)
    assert "tenue" in lancer("sav", "montrer", NUMERO)[1]


@pytest.mark.exigence("R3.6")
def test_le_formulaire_d_une_version_qui_n_est_pas_la__dit(adresse: str, lancer: Lancer) -> None:
    assert (
        "Formulaire : la version 2026.1 du catalogue n'est pas enregistrée ici." in lancer("sav", "montrer", NUMERO)[1]
    )


@pytest.mark.exigence("R3.6", "R6.1")
def test_ce_qu_ecrit_un_operateur_ne_commande_pas_le_terminal_et_n_imite_pas_une_fiche__ok(
    adresse: str, lancer: Lancer
) -> None:
    faux = "Voici.\n  01/07/2026 à 12:00  VALIDE  VALIDER  Fournisseur (Anne)\u2028Aucune action possible\u009b2J\u202e"
    with ouvrir(adresse) as magasin:
        un = Evenement(PRESENT, Etat.EN_DEPOT, Cote.OPERATEUR, faux, action=Action.COMMENTER, auteur="OPA")
        assert magasin.changer("production", "OPA", NUMERO, 1, un)
        contact = Contact("Claire\u009b31m\nÉvénements : 9", "0612345678")
        args = (tirer(b"\x06" * 7), "production", "OPA", "REF-2", b"\0" * 32, "P-1", "ACCES_FTTH", "2026.1", contact)
        magasin.deposer(NouvelleSignalisation(*args, b"<f/>", PRESENT))
    dits = [lancer("sav", "montrer", numero)[1] for numero in (NUMERO, args[0])]
    for dit in dits:
        assert dit.replace("\n", "").isprintable()
        # Events alone stand at two columns after their heading, and headings at none.
        assert [ligne for ligne in dit.splitlines() if ligne.startswith(("Événements", "Aucune"))] in (
            ["Événements : 2"],
            ["Événements : 1"],
        )
    evenements = dits[0].split("Événements : 2\n")[1].splitlines()
    assert [" ".join(e.split()[3:5]) for e in evenements if e.startswith("  ") and e[2] != " "] == [
        "EN_DEPOT DEPOSER",
        "EN_DEPOT COMMENTER",
    ]
    assert "      Voici." in evenements
