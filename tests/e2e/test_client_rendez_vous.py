"""The reference client's appointments on a real server, and the Fournisseur's systems over mutual TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import pytest

from esav_soap.calendar import en_paris
from esav_soap.certificats import Role
from esav_soap.client import ClientEsav, Contact, RefusEsav
from esav_soap.jours_ouvres import est_ouvre
from esav_soap.signalisation import Prestation
from esav_soap.store import ouvrir
from tests.e2e import tls
from tests.e2e.conftest import preparer
from tests.e2e.fourche import executer
from tests.e2e.serveur import ServeurReel
from tests.e2e.soap import RACINE
from tests.e2e.test_client import PANNE

LEA = Contact("Léa Martin", "02 99 00 00 00")


def jours_ouvres() -> Iterator[date]:
    """Days that can be booked, well after the delay before an appointment."""
    jour = en_paris(datetime.now(UTC)).date() + timedelta(days=10)
    while True:
        if est_ouvre(jour):
            yield jour
        jour += timedelta(days=1)


JOUR, LENDEMAIN = (jour for jour, _ in zip(jours_ouvres(), range(2), strict=False))


@pytest.mark.exigence("R4.1", "R4.2", "R9")
@pytest.mark.parametrize("soap", ["1.1", "1.2"])
def test_de_la_recherche_a_l_annulation__en_integration(serveur: ServeurReel, soap: str) -> None:
    with ClientEsav(serveur.url, "integration", operateur="OPA", soap=soap) as esav:
        rdv, ref = esav.rendez_vous, f"C-{uuid4().hex[:12]}"
        libres = rdv.rechercher_plages("SAV", prestation="JDT-ACCES_FTTH", du=JOUR, au=JOUR)
        assert [(p.jour, p.plage) for p in libres] == [(JOUR, "MATIN"), (JOUR, "H13"), (JOUR, "H14")]
        assert en_paris(libres[0].dateHeureDebut).hour == 8
        numero = esav.deposer("JDT-ACCES_FTTH", PANNE, LEA, offre="ACCES_FTTH", reference=ref).numeroSignalisation
        assert rdv.consulter(reference=ref) == []
        assert len(rdv.rechercher_plages("SAV", numero=numero, du=JOUR, au=JOUR)) == 3
        tenu = rdv.reserver("SAV", JOUR, "MATIN", reference=ref, reference_rendez_vous=f"{ref}-1")
        assert (tenu.rendezVous.etat, tenu.dejaFait, tenu.rendezVous.numeroSignalisation) == ("TENUE", False, numero)
        assert tenu.rendezVous.dateHeureFinTenue > datetime.now(UTC)
        encore = rdv.reserver("SAV", JOUR, "MATIN", reference=ref, reference_rendez_vous=f"{ref}-1")
        assert (encore.dejaFait, encore.rendezVous.numeroRendezVous) == (True, tenu.rendezVous.numeroRendezVous)
        with pytest.raises(RefusEsav) as autre:
            rdv.reserver("SAV", LENDEMAIN, "MATIN", reference=ref, reference_rendez_vous=f"{ref}-1")
        assert (autre.value.code, autre.value.reference) == ("REFERENCE_DEJA_UTILISEE", f"{ref}-1")
        ferme = rdv.confirmer(tenu.rendezVous.numeroRendezVous).rendezVous
        assert (ferme.etat, ferme.dateHeureConfirmation is not None) == ("CONFIRMEE", True)
        with pytest.raises(RefusEsav) as complet:
            rdv.modifier(ferme.numeroRendezVous, JOUR, "H17")
        assert complet.value.code == "PLAGE_COMPLETE"
        deplace = rdv.modifier(ferme.numeroRendezVous, LENDEMAIN, "H14", commentaire="À la demande du client.")
        assert (deplace.rendezVous.jour, deplace.rendezVous.remplace) == (LENDEMAIN, ferme.numeroRendezVous)
        assert rdv.annuler(deplace.rendezVous.numeroRendezVous, commentaire="Absent.").rendezVous.etat == "ANNULEE"
        assert rdv.annuler(deplace.rendezVous.numeroRendezVous).dejaFait
        tous = rdv.consulter(signalisation=numero)
        assert [(r.plage, r.etat) for r in tous] == [("MATIN", "DEPLACEE"), ("H14", "ANNULEE")]
        (un,) = rdv.consulter(tous[1].numeroRendezVous)
        assert un.remplace == tous[0].numeroRendezVous
        faits = [e.action for e in esav.detail(numero).evenement]
        assert faits == ["DEPOSER", "PRENDRE_RENDEZ_VOUS", "DEPLACER_RENDEZ_VOUS", "ANNULER_RENDEZ_VOUS"]


@pytest.mark.exigence("R4.3", "R9")
def test_recherche_fermee__dit_quand_elle_rouvre(serveur: ServeurReel) -> None:
    with (
        ClientEsav(serveur.url, "integration", operateur="OPA") as esav,
        pytest.raises(RefusEsav) as refus,
    ):
        esav.rendez_vous.rechercher_plages("SAV", prestation="JDT-NUIT-ACCES_FTTH")
    assert refus.value.code == "PLAGES_FERMEES"
    assert refus.value.reessayer_apres is not None
    assert en_paris(refus.value.reessayer_apres).hour == 4


class Monde(NamedTuple):
    """Clients over mutual TLS: an opérateur, another one, a system of the Fournisseur."""

    opa: ClientEsav
    opb: ClientEsav
    si: ClientEsav


@pytest.fixture(scope="module")
def monde(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monde]:
    """``Z-1`` is a prestation of OPA in the area 35, where there is one place on both days."""
    dossier = tmp_path_factory.mktemp("mtls")
    store = f"sqlite:///{dossier}/esav.db"
    preparer(store)
    ac = tls.autorite("AC du client")
    roles = {"OPA": Role.OPERATEUR, "OPB": Role.OPERATEUR, "SI-SAV": Role.FOURNISSEUR}
    pieces = {titulaire: ac.certificat(titulaire) for titulaire in roles}
    places = dossier / "places.csv"
    lignes = (f"production;35;SAV;{jour};MATIN;1" for jour in (JOUR, LENDEMAIN))
    places.write_text("\n".join(("plateforme;zone;genre;jour;plage;places", *lignes)), encoding="utf-8")
    with ouvrir(store) as magasin:
        tls.reconnaitre(magasin, ac)
        for titulaire, role in roles.items():
            tls.enregistrer(magasin, pieces[titulaire], ac, titulaire, role=role)
            (dossier / f"{titulaire}.pem").write_bytes(pieces[titulaire].pem())
        for operateur in ("OPA", "OPB"):
            tls.souscrire(magasin, operateur)
        magasin.importer([Prestation("production", "OPA", "Z-1", "ACCES_FTTH", garantie="GTR_4H_S2", zone="35")])
    importer = ["rendez-vous", "capacites", "import", str(places), "--store", store]
    assert executer(importer, cwd=RACINE).returncode == 0
    (dossier / "ca.pem").write_bytes(tls.du_serveur()[0])
    with tls.serveur_tls(store, dossier) as serveur, ExitStack() as ouverts:
        url = f"https://127.0.0.1:{serveur.port}"
        yield Monde(
            *(
                ouverts.enter_context(
                    ClientEsav(url, certificat=str(dossier / f"{titulaire}.pem"), ca=str(dossier / "ca.pem"))
                )
                for titulaire in roles
            )
        )


@pytest.mark.exigence("R3.6", "R3.7", "R4.1", "R4.2", "R6.1", "R9")
def test_operateur_et_fournisseur__par_certificat(monde: Monde) -> None:
    opa, opb, si = monde
    depart = opa.suivi.evenements().curseur
    numero = opa.deposer("Z-1", PANNE, LEA, offre="ACCES_FTTH").numeroSignalisation
    assert numero in [s.numeroSignalisation for s in si.sav.toute_la_file("OPA", prestation="Z-1", etats=["EN_DEPOT"])]
    fiche = si.sav.fiche(numero)
    assert (fiche.operateur, fiche.zone, fiche.nombreEvenements) == ("OPA", "35", 1)
    assert "QUALIFIER" in [a.action for a in fiche.actionPossible]
    si.sav.traiter(numero, "QUALIFIER", technicien="T. Rivière", nombre_evenements=1)
    with pytest.raises(RefusEsav) as depasse:
        si.sav.traiter(numero, "PRENDRE", technicien="A. Autre", nombre_evenements=1)
    assert depasse.value.code == "MODIFIEE_ENTRETEMPS"
    notee = si.sav.traiter(numero, "COMMENTER", technicien="T. Rivière", commentaire="À surveiller.", interne=True)
    assert [(e.technicien, e.visibilite) for e in notee.evenement][1:] == [
        *(("T. Rivière (SI-SAV)", "PARTAGE"), ("T. Rivière (SI-SAV)", "INTERNE")),
    ]
    assert "Rivière" not in repr(opa.detail(numero))
    assert "surveiller" not in repr(opa.detail(numero))

    pris = opa.rendez_vous.reserver("SAV", JOUR, "MATIN", numero=numero, ferme=True).rendezVous
    assert (pris.etat, opa.etat(numero).etat) == ("CONFIRMEE", "GELE")
    for appel in (
        lambda: opb.rendez_vous.annuler(pris.numeroRendezVous),
        lambda: opb.rendez_vous.consulter(pris.numeroRendezVous),
    ):
        with pytest.raises(RefusEsav) as inconnu:
            appel()
        assert inconnu.value.code == "RENDEZ_VOUS_INCONNU"
    reporte = si.sav.reporter(pris.numeroRendezVous, LENDEMAIN, "MATIN", technicien="T. Rivière").rendezVous
    assert (reporte.jour, reporte.remplace) == (LENDEMAIN, pris.numeroRendezVous)
    annule = si.sav.decommander(reporte.numeroRendezVous, commentaire="Technicien absent.").rendezVous
    assert (annule.etat, opa.etat(numero).etat) == ("ANNULEE", "EN_QUALIFICATION")
    clos = si.sav.traiter(
        numero, "CLORE", cause="JARRETIERE", responsabilite="FOURNISSEUR", retabli_le=datetime.now(UTC)
    )
    assert (clos.etat, clos.garantieTenue) == ("CLOS", True)
    faits = [e.action for e in opa.suivi.evenements(depart).evenement]
    assert faits == [
        *("DEPOSER", "QUALIFIER", "PRENDRE_RENDEZ_VOUS", "DEPLACER_RENDEZ_VOUS", "ANNULER_RENDEZ_VOUS", "CLORE"),
    ]
    assert opb.suivi.evenements().evenement == []


@pytest.mark.exigence("R7.4", "R3.3", "R9")
def test_saisie_apres_coup__par_certificat(monde: Monde) -> None:
    depot = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    crus = {"puissancePto": "-40.5", "dateHeureConstat": "2026-11-05T09:15:00+01:00", "defautIntermittent": "false"}
    crus["contactSite[1]/telephoneContact"] = "0612345678"
    champs = [(chemin, crus.get(chemin, valeur)) for chemin, valeur in PANNE]
    for deja in (False, True):
        accuse = monde.si.sav.saisir(
            "OPA", depot, "Z-1", "ACCES_FTTH", champs, LEA, reference="SECOURS-1", version="2026.2"
        )
        assert (accuse.dejaDeposee, accuse.dateHeureDepot) == (deja, depot)
    assert monde.opa.etat(reference="SECOURS-1").dateHeureDepot == depot


@pytest.mark.exigence("R3.7", "R9")
def test_le_sav_n_est_pas_aux_operateurs__error(monde: Monde) -> None:
    with pytest.raises(RefusEsav) as refus:
        monde.opa.sav.lister_file()
    assert refus.value.code == "DROIT_INSUFFISANT"
    with pytest.raises(RefusEsav) as sans_operateur:
        monde.si.sav.lister_file(prestation="Z-1")
    assert sans_operateur.value.code == "FORMULAIRE_INVALIDE"
