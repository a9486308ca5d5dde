"""The contract's rules for announcements and withdrawals: each is applied, named, and told with the earliest legal date."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from esav_soap.calendar import PARIS, en_francais
from esav_soap.publication import (
    REGLES,
    SERVICES_WEB,
    Decision,
    VersionPubliee,
    changement_au_plus_tot,
    decider,
    decider_changement,
    decider_retrait,
    rang_version,
    regles,
)
from tests.faux import RACINE


def paris(texte: str) -> datetime:
    """« 2026-07-01 10:00 » on Paris clocks, in UTC."""
    return datetime.fromisoformat(texte).replace(tzinfo=PARIS).astimezone(UTC)


MINUTE = timedelta(minutes=1)
INSTANT = paris("2026-07-01 10:00")
UNE = VersionPubliee("2026.1", paris("2026-01-01 00:00"), paris("2026-03-01 00:00"))
#: Open for some days, and the one before not ended yet.
AVANT = replace(UNE, retrait=paris("2026-07-20 00:00"), remplacante="2026.2")
DEUX = VersionPubliee("2026.2", paris("2026-04-01 00:00"), paris("2026-06-20 00:00"))


def codes(decision: Decision) -> list[str]:
    return [m.regle for m in decision.manquements]


def annoncer(
    version: str,
    ouverture: datetime | None,
    *connues: VersionPubliee,
    instant: datetime = INSTANT,
    offres: bool = False,
) -> Decision:
    return decider(version, ouverture, instant, connues, nouvelles_offres=offres)


@pytest.mark.exigence("R2.2", "R2.3")
def test_la_precedente_vit_un_mois_encore__ok() -> None:
    ouverture = paris("2026-09-15 08:00")
    decision = annoncer("2026.2", ouverture, UNE)
    assert decision == Decision(
        VersionPubliee("2026.2", INSTANT, ouverture),
        replace(UNE, retrait=paris("2026-10-15 08:00"), remplacante="2026.2"),
        (),
        paris("2026-09-01 10:00"),
    )


@pytest.mark.exigence("R2.2", "R2.3")
@pytest.mark.parametrize(
    ("annonce", "ouverture", "retrait"),
    [
        ("2026-12-31T10:00:00+01:00", "2027-02-28T10:00:00+01:00", "2027-03-28T10:00:00+02:00"),
        ("2027-12-31T10:00:00+01:00", "2028-02-29T10:00:00+01:00", "2028-03-29T10:00:00+02:00"),
        ("2026-11-30T23:59:00+01:00", "2027-01-30T23:59:00+01:00", "2027-02-28T23:59:00+01:00"),
        ("2026-11-30T23:59:00.000001+01:00", "2027-01-31T00:00:00+01:00", "2027-02-28T00:00:00+01:00"),
        # 02:30 does not exist on 28 March 2027.
        ("2027-01-28T02:30:00+01:00", "2027-03-28T03:30:00+02:00", "2027-04-28T03:30:00+02:00"),
        ("2026-12-28T02:30:00+01:00", "2027-02-28T02:30:00+01:00", "2027-03-28T03:30:00+02:00"),
        # 02:30 exists twice on 31 October 2027: the first.
        ("2027-08-31T02:30:00+02:00", "2027-10-31T02:30:00+02:00", "2027-11-30T02:30:00+01:00"),
        ("2027-07-31T02:30:00+02:00", "2027-09-30T02:30:00+02:00", "2027-10-30T02:30:00+02:00"),
        # Just before three, summer time, that night: the next whole minute is the second two o'clock.
        ("2027-08-31T02:59:30+02:00", "2027-10-31T02:00:00+01:00", "2027-11-30T02:00:00+01:00"),
    ],
)
def test_sans_date_la_premiere_permise__ok(annonce: str, ouverture: str, retrait: str) -> None:
    """Months of the Paris calendar, at a whole minute: what people read is what is accepted."""
    instant = datetime.fromisoformat(annonce)
    decision = annoncer("2028.1", None, UNE, instant=instant)
    assert decision.manquements == ()
    assert decision.nouvelle.ouverture == decision.au_plus_tot == datetime.fromisoformat(ouverture)
    assert decision.precedente is not None
    assert decision.precedente.retrait == datetime.fromisoformat(retrait)
    assert annoncer("2028.1", decision.au_plus_tot, UNE, instant=instant).manquements == ()
    assert codes(annoncer("2028.1", decision.au_plus_tot - MINUTE, UNE, instant=instant)) == ["PREAVIS_CATALOGUE"]


@pytest.mark.exigence("R2.2")
def test_un_preavis_trop_court__error() -> None:
    decision = annoncer("2026.2", paris("2026-09-01 09:59"), UNE)
    (manquement,) = decision.manquements
    assert (manquement.regle, manquement.au_plus_tot) == ("PREAVIS_CATALOGUE", paris("2026-09-01 10:00"))
    assert "article 12.1" in manquement.message
    assert "01/09/2026 à 09:59" in manquement.message, "what was asked"
    assert "au plus tôt le 01/09/2026 à 10:00, heure de Paris" in manquement.message


@pytest.mark.exigence("R2.7")
def test_une_nouvelle_offre_s_annonce_un_mois_avant__error() -> None:
    tot = paris("2026-07-31 10:00")
    assert codes(annoncer("2026.2", tot, UNE, offres=True)) == ["PREAVIS_CATALOGUE", "PREAVIS_NOUVELLE_OFFRE"]
    assert codes(annoncer("2026.2", tot, UNE)) == ["PREAVIS_CATALOGUE"]
    assert codes(annoncer("2026.2", paris("2026-08-01 10:00"), UNE, offres=True)) == ["PREAVIS_CATALOGUE"]
    offre = annoncer("2026.2", tot, UNE, offres=True).manquements[1]
    assert "annexe 1" in offre.message
    assert "01/09/2026 à 10:00" in offre.message, "the date that all rules allow"


@pytest.mark.exigence("R2.3")
def test_une_troisieme_version_attend_la_fin_de_l_une__error() -> None:
    """One is announced, not open yet, and replaces the one in force: a third waits for that one's end."""
    suivante = annoncer("2026.2", paris("2026-09-15 08:00"), UNE)
    assert suivante.precedente is not None
    connues = (suivante.precedente, suivante.nouvelle)
    for tot in ("2026-09-15 08:01", "2026-10-15 07:59"):
        (manquement,) = annoncer("2026.3", paris(tot), *connues).manquements
        assert (manquement.regle, manquement.au_plus_tot) == ("DEUX_VERSIONS", paris("2026-10-15 08:00"))
        assert "2026.1 et 2026.2" in manquement.message
        assert "15/10/2026 à 08:00" in manquement.message
    legale = annoncer("2026.3", None, *connues)
    assert (legale.manquements, legale.nouvelle.ouverture) == ((), paris("2026-10-15 08:00"))
    assert legale.precedente == replace(suivante.nouvelle, retrait=paris("2026-11-15 08:00"), remplacante="2026.3"), (
        "the announced one is the version before"
    )


@pytest.mark.exigence("R2.3")
def test_la_minute_d_une_fin_lui_appartient__error() -> None:
    fin = paris("2026-10-15 08:00") + timedelta(seconds=30)
    finissante = replace(AVANT, retrait=fin)
    decision = annoncer("2026.3", fin + timedelta(seconds=15), finissante, DEUX)
    assert (codes(decision), decision.au_plus_tot) == (["DEUX_VERSIONS"], paris("2026-10-15 08:01"))
    assert annoncer("2026.3", paris("2026-10-15 08:01"), finissante, DEUX).manquements == ()


@pytest.mark.exigence("R2.3")
@pytest.mark.parametrize("ouverture", ["2026-09-10 08:00", "2026-09-15 08:00"])
def test_pas_avant_une_version_deja_annoncee__error(ouverture: str) -> None:
    suivante = annoncer("2026.2", paris("2026-09-15 08:00"), UNE)
    assert suivante.precedente is not None
    decision = annoncer("2026.3", paris(ouverture), suivante.precedente, suivante.nouvelle)
    assert codes(decision)[0] == "ORDRE_DES_OUVERTURES"
    assert {m.au_plus_tot for m in decision.manquements} == {paris("2026-10-15 08:00")}
    seule = annoncer("2026.3", paris("2026-09-15 08:00"), suivante.nouvelle)
    assert (codes(seule), seule.au_plus_tot) == (["ORDRE_DES_OUVERTURES"], paris("2026-09-15 08:01"))


@pytest.mark.exigence("R2.3")
def test_un_registre_vide__ok() -> None:
    decision = annoncer("2026.1", None)
    assert (decision.precedente, decision.manquements) == (None, ())
    assert decision.au_plus_tot == paris("2026-09-01 10:00"), "the notice holds for the first one as well"


@pytest.mark.exigence("R2.3")
def test_une_annonce_retiree_ne_compte_pas_mais_garde_son_numero__error() -> None:
    annulee = replace(DEUX, version="2026.3", ouverture=paris("2026-09-30 00:00"), annulation=INSTANT)
    assert codes(annoncer("2026.3", None, UNE, annulee)) == ["NUMERO_DEJA_UTILISE"]
    autre = annoncer("2026.4", paris("2026-09-02 00:00"), UNE, annulee)
    assert (autre.manquements, autre.precedente and autre.precedente.version) == ((), "2026.1")
    assert annoncer("2026.2", None, UNE, annulee).manquements == (), "a number withdrawn by mistake blocks none below"


@pytest.mark.exigence("R1.4", "R2.1")
@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("2026.10", "NUMERO_DEJA_UTILISE"),
        ("2026.9", "NUMERO_NON_CROISSANT"),
        ("2025.11", "NUMERO_NON_CROISSANT"),
        ("2026.11", None),
        ("2027.1", None),
    ],
)
def test_les_numeros_se_suivent_par_annee_puis_par_rang__error(version: str, code: str | None) -> None:
    decision = annoncer(version, None, replace(UNE, version="2026.10"))
    assert codes(decision) == ([code] if code else [])
    for manquement in decision.manquements:
        assert manquement.au_plus_tot is None, "no date helps"
        assert "annexe 2" in manquement.message
        assert "01/09/2026 à 10:00" in manquement.message, "yet the date for another number is told"


@pytest.mark.exigence("R1.4", "R2.3")
def test_une_version_ne_se_remplace_pas_elle_meme__error() -> None:
    decision = annoncer("2026.2", None, AVANT, DEUX)
    assert codes(decision) == ["NUMERO_DEJA_UTILISE"]
    assert decision.precedente is not None
    assert decision.precedente.version == "2026.1"


@pytest.mark.exigence("R2.1", "R2.2")
def test_toutes_les_regles_enfreintes_a_la_fois__error() -> None:
    decision = annoncer("2025.1", paris("2026-07-10 00:00"), AVANT, DEUX, offres=True)
    assert codes(decision) == [
        "NUMERO_NON_CROISSANT",
        "PREAVIS_CATALOGUE",
        "PREAVIS_NOUVELLE_OFFRE",
        "DEUX_VERSIONS",
    ]


@pytest.mark.exigence("R2.3")
def test_une_fin_ou_une_remplacante_mises_a_la_main__ok() -> None:
    """Its end becomes that of the contract, also when it came before: opérateurs are never without a version."""
    for fin in ("2026-08-01 00:00", "2026-09-15 08:00", "2026-09-20 00:00", "2030-01-01 00:00"):
        posee = replace(UNE, retrait=paris(fin), remplacante="2031.7")
        decision = annoncer("2026.2", paris("2026-09-15 08:00"), posee)
        attendue = replace(UNE, retrait=paris("2026-10-15 08:00"), remplacante="2026.2")
        assert (decision.manquements, decision.precedente) == ((), attendue)


@pytest.mark.exigence("R2.3")
def test_une_version_deja_retiree_n_est_pas_rouverte__ok() -> None:
    for fin in (INSTANT, INSTANT - MINUTE):
        decision = annoncer("2026.2", None, replace(UNE, retrait=fin))
        assert (decision.precedente, decision.manquements) == (None, ())


@pytest.mark.exigence("R2.3")
def test_deux_versions_sans_fin_ne_laissent_pas_de_place__error() -> None:
    decision = annoncer("2026.3", None, UNE, DEUX)
    (manquement,) = decision.manquements
    assert (manquement.regle, manquement.au_plus_tot) == ("DEUX_VERSIONS", None)
    assert "une fin à 2026.1 ;" in manquement.message
    assert en_francais(decision.au_plus_tot) in manquement.message
    finie = replace(UNE, retrait=INSTANT + MINUTE)
    assert annoncer("2026.3", decision.au_plus_tot, finie, DEUX).manquements == ()


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize("ouverture", [paris("2031-07-01 10:01"), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_une_date_tres_lointaine_est_une_faute_de_frappe__error(ouverture: datetime) -> None:
    assert codes(annoncer("2026.2", ouverture, UNE)) == ["OUVERTURE_TROP_LOINTAINE"]
    assert annoncer("2026.2", paris("2031-07-01 10:00"), UNE).manquements == ()


@pytest.mark.exigence("R2.2")
def test_un_instant_sans_fuseau__error() -> None:
    naif = datetime(2026, 7, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="fuseau"):
        annoncer("2026.2", None, UNE, instant=naif)
    with pytest.raises(ValueError, match="fuseau"):
        annoncer("2026.2", naif, UNE)
    with pytest.raises(ValueError, match="fuseau"):
        decider_retrait("2026.1", naif, [UNE])


# --- withdrawals


@pytest.mark.exigence("R2.1", "R2.3")
def test_retirer_une_annonce_rend_la_precedente__ok() -> None:
    annonce = annoncer("2026.2", None, UNE)
    assert annonce.precedente is not None
    veille = annonce.nouvelle.ouverture - timedelta(microseconds=1)
    retrait = decider_retrait("2026.2", veille, [annonce.precedente, annonce.nouvelle])
    assert retrait.manquements == ()
    assert (retrait.annulee, retrait.precedente) == (replace(annonce.nouvelle, annulation=veille), UNE)


@pytest.mark.exigence("R2.1")
def test_retirer_une_annonce_trop_tard_deux_fois_ou_sans_annonce__error() -> None:
    annonce = annoncer("2026.2", None, UNE)
    assert annonce.precedente is not None
    connues = [annonce.precedente, annonce.nouvelle]
    ouverte = decider_retrait("2026.2", annonce.nouvelle.ouverture, connues)
    assert [m.regle for m in ouverte.manquements] == ["RETRAIT_TROP_TARD"]
    assert "article 12.1" in ouverte.manquements[0].message
    assert en_francais(annonce.nouvelle.ouverture) in ouverte.manquements[0].message
    assert [m.regle for m in decider_retrait("2026.1", INSTANT, connues).manquements] == ["RETRAIT_TROP_TARD"]
    inconnue = decider_retrait("2031.7", INSTANT, connues)
    assert (inconnue.annulee, [m.regle for m in inconnue.manquements]) == (None, ["RETRAIT_INCONNUE"])
    assert "annoncées : 2026.2" in inconnue.manquements[0].message
    annulee = decider_retrait("2026.2", INSTANT, connues).annulee
    assert annulee is not None
    encore = decider_retrait("2026.2", INSTANT + MINUTE, [UNE, annulee])
    assert ([m.regle for m in encore.manquements], encore.annulee) == (["RETRAIT_DEJA_FAIT"], annulee)


@pytest.mark.exigence("R2.1", "R2.3")
def test_les_annonces_se_retirent_de_la_derniere_a_la_premiere__error() -> None:
    une = annoncer("2026.2", None, UNE)
    assert une.precedente is not None
    deux = annoncer("2026.3", None, une.precedente, une.nouvelle)
    assert deux.precedente is not None
    (manquement,) = decider_retrait("2026.2", INSTANT, [une.precedente, deux.precedente, deux.nouvelle]).manquements
    assert manquement.regle == "RETRAIT_SUIVIE"
    assert "Retirer d'abord l'annonce de 2026.3." in manquement.message
    retrait = decider_retrait("2026.3", INSTANT, [une.precedente, deux.precedente, deux.nouvelle])
    assert retrait.annulee is not None
    assert retrait.precedente == une.nouvelle
    reste = [une.precedente, retrait.precedente, retrait.annulee]
    assert decider_retrait("2026.2", INSTANT, reste).precedente == UNE


@pytest.mark.exigence("R2.3")
def test_un_retrait_ne_precede_pas_l_annonce__ok() -> None:
    """A clock that was set back does not make a record that contradicts itself."""
    version = VersionPubliee("2026.2", INSTANT, INSTANT + timedelta(days=90))
    annulee = decider_retrait("2026.2", INSTANT - timedelta(days=400), [version]).annulee
    assert annulee is not None
    assert annulee.annulation == INSTANT


@pytest.mark.exigence("R2.2")
def test_une_fin_mise_a_la_main_survit_au_retrait__ok() -> None:
    annonce = annoncer("2026.2", None, UNE)
    assert annonce.precedente is not None
    posee = replace(annonce.precedente, retrait=paris("2026-12-31 00:00"))
    retrait = decider_retrait("2026.2", INSTANT, [posee, annonce.nouvelle])
    assert retrait.precedente == replace(posee, remplacante=None)
    retiree = replace(posee, retrait=INSTANT)
    assert decider_retrait("2026.2", INSTANT, [retiree, annonce.nouvelle]).precedente is None
    assert decider_retrait("2026.2", INSTANT, [annonce.nouvelle]).precedente is None


# --- versions of the services, other changes


@pytest.mark.exigence("R2.2", "R2.3")
def test_une_version_des_services_s_annonce_six_mois_avant__error() -> None:
    ws1 = VersionPubliee("1", paris("2025-01-01 00:00"), paris("2025-03-01 00:00"))
    instant = paris("2026-08-31 10:00")
    tot = decider("2", paris("2027-02-28 09:59"), instant, [ws1], nouvelles_offres=False, regime=SERVICES_WEB)
    assert (codes(tot), tot.au_plus_tot) == (["PREAVIS_WS"], paris("2027-02-28 10:00"))
    assert "six mois" in tot.manquements[0].message
    legale = decider("2", None, instant, [ws1], nouvelles_offres=False, regime=SERVICES_WEB)
    assert (legale.manquements, legale.nouvelle.ouverture) == ((), paris("2027-02-28 10:00"))
    assert legale.precedente == replace(ws1, retrait=paris("2027-08-28 10:00"), remplacante="2")


@pytest.mark.exigence("R2.3")
@pytest.mark.parametrize(
    ("retrait", "permis"),
    [
        ("2027-04-15 09:59", False),
        ("2027-04-15 10:00", True),
        ("2027-06-30 00:00", True),
        ("2027-09-15 10:00", True),
        ("2027-09-15 10:01", False),
    ],
)
def test_deux_versions_des_services_cohabitent_d_un_a_six_mois__error(retrait: str, permis: bool) -> None:
    ws1 = VersionPubliee("1", paris("2025-01-01 00:00"), paris("2025-03-01 00:00"))
    decision = decider(
        "2",
        paris("2027-03-15 10:00"),
        INSTANT,
        [ws1],
        nouvelles_offres=False,
        regime=SERVICES_WEB,
        retrait=paris(retrait),
    )
    assert codes(decision) == ([] if permis else ["COHABITATION_WS"])
    assert decision.precedente is not None
    assert decision.precedente.retrait == paris(retrait)
    for manquement in decision.manquements:
        assert "du 15/04/2027 à 10:00 au 15/09/2027 à 10:00" in manquement.message
        assert en_francais(decision.au_plus_tot) in manquement.message


@pytest.mark.exigence("R2.3")
def test_deux_versions_des_services_au_plus__error() -> None:
    ws2 = VersionPubliee("2", paris("2026-01-01 00:00"), paris("2026-07-01 00:00"))
    ws1 = VersionPubliee("1", ws2.annonce, ws2.annonce, paris("2027-02-01 00:00"), "2")
    trois = decider("3", paris("2027-01-15 00:00"), INSTANT, [ws1, ws2], nouvelles_offres=False, regime=SERVICES_WEB)
    assert (codes(trois), trois.au_plus_tot) == (["DEUX_VERSIONS"], paris("2027-02-01 00:00"))
    rendue = decider("3", None, INSTANT, [ws1, ws2], nouvelles_offres=False, regime=SERVICES_WEB)
    assert rendue.precedente is not None
    retrait = decider_retrait("3", INSTANT, [ws1, rendue.precedente, rendue.nouvelle], regime=SERVICES_WEB)
    assert retrait.precedente == ws2


@pytest.mark.exigence("R2.3")
def test_le_catalogue_ne_laisse_pas_le_choix_du_retrait__error() -> None:
    decision = decider(
        "2026.2",
        paris("2026-09-15 08:00"),
        INSTANT,
        [UNE],
        nouvelles_offres=False,
        retrait=paris("2026-10-15 08:01"),
    )
    assert codes(decision) == ["COHABITATION_CATALOGUE"]
    assert "admis : le 15/10/2026 à 08:00" in decision.manquements[0].message


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize(
    ("instant", "effet"),
    [
        ("2026-07-01T10:00:00+02:00", "2026-07-16T10:00:00+02:00"),
        ("2026-10-15T02:30:00+02:00", "2026-10-30T02:30:00+01:00"),
        ("2027-03-13T02:30:00+01:00", "2027-03-28T03:30:00+02:00"),
        ("2028-02-14T00:00:01+01:00", "2028-02-29T00:01:00+01:00"),
    ],
)
def test_les_autres_changements_quinze_jours_avant__error(instant: str, effet: str) -> None:
    annonce, tot = datetime.fromisoformat(instant), datetime.fromisoformat(effet)
    assert changement_au_plus_tot(annonce) == tot
    assert decider_changement(tot, annonce) == ()
    (manquement,) = decider_changement(tot - MINUTE, annonce)
    assert (manquement.regle, manquement.au_plus_tot) == ("PREAVIS_CHANGEMENT", tot)
    assert "article 12.1" in manquement.message
    assert en_francais(tot) in manquement.message


# --- the table


@pytest.mark.exigence("R2.2", "R2.3", "R2.7")
def test_la_table_nomme_toutes_les_regles_que_le_code_applique__ok() -> None:
    table = [r.code for r in REGLES]
    assert len(set(table)) == len(table)
    code = (RACINE / "esav_soap" / "publication" / "regles.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', code)) - set(regles.__all__) == set(table)
    assert all(re.fullmatch(r"R\d\.\d", r.exigence) and r.article and r.enonce.endswith(".") for r in REGLES)


@pytest.mark.exigence("R2.1")
def test_rang_des_versions__ok() -> None:
    assert sorted(["2026.10", "2027.1", "2026.9"], key=rang_version) == ["2026.9", "2026.10", "2027.1"]
    with pytest.raises(ValueError):
        rang_version("2026.x")
