"""Announcing a catalogue version, and withdrawing an announcement before it opens (R2.1-R2.3, art. 12.1).

What takes long is apart from what reads or writes the store: :func:`rassembler` takes from the store what is needed,
:func:`elaborer` makes of it the pack and its verification, in another process if wanted (its argument, its result and its
exceptions can be pickled), :func:`annoncer` decides with the versions recorded by then, and writes in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from esav_soap.avis import Envoi, GenreAvis
from esav_soap.calendar import en_paris
from esav_soap.errors import PackInvalide, PublicationRefusee, VersionDejaAnnoncee
from esav_soap.model import Catalogue
from esav_soap.names import MOTIF_VERSION
from esav_soap.publication import VersionPubliee
from esav_soap.publication.ecarts import Ecart, Gravite, comparer
from esav_soap.publication.regles import Decision, decider, decider_retrait
from esav_soap.reader import lire_catalogue
from esav_soap.usecases.catalogue import Suite, Suivi, faire_pack, sans_suivi, sources_de
from esav_soap.usecases.ports.envois import Operateurs
from esav_soap.usecases.ports.versions import Publications, VersionsChangees
from esav_soap.usecases.registre import FichiersDuPack
from esav_soap.usecases.verification import verifier

#: How often an announcement is decided again because other versions were recorded meanwhile.
_REPRISES = 1


@dataclass(frozen=True, slots=True)
class Depart:
    """All that a candidate is made from. ``attendues``: recorded versions; ``precedent``: pack of the one to be replaced.

    ``ouverture``: as asked for, None for the earliest legal one. ``acceptees``: None when nothing is to be announced, so
    that neither dates nor differences are a reason to stop.
    """

    sources: Mapping[str, bytes]
    base_url: str
    attendues: tuple[VersionPubliee, ...]
    precedent: bytes | None
    instant: datetime
    ouverture: datetime | None = None
    acceptees: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verified version that could be announced. ``ecarts``: against the one that it replaces; ``decision``: what the
    rules say of it at ``depart.instant``, its ``manquements`` among them; :func:`annoncer` decides anew."""

    catalogue: Catalogue
    pack: bytes
    ecarts: tuple[Ecart, ...]
    decision: Decision
    depart: Depart
    nouvelles_offres: bool

    @property
    def attendues(self) -> tuple[VersionPubliee, ...]:
        return self.depart.attendues


def rassembler(
    sources: Mapping[str, bytes],
    base_url: str,
    publications: Publications,
    instant: datetime,
    ouverture: datetime | None = None,
    acceptees: Collection[str] | None = None,
) -> Depart:
    """Read from the store what :func:`elaborer` needs: quick, whatever the sources hold."""
    attendues = publications.versions()
    depart = Depart(
        dict(sources),
        base_url,
        attendues,
        None,
        instant,
        ouverture,
        None if acceptees is None else frozenset(acceptees),
    )
    numero = _numero(sources)
    if numero is None:
        return depart  # the reader tells why
    precedente = decider(numero, ouverture, instant, attendues, nouvelles_offres=False).precedente
    precedent = publications.pack(precedente.version) if precedente else None
    if acceptees is not None:
        _refuser_si_enregistree(numero, depart, publications)
    return replace(depart, precedent=precedent)


def elaborer(depart: Depart, suivi: Suivi = sans_suivi) -> Candidate:
    """Compare, decide, build the pack, verify it: all that takes long, and neither reads nor writes the store.

    Raises :class:`PackInvalide` with every defect; with ``depart.acceptees`` also :class:`PublicationRefusee` with every
    reason, before the pack is built.
    """
    suivi("lecture", 0, 1)
    catalogue = lire_catalogue(depart.sources)
    avant = FichiersDuPack(depart.precedent) if depart.precedent else None
    precedent = lire_catalogue(avant) if avant else None
    suivi("lecture", 1, 1)
    ecarts = comparer(precedent, catalogue) if precedent else ()
    nouvelles = not precedent or any(offre.code not in precedent for offre in catalogue.offres)
    decision = decider(
        catalogue.version, depart.ouverture, depart.instant, depart.attendues, nouvelles_offres=nouvelles
    )
    if depart.acceptees is not None:
        _refuser([*_manquements(decision), *_ruptures(ecarts, depart.acceptees)])
    suite = Suite(precedent, ecarts, avant) if precedent and avant else None
    pack = faire_pack(catalogue, depart.sources, depart.base_url, suite, suivi)
    problemes = verifier(depart.sources, pack, depart.precedent, suivi)
    if problemes:
        raise PackInvalide(problemes)
    return Candidate(catalogue, pack, ecarts, decision, depart, nouvelles)


def preparer(
    sources: Mapping[str, bytes],
    base_url: str,
    publications: Publications,
    instant: datetime,
    ouverture: datetime | None = None,
    suivi: Suivi = sans_suivi,
    *,
    acceptees: Collection[str] | None = None,
) -> Candidate:
    """A verified candidate; nothing is written (R2.1).

    Without ``acceptees`` (a check, a rehearsal) dates and breaking differences are no reason to stop: they are in the
    candidate. With it, whatever :func:`annoncer` would refuse is refused here at once, before the long work.
    Raises :class:`PackInvalide`, :class:`PublicationRefusee`, :class:`VersionDejaAnnoncee`.
    """
    return elaborer(rassembler(sources, base_url, publications, instant, ouverture, acceptees), suivi)


def annoncer(
    candidate: Candidate,
    acceptees: Collection[str],
    publications: Publications,
    operateurs: Operateurs,
    instant: datetime,
    *,
    a_tous: bool = False,
) -> VersionPubliee:
    """Record the version, the end of the one that it replaces, and the notices, in one transaction (R2.2, R2.3).

    The notice counts from ``instant``. ``acceptees``: names of breaking differences (``Ecart.nom``), or ``LIEU:*`` for all
    of an Offre, group or field. Raises :class:`PublicationRefusee` with every reason: dates, and each breaking difference
    that is not accepted; :class:`VersionDejaAnnoncee` when it is recorded already with this content.
    """
    version, depart = candidate.catalogue.version, candidate.depart
    envois = [Envoi(GenreAvis.VERSION_ANNONCEE, version, o) for o in concernes(candidate, operateurs, a_tous=a_tous)]
    for _ in range(_REPRISES + 1):
        versions = publications.versions()
        if any(v.version == version for v in versions):
            _refuser_si_enregistree(version, depart, publications)
        decision = decider(version, depart.ouverture, instant, versions, nouvelles_offres=candidate.nouvelles_offres)
        motifs = [*_manquements(decision), *_ruptures(candidate.ecarts, acceptees)]
        if not _meme_precedente(decision, candidate.decision):
            motifs.append(_AUTRE_PRECEDENTE)
        _refuser(motifs)
        try:
            publications.annoncer(decision.nouvelle, candidate.pack, decision.precedente, envois, versions)
        except VersionsChangees:
            continue
        return decision.nouvelle
    raise PublicationRefusee(_CHANGEES)


def retirer_annonce(
    version: str, publications: Publications, operateurs: Operateurs, instant: datetime
) -> VersionPubliee:
    """Withdraw the announcement of a version that is not open yet, and tell everyone who was told of it.

    The version before gets its former dates back. Raises :class:`PublicationRefusee`.
    """
    avises = publications.avises(version)
    envois = [Envoi(GenreAvis.ANNONCE_RETIREE, version, operateur) for operateur in avises]
    for _ in range(_REPRISES + 1):
        versions = publications.versions()
        decision = decider_retrait(version, instant, versions)
        _refuser([manquement.message for manquement in decision.manquements])
        assert decision.annulee is not None
        try:
            publications.retirer_annonce(decision.annulee, decision.precedente, envois, versions)
        except VersionsChangees:
            continue
        return decision.annulee
    raise PublicationRefusee(_CHANGEES)


def concernes(candidate: Candidate, operateurs: Operateurs, *, a_tous: bool = False) -> tuple[str, ...]:
    """Opérateurs to be told, by code: all that have prestations in production, since the addresses and namespaces of every
    Offre end with the version before, whether or not its form differs; with ``a_tous``, or when no version was before it,
    every declared one too. One that is not declared is among them: its notice fails for want of an address, and a person
    sees it."""
    codes = {code for code, _ in operateurs.operateurs_par_offre()}
    if a_tous or candidate.decision.precedente is None:
        codes |= {operateur.code for operateur in operateurs.operateurs()}
    return tuple(sorted(codes))


def ruptures(ecarts: Collection[Ecart], acceptees: Collection[str]) -> tuple[Ecart, ...]:
    """Breaking differences that no name in ``acceptees`` accepts."""
    return tuple(e for e in ecarts if e.gravite is Gravite.RUPTURE and not any(_accepte(a, e.nom) for a in acceptees))


_CHANGEES = "D'autres versions du catalogue ont été enregistrées pendant l'opération : rien n'a été fait. Recommencer."
_AUTRE_PRECEDENTE = (
    "La version à remplacer n'est plus celle avec laquelle ce pack a été comparé : le préparer de nouveau."
)


def _numero(sources: Mapping[str, bytes]) -> str | None:
    """The version that ``catalogue.xml`` says; None when it cannot be read."""
    try:
        analyseur = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
        numero = etree.fromstring(sources.get("catalogue.xml", b""), analyseur).get("version", "")
    except (etree.XMLSyntaxError, ValueError):
        return None
    return numero if MOTIF_VERSION.fullmatch(numero) else None


def _refuser(motifs: Collection[str]) -> None:
    if motifs:
        raise PublicationRefusee(*motifs)


def _manquements(decision: Decision) -> Iterator[str]:
    return (manquement.message for manquement in decision.manquements)


def _ruptures(ecarts: Collection[Ecart], acceptees: Collection[str]) -> Iterator[str]:
    refusees = ruptures(ecarts, acceptees)
    for ecart in refusees:
        yield f"Rupture à accepter par son nom, « {ecart.nom} » : {ecart.message}"
    noms = [e.nom for e in ecarts if e.gravite is Gravite.RUPTURE]
    for acceptee in sorted(acceptees) if refusees else ():
        if not any(_accepte(acceptee, nom) for nom in noms):
            yield f"« {acceptee} » n'accepte aucune rupture de cette version : corriger ou retirer ce nom."


def _accepte(acceptee: str, nom: str) -> bool:
    """``ACCES_FTTH/prise:*`` accepts what is at that place or below it, whatever the code."""
    if not acceptee.endswith(":*"):
        return acceptee == nom
    lieu, ici = acceptee.removesuffix(":*"), nom.partition(":")[0]
    return ici == lieu or (lieu != "" and ici.startswith(f"{lieu}/"))


def _meme_precedente(une: Decision, autre: Decision) -> bool:
    return (une.precedente and une.precedente.version) == (autre.precedente and autre.precedente.version)


def _refuser_si_enregistree(version: str, depart: Depart, publications: Publications) -> None:
    """Whoever repeats an announcement whose answer was lost finds it done. The rules tell of every other reuse."""
    connue = next((v for v in publications.versions() if v.version == version), None)
    if connue is None or connue.annulation is not None:
        return
    pack = publications.pack(version)
    if pack is None or sources_de(FichiersDuPack(pack)) != depart.sources:
        return
    deja = (
        f"La version {version} est déjà annoncée avec ce contenu, depuis le {en_paris(connue.annonce):%d/%m/%Y à %H:%M} ; "
        f"ouverture le {en_paris(connue.ouverture):%d/%m/%Y à %H:%M}."
    )
    if depart.ouverture is not None and depart.ouverture != connue.ouverture:
        raise PublicationRefusee(
            f"{deja} Pour une autre date, retirer cette annonce et annoncer ce contenu sous un nouveau numéro."
        )
    raise VersionDejaAnnoncee(f"{deja} Il n'y a rien à refaire.", version, connue.annonce, connue.ouverture)
