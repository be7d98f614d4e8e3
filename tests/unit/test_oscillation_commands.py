"""What a shell command is: a check of one's own work, a deliberate revert, or neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.reverts import is_revert
from sandbox.detect.selfchecks import own_check
from sandbox.detect.shell import commands_of

TESTS = """\
pytest
pytest -q tests/test_a.py::test_one
pytest -k "a and b" -x 2>&1 | tail -20
py.test tests
python -m pytest
python3.11 -X dev -W error -m pytest -p no:cacheprovider
.venv/bin/python -m pytest tests/
/usr/bin/env python3 -m pytest
python -m unittest
python -m unittest discover -s tests -v
python -m unittest tests.test_a.CaseA
python tests.py
python3 -u tests/test_a.py -v
./tests.py
python -m tests
python -m tests.test_a
python setup.py test
python manage.py test
tox
tox -e py311
nox -s tests
make test
make -C . -j 4 check
make clean test
uv run pytest
uv run --with pytest-xdist pytest -n 4
uv run -- pytest
poetry run python -m pytest
hatch test
coverage run -m pytest
coverage run --source sandbox -m pytest
coverage run tests.py
python -m coverage run --branch -m unittest
PYTHONPATH=. PYTHONHASHSEED=0 pytest
env -u HOME PYTHONPATH=src pytest
cd /workspace && pytest
cd /workspace/tests; python test_a.py
cd src || exit 1; timeout 60 pytest
timeout -k 5 60s python -m pytest
timeout --signal=KILL 60 pytest
nohup nice -n 5 pytest &
time pytest
bash -c 'cd tests && pytest -q'
bash -lc "python -m pytest | tail -5"
sh -c "bash -c 'pytest'"
echo start && pytest; echo done
if pytest -q; then echo good; fi
for i in 1 2 3; do pytest -q; done
(cd /workspace && pytest)
out=$(pytest -q 2>&1)
git stash && pytest; git stash pop
cat > fix.py <<'EOF'\\nx = 1\\nEOF\\npytest -q
pytest # don't stop
ls\\npytest
pytest -q \\\\\\n  tests/test_a.py
find tests -name "test_*.py" | xargs pytest
pytest -l
pytest --tb=short -p no:randomly -o addopts=""
git add -A && git commit -m "x" && pytest"""

COMMITS = """\
git commit -m "Fix it"
git add -A && git commit -qm fix
git -C /workspace commit -am fix
git -c user.name=a -c user.email=b commit -m "pytest"
cd /workspace; git commit --amend --no-edit
bash -c 'git commit -m "x"'
GIT_AUTHOR_NAME=x git commit -m x
git commit -F - <<'EOF'\\nMessage\\nEOF"""

NEITHER = """\
cat tests.py
cat tests/test_a.py | head
grep -rn pytest .
pip install pytest
python -m pip install pytest tox
pytest --version
pytest -V
pytest --collect-only -q
pytest --co
pytest --help
python -m pytest --fixtures
python -m unittest --help
python -m unittest -h
tox -l
tox --version
tox list
nox --list
make -n test
make
make clean
which pytest
command -v pytest
type pytest
git log
git log --grep commit
git status
git show HEAD
git commit --dry-run
git commit --help
git help commit
git commit-tree abc
echo "git commit"
echo git commit -m x
echo "pytest"
echo 'cd x && pytest'
printf "pytest\\n"
# pytest
ls # && pytest
python fix.py
python -c "import pytest"
python -c "print('pytest')"
python - <<'EOF'\\nimport pytest\\npytest\\nEOF
cat > run.sh <<EOF\\npytest\\ngit commit -m x\\nEOF
cat <<-'EOF' > a.sh\\n\\tpytest\\n\\tEOF
python latest.py
python contest.py
python test_a.py --help
pytest /tmp/test_scratch.py
pytest -s /tmp/test_scratch.py
python /tmp/test_scratch.py
cd /tmp && python test_scratch.py
vim tests.py
sed -i s/a/b/ tests.py
python -m py_compile tests.py
pytest 'unclosed
ls > pytest
coverage report
coverage html
uv pip install pytest
uv run python fix.py
poetry install
timeout 60
bash
bash tests
cd
;;
&& ||"""

REVERTS = """\
git stash
git stash -u
git stash push -m wip
git stash pop
git stash apply stash@{0}
git checkout -- a.py
git checkout a.py
git checkout .
git checkout HEAD~1
git checkout HEAD -- src
git checkout -f main
git -C /workspace checkout .
git switch main
git restore a.py
git restore --staged --worktree a.py
git restore -SW .
git restore --source=HEAD~1 a.py
git reset --hard
git reset -q --hard HEAD
git revert HEAD
git revert --no-edit abc
git clean -fd
git clean -xdf
git apply -R fix.patch
git apply --reverse fix.patch
git diff | git apply -R
patch -R -p1 < fix.patch
patch -p1 --reverse -i fix.patch
cp a.py.orig a.py
mv a.py.bak a.py
cp -f /tmp/a.py.bak src/a.py
mv a.py~ a.py
git show HEAD:src/a.py > src/a.py
cd src && git checkout -- .
bash -c 'git stash; pytest; git stash pop'
git stash && pytest; git stash pop
git add -A; git reset --hard"""

NO_REVERTS = """\
git stash list
git stash show -p
git stash drop
git checkout
git checkout -b fix
git checkout --help
git switch -c fix
git restore --staged a.py
git reset
git reset HEAD a.py
git reset --soft HEAD~1
git clean -n
git clean -fdn
git clean
git apply fix.patch
git apply -R --check fix.patch
patch -p1 < fix.patch
patch -R --dry-run -p1 < fix.patch
cp a.py a.py.orig
mv a.py a.py.bak
cp a.py.orig b.py
cp a b
git show HEAD:src/a.py
git show HEAD:src/a.py > /tmp/before.txt
git diff
git log -p
echo "git stash"
grep -rn "git checkout ." docs
git commit -m "git revert"
cat > a.sh <<'EOF'\\ngit reset --hard\\nEOF
# git stash
rm a.py
git"""


def lines(text: str) -> list[str]:
    """One command a line; \\n in it is a line end, two backslashes one."""
    return [line.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\") for line in text.split("\n")]


@pytest.mark.parametrize("command", lines(TESTS))
def test_this_runs_the_tests(command: str) -> None:
    assert own_check("bash", {"command": command}) == "tests"


@pytest.mark.parametrize("command", lines(COMMITS))
def test_this_commits(command: str) -> None:
    assert own_check("bash", {"command": command}) == "commit"


@pytest.mark.parametrize("command", lines(NEITHER))
def test_this_is_no_check(command: str) -> None:
    assert own_check("bash", {"command": command}) is None


@pytest.mark.parametrize("command", lines(REVERTS))
def test_this_takes_work_back(command: str) -> None:
    assert is_revert("bash", {"command": command})


@pytest.mark.parametrize("command", lines(NO_REVERTS))
def test_this_takes_nothing_back(command: str) -> None:
    assert not is_revert("bash", {"command": command})


@pytest.mark.parametrize("arguments", [{}, {"command": None}, {"command": 3}, {"cmd": "pytest"}])
def test_what_is_no_command_is_neither(arguments: dict[str, object]) -> None:
    assert own_check("bash", arguments) is None
    assert not is_revert("bash", arguments)


def test_other_tools_are_neither() -> None:
    assert own_check("write_file", {"command": "pytest"}) is None
    assert not is_revert("search", {"command": "git stash"})


@given(st.text("ab \"'\\\n;&|<>()#$-=EOF", max_size=60) | st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert all(command.words for command in commands_of("bash", {"command": text}))


@pytest.mark.parametrize(
    "piece", ["'", '"', "a=", "<<E\n", "bash -c ", "\\", "#", "((", "env ", "'\"", '"\\', "a" * 99]
)
def test_long_texts_take_no_longer_than_their_length_allows(piece: str) -> None:
    # What looks at each place for each other would take minutes.
    commands_of("bash", {"command": piece * (30_000 // len(piece))})
