"""From a request's element to a verdict: valid and read, or refused with everything that is wrong in it (R3.1, R3.2)."""

from esav_soap.intake.anciennete import dater
from esav_soap.intake.controle import Controle, controler_requete
from esav_soap.intake.empreinte import empreinte
from esav_soap.intake.ordre import ranger
from esav_soap.intake.verdict import VALEUR_DEPRECIEE, Avertissement, EnteteRecu, Verdict

__all__ = [
    "VALEUR_DEPRECIEE",
    "Avertissement",
    "Controle",
    "EnteteRecu",
    "Verdict",
    "controler_requete",
    "dater",
    "empreinte",
    "ranger",
]
