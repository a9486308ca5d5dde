"""The avis de clôture: what is known of the closure that was validated (art. 4.2.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from esav_soap.avis import Envoi
from esav_soap.avis.faits import Cloture
from esav_soap.signalisation import CLOTURES, Signalisation, garantie
from esav_soap.signalisation.transitions import cloture_en_cours, fin_contestation
from esav_soap.usecases.courrier import EchecDefinitif


class BaseCloture(Protocol):
    """What these notices are made from; see :mod:`esav_soap.usecases.ports.suivi`."""

    def retrouver(self, numero: str) -> Signalisation | None: ...


def faits_cloture(base: BaseCloture, envoi: Envoi, instant: datetime) -> Cloture:
    """What the notice of a validation tells. Raises :class:`EchecDefinitif` when that closure stands no more."""
    numero, _, rang = envoi.objet.partition(":")
    signalisation = base.retrouver(numero)
    if signalisation is None or signalisation.operateur != envoi.operateur:
        raise EchecDefinitif(f"La signalisation {numero} n'est pas dans le magasin.")
    if any(e.etat not in CLOTURES for e in signalisation.evenements[int(rang) :]):
        raise EchecDefinitif(
            f"La clôture de la signalisation {numero} a été contestée depuis : l'avis n'a plus d'objet."
        )
    histoire = signalisation.evenements[: int(rang)]  # up to the validation
    clos = cloture_en_cours(histoire)
    if clos is None:
        raise EchecDefinitif(f"La signalisation {numero} n'est pas close.")
    lue = garantie.lire(signalisation.prestation.garantie)
    return Cloture(
        numero=numero,
        reference=signalisation.reference,
        plateforme=signalisation.plateforme,
        prestation=signalisation.prestation.identifiant,
        offre=signalisation.offre,
        depot_le=signalisation.depot_le,
        clos_le=clos.date,
        cause=clos.cause.value if clos.cause else "",
        responsabilite=clos.responsabilite.value if clos.responsabilite else "",
        retabli_le=clos.retabli_le,
        commentaire=clos.commentaire,
        garantie=signalisation.prestation.garantie,
        echeance=garantie.echeance(lue, histoire),
        tenue=garantie.tenue(lue, histoire, instant),
        contestable=fin_contestation(clos.date),
    )
