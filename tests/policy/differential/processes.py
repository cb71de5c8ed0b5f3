"""Documents by the thousand, on every core: each process has both judges."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context

from ..slices import Document
from .compare import Difference, differences, shrunk
from .generate import Bases, case
from .second import Policies

PART = 100  # documents that a process judges in one go
TOLD_AFTER = 1000  # documents


def all_differences(shipped: Document, seed: int, documents: int) -> Iterator[Difference]:
    """The differences in documents number 0 to N of a seed, each printed as it is found."""
    done = 0
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=remember, initargs=(shipped,)) as pool:
        parts = [
            pool.submit(judge_part, seed, begin, min(begin + PART, documents)) for begin in range(0, documents, PART)
        ]
        for part in as_completed(parts):
            judged, found = part.result()
            done += judged
            for difference in found:
                print(difference, flush=True)
                yield difference
            if done % TOLD_AFTER == 0:
                print(f"{done} judged", flush=True)


_shipped: list[Document] = []  # in a process of the pool: the one document


def remember(shipped: Document) -> None:
    """Keep the document from which a process makes its cases."""
    _shipped.append(shipped)


@cache
def judges() -> tuple[Bases, Policies]:
    """What a process needs, made once."""
    return Bases(_shipped[0]), Policies()


def judge_part(seed: int, begin: int, end: int) -> tuple[int, list[Difference]]:
    """How many documents a part has, and the differences in it."""
    bases, policies = judges()
    cases = (case(bases, seed, number) for number in range(begin, end))
    found = [one for _, batch in differences(policies.judge, cases) for one in batch]
    return end - begin, [shrunk(policies.judge, one) for one in found]
