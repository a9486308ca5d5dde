"""The Fournisseur's side, for its own systems: the queue, what technicians do, late entry (R3.6, R7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Unpack

from esav_soap.client import requetes
from esav_soap.client.requetes import Contact
from esav_soap.client.services import Services
from esav_soap.client.suivi import Filtres, filtre, suivre_pages


class Sav:
    """Service ``sav`` of one platform, reached as ``ClientEsav.sav``; the certificate has to be one of the Fournisseur.

    ``technicien``: the person who acts, whom opérateurs never see. Answers have the WSDL's names. All methods raise
    :class:`RefusEsav`, :class:`ServiceInjoignable` and, for dates, :class:`SaisieInvalide`.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def lister_file(
        self,
        operateur: str | None = None,
        *,
        curseur: str | None = None,
        maximum: int | None = None,
        **filtres: Unpack[Filtres],
    ) -> Any:
        """A page of the signalisations to treat, the oldest first: the WSDL's ``FileSav``. ``filtres``: those of
        ``Suivi.lister``; ``prestation`` goes with ``operateur`` only."""
        arguments = filtre(**filtres)
        return self._services.appeler(
            "sav", "listerFile", operateur=operateur, curseur=curseur, maximum=maximum, **arguments
        )

    def toute_la_file(self, operateur: str | None = None, **filtres: Unpack[Filtres]) -> Iterator[Any]:
        """Every signalisation of :meth:`lister_file`, page after page: the WSDL's ``LigneFile``."""
        return suivre_pages(lambda curseur: self.lister_file(operateur, curseur=curseur, **filtres))

    def fiche(self, numero: str) -> Any:
        """Everything about a signalisation, with internal comments and the actions that are possible now: the WSDL's
        ``FicheSignalisation``."""
        return self._services.appeler("sav", "consulterFiche", numeroSignalisation=numero)

    def traiter(
        self,
        numero: str,
        action: str,
        *,
        technicien: str | None = None,
        nombre_evenements: int | None = None,
        commentaire: str | None = None,
        interne: bool = False,
        motif: str | None = None,
        attendu: str | None = None,
        cause: str | None = None,
        responsabilite: str | None = None,
        retabli_le: date | str | None = None,
    ) -> Any:
        """Do ``action`` (a code of ``actionPossible``); the signalisation after it, as :meth:`fiche`.

        ``nombre_evenements``: that of the fiche read; refused with MODIFIEE_ENTRETEMPS when it has changed since.
        ``interne``: a comment that the opérateur does not see. What each action wants: docs/etats.md. Not repeated when no
        answer comes (``ServiceInjoignable.a_verifier``): read the fiche first.
        """
        return self._services.appeler(
            "sav",
            "traiterSignalisation",
            numeroSignalisation=numero,
            action=action,
            technicien=technicien,
            nombreEvenements=nombre_evenements,
            commentaire=commentaire,
            visibilite="INTERNE" if interne else None,
            motif=motif,
            attendu=attendu,
            cause=cause,
            responsabilite=responsabilite,
            dateHeureRetablissement=requetes.instant("dateHeureRetablissement", retabli_le),
        )

    def saisir(
        self,
        operateur: str,
        depot: date | str,
        prestation: str,
        offre: str,
        champs: Iterable[tuple[str, str]],
        contact: Contact,
        *,
        reference: str,
        version: str,
        technicien: str | None = None,
    ) -> Any:
        """Enter a signalisation that the fallback procedure took at ``depot`` (R7.4): the WSDL's ``AccuseReception``.

        ``champs``: pairs as of ``ClientEsav.deposer_generique``; ``version``: of the catalogue that they belong to;
        ``reference``: the opérateur's, which makes a repetition safe.
        """
        with requetes.a_redeposer(reference):
            return self._services.appeler(
                "sav",
                "saisirSignalisation",
                operateur=operateur,
                dateHeureDepot=requetes.instant("dateHeureDepot", depot),
                technicien=technicien,
                versionCatalogue=version,
                entete=requetes.entete(prestation, reference, contact),
                offre=offre,
                champ=[{"chemin": chemin, "valeur": valeur} for chemin, valeur in champs],
            )

    def reporter(
        self,
        numero: str,
        jour: date | str,
        plage: str,
        *,
        reference_rendez_vous: str | None = None,
        technicien: str | None = None,
        commentaire: str | None = None,
    ) -> Any:
        """Move an appointment in the Fournisseur's name, without the opérateur's delay: the WSDL's ``RendezVousRendu``."""
        reference = reference_rendez_vous or requetes.reference_neuve("RDV")
        with requetes.a_redeposer(reference):
            return self._services.appeler(
                "sav",
                "reporterRendezVous",
                numeroRendezVous=numero,
                referenceRendezVous=reference,
                jour=requetes.jour("jour", jour),
                plage=plage,
                technicien=technicien,
                commentaire=commentaire,
            )

    def decommander(self, numero: str, *, technicien: str | None = None, commentaire: str | None = None) -> Any:
        """Cancel an appointment in the Fournisseur's name: the WSDL's ``RendezVousRendu``. ``commentaire`` is demanded when
        the signalisation is frozen."""
        return self._services.appeler(
            "sav", "decommanderRendezVous", numeroRendezVous=numero, technicien=technicien, commentaire=commentaire
        )
