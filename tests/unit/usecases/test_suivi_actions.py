"""What an opérateur does and reads after its deposit: its own alone, and nothing internal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from esav_soap.certificats import Role
from esav_soap.errors import CodeErreur, FormulaireInvalide
from esav_soap.signalisation import Action, Cote, Etat, Prestation, Visibilite
from esav_soap.signalisation.numero import tirer
from esav_soap.signalisation.scenarios import Scenario, prestation_essai
from esav_soap.signalisation.transitions import Commande
from esav_soap.usecases.actions import PAGE_MAX, ModifieeEntretemps, ecrire_curseur, lire_curseur, visible
from esav_soap.usecases.depot import Appelant, deposer
from esav_soap.usecases.ports.suivi import Filtre, Place
from esav_soap.usecases.suivi import Suivi, debut_historique, trouver
from tests.faux import INSTANT
from tests.unit.usecases.test_depot import verdict
from tests.unit.usecases.test_sav import ANNE, BOB, CHAMPS, OPA, Monde, refus

HEURE = timedelta(hours=1)
OPB = Appelant("production", "OPB")
TOUTES = Filtre("production")


@pytest.fixture
def monde() -> Monde:
    return Monde()


def suivi(monde: Monde) -> Suivi:
    return Suivi(monde.scenarios, monde.base, monde.scenarios.avancer)


def faire(monde: Monde, action: Action, appelant: Appelant = OPA, **champs: Any) -> Any:
    dits = {"commentaire": "Le gardien est là."} if action is not Action.DEMANDER_CLOTURE else {}
    commande = Commande(action, Cote.OPERATEUR, **{**dits, **champs})
    return suivi(monde).agir(appelant, monde.numero, None, commande, monde.present)


def interne(monde: Monde) -> None:
    monde.faire(Action.COMMENTER, BOB, commentaire="SECRET", visibilite=Visibilite.INTERNE)


@pytest.mark.exigence("R3.6")
def test_l_operateur_repond_demande_et_conteste__ok(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER, Action.GELER)
    assert faire(monde, Action.COMPLETER).etat is Etat.EN_QUALIFICATION
    assert faire(monde, Action.DEMANDER_CLOTURE).etat is Etat.EN_QUALIFICATION
    monde.mener(Action.CLORE)
    s = faire(monde, Action.CONTESTER, auteur="Zoé")
    assert (s.etat, s.evenements[-1].cote, s.evenements[-1].auteur) == (Etat.EN_COURS, Cote.OPERATEUR, "Zoé")
    assert s.evenements[3].auteur == "OPA"
    commande = Commande(Action.COMMENTER, Cote.OPERATEUR, commentaire="Par la référence.")
    assert len(suivi(monde).agir(OPA, None, "REF-1", commande, monde.present).evenements) == 8


@pytest.mark.exigence("R3.6", "R3.7")
def test_la_signalisation_d_un_autre_est_inconnue__error(monde: Monde) -> None:
    for action in (Action.COMPLETER, Action.CONTESTER, Action.COMMENTER, Action.DEMANDER_CLOTURE):
        pris = refus(lambda action=action: faire(monde, action, OPB))  # type: ignore[misc]
        assert (pris.code, pris.message) == (
            CodeErreur.SIGNALISATION_INCONNUE,
            CodeErreur.SIGNALISATION_INCONNUE.value,
        )
    assert monde.base.histoires == {}


@pytest.mark.exigence("R3.6")
def test_ce_qui_est_aux_techniciens__error(monde: Monde) -> None:
    permises = {Action.COMPLETER, Action.CONTESTER, Action.COMMENTER, Action.DEMANDER_CLOTURE}
    for action in set(Action) - permises:
        pris = refus(lambda action=action: faire(monde, action))  # type: ignore[misc]
        assert pris.code is CodeErreur.DROIT_INSUFFISANT
    commande = Commande(Action.COMMENTER, Cote.OPERATEUR, commentaire="x")
    for role in (Role.FOURNISSEUR, Role.PUBLIEUR):
        essai = lambda role=role: suivi(monde).agir(OPA, monde.numero, None, commande, INSTANT, role)  # noqa: E731
        assert refus(essai).code is CodeErreur.DROIT_INSUFFISANT
    assert [e.champ for e in refus(lambda: faire(monde, Action.COMMENTER, visibilite=Visibilite.INTERNE)).erreurs] == [
        "visibilite"
    ]
    assert monde.base.histoires == {}


# Internal events


@pytest.mark.exigence("R3.5", "R3.7")
def test_rien_d_interne_ne_parvient_a_l_operateur__ok(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER)
    qualifiee_le = monde.present
    monde.present += HEURE
    interne(monde)
    lues: list[Callable[[], Any]] = [
        lambda: trouver(OPA, monde.numero, None, monde.scenarios),
        lambda: trouver(OPA, None, "REF-1", monde.scenarios),
        lambda: suivi(monde).evenements(OPA, 0, 10),
    ]
    assert all("SECRET" not in repr(lire()) for lire in lues)
    vue = lues[0]()
    assert [e.action for e in vue.evenements] == [Action.DEPOSER, Action.QUALIFIER]
    assert vue.modifiee_le == qualifiee_le
    complete = monde.sav.montrer(ANNE, monde.numero, monde.present).signalisation
    assert (complete.modifiee_le, len(complete.evenements)) == (monde.present, 3)
    rendue = faire(monde, Action.COMMENTER)  # counted with what it cannot see, given without
    assert [e.action for e in rendue.evenements] == [Action.DEPOSER, Action.QUALIFIER, Action.COMMENTER]
    assert rendue.modifiee_le == monde.present


@pytest.mark.exigence("R3.7")
def test_le_refus_non_plus__error(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER, Action.GELER)

    def pendant() -> None:
        interne(monde)
        monde.mener(Action.REPRENDRE)
        interne(monde)

    monde.base.pendant = [pendant]
    pris = refus(lambda: faire(monde, Action.COMPLETER))
    assert isinstance(pris, ModifieeEntretemps)
    assert "SECRET" not in repr(pris.signalisation)
    assert "Bob" not in pris.message
    assert "(reprendre, par FOURNISSEUR)" in pris.message


@pytest.mark.exigence("R3.7", "R7.4")
def test_saisie_apres_coup_puis_mot_interne__ok(monde: Monde) -> None:
    saisie = INSTANT + HEURE
    accuse = monde.sav.saisir(ANNE, OPA, "2026.1", verdict(reference="R-2"), monde.base, INSTANT - 9 * HEURE, saisie)
    monde.numero = accuse.depot.numero
    monde.present = INSTANT + 5 * HEURE
    interne(monde)
    vue = trouver(OPA, monde.numero, None, monde.scenarios)
    assert (vue.modifiee_le, vue.saisie_le, len(vue.evenements)) == (saisie, saisie, 1)
    assert visible(vue) is vue


@pytest.mark.exigence("R3.6")
def test_un_mot_interne_ne_fait_pas_perdre_l_operateur__ok(monde: Monde) -> None:
    monde.mener(Action.GELER)
    monde.base.pendant = [lambda: interne(monde)]
    assert faire(monde, Action.COMPLETER).etat is Etat.EN_DEPOT


# Lists, history, events


def deposees(monde: Monde, *references: str, appelant: Appelant = OPA) -> list[str]:
    prestation = "P-1" if appelant == OPA else "P-B"
    monde.base.ajouter(Prestation("production", "OPB", "P-B", "ACCES_FTTH"))
    return [
        deposer(
            appelant, "2026.1", verdict(prestation=prestation, reference=r), monde.base, INSTANT + (n + 1) * HEURE
        ).depot.numero
        for n, r in enumerate(references)
    ]


@pytest.mark.exigence("R3.5", "R3.7")
def test_la_liste_est_celle_de_l_appelant_quoi_que_dise_le_filtre__ok(monde: Monde) -> None:
    deposees(monde, "R-2", "R-3")
    deposees(monde, "B-1", appelant=OPB)
    port = suivi(monde)
    indiscret = replace(TOUTES, plateforme="integration", operateur="OPB")
    assert [r.reference for r in port.lister(OPA, indiscret, None, 10).signalisations] == ["R-3", "R-2", "REF-1"]
    assert [r.reference for r in port.lister(OPB, indiscret, None, 10).signalisations] == ["B-1"]
    page = port.lister(OPA, TOUTES, None, 2)
    assert [r.reference for r in page.signalisations] == ["R-3", "R-2"]
    suite = port.lister(OPA, TOUTES, lire_curseur(ecrire_curseur(page.suite)), 2)
    assert ([r.reference for r in suite.signalisations], suite.suite) == (["REF-1"], None)


@pytest.mark.exigence("R3.5")
def test_une_page_a_ses_bornes__error(monde: Monde) -> None:
    port = suivi(monde)
    lectures: list[Callable[[int], object]] = [
        lambda n: port.lister(OPA, TOUTES, None, n),
        lambda n: port.historique(OPA, None, n, INSTANT),
        lambda n: port.evenements(OPA, 0, n),
    ]
    for lire in lectures:
        lire(1)
        lire(PAGE_MAX)
        for faux in (0, -1, PAGE_MAX + 1):
            pris = refus(lambda lire=lire, faux=faux: lire(faux))  # type: ignore[misc]
            assert [e.champ for e in pris.erreurs] == ["maximum"]


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    "texte",
    [
        *("x", "/", "2026-07-01/7K3M9QX2TBX", "2026-07-01T10:00:00Z/", "2026-07-01T10:00:00Z/7K3M9QX2TBZ", "é" * 9999),
        *("0001-01-01T00:00:00+14:00/7K3M9QX2TBX", "9999-12-31T23:59:59-14:00/7K3M9QX2TBX"),
    ],
)
def test_un_curseur_invente_est_refuse__error(texte: str) -> None:
    with pytest.raises(FormulaireInvalide) as pris:
        lire_curseur(texte)
    assert [e.champ for e in pris.value.erreurs] == ["curseur"]
    assert len(pris.value.erreurs[0].valeur) <= 200


@pytest.mark.exigence("R3.5")
def test_un_curseur_se_relit__ok() -> None:
    place = Place(datetime(2026, 7, 1, 10, 0, 0, 123456, tzinfo=UTC), tirer(b"\x07" * 7))
    assert lire_curseur(ecrire_curseur(place)) == place
    assert (lire_curseur(None), lire_curseur(""), ecrire_curseur(None)) == (None, None, None)


@pytest.mark.exigence("R3.5")
@pytest.mark.parametrize(
    ("clos", "dernier"),
    [
        # Closed at any time of a Paris day, it stands there until the end of the ninetieth day after it.
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), datetime(2026, 9, 29, 21, 59, 59, tzinfo=UTC)),
        (datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), datetime(2026, 9, 29, 21, 59, 59, tzinfo=UTC)),
        (datetime(2026, 9, 10, 12, 0, tzinfo=UTC), datetime(2026, 12, 9, 22, 59, 59, tzinfo=UTC)),
        (datetime(2027, 1, 10, 22, 59, tzinfo=UTC), datetime(2027, 4, 10, 21, 59, 59, tzinfo=UTC)),
    ],
)
def test_quatre_vingt_dix_jours_calendaires__ok(clos: datetime, dernier: datetime) -> None:
    assert debut_historique(dernier) <= clos < debut_historique(dernier + timedelta(seconds=1))


@pytest.mark.exigence("R3.5", "R3.7")
def test_l_historique_dit_ce_qui_est_clos_et_le_reste__ok(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER, Action.CLORE)
    clos_le = monde.present
    monde.present += HEURE
    monde.mener(Action.VALIDER, Action.COMMENTER)
    (rejetee, _) = deposees(monde, "R-2", "R-3")
    monde.sav.agir(ANNE, rejetee, Commande(Action.REJETER, Cote.FOURNISSEUR, **CHAMPS[Action.REJETER]), monde.present)
    port = suivi(monde)
    page = port.historique(OPA, None, 10, monde.present)
    assert [(r.reference, r.clos_le) for r in page.signalisations] == [("REF-1", clos_le), ("R-2", monde.present)]
    assert port.historique(OPB, None, 10, monde.present).signalisations == ()
    assert port.historique(OPA, None, 10, monde.present + timedelta(days=91)).signalisations == ()
    faire(monde, Action.CONTESTER)
    assert [r.reference for r in port.historique(OPA, None, 10, monde.present).signalisations] == ["R-2"]


@pytest.mark.exigence("R3.5", "R6.3")
def test_en_integration_tout_ce_qui_se_lit_est_a_jour__ok(monde: Monde) -> None:
    essai = Appelant("integration", "OPA")

    def deposer_a_temps(reference: str) -> None:
        monde.present = INSTANT + timedelta(seconds=40)
        demande = verdict(prestation=prestation_essai("ACCES_FTTH", Scenario.CLOTURE), reference=reference)
        deposer(essai, "2026.1", demande, monde.scenarios, INSTANT)
        monde.present = INSTANT + HEURE

    port = suivi(monde)
    deposer_a_temps("R-1")
    assert [r.etat for r in port.lister(essai, TOUTES, None, 9).signalisations] == [Etat.CLOS]
    deposer_a_temps("R-2")
    assert len(port.historique(essai, None, 9, monde.present).signalisations) == 2
    deposer_a_temps("R-3")
    assert len(port.evenements(essai, 0, 99).evenements) == 12
