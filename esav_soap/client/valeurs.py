"""A value as a person or a program gives it -> what goes over the wire for the type that the WSDL states."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from esav_soap.client.contrat import Champ

_PARIS = ZoneInfo("Europe/Paris")
_ENTIER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)")
_DATE = re.compile(
    r"(?P<a>[0-9]{4})-(?P<m>[0-9]{2})-(?P<j>[0-9]{2})|(?P<j2>[0-9]{1,2})/(?P<m2>[0-9]{1,2})/(?P<a2>[0-9]{4})"
)
_HEURE = re.compile(
    r"(?P<h>[0-9]{1,2})(?:[:h](?P<mn>[0-9]{2}))(?::(?P<s>[0-9]{2})(?P<f>[.,][0-9]{1,6})?)?"
    r"\s*(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_COUPE = re.compile(r"\s*[Tt]\s*|\s+(?:à\s+)?")
_OUI = frozenset({"oui", "o", "vrai", "true", "1", "yes"})
_NON = frozenset({"non", "n", "faux", "false", "0", "no"})
_SEPARATEURS_TELEPHONE = re.compile(r"[\s.()\-\u2010\u2011]")


def sur_le_fil(champ: Champ, valeur: object) -> str:
    """Lexical form of ``valeur`` for ``champ``. Raises ``ValueError`` with a French message when it has none.

    Codes, lengths, patterns and bounds are left to the service, which explains them better.
    """
    match champ.genre:
        case "entier":
            return _entier(valeur)
        case "decimal":
            return _decimal(valeur)
        case "date":
            return _date(valeur)
        case "dateHeure":
            return _date_heure(valeur)
        case "ouiNon":
            return _oui_non(valeur)
        case "telephone":
            return _SEPARATEURS_TELEPHONE.sub("", _texte(valeur))
        case "courriel" | "nomenclature":
            return _texte(valeur).strip()
        case _:
            return _texte(valeur)


def date_sur_le_fil(valeur: object) -> str:
    """``date`` or text -> ``2026-11-05``. Raises ``ValueError`` with a French message."""
    return _date(valeur)


def instant_sur_le_fil(valeur: object) -> str:
    """``datetime``, ``date`` or text -> date and time with their offset; a day alone is its midnight in Paris. Raises
    ``ValueError`` with a French message."""
    if isinstance(valeur, date) and not isinstance(valeur, datetime):
        return _date_heure(datetime(valeur.year, valeur.month, valeur.day))  # noqa: DTZ001 - Paris is added there
    seul = _jour(valeur.strip()) if isinstance(valeur, str) else None
    if seul is not None:
        return instant_sur_le_fil(seul)
    try:
        return _date_heure(valeur)
    except ValueError as exc:
        raise ValueError(f"{exc} ; ou un jour seul, 2026-11-05 : son premier instant") from exc


def _texte(valeur: object) -> str:
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, (int, Decimal)) and not isinstance(valeur, bool):
        return str(valeur)
    raise ValueError("un texte est attendu")


def _entier(valeur: object) -> str:
    if isinstance(valeur, int) and not isinstance(valeur, bool):
        return str(valeur)
    texte = _nombre(valeur)
    if not _ENTIER.fullmatch(texte):
        raise ValueError("un nombre entier est attendu, par exemple 12")
    return str(int(texte))


def _decimal(valeur: object) -> str:
    if isinstance(valeur, float):
        valeur = Decimal(repr(valeur))
    if isinstance(valeur, Decimal) and valeur.is_finite():
        return format(valeur, "f")
    if isinstance(valeur, int) and not isinstance(valeur, bool):
        return str(valeur)
    texte = _nombre(valeur)
    if not _DECIMAL.fullmatch(texte):
        raise ValueError("un nombre est attendu, par exemple -21,4")
    return format(Decimal(texte.replace(",", ".")), "f")


def _nombre(valeur: object) -> str:
    # The typographic minus is what people copy from documents.
    return valeur.strip().replace("\u2212", "-") if isinstance(valeur, str) else ""


def _date(valeur: object) -> str:
    if isinstance(valeur, datetime):
        return (valeur.astimezone(_PARIS) if valeur.tzinfo else valeur).date().isoformat()
    if isinstance(valeur, date):
        return valeur.isoformat()
    jour = _jour(valeur.strip()) if isinstance(valeur, str) else None
    if jour is None:
        raise ValueError("une date est attendue : 2026-11-05 ou 05/11/2026")
    return jour.isoformat()


def _jour(texte: str) -> date | None:
    lu = _DATE.fullmatch(texte)
    if lu is None:
        return None
    annee, mois, jour = (int(lu[nom] or lu[f"{nom}2"]) for nom in "amj")
    try:
        return date(annee, mois, jour)
    except ValueError:
        return None


def _date_heure(valeur: object) -> str:
    instant = valeur if isinstance(valeur, datetime) else _instant(valeur)
    if instant is None:
        raise ValueError(
            "une date et heure est attendue : 2026-11-05T09:15 ou 05/11/2026 09:15 (heure de Paris), "
            "ou avec son décalage : 2026-11-05T09:15:00+01:00"
        )
    if instant.tzinfo is None:
        # Through UTC: an hour that Paris clocks skip becomes the next one; one that they show twice is the first.
        instant = instant.replace(tzinfo=_PARIS).astimezone(UTC).astimezone(_PARIS)
    return instant.isoformat(timespec="microseconds" if instant.microsecond else "seconds")


def _instant(valeur: object) -> datetime | None:
    if not isinstance(valeur, str):
        return None
    jour, *reste = _COUPE.split(valeur.strip(), maxsplit=1)
    lu = _HEURE.fullmatch(reste[0]) if reste else None
    quand = _jour(jour)
    if lu is None or quand is None:
        return None
    zone = lu["z"] or ""
    if zone and zone.upper() != "Z" and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    fraction = (lu["f"] or "").replace(",", ".")
    try:
        return datetime.fromisoformat(
            f"{quand.isoformat()}T{int(lu['h']):02}:{lu['mn']}:{lu['s'] or '00'}{fraction}{zone.upper()}"
        )
    except ValueError:
        return None


def _oui_non(valeur: object) -> str:
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    texte = valeur.strip().casefold() if isinstance(valeur, str) else ""
    if texte in _OUI:
        return "true"
    if texte in _NON:
        return "false"
    raise ValueError("oui ou non est attendu")
