"""What is checked before anything listens."""

from __future__ import annotations

import pytest

from esav_soap.bootstrap.reglages import Reglages
from esav_soap.bootstrap.serveur import public, verifier_url_publique
from esav_soap.errors import ReglageInvalide
from tests.e2e.soap import Reponse
from tests.fuites import fuites
from tests.journaux import requetes


@pytest.mark.exigence("R6.1")
@pytest.mark.parametrize("adresse", ["0.0.0.0:80", "[::]:80"])
def test_toutes_les_adresses_sans_url_publique__error(adresse: str) -> None:
    with pytest.raises(ReglageInvalide, match="ESAV_URL_PUBLIQUE"):
        verifier_url_publique(Reglages(adresse=adresse))


@pytest.mark.exigence("R6.1")
def test_une_adresse_ou_une_url_publique_suffit__ok() -> None:
    for reglages in (Reglages(), Reglages(adresse="0.0.0.0:80", url_publique="https://esav.example")):
        verifier_url_publique(reglages)


@pytest.mark.exigence("R6.1", "R9")
def test_ce_que_l_adresse_en_clair_refuse_a_son_identifiant__error(caplog: pytest.LogCaptureFixture) -> None:
    class Prise:
        publique = True

    recu: list[tuple[str, list[tuple[str, str]]]] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/production/ws/1/suivi", "gunicorn.socket": Prise()}
    with caplog.at_level("INFO"):
        corps = public(lambda *_: pytest.fail("served"))(environ, lambda *tete: recu.append(tete))
    ((statut, entetes),) = recu
    reponse = Reponse(int(statut[:3]), dict(entetes), b"".join(corps))
    assert (reponse.statut, fuites(reponse)) == (403, [])
    (ligne,) = requetes(caplog.records)
    assert ligne["requete"] == reponse.entetes["X-Request-Id"]
    assert (ligne["statut"], ligne["chemin"], ligne["verdict"]) == (403, "/production/ws/1/suivi", "EN_CLAIR")
