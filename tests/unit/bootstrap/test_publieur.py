"""The publisher's jobs of a node leave threads of the server to the deposits."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from esav_soap.bootstrap import publieur as module
from esav_soap.bootstrap.publieur import PublieurDuNoeud
from esav_soap.errors import CodeErreur, ErreurEsav, PackInvalide

INSTANT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.exigence("R2.1")
def test_deux_travaux_a_la_fois_pas_plus__error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither more threads nor, once the first two are done, fewer places."""
    entres, suite = threading.Semaphore(0), threading.Event()

    def sources(_: bytes) -> Any:
        entres.release()
        assert suite.wait(30)
        raise PackInvalide([])

    monkeypatch.setattr(module, "_sources", sources)
    service = PublieurDuNoeud(None, "sqlite://", "https://esav.example")  # type: ignore[arg-type]
    with ThreadPoolExecutor(2) as fils:
        for _ in range(2):
            en_cours: list[Future[object]] = [
                fils.submit(service.simuler, b"", 30, INSTANT),
                fils.submit(service.annoncer, b"", None, [], INSTANT, a_tous=False),
            ]
            assert all(entres.acquire(timeout=30) for _ in en_cours)
            with pytest.raises(ErreurEsav) as refus:
                service.simuler(b"", 30, INSTANT)
            suite.set()
            assert [type(travail.exception(30)) for travail in en_cours] == [PackInvalide, PackInvalide]
            suite.clear()
            assert refus.value.code is CodeErreur.LIMITATION_DEBIT
            assert refus.value.reessayer_apres == INSTANT + timedelta(minutes=1)
