"""The life of signalisations through real servers, over SOAP alone: the opérateur, the SAV, and who reads the events (R3, R4)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from esav_soap.avis import EtatEnvoi
from esav_soap.store import ouvrir
from tests.e2e.banc_suivi import DEPART, JEUDI, JOUR, MINUTE, OFFRE, VENDREDI, VERSION, Banc, banc_ouvert, bilan
from tests.e2e.soap import WS, Reponse, depot, requete
from tests.postgres import Grappe


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def banc(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Banc]:
    if request.param == "sqlite":
        with banc_ouvert(f"sqlite:///{tmp_path}/esav.db", tmp_path) as pret:
            yield pret
        return
    grappe: Grappe = request.getfixturevalue("postgresql")
    with grappe.base() as url, banc_ouvert(url, tmp_path) as pret:
        yield pret


class Lecteur:
    """Reads the events of OPA by cursor, one or two at a time, from the node where nobody else calls."""

    def __init__(self, banc: Banc) -> None:
        self._banc = banc
        self.curseur: str | None = None
        self.lus: list[tuple[str, str, str]] = []

    def lire(self) -> list[str]:
        """The actions that are new, in their order."""
        neufs: list[tuple[str, str, str]] = []
        while True:
            champs = {"curseur": self.curseur} if self.curseur else {}
            page = self._banc.suivi("listerEvenements", {**champs, "maximum": "2"}, noeud=1)
            assert page.refus is None, page.octets
            neufs += [
                (e.findtext(f"{WS}rang") or "", e.findtext(f"{WS}action") or "", e.findtext(f"{WS}etat") or "")
                for e in page.corps.iter(f"{WS}evenement")
            ]
            self.curseur = page.texte("curseur")
            if page.texte("encore") == "false":
                self.lus += neufs
                return [action for _, action, _ in neufs]


def reussie(reponse: Reponse) -> Reponse:
    assert (reponse.statut, reponse.refus) == (200, None), reponse.octets
    return reponse


@pytest.mark.exigence("R3.4", "R3.5", "R3.6", "R3.7", "R4.1")
def test_une_vie_entiere__ok(banc: Banc) -> None:
    cle = {"referenceOperateur": "VIE"}
    lecteur = Lecteur(banc)
    numero = banc.deposer("VIE")
    autre = banc.deposer("AUTRE", "OPB")
    assert lecteur.lire() == ["DEPOSER"]

    file = reussie(banc.sav("listerFile", {"operateur": "OPA"}))
    assert (file.textes("numeroSignalisation"), file.texte("operateur")) == ([numero], "OPA")
    assert autre in reussie(banc.sav("listerFile", {}, soap="1.2")).textes("numeroSignalisation")
    fiche = reussie(banc.sav("consulterFiche", {"numeroSignalisation": numero}))
    assert (fiche.texte("nombreEvenements"), fiche.texte("zone")) == ("1", "35-RENNES")
    possibles = [e.findtext(f"{WS}action") for e in fiche.corps.iter(f"{WS}actionPossible")]
    assert possibles == ["QUALIFIER", "REJETER", "GELER", "COMMENTER"]

    for rang, (action, champs) in enumerate(
        [
            ("QUALIFIER", {"technicien": "Anne Riou"}),
            ("PRENDRE", {"technicien": "Anne Riou"}),
            ("COMMENTER", {"technicien": "Anne Riou", "commentaire": "MOT-INTERNE", "visibilite": "INTERNE"}),
            ("GELER", {"technicien": "Anne Riou", "commentaire": "Digicode ?", "attendu": "ACCES_SITE"}),
        ]
    ):
        banc.passer()
        fiche = reussie(banc.traiter(numero, action, champs, soap=("1.1", "1.2")[rang % 2]))
    assert (fiche.texte("etat"), fiche.texte("nombreEvenements")) == ("GELE", "5")
    assert "Anne Riou (SI-SAV)" in fiche.textes("technicien")
    assert "MOT-INTERNE" in fiche.textes("commentaire")
    assert lecteur.lire() == ["QUALIFIER", "PRENDRE", "GELER"]
    assert reussie(banc.suivi("consulterDetail", cle)).texte("dateHeureEcheance") is None, "frozen"

    banc.passer()
    for _ in range(2):  # the answer to the first is lost
        degelee = reussie(banc.suivi("completerSignalisation", {**cle, "commentaire": "A12B"}))
        assert degelee.texte("etat") == "EN_COURS"
    assert lecteur.lire() == ["COMPLETER"]

    libres = reussie(banc.rendez_vous("rechercherPlages", {"numeroSignalisation": numero, "genre": "SAV"}))
    assert list(zip(libres.textes("jour"), libres.textes("plage"), strict=True)) == [
        (jour.isoformat(), plage) for jour in (JEUDI, VENDREDI) for plage in ("MATIN", "APRES_MIDI")
    ]
    slot = {"referenceRendezVous": "RDV-1", "genre": "SAV", "jour": JEUDI.isoformat(), "plage": "MATIN"}
    tenu = reussie(banc.rendez_vous("reserverRendezVous", {**cle, **slot}))
    assert (tenu.texte("etat"), tenu.texte("dejaFait")) == ("TENUE", "false")
    assert lecteur.lire() == []
    rdv = tenu.texte("numeroRendezVous") or ""
    assert (
        reussie(banc.rendez_vous("confirmerRendezVous", {"numeroRendezVous": rdv}, soap="1.2")).texte("etat")
        == "CONFIRMEE"
    )
    assert reussie(banc.suivi("consulterEtat", cle)).texte("etat") == "GELE"
    assert lecteur.lire() == ["PRENDRE_RENDEZ_VOUS"]

    banc.passer(JOUR)
    reussie(banc.traiter(numero, "REPRENDRE"))
    banc.passer()
    reussie(banc.traiter(numero, "CLORE", bilan(banc.cadran() - MINUTE)))
    banc.passer(JOUR)
    assert reussie(banc.suivi("contesterCloture", {**cle, "commentaire": "Rien ne passe."})).texte("etat") == "EN_COURS"
    banc.passer()
    reussie(banc.traiter(numero, "CLORE", {"commentaire": "Soudure refaite.", **bilan(banc.cadran() - MINUTE)}))
    assert lecteur.lire() == ["REPRENDRE", "CLORE", "CONTESTER", "CLORE"]
    assert avis(banc) == []
    reussie(banc.traiter(numero, "VALIDER"))
    assert avis(banc) == [("AVIS_CLOTURE", numero)]

    trop_tot = banc.traiter(numero, "VERROUILLER")
    assert (trop_tot.refus, trop_tot.texte("chemin")) == ("TRANSITION_INTERDITE", "action")
    fin = datetime.fromisoformat(trop_tot.texte("reessayerApres") or "")
    assert fin == datetime(2026, 7, 8, 22, tzinfo=UTC), "closed on a Friday: the third jour ouvré is Wednesday"
    banc.cadran.regler(fin - timedelta(seconds=1))
    assert banc.traiter(numero, "VERROUILLER").refus == "TRANSITION_INTERDITE"
    banc.cadran.regler(fin)
    assert banc.suivi("contesterCloture", {**cle, "commentaire": "Trop tard."}).refus == "TRANSITION_INTERDITE"
    assert reussie(banc.traiter(numero, "VERROUILLER")).texte("etat") == "CLOS_TABLEAU_DE_BORD"
    assert lecteur.lire() == ["VALIDER", "VERROUILLER"]
    finale = banc.suivi("completerSignalisation", {**cle, "commentaire": "Encore un mot."})
    assert (finale.refus, finale.textes("valeurAdmise")) == ("TRANSITION_INTERDITE", [])

    detail = reussie(banc.suivi("consulterDetail", cle, soap="1.2"))
    assert detail.textes("action") == [action for _, action, _ in lecteur.lus]
    assert [rang for rang, _, _ in lecteur.lus] == [str(n) for n in range(1, len(lecteur.lus) + 1)]
    assert set(detail.textes("auteur")) == {"OPERATEUR", "FOURNISSEUR"}
    assert detail.texte("garantieTenue") == "true", "four hours, neither frozen nor closed"
    for secret in ("MOT-INTERNE", "Anne Riou", "SI-SAV", autre):
        assert secret.encode() not in detail.octets


def avis(banc: Banc) -> list[tuple[str, str]]:
    """The notices in the queue: their kind, and the signalisation."""
    with ouvrir(banc.store, creer=False) as magasin:
        suivis = magasin.suivis(EtatEnvoi.EN_ATTENTE, 10)
    return [(s.envoi.genre.name, s.envoi.objet.partition(":")[0]) for s in suivis]


@pytest.mark.exigence("R3.5")
def test_historique_pendant_quatre_vingt_dix_jours__ok(banc: Banc) -> None:
    """To the end of the ninetieth day of Paris, across the night when the clocks go back."""
    banc.cadran.regler(datetime(2026, 9, 10, 20, tzinfo=UTC))
    numero = banc.deposer("HISTOIRE")
    assert reussie(banc.suivi("consulterHistorique", {})).textes("numeroSignalisation") == []
    banc.passer()
    reussie(banc.traiter(numero, "QUALIFIER"))
    reussie(banc.traiter(numero, "CLORE", bilan(banc.cadran() - MINUTE)))
    fin = datetime(2026, 12, 9, 23, tzinfo=UTC)
    for instant, attendu in ((banc.cadran(), [numero]), (fin - timedelta(seconds=1), [numero]), (fin, [])):
        banc.cadran.regler(instant)
        vus = reussie(banc.suivi("consulterHistorique", {}, noeud=1))
        assert vus.textes("numeroSignalisation") == attendu
    assert vus.texte("dateHeureCloture") is None
    assert reussie(banc.suivi("consulterEtat", {"numeroSignalisation": numero})).texte("etat") == "CLOS"


@pytest.mark.exigence("R3.6")
def test_de_deux_techniciens_un_seul__ok(banc: Banc) -> None:
    """Both have read the same fiche and act at the same moment, on two nodes."""
    numero = banc.deposer("DEUX")
    for tour in range(5):
        lu = reussie(banc.sav("consulterFiche", {"numeroSignalisation": numero})).texte("nombreEvenements") or ""
        mots = [f"Mesure {tour} d'Anne", f"Mesure {tour} de Bob"]

        def agir(noeud: int, mots: list[str] = mots, lu: str = lu) -> Reponse:
            champs = {"technicien": ("Anne", "Bob")[noeud], "nombreEvenements": lu, "commentaire": mots[noeud]}
            return banc.traiter(numero, "COMMENTER", champs, noeud=noeud)

        with ThreadPoolExecutor(2) as fils:
            rendus = list(fils.map(agir, (0, 1)))
        gagnant = next(n for n, rendu in enumerate(rendus) if rendu.refus is None)
        perdant = 1 - gagnant
        assert rendus[perdant].refus == "MODIFIEE_ENTRETEMPS"
        fiche = reussie(banc.sav("consulterFiche", {"numeroSignalisation": numero}))
        assert fiche.texte("nombreEvenements") == str(int(lu) + 1)
        assert fiche.textes("commentaire")[-1] == mots[gagnant]
        assert mots[perdant] not in fiche.textes("commentaire")


def saisie(reference: str, quand: str, graine: int = 1, **autres: str) -> etree._Element:
    """A late entry for OPA."""
    champs = {"operateur": "OPA", "dateHeureDepot": quand, "technicien": "Anne Riou", "versionCatalogue": VERSION}
    demande = requete("saisirSignalisation", **{**champs, **autres})
    generique = depot(VERSION, OFFRE, reference, operation="deposerSignalisationGenerique", graine=graine)
    demande.extend(list(generique))
    return demande


@pytest.mark.exigence("R7.4", "R3.3")
def test_saisie_apres_coup__ok(banc: Banc) -> None:
    def saisir(demande: etree._Element, soap: str = "1.1") -> Reponse:
        return banc.demander("sav", demande, qui="SI-SAV", role="FOURNISSEUR", soap=soap)

    vraie = "2026-06-29T09:12:00+02:00"
    accuse = reussie(saisir(saisie("SECOURS", vraie)))
    assert (accuse.texte("dejaDeposee"), accuse.texte("dateHeureDepot")) == ("false", vraie)
    numero = accuse.texte("numeroSignalisation") or ""
    repete = reussie(saisir(saisie("SECOURS", vraie), "1.2"))
    assert (repete.texte("dejaDeposee"), repete.texte("numeroSignalisation")) == ("true", numero)
    assert saisir(saisie("SECOURS", vraie, graine=2)).refus == "REFERENCE_DEJA_UTILISEE"

    detail = reussie(banc.suivi("consulterDetail", {"referenceOperateur": "SECOURS"}))
    assert (detail.texte("dateHeureDepot"), detail.textes("auteur")) == (vraie, ["FOURNISSEUR"])
    assert (detail.texte("commentaire") or "").startswith("Saisie après coup")
    assert b"Anne" not in detail.octets
    assert detail.texte("dateHeureEcheance") == "2026-06-29T13:12:00+02:00", "counted from the true date"
    fiche = reussie(banc.sav("consulterFiche", {"numeroSignalisation": numero}))
    assert fiche.texte("dateHeureSaisie") == "2026-07-01T10:00:00+02:00"
    assert banc.suivi("consulterEtat", {"numeroSignalisation": numero}, qui="OPB").refus == "SIGNALISATION_INCONNUE"

    assert saisir(saisie("X", vraie, versionCatalogue="2040.1")).refus == "VERSION_INCONNUE"
    assert saisir(saisie("X", vraie, operateur="OPB")).refus == "PRESTATION_INCONNUE", "it is OPA's"


@pytest.mark.exigence("R7.4", "R3.2")
@pytest.mark.parametrize("soap", ["1.1", "1.2"])
def test_saisie_apres_coup_tout_est_dit__error(banc: Banc, soap: str) -> None:
    """What is wrong with the entry and with the form that it holds, in one answer, in the order of the message."""
    demande = saisie("FAUX", (DEPART + JOUR).isoformat(), operateur="opa !")
    (telephone,) = demande.iter(f"{WS}telephone")
    telephone.text = "rien"
    demande.findall(f"{WS}champ")[0][0].text = "inventé"
    refus = banc.demander("sav", demande, qui="SI-SAV", role="FOURNISSEUR", soap=soap)
    assert refus.refus == "FORMULAIRE_INVALIDE"
    chemins = refus.textes("chemin")
    assert chemins[:3] == ["operateur", "dateHeureDepot", "entete/contact/telephone"]
    assert "inventé" in chemins[3:]
    assert reussie(banc.suivi("listerSignalisations", {})).textes("numeroSignalisation") == []
