"""What the SAV does among itself is invisible: an opérateur reads the same bytes whether it happened or not (R3.7).

Two worlds live the same random life by the same clock; in one of them technicians write internal comments as well. Whatever
an opérateur asks afterwards, and all along, is answered alike in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.e2e.soap import TYPES, Reponse, depot, enveloppe, requete
from tests.faux import FauxNoeud
from tests.noeud_sql import JEUDI, capacites, noeud_sql

INTERNE = {"technicien": "Anne Riou", "commentaire": "MOT-INTERNE", "visibilite": "INTERNE"}
RETABLI = "2026-07-01T12:00:00+02:00"
RDV = {"referenceRendezVous": "R", "genre": "SAV", "jour": JEUDI.isoformat(), "plage": "MATIN", "ferme": "true"}
#: What the SAV and the opérateurs try, each with what it needs; most of it is refused, in both worlds alike.
GESTES: list[tuple[str, str, dict[str, str]]] = [
    *(("sav", "traiterSignalisation", {"action": a}) for a in ("QUALIFIER", "PRENDRE", "REPRENDRE", "VALIDER")),
    ("sav", "traiterSignalisation", {"action": "GELER", "technicien": "Anne Riou", "attendu": "ACCES_SITE"}),
    ("sav", "traiterSignalisation", {"action": "CLORE", "cause": "CABLE", "responsabilite": "TIERS", "dateHeureRetablissement": RETABLI}),
    ("sav", "traiterSignalisation", {"action": "COMMENTER", "technicien": "Anne Riou", "commentaire": "Vu."}),
    ("suivi", "completerSignalisation", {"commentaire": "Voici."}),
    ("suivi", "completerSignalisation", {"commentaire": "Voici."}),
    ("suivi", "demanderCloture", {}),
    ("suivi", "contesterCloture", {"commentaire": "Non."}),
    ("rendez-vous", "reserverRendezVous", RDV),
]  # fmt: skip


@dataclass
class Monde:
    """A node, and the numbers that it drew: two worlds draw others."""

    noeud: FauxNoeud
    noms: dict[str, str] = field(default_factory=dict)

    def demander(self, service: str, operation: str, champs: dict[str, str], operateur: str = "OPA") -> Reponse:
        role = "FOURNISSEUR" if service == "sav" else "OPERATEUR"
        return self.noeud.appeler(
            f"/production/ws/1/{service}",
            enveloppe(requete(operation, **champs)),
            type_contenu=TYPES["1.1"],
            operateur="SI-SAV" if service == "sav" else operateur,
            entetes={"HTTP_X_ESAV_ROLE": role},
        )

    def deposer(self, reference: str, operateur: str) -> None:
        demande = enveloppe(depot("2026.2", "ACCES_FTTH", reference, operateur=operateur))
        accuse = self.noeud.appeler("/production/ws/1/depot/2026.2", demande, operateur=operateur)
        assert accuse.refus is None, accuse.octets
        self.noms[accuse.texte("numeroSignalisation") or ""] = f"{operateur}-{reference}"

    def numero(self, nom: str) -> str:
        return next(numero for numero, dit in self.noms.items() if dit == nom)

    def vu(self, reponse: Reponse) -> tuple[int, bytes]:
        """The answer with names for the numbers, and without what differs between any two requests."""
        octets = re.sub(rb"(<ws:(requete|numeroRendezVous)>)[^<]*", rb"\1", reponse.octets)
        for numero, nom in self.noms.items():
            octets = octets.replace(numero.encode(), nom.encode())
        return reponse.statut, octets

    def lire(self, operateur: str) -> Iterator[tuple[str, tuple[int, bytes]]]:
        """Everything that an opérateur can read, page by page, from every cursor that it was ever given."""
        for operation in ("listerSignalisations", "consulterHistorique", "listerEvenements"):
            curseur: dict[str, str] = {}
            for _ in range(200):
                page = self.demander("suivi", operation, {**curseur, "maximum": "3"}, operateur)
                assert page.refus is None, page.octets
                yield operation, self.vu(page)
                suite = page.texte("curseur" if operation == "listerEvenements" else "curseurSuivant")
                if suite is None or page.texte("encore") == "false":
                    break
                curseur = {"curseur": suite}
        for numero, nom in self.noms.items():
            if nom.startswith(operateur):
                for operation in ("consulterEtat", "consulterDetail"):
                    yield (
                        operation,
                        self.vu(self.demander("suivi", operation, {"numeroSignalisation": numero}, operateur)),
                    )
                rendez_vous = self.demander(
                    "rendez-vous", "consulterRendezVous", {"numeroSignalisation": numero}, operateur
                )
                yield "consulterRendezVous", self.vu(rendez_vous)


@pytest.mark.exigence("R3.7", "R3.4", "R3.5")
@pytest.mark.parametrize("graine", range(4))
def test_rien_ne_dit_ce_qui_est_interne__ok(tmp_path: Path, graine: int) -> None:
    rng = Random(graine)
    with ExitStack() as pile:
        mondes = []
        for nom in ("avec", "sans"):
            (tmp_path / nom).mkdir()
            noeud, _ = pile.enter_context(noeud_sql(tmp_path / nom, capacites()))
            mondes.append(Monde(noeud))
        avec, sans = mondes
        references: list[tuple[str, str]] = []
        internes = faits = 0
        for pas in range(45):
            for monde in mondes:
                monde.noeud.horloge[0] += timedelta(minutes=7)
            if not references or rng.random() < 0.1:
                references.append((rng.choice(("OPA", "OPB")), f"S{pas}"))
                for monde in mondes:
                    monde.deposer(references[-1][1], references[-1][0])
            operateur, reference = rng.choice(references)
            nom = f"{operateur}-{reference}"
            if rng.random() < 0.5:
                cle = {"numeroSignalisation": avec.numero(nom), "action": "COMMENTER"}
                internes += avec.demander("sav", "traiterSignalisation", {**cle, **INTERNE}).refus is None
            service, operation, champs = rng.choice(GESTES)
            champs = champs | ({"referenceRendezVous": f"R{pas}"} if "referenceRendezVous" in champs else {})
            vues = []
            for monde in mondes:
                reponse = monde.demander(
                    service, operation, {"numeroSignalisation": monde.numero(nom), **champs}, operateur
                )
                vues.append((reponse.refus, monde.vu(reponse)))
            faits += vues[0][0] is None
            assert vues[0][0] == vues[1][0], "possible in both worlds, or in none"
            assert service == "sav" or vues[0] == vues[1]
            if pas % 9 == 0:
                _compare(avec, sans)
        assert (internes > 5, faits > 8) == (True, True), "something was done"
        _compare(avec, sans)
        for monde in mondes:
            monde.noeud.horloge[0] += timedelta(days=89)
        _compare(avec, sans)


def _compare(avec: Monde, sans: Monde) -> None:
    for operateur in ("OPA", "OPB"):
        lus = list(avec.lire(operateur))
        assert lus == list(sans.lire(operateur))
        autre = "OPB" if operateur == "OPA" else "OPA"
        for _, (_, octets) in lus:
            for secret in (b"MOT-INTERNE", b"Anne", b"SI-SAV", f"{autre}-".encode()):
                assert secret not in octets
