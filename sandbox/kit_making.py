"""Making kits: the image of a task is built, and what its trials share is read. All of it blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import docker

from sandbox import recipe
from sandbox.background import Background, Spares
from sandbox.checks import Checks
from sandbox.cp.run_judge import ProblemJudge, RunJudge
from sandbox.env import images, owner
from sandbox.env.harbor_images import ensure_image
from sandbox.env.harbor_reading import survey
from sandbox.env.service_images import ensure_service
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.exams import hidden_tests, solution_of
from sandbox.harbor.place import Surroundings, exams_of, given_to, solutions_of
from sandbox.harbor.settings import Harbor
from sandbox.history import Base, make_base
from sandbox.kit import Exam, Kit
from sandbox.loader import is_as_it_was
from sandbox.probe import ReadyJudge, tests_digest
from sandbox.serving.place import ServiceKit
from sandbox.settings import load_settings
from sandbox.task import Task
from sandbox.toolbox import offered
from sandbox.tooling import Toolset
from sandbox.tree import Tree

# The image of the proxy, and of the holder.
OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class KitMaker:
    """Makes the kits of one run.

    base, machine: the base image, and what machines it is for. bases: where untouched workspaces are kept.
    run_judge: of problems. The rest is in each kit, as `Kit` has it.
    """

    client: docker.DockerClient
    run_id: str
    base: str
    machine: str
    bases: Path
    tools: Toolset
    checks: Checks
    judge_places: anyio.Semaphore
    background: Background
    judges: Spares[ReadyJudge]
    run_judge: RunJudge
    say: Callable[[str], None]

    def make(self, task: Task) -> Kit:
        """The kit of a task.

        Raises:
            BadInput, TaskError: the task does not hold, or its image does not build.
            SandboxError: the engine refuses or does not answer.
            HarnessError: what it is made of cannot be read, or the untouched workspace not be kept.
        """
        # What is judged must be what the lock says.
        if Path(task.path).is_dir() and not is_as_it_was(task):
            raise BadInput(f"{task.path}: has changed since this run began; put it back, or start a new run")
        if task.harbor is not None:
            return self._of_harbor(task, task.harbor)
        return self._of_our_own(task) if task.problem is None else self._of_problem(task)

    def _of_our_own(self, task: Task) -> Kit:
        folder = complete_directory(task, machine=self.machine)
        image = images.ensure_task(
            self.client, folder, base=self.base, timeout=task.build_seconds, name=task.name, say=self.say
        )
        services = self._service_kit(folder, task) if task.services else None
        exams = tuple(_exam(folder, task, index) for index in range(max(1, len(task.steps))))
        if services is not None:
            exams = tuple(replace(exam, digest=services.named(exam.digest, task)) for exam in exams)
        untouched = images.workspace_of(self.client, image, labels=self._labels)
        return self._kit(
            task,
            image=image,
            base=self._base(image, untouched, title="The untouched workspace"),
            exams=exams,
            solution=solution_of(folder, task),
            surroundings=services,
        )

    def _service_kit(self, folder: Path, task: Task) -> ServiceKit:
        """The images and seeds of a task's services; images are built when the first task needs them."""
        images_of = {service.name: service.of_kind.image for service in task.services} | {"": OWN}
        built = {image: ensure_service(self.client, image, say=self.say) for image in set(images_of.values())}
        with boundary(HarnessError, f"read the seeds of {task.path}"):
            seeds = {one.name: (folder / one.seed).read_bytes() for one in task.services if one.seed is not None}
        return ServiceKit(images={name: built[image] for name, image in images_of.items()}, seeds=seeds)

    def _of_harbor(self, task: Task, harbor: Harbor) -> Kit:
        folder = Path(task.path)
        image = ensure_image(
            self.client,
            folder,
            harbor,
            base=self.base,
            aliases=load_settings().aliases,
            timeout=task.build_seconds,
            name=task.name,
            say=self.say,
        )
        inside, files = survey(self.client, image, harbor.workdir, labels=self._labels)
        around = Surroundings(
            inside=inside, base=files, given=given_to(task, folder), solutions=solutions_of(task, folder)
        )
        return self._kit(
            task,
            image=image,
            base=self._base(image, files, title="The untouched image"),
            exams=exams_of(task, folder),
            solution=solution_of(folder, task),
            surroundings=around,
        )

    def _of_problem(self, task: Task) -> Kit:
        judge = self.run_judge.of(task)
        return self._kit(
            task,
            image=judge.desk.host.image,
            base=make_base(self.bases / "nothing.git", {}, title="Nothing"),
            exams=(judge.exam(task),),
            solution={},
            surroundings=judge,
        )

    def _kit(
        self,
        task: Task,
        *,
        image: str,
        base: Base,
        exams: tuple[Exam, ...],
        solution: Tree,
        surroundings: Surroundings | ServiceKit | ProblemJudge | None,
    ) -> Kit:
        return Kit(
            client=self.client,
            run_id=self.run_id,
            image=image,
            base=base,
            exams=exams,
            solution=solution,
            tools=offered(self.tools, task),
            checks=self.checks,
            judge_places=self.judge_places,
            background=self.background,
            judges=self.judges,
            surroundings=surroundings,
        )

    @property
    def _labels(self) -> dict[str, str]:
        return owner.labels(run=self.run_id, trial="", role="base")

    def _base(self, image: str, tree: Tree, *, title: str) -> Base:
        """What an image holds as the base of histories, made once for each image of a run."""
        return make_base(self.bases / f"{image.replace('/', '-').replace(':', '-')}.git", tree, title=title)


def _exam(folder: Path, task: Task, index: int) -> Exam:
    live, tests = task.at_step(index), hidden_tests(folder, task, index)
    return Exam(task=live, tests=tests, digest=tests_digest(live, tests))


def complete_directory(task: Task, *, machine: str) -> Path:
    """The task's directory with environment, tests and solution in it."""
    return recipe.lay_out(task, machine=machine) if task.release else Path(task.path)
