"""A form judged by itself: the same verdict as inside of a deposit."""

from __future__ import annotations

from random import Random

import pytest
from lxml import etree

from esav_soap.contract.exemples import exemple, requete_depot
from esav_soap.model import structure_offre
from esav_soap.usecases.registre import charger
from tests.faux import pack


@pytest.mark.exigence("R2.1", "R3.2")
@pytest.mark.parametrize("defaut", ["aucun", "champ inconnu", "tout manque"])
def test_meme_verdict_que_dans_un_depot__ok(defaut: str) -> None:
    version = charger(pack("2026.1"))
    for rang, offre in enumerate(version.catalogue.offres):
        element = exemple(structure_offre(version.catalogue, offre), version.catalogue, Random(rang))
        if defaut == "champ inconnu":
            etree.SubElement(element, f"{{{etree.QName(element[0]).namespace}}}inconnu").text = "é"
        elif defaut == "tout manque":
            del element[:]
        seul = version.controle.controler_formulaire(etree.tostring(element, encoding="UTF-8", xml_declaration=False))
        depose = version.controle.controler(requete_depot(element, Random(rang)))
        assert (seul.offre, seul.erreurs, seul.avertissements) == (offre.code, depose.erreurs, depose.avertissements)
        assert seul.valide == (defaut == "aucun")


@pytest.mark.exigence("R2.1")
@pytest.mark.parametrize("octets", [b"", b"<a>", b"</ws:formulaire>", b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'])
def test_ce_qui_n_est_pas_un_element__error(octets: bytes) -> None:
    controle = charger(pack("2026.1")).controle
    if octets:
        with pytest.raises(etree.XMLSyntaxError):
            controle.controler_formulaire(octets)
    else:
        assert [e.code.name for e in controle.controler_formulaire(octets).erreurs] == ["OFFRE_MANQUANTE"]
