"""The log of servers, workers and commands: one line an event, on standard error, in text or in JSON.

A record may carry ``champs`` (``extra={"champs": {...}}``): facts by name, which come before its message; ``pile`` among them
is a stack. Whatever a caller wrote, a line stays one line: what could end it, or turn what a terminal shows, is written as an
escape. Exceptions are told without their messages, which quote what they choke on: a signalisation holds names and telephone
numbers of people.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO

#: Events of note, and only what is not as it should be.
ORDINAIRE, ANORMAL = logging.INFO, logging.WARNING
#: How a line is written, by the setting's word.
FORMES = ("texte", "json")

#: Codes that drivers and the system give beside their message: SQLITE_FULL, 57P01, ENOSPC's number.
_CODES = ("sqlite_errorname", "sqlstate", "errno")
#: Ends of line, terminal commands, what turns the direction of writing, halves of characters.
_DANGEREUX = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
#: A value that needs no quotes in text.
_NU = re.compile(r"[\w./:;,@+*%()'~|!?&$#-]+")

_journal = logging.getLogger("esav")


class Texte(logging.Formatter):
    """``instant level source name=value ... message``, values in quotes where a blank could be taken for an end."""

    def format(self, record: logging.LogRecord) -> str:
        faits, message, pile = _dits(record)
        if pile:
            faits["pile"] = " | ".join(pile)
        morceaux = [_instant(record), record.levelname, record.name]
        morceaux += [f"{nom}={_valeur(fait)}" for nom, fait in faits.items()]
        return _une_ligne(" ".join([*morceaux, message] if message else morceaux))


class Json(logging.Formatter):
    """An object with ``instant``, ``niveau``, ``source``, the facts, and ``message`` and ``pile`` where there are."""

    def format(self, record: logging.LogRecord) -> str:
        faits, message, pile = _dits(record)
        objet: dict[str, Any] = {
            "instant": _instant(record),
            "niveau": record.levelname,
            "source": record.name,
            **faits,
        }
        if message:
            objet["message"] = message
        if pile:
            objet["pile"] = pile
        return _une_ligne(json.dumps(objet, ensure_ascii=False, default=str))


class _SurErreur(logging.StreamHandler[TextIO]):
    """Standard error as it is when a line is written."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def journaliser(forme: str, niveau: int = ORDINAIRE) -> bool:
    """Write every line of that level and above in this way, whoever logs it; may be called again. False: another program that
    uses this one has set its log up already, and keeps it."""
    racine = logging.getLogger()
    notres = [sortie for sortie in racine.handlers if isinstance(sortie, _SurErreur)]
    if racine.handlers and not notres:
        return False
    sortie = _SurErreur()
    sortie.setFormatter(Json() if forme == "json" else Texte())
    for autre in notres:
        racine.removeHandler(autre)
    racine.addHandler(sortie)
    racine.setLevel(niveau)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return True


def prendre_les_imprevus() -> None:
    """What nobody catches, in a thread or in the program itself, goes to the log as everything else."""

    def imprevu(nature: type[BaseException], erreur: BaseException, lieu: TracebackType | None) -> None:
        _journal.critical("erreur imprévue", exc_info=(nature, erreur, lieu))

    def dans_un_fil(faits: threading.ExceptHookArgs) -> None:
        if faits.exc_value is not None:
            imprevu(faits.exc_type, faits.exc_value, faits.exc_traceback)

    sys.excepthook = imprevu
    threading.excepthook = dans_un_fil


def sans_valeurs(erreur: BaseException) -> list[str]:
    """The stack of ``erreur`` and of what caused it, with kinds and codes instead of messages."""
    return list(_lignes(erreur))


def _lignes(erreur: BaseException) -> Iterator[str]:
    vues: set[int] = set()
    suivante: BaseException | None = erreur
    while suivante is not None and id(suivante) not in vues:
        vues.add(id(suivante))
        codes = [str(code) for nom in _CODES if (code := getattr(suivante, nom, None)) is not None]
        nature = f"{type(suivante).__module__}.{type(suivante).__qualname__}"
        yield f"{nature} ({', '.join(codes)})" if codes else nature
        for cadre in traceback.extract_tb(suivante.__traceback__):
            yield f"{cadre.filename}:{cadre.lineno} {cadre.name}"
        suivante = suivante.__cause__ or suivante.__context__


def _dits(record: logging.LogRecord) -> tuple[dict[str, Any], str, list[str]]:
    """Facts, message and stack of a record."""
    faits = dict(getattr(record, "champs", {}))
    erreur = record.exc_info[1] if record.exc_info else None
    pile = faits.pop("pile", None) or (sans_valeurs(erreur) if erreur is not None else [])
    return faits, record.getMessage(), pile


def _instant(record: logging.LogRecord) -> str:
    return f"{_seconde(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(maxsize=4)
def _seconde(instant: int) -> str:
    """Many lines are of the same one."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _valeur(fait: object) -> str:
    if isinstance(fait, int | float):
        return str(fait)
    dit = str(fait)
    return dit if _NU.fullmatch(dit) else json.dumps(dit, ensure_ascii=False)


def _une_ligne(dit: str) -> str:
    return _DANGEREUX.sub(lambda trouve: f"\\u{ord(trouve[0]):04x}", dit)
