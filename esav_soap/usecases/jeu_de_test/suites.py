"""The cases after a deposit: every state and every kind of appointment (R3.4, R4.1, R6.3).

States come by the scenarios of the test prestations, minutes after the deposits of the set; the cases that read them are
marked so (``Cas.apres``), and whoever runs the set comes back for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from esav_soap.model import Offre, TypeRendezVous
from esav_soap.rendez_vous import Plage
from esav_soap.rendez_vous.essai import COMPLETES, LIBRES
from esav_soap.signalisation import Etat
from esav_soap.signalisation.scenarios import Scenario, etapes
from esav_soap.usecases.jeu_de_test.objets import PREFIXE, Cas, Genre, prestation_essai
from esav_soap.usecases.jeu_de_test.reponses import RETENUS, ReponseAttendue
from esav_soap.usecases.jeu_de_test.suivi import Champs, ServiceSuivi, requete

#: Scenario -> the state that its signalisations come to and stay in.
ATTEINTS: Mapping[Scenario, Etat] = {s: etapes(s)[-1].etat for s in Scenario if etapes(s)}
#: Minutes until all of them are there.
MINUTES = max(etapes(s)[-1].minutes for s in ATTEINTS)
#: Cases of an Offre at most.
NOMBRE = 55
#: A day that is over, and a slot that no kind has on any day.
_PASSE, _ABSENTE = "2026-01-01", Plage.H16
_JOUR, _NUMERO = RETENUS["jour"], RETENUS["numeroRendezVous"]

#: Writes the SOAP message of a request.
Enveloppe = Callable[[etree._Element], bytes]


class Suites:
    """Those of one Offre, of which the set has deposited ``reference`` on the ordinary test prestation."""

    def __init__(self, offre: Offre, reference: str, service: ServiceSuivi, enveloppe: Enveloppe) -> None:
        self._offre = offre
        self._reference = reference
        self._service = service
        self._enveloppe = enveloppe
        self._rendez_vous = 0
        service.deposer(reference, prestation_essai(offre.code), offre.code)

    def suivi(self) -> Iterator[Cas]:
        """What ``suivi`` answers at once."""
        cle = {"referenceOperateur": self._reference}
        yield self._un(Genre.COMPLEMENT, "completerSignalisation", cle | {"commentaire": "Accès par la cour."})
        yield self._un(Genre.DEMANDE_CLOTURE, "demanderCloture", cle | {"commentaire": "Le service est revenu."})
        texte = {"commentaire": "Le client n'a toujours rien."}
        yield self._un(Genre.CONTESTATION_REFUSEE, "contesterCloture", cle | texte)
        inconnue = {"referenceOperateur": f"{PREFIXE}INCONNUE"}
        yield self._un(Genre.SIGNALISATION_INCONNUE, "consulterEtat", inconnue)
        yield self._un(Genre.SUIVI_INVALIDE, "completerSignalisation", {})
        filtre = {"offre": self._offre.code, "identifiantPrestation": prestation_essai(self._offre.code)}
        yield self._un(Genre.LISTE, "listerSignalisations", filtre | {"maximum": "1"})
        yield self._un(Genre.EVENEMENTS, "listerEvenements", {"maximum": "1"})
        yield self._un(Genre.ETAT_EN_DEPOT, "consulterEtat", cle)

    def etats(self, references: Mapping[Scenario, str]) -> Iterator[Cas]:
        """The states of the deposits on the scenarios' prestations, minutes after."""
        for scenario, reference in references.items():
            atteint = ATTEINTS[scenario]
            self._service.deposer(reference, prestation_essai(self._offre.code, scenario), self._offre.code)
            message = self._enveloppe(requete("consulterEtat", {"referenceOperateur": reference}))
            attendu = self._service.devenir(reference, atteint)
            genre = Genre[f"ETAT_{atteint.name}"]
            yield Cas(self._offre.code, genre, "consulterEtat", message, attendu, "suivi", MINUTES)

    def rendez_vous(self) -> Iterator[Cas]:
        """Every kind of the Offre, and every refusal. The search comes first: it gives the day."""
        yield from self._fermees()
        for genre in self._offre.rendez_vous:
            yield self._un_rdv(f"RECHERCHE_{genre.name}", "rechercherPlages", self._cle(genre))
            if genre is self._offre.rendez_vous[0]:
                yield from self._a_confirmer(genre)
                yield from self._refuses(genre)
            yield from self._un_genre(genre)
        if self._offre.rendez_vous:
            yield self._un_rdv("CONSULTATION", "consulterRendezVous", {"referenceOperateur": self._reference})

    def _fermees(self) -> Iterator[Cas]:
        for genre in TypeRendezVous:
            if genre not in self._offre.rendez_vous:
                yield self._un_rdv("GENRE_NON_PREVU", "rechercherPlages", self._cle(genre))
                break
        for genre in self._offre.rendez_vous[:1]:
            nuit = {"identifiantPrestation": prestation_essai(self._offre.code, Scenario.NUIT), "genre": genre.name}
            yield self._un_rdv("PLAGES_FERMEES", "rechercherPlages", nuit)
        yield self._un_rdv("RENDEZ_VOUS_INCONNU", "annulerRendezVous", {"numeroRendezVous": "INCONNU"})

    def _a_confirmer(self, genre: TypeRendezVous) -> Iterator[Cas]:
        tenue = self._souhait(genre, LIBRES[genre][0], ferme=False)
        yield self._un_rdv("PLACE_TENUE", "reserverRendezVous", tenue)
        yield self._un_rdv("PLACE_TENUE_RENVOI", "reserverRendezVous", tenue)
        numero = {"numeroRendezVous": _NUMERO}
        yield self._un_rdv("CONFIRMATION", "confirmerRendezVous", numero)
        yield self._un_rdv("RENDEZ_VOUS_EXISTANT", "reserverRendezVous", self._souhait(genre, LIBRES[genre][1]))
        yield self._un_rdv("DECOMMANDE", "annulerRendezVous", numero)
        yield self._un_rdv("DECOMMANDE_RENVOI", "annulerRendezVous", numero)

    def _refuses(self, genre: TypeRendezVous) -> Iterator[Cas]:
        for nom, plage, jour in (
            ("PLAGE_COMPLETE", COMPLETES[genre], _JOUR),
            ("PLAGE_INCONNUE", _ABSENTE, _JOUR),
            ("JOUR_TROP_PROCHE", LIBRES[genre][0], _PASSE),
        ):
            yield self._un_rdv(nom, "reserverRendezVous", self._souhait(genre, plage, jour=jour))

    def _un_genre(self, genre: TypeRendezVous) -> Iterator[Cas]:
        premiere, seconde, *_ = LIBRES[genre]
        yield self._un_rdv(f"RESERVATION_{genre.name}", "reserverRendezVous", self._souhait(genre, premiere))
        autre = {"referenceRendezVous": self._nouvelle(), "jour": _JOUR, "plage": seconde.name}
        numero = {"numeroRendezVous": _NUMERO}
        yield self._un_rdv(f"MODIFICATION_{genre.name}", "modifierRendezVous", numero | autre)
        yield self._un_rdv(f"ANNULATION_{genre.name}", "annulerRendezVous", numero)

    def _cle(self, genre: TypeRendezVous) -> dict[str, str]:
        return {"referenceOperateur": self._reference, "genre": genre.name}

    def _souhait(self, genre: TypeRendezVous, plage: Plage, *, ferme: bool = True, jour: str = _JOUR) -> Champs:
        reference = {"referenceOperateur": self._reference, "referenceRendezVous": self._nouvelle()}
        souhait = {"genre": genre.name, "jour": jour, "plage": plage.name}
        return reference | souhait | ({"ferme": "true"} if ferme else {})

    def _nouvelle(self) -> str:
        self._rendez_vous += 1
        return f"{self._reference}-{self._rendez_vous:02d}"

    def _un_rdv(self, genre: str, operation: str, champs: Champs) -> Cas:
        return self._un(Genre[genre], operation, champs, "rendez-vous")

    def _un(self, genre: Genre, operation: str, champs: Champs, service: str = "suivi") -> Cas:
        attendu: ReponseAttendue = self._service.appeler(service, operation, champs)
        message = self._enveloppe(requete(operation, champs))
        return Cas(self._offre.code, genre, operation, message, attendu, service)
