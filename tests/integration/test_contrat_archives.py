"""The archive on every engine: what leaves the hot tables, and that nobody who asks can tell."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import select

from esav_soap.errors import CodeErreur
from esav_soap.rendez_vous import Plage
from esav_soap.signalisation import Action, Cote, Depot, Etat, NouvelleSignalisation
from esav_soap.signalisation.transitions import Commande
from esav_soap.signalisation.transitions import deposer as premier
from esav_soap.store import Magasin, archives, archives_suivies
from esav_soap.store.depots import ecrire_depots
from esav_soap.store.tables import archive_signalisation
from esav_soap.usecases.archives.document import lire
from esav_soap.usecases.archives.ports import APurger, Archives, FiltreArchives
from esav_soap.usecases.ports.depots import NumeroDejaPris
from esav_soap.usecases.ports.suivi import Filtre, Place
from esav_soap.usecases.rendez_vous import Cible
from esav_soap.usecases.sav import Sav, Technicien
from esav_soap.usecases.suivi import Suivi
from tests.fils import Fil, attendre
from tests.integration.archives import (
    AVANT,
    HEURE,
    INSTANT,
    INTERNE,
    OPERATEURS,
    REJET,
    VIEUX,
    chaudes,
    vie,
    vue,
)
from tests.integration.exemples import PRESTATION, nouvelle
from tests.integration.test_contrat_rendez_vous import OPA, SAV, capacite, code, guichet, souhait

#: A Monday morning, and the Thursday after it.
LUNDI, JEUDI = VIEUX, date(2025, 3, 6)
TOUT = FiltreArchives()


def archiver(magasin: Magasin, maximum: int = 100) -> int:
    port: Archives = magasin
    return port.archiver(AVANT, maximum, INSTANT)


@pytest.mark.exigence("R3.3", "R3.5", "R3.7")
def test_ce_qui_est_archive_se_voit_comme_avant(magasin: Magasin) -> None:
    magasin.importer([PRESTATION])
    clos = replace(REJET, etat=Etat.CLOS_TABLEAU_DE_BORD, motif=None, action=Action.VERROUILLER)
    deposees = [
        vie(magasin, "A-1", (INTERNE, replace(INTERNE, etat=Etat.EN_COURS), clos)),
        vie(magasin, "B-1", operateur="OPB"),
        vie(magasin, "A-2", depot_le=AVANT - 90 * HEURE),
        vie(magasin, "A-3", (replace(clos, etat=Etat.CLOS),)),  # contested perhaps: its life goes on
        vie(magasin, "B-2", operateur="OPB", depot_le=AVANT),
        vie(magasin, "I-1", plateforme="integration"),
    ]
    avant = vue(magasin, deposees)
    assert (magasin.nombre_a_archiver(AVANT, INSTANT), chaudes(magasin)) == (4, (6, 14, 0))
    assert [archiver(magasin, 3), archiver(magasin, 3), archiver(magasin, 3)] == [3, 1, 0]
    assert (magasin.nombre_a_archiver(AVANT, INSTANT), chaudes(magasin)) == (0, (2, 4, 0))
    assert vue(magasin, deposees) == avant
    # Lists are of what is not archived.
    restent = magasin.lister(Filtre("production"), None, 9).signalisations
    assert sorted(r.reference for r in restent) == ["A-3", "B-2"]


@pytest.mark.exigence("R3.3")
def test_la_suite_continue_apres_l_archivage(magasin: Magasin) -> None:
    """The sequence neither restarts nor has a hole, also when all that it was of is archived."""
    une = vie(magasin, "A-1", (INTERNE, REJET))
    avant = magasin.evenements_depuis("production", "OPA", 0, 9)
    assert archiver(magasin) == 1
    assert chaudes(magasin) == (0, 0, 0)
    assert magasin.evenements_depuis("production", "OPA", 0, 9) == avant
    autre = vie(magasin, "A-2")
    page = magasin.evenements_depuis("production", "OPA", 0, 3)
    assert page.evenements[:2] == avant.evenements
    assert [s.numero for s in page.evenements] == [une.numero, une.numero, autre.numero]
    assert (page.evenements[-1].evenement.rang, page.curseur) == (avant.dernier + 1, avant.dernier + 1)
    assert page.dernier == avant.dernier + 2
    assert archiver(magasin) == 1
    suite = magasin.evenements_depuis("production", "OPA", avant.dernier, 9).evenements
    assert [s.evenement.rang for s in suite] == [avant.dernier + 1, avant.dernier + 2]


@pytest.mark.exigence("R3.3", "R7.4")
def test_numeros_et_references_ne_resservent_pas(magasin: Magasin) -> None:
    une = vie(magasin, "A-1")
    assert archiver(magasin) == 1
    for prise in (
        replace(une, reference="AUTRE"),
        replace(une, operateur="OPB"),
        replace(une, plateforme="integration"),
    ):
        with pytest.raises(NumeroDejaPris):
            magasin.deposer(prise)
        with pytest.raises(NumeroDejaPris):
            magasin.saisir(prise, premier(prise.depot_le, Cote.FOURNISSEUR, "", ""), INSTANT)
    autre = nouvelle("A-1", empreinte=b"autre")
    for rendu in (magasin.deposer(autre), magasin.saisir(autre, premier(VIEUX, Cote.FOURNISSEUR, "", ""), INSTANT)):
        assert (rendu.numero, rendu.etat, rendu.depot_le, rendu.empreinte) == (
            une.numero,
            Etat.EN_REJET,
            VIEUX,
            une.empreinte,
        )
        assert rendu.deja_deposee
    assert chaudes(magasin) == (0, 0, 0)
    # The same reference is another one elsewhere.
    assert not magasin.deposer(nouvelle("A-1", operateur="OPB")).deja_deposee
    # A group in which only some are archived.
    rendus = ecrire_depots(magasin._moteur, [nouvelle(reference) for reference in ("A-0", "A-1", "A-2")])
    assert [isinstance(r, Depot) and r.deja_deposee for r in rendus] == [False, True, False]


@pytest.mark.exigence("R3.4", "R3.5")
def test_tue_entre_la_copie_et_le_retrait(magasin: Magasin) -> None:
    """Both have it, and nobody sees it twice; the next step makes the same copy again."""
    deposees = [vie(magasin, f"A-{n}", (INTERNE, REJET)) for n in range(3)]
    avant = vue(magasin, deposees)
    with patch.object(archives, "_retirer", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        archiver(magasin, 2)
    assert (chaudes(magasin), magasin.nombre_archives(TOUT)) == ((3, 9, 0), 2)
    assert vue(magasin, deposees) == avant
    assert magasin.purger(AVANT, 9, INSTANT, sans_export=True) == 0  # it would come back with the next copy
    assert archiver(magasin) == 3
    assert (chaudes(magasin), magasin.nombre_archives(TOUT)) == ((0, 0, 0), 3)
    assert vue(magasin, deposees) == avant


@pytest.mark.exigence("R4.1", "R4.2")
def test_les_rendez_vous_suivent_leur_signalisation(magasin: Magasin) -> None:
    magasin.importer([replace(PRESTATION, zone="75")])
    assert not magasin.importer_capacites(
        [(2, capacite(2, JEUDI)), (3, capacite(2, date(2026, 12, 3)))], LUNDI
    ).problemes
    une, autre = (nouvelle(f"A-{n}", depot_le=LUNDI - HEURE) for n in range(2))
    magasin.deposer(une)
    magasin.deposer(autre)
    g = guichet(magasin)
    prise = g.reserver(OPA, Cible(une.numero), SAV, souhait("R1", JEUDI), LUNDI).reservation
    lointaine = g.reserver(OPA, Cible(autre.numero), SAV, souhait("R2", date(2026, 12, 3)), LUNDI).reservation
    for depose in (une, autre):
        assert magasin.changer("production", "OPA", depose.numero, 2, replace(REJET, date=LUNDI + HEURE))
    avant = vue(magasin, (une, autre))
    assert archiver(magasin) == 1  # the appointment of the other one is to come
    assert chaudes(magasin) == (1, 3, 1)
    assert vue(magasin, (une, autre)) == avant
    assert g.consulter(OPA, prise.numero, INSTANT) == prise
    assert g.titulaire("production", prise.numero) == OPA
    assert g.lister(OPA, Cible(reference="A-0"), INSTANT) == (prise,)
    assert g.consulter(OPA, lointaine.numero, INSTANT) == lointaine
    assert (
        code(lambda: g.consulter(replace(OPA, operateur="OPB"), prise.numero, INSTANT))
        is CodeErreur.RENDEZ_VOUS_INCONNU
    )
    # The same request again is answered the same; its reference does not serve again; nothing new is booked.
    rendue = g.reserver(OPA, Cible(une.numero), SAV, souhait("R1", JEUDI), INSTANT)
    assert (rendue.reservation, rendue.ecrites) == (prise, ())
    for cible in (une, autre):
        voulu = souhait("R1", JEUDI, Plage.APRES_MIDI)
        refus = code(lambda c=cible, v=voulu: g.reserver(OPA, Cible(c.numero), SAV, v, INSTANT))  # type: ignore[misc]
        assert refus is CodeErreur.REFERENCE_DEJA_UTILISEE
    neuf = souhait("R3", date(2026, 12, 3))
    assert code(lambda: g.reserver(OPA, Cible(une.numero), SAV, neuf, INSTANT)) is CodeErreur.TRANSITION_INTERDITE
    assert chaudes(magasin) == (1, 3, 1)


@pytest.mark.exigence("R3.3", "R3.5")
@pytest.mark.parametrize("graine", range(4))
def test_archiver_a_tout_moment_ne_change_rien_a_ce_qui_se_voit(magasin: Magasin, graine: int) -> None:
    """Random lives of two opérateurs, archived at random moments, a few at a time, sometimes only half-way."""
    hasard = random.Random(graine)
    deposees: list[NouvelleSignalisation] = []
    suites: dict[str, int] = {}
    for tour in range(30):
        geste = hasard.randrange(4)
        ouvertes = [d for d in deposees if suites[d.numero] < 4]
        if geste == 0 or not ouvertes:
            depot_le = VIEUX + hasard.randrange(700) * timedelta(days=1)
            une = nouvelle(f"R-{tour}", operateur=hasard.choice(OPERATEURS), depot_le=depot_le)
            magasin.deposer(une)
            deposees.append(une)
            suites[une.numero] = 1
        elif geste < 3:
            une = hasard.choice(ouvertes)
            nombre = suites[une.numero]
            un = replace(
                hasard.choice((REJET, INTERNE, replace(INTERNE, visibilite=REJET.visibilite))),
                date=une.depot_le + nombre * HEURE,
            )
            assert magasin.changer("production", une.operateur, une.numero, nombre, un)
            suites[une.numero] = 9 if un.etat is Etat.EN_REJET else nombre + 1
        else:
            avant = vue(magasin, deposees)
            if hasard.randrange(2):
                archiver(magasin, hasard.randrange(1, 4))
            else:
                with patch.object(archives, "_retirer", return_value=0):
                    archiver(magasin, hasard.randrange(1, 4))
            assert vue(magasin, deposees) == avant
    dernier = vue(magasin, deposees)
    while archiver(magasin):
        pass
    assert magasin.nombre_archives(TOUT) > 0
    assert vue(magasin, deposees) == dernier


@pytest.mark.postgresql
@pytest.mark.parametrize("moteur", ["postgresql"])
@pytest.mark.exigence("R3.3")
def test_le_retrait_attend_les_depots_en_cours(magasin: Magasin) -> None:
    """A statement that began before the copies does not see them: it must still find the reference taken."""
    une = vie(magasin, "A-1")
    copies = select(archive_signalisation.c.numero)
    with magasin._moteur.dedie().connect() as connexion:
        connexion.exec_driver_sql("BEGIN")
        connexion.exec_driver_sql("LOCK TABLE signalisation IN ROW EXCLUSIVE MODE")  # as every writer has it
        pas = Fil(lambda: archiver(magasin))
        attendre(lambda: magasin._moteur.lire(lambda c: c.scalar(copies)) == une.numero)
        assert magasin.deposer(nouvelle("A-2", operateur="OPB")).deja_deposee is False  # nobody waits for it
        assert not pas.fini
        assert chaudes(magasin) == (2, 3, 0)
        connexion.exec_driver_sql("COMMIT")
    assert pas.resultat() == 1
    assert chaudes(magasin) == (1, 1, 0)


@pytest.mark.postgresql
@pytest.mark.parametrize("moteur", ["postgresql"])
@pytest.mark.exigence("R3.4")
def test_ce_que_d_autres_tiennent_est_laisse(magasin: Magasin) -> None:
    une, autre = vie(magasin, "A-1"), vie(magasin, "A-2", depot_le=VIEUX + HEURE)
    tenir = f"SELECT id FROM signalisation WHERE numero = '{une.numero}' FOR UPDATE"
    with magasin._moteur.dedie().connect() as connexion:
        connexion.exec_driver_sql("BEGIN")
        connexion.exec_driver_sql(tenir)
        with patch.object(archives, "_attendre_les_ecrivains", return_value=True):
            assert archiver(magasin) == 1
        assert magasin.archive(une.numero) is None
        assert magasin.archive(autre.numero) is not None
        connexion.exec_driver_sql("ROLLBACK")
    assert archiver(magasin) == 1


@pytest.mark.exigence("R3.4", "R3.6")
def test_rien_ne_suit_une_signalisation_archivee(magasin: Magasin) -> None:
    """The refusal is that of a final state, not of an unknown number, for both sides."""
    une = vie(magasin, "A-1")
    assert archiver(magasin) == 1
    suivi, sav = Suivi(magasin, magasin, lambda s: s), Sav(magasin, lambda s: s)
    complement = Commande(Action.COMMENTER, Cote.OPERATEUR, commentaire="encore")
    for numero, reference in ((une.numero, None), (None, "A-1")):
        refus = code(lambda n=numero, r=reference: suivi.agir(OPA, n, r, complement, INSTANT))  # type: ignore[misc]
        assert refus is CodeErreur.TRANSITION_INTERDITE
    technicien = Technicien("tech-7")
    prise = Commande(Action.PRENDRE, Cote.FOURNISSEUR)
    assert code(lambda: sav.agir(technicien, une.numero, prise, INSTANT)) is CodeErreur.TRANSITION_INTERDITE
    assert sav.montrer(technicien, une.numero, INSTANT).actions == ()
    assert chaudes(magasin) == (0, 0, 0)


@pytest.mark.exigence("R3.5")
def test_lister_les_archives(magasin: Magasin) -> None:
    magasin.importer([PRESTATION])
    deposees = [
        vie(magasin, f"R-{n}", operateur=OPERATEURS[n % 2], depot_le=VIEUX + n // 2 * 10 * HEURE, plateforme=p)
        for n, p in enumerate(("production",) * 5 + ("integration",))
    ]
    assert archiver(magasin) == 6

    def references(filtre: FiltreArchives, maximum: int, *, recentes: bool = False) -> list[str]:
        vues: list[str] = []
        apres: Place | None = None
        for _ in range(20):
            page = magasin.archives(filtre, apres, maximum, recentes_d_abord=recentes)
            assert len(page.archives) <= maximum
            vues += [une.reference for une, _ in page.archives]
            apres = page.suite
            if apres is None:
                return vues
        raise AssertionError("the pages have no end")

    cles = {d.reference: (d.depot_le, d.numero) for d in deposees}
    ordre = sorted(cles, key=lambda reference: cles[reference])
    with patch.object(archives_suivies, "TRANCHE", 2):
        for maximum in (1, 2, 3, 6, 7):
            assert references(TOUT, maximum) == ordre
            assert references(TOUT, maximum, recentes=True) == ordre[::-1]
            assert references(FiltreArchives(operateur="OPB"), maximum) == [
                r for r in ordre if r in ("R-1", "R-3", "R-5")
            ]
            assert references(FiltreArchives(plateforme="integration"), maximum) == ["R-5"]
            bornes = FiltreArchives(du=VIEUX + 11 * HEURE, avant=VIEUX + 21 * HEURE)
            assert references(bornes, maximum) == [r for r in ordre if r in ("R-2", "R-3")]
            assert magasin.nombre_archives(bornes) == 2
    assert magasin.nombre_archives(FiltreArchives("production", "OPB")) == 2
    une, dossier = magasin.archive(deposees[0].numero) or (None, None)
    assert une is not None
    assert dossier is not None
    assert (une.reference, une.archivee_le, une.exportee_le, une.purgee_le) == ("R-0", INSTANT, None, None)
    assert dossier.signalisation == magasin.retrouver(deposees[0].numero)
    (document,) = [d for a, d in magasin.archives(TOUT, None, 9, documents=True).archives if a.reference == "R-0"]
    assert lire(document) == dossier
    assert magasin.archive("7K3M9QX2TBX") is None


@pytest.mark.exigence("R3.3", "R3.5")
def test_purger_ote_ce_qui_parle_de_personnes_et_garde_les_promesses(magasin: Magasin) -> None:
    une = vie(magasin, "A-1", (INTERNE, REJET))
    autre = vie(magasin, "A-2")
    recente = vie(magasin, "A-3", depot_le=AVANT - 2 * HEURE)
    while archiver(magasin):
        pass
    avant = vue(magasin, (une, autre, recente))
    fin = AVANT - HEURE
    assert magasin.a_purger(fin) == APurger(2, 2)
    assert magasin.purger(fin, 9, INSTANT) == 0
    assert [magasin.marquer_exportees([une.numero, "inconnu"], INSTANT) for _ in range(2)] == [1, 0]
    assert magasin.a_purger(fin) == APurger(2, 1)
    assert magasin.purger(fin, 9, INSTANT) == 1
    assert magasin.purger(fin, 9, INSTANT, sans_export=True) == 1
    assert magasin.purger(fin, 9, INSTANT, sans_export=True) == 0
    assert magasin.a_purger(AVANT) == APurger(1, 1)
    apres = vue(magasin, (une, autre, recente))
    assert apres[recente.numero] == avant[recente.numero]
    for depose in (une, autre):
        (lue, *reste), (lue_avant, *reste_avant) = apres[depose.numero], avant[depose.numero]
        assert reste == reste_avant  # places of the events, the retried deposit, its first answer
        assert (lue.contact.nom, lue.contact.telephone, lue.contact.courriel) == ("", "", None)
        assert lue.formulaire == b'<accesFtth xmlns="urn:esav:catalogue:2026.1:ACCES_FTTH"/>'
        assert {(e.auteur, e.commentaire) for e in lue.evenements} == {("", "")}
        sans = [replace(e, auteur="", commentaire="") for e in lue_avant.evenements]
        assert (list(lue.evenements), lue.etat, lue.depot_le, lue.modifiee_le) == (
            sans,
            lue_avant.etat,
            lue_avant.depot_le,
            lue_avant.modifiee_le,
        )
    textes = repr([magasin.archive(d.numero) for d in (une, autre)])
    assert "Zoé" not in textes
    assert "tech-7" not in textes


@pytest.mark.exigence("R3.5")
def test_la_prestation_est_celle_du_parc_puis_celle_d_alors(magasin: Magasin) -> None:
    magasin.importer([PRESTATION])
    une = vie(magasin, "A-1")
    assert archiver(magasin) == 1
    changee = replace(PRESTATION, extremite_b="PM-75-999")
    magasin.importer([changee])
    lue = magasin.retrouver(une.numero)
    assert lue is not None
    assert lue.prestation == changee
    with magasin._moteur.ecriture() as connexion:
        connexion.exec_driver_sql("DELETE FROM prestation")
    lue = magasin.retrouver(une.numero)
    assert lue is not None
    assert lue.prestation == PRESTATION
