"""The avis de clôture: what it tells of the closure that was validated, and when it has no object any more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esav_soap.avis import Envoi, GenreAvis, Operateur
from esav_soap.avis.faits import Lieux
from esav_soap.signalisation import Action, Cote
from esav_soap.signalisation.transitions import Commande
from esav_soap.usecases.avis import Redacteur
from esav_soap.usecases.courrier import EchecDefinitif
from esav_soap.usecases.suivi import Suivi
from tests.faux_avis import BaseAvis
from tests.unit.usecases.test_sav import OPA, Monde

LIEUX = Lieux("https://esav.example", "e-sav@fournisseur.example")


@pytest.fixture
def monde() -> Monde:
    monde = Monde()
    monde.mener(Action.QUALIFIER, Action.PRENDRE)
    monde.faire(Action.CLORE, commentaire="Câble <sectionné> réparé.")
    monde.faire(Action.VALIDER)
    return monde


def redacteur(monde: Monde) -> Redacteur:
    base = BaseAvis(monde.base)
    base.declarer_operateur(Operateur("OPA", "Opérateur A", "sav@opa.example"))
    return Redacteur(base, LIEUX)


@pytest.mark.exigence("R3.4", "R3.5")
def test_l_avis_dit_la_cloture_et_comment_la_contester__ok(monde: Monde) -> None:
    (envoi,) = monde.base.envois
    message = redacteur(monde).message(envoi, monde.present)
    assert message.sujet == f"e-SAV : avis de clôture de la signalisation {monde.numero}"
    assert (message.destinataire, message.pieces) == ("sav@opa.example", ())
    for dit in (
        "REF-1",
        "Câble ou fibre coupés",
        "Responsabilité : tiers",
        "Câble <sectionné> réparé.",
        "Garantie de service : GTR_4H_S2, échéance mercredi 1er juillet 2026 à 16",
        "tenue",
        "contester cette clôture, avec un motif, jusqu'au mardi 7 juillet 2026 à 0",
        "article 4.2.2",
    ):
        assert dit in " ".join(message.texte.split()), dit
    assert "<sectionné>" not in message.html
    plus_tard = redacteur(monde).message(envoi, monde.present.replace(month=8))
    assert "Le délai de contestation a pris fin" in plus_tard.texte
    assert plus_tard.identifiant == message.identifiant


@pytest.mark.exigence("R3.4")
def test_contestee_entre_temps_elle_n_a_plus_d_avis__error(monde: Monde) -> None:
    suivi = Suivi(monde.scenarios, monde.base, monde.scenarios.avancer)
    conteste = Commande(Action.CONTESTER, Cote.OPERATEUR, commentaire="Toujours coupé.")
    suivi.agir(OPA, monde.numero, None, conteste, monde.present)
    with pytest.raises(EchecDefinitif, match="contestée"):
        redacteur(monde).message(monde.base.envois[0], monde.present)
    monde.mener(Action.CLORE, Action.VALIDER)
    premier, second = monde.base.envois
    assert premier.cle != second.cle
    with pytest.raises(EchecDefinitif, match="contestée"):
        redacteur(monde).message(premier, monde.present)
    assert "Câble <sectionné>" not in redacteur(monde).message(second, monde.present).texte


@pytest.mark.exigence("R3.4", "R3.7")
def test_celle_d_un_autre_ou_de_personne__error(monde: Monde) -> None:
    (envoi,) = monde.base.envois
    inconnu = Envoi(GenreAvis.AVIS_CLOTURE, "7K3M9QX2TBX:5", "OPA")
    ouverte = replace(envoi, objet=f"{monde.numero}:3")
    for faux in (inconnu, ouverte):
        with pytest.raises(EchecDefinitif):
            redacteur(monde).message(faux, monde.present)
