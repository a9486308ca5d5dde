"""The technicians' use cases over a store."""

from __future__ import annotations

import time

from esav_soap.signalisation import Signalisation
from esav_soap.store import Magasin
from esav_soap.usecases import suivi
from esav_soap.usecases.actions import Avancer
from esav_soap.usecases.agenda_essai import AgendaEssai, fermeture_essai
from esav_soap.usecases.ports.depots import Depots
from esav_soap.usecases.ports.horloge import Horloge
from esav_soap.usecases.registre import Registre, catalogue_du_pack
from esav_soap.usecases.rendez_vous import RendezVous, offres_du_registre
from esav_soap.usecases.sav import Sav
from esav_soap.usecases.scenarios import AvecScenarios
from esav_soap.usecases.suivi import FormulaireRempli


def monter_sav(magasin: Magasin, instant: Horloge) -> Sav:
    """Signalisations of integration are brought up to date first; no deposit goes through here, so no Offre is asked for."""
    return Sav(magasin, avancement(magasin, instant))


def avancement(magasin: Magasin, instant: Horloge) -> Avancer:
    """Brings a signalisation of integration up to date."""
    return _scenarios(magasin, instant).avancer


def monter_rendez_vous(magasin: Magasin, instant: Horloge) -> RendezVous:
    """Appointments of signalisations that stand; a version of the catalogue is loaded when a refusal proposes other slots."""
    agenda, offres = AgendaEssai(magasin, instant), offres_du_registre(Registre(magasin, ""))
    return RendezVous(agenda, _scenarios(magasin, instant), offres, fermeture=fermeture_essai)


def monter_saisie(magasin: Magasin, instant: Horloge) -> tuple[Depots, Registre]:
    """What late entries are judged by: the parc with the test prestations of integration, and the recorded versions."""
    registre = Registre(magasin, "")
    registre.rafraichir(instant())
    scenarios = AvecScenarios(
        magasin, magasin, lambda quand: registre.offres("integration", quand), instant, time.sleep
    )
    return scenarios, registre


def formulaire_rempli(magasin: Magasin, signalisation: Signalisation) -> FormulaireRempli | None:
    """The form of a signalisation; None when the version that it was deposited in is not recorded here."""
    pack = magasin.pack(signalisation.version_catalogue)
    return None if pack is None else suivi.formulaire_rempli(signalisation, catalogue_du_pack(pack))


def _scenarios(magasin: Magasin, instant: Horloge) -> AvecScenarios:
    return AvecScenarios(magasin, magasin, lambda _: frozenset(), instant, time.sleep)
