"""What becomes of the archive: lists, exports, purges (the port ``Archives``, without the moving)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, select, true, tuple_, update

from esav_soap.signalisation import Etat
from esav_soap.store.archives_lecture import comprimer, decomprimer, lire_dossier
from esav_soap.store.moteur import Moteur
from esav_soap.store.tables import Instant, archive_signalisation, signalisation
from esav_soap.usecases.archives.document import Dossier, anonymiser, ecrire
from esav_soap.usecases.archives.ports import APurger, Archive, FiltreArchives, PageArchives
from esav_soap.usecases.ports.suivi import Place

_A = archive_signalisation.c
_S = signalisation.c

_RESUME = [_A[nom] for nom in Archive.__slots__]
#: Rows that one page looks at, for a filter that the index does not answer.
TRANCHE = 500


class ArchivesSuiviesSQL:
    """See the port."""

    def __init__(self, moteur: Moteur) -> None:
        self._moteur = moteur

    def archive(self, numero: str) -> tuple[Archive, Dossier] | None:
        def lire(connexion: Connection) -> tuple[Archive, Dossier] | None:
            ligne = connexion.execute(select(*_RESUME).where(_A.numero == numero)).first()
            dossier = lire_dossier(connexion, _A.numero == numero)
            return None if ligne is None or dossier is None else (_archive(ligne), dossier)

        return self._moteur.lire(lire)

    def archives(
        self,
        filtre: FiltreArchives,
        apres: Place | None,
        maximum: int,
        *,
        documents: bool = False,
        recentes_d_abord: bool = False,
    ) -> PageArchives:
        choix = select(*_RESUME, _A.document) if documents else select(*_RESUME)
        choix = choix.where(_periode(filtre))
        cle = tuple_(_A.clos_le, _A.numero)
        if apres is not None:
            place = tuple_(literal(apres.instant, Instant), literal(apres.numero))
            choix = choix.where(cle < place if recentes_d_abord else cle > place)
        par = (_A.clos_le.desc(), _A.numero.desc()) if recentes_d_abord else (_A.clos_le, _A.numero)
        examinees = maximum if filtre.operateur is None and filtre.plateforme is None else max(maximum, TRANCHE)
        lignes = self._moteur.lire(lambda c: c.execute(choix.order_by(*par).limit(examinees)).all())
        page: list[tuple[Archive, bytes]] = []
        derniere = None
        for derniere in lignes:
            une = _archive(derniere)
            if filtre.operateur in (None, une.operateur) and filtre.plateforme in (None, une.plateforme):
                page.append((une, ecrire(decomprimer(derniere.document)) if documents else b""))
                if len(page) == maximum:
                    break
        finie = len(lignes) < examinees and (derniere is None or derniere is lignes[-1])
        suite = None if finie or derniere is None else Place(derniere.clos_le, derniere.numero)
        return PageArchives(tuple(page), suite)

    def nombre_archives(self, filtre: FiltreArchives) -> int:
        choix = select(func.count()).select_from(archive_signalisation).where(_periode(filtre))
        if filtre.operateur is not None:
            choix = choix.where(_A.operateur == filtre.operateur)
        if filtre.plateforme is not None:
            choix = choix.where(_A.plateforme == filtre.plateforme)
        return self._moteur.lire(lambda connexion: connexion.scalar(choix)) or 0

    def marquer_exportees(self, numeros: Collection[str], instant: datetime) -> int:
        ordre = update(archive_signalisation).where(_A.numero.in_(sorted(numeros)), _A.exportee_le.is_(None))
        with self._moteur.ecriture() as connexion:
            return connexion.execute(ordre.values(exportee_le=instant)).rowcount

    def a_purger(self, avant: datetime) -> APurger:
        manquantes = func.count().filter(_A.exportee_le.is_(None))
        choix = select(func.count(), manquantes).where(_A.clos_le < avant, _A.purgee_le.is_(None))
        nombre, non_exportees = self._moteur.lire(lambda connexion: connexion.execute(choix).one())
        return APurger(nombre, non_exportees)

    def purger(self, avant: datetime, maximum: int, instant: datetime, *, sans_export: bool = False) -> int:
        encore_la = exists(select(_S.id).where(_S.numero == _A.numero))  # killed before the removal: archived again
        choix = select(_A.numero).where(_A.clos_le < avant, _A.purgee_le.is_(None), ~encore_la)
        if not sans_export:
            choix = choix.where(_A.exportee_le.is_not(None))
        with self._moteur.ecriture() as connexion:
            numeros = connexion.scalars(
                choix.order_by(_A.clos_le, _A.numero)
                .limit(maximum)
                .with_for_update(skip_locked=True, of=archive_signalisation)
            ).all()
            for numero in numeros:
                de = _A.numero == numero
                dossier = decomprimer(connexion.execute(select(_A.document).where(de)).scalar_one())
                valeurs = {"document": comprimer(anonymiser(dossier)), "purgee_le": instant}
                connexion.execute(update(archive_signalisation).where(de).values(**valeurs))
        return len(numeros)


def _periode(filtre: FiltreArchives) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if filtre.du is not None:
        conditions.append(_A.clos_le >= filtre.du)
    if filtre.avant is not None:
        conditions.append(_A.clos_le < filtre.avant)
    return and_(*conditions)


def _archive(ligne: Any) -> Archive:
    valeurs = {nom: getattr(ligne, nom) for nom in Archive.__slots__}
    return Archive(**{**valeurs, "etat": Etat[ligne.etat]})
