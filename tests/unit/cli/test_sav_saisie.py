"""``esav sav saisir``: what the fallback procedure took is entered with its true date, from files, on a store of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.names import NS_WS
from esav_soap.signalisation import Action, Cote, Prestation, Signalisation
from esav_soap.store import Magasin, ouvrir
from tests.e2e.soap import depot, enveloppe
from tests.faux import charger_une_fois, pack, publiee
from tests.unit.cli.test_esav import Lancer, lancer

__all__ = ["lancer"]

PRESENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
#: Of the night before, as it is written and as it is meant.
DATE, VRAIE = "2026-11-22T23:05+01:00", datetime(2026, 11, 22, 22, 5, tzinfo=UTC)
FTTH = "OPA-ACCES_FTTH-1"


def present() -> datetime:
    return PRESENT


@pytest.fixture
def dossier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> Path:
    """A folder, and the store in it: two versions, a prestation."""
    adresse = f"sqlite:///{tmp_path}/esav.db"
    monkeypatch.setenv("ESAV_STORE", adresse)
    monkeypatch.setenv("ESAV_HORLOGE", "tests.unit.cli.test_sav_saisie:present")
    monkeypatch.setattr("esav_soap.usecases.registre.charger", charger_une_fois)
    with ouvrir(adresse) as magasin:
        jour = timedelta(days=1)
        magasin.enregistrer_version(publiee("2026.1", PRESENT - 90 * jour, PRESENT - jour, "2026.2"), pack("2026.1"))
        magasin.enregistrer_version(publiee("2026.2", PRESENT - 30 * jour), pack("2026.2"))
        magasin.importer([Prestation("production", "OPA", FTTH, "ACCES_FTTH", garantie="GTR_4H_S2")])
    return tmp_path


def requete(reference: str, version: str = "2026.2", **autres: str) -> etree._Element:
    return depot(version, "ACCES_FTTH", reference, **autres)  # type: ignore[arg-type]


def ecrire(dossier: Path, nom: str, element: etree._Element | bytes) -> str:
    octets = element if isinstance(element, bytes) else etree.tostring(element, encoding="UTF-8", xml_declaration=True)
    (dossier / nom).write_bytes(octets)
    return str(dossier / nom)


def formulaire(version: str = "2026.2") -> etree._Element:
    """What a maquette makes: the form alone."""
    (seul,) = requete("X", version).find(f"{{{NS_WS}}}formulaire")  # type: ignore[misc]
    return seul


def lue(dossier: Path, reference: str) -> Signalisation | None:
    with ouvrir(f"sqlite:///{dossier}/esav.db") as magasin:
        return magasin.par_reference("production", "OPA", reference)


def nombre(dossier: Path) -> int:
    with ouvrir(f"sqlite:///{dossier}/esav.db") as magasin, magasin._moteur.lecteurs.connect() as connexion:
        return int(connexion.exec_driver_sql("SELECT count(*) FROM signalisation").scalar_one())


OPA = ("--operateur", "OPA", "--depot-le", DATE)


@pytest.mark.exigence("R7.4")
@pytest.mark.parametrize("version", ["2026.1", "2026.2"])  # the first is retired: it was live on that day
def test_une_requete_entiere__ok(dossier: Path, lancer: Lancer, version: str) -> None:
    fichier = ecrire(dossier, "depot.xml", requete("T-1", version))
    assert lancer("sav", "saisir", fichier, *OPA, "--a-blanc")[:2] == (
        0,
        f"{fichier} : correct, Offre ACCES_FTTH\nCorrect : 1 signalisation. Rien n'a été écrit (--a-blanc).\n",
    )
    assert nombre(dossier) == 0
    code, dit, erreur = lancer("sav", "saisir", fichier, *OPA, "--auteur", "tech-7")
    une = lue(dossier, "T-1")
    assert une is not None
    lignes = [ligne for ligne in dit.splitlines() if " : à savoir : " not in ligne]
    assert (code, lignes, erreur) == (0, [f"{fichier} : {une.numero}", "Saisi : 1 signalisation."], "")
    assert (une.depot_le, une.saisie_le, une.version_catalogue) == (VRAIE, PRESENT, version)
    (premier,) = une.evenements
    assert (premier.date, premier.cote, premier.action, premier.auteur) == (
        VRAIE,
        Cote.FOURNISSEUR,
        Action.DEPOSER,
        "tech-7",
    )
    code, dit, _ = lancer("sav", "saisir", fichier, *OPA)
    assert (code, dit.splitlines()[0]) == (0, f"{fichier} : {une.numero}, déjà saisie")
    assert nombre(dossier) == 1


@pytest.mark.exigence("R7.4")
def test_une_enveloppe_et_une_requete_generique__ok(dossier: Path, lancer: Lancer) -> None:
    generique = requete("T-2", operation="deposerSignalisationGenerique")
    (dossier / "lot").mkdir()
    ecrire(dossier, "lot/1.xml", enveloppe(requete("T-1")))
    ecrire(dossier, "lot/2.xml", generique)
    ecrire(dossier, "lot/3.txt", b"autre chose")
    code, _, erreur = lancer("sav", "saisir", str(dossier / "lot"), *OPA)
    assert code == 1
    assert "lot/2.xml : VERSION_INCONNUE" in erreur  # nothing in it names one
    assert lancer("sav", "saisir", str(dossier / "lot"), *OPA, "--version", "2026.2")[0] == 0
    assert lue(dossier, "T-1") is not None
    assert lue(dossier, "T-2") is not None


@pytest.mark.exigence("R7.4")
def test_le_formulaire_d_une_maquette__ok(dossier: Path, lancer: Lancer) -> None:
    fichier = ecrire(dossier, "formulaire.xml", formulaire())
    code, _, erreur = lancer("sav", "saisir", fichier, *OPA, "--prestation", FTTH)
    assert code == 1
    for manque in ("referenceOperateur", "contact/nom", "contact/telephone"):
        assert manque in erreur
    entete = ("--prestation", FTTH, "--reference", "T-9", "--contact-nom", "Léa", "--contact-telephone", "0299000000")
    code, _, erreur = lancer("sav", "saisir", fichier, *OPA, *entete)
    assert (code, erreur) == (0, "")
    une = lue(dossier, "T-9")
    assert une is not None
    assert (une.contact.nom, une.contact.courriel) == ("Léa", None)
    entier = ecrire(dossier, "depot.xml", requete("T-1"))
    code, _, erreur = lancer("sav", "saisir", entier, *OPA, *entete)
    assert (code, "n'en donner aucun à côté" in erreur) == (1, True)


@pytest.mark.exigence("R7.4", "R3.2")
def test_tout_ce_qui_ne_va_pas_est_dit_et_rien_des_autres_n_est_perdu__error(dossier: Path, lancer: Lancer) -> None:
    fausse = requete("T-3")
    for champ in list(fausse.find(f"{{{NS_WS}}}formulaire")[0]):  # type: ignore[index]
        champ.getparent().remove(champ)
    fichiers: dict[str, etree._Element | bytes] = {
        "1.xml": requete("T-1"),
        "2.xml": b"<pas du xml",
        "3.xml": fausse,
        "4.xml": requete("T-4", prestation="INCONNUE"),
        "5.xml": requete("T-5"),
        "6.xml": b"",
        "7.xml": etree.fromstring(b"<autre/>"),
        "8.xml": requete("T-8", operation="validerSignalisation"),
    }
    for nom, contenu in fichiers.items():
        ecrire(dossier, nom, contenu)
    code, dit, erreur = lancer("sav", "saisir", str(dossier), *OPA)
    assert code == 1
    assert dit.splitlines()[-1] == "Saisi : 2 signalisations."
    codes = {ligne.split(" : ")[0][-5:]: ligne for ligne in erreur.splitlines() if ".xml : " in ligne}
    assert set(codes) == {"2.xml", "3.xml", "4.xml", "6.xml", "7.xml", "8.xml"}
    assert sum("3.xml : " in ligne for ligne in erreur.splitlines()) > 1  # every error of the form
    assert "PRESTATION_INCONNUE" in codes["4.xml"]
    assert all("MESSAGE_MAL_FORME" in codes[nom] for nom in ("2.xml", "6.xml", "8.xml"))
    assert "Refusé : 6 saisies." in erreur
    assert (nombre(dossier), lue(dossier, "T-1") is None, lue(dossier, "T-5") is None) == (2, False, False)


@pytest.mark.exigence("R7.4")
@pytest.mark.parametrize(
    ("date", "code"), [("2026-11-23T10:00:01+01:00", "TROP_GRAND"), ("01/08/2026 12:00", "TROP_PETIT")]
)
def test_la_date_est_possible__error(dossier: Path, lancer: Lancer, date: str, code: str) -> None:
    fichier = ecrire(dossier, "depot.xml", requete("T-1"))
    for reste in ((), ("--a-blanc",)):
        sortie, _, erreur = lancer("sav", "saisir", fichier, "--operateur", "OPA", "--depot-le", date, *reste)
        assert (sortie, f"dateHeureDepot) : {code} : " in erreur) == (1, True)
    assert nombre(dossier) == 0


@pytest.mark.exigence("R7.4")
def test_une_liste__ok(dossier: Path, lancer: Lancer) -> None:
    ecrire(dossier, "depot.xml", requete("T-1"))
    ecrire(dossier, "formulaire.xml", formulaire("2026.1"))
    liste = ecrire(
        dossier,
        "liste.csv",
        (
            "\ufefffichier;depotLe;operateur;prestation;reference;contactNom;contactTelephone\r\n"
            f"depot.xml;{DATE};;;;;\r\n"
            f"formulaire.xml;22/11/2026 23:06;OPA;{FTTH};T-2;Léa;0299000000\r\n"
            f"absent.xml;hier;OPA;;;;\r\n"
            f"formulaire.xml;{DATE}\r\n"
            f"formulaire.xml;{DATE};OPB;{FTTH};T-3;Léa;0299000000\r\n"
        ).encode(),
    )
    code, dit, erreur = lancer("sav", "saisir", "--liste", liste, "--operateur", "OPA")
    assert (code, dit.splitlines()[-1]) == (1, "Saisi : 2 signalisations.")
    assert [ligne.removeprefix(f"{liste} : ").split(" : ")[0] for ligne in erreur.splitlines()][:4] == [
        "Ligne 4",
        "Ligne 4",
        "Ligne 5",
        "ligne 6 (formulaire.xml)",
    ]
    une, autre = lue(dossier, "T-1"), lue(dossier, "T-2")
    assert une is not None
    assert autre is not None
    assert (une.depot_le, autre.depot_le) == (VRAIE, VRAIE + timedelta(minutes=1))
    assert (une.version_catalogue, autre.version_catalogue) == ("2026.2", "2026.1")


@pytest.mark.exigence("R7.4")
@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        (b"fichier;quand\n", "Colonne inconnue : quand"),
        (b"fichier;quand\n", "Il manque la colonne depotLe"),
        ("fichier;depotLe\né".encode("latin-1"), "UTF-8"),
        (b'fichier;depotLe\n"x', "pas du CSV"),
        (b'"fichier;depotLe\nx', "pas du CSV"),
    ],
)
def test_une_liste_illisible__error(dossier: Path, lancer: Lancer, contenu: bytes, dit: str) -> None:
    code, _, erreur = lancer("sav", "saisir", "--liste", ecrire(dossier, "liste.csv", contenu))
    assert (code, dit in erreur) == (1, True)


@pytest.mark.exigence("R7.4")
def test_appel_incorrect__error(dossier: Path, lancer: Lancer) -> None:
    fichier = ecrire(dossier, "depot.xml", requete("T-1"))
    ecrire(dossier, "autre.xml", requete("T-2"))
    liste = ecrire(dossier, "liste.csv", b"fichier;depotLe\n")
    for arguments, dit in (
        ((), "aucun fichier"),
        ((fichier,), "--depot-le et --operateur"),
        ((fichier, "--operateur", "OPA", "--depot-le", "hier"), "n'est pas une date"),
        ((fichier, "--liste", liste), "--liste ne va pas"),
        ((str(dossier), *OPA, "--reference", "T"), "d'un seul fichier"),
    ):
        code, _, erreur = lancer("sav", "saisir", *arguments)
        assert (code, dit in erreur) == (2, True), arguments
    code, _, erreur = lancer("sav", "saisir", fichier, "--operateur", "O P", "--depot-le", DATE)
    assert (code, "n'est pas un code d'opérateur" in erreur) == (1, True)


@pytest.mark.exigence("R7.4", "R3.3")
def test_une_reference_archivee_se_retrouve__ok(dossier: Path, lancer: Lancer) -> None:
    """The base of a late entry is the store, archive included."""
    from tests.unit.cli.test_archives import rejetee

    fichier = ecrire(dossier, "depot.xml", requete("REF-7K3M9QX2TBX"))
    with ouvrir(f"sqlite:///{dossier}/esav.db") as magasin:
        assert isinstance(magasin, Magasin)
        rejetee(magasin, "7K3M9QX2TBX", "OPA", PRESENT - timedelta(days=500))
    assert lancer("archives", "passer")[1] == "Archivé : 1 signalisation.\n"
    code, _, erreur = lancer("sav", "saisir", fichier, *OPA)
    assert (code, "REFERENCE_DEJA_UTILISEE" in erreur) == (1, True)  # of another content
    assert nombre(dossier) == 0
