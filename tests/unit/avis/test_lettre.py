"""What notices say: the whole letter of an announcement, and what counts in the others, on awkward dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.avis.dates import jour, moment
from esav_soap.avis.faits import ChangementOffre, FaitsDates, Lieux, Remplacee
from esav_soap.avis.lettre import COLONNES
from esav_soap.avis.message import composer
from esav_soap.avis.redaction import MAX_POINTS
from esav_soap.calendar import en_paris
from tests.unit.avis.lettres import ANNONCE, CERTIFICAT, INSTANTS, OPERATEUR, OUVERTURE, RAPPEL, RETIREE, message

TOUTES = pytest.mark.parametrize(
    "faits", [ANNONCE, RETIREE, RAPPEL, CERTIFICAT], ids=["annonce", "retirée", "rappel", "certificat"]
)

#: No-break spaces stand as « ~ ».
LETTRE_ANNONCE = """\
Bonjour,

La version 2026.2 du catalogue e-SAV ouvre en production le dimanche 31
janvier 2027 à 0~h~00 (heure de Paris). Vous pouvez l'essayer dès
maintenant sur la plate-forme d'intégration.

DATES (HEURE DE PARIS)
----------------------

- dimanche 31 janvier 2027 à 0~h~00~: ouverture de la version 2026.2 en
  production.
- dimanche 28 février 2027 à 0~h~00~: retrait de la version 2026.1. Ses
  dépôts sont refusés à partir de cet instant.

CE QUE VOUS AVEZ À FAIRE
------------------------

- Dès maintenant~: prendre le WSDL de la version 2026.2 et essayer vos
  dépôts sur la plate-forme d'intégration.
- À partir du dimanche 31 janvier 2027 à 0~h~00, et au plus tard le
  dimanche 28 février 2027 à 0~h~00~: passer vos dépôts en production de
  la version 2026.1 à la version 2026.2. Entre ces deux dates, les deux
  versions sont acceptées.
- Rien ne change pour les autres services (suivi, rendez-vous, tests)~:
  leur adresse reste la même.

CE QUI CHANGE POUR VOS OFFRES
-----------------------------

- Accès FTTH (ACCES_FTTH)
  . Rupture~: «~Puissance <mesurée>~»~: ce champ n'existe plus.
  . Compatible~: «~Étage~»~: nouveau.

NOUVELLES OFFRES
----------------

- FTTH activé (FTTH_ACTIVE)

ADRESSES
--------

- WSDL de la plate-forme d'intégration~:
  https://esav.example/integration/ws/1/depot/2026.2?wsdl
- WSDL de la plate-forme de production~:
  https://esav.example/production/ws/1/depot/2026.2?wsdl
- Toutes les différences avec la version précédente~:
  https://esav.example/catalogue/2026.2/changelog.html
- Pack complet (formulaires, nomenclatures, schémas, documents, jeu de
  test)~:
  https://esav.example/catalogue/2026.2/pack.zip

Le calendrier joint place ces dates dans votre agenda.

Le service e-SAV

Avis adressé à Opérateur Alpha & fils (OPA), en application de l'article
12.1 des conditions spécifiques e-SAV. Message automatique.
"""


def mots(texte: str) -> list[str]:
    """Words, as a person reads them: without marks of lists, rules, typography and capitals."""
    return [mot for mot in texte.replace("\u00a0", " ").lower().split() if mot.strip("-.")]


@pytest.mark.exigence("R2.2")
def test_annonce_entiere__ok() -> None:
    ecrit = message(ANNONCE)
    assert ecrit.texte.replace("\u00a0", "~") == LETTRE_ANNONCE
    assert ecrit.sujet == "e-SAV : version 2026.2 du catalogue, en production le 31 janvier 2027"
    assert ecrit.destinataire == "sav@opa.example"


@pytest.mark.exigence("R2.2")
@TOUTES
def test_le_html_dit_la_meme_chose__ok(faits: FaitsDates) -> None:
    ecrit = message(faits)
    document = html.document_fromstring(ecrit.html)
    corps = document.find(".//body")
    assert corps is not None
    assert mots(" ".join(map(str, corps.itertext()))) == mots(ecrit.texte)
    assert document.xpath("//script | //img | //link | //@src") == []
    liens = list(document.iter("a"))
    assert all(lien.get("href") == lien.text for lien in liens)
    assert [lien.text for lien in liens] == [m for m in ecrit.texte.split() if m.startswith("https:")]


@pytest.mark.exigence("R2.2")
def test_annonce_retiree__ok() -> None:
    ecrit = message(RETIREE)
    assert ecrit.sujet == "e-SAV : l'annonce de la version 2026.2 du catalogue est retirée"
    dit = " ".join(mots(ecrit.texte))
    assert "a été retirée le lundi 30 novembre 2026 à 10 h 30 (heure de paris)" in dit
    assert "n'ouvrira pas le 31 janvier 2027" in dit
    assert "la version 2026.1 n'est plus retirée le 28 février 2027" in dit
    assert "https://esav.example/production/ws/1/depot/2026.1?wsdl" in dit


@pytest.mark.exigence("R2.2", "R2.3")
def test_rappel__ok() -> None:
    ecrit = message(RAPPEL)
    assert (
        ecrit.sujet == "e-SAV : la version 2026.1 du catalogue est retirée le 28 février 2027, vous l'employez encore"
    )
    dit = " ".join(mots(ecrit.texte))
    assert "accès ftth (acces_ftth) : 1 dépôt, le dernier le samedi 20 février 2027 à 9 h 05." in dit
    # 23:30 of the 19th in UTC is the 20th in Paris.
    assert "génie civil (genie_civil) : 12 dépôts, le dernier le samedi 20 février 2027 à 0 h 30." in dit
    assert "passer d'ici là à la version 2026.2" in dit
    assert "depot/2026.2?wsdl" in dit
    seule = message(replace(RAPPEL, remplacante=None)).texte
    assert "Passer d'ici" not in seule
    assert "https:" not in seule


@pytest.mark.exigence("R2.2")
def test_annonce_d_une_premiere_version__ok() -> None:
    """Nothing is compared, nothing is retired, and no address leads nowhere."""
    texte = message(replace(ANNONCE, remplacee=None, changements=(), nouvelles=(), journal=None)).texte
    assert "retrait" not in texte
    assert "changelog" not in texte
    assert "VOS OFFRES" not in texte
    assert "depot/2026.2?wsdl" in texte


@pytest.mark.exigence("R2.2")
def test_annonce_sans_changement_pour_l_operateur__ok() -> None:
    dit = " ".join(mots(message(replace(ANNONCE, changements=())).texte))
    assert "les formulaires des offres de votre parc ne changent pas" in dit
    assert "l'adresse de dépôt porte le numéro de version" in dit


@pytest.mark.exigence("R2.2")
def test_annonce_envoyee_apres_l_ouverture__ok() -> None:
    avant = message(ANNONCE, OUVERTURE - timedelta(microseconds=1)).texte
    apres = message(ANNONCE, OUVERTURE).texte
    assert "ouvre en production" in avant
    assert "est ouverte en production depuis" in apres
    assert "ouvre en production" not in apres


@pytest.mark.exigence("R2.2")
def test_trop_de_changements__ok() -> None:
    points = tuple(("compatible", f"changement {rang}.") for rang in range(MAX_POINTS + 2))
    texte = message(replace(ANNONCE, changements=(ChangementOffre("GENIE_CIVIL", "Génie civil", points),))).texte
    assert f"changement {MAX_POINTS - 1}." in texte
    assert f"changement {MAX_POINTS}." not in texte
    assert "… et 2 autres" in texte
    graves = tuple(("rupture", f"grave {rang}.") for rang in range(MAX_POINTS + 3))
    texte = message(replace(ANNONCE, changements=(ChangementOffre("X", "X", graves + points[:1]),))).texte
    assert all(dit in texte for _, dit in graves)
    assert "… et 1 autre :" in texte.replace("\u00a0", " ")


@pytest.mark.exigence("R2.2")
def test_une_adresse_longue_reste_entiere__ok() -> None:
    lieux = Lieux(f"https://{'plate-forme.' * 8}example", "esav@esav.example")
    envoi = Envoi(GenreAvis.VERSION_ANNONCEE, "2026.2", "OPA")
    lignes = composer(envoi, ANNONCE, OPERATEUR, lieux, ANNONCE.annonce).texte.split("\n")
    assert f"  {lieux.wsdl('integration', '2026.2')}" in lignes
    mot = "x" * (COLONNES + 20)
    faits = replace(ANNONCE, generaux=(("rupture", f"Voir {mot} maintenant."),))
    assert mot in message(faits).texte


@pytest.mark.exigence("R2.2")
@given(
    st.text(max_size=200),
    st.lists(st.tuples(st.sampled_from(["rupture", "compatible"]), st.text(max_size=300)), max_size=4),
)
def test_colonnes__ok(libelle: str, points: list[tuple[str, str]]) -> None:
    """No line is longer than 72 columns, unless it is one word that cannot be broken."""
    faits = replace(ANNONCE, changements=(ChangementOffre("X", libelle, tuple(points)),))
    for ligne in message(faits).texte.split("\n"):
        assert len(ligne) <= COLONNES or " " not in ligne.lstrip("-. ").strip(" "), ligne


@pytest.mark.exigence("R2.2")
@pytest.mark.parametrize(
    ("instant", "dit"),
    [
        (datetime(2026, 8, 31, 22, 0, tzinfo=UTC), "mardi 1er septembre 2026 à 0 h 00"),
        (datetime(2028, 2, 29, 11, 7, tzinfo=UTC), "mardi 29 février 2028 à 12 h 07"),
        # The clocks go forward at 2:00, and back at 3:00: 2:30 comes twice.
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "dimanche 28 mars 2027 à 1 h 59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "dimanche 28 mars 2027 à 3 h 00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "dimanche 25 octobre 2026 à 2 h 30 (heure d'été)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "dimanche 25 octobre 2026 à 2 h 30 (heure d'hiver)"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "dimanche 25 octobre 2026 à 3 h 00"),
    ],
)
def test_moments__ok(instant: datetime, dit: str) -> None:
    assert moment(instant).replace("\u00a0", " ") == dit


@pytest.mark.exigence("R2.2")
@given(INSTANTS)
def test_un_moment_ne_dit_qu_un_instant__ok(instant: datetime) -> None:
    """Two instants that are told alike are the same minute."""
    minute = instant.replace(second=0, microsecond=0)
    for heures in (-1, 1):
        assert moment(minute + timedelta(hours=heures)) != moment(minute)
    assert str(en_paris(instant).year) in jour(instant)


@pytest.mark.exigence("R2.2")
def test_retrait_la_nuit_du_changement_d_heure__ok() -> None:
    faits = replace(ANNONCE, remplacee=Remplacee("2026.1", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)))
    assert "25 octobre 2026 à 2 h 30 (heure d'hiver)" in " ".join(mots(message(faits).texte))
