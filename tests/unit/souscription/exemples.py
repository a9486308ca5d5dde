"""A Bon de commande that nothing is wrong with, and fields that make another of it."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from esav_soap.souscription import Acces, BonDeCommande, Interlocuteur

BON = BonDeCommande(
    reference_contrat="CG-2026-041-ESAV",
    affaire="1204377",
    raison_sociale="Opérateur Alpha & fils",
    siret="73282932000074",
    representant="Martin Claire",
    telephone="0123456789",
    courriel="contrats@opa.example",
    adresse=("12 rue du Port", "44000 Nantes"),
    acces=frozenset({Acces.INTEGRE}),
)
COMPLET = BonDeCommande(
    reference_contrat="CG-2026-042-ESAV",
    affaire="1204378",
    raison_sociale="Opérateur Bêta",
    siret="40483304800022",
    representant="Durand Paul",
    telephone="+33123456789",
    courriel="contrats@opb.example",
    adresse=("Bâtiment B", "3 quai <Nord>", "13002 Marseille"),
    acces=frozenset(Acces),
    interlocuteur=Interlocuteur("Petit Luc", "Responsable SAV", "0612345678", "sav@opb.example"),
    commentaires="Ouvrir avant l'été.\nMerci.",
    fait_a="Marseille",
    fait_le=date(2026, 3, 2),
    signataire="Durand Paul, directeur technique",
)

_MOTS = st.text("abcdéÀœ'&<>\"-.,()«»0189 ", min_size=1, max_size=60).map(lambda t: " ".join(t.split()) or "x")
_LONG = st.lists(_MOTS, max_size=4).map("\n".join)
_TELEPHONE = st.sampled_from(["0123456789", "+33612345678", "+123456"])
_COURRIEL = st.sampled_from(["a@b.fr", "sav+x@opa.example", "x_y-z@a-b.example"])
INTERLOCUTEURS = st.builds(Interlocuteur, _MOTS, st.just("") | _MOTS, st.just("") | _TELEPHONE, st.just("") | _COURRIEL)
#: Good ones, in their kept form.
BONS = st.builds(
    BonDeCommande,
    reference_contrat=st.integers(1, 10**9).map("CG {}-ESAV".format),
    affaire=_MOTS,
    raison_sociale=_MOTS,
    siret=st.sampled_from([BON.siret, COMPLET.siret, "35600000049837"]),
    representant=_MOTS,
    telephone=_TELEPHONE,
    courriel=_COURRIEL,
    adresse=st.lists(_MOTS, min_size=1, max_size=3).map(tuple),
    acces=st.sets(st.sampled_from(Acces), min_size=1).map(frozenset),
    interlocuteur=st.none() | INTERLOCUTEURS,
    commentaires=_LONG,
    fait_a=st.just("") | _MOTS,
    fait_le=st.none() | st.dates(date(1000, 1, 1)),
    signataire=st.just("") | _MOTS,
)
