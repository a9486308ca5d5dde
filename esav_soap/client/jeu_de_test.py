"""Passing the jeu de test of a pack: every message is sent as it is, every answer compared with the one that is printed.

All that is needed stands in the pack's ``jeu-de-test/manifeste.xml``; nothing of the WSDL is used.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from esav_soap.client.erreurs import ProblemeSaisie, SaisieInvalide
from esav_soap.names import NS_PACK, NS_WS

_P = f"{{{NS_PACK}}}"
_DOSSIER = "jeu-de-test/"
_FICHIER_MAX = 32 * 1024 * 1024
_ANALYSEUR = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)

_SERIE = re.compile(r"[A-Za-z0-9._-]{1,40}")

#: Sends a message: address, bytes, operation -> HTTP status, body.
Envoi = Callable[[str, bytes, str], tuple[int, bytes]]


#: What zipfile raises for an archive that is damaged, encrypted, or packed in a way that it does not know.
_ABIMEE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class ResultatCas:
    """What came of a case. ``attendue``, ``recue``: answers, with placeholders for what differs from call to call."""

    code: str
    offre: str
    genre: str
    verdict: str
    statut_attendu: int
    statut_recu: int
    attendue: bytes = field(repr=False)
    recue: bytes = field(repr=False)

    @property
    def conforme(self) -> bool:
        return self.statut_attendu == self.statut_recu and self.attendue == self.recue


class JeuDeTest:
    """The jeu de test in the bytes of a pack (ZIP). Raises :class:`SaisieInvalide` when there is none."""

    def __init__(self, pack: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(pack))
        except _ABIMEE as exc:
            raise _sans_jeu() from exc
        try:
            manifeste = etree.fromstring(self._lire("manifeste.xml"), _ANALYSEUR)
        except etree.XMLSyntaxError as exc:
            raise _sans_jeu() from exc
        if manifeste.tag != f"{_P}jeuDeTest":
            raise _sans_jeu()
        self.version = manifeste.get("version", "")
        self.chemin = manifeste.get("chemin", "")
        self._prefixe = manifeste.get("prefixe", "").encode()
        self._cas = manifeste.findall(f"{_P}cas")
        self._references = [une.get("element", "") for une in manifeste.iter(f"{_P}reference")] or [
            "referenceOperateur"
        ]
        self._retenus = {un.get("element", ""): un.text or "" for un in manifeste.iter(f"{_P}retenu")}
        try:
            self._motifs = [
                (un.get("service", ""), re.compile(un.get("cherche", "").encode()), (un.text or "").encode())
                for un in manifeste.iter(f"{_P}motif")
            ]
        except re.error as exc:
            raise _sans_jeu() from exc
        self._jokers = {joker.get("element", ""): joker.text or "" for joker in manifeste.iter(f"{_P}joker")}
        self._ignores = [ignore.get("code", "") for ignore in manifeste.iter(f"{_P}avertissementIgnore")]

    @property
    def nombre(self) -> int:
        """How many cases there are to be passed at once."""
        return sum(1 for cas in self._cas if not _minutes(cas))

    @property
    def minutes(self) -> int:
        """After how many minutes the other cases can be passed; 0 when there are none."""
        return max((_minutes(cas) for cas in self._cas), default=0)

    @property
    def offres(self) -> tuple[str, ...]:
        """Codes of the Offres that have cases."""
        return tuple(dict.fromkeys(cas.get("offre", "") for cas in self._cas))

    def passer(
        self, base_url: str, envoi: Envoi, serie: str, offres: Collection[str] = (), *, apres: bool = False
    ) -> Iterator[ResultatCas]:
        """Send the messages one after the other, each reference with ``serie`` before it. ``offres``: only those.

        ``apres``: instead those that come ``minutes`` after the others of the same series.
        Raises :class:`SaisieInvalide` for an Offre without cases, and what ``envoi`` raises.
        """
        inconnues = [offre for offre in offres if offre not in self.offres]
        if inconnues:
            raise SaisieInvalide(
                [ProblemeSaisie(code, f"aucun cas ; Offres du jeu : {', '.join(self.offres)}") for code in inconnues]
            )
        if not _SERIE.fullmatch(serie):
            raise SaisieInvalide([ProblemeSaisie("serie", "lettres, chiffres, point et tiret, 40 au plus")])
        retenus: dict[str, bytes] = {}
        for cas in self._cas:
            if (offres and cas.get("offre", "") not in offres) or bool(_minutes(cas)) is not apres:
                continue
            adresse = base_url.rstrip("/") + (cas.get("chemin") or self.chemin)
            message = self._message(cas, serie.encode(), retenus)
            statut, recue = envoi(adresse, message, f"{NS_WS}:{cas.get('operation', '')}")
            self._retenir(recue, retenus)
            yield ResultatCas(
                code=cas.get("code", ""),
                offre=cas.get("offre", ""),
                genre=cas.get("genre", ""),
                verdict=cas.get("verdict", ""),
                statut_attendu=int(cas.get("statut", "0")),
                statut_recu=statut,
                attendue=self._lire(cas.get("reponse", "")),
                recue=self._normaliser(recue, cas.get("service", "")),
            )

    def _message(self, cas: etree._Element, serie: bytes, retenus: Mapping[str, bytes]) -> bytes:
        """The message with the series before its references, and what answers before it gave."""
        message = self._lire(cas.get("message", ""))
        for element in self._references:
            balise = f"<ws:{element}>".encode()
            message = message.replace(balise + self._prefixe, balise + serie + b"-" + self._prefixe)
        for element, joker in self._retenus.items():
            message = message.replace(joker.encode(), retenus.get(element, b""))
        return message

    def _retenir(self, reponse: bytes, retenus: dict[str, bytes]) -> None:
        """Keep the content of the last of each of these elements, where the answer has any."""
        for element in self._retenus:
            for dit in re.findall(rf"<ws:{re.escape(element)}>([^<]*)".encode(), reponse)[-1:]:
                retenus[element] = dit

    def _normaliser(self, reponse: bytes, service: str) -> bytes:
        for code in self._ignores:
            motif = f"<ws:avertissement><ws:code>{re.escape(code)}</ws:code><ws:message>[^<]*</ws:message></ws:avertissement>"
            reponse = re.sub(motif.encode(), b"", reponse)
        for element, joker in self._jokers.items():
            mis = joker.encode()
            reponse = re.sub(rf"(<ws:{re.escape(element)}>)[^<]*".encode(), lambda m, mis=mis: m[1] + mis, reponse)  # type: ignore[misc]
        for concerne, cherche, mis in self._motifs:
            if concerne == service:
                reponse = cherche.sub(mis, reponse)
        return reponse

    def _lire(self, chemin: str) -> bytes:
        try:
            info = self._archive.getinfo(_DOSSIER + chemin)
        except KeyError as exc:
            raise _sans_jeu() from exc
        if info.file_size > _FICHIER_MAX:
            raise _sans_jeu()
        try:
            return self._archive.read(info)
        except _ABIMEE as exc:
            raise _sans_jeu() from exc


def _minutes(cas: etree._Element) -> int:
    return int(cas.get("apres", "0"))


def _sans_jeu() -> SaisieInvalide:
    return SaisieInvalide([ProblemeSaisie("pack", "ce fichier n'est pas un pack e-SAV avec un jeu de test")])
