"""One moved or repeated child is one fault."""

from __future__ import annotations

import random
import time

import pytest

from esav_soap.intake.alignement import Place, aligner

E, M, T = Place.EN_PLACE, Place.MAL_PLACE, Place.EN_TROP


@pytest.mark.exigence("R3.2")
@pytest.mark.parametrize(
    ("rangs", "maxima", "places"),
    [
        ([], [1, 1], []),
        ([0, 1, 2], [1, 1, 1], [E, E, E]),
        ([1, 2, 0], [1, 1, 1], [E, E, M]),
        ([2, 0, 1], [1, 1, 1], [M, E, E]),
        ([0, 1, 2, 1], [1, 1, 1], [E, E, E, T]),
        ([1, 0, 1, 2], [1, 1, 1], [T, E, E, E]),
        ([0, 0, 0, 1], [2, 1], [E, E, T, E]),
        ([0, 1, 1, 0], [3, 2], [E, E, E, M]),
        ([1, 1, 0, 1], [1, 3], [E, E, M, E]),
        ([0, 0], [1], [E, T]),
    ],
)
def test_places(rangs: list[int], maxima: list[int], places: list[Place]) -> None:
    assert aligner(rangs, maxima) == places


@pytest.mark.exigence("R3.2")
def test_what_is_in_place_is_in_order_and_within_the_maxima() -> None:
    rng = random.Random(1)
    for _ in range(500):
        maxima = [rng.randint(1, 3) for _ in range(rng.randint(1, 6))]
        rangs = [rng.randrange(len(maxima)) for _ in range(rng.randint(0, 10))]
        places = aligner(rangs, maxima)
        retenus = [rang for rang, place in zip(rangs, places, strict=True) if place is E]
        assert retenus == sorted(retenus)
        gardes = [rang for rang, place in zip(rangs, places, strict=True) if place is not T]
        assert all(gardes.count(i) <= maximum for i, maximum in enumerate(maxima))
        assert all(gardes.count(i) == min(rangs.count(i), maximum) for i, maximum in enumerate(maxima))
        conforme = rangs == sorted(rangs) and all(rangs.count(i) <= m for i, m in enumerate(maxima))
        assert conforme == all(place is E for place in places)


@pytest.mark.exigence("R3.2")
def test_many_children_take_no_long_time() -> None:
    debut = time.perf_counter()
    aligner([i % 40 for i in range(4000)], [100] * 40)
    assert time.perf_counter() - debut < 2
