"""One schedule: a seed decides which requests come, in which order calls are answered, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from payments.identifiers import payment_id
from tests.simulation.tasks import Fate, KilledError, Task
from tests.simulation.world import World

MERCHANT = "m"
PATH = f"/merchants/{MERCHANT}/payments"
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
STEPS = 60
MOST_AT_ONCE = 4
KINDS = ("capture", "void", "refunds")
FATES = [Fate.ANSWERED] * 16 + [Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.KILLED_BEFORE, Fate.KILLED_AFTER]
LEAPS = [1.0] * 6 + [20.0, 40.0, 90.0, 90.0, 600.0, 2 * HOUR, 25 * HOUR, 8 * DAY]


@dataclass(frozen=True)
class Wish:
    """A request that a client makes, perhaps several times."""

    kind: str
    payment: int
    key: str
    body: str | None

    @property
    def payment_id(self) -> str:
        return payment_id(MERCHANT, f"payment-{self.payment}")

    @property
    def path(self) -> str:
        return PATH if self.kind == "create" else f"{PATH}/{self.payment_id}/{self.kind}"


@dataclass
class Schedule:
    """`answers` are those that clients got: (wish, status, headers, document)."""

    seed: str
    log: list[str] = field(default_factory=list)
    answers: list[tuple[Wish, int, dict[str, str], Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - schedules, no secrets
        self.world = World(self.random)
        self.tasks: list[tuple[Task, Wish | None, tuple[int, int] | None]] = []
        self.wishes: list[Wish] = []
        self.archived = 0
        self.recovering = False

    def run(self) -> None:
        actions: list[tuple[Callable[[], None], int]] = [
            (self.new_request, 5),
            (self.go_on, 24),
            (self.start_settler, 2),
            (self.start_archiver, 2),
            (self.let_time_pass, 3),
            (self.toggle_gateway, 1),
            (self.toggle_indexes, 2),
        ]
        doings, weights = zip(*actions, strict=True)
        for do in self.random.choices(doings, weights, k=STEPS):
            do()
        self.recover()

    def new_request(self) -> None:
        """A new wish, or one that was made before, perhaps while that is still under way."""
        if len(self.tasks) >= MOST_AT_ONCE:
            return
        if self.wishes and self.random.random() < 0.4:
            wish = self.random.choice(self.wishes)
        else:
            wish = self._new_wish()
            self.wishes.append(wish)
        self._start(self.world.request("POST", wish.path, wish.body, wish.key), wish)

    def _new_wish(self) -> Wish:
        made = [wish for wish in self.wishes if wish.kind == "create"]
        if not made or self.random.random() < 0.25:
            number = self.random.randrange(2)
            body = {"amount": self.random.randint(2, 4), "currency": "EUR", "payment_token": "tok"}
            sale = {} if self.random.random() < 0.5 else {"capture": False}
            return Wish("create", number, f"payment-{number}", json.dumps({**body, **sale}))
        kind = self.random.choice((*KINDS, "refunds"))
        body = {"amount": self.random.randint(1, 3)}
        key = f"step-{self.random.randrange(4)}"
        without = kind == "void" or (kind == "capture" and self.random.random() < 0.5)
        return Wish(kind, self.random.choice(made).payment, key, None if without else json.dumps(body))

    def go_on(self) -> None:
        """Some task's next call gets its fate."""
        if self.tasks:
            self._resume(self.random.choice(self.tasks), self.random.choice(FATES))

    def start_settler(self) -> None:
        if not any(task.name == "settler" for task, _, _ in self.tasks) or self.random.random() < 0.1:
            self._start(self.world.settle())

    def start_archiver(self) -> None:
        """The stream's next records; now and then from an earlier place on, as after a checkpoint that was lost."""
        stream = len(self.world.database.stream)
        if any(batch for _, _, batch in self.tasks):
            return
        if self.random.random() < 0.2:
            self.archived = self.random.randint(0, self.archived)
        if self.archived < stream:
            last = self.random.randint(self.archived + 1, stream)
            self._start(self.world.archive_batch(self.archived, last), batch=(self.archived, last))

    def let_time_pass(self) -> None:
        """Functions that would run longer than they may are ended."""
        self.world.seconds += self.random.choice(LEAPS)
        for entry in list(self.tasks):
            if entry[0].deadline <= self.world.seconds:
                self._resume(entry, Fate.KILLED_BEFORE)

    def toggle_gateway(self) -> None:
        self.world.gateway.down = not self.world.gateway.down and self.random.random() < 0.5

    def toggle_indexes(self) -> None:
        """They follow the table, or stay behind for a while."""
        database = self.world.database
        database.indexed = dict(database.items) if database.indexed is None and self.random.random() < 0.7 else None

    def recover(self) -> None:
        """Everything works again: what is under way ends, the settler runs, the rest of the stream is delivered."""
        self.recovering = True
        self.world.gateway.down = False
        self.world.database.indexed = None
        while self.tasks:
            self._resume(self.tasks[0], Fate.ANSWERED)
        for _ in range(8):
            self.world.seconds += 2 * HOUR
            self._finish(self.world.settle())
        for wish in self.wishes:
            self._finish(self.world.request("POST", wish.path, wish.body, wish.key), wish)
        self.world.seconds += 8 * DAY
        for _ in range(12):
            self.world.seconds += 7 * HOUR
            self._finish(self.world.settle())
        self._finish(self.world.archive_batch(self.archived, len(self.world.database.stream)))

    def _start(self, task: Task, wish: Wish | None = None, batch: tuple[int, int] | None = None) -> None:
        entry = task, wish, batch
        self.tasks.append(entry)
        self._resume(entry, Fate.ANSWERED)

    def _finish(self, task: Task, wish: Wish | None = None) -> None:
        self._start(task, wish)
        while not task.done:
            self._resume(next(entry for entry in self.tasks if entry[0] is task), Fate.ANSWERED)

    def _resume(self, entry: tuple[Task, Wish | None, tuple[int, int] | None], fate: Fate) -> None:
        task, wish, batch = entry
        self.log.append(f"{self.world.seconds:.0f}s {task.name} {wish.kind if wish else ''} {task.at}: {fate.value}")
        task.resume(fate)
        if not task.done:
            return
        self.tasks.remove(entry)
        if isinstance(task.result, KilledError):
            return
        if isinstance(task.result, Exception):
            # A batch that fails comes again, and so does a run of the settler, unless all calls are answered.
            if wish or self.recovering:
                self.failures.append(f"{task.name} failed: {task.result!r} {task.result.__context__!r}")
        elif batch:
            self.archived = batch[1]
        elif wish:
            answer = task.result
            self.answers.append((wish, answer["statusCode"], answer["headers"], json.loads(answer["body"])))
