"""Making a catalogue version: from the publisher's files to artefacts, pack, and record (R1.1, R1.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from esav_soap.calendar import en_francais, sur_le_fil
from esav_soap.contract.documents import documents
from esav_soap.contract.pack import artefacts, assembler, schemas_depot
from esav_soap.contract.schemas import compiler_schema
from esav_soap.errors import PublicationRefusee
from esav_soap.intake import Controle
from esav_soap.model import Catalogue
from esav_soap.names import MOTIF_VERSION
from esav_soap.publication import MAXIMUM_VIVES, VersionPubliee, surnombre
from esav_soap.publication.ecarts import Ecart, comparer, en_html, en_xml
from esav_soap.reader import META_SCHEMAS, lire_catalogue
from esav_soap.usecases.documentation import faits
from esav_soap.usecases.jeu_de_test import Juge, cas_du_catalogue, fichiers_jeu_de_test, ranger
from esav_soap.usecases.ports.versions import Versions
from esav_soap.usecases.registre import ouvrir_pack

#: Told of progress: the step in French, what is done of it, and all of it.
Suivi = Callable[[str, int, int], None]
#: What publishers write; everything else in a pack is generated.
DOSSIERS_SOURCES = ("nomenclatures/", "formulaires/")


def sans_suivi(etape: str, fait: int, total: int) -> None:
    """For whoever shows no progress."""


def sources_de(fichiers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The publisher's files among those of a pack."""
    return {nom: fichiers[nom] for nom in fichiers if nom == "catalogue.xml" or nom.startswith(DOSSIERS_SOURCES)}


def engendrer(
    sources: Mapping[str, bytes], base_url: str, attendue: str | None = None
) -> tuple[Catalogue, dict[str, bytes]]:
    """The catalogue and its generated files. ``attendue``: the version that the sources must be of.

    Raises :class:`PackInvalide` with every defect.
    """
    catalogue = lire_catalogue(sources, version_attendue=attendue)
    return catalogue, artefacts(catalogue, base_url)


@dataclass(frozen=True, slots=True)
class Suite:
    """What a version follows. ``ecarts``: how it differs from ``precedent``; ``fichiers``: those of that version's pack, the
    XSDs at least (``xsd/...``)."""

    precedent: Catalogue
    ecarts: tuple[Ecart, ...]
    fichiers: Mapping[str, bytes]


def empaqueter(
    sources: Mapping[str, bytes],
    base_url: str,
    attendue: str | None = None,
    precedent: Catalogue | None = None,
    suivi: Suivi = sans_suivi,
) -> tuple[Catalogue, bytes]:
    """The catalogue and its pack (ZIP), the same bytes for the same sources and predecessor (R1.4).

    ``precedent``: the version before. Raises :class:`PackInvalide`.
    """
    suivi("lecture", 0, 1)
    catalogue = lire_catalogue(sources, version_attendue=attendue)
    suite = Suite(precedent, comparer(precedent, catalogue), schemas_depot(precedent)) if precedent else None
    return catalogue, faire_pack(catalogue, sources, base_url, suite, suivi)


def faire_pack(
    catalogue: Catalogue,
    sources: Mapping[str, bytes],
    base_url: str,
    suite: Suite | None = None,
    suivi: Suivi = sans_suivi,
) -> bytes:
    """The pack of a catalogue that was read from ``sources``. ``suite``: what the changelog compares with, and since which
    some refusals are such; without it there is no changelog. ``suivi`` is told the steps."""
    suivi("WSDL, XSD et maquettes", 0, 1)
    fichiers = artefacts(catalogue, base_url)
    juge = _juge(catalogue, fichiers, _juge(suite.precedent, suite.fichiers) if suite else None)
    etape = "jeu de test"
    ranges = ranger(cas_du_catalogue(catalogue, juge, lambda fait, total: suivi(etape, fait, total)))
    fichiers |= {f"jeu-de-test/{n}": o for n, o in fichiers_jeu_de_test(catalogue, ranges, base_url).items()}
    suivi("documents", 0, 1)
    fichiers |= documents(catalogue, faits(catalogue, ranges, base_url, suite.precedent.version if suite else None))
    if suite:
        suivi("changelog", 0, 1)
        versions = suite.precedent.version, catalogue.version
        fichiers["changelog.html"] = en_html(*versions, suite.ecarts)
        fichiers["changelog.xml"] = en_xml(*versions, suite.ecarts)
    fichiers |= {f"schemas/{nom}": contenu for nom, contenu in META_SCHEMAS.items()}
    suivi("archive", 0, 1)
    return assembler(catalogue, fichiers | dict(sources))


def _juge(catalogue: Catalogue, fichiers: Mapping[str, bytes], precedente: Juge | None = None) -> Juge:
    """The check of a version, from the XSD files among ``fichiers``."""
    schemas = {nom.removeprefix("xsd/"): fichiers[nom] for nom in fichiers if nom.startswith("xsd/")}
    return Juge(catalogue.version, Controle(catalogue, compiler_schema(schemas, "depot.xsd")), precedente)


@dataclass(frozen=True, slots=True)
class Dates:
    """When a version opens and ends in production; what is None stays as recorded.

    A version that is not recorded yet opens at once and has no known end.
    """

    ouverture: datetime | None = None
    retrait: datetime | None = None
    remplacante: str | None = None


def installer(
    sources: Mapping[str, bytes],
    base_url: str,
    dates: Dates,
    versions: Versions,
    instant: datetime,
    *,
    attendue: str | None = None,
    remplacer: bool = False,
) -> VersionPubliee:
    """Record a version with its pack and its dates, without the rules of notice: for setting up a platform. That two are
    live at most (R2.3), and that a withdrawn announcement and its number never come back, holds here as well.

    ``remplacer``: let another content take the place of the recorded one, which operators may be using already.
    Raises :class:`PackInvalide`, :class:`PublicationRefusee`.
    """
    catalogue = lire_catalogue(sources, version_attendue=attendue)
    version = catalogue.version
    connue = next((v for v in versions.versions() if v.version == version), None)
    if connue is not None and connue.annulation is not None:
        raise PublicationRefusee(
            f"L'annonce de la version {version} a été retirée le {en_francais(connue.annulation)}, et son numéro ne sert "
            "plus : donner à ce contenu un nouveau numéro."
        )
    if connue is not None and not remplacer and sources_de(ouvrir_pack(versions.pack(version) or b"")) != dict(sources):
        raise PublicationRefusee(
            f"La version {version} est déjà enregistrée avec un autre contenu, et une version publiée ne change plus : "
            "donner à ce contenu un nouveau numéro, ou forcer par --remplacer."
        )
    publiee = _dater(version, dates, connue, instant)
    _verifier_le_nombre(publiee, versions.versions(), instant)
    pack = faire_pack(catalogue, sources, base_url, _suite(catalogue, publiee, versions))
    versions.enregistrer_version(publiee, pack)
    return publiee


def _suite(catalogue: Catalogue, publiee: VersionPubliee, versions: Versions) -> Suite | None:
    """The recorded version that opens before that one; a withdrawn announcement is none."""
    ici = (publiee.ouverture, publiee.version)
    avant = [(v.ouverture, v.version) for v in versions.versions() if v.annulation is None]
    avant = [autre for autre in avant if autre < ici and autre[1] != publiee.version]
    pack = versions.pack(max(avant)[1]) if avant else None
    if pack is None:
        return None
    fichiers = ouvrir_pack(pack)
    precedent = lire_catalogue(sources_de(fichiers))
    return Suite(precedent, comparer(precedent, catalogue), fichiers)


def _dater(version: str, dates: Dates, connue: VersionPubliee | None, instant: datetime) -> VersionPubliee:
    ouverture = dates.ouverture or (connue.ouverture if connue else instant)
    retrait = dates.retrait or (connue.retrait if connue else None)
    remplacante = dates.remplacante or (connue.remplacante if connue else None)
    if retrait is not None and retrait <= ouverture:
        raise PublicationRefusee(
            f"Le retrait ({sur_le_fil(retrait)}) doit suivre l'ouverture ({sur_le_fil(ouverture)})."
        )
    if remplacante is not None and not MOTIF_VERSION.fullmatch(remplacante):
        raise PublicationRefusee(f"« {remplacante} » n'est pas un numéro de version, comme 2026.2.")
    annonce = min(connue.annonce if connue else instant, ouverture)
    return VersionPubliee(version, annonce, ouverture, retrait, remplacante)


def _verifier_le_nombre(publiee: VersionPubliee, connues: Collection[VersionPubliee], instant: datetime) -> None:
    """Raise :class:`PublicationRefusee` when one more version than allowed would be live."""
    trop = surnombre(connues, [publiee, *(v for v in connues if v.version != publiee.version)], instant)
    if trop is None:
        return
    noms = ", ".join(v.version for v in trop[1])
    possibles = [v for v in trop[1] if v.version != publiee.version]
    raise PublicationRefusee(
        f"{MAXIMUM_VIVES} versions au plus sont en vigueur au même instant (article 12.1), et {noms} le seraient le "
        f"{en_francais(trop[0])}, heure de Paris : donner d'abord une fin à {possibles[0].version} "
        f"(esav catalogue install {possibles[0].version} --retrait …), ou ouvrir {publiee.version} plus tard."
    )
