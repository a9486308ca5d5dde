"""An opérateur that lost the answer sends the same again: nothing is done twice, and it learns the state (R3.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from esav_soap.errors import CodeErreur
from esav_soap.signalisation import Action, Cote, Etat, Signalisation, Visibilite
from esav_soap.signalisation.transitions import TransitionInterdite
from esav_soap.usecases.actions import DELAI_REPETITION, ModifieeEntretemps
from tests.unit.usecases.test_sav import BOB, OPA, Monde, refus
from tests.unit.usecases.test_suivi_actions import faire, interne, suivi


@pytest.fixture
def monde() -> Monde:
    return Monde()


def completer(monde: Monde, texte: str = "Le gardien est là.") -> Signalisation:
    return suivi(monde).completer(OPA, None, "REF-1", texte, monde.present)


def nombre(monde: Monde) -> int:
    lue = monde.base.retrouver(monde.numero)
    assert lue is not None
    return len(lue.evenements)


@pytest.mark.exigence("R3.6")
def test_completer_repond_au_gel_ou_commente__ok(monde: Monde) -> None:
    assert completer(monde, "Un mot.").evenements[-1].action is Action.COMMENTER
    monde.mener(Action.QUALIFIER, Action.GELER)
    degelee = completer(monde)
    assert (degelee.etat, degelee.evenements[-1].action) == (Etat.EN_QUALIFICATION, Action.COMPLETER)
    assert degelee.evenements[-1].auteur == "OPA"


@pytest.mark.exigence("R3.6")
@pytest.mark.parametrize("entretemps", [None, "interne"])
def test_la_meme_demande_n_est_faite_qu_une_fois__ok(monde: Monde, entretemps: str | None) -> None:
    """Whether the SAV wrote something internal in between does not show in what a repeat is answered."""
    monde.mener(Action.QUALIFIER, Action.GELER)
    essais: list[tuple[Action, Any]] = [
        (Action.COMPLETER, lambda: completer(monde, " Le gardien est là. ")),
        (Action.DEMANDER_CLOTURE, lambda: faire(monde, Action.DEMANDER_CLOTURE)),
        (Action.COMMENTER, lambda: completer(monde)),
    ]
    for action, essai in essais:
        premier = essai()
        assert premier.evenements[-1].action is action
        if entretemps:
            interne(monde)
        compte, monde.present = nombre(monde), monde.present + timedelta(minutes=5)
        assert essai() == premier
        assert nombre(monde) == compte
    monde.mener(Action.CLORE)
    conteste = faire(monde, Action.CONTESTER)
    monde.present += 100 * DELAI_REPETITION
    assert faire(monde, Action.CONTESTER) == conteste


@pytest.mark.exigence("R3.6")
def test_une_autre_demande_est_faite__ok(monde: Monde) -> None:
    completer(monde, "Toujours rien.")
    completer(monde, "Toujours rien ?")
    completer(monde, "Toujours rien.")
    assert nombre(monde) == 4, "another text, or the same after another one"
    monde.present += DELAI_REPETITION
    completer(monde, "Toujours rien.")
    assert nombre(monde) == 5, "the same, later: a reminder"
    monde.mener(Action.QUALIFIER)
    completer(monde, "Toujours rien.")
    assert nombre(monde) == 7, "the SAV has acted since"


@pytest.mark.exigence("R3.6")
def test_un_commentaire_n_est_pas_la_reponse_au_gel_qui_suit__ok(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER, Action.GELER)
    faire(monde, Action.COMMENTER)
    assert completer(monde).etat is Etat.EN_QUALIFICATION
    monde.mener(Action.GELER)
    assert completer(monde).etat is Etat.EN_QUALIFICATION


@pytest.mark.exigence("R3.6")
def test_contester_encore_apres_une_nouvelle_cloture__ok(monde: Monde) -> None:
    monde.mener(Action.QUALIFIER, Action.CLORE)
    faire(monde, Action.CONTESTER)
    monde.mener(Action.CLORE)
    assert faire(monde, Action.CONTESTER).etat is Etat.EN_COURS
    monde.mener(Action.COMMENTER)
    assert isinstance(refus(lambda: faire(monde, Action.CONTESTER)), TransitionInterdite)


@pytest.mark.exigence("R3.6")
def test_un_technicien_ne_repete_pas__ok(monde: Monde) -> None:
    """Two people act in the name of one system: what both say is said twice, and both are not told that they took it."""
    monde.mener(Action.QUALIFIER)
    for _ in range(2):
        monde.faire(Action.COMMENTER, visibilite=Visibilite.INTERNE)
    assert nombre(monde) == 4
    monde.mener(Action.PRENDRE)
    assert isinstance(refus(lambda: monde.faire(Action.PRENDRE)), TransitionInterdite)


@pytest.mark.exigence("R3.6")
@pytest.mark.parametrize("gelee", [True, False])
def test_gelee_ou_degelee_entretemps__error(monde: Monde, gelee: bool) -> None:
    """What was read decides what is done; when it is not so any more, nothing is done, and the opérateur is told."""
    if gelee:
        monde.mener(Action.GELER)
    action = Action.REPRENDRE if gelee else Action.GELER
    monde.base.pendant = [lambda: monde.faire(action, BOB)]
    with pytest.raises(ModifieeEntretemps) as pris:
        completer(monde)
    assert (pris.value.code, pris.value.signalisation.etat) == (
        CodeErreur.MODIFIEE_ENTRETEMPS,
        Etat.EN_DEPOT if gelee else Etat.GELE,
    )
    assert all(e.cote is not Cote.OPERATEUR for e in pris.value.signalisation.evenements[1:])
    assert "Bob" not in pris.value.message


@pytest.mark.exigence("R3.6")
@pytest.mark.parametrize("gelee", [True, False])
def test_renvoyee_pendant_que_la_premiere_est_en_route__ok(monde: Monde, gelee: bool) -> None:
    """Both have read the same; the second finds the first one written when it comes to write."""
    if gelee:
        monde.mener(Action.GELER)
    compte = nombre(monde)
    monde.base.pendant = [lambda: completer(monde)]
    assert completer(monde).etat is Etat.EN_DEPOT
    assert nombre(monde) == compte + 1
