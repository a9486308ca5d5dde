"""What may be done to a signalisation, by whom, and what a refusal says (R3.4, R3.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

import pytest

from esav_soap.calendar import PARIS
from esav_soap.errors import CodeChamp, CodeErreur, ErreurEsav, FormulaireInvalide
from esav_soap.signalisation import (
    Action,
    Attendu,
    CauseCloture,
    Cote,
    Etat,
    Evenement,
    MotifRejet,
    Responsabilite,
    Visibilite,
)
from esav_soap.signalisation.motifs import A_PRECISER, Interlocuteur
from esav_soap.signalisation.transitions import (
    FINALS,
    LONGUEUR_COMMENTAIRE,
    TRANSITIONS,
    Commande,
    CommandeIncomplete,
    Exige,
    Retour,
    TransitionInterdite,
    appliquer,
    cloture_en_cours,
    deposer,
    fin_contestation,
    gel_en_cours,
    joindre,
    limite_contestation,
    permises,
)
from tests.unit.signalisation.exemples import BILAN, CHANGEMENTS, DEPOT, OUVERTS, RESTES, dans, signalisation

HEURE = timedelta(hours=1)
MICRO = timedelta(microseconds=1)
PLUS_TARD = DEPOT + HEURE
SAV, OPERATEUR = Cote.FOURNISSEUR, Cote.OPERATEUR


def commande(action: Action, cote: Cote, **reste: object) -> Commande:
    return replace(Commande(action, cote), **reste)  # type: ignore[arg-type]


def codes(refus: ErreurEsav) -> list[tuple[str, CodeChamp]]:
    return [(e.champ, e.code) for e in refus.erreurs]


@pytest.mark.exigence("R3.4", "R3.6", "R4.1")
@pytest.mark.parametrize(("de", "action", "cote", "reste", "vers"), CHANGEMENTS)
def test_un_changement_permis__ok(de: Etat, action: Action, cote: Cote, reste: dict[str, object], vers: Etat) -> None:
    avant = dans(de, plateforme="integration")
    fait = appliquer(avant, commande(action, cote, auteur="jd", **reste), PLUS_TARD)
    attendu = Attendu.RENDEZ_VOUS if action is Action.PRENDRE_RENDEZ_VOUS else reste.get("attendu")
    assert fait == replace(
        Evenement(PLUS_TARD, vers, cote, action=action, auteur="jd"),
        **{**reste, "attendu": attendu},  # type: ignore[arg-type]
    )
    apres = joindre(avant, fait)
    assert (apres.etat, apres.modifiee_le, apres.evenements) == (vers, PLUS_TARD, (*avant.evenements, fait))


@pytest.mark.exigence("R3.4", "R3.6", "R4.1")
@pytest.mark.parametrize("etat", Etat)
def test_rien_d_autre_n_est_permis__error(etat: Etat) -> None:
    """Every state, action and side that the two lists above do not have; and the refusal names what they have."""
    suivie = dans(etat, plateforme="integration")
    connus = {(de, action, cote) for de, action, cote, _, _ in CHANGEMENTS} | RESTES
    for cote in Cote:
        attendues = {action for de, action, c in connus if (de, c) == (etat, cote)}
        assert {t.action for t in permises(suivie, cote, PLUS_TARD)} == attendues
        for action in set(Action) - attendues:
            with pytest.raises(TransitionInterdite) as refus:
                appliquer(suivie, commande(action, cote), PLUS_TARD)
            assert refus.value.code is CodeErreur.TRANSITION_INTERDITE
            assert (refus.value.action, set(refus.value.permises)) == (action, attendues)
            (erreur,) = refus.value.erreurs
            assert (erreur.champ, erreur.code, erreur.valeur) == ("action", CodeChamp.VALEUR_HORS_LISTE, action.name)
            assert erreur.valeurs_admises == tuple(a.name for a in refus.value.permises)
            assert all(a.name in refus.value.message for a in attendues)
            assert refus.value.reessayer_apres is None


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize(("de", "action", "cote"), sorted(RESTES, key=str))
def test_ce_qui_ne_change_pas_l_etat__ok(de: Etat, action: Action, cote: Cote) -> None:
    fait = appliquer(dans(de), commande(action, cote, commentaire=" Vu. "), PLUS_TARD)
    assert fait == Evenement(PLUS_TARD, de, cote, "Vu.", action)


@pytest.mark.exigence("R3.4")
def test_les_etats_finals_le_sont__ok() -> None:
    assert {Etat.CLOS_TABLEAU_DE_BORD, Etat.EN_REJET} == FINALS
    for etat in FINALS:
        for cote in Cote:
            assert permises(dans(etat), cote, PLUS_TARD) == ()
            with pytest.raises(TransitionInterdite, match="Aucune action n'est possible"):
                appliquer(dans(etat), commande(Action.COMMENTER, cote, commentaire="Encore."), PLUS_TARD)


@pytest.mark.exigence("R3.4")
def test_la_table_est_sans_ambiguite__ok() -> None:
    cles = [(t.de, t.action, cote) for t in TRANSITIONS for cote in t.cotes]
    assert len(cles) == len(set(cles))
    assert {t.action for t in TRANSITIONS} == set(Action), "every action is good for something"
    atteints = {t.vers for t in TRANSITIONS if isinstance(t.vers, Etat)}
    assert atteints == set(Etat), "every state is reached"
    assert all(t.de is Etat.GELE for t in TRANSITIONS if isinstance(t.vers, Retour))
    assert all(t.cotes for t in TRANSITIONS)


@pytest.mark.exigence("R3.4", "R3.6")
def test_qui_devrait_agir_est_dit__error() -> None:
    with pytest.raises(TransitionInterdite, match="revient au Fournisseur, et non à l'opérateur"):
        appliquer(dans(Etat.EN_COURS), commande(Action.CLORE, OPERATEUR, **BILAN), PLUS_TARD)
    with pytest.raises(TransitionInterdite, match="revient à l'opérateur, et non au Fournisseur"):
        appliquer(dans(Etat.CLOS), commande(Action.CONTESTER, SAV, commentaire="Non."), PLUS_TARD)


# Freezes


@pytest.mark.exigence("R3.4", "R4.1")
@pytest.mark.parametrize("origine", OUVERTS[:3])
@pytest.mark.parametrize("fin", [Action.COMPLETER, Action.REPRENDRE, Action.ANNULER_RENDEZ_VOUS])
def test_un_gel_revient_d_ou_il_vient__ok(origine: Etat, fin: Action) -> None:
    """Also the second time, and with other events between."""
    suivie = dans(origine)
    for attendu in (Attendu.ACCES_SITE, Attendu.RENDEZ_VOUS):
        for c in (
            commande(Action.GELER, SAV, attendu=attendu),
            commande(Action.COMMENTER, OPERATEUR, commentaire="Vu."),
            commande(Action.PRENDRE_RENDEZ_VOUS, OPERATEUR),
        ):
            suivie = joindre(suivie, appliquer(suivie, c, PLUS_TARD))
            gel = gel_en_cours(suivie.evenements)
            assert gel is not None
            assert (gel.action, gel.attendu) == (Action.GELER, attendu)
            assert suivie.etat is Etat.GELE
        cote = OPERATEUR if fin is Action.COMPLETER else SAV
        suivie = joindre(suivie, appliquer(suivie, commande(fin, cote, commentaire="Vu."), PLUS_TARD))
        assert suivie.etat is origine
        assert gel_en_cours(suivie.evenements) is None


@pytest.mark.exigence("R4.1", "R3.4")
def test_un_rendez_vous_pris_gele__ok() -> None:
    suivie = dans(Etat.EN_QUALIFICATION)
    suivie = joindre(suivie, appliquer(suivie, commande(Action.PRENDRE_RENDEZ_VOUS, OPERATEUR), PLUS_TARD))
    gel = gel_en_cours(suivie.evenements)
    assert gel is not None
    assert (gel.attendu, gel.date) == (Attendu.RENDEZ_VOUS, PLUS_TARD)
    annule = appliquer(suivie, commande(Action.ANNULER_RENDEZ_VOUS, OPERATEUR), PLUS_TARD)
    assert annule.etat is Etat.GELE, "what is awaited is still awaited"


@pytest.mark.exigence("R3.4")
def test_une_histoire_incomplete_est_une_faute_du_programme__error() -> None:
    for etat, action in ((Etat.GELE, Action.REPRENDRE), (Etat.VALIDE, Action.VERROUILLER)):
        sans_histoire = replace(dans(etat), evenements=())
        with pytest.raises(ValueError, match="history"):
            appliquer(sans_histoire, commande(action, SAV), PLUS_TARD)


# What a command needs


@pytest.mark.exigence("R3.2", "R3.4")
def test_tout_ce_qui_manque_est_dit_a_la_fois__error() -> None:
    clore = commande(Action.CLORE, SAV, motif=MotifRejet.DOUBLON, attendu=Attendu.COMPLEMENT)
    with pytest.raises(CommandeIncomplete) as refus:
        appliquer(dans(Etat.EN_COURS), replace(clore, visibilite=Visibilite.INTERNE), PLUS_TARD)
    assert refus.value.code is CodeErreur.FORMULAIRE_INVALIDE
    assert isinstance(refus.value, FormulaireInvalide)
    assert codes(refus.value) == [
        ("commentaire", CodeChamp.OBLIGATOIRE_SI),
        ("motif", CodeChamp.INTERDIT_SI),
        ("attendu", CodeChamp.INTERDIT_SI),
        ("cause", CodeChamp.CHAMP_MANQUANT),
        ("responsabilite", CodeChamp.CHAMP_MANQUANT),
        ("dateHeureRetablissement", CodeChamp.CHAMP_MANQUANT),
        ("visibilite", CodeChamp.VALEUR_HORS_LISTE),
    ]
    par_champ = {e.champ: e for e in refus.value.erreurs}
    assert par_champ["motif"].valeur == "DOUBLON"
    assert par_champ["cause"].valeurs_admises == tuple(c.name for c in CauseCloture)
    assert par_champ["responsabilite"].valeurs_admises == ("FOURNISSEUR", "OPERATEUR", "TIERS", "INDETERMINEE")
    assert par_champ["visibilite"].valeurs_admises == ("PARTAGE",)


@pytest.mark.exigence("R3.2", "R3.4")
def test_un_instant_de_trop_est_redit_comme_il_fut_envoye__error() -> None:
    with pytest.raises(CommandeIncomplete) as refus:
        appliquer(dans(Etat.EN_DEPOT), commande(Action.QUALIFIER, SAV, retabli_le=DEPOT), PLUS_TARD)
    (erreur,) = refus.value.erreurs
    assert (erreur.code, erreur.valeur) == (CodeChamp.INTERDIT_SI, "2026-07-01T12:00:00+02:00")


@pytest.mark.exigence("R3.2", "R3.4", "R3.6")
@pytest.mark.parametrize(
    ("etat", "incomplete", "champ"),
    [
        (Etat.EN_DEPOT, Commande(Action.REJETER, SAV, commentaire="Non."), "motif"),
        (Etat.EN_QUALIFICATION, Commande(Action.REJETER, SAV), "motif"),
        (Etat.EN_COURS, Commande(Action.GELER, SAV, commentaire="Attente."), "attendu"),
        (Etat.GELE, Commande(Action.COMPLETER, OPERATEUR, commentaire=" \u00a0\n"), "commentaire"),
        (Etat.GELE, Commande(Action.ANNULER_RENDEZ_VOUS, SAV), "commentaire"),
        (Etat.CLOS, Commande(Action.CONTESTER, OPERATEUR), "commentaire"),
        (Etat.VALIDE, Commande(Action.COMMENTER, SAV), "commentaire"),
    ],
)
def test_ce_qui_manque__error(etat: Etat, incomplete: Commande, champ: str) -> None:
    with pytest.raises(CommandeIncomplete) as refus:
        appliquer(dans(etat), incomplete, PLUS_TARD)
    assert codes(refus.value) == [(champ, CodeChamp.CHAMP_MANQUANT)]
    assert incomplete.action.name in refus.value.erreurs[0].message


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize("code", sorted(A_PRECISER, key=str))
def test_un_code_qui_ne_dit_rien_demande_un_commentaire__error(code: Enum) -> None:
    match code:
        case MotifRejet():
            etat, c = Etat.EN_DEPOT, commande(Action.REJETER, SAV, motif=code)
        case Attendu():
            etat, c = Etat.EN_DEPOT, commande(Action.GELER, SAV, attendu=code)
        case _:
            etat, c = Etat.EN_COURS, commande(Action.CLORE, SAV, **{**BILAN, "cause": code})
    with pytest.raises(CommandeIncomplete) as refus:
        appliquer(dans(etat), c, PLUS_TARD)
    assert codes(refus.value) == [("commentaire", CodeChamp.OBLIGATOIRE_SI)]
    assert code.name in refus.value.erreurs[0].message
    assert appliquer(dans(etat), replace(c, commentaire="Précisé."), PLUS_TARD).commentaire == "Précisé."


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize(
    ("retabli_le", "code"),
    [
        (PLUS_TARD + MICRO, CodeChamp.TROP_GRAND),
        (DEPOT - MICRO, CodeChamp.TROP_PETIT),
        (DEPOT.replace(tzinfo=None), CodeChamp.FUSEAU_MANQUANT),
        (DEPOT, None),
        (PLUS_TARD, None),
    ],
)
def test_le_retablissement_est_entre_le_depot_et_la_cloture__error(
    retabli_le: datetime, code: CodeChamp | None
) -> None:
    clore = commande(Action.CLORE, SAV, **{**BILAN, "retabli_le": retabli_le})
    if code is None:
        assert appliquer(dans(Etat.EN_COURS), clore, PLUS_TARD).retabli_le == retabli_le
        return
    with pytest.raises(CommandeIncomplete) as refus:
        appliquer(dans(Etat.EN_COURS), clore, PLUS_TARD)
    assert codes(refus.value) == [("dateHeureRetablissement", code)]


@pytest.mark.exigence("R3.4")
def test_les_instants_sont_gardes_en_utc__ok() -> None:
    ailleurs = timezone(timedelta(hours=-7))
    clore = commande(Action.CLORE, SAV, **{**BILAN, "retabli_le": PLUS_TARD.astimezone(ailleurs)})
    fait = appliquer(dans(Etat.EN_COURS), clore, PLUS_TARD.astimezone(PARIS))
    assert fait.retabli_le == PLUS_TARD == fait.date
    assert fait.retabli_le.tzinfo is UTC is fait.date.tzinfo


@pytest.mark.exigence("R3.4")
def test_les_evenements_restent_dans_l_ordre_de_leurs_dates__ok() -> None:
    """Whatever the clock of this node says."""
    suivie = dans(Etat.EN_COURS, le=PLUS_TARD)
    assert appliquer(suivie, commande(Action.COMMENTER, SAV, commentaire="Vu."), DEPOT).date == PLUS_TARD


@pytest.mark.exigence("R3.4")
def test_un_commentaire_a_une_longueur__error() -> None:
    plein = commande(Action.COMMENTER, OPERATEUR, commentaire=" " + "é" * LONGUEUR_COMMENTAIRE + "\n")
    assert len(appliquer(dans(Etat.CLOS), plein, PLUS_TARD).commentaire) == LONGUEUR_COMMENTAIRE
    with pytest.raises(CommandeIncomplete) as refus:
        appliquer(dans(Etat.CLOS), replace(plein, commentaire="é" * (LONGUEUR_COMMENTAIRE + 1)), PLUS_TARD)
    assert codes(refus.value) == [("commentaire", CodeChamp.TROP_LONG)]
    assert len(refus.value.erreurs[0].valeur) == 200


@pytest.mark.exigence("R3.6", "R3.5")
def test_seul_un_commentaire_du_sav_est_interne__error() -> None:
    """A change of state that its opérateur does not see would break the history that it has."""
    interne = {"visibilite": Visibilite.INTERNE, "commentaire": "Entre nous."}
    assert (
        appliquer(dans(Etat.GELE), commande(Action.COMMENTER, SAV, **interne), DEPOT).visibilite is Visibilite.INTERNE
    )
    for etat, c in (
        (Etat.EN_DEPOT, commande(Action.COMMENTER, OPERATEUR, **interne)),
        (Etat.EN_DEPOT, commande(Action.QUALIFIER, SAV, **interne)),
    ):
        with pytest.raises(CommandeIncomplete) as refus:
            appliquer(dans(etat), c, PLUS_TARD)
        assert codes(refus.value) == [("visibilite", CodeChamp.VALEUR_HORS_LISTE)]


# Contested closures


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize(
    ("cloture", "fin"),
    [
        ("2026-07-01T12:00", "2026-07-07T00:00"),  # a Wednesday: Thursday, Friday, Monday
        ("2026-07-04T12:00", "2026-07-09T00:00"),  # a Saturday counts from Monday on
        ("2026-07-10T23:59", "2026-07-17T00:00"),  # over 14 July
        ("2026-12-24T09:00", "2026-12-31T00:00"),
        ("2026-03-26T09:00", "2026-04-01T00:00"),  # over a spring night
        ("2026-10-22T00:00", "2026-10-28T00:00"),  # over an autumn night
    ],
)
def test_la_fin_du_delai_de_contestation__ok(cloture: str, fin: str) -> None:
    attendue = datetime.fromisoformat(fin).replace(tzinfo=PARIS)
    cloture_le = datetime.fromisoformat(cloture).replace(tzinfo=PARIS).astimezone(UTC)
    assert fin_contestation(cloture_le) == attendue
    for instant, echue in ((attendue - MICRO, False), (attendue, True), (attendue + 40 * HEURE, True)):
        assert (cloture_le < limite_contestation(instant.astimezone(UTC))) is echue


@pytest.mark.exigence("R3.4")
def test_la_limite_dit_de_chaque_heure_ce_que_dit_la_fin_du_delai__ok() -> None:
    """Two years by steps of less than a day, closures of the twelve days before each: both daylight saving nights, holidays."""
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    while instant.year < 2028:
        limite = limite_contestation(instant)
        assert fin_contestation(limite - MICRO) <= instant < fin_contestation(limite)
        assert all(
            (fin_contestation(instant - n * 12 * HEURE) <= instant) is (instant - n * 12 * HEURE < limite)
            for n in range(24)
        )
        instant += 17 * HEURE


@pytest.mark.exigence("R3.4")
@pytest.mark.parametrize("etat", [Etat.CLOS, Etat.VALIDE])
def test_contester_a_un_delai__error(etat: Etat) -> None:
    suivie = dans(etat, le=DEPOT)
    # A comment and the notice do not make the delay longer.
    suivie = joindre(suivie, appliquer(suivie, commande(Action.COMMENTER, SAV, commentaire="Vu."), DEPOT + 30 * HEURE))
    fin = datetime(2026, 7, 7, tzinfo=PARIS).astimezone(UTC)
    contester = commande(Action.CONTESTER, OPERATEUR, commentaire="Toujours coupé.")
    assert appliquer(suivie, contester, fin - MICRO).etat is Etat.EN_COURS
    assert Action.CONTESTER in {t.action for t in permises(suivie, OPERATEUR, fin - MICRO)}
    for instant in (fin, fin + 1000 * HEURE):
        with pytest.raises(TransitionInterdite, match="pris fin le 07/07/2026 à 00:00") as refus:
            appliquer(suivie, contester, instant)
        assert refus.value.permises == (Action.ANNULER_RENDEZ_VOUS, Action.COMMENTER)
        assert refus.value.reessayer_apres is None, "no time will permit it"


@pytest.mark.exigence("R3.4", "R6.3")
def test_verrouiller_attend_la_fin_du_delai__error() -> None:
    """Nobody takes the right to contest from an opérateur; on integration, which is for trying, nobody waits."""
    verrouiller = commande(Action.VERROUILLER, SAV)
    fin = datetime(2026, 7, 7, tzinfo=PARIS).astimezone(UTC)
    with pytest.raises(TransitionInterdite, match="contestée jusqu'au 07/07/2026 à 00:00") as refus:
        appliquer(dans(Etat.VALIDE), verrouiller, fin - MICRO)
    assert refus.value.reessayer_apres == fin
    assert Action.VERROUILLER not in refus.value.permises
    assert appliquer(dans(Etat.VALIDE), verrouiller, fin).etat is Etat.CLOS_TABLEAU_DE_BORD
    integration = dans(Etat.VALIDE, plateforme="integration")
    assert appliquer(integration, verrouiller, PLUS_TARD).etat is Etat.CLOS_TABLEAU_DE_BORD


@pytest.mark.exigence("R3.4")
def test_une_nouvelle_cloture_a_son_propre_delai__ok() -> None:
    suivie = dans(Etat.CLOS)
    contester = commande(Action.CONTESTER, OPERATEUR, commentaire="Toujours coupé.")
    for c, instant in (
        (contester, DEPOT + HEURE),
        (commande(Action.CLORE, SAV, **BILAN), DEPOT + 240 * HEURE),
        (commande(Action.VALIDER, SAV), DEPOT + 250 * HEURE),
    ):
        suivie = joindre(suivie, appliquer(suivie, c, instant))
    cloture = cloture_en_cours(suivie.evenements)
    assert cloture is not None
    assert cloture.date == DEPOT + 240 * HEURE
    assert appliquer(suivie, contester, fin_contestation(cloture.date) - MICRO).etat is Etat.EN_COURS
    assert cloture_en_cours(dans(Etat.EN_COURS).evenements) is None


# The first event, and nomenclatures


@pytest.mark.exigence("R3.4", "R7.4")
@pytest.mark.parametrize("cote", Cote)
def test_le_depot_est_un_evenement__ok(cote: Cote) -> None:
    fait = deposer(DEPOT.astimezone(PARIS), cote, "jd", " Par téléphone. ")
    assert fait == Evenement(DEPOT, Etat.EN_DEPOT, cote, "Par téléphone.", Action.DEPOSER, "jd")
    with pytest.raises(TransitionInterdite):
        appliquer(signalisation(), commande(Action.DEPOSER, cote), PLUS_TARD)


@pytest.mark.exigence("R3.4")
def test_les_nomenclatures_se_lisent__ok() -> None:
    for nomenclature in (MotifRejet, Attendu, CauseCloture, Responsabilite, Action, Visibilite, Interlocuteur):
        libelles = [m.value for m in nomenclature]
        assert len(set(libelles)) == len(libelles) > 1
        assert all(isinstance(texte, str) and texte for texte in libelles)
        assert [nomenclature[m.name] for m in nomenclature] == list(nomenclature), "no code is an alias"
        assert all(len(m.name) <= 40 and m.name.isascii() for m in nomenclature)
    assert {a.aupres_de for a in Attendu} == set(Interlocuteur)
    assert [e.champ for e in Exige][-1] == "dateHeureRetablissement" == Exige.RETABLI_LE.value
