"""What the lists, the history, the events and the search must give: every row of the store, looked at one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from esav_soap.calendar import en_paris
from esav_soap.errors import CodeErreur
from esav_soap.signalisation import Etat, Visibilite
from esav_soap.usecases.depot import Appelant
from esav_soap.usecases.ports.suivi import Filtre, PageSignalisations, Place
from esav_soap.usecases.rendez_vous import Cible
from esav_soap.usecases.suivi import trouver
from tests.property.vie_demandes import ANNE, Pages
from tests.property.vie_poste import GENRES, Exemple, Ligne, Photo, Poste
from tests.property.vie_regles import clos_le, de_l_operateur, occupe, premier_jour, recente

Lecture = tuple[str, Callable[[Poste], Any], Any]


def lectures(photo: Photo, exemple: Exemple, appelant: Appelant, pages: Pages) -> Iterator[Lecture]:
    """What is asked, how, and the answer (or the refusal) that it must have."""
    cle = (appelant.plateforme, appelant.operateur)
    yield "lister", *_liste(photo, exemple, appelant, pages)
    yield "historique", *_historique(photo, exemple.instant, appelant, pages)
    yield "evenements", *_evenements(photo, appelant, pages)
    for fiche in de_l_operateur(photo, cle):
        yield "rechercher", *_recherche(photo, exemple, appelant, fiche)
        yield "detail", *_detail(photo, appelant, fiche)


def feuilleter(lire: Callable[[Place | None], PageSignalisations], maximum: int) -> list[tuple[str, str, Any, Any]]:
    """Number, state, last change and closure of all pages."""
    vues: list[tuple[str, str, Any, Any]] = []
    apres: Place | None = None
    for _ in range(200):
        page = lire(apres)
        assert len(page.signalisations) <= maximum
        vues += [(r.numero, r.etat.name, r.modifiee_le, r.clos_le) for r in page.signalisations]
        if page.suite is None:
            return vues
        apres = page.suite
    raise AssertionError("the pages have no end")


def _resume(fiche: Ligne) -> tuple[str, str, Any, Any]:
    return fiche["numero"], fiche["etat"], fiche["modifiee_le"], fiche["clos_le"]


def _liste(
    photo: Photo, exemple: Exemple, appelant: Appelant, pages: Pages
) -> tuple[Callable[[Poste], Any], list[Any]]:
    depuis, avant = (None if borne is None else exemple.instant + borne for borne in (pages.depuis, pages.avant))
    filtre = Filtre(appelant.plateforme, appelant.operateur, pages.etats, pages.offre, pages.prestation, depuis, avant)
    retenues = [
        fiche
        for fiche in de_l_operateur(photo, (appelant.plateforme, appelant.operateur))
        if (not pages.etats or Etat[fiche["etat"]] in pages.etats)
        and pages.offre in (None, fiche["offre"])
        and pages.prestation in (None, fiche["prestation"])
        and (depuis is None or fiche["depot_le"] >= depuis)
        and (avant is None or fiche["depot_le"] < avant)
    ]
    ordre = [_resume(f) for f in sorted(retenues, key=lambda f: (f["depot_le"], f["numero"]))]

    def lire(poste: Poste) -> Any:
        if pages.curseur % 2:
            return feuilleter(lambda apres: poste.sav.lister(ANNE, filtre, apres, pages.maximum), pages.maximum)
        # Whose they are is the caller's identity, whatever the filter says.
        autre = Filtre("production", "PERSONNE", filtre.etats, filtre.offre, filtre.prestation, depuis, avant)
        return feuilleter(lambda apres: poste.suivi.lister(appelant, autre, apres, pages.maximum), pages.maximum)

    return lire, ordre if pages.curseur % 2 else ordre[::-1]


def _historique(
    photo: Photo, instant: datetime, appelant: Appelant, pages: Pages
) -> tuple[Callable[[Poste], Any], list[Any]]:
    fermees = []
    for fiche in de_l_operateur(photo, (appelant.plateforme, appelant.operateur)):
        depuis = clos_le(photo.evenements[fiche["numero"]])
        if depuis is not None and recente(depuis, instant):
            fermees.append((depuis, fiche["numero"], fiche))

    def lire(poste: Poste) -> Any:
        return feuilleter(lambda apres: poste.suivi.historique(appelant, apres, pages.maximum, instant), pages.maximum)

    return lire, [_resume(fiche) for *_, fiche in sorted(fermees, key=lambda f: f[:2])]


def _evenements(photo: Photo, appelant: Appelant, pages: Pages) -> tuple[Callable[[Poste], Any], list[Any]]:
    """Those after the cursor that are shared, in their order, each once."""

    def lire(poste: Poste) -> Any:
        vus: list[Any] = []
        curseur = pages.curseur
        while True:
            page = poste.suivi.evenements(appelant, curseur, pages.maximum)
            assert len(page.evenements) <= pages.maximum
            assert page.curseur >= curseur
            vus += [
                (s.evenement.rang, s.numero, s.reference, s.evenement.etat.name, s.evenement.date)
                for s in page.evenements
            ]
            if not page.encore:
                return vus
            assert page.curseur > curseur
            curseur = page.curseur

    attendus = [
        (e["rang"], e["numero"], e["reference"], e["etat"], e["date"])
        for e in photo.suite
        if (e["plateforme"], e["operateur"]) == (appelant.plateforme, appelant.operateur)
        and e["visibilite"] == "PARTAGE"
        and e["rang"] > pages.curseur
    ]
    return lire, attendus


def _recherche(photo: Photo, exemple: Exemple, appelant: Appelant, fiche: Ligne) -> tuple[Callable[[Poste], Any], Any]:
    instant, genre = exemple.instant, GENRES[0]
    if 1 <= en_paris(instant).hour < 4:
        attendu: Any = CodeErreur.PLAGES_FERMEES
    else:
        premier = premier_jour(instant)
        zone = exemple.zone if fiche["prestation"] == "P-1" else ""
        attendu = []
        for (plateforme, ou, quoi, jour, plage), nombre in photo.places.items():
            prises = sum(
                occupe(r, instant)
                and (r["plateforme"], r["zone"], r["genre"], r["jour"], r["plage"])
                == (plateforme, ou, quoi, jour, plage)
                for r in photo.reservations.values()
            )
            bonne = (plateforme, ou, quoi) == (appelant.plateforme, zone, genre.name)
            if bonne and 0 <= (jour - premier).days < 14 and prises < nombre:
                attendu.append((jour, plage, nombre - prises))
        attendu.sort()

    def lire(poste: Poste) -> Any:
        trouvees = poste.guichet.rechercher(appelant, Cible(fiche["numero"]), genre, instant)
        return sorted((t.creneau.jour, t.creneau.plage.name, t.libres) for t in trouvees)

    return lire, attendu


def _detail(photo: Photo, appelant: Appelant, fiche: Ligne) -> tuple[Callable[[Poste], Any], Any]:
    """Its events as its opérateur may see them, by its own reference; and all of them for the SAV."""
    histoire = photo.evenements[fiche["numero"]]

    def dits(evenements: Any) -> list[tuple[Any, ...]]:
        return [(e.rang, e.date, e.etat.name, e.commentaire, e.auteur) for e in evenements]

    def lire(poste: Poste) -> Any:
        toute = poste.magasin.retrouver(fiche["numero"])
        assert toute is not None
        lue = poste.scenarios.par_reference(appelant.plateforme, appelant.operateur, fiche["reference"])
        assert lue is not None
        assert lue.evenements == toute.evenements
        vue = trouver(appelant, fiche["numero"], None, poste.scenarios)
        assert vue.evenements == tuple(e for e in toute.evenements if e.visibilite is Visibilite.PARTAGE)
        assert poste.scenarios.par_numero(appelant.plateforme, "PERSONNE", fiche["numero"]) is None
        return dits(toute.evenements)

    return lire, [(e["rang"] or 0, e["date"], e["etat"], e["commentaire"], e["auteur"]) for e in histoire]
