"""Lists, the history, late entries and the notice of a closure, on every engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from esav_soap.avis import Envoi, EtatEnvoi, GenreAvis
from esav_soap.signalisation import Action, Cote, Etat, Evenement, NouvelleSignalisation, Visibilite
from esav_soap.signalisation.transitions import deposer as premier
from esav_soap.store import Magasin, listes, ouvrir
from esav_soap.usecases.ports.depots import NumeroDejaPris
from esav_soap.usecases.ports.evenements import Evenements
from esav_soap.usecases.ports.suivi import Filtre, Listes, PageSignalisations, Place, Resume, Saisies
from tests.integration.exemples import DEPOT_LE, PRESTATION, nouvelle

HEURE = timedelta(hours=1)
SAV = Cote.FOURNISSEUR
PRODUCTION = Filtre("production")
DE_A = Filtre("production", "OPA")
CLOTURE = Evenement(DEPOT_LE + HEURE, Etat.CLOS, SAV, action=Action.CLORE)


def poser(magasin: Magasin, nombre: int, **autres: Any) -> list[NouvelleSignalisation]:
    """Deposits an hour apart, the oldest first."""
    deposees = [
        nouvelle(f"{autres.get('operateur', 'OPA')}-{n}", **{"depot_le": DEPOT_LE + n * HEURE, **autres})
        for n in range(nombre)
    ]
    for depose in deposees:
        magasin.deposer(depose)
    return deposees


def mener(magasin: Magasin, depose: NouvelleSignalisation, *evenements: Evenement) -> None:
    """Append these to the events that it has."""
    for un in evenements:
        lue = magasin.retrouver(depose.numero)
        assert lue is not None
        assert magasin.changer(depose.plateforme, depose.operateur, depose.numero, len(lue.evenements), un)


def vers(etat: Etat, apres: timedelta = HEURE) -> Evenement:
    return replace(CLOTURE, etat=etat, date=DEPOT_LE + apres, action=None)


def toutes(lire: Callable[[Place | None], PageSignalisations]) -> list[str]:
    """References of all pages."""
    vues: list[str] = []
    apres: Place | None = None
    for _ in range(100):
        page = lire(apres)
        vues += [r.reference for r in page.signalisations]
        if page.suite is None:
            return vues
        apres = page.suite
    raise AssertionError("the pages have no end")


@pytest.mark.exigence("R3.5", "R3.6")
def test_le_sav_retrouve_par_le_seul_numero(magasin: Magasin) -> None:
    port: Listes = magasin
    magasin.importer([PRESTATION])
    depose, ailleurs = nouvelle("R-1"), nouvelle("R-1", operateur="OPB", plateforme="integration")
    magasin.deposer(depose)
    magasin.deposer(ailleurs)
    mener(magasin, depose, replace(CLOTURE, visibilite=Visibilite.INTERNE))
    assert port.retrouver(depose.numero) == magasin.par_numero("production", "OPA", depose.numero)
    lue = port.retrouver(ailleurs.numero)
    assert lue is not None
    assert (lue.plateforme, lue.operateur, lue.saisie_le) == ("integration", "OPB", None)
    assert port.retrouver("7K3M9QX2TBX") is None


@pytest.mark.exigence("R3.5", "R3.7")
def test_une_liste_page_par_page_dans_les_deux_sens(magasin: Magasin) -> None:
    a, b = poser(magasin, 5), poser(magasin, 2, operateur="OPB")
    poser(magasin, 1, plateforme="integration")
    memes = [nouvelle(f"M-{n}", depot_le=DEPOT_LE) for n in range(3)]  # the same instant: the number decides
    for un in memes:
        magasin.deposer(un)
    ordre = [n.reference for n in sorted((*a, *memes), key=lambda n: (n.depot_le, n.numero))]
    for maximum in (1, 2, 3, 100):
        assert toutes(lambda apres, m=maximum: magasin.lister(DE_A, apres, m)) == ordre[::-1]  # type: ignore[misc]
        montant = toutes(lambda apres, m=maximum: magasin.lister(DE_A, apres, m, anciennes_d_abord=True))  # type: ignore[misc]
        assert montant == ordre
    assert len(toutes(lambda apres: magasin.lister(PRODUCTION, apres, 3))) == len(a) + len(b) + len(memes)
    (resume,) = magasin.lister(Filtre("production", "OPB"), None, 9).signalisations[1:]
    attendu = (
        b[0].numero,
        "production",
        "OPB",
        "OPB-0",
        Etat.EN_DEPOT,
        b[0].prestation,
        "ACCES_FTTH",
        DEPOT_LE,
        DEPOT_LE,
    )
    assert resume == Resume(*attendu)
    assert magasin.lister(Filtre("production", "OPC"), None, 9) == PageSignalisations(())
    with pytest.raises(ValueError, match="au moins une"):
        magasin.lister(DE_A, None, 0)
    with pytest.raises(ValueError, match="au moins une"):
        magasin.closes("production", "OPA", DEPOT_LE, None, 0)


@pytest.mark.exigence("R3.5")
def test_les_filtres(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    a = poser(magasin, 6)
    autres = [
        nouvelle("X-1", offre="FIBRE_NOIRE", depot_le=DEPOT_LE + HEURE / 2),
        nouvelle("X-2", prestation="P-2", depot_le=DEPOT_LE + 3 * HEURE / 2),
        nouvelle("X-3", prestation="P-2", operateur="OPB"),
    ]
    for un in autres:
        magasin.deposer(un)
    mener(magasin, a[0], vers(Etat.EN_QUALIFICATION), vers(Etat.GELE))
    mener(magasin, a[1], vers(Etat.EN_QUALIFICATION))
    mener(magasin, autres[1], vers(Etat.GELE))

    def vues(maximum: int = 2, **filtre: Any) -> list[str]:
        return toutes(lambda apres: magasin.lister(replace(DE_A, **filtre), apres, maximum))

    for examen in (listes.EXAMEN, 1, 2, 3):  # however few rows a page looks at
        monkeypatch.setattr(listes, "EXAMEN", examen)
        assert vues(offre="FIBRE_NOIRE") == ["X-1"]
        assert vues(prestation="P-2") == ["X-2"]
        assert vues(prestation="P-2", etats=frozenset({Etat.EN_DEPOT})) == []
        assert vues(prestation="P-2", etats=frozenset({Etat.GELE})) == ["X-2"]
        assert vues(offre="ACCES_FTTH", etats=frozenset({Etat.GELE, Etat.EN_QUALIFICATION})) == [
            "X-2",
            "OPA-1",
            "OPA-0",
        ]
    assert vues(etats=frozenset({Etat.GELE})) == ["X-2", "OPA-0"]
    assert vues(etats=frozenset({Etat.CLOS})) == []
    assert vues(depuis=DEPOT_LE + 4 * HEURE) == ["OPA-5", "OPA-4"]
    assert vues(avant=DEPOT_LE + HEURE) == ["X-1", "OPA-0"]
    assert vues(depuis=DEPOT_LE + HEURE, avant=DEPOT_LE + 2 * HEURE) == ["X-2", "OPA-1"]
    with pytest.raises(ValueError, match="opérateur"):
        Filtre("production", prestation="P-2")


@pytest.mark.exigence("R3.5")
def test_une_liste_reste_juste_pendant_que_tout_change(magasin: Magasin) -> None:
    """States change, deposits come, one is entered late: what was there is seen once, in its place."""
    a = poser(magasin, 6)
    debut = magasin.lister(DE_A, None, 2)
    assert [r.reference for r in debut.signalisations] == ["OPA-5", "OPA-4"]
    mener(magasin, a[5], vers(Etat.EN_QUALIFICATION, 9 * HEURE))
    mener(magasin, a[3], vers(Etat.EN_QUALIFICATION, 9 * HEURE), vers(Etat.CLOS, 9 * HEURE))
    mener(magasin, a[4], vers(Etat.EN_REJET, 9 * HEURE))
    magasin.deposer(nouvelle("N-1", depot_le=DEPOT_LE + 8 * HEURE))
    tard = nouvelle("T-1", depot_le=DEPOT_LE + HEURE / 2)
    magasin.saisir(tard, premier(tard.depot_le, SAV), DEPOT_LE + 9 * HEURE)
    reste = toutes(lambda apres: magasin.lister(DE_A, apres or debut.suite, 2))
    assert reste == ["OPA-3", "OPA-2", "OPA-1", "T-1", "OPA-0"]


# The history


@pytest.mark.exigence("R3.4", "R3.5")
def test_depuis_quand_une_signalisation_est_close(magasin: Magasin) -> None:
    (un,) = poser(magasin, 1)

    def clos_le() -> Any:
        (resume,) = magasin.lister(DE_A, None, 9).signalisations
        return resume.clos_le and (resume.clos_le - DEPOT_LE) / HEURE

    etapes = [
        (Etat.EN_COURS, None),
        (Etat.CLOS, 2),
        (Etat.CLOS, 2),
        (Etat.VALIDE, 2),
        (Etat.EN_COURS, None),
        (Etat.CLOS, 6),
        (Etat.VALIDE, 6),
        (Etat.CLOS_TABLEAU_DE_BORD, 6),
    ]
    for heures, (etat, attendu) in enumerate(etapes, 1):
        mener(magasin, un, vers(etat, heures * HEURE))
        assert clos_le() == attendu
    deux = nouvelle("S-1", operateur="OPB")  # and when several are appended at once, as the scenarios do
    magasin.deposer(deux)
    suite = [vers(e, n * HEURE) for n, (e, _) in enumerate(etapes, 1)]
    assert magasin.ajouter_evenements("production", "OPB", deux.numero, 1, suite) is Etat.CLOS_TABLEAU_DE_BORD
    (resume,) = magasin.closes("production", "OPB", DEPOT_LE, None, 9).signalisations
    assert resume.clos_le == DEPOT_LE + 6 * HEURE


@pytest.mark.exigence("R3.5", "R3.7")
def test_l_historique_par_date_de_cloture(magasin: Magasin) -> None:
    a = poser(magasin, 5)
    (autre,) = poser(magasin, 1, operateur="OPB")
    mener(magasin, autre, vers(Etat.CLOS, 9 * HEURE))
    mener(magasin, a[4], vers(Etat.CLOS, 5 * HEURE))
    mener(magasin, a[2], vers(Etat.EN_REJET, 7 * HEURE))
    mener(magasin, a[0], vers(Etat.CLOS, 8 * HEURE), vers(Etat.VALIDE, 20 * HEURE))
    mener(magasin, a[1], vers(Etat.EN_COURS, 6 * HEURE))

    def depuis(heures: int) -> list[str]:
        return toutes(lambda apres: magasin.closes("production", "OPA", DEPOT_LE + heures * HEURE, apres, 1))

    assert depuis(0) == ["OPA-4", "OPA-2", "OPA-0"]
    assert depuis(7) == ["OPA-2", "OPA-0"]  # the instant itself is in
    assert depuis(9) == []
    page = magasin.closes("production", "OPA", DEPOT_LE, None, 2)
    mener(magasin, a[4], vers(Etat.EN_COURS, 30 * HEURE), vers(Etat.CLOS, 31 * HEURE))
    mener(magasin, a[3], vers(Etat.CLOS, 32 * HEURE))
    assert toutes(lambda apres: magasin.closes("production", "OPA", DEPOT_LE, apres or page.suite, 2)) == [
        "OPA-0",
        "OPA-4",
        "OPA-3",
    ]


# Late entries


@pytest.mark.exigence("R7.4")
def test_une_saisie_a_sa_vraie_date_et_sa_place_dans_la_suite(magasin: Magasin, url: str) -> None:
    port: Saisies = magasin
    poser(magasin, 1)
    tard = nouvelle("T-1", depot_le=DEPOT_LE - 48 * HEURE)
    un = premier(tard.depot_le, SAV, "Anne", "Saisie après coup.")
    depot = port.saisir(tard, un, DEPOT_LE + HEURE)
    assert (depot.numero, depot.etat, depot.depot_le, depot.deja_deposee) == (
        tard.numero, Etat.EN_DEPOT, tard.depot_le, False,
    )  # fmt: skip
    with ouvrir(url, creer=False) as autre:
        lue = autre.retrouver(tard.numero)
    assert lue is not None
    assert (lue.depot_le, lue.saisie_le, lue.modifiee_le) == (tard.depot_le, DEPOT_LE + HEURE, DEPOT_LE + HEURE)
    assert (lue.evenements, lue.evenements[0].rang, lue.formulaire) == ((un,), 2, tard.formulaire)
    assert [s.reference for s in magasin.evenements_depuis("production", "OPA", 1, 9).evenements] == ["T-1"]
    assert port.saisir(replace(tard, numero="N2"), un, DEPOT_LE + 9 * HEURE) == replace(depot, deja_deposee=True)
    with pytest.raises(NumeroDejaPris):
        port.saisir(replace(tard, reference="T-2"), un, DEPOT_LE)
    assert magasin.evenements_depuis("production", "OPA", 0, 9).dernier == 2
    magasin.changer("production", "OPA", tard.numero, 1, vers(Etat.EN_COURS, -HEURE))
    relue = magasin.retrouver(tard.numero)
    assert relue is not None
    assert (relue.modifiee_le, relue.etat) == (DEPOT_LE + HEURE, Etat.EN_COURS)


# Notices


@pytest.mark.exigence("R3.4")
def test_l_avis_part_avec_le_changement_ou_pas_du_tout(magasin: Magasin) -> None:
    port: Evenements = magasin
    (un,) = poser(magasin, 1)
    avis = Envoi(GenreAvis.AVIS_CLOTURE, f"{un.numero}:2", "OPA")
    cle = (un.plateforme, un.operateur, un.numero)
    assert not port.changer(*cle, 7, CLOTURE, [avis])
    with pytest.raises(Exception, match="fuseau"):
        port.changer(*cle, 1, replace(CLOTURE, retabli_le=DEPOT_LE.replace(tzinfo=None)), [avis])
    assert magasin.suivis(None, 9) == ()
    assert port.changer(*cle, 1, CLOTURE, [avis])
    (suivi,) = magasin.suivis(EtatEnvoi.EN_ATTENTE, 9)
    assert (suivi.envoi, suivi.cree_le, suivi.prochain) == (avis, CLOTURE.date, CLOTURE.date)


# What the pages cost


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize("croissant", [False, True])
def test_chaque_page_se_lit_par_son_index(tmp_path: Any, croissant: bool) -> None:
    """SQLite without statistics, as every store is: each part of the list is a search from the place on, in the order of its
    index, and nothing is sorted."""
    chemin = tmp_path / "esav.db"
    with ouvrir(f"sqlite:///{chemin}") as magasin:
        place, sens = Place(DEPOT_LE, "7K3M9QX2TBX"), ">" if croissant else "<"
        depuis, avant = (DEPOT_LE - HEURE, None) if croissant else (None, DEPOT_LE + HEURE)
        for filtre, index in (
            (DE_A, "liste_operateur"),
            (PRODUCTION, "liste_sav"),
            (replace(DE_A, prestation="P"), "liste_prestation"),
        ):
            bornee = replace(filtre, depuis=depuis, avant=avant)
            for apres, debut in ((place, f"(depot_le,numero){sens}(?,?))"), (None, f"depot_le{sens}?)")):
                plan = _plan(chemin, *listes._places(bornee, apres, 10, sqlite=True, croissant=croissant))
                cherches = [pas for pas in plan if "signalisation" in pas]
                assert len(cherches) == (1 if filtre.prestation else len(Etat))
                assert all(f" INDEX ix_signalisation_{index} (" in pas and pas.endswith(debut) for pas in cherches)
                assert filtre.prestation or all(" USING COVERING INDEX " in pas for pas in cherches)
                assert not [pas for pas in plan if "TEMP B-TREE" in pas or "SCAN signalisation" in pas]
        for apres, debut in ((place, "(clos_le,numero)>(?,?))"), (None, "clos_le>?)")):
            choix = listes._closes("production", "OPA", DEPOT_LE, apres, 10)
            sql = str(choix.compile(magasin._moteur.lecteurs, compile_kwargs={"literal_binds": True}))
            (pas,) = _plan(chemin, sql, ())
            assert " INDEX ix_signalisation_plateforme_operateur_clos_le_numero (" in pas
            assert pas.endswith(debut)


def _plan(chemin: Any, ordre: str, valeurs: Any) -> list[str]:
    connexion = sqlite3.connect(chemin)
    try:
        return [ligne[3] for ligne in connexion.execute(f"EXPLAIN QUERY PLAN {ordre}", valeurs)]
    finally:
        connexion.close()
