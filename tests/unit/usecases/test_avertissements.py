"""The warning about a certificate that ends: said in time, worked out once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from esav_soap.certificats import CertificatEnregistre, Origine, Role, echeances
from esav_soap.usecases import avertissements as module
from esav_soap.usecases.avertissements import AvertissementsCertificats

INSTANT = datetime(2026, 7, 1, 10, tzinfo=UTC)


def certificat(empreinte: str, fin: datetime, titulaire: str = "OPA") -> CertificatEnregistre:
    return CertificatEnregistre(
        empreinte=empreinte * 32,
        titulaire=titulaire,
        role=Role.OPERATEUR,
        origine=Origine.FOURNISSEUR,
        sujet=f"CN={titulaire}",
        emetteur="CN=AC",
        numero_serie="0a",
        autorite="ff" * 32,
        debut=INSTANT - timedelta(days=300),
        fin=fin,
        recu_le=INSTANT - timedelta(days=310),
        enregistre_le=INSTANT - timedelta(days=300),
        der=empreinte.encode(),
    )


FINIT = certificat("aa", INSTANT + timedelta(days=20))
DURE = certificat("bb", INSTANT + timedelta(days=300))


@pytest.mark.exigence("R6.2")
def test_un_certificat_qui_finit_se_dit__ok() -> None:
    avertir = AvertissementsCertificats(lambda: (FINIT, DURE))
    autre = replace(DURE, titulaire="OPB")
    seul = AvertissementsCertificats(lambda: (FINIT, autre))
    assert avertir.pour(None, INSTANT) == ()
    assert seul.pour(autre, INSTANT) == ()
    assert avertir.pour(FINIT, INSTANT) == (), "another one of the same opérateur takes over"
    (dit,) = seul.pour(FINIT, INSTANT)
    assert dit.code == "CERTIFICAT_BIENTOT_EXPIRE"
    assert "21/07/2026" in dit.message


@pytest.mark.exigence("R6.2")
def test_il_n_est_calcule_qu_une_fois_par_jour__ok(monkeypatch: pytest.MonkeyPatch) -> None:
    calculs = []
    vrai = echeances.avertissement

    def compter(c: CertificatEnregistre, tous: Collection[CertificatEnregistre], instant: datetime) -> str | None:
        calculs.append(c.empreinte)
        return vrai(c, tous, instant)

    monkeypatch.setattr(module, "avertissement", compter)
    connus: list[CertificatEnregistre] = [FINIT]
    avertir = AvertissementsCertificats(lambda: tuple(connus))  # read anew at each refresh, and mostly the same
    for _ in range(50):
        assert len(avertir.pour(FINIT, INSTANT)) == 1
        assert avertir.pour(DURE, INSTANT) == ()
    assert calculs == [FINIT.empreinte, DURE.empreinte]
    assert len(avertir.pour(FINIT, INSTANT + timedelta(days=1))) == 1
    assert calculs[2:] == [FINIT.empreinte], "a new day"
    connus.append(DURE)
    assert avertir.pour(FINIT, INSTANT + timedelta(days=1)) == (), "its successor is recorded"
