"""``esav operateur``: from the empty Bon de commande to the end of the subscription, on a store of its own."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from esav_soap.avis import Operateur
from esav_soap.certificats import Autorite, CertificatEnregistre, Demande, GenreDemande, Origine, Role
from esav_soap.homologation import Domaine, Homologation
from esav_soap.signalisation import Prestation
from esav_soap.souscription import Acces, BonDeCommande, Souscription
from esav_soap.store import ouvrir
from esav_soap.usecases.bons import ecrire
from tests.integration.exemples import nouvelle
from tests.unit.cli.test_esav import Lancer, lancer
from tests.unit.souscription.exemples import BON, COMPLET

__all__ = ["lancer"]

#: What the commands take for now: 23 November 2026 at 10:00 in Paris.
PRESENT = [datetime(2026, 11, 23, 9, 0, tzinfo=UTC)]
OPTIONS = (
    *("--reference-contrat", BON.reference_contrat, "--affaire", BON.affaire, "--raison-sociale", BON.raison_sociale),
    *("--siret", "732 829 320 00074", "--representant", BON.representant, "--telephone", "01 23 45 67 89"),
    *("--courriel", BON.courriel, "--adresse", BON.adresse[0], "--adresse", BON.adresse[1], "--acces", "integre"),
)


def present() -> datetime:
    return PRESENT[0]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lancer: Lancer) -> Path:
    """The current folder, with an empty store and the files of two Bons."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ESAV_STORE", f"sqlite:///{tmp_path}/esav.db")
    monkeypatch.setenv("ESAV_HORLOGE", "tests.unit.cli.test_operateur:present")
    ouvrir(f"sqlite:///{tmp_path}/esav.db").fermer()
    (tmp_path / "bon.xml").write_text(ecrire(BON))
    (tmp_path / "complet.xml").write_text(ecrire(COMPLET))
    return tmp_path


@pytest.fixture
def repondre(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make stdin a terminal that gives these answers."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    return lambda dit: monkeypatch.setattr(sys, "stdin", Terminal(dit))


def enregistrees(place: Path) -> dict[str, Souscription]:
    with ouvrir(f"sqlite:///{place}/esav.db", creer=False) as magasin:
        return {s.operateur: s for s in magasin.souscriptions()}


def poser(place: Path, code: str, bon: BonDeCommande, **autres: datetime) -> None:
    with ouvrir(f"sqlite:///{place}/esav.db", creer=False) as magasin:
        magasin.enregistrer_souscription(Souscription(code, bon, present() - timedelta(days=200), **autres))


@pytest.mark.exigence("R6.6")
def test_modele_rempli_puis_souscrit__ok(lancer: Lancer, place: Path) -> None:
    code, modele, _ = lancer("operateur", "bon-de-commande")
    assert (code, modele) == (0, ecrire())
    code, sortie, erreurs = lancer("operateur", "souscrire", "OPB", "--bon", "complet.xml")
    assert (code, erreurs) == (0, "")
    assert sortie.splitlines() == [
        "Accès : e-SAV en ligne et e-SAV intégré, depuis le 23/11/2026 à 10:00.",
        "Avis à : sav@opb.example.",
        "Bon de commande CG-2026-042-ESAV de l'opérateur OPB enregistré.",
    ]
    assert enregistrees(place) == {"OPB": Souscription("OPB", COMPLET, present())}
    assert lancer("operateur", "bon-de-commande", "OPB") == (0, ecrire(COMPLET), "")
    assert lancer("operateur", "souscrire", "OPB", "--bon", "complet.xml")[1].endswith("OPB inchangé.\n")


@pytest.mark.exigence("R6.6")
def test_options_seules_ou_par_dessus_le_fichier__ok(lancer: Lancer, place: Path) -> None:
    assert lancer("operateur", "souscrire", "OPA", *OPTIONS)[0] == 0
    code, sortie, _ = lancer(
        *("operateur", "souscrire", "OPB", "--bon", "bon.xml", "--adresse", "1 rue Neuve", "--acces", "EN_LIGNE"),
        *("--activee-le", "2026-12-01", "--interlocuteur-nom", "Petit", "--interlocuteur-courriel", "sav@opb.example"),
    )
    assert (code, sortie.splitlines()[0]) == (0, "Accès : e-SAV en ligne, à partir du 01/12/2026 à 00:00.")
    faites = enregistrees(place)
    assert faites["OPA"].bon == BON
    assert faites["OPB"].bon.adresse == ("1 rue Neuve",)
    assert faites["OPB"].bon.acces == {Acces.EN_LIGNE}
    assert faites["OPB"].activee_le == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)


@pytest.mark.exigence("R6.6")
def test_bon_refuse_tous_les_defauts__error(lancer: Lancer, place: Path) -> None:
    texte = ecrire(BON).replace(BON.siret, "73282932000079").replace("contrats@opa.example", "contrats")
    (place / "faux.xml").write_text(texte.replace("<affaire>1204377</affaire>", "<afaire>1204377</afaire>"))
    code, sortie, erreurs = lancer("operateur", "souscrire", "OPA", "--bon", "faux.xml", "--fait-le", "hier")
    assert (code, sortie) == (1, "")
    assert [ligne.split(": ")[:2] for ligne in erreurs.splitlines()[:-1]] == [
        ["MANQUANT", "Affaire "],
        ["DATE_INCORRECTE", "Fait le "],
        ["faux.xml:7", "ELEMENT_INCONNU"],
        ["faux.xml:11", "CLE_SIRET"],
        ["faux.xml:17", "COURRIEL_INCORRECT"],
    ]
    assert erreurs.endswith("Refusé : 5 problèmes. Rien n'a été enregistré.\n")
    assert enregistrees(place) == {}
    (place / "inconnu.xml").write_text(ecrire(BON).replace("<faitA></faitA>", "<faitAu></faitAu>"))
    code, _, erreurs = lancer("operateur", "souscrire", "OPA", "--bon", "inconnu.xml")
    assert (code, "Vouliez-vous écrire « faitA » ?" in erreurs, enregistrees(place)) == (1, True, {})
    (place / "casse.xml").write_text("<bonDeCommande>")
    code, _, erreurs = lancer("operateur", "souscrire", "OPA", "--bon", "casse.xml", *OPTIONS)
    assert (code, erreurs.count("\n"), enregistrees(place)) == (1, 2, {})
    assert erreurs.startswith("casse.xml:1: FICHIER: XML mal formé")


@pytest.mark.exigence("R6.6")
def test_a_blanc_n_ecrit_rien__ok(lancer: Lancer, place: Path) -> None:
    code, sortie, _ = lancer("operateur", "souscrire", "OPA", *OPTIONS, "--a-blanc")
    assert (code, sortie.splitlines()[-1]) == (0, "Rien n'a été écrit (--a-blanc).")
    assert enregistrees(place) == {}
    poser(place, "OPA", BON)
    code, sortie, _ = lancer("operateur", "resilier", "OPA", "--recue-le", "2026-11-20", "--a-blanc")
    assert (code, "dernier jour : 20/01/2027" in sortie) == (0, True)
    assert enregistrees(place)["OPA"].fin is None


@pytest.mark.exigence("R6.6")
def test_refus_de_la_commande__error(lancer: Lancer, place: Path) -> None:
    assert "OPERATEUR_INVALIDE" in lancer("operateur", "souscrire", "O P", *OPTIONS)[2]
    assert lancer("operateur", "souscrire", "OPA", *OPTIONS)[0] == 0
    code, _, erreurs = lancer("operateur", "souscrire", "OPA", *OPTIONS, "--activee-le", "2027-01-01")
    assert (code, "ACTIVATION_TARDIVE" in erreurs, "depuis le 23/11/2026 à 10:00" in erreurs) == (1, True, True)
    assert "n'a pas de Bon de commande" in lancer("operateur", "bon-de-commande", "OPX")[2]
    code, _, erreurs = lancer("operateur", "montrer", "OPX")
    assert (code, "« OPX » est inconnu" in erreurs) == (1, True)


@pytest.mark.exigence("R6.6")
def test_retirer_un_acces_se_confirme(lancer: Lancer, place: Path, repondre: Callable[[str], None]) -> None:
    poser(place, "OPB", COMPLET)
    (place / "etroit.xml").write_text(ecrire(replace(COMPLET, acces=frozenset({Acces.EN_LIGNE}))))
    commande = ("operateur", "souscrire", "OPB", "--bon", "etroit.xml")
    code, sortie, erreurs = lancer(*commande)
    assert (code, "sans terminal pour confirmer" in erreurs) == (2, True)
    assert "ATTENTION : l'accès e-SAV intégré, ouvert, se ferme aussitôt" in sortie
    repondre("non\n")
    assert lancer(*commande)[0] == 1
    assert enregistrees(place)["OPB"].bon == COMPLET
    assert lancer(*commande, "--oui")[0] == 0
    assert enregistrees(place)["OPB"].bon.acces == {Acces.EN_LIGNE}


@pytest.mark.exigence("R6.6")
def test_resilier_demande_la_reception_et_dit_la_fin(
    lancer: Lancer, place: Path, repondre: Callable[[str], None]
) -> None:
    poser(place, "OPA", BON)
    repondre("20/11/2026\noui\n")
    code, sortie, _ = lancer("operateur", "resilier", "OPA")
    assert code == 0
    assert "dernier jour : 20/01/2027" in sortie
    assert sortie.endswith("Souscription de l'opérateur OPA résiliée.\n")
    faite = enregistrees(place)["OPA"]
    assert faite.denoncee_le == datetime(2026, 11, 19, 23, 0, tzinfo=UTC)
    assert faite.fin == datetime(2027, 1, 20, 23, 0, tzinfo=UTC)
    assert "Déjà enregistré" in lancer("operateur", "resilier", "OPA", "--recue-le", "2026-11-20", "--oui")[1]
    assert "dernier jour : 20/01/2027" in lancer("operateur", "list")[1]
    code, sortie, _ = lancer("operateur", "souscrire", "OPA", "--bon", "bon.xml", "--telephone", "0987654321")
    assert (code, "La résiliation en cours reste enregistrée" in sortie) == (0, True)
    assert enregistrees(place)["OPA"].fin == faite.fin
    code, sortie, _ = lancer("operateur", "souscrire", "OPA", "--bon", "bon.xml", "--reprendre")
    assert (code, "La résiliation en cours est annulée." in sortie) == (0, True)
    assert enregistrees(place)["OPA"] == replace(faite, denoncee_le=None, fin=None)


@pytest.mark.exigence("R6.6")
@pytest.mark.parametrize(
    ("arguments", "code", "dit"),
    [
        (["--recue-le", "2026-11-20", "--dernier-jour", "2027-01-19", "--oui"], 1, "au plus tôt : 20/01/2027"),
        (["--recue-le", "2026-11-24", "--oui"], 1, "RECUE_DANS_LE_FUTUR"),
        (["--recue-le", "2026-01-01", "--oui"], 1, "RECUE_AVANT_ACTIVATION"),
        (["--recue-le", "hier", "--oui"], 2, "n'est pas une date"),
        (["--recue-le", "31/02/2026", "--oui"], 2, "n'est pas une date"),
        (["--recue-le", "0001-01-01", "--oui"], 2, "hors du calendrier"),
        (["--recue-le", "2026-11-20", "--dernier-jour", "9999-12-31", "--oui"], 2, "hors du calendrier"),
        (["--oui"], 2, "il manque --recue-le"),
        (["--recue-le", "2026-11-20"], 2, "sans terminal pour confirmer"),
    ],
)
def test_resilier__error(
    lancer: Lancer, place: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, dit: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    poser(place, "OPA", BON)
    rendu, _, erreurs = lancer("operateur", "resilier", "OPA", *arguments)
    assert (rendu, dit in erreurs) == (code, True)
    assert enregistrees(place)["OPA"].fin is None


@pytest.mark.exigence("R6.6")
def test_resilier_dernier_jour_plus_tard_ou_refus_de_confirmer(
    lancer: Lancer, place: Path, repondre: Callable[[str], None]
) -> None:
    poser(place, "OPA", BON)
    arguments = ("operateur", "resilier", "OPA", "--recue-le", "2026-11-20", "--dernier-jour", "31/03/2027")
    repondre("\n")
    assert lancer(*arguments)[0] == 1
    assert enregistrees(place)["OPA"].fin is None
    assert lancer(*arguments, "--oui")[0] == 0
    assert enregistrees(place)["OPA"].fin == datetime(2027, 3, 31, 22, 0, tzinfo=UTC)


@pytest.mark.exigence("R6.2", "R6.3", "R6.6")
def test_montrer_tout_ce_qui_est_connu__ok(lancer: Lancer, place: Path) -> None:
    poser(place, "OPB", COMPLET, denoncee_le=present(), fin=datetime(2027, 1, 23, 23, 0, tzinfo=UTC))
    debut, fin = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    certificat = CertificatEnregistre(
        *("c" * 64, "OPB", Role.OPERATEUR, Origine.RECONNUE, "CN=OPB", "CN=AC", "01", "a" * 64),
        *(debut, fin, debut, debut, b"c"),
        plateformes=frozenset({"production"}),
    )
    autres = {"b": {"fin": present()}, "d": {"revoque_le": present(), "motif_revocation": "clé perdue"}}
    autres["e"] = {"debut": present() + timedelta(days=1)}
    autres["f"] = {"autorite": "b" * 64}
    with ouvrir(f"sqlite:///{place}/esav.db", creer=False) as magasin:
        magasin.importer([Prestation("production", "OPB", "P1", "GENIE_CIVIL")])
        magasin.enregistrer_autorite(Autorite("a" * 64, "AC", False, debut, fin, debut, b"der"))
        magasin.enregistrer_certificat(certificat)
        for lettre, champs in autres.items():
            un = replace(certificat, empreinte=lettre * 64, der=lettre.encode())
            magasin.enregistrer_certificat(replace(un, **champs))  # type: ignore[arg-type]
        for titulaire in ("OPA", "OPB"):
            roles = (Role.OPERATEUR, frozenset({"production"}))
            magasin.ajouter_demande(
                Demande(0, GenreDemande.EMISSION, titulaire, *roles, b"csr", present(), date(2026, 12, 14))
            )
        magasin.enregistrer_homologation(
            Homologation("OPB", Domaine.SIGNALISATION, present(), "deposerSignalisation", "r1")
        )
    code, sortie, _ = lancer("operateur", "montrer", "OPB")
    assert code == 0
    lignes = [ligne.strip() for ligne in sortie.splitlines()]
    assert "Opérateur OPB : PAS DÉCLARÉ" in lignes
    assert "Offres en production : GENIE_CIVIL" in lignes
    assert "SIRET : 40483304800022" in lignes
    assert "Adresse : Bâtiment B, 3 quai <Nord>, 13002 Marseille" in lignes
    assert "Commentaires, précisions : Ouvrir avant l'été." in lignes
    assert "Fait le : 02/03/2026" in lignes
    assert "Résiliation : lettre reçue le 23/11/2026" in lignes
    assert [ligne for ligne in lignes if ligne.startswith("c" * 16)] == [
        f"{'c' * 16}  opérateur, production, du 01/01/2026 à 01:00 au 01/01/2027 à 01:00, "
        "délivré par une autorité reconnue : valide"
    ]
    etats = {ligne[0]: ligne.rpartition(" : ")[2] for ligne in lignes if ligne[1:2] and ligne[:16] == ligne[0] * 16}
    assert etats == {
        "b": "REFUSÉ, EXPIRE",
        "c": "valide",
        "d": "REFUSÉ, REVOQUE, le 23/11/2026 à 10:00 (clé perdue)",
        "e": "REFUSÉ, PAS_ENCORE_VALIDE",
        "f": "REFUSÉ, AUTORITE_INCONNUE",
    }
    assert "signalisation : le 23/11/2026 à 10:00, deposerSignalisation (requête r1)" in lignes
    assert not any(ligne.startswith("test :") for ligne in lignes), "no service of that domain is open"
    assert [ligne for ligne in lignes if ligne.startswith("Demande ")] == [
        "Demande 2, délivrer un certificat (CSR) : à traiter le 14/12/2026 au plus tard"
    ]
    manquent = lignes[lignes.index("Il manque, pour la production :") + 1 :]
    assert [ligne.split(" : ")[0] for ligne in manquent] == ["SANS_ADRESSE"]
    with ouvrir(f"sqlite:///{place}/esav.db", creer=False) as magasin:
        magasin.retirer_autorite("a" * 64, present())
    lignes = [ligne.strip() for ligne in lancer("operateur", "montrer", "OPB")[1].splitlines()]
    assert not any(ligne.endswith(": valide") for ligne in lignes), "as the service answers"
    assert [ligne.split(" : ")[0] for ligne in lignes[-2:]] == ["SANS_ADRESSE", "SANS_CERTIFICAT"]


@pytest.mark.exigence("R3.5", "R6.6")
def test_montrer_les_notifications__ok(lancer: Lancer, place: Path) -> None:
    with ouvrir(f"sqlite:///{place}/esav.db") as magasin:
        magasin.declarer_operateur(Operateur("OPB", "Bravo", "sav@opb.example"))
    assert "Notifications : aucun abonnement\n" in lancer("operateur", "montrer", "OPB")[1]
    with ouvrir(f"sqlite:///{place}/esav.db") as magasin:
        magasin.abonner("production", "OPB", "https://sav.opb.example/esav", present())
        magasin.abonner("integration", "OPB", "https://essais.opb.example/", present())
        magasin.suspendre_abonnement("integration", "OPB", present())
        magasin.abonner("production", "OPC", "https://sav.opc.example/", present())
        magasin.deposer(nouvelle("REF-1", operateur="OPB"))
    lignes = lancer("operateur", "montrer", "OPB")[1].splitlines()
    debut = lignes.index("Notifications") + 1
    assert lignes[debut : debut + 3] == [
        "  integration : https://essais.opb.example/, suspendu le 23/11/2026 à 10:00, à jour",
        "  production : https://sav.opb.example/esav, actif, 1 en attente",
        "Il manque, pour la production :",
    ]
    assert "  production : https://sav.opc.example/, actif, à jour" in lancer("operateur", "montrer", "OPC")[1]


@pytest.mark.exigence("R6.6")
def test_lister_les_acces__ok(lancer: Lancer, place: Path) -> None:
    assert "esav operateur souscrire" in lancer("operateur", "list")[1]
    poser(place, "OPB", COMPLET, denoncee_le=present() - timedelta(days=100), fin=present())
    lancer("operateur", "souscrire", "OPA", "--bon", "bon.xml")
    assert lancer("operateur", "list")[1].splitlines() == [
        "OPA  Opérateur Alpha & fils, contrats@opa.example ; Offres : aucune prestation en production ; "
        "accès : e-SAV intégré depuis le 23/11/2026 à 10:00",
        "OPB  SANS ADRESSE, à déclarer ; Offres : aucune prestation en production ; "
        "accès : e-SAV en ligne et e-SAV intégré depuis le 07/05/2026 à 11:00, TERMINÉ, dernier jour : 23/11/2026",
    ]
