"""Which trial comes next: fair over candidates, and none that would have to wait for its image if another need not.

A candidate that is slow, or held back by its provider, keeps its share of the places and no more; the others take
the rest. Pure.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from itertools import zip_longest

from sandbox.plan import Trial
from sandbox.task import Task

# How far into a candidate's trials one is looked for whose image is there.
LOOK_AHEAD = 64


class WaitingList:
    """Trials that are still to be run, in the order of the plan for each candidate."""

    def __init__(self, trials: Iterable[Trial]) -> None:
        self._queues: dict[str, deque[Trial]] = {}
        self._at_work: Counter[str] = Counter()
        self._handed_out: Counter[str] = Counter()
        self._running = 0
        self._of_task: Counter[str] = Counter()
        self._size = 0
        for trial in trials:
            self._add(trial)
            self._of_task[trial.task.name] += 1

    def __len__(self) -> int:
        return self._size

    @property
    def running(self) -> int:
        """How many were handed out and are not back."""
        return self._running

    @property
    def at_work(self) -> int:
        """How many of these have not left."""
        return self._at_work.total()

    def candidates(self) -> list[str]:
        """Those with a trial that waits."""
        return [name for name, queue in self._queues.items() if queue]

    def take(self, ready: Callable[[Trial], bool]) -> Trial | None:
        """The next trial, now running; None if there is none that could begin at once.

        Of the candidate with the fewest at work; of two with as few, the one that had the fewest so far: there may be
        fewer places than candidates. Then the one that comes first in the plan.

        Args:
            ready: whether a trial could.
        """
        names = sorted(self.candidates(), key=lambda name: (self._at_work[name], self._handed_out[name]))
        for name in names:
            queue = self._queues[name]
            for place in range(min(len(queue), LOOK_AHEAD)):
                if ready(queue[place]):
                    return self._hand_out(name, place)
        return None

    def _hand_out(self, name: str, place: int) -> Trial:
        trial = self._queues[name][place]
        del self._queues[name][place]
        self._at_work[name] += 1
        self._handed_out[name] += 1
        self._running += 1
        self._size -= 1
        return trial

    def leave(self, trial: Trial) -> None:
        """A trial's candidate is through: what is still to be done for it takes none of the candidate's share."""
        self._at_work[trial.candidate.name] -= 1

    def give_back(self, trial: Trial, *, again: bool) -> None:
        """A trial that was handed out, and has left, is over.

        Args:
            again: whether it is to be run once more, after all others of its candidate.
        """
        self._running -= 1
        if again:
            self._add(trial)
        else:
            self._of_task[trial.task.name] -= 1

    def drop(self, candidate: str) -> int:
        """Take out the trials of a candidate that wait; how many there were."""
        dropped = self._queues.pop(candidate, deque())
        self._size -= len(dropped)
        self._of_task.subtract(trial.task.name for trial in dropped)
        return len(dropped)

    def is_through(self, task: Task) -> bool:
        """Whether no trial of a task waits or runs any more."""
        return self._of_task[task.name] <= 0

    def tasks(self) -> list[Task]:
        """The tasks of the trials that wait, in the order in which they are likely to be needed, each once."""
        rows = zip_longest(*(list(queue) for queue in self._queues.values()))
        waiting = [trial for row in rows for trial in row if trial is not None]
        return list({trial.task.name: trial.task for trial in waiting}.values())

    def _add(self, trial: Trial) -> None:
        self._queues.setdefault(trial.candidate.name, deque()).append(trial)
        self._size += 1
