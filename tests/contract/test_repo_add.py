"""`repo add` from a package index of our own over HTTP, from the real one, and from a git repository."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.contract.test_fetch import Quiet
from tests.support.command import PROJECT, roadtest
from tests.support.upstream import halver

FILES = {
    "PKG-INFO": "Metadata-Version: 2.4\nName: sample-pkg\nLicense-Expression: MIT\n",
    "sample_pkg.py": "x = 1\n",
    "tests/test_x.py": "import sample_pkg, os\n",
}


def sdist(version: str, files: Mapping[str, str], marker: Path) -> bytes:
    """A source distribution whose set-up code would give itself away."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in {**files, "setup.py": f"open({str(marker)!r}, 'w')\n"}.items():
            member = tarfile.TarInfo(f"sample_pkg-{version}/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


class Index:
    """A simple index in a folder, and the environment in which Roadtest uses it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.marker = folder / "set-up-code-was-run"
        self.env = {
            "PIP_INDEX_URL": f"{url}/simple/",
            "PIP_EXTRA_INDEX_URL": "",
            "ROADTEST_CACHE": str(folder / "cache"),
            "ROADTEST_REPOS": str(folder / "repos"),
        }
        self.rows: dict[str, str] = {}
        (folder / "simple" / "sample-pkg").mkdir(parents=True)

    def offer(self, version: str, files: Mapping[str, str] = FILES, *, sha256: str | None = None) -> str:
        """Put a release on it; its hash. With `sha256` the index says another."""
        name, data = f"sample_pkg-{version}.tar.gz", sdist(version, files, self.marker)
        (self.folder / name).write_bytes(data)
        found = hashlib.sha256(data).hexdigest()
        at = f'data-upload-time="2024-0{version[0]}-02T03:04:05Z"'
        self.rows[name] = f'<a href="../../{name}#sha256={sha256 or found}" {at}>{name}</a>'
        page = self.folder / "simple" / "sample-pkg" / "index.html"
        page.write_text("<!DOCTYPE html>" + "".join(self.rows.values()))
        return found

    def offer_wheel(self, name: str, version: str) -> None:
        """Put a wheel on it that holds nothing but what makes it one."""
        stem = f"{name.replace('-', '_')}-{version}"
        info, file = f"{stem}.dist-info", f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(self.folder / file, "w") as wheel:
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        page = self.folder / "simple" / name / "index.html"
        page.parent.mkdir()
        digest = hashlib.sha256((self.folder / file).read_bytes()).hexdigest()
        page.write_text(f'<!DOCTYPE html><a href="../../{file}#sha256={digest}">{file}</a>')

    def add(self, *words: str) -> tuple[int, str]:
        """Exit code and the last line that is said of `repo add`."""
        done = roadtest("repo", "add", *words, env=self.env)
        assert not self.marker.exists()
        assert "Traceback" not in done.stderr
        return done.returncode, (done.stdout if done.returncode == 0 else done.stderr).splitlines()[-1]

    @property
    def manifest(self) -> Path:
        """Where the manifest is written."""
        return self.folder / "repos" / "sample-pkg.toml"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield Index(tmp_path, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


def test_releases_are_pinned_with_what_is_known_of_them(index: Index) -> None:
    hashes = [index.offer("1.0"), index.offer("2.0")]
    code, said = index.add("sample-pkg", "--version", "2.0", "--version", "1.0")
    assert code == 0, said
    assert said == f"{index.manifest}: written; it pins 2.0, 1.0"
    assert tomllib.loads(index.manifest.read_text().replace("2024-01-02", '"1"').replace("2024-02-02", '"2"')) == {
        "schema_version": "1.0",
        "name": "sample-pkg",
        "licence": "MIT",
        "import_name": "sample_pkg",
        "releases": [
            {
                "version": f"{number}.0",
                "sdist": f"sample_pkg-{number}.0.tar.gz",
                "sha256": hashes[number - 1],
                "released": str(number),
                "tests": ["tests"],
            }
            for number in (1, 2)
        ],
    }


def test_a_manifest_is_extended_and_what_is_there_is_not_changed(index: Index) -> None:
    index.offer("1.0")
    assert index.add("sample-pkg", "--version", "1.0")[0] == 0
    before = index.manifest.read_text().replace("schema_version", "# by hand\nschema_version")
    index.manifest.write_text(before)
    assert index.add("sample-pkg", "--version", "1.0") == (0, f"{index.manifest}: unchanged; it pins 1.0")
    assert index.manifest.read_text() == before
    index.offer("2.0")
    assert index.add("sample-pkg", "--version", "2.0")[0] == 0
    assert index.manifest.read_text().startswith(before)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ["sample-pkg", "--version", "9.9"],
            2,
            "no source distribution of sample-pkg 9.9 (it has 6.0, 5.0, 4.0, 3.0, 1.0)",
        ),
        (["nowhere-pkg", "--version", "1.0"], 2, "the package index has no project nowhere-pkg"),
        (["sample-pkg", "--version", "3.0"], 2, "sample_pkg-3.0.tar.gz: sha256 is"),
        (["sample-pkg", "--version", "4.0"], 2, "its licence cannot be told"),
        (["sample-pkg", "--version", "5.0"], 2, "where its tests are cannot be told; give --tests GLOB"),
        (["sample-pkg", "--version", "6.0"], 2, "cannot be unpacked"),
        (["sample-pkg", "--version", "1.0", "--tests", "spec"], 2, "holds no tests (spec)"),
        (["sample-pkg", "--version", "1.0", "--tests", "../x"], 2, "holds no tests (../x)"),
        (["sample-pkg", "--version", "1.0", "--import-name", "a b"], 2, "is imported as a b; give --import-name NAME"),
        (["sample-pkg", "--version", "1.0", "--requires", "x @ file:///x"], 2, "is no requirement"),
        (["../x", "--version", "1.0"], 2, "cannot be the name of a repo"),
        (["sample-pkg"], 2, "give NAME and --version V, or --git URL and --commit SHA"),
        (["sample-pkg", "--version", "1.0", "--git", "x"], 2, "give NAME and --version V"),
        (["sample-pkg", "--version", "1.0", "--requires", "sample-pkg"], 2, "could not choose the wheels"),
        (["sample-pkg", "--version", "1.0", "--requires", "pytest==1"], 2, "--requires pytest==1: the base image has"),
    ],
)
def test_what_cannot_be_pinned_is_one_line_and_nothing_is_written(
    index: Index, words: list[str], code: int, said: str
) -> None:
    index.offer("1.0")
    index.offer("3.0", sha256="0" * 64)
    index.offer("4.0", {name: text for name, text in FILES.items() if name != "PKG-INFO"})
    index.offer("5.0", {name: text for name, text in FILES.items() if "tests" not in name})
    index.offer("6.0", {**FILES, "../../out.py": "x"})
    found = index.add(*words)
    assert (found[0], said in found[1]) == (code, True), found
    assert found[1].startswith("roadtest: ")
    assert not index.manifest.parent.exists()
    assert not (index.folder.parent / "out.py").exists()


def test_a_wheel_is_added_to_what_is_pinned_already(index: Index) -> None:
    index.offer("1.0", {**FILES, "tests/test_x.py": "import sample_pkg, our_sample\n"})
    done = roadtest("repo", "add", "sample-pkg", "--version", "1.0", env=index.env)
    assert "note: sample-pkg: its tests import our_sample, which it does not say where to get" in done.stderr
    index.offer_wheel("our-sample", "1.0")
    code, said = index.add("sample-pkg", "--version", "1.0", "--requires", "our-sample")
    assert (code, said) == (0, f"{index.manifest}: extended; it pins 1.0")
    found = tomllib.loads(index.manifest.read_text())["requirements"]
    assert [(row["name"], row["version"]) for row in found] == [("our-sample", "1.0")]
    index.manifest.unlink()
    done = roadtest("repo", "add", "sample-pkg", "--version", "1.0", "--requires", "our-sample", env=index.env)
    assert (done.returncode, "note:" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--licence", "ISC"], "--licence ISC: {} says MIT; change it there"),
        (["--import-name", "other"], "--import-name other: {} says sample_pkg; change it there"),
        (["--tests", "spec"], "--tests: {} says tests of 1.0; change it there"),
        (["--licence", "MIT", "--import-name", "sample_pkg", "--tests", "tests"], ""),
    ],
)
def test_what_is_pinned_is_not_silently_kept_against_what_is_told(index: Index, words: list[str], said: str) -> None:
    index.offer("1.0")
    assert index.add("sample-pkg", "--version", "1.0")[0] == 0
    before = index.manifest.read_text()
    code, last = index.add("sample-pkg", "--version", "1.0", *words)
    expected = (2, f"roadtest: {said.format(index.manifest)}") if said else (0, last)
    assert (code, last) == expected
    assert index.manifest.read_text() == before


def test_another_package_is_not_pinned_beside_it(index: Index) -> None:
    index.offer("1.0")
    assert index.add("sample-pkg", "--version", "1.0")[0] == 0
    before = index.manifest.read_text()
    upstream, fix = halver(index.folder / "halver")
    code, said = index.add("--git", str(upstream.folder), "--commit", fix, "--name", "sample-pkg")
    assert (code, said.endswith("says so; is it another package?")) == (2, True), said
    assert f"{fix[:12]}: holds nothing that is imported as sample_pkg" in said
    assert index.manifest.read_text() == before


def test_an_index_that_does_not_answer(index: Index) -> None:
    index.env["PIP_INDEX_URL"] = "http://127.0.0.1:9/simple/"
    code, said = index.add("sample-pkg", "--version", "1.0")
    assert (code, "could not look sample-pkg up on the package index" in said) == (3, True), said


def test_commits_are_pinned_by_the_names_that_lead_to_them(index: Index) -> None:
    upstream, fix = halver(index.folder / "halver")
    words = ["--git", str(upstream.folder), "--commit", "main", "--commit", fix]
    code, said = index.add(*words)
    assert code == 0, said
    found = tomllib.loads((index.folder / "repos" / "halver.toml").read_text())
    commits = [upstream.git("rev-parse", "main"), fix]
    assert [row["commit"] for row in found["releases"]] == commits
    assert [row["version"] for row in found["releases"]] == [commit[:12] for commit in commits]
    assert (found["licence"], found["import_name"], found["git"]) == ("MIT", "halver", upstream.folder.as_uri())
    assert index.add(*words)[1].endswith(f"unchanged; it pins {commits[0][:12]}, {commits[1][:12]}")


def test_one_manifest_is_of_one_repository(index: Index) -> None:
    first, fix = halver(index.folder / "halver")
    other, fix = halver(index.folder / "other" / "halver")
    assert index.add("--git", str(first.folder), "--commit", "main")[0] == 0
    code, said = index.add("--git", str(other.folder), "--commit", fix)
    assert (code, "give" in said and "--name" in said) == (2, True), said
    assert index.add("--git", str(other.folder), "--commit", fix, "--name", "another")[0] == 0


def test_a_package_of_the_real_index_gives_what_is_committed(tmp_path: Path) -> None:
    """Apart from what a person decided: its summary, and how far dates go back."""
    done = roadtest("repo", "add", "jsonpointer", "--version", "3.12", "--into", tmp_path)
    assert done.returncode == 0, done.stderr
    made = tomllib.loads((tmp_path / "jsonpointer.toml").read_text())
    committed = tomllib.loads((PROJECT / "repos" / "jsonpointer.toml").read_text())
    committed["releases"] = [row for row in committed["releases"] if row["version"] == "3.12"]
    del committed["summary"]
    for row in (*committed["releases"], *made["releases"]):
        row.pop("released", None)
    assert made == committed
