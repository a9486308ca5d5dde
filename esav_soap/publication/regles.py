"""When a version may open, and what becomes of the one before (R2.2, R2.3, R2.7): pure decisions on recorded dates.

The same engine rules catalogue versions (:data:`CATALOGUE`) and versions of the services' technical signature
(:data:`SERVICES_WEB`). Instants are aware, intervals half-open, months those of the Paris calendar. The earliest legal
opening is a whole minute, so that the date that people read is the date that is accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from esav_soap.calendar import en_francais, en_utc, instant_plus_jours, instant_plus_mois
from esav_soap.publication.enonces import PAR_CODE, REGLES, RegleEcrite
from esav_soap.publication.versions import MAXIMUM_VIVES, VersionPubliee, rang_version

#: Notice of a new Offre, in months (R2.7), and of changes that are no version, in calendar days (R2.2).
PREAVIS_OFFRE_MOIS = 1
PREAVIS_CHANGEMENT_JOURS = 15
#: An opening further away than this is a slip of the pen.
HORIZON_MOIS = 60

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Regime:
    """The numbers of one kind of version: months of notice, months together with the version before; rules to cite."""

    nom: str
    preavis_mois: int
    cohabitation_min: int
    cohabitation_max: int
    regle_preavis: str
    regle_cohabitation: str

    def fins(self, ouverture: datetime) -> tuple[datetime, datetime]:
        """The earliest and the latest end of the version before, when the new one opens then."""
        return instant_plus_mois(ouverture, self.cohabitation_min), instant_plus_mois(ouverture, self.cohabitation_max)


CATALOGUE = Regime("version du catalogue", 2, 1, 1, "PREAVIS_CATALOGUE", "COHABITATION_CATALOGUE")
SERVICES_WEB = Regime("version des services Web", 6, 1, 6, "PREAVIS_WS", "COHABITATION_WS")


@dataclass(frozen=True, slots=True)
class Manquement:
    """A rule that is not kept. ``regle``: its code in :data:`REGLES`; ``message``: French, with the contract's article and
    the earliest legal date; ``au_plus_tot``: that date, or None when another date does not help."""

    regle: str
    message: str
    au_plus_tot: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What an announcement would record. Legal when ``manquements`` is empty.

    ``precedente``: the version in force before it, with its new end and its replacement; None when there is none.
    ``au_plus_tot``: the earliest opening that every rule allows; it is accepted, unless a manquement without a date
    stands in the way.
    """

    nouvelle: VersionPubliee
    precedente: VersionPubliee | None
    manquements: tuple[Manquement, ...]
    au_plus_tot: datetime


@dataclass(frozen=True, slots=True)
class DecisionRetrait:
    """What a withdrawal would record. Legal when ``manquements`` is empty; ``annulee`` is None for an unknown version.

    ``precedente``: the version that goes on without an end; None when no recorded date changes.
    """

    annulee: VersionPubliee | None
    precedente: VersionPubliee | None
    manquements: tuple[Manquement, ...]


def decider(
    version: str,
    ouverture: datetime | None,
    instant: datetime,
    connues: Collection[VersionPubliee],
    *,
    nouvelles_offres: bool,
    regime: Regime = CATALOGUE,
    retrait: datetime | None = None,
) -> Decision:
    """Judge the announcement, made at ``instant``, of a version that opens at ``ouverture`` (None: as early as legal).

    ``connues``: all that were ever recorded, withdrawn ones included. ``nouvelles_offres``: it brings Offres that the
    version before has not. ``retrait``: end of the version before, where the regime leaves a choice (None: the latest).
    Raises ``ValueError`` for a naive instant and for a version that is no number.
    """
    instant = en_utc(instant)
    presentes = [v for v in connues if v.annulation is None]
    planchers = _planchers(instant, presentes, regime, nouvelles_offres=nouvelles_offres)
    au_plus_tot, sans_fin = _premiere_place(max(planchers.values()), presentes)
    debut = au_plus_tot if ouverture is None else en_utc(ouverture)
    horizon = max(au_plus_tot, instant_plus_mois(instant, HORIZON_MOIS))
    trouves = _numero(version, connues, presentes, au_plus_tot)
    for regle, plancher in planchers.items():
        if debut < plancher:
            trouves.append(_date(regle, f"ouverture demandée : {en_francais(debut)}", au_plus_tot, sans_fin))
    if debut > horizon:
        trouves.append(_date("OUVERTURE_TROP_LOINTAINE", f"demandée : {debut:%d/%m/%Y}", au_plus_tot, sans_fin))
        debut = horizon  # the calendar may end before the month that follows
    vivantes = _vivantes(presentes, debut)
    if len(vivantes) >= MAXIMUM_VIVES:
        noms = " et ".join(v.version for v in vivantes)
        trouves.append(_date("DEUX_VERSIONS", f"{noms} le sont le {en_francais(debut)}", au_plus_tot, sans_fin))
    nouvelle = VersionPubliee(version, instant, debut)
    avant = _version_d_avant([v for v in presentes if v.version != version], debut, instant)
    if avant is None:
        return Decision(nouvelle, None, tuple(trouves), au_plus_tot)
    premiere, derniere = regime.fins(debut)
    fin = derniere if retrait is None else en_utc(retrait)
    if not premiere <= fin <= derniere:
        bornes = f"le {en_francais(premiere)}"
        if premiere != derniere:
            bornes = f"du {en_francais(premiere)} au {en_francais(derniere)}"
        detail = f"retrait de {avant.version} demandé : {en_francais(fin)}, admis : {bornes}"
        trouves.append(_manquement(regime.regle_cohabitation, detail, f"Ouverture au plus tôt le {_dit(au_plus_tot)}."))
    precedente = replace(avant, retrait=fin, remplacante=version)
    return Decision(nouvelle, precedente, tuple(trouves), au_plus_tot)


def decider_retrait(
    version: str, instant: datetime, connues: Collection[VersionPubliee], *, regime: Regime = CATALOGUE
) -> DecisionRetrait:
    """Judge the withdrawal, at ``instant``, of an announcement: possible until the version opens, the last one first.

    The version before goes on without an end, unless its end is none that an announcement gave (a hand did): that stays.
    Raises ``ValueError`` for a naive instant.
    """
    instant = en_utc(instant)
    annoncee = next((v for v in connues if v.version == version), None)
    if annoncee is None:
        annoncees = ", ".join(v.version for v in connues if v.annulation is None and instant < v.ouverture) or "aucune"
        return DecisionRetrait(
            None, None, (_manquement("RETRAIT_INCONNUE", f"{version} est inconnue ; annoncées : {annoncees}"),)
        )
    presentes = [v for v in connues if v.annulation is None]
    trouves = []
    suivantes = [v for v in presentes if _ordre(v) > _ordre(annoncee)]
    if annoncee.annulation is not None:
        trouves.append(_manquement("RETRAIT_DEJA_FAIT", f"{version} : le {en_francais(annoncee.annulation)}"))
    elif instant >= annoncee.ouverture:
        detail = f"{version} est ouverte depuis le {en_francais(annoncee.ouverture)}"
        trouves.append(_manquement("RETRAIT_TROP_TARD", detail))
    elif suivantes:
        derniere = max(suivantes, key=_ordre)
        detail = f"{derniere.version} s'ouvre après {version}, le {en_francais(derniere.ouverture)}"
        trouves.append(_manquement("RETRAIT_SUIVIE", detail, f"Retirer d'abord l'annonce de {derniere.version}."))
    if trouves:
        return DecisionRetrait(annoncee, None, tuple(trouves))
    # Not before the announcement, though a clock may have been set back.
    annulee = replace(annoncee, annulation=max(instant, annoncee.annonce))
    return DecisionRetrait(annulee, _rendue(annoncee, presentes, regime, instant), ())


def changement_au_plus_tot(instant: datetime) -> datetime:
    """When a change of URL, identification, IP or authentication that is announced at ``instant`` may take effect (R2.2)."""
    return _minute(instant_plus_jours(instant, PREAVIS_CHANGEMENT_JOURS))


def decider_changement(effet: datetime, instant: datetime) -> tuple[Manquement, ...]:
    """Judge the announcement, at ``instant``, of such a change taking effect at ``effet``."""
    au_plus_tot = changement_au_plus_tot(instant)
    if en_utc(effet) >= au_plus_tot:
        return ()
    detail, que_faire = f"effet demandé : {en_francais(effet)}", f"Effet au plus tôt le {_dit(au_plus_tot)}."
    return (_manquement("PREAVIS_CHANGEMENT", detail, que_faire, au_plus_tot),)


def _planchers(
    instant: datetime, presentes: Sequence[VersionPubliee], regime: Regime, *, nouvelles_offres: bool
) -> dict[str, datetime]:
    """Rule -> the earliest opening that it allows by itself."""
    planchers = {regime.regle_preavis: _minute(instant_plus_mois(instant, regime.preavis_mois))}
    if nouvelles_offres:
        planchers["PREAVIS_NOUVELLE_OFFRE"] = _minute(instant_plus_mois(instant, PREAVIS_OFFRE_MOIS))
    if presentes:
        derniere = max(v.ouverture for v in presentes)
        planchers["ORDRE_DES_OUVERTURES"] = _minute(derniere + timedelta(microseconds=1))
    return planchers


def _premiere_place(plancher: datetime, presentes: Sequence[VersionPubliee]) -> tuple[datetime, str]:
    """The first instant from ``plancher`` on at which one more version may live, and who must be given an end for it."""
    fins = sorted(_minute(v.retrait) for v in presentes if v.retrait is not None)
    for date in (plancher, *(fin for fin in fins if fin > plancher)):
        if len(_vivantes(presentes, date)) < MAXIMUM_VIVES:
            return date, ""
    eternelles = [v for v in sorted(presentes, key=_ordre) if v.retrait is None][:-1]
    date, _ = _premiere_place(plancher, [v for v in presentes if v not in eternelles])
    return date, ", ".join(v.version for v in eternelles)


def _vivantes(presentes: Sequence[VersionPubliee], date: datetime) -> list[VersionPubliee]:
    """Those that are open at ``date``, the newest last; the minute in which one ends still counts as its own."""
    ouvertes = (v for v in presentes if v.ouverture <= date and (v.retrait is None or _minute(v.retrait) > date))
    return sorted(ouvertes, key=_ordre)


def _version_d_avant(
    presentes: Sequence[VersionPubliee], ouverture: datetime, instant: datetime
) -> VersionPubliee | None:
    """The newest version in force at ``ouverture``; when all end before, the last to end goes on, so that no gap comes."""
    restantes = [v for v in presentes if v.ouverture < ouverture and (v.retrait is None or v.retrait > instant)]
    vivantes = _vivantes(restantes, ouverture)
    if vivantes:
        return vivantes[-1]
    return max(restantes, key=lambda v: (v.retrait or ouverture, _ordre(v)), default=None)


def _rendue(
    annoncee: VersionPubliee, presentes: Sequence[VersionPubliee], regime: Regime, instant: datetime
) -> VersionPubliee | None:
    """The version that ``annoncee`` would have replaced, as it is without it; None when it is none or is retired."""
    remplacees = [
        v
        for v in presentes
        if v.remplacante == annoncee.version and (v.retrait is None or v.retrait > instant) and v is not annoncee
    ]
    if not remplacees:
        return None
    avant = max(remplacees, key=_ordre)
    premiere, derniere = regime.fins(annoncee.ouverture)
    donnee = avant.retrait is not None and premiere <= avant.retrait <= derniere
    return replace(avant, retrait=None if donnee else avant.retrait, remplacante=None)


def _numero(
    version: str, connues: Collection[VersionPubliee], presentes: Sequence[VersionPubliee], au_plus_tot: datetime
) -> list[Manquement]:
    rang = rang_version(version)
    rangs = {rang_version(v.version) for v in connues}
    suite = f"Avec un autre numéro, ouverture au plus tôt le {_dit(au_plus_tot)}."
    if rang in rangs:
        return [_manquement("NUMERO_DEJA_UTILISE", f"{version} est déjà enregistrée", suite)]
    derniere = max(presentes, key=lambda v: rang_version(v.version), default=None)
    if derniere is not None and rang < rang_version(derniere.version):
        return [_manquement("NUMERO_NON_CROISSANT", f"{version} ne suit pas {derniere.version}", suite)]
    return []


def _date(regle: str, detail: str, au_plus_tot: datetime, sans_fin: str) -> Manquement:
    """A rule that another date keeps; or none, as long as versions without an end leave no room."""
    if not sans_fin:
        return _manquement(regle, detail, f"Ouverture au plus tôt le {_dit(au_plus_tot)}.", au_plus_tot)
    que_faire = f"Donner d'abord une fin à {sans_fin} ; alors, ouverture au plus tôt le {_dit(au_plus_tot)}."
    return _manquement(regle, detail, que_faire)


def _manquement(code: str, detail: str, que_faire: str = "", au_plus_tot: datetime | None = None) -> Manquement:
    regle = PAR_CODE[code]
    texte = f"{regle.enonce.rstrip('.')} ({regle.article}) ; {detail}. {que_faire}".rstrip()
    return Manquement(code, texte, au_plus_tot)


def _dit(instant: datetime) -> str:
    return f"{en_francais(instant)}, heure de Paris"


def _minute(instant: datetime) -> datetime:
    """The whole minute that is not before ``instant``."""
    instant = en_utc(instant)
    entiere = instant.replace(second=0, microsecond=0)
    return entiere if entiere == instant else entiere + _MINUTE


def _ordre(version: VersionPubliee) -> tuple[datetime, tuple[int, ...]]:
    return version.ouverture.astimezone(UTC), rang_version(version.version)


__all__ = [
    "CATALOGUE",
    "MAXIMUM_VIVES",
    "REGLES",
    "SERVICES_WEB",
    "Decision",
    "DecisionRetrait",
    "Manquement",
    "Regime",
    "RegleEcrite",
    "changement_au_plus_tot",
    "decider",
    "decider_changement",
    "decider_retrait",
]
