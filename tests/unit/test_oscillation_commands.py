"""What a shell command is: a check of one's own work, a deliberate revert, or neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.reverts import is_revert, writes_text
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
git add -A && git commit -m "x" && pytest
./run_tests.sh
./run-tests.sh -v
./runtests.py
scripts/run_tests
bash run_tests.sh
bash -ex ./test.sh
sh scripts/test_all.sh
. ./run_tests.sh
source run_tests.sh
python runtests.py
python -c 'import pytest; pytest.main()'
python -c "import pytest, sys; sys.exit(pytest.main(['-q', 'tests']))"
python -c "from pytest import main; main()"
python -Bc 'import unittest; unittest.main(module="tests.test_a")'
python - <<'EOF'\\nimport pytest\\nraise SystemExit(pytest.main(["-x"]))\\nEOF
echo 'import pytest; pytest.main()' | python3
python -mpytest
python -Im pytest
python -Bmpytest -q
python -uX dev -m pytest
python -Werror -m unittest
python -m cProfile -o out.prof -m pytest
uvx pytest
uvx --with hypothesis pytest -q
uv tool run pytest
uv --quiet run pytest
uv run -m pytest
pipx run pytest
poetry run pytest
poetry -C . run pytest -x
pdm run pytest
pdm run -p . pytest
pdm run test
hatch run pytest
hatch run test:pytest -q
hatch -e test run pytest
hatch run test
pixi run test
just test
pytest --setup-show
pytest --cache-clear
echo `pytest -q`
echo "$(pytest -q 2>&1 | tail -1)"
x=$(cd tests && python -m pytest)
cd /tmp && ls; cd - && pytest
(cd /tmp && ls); pytest
pushd /tmp; ls; popd; pytest
find tests -name 'test_*.py' -exec python -m pytest {} +
bash <<'EOF'\\ncd tests\\npytest -q\\nEOF
bash -s <<< pytest
echo pytest | sh
false && pytest
git merge topic && pytest"""

COMMITS = """\
git commit -m "Fix it"
git add -A && git commit -qm fix
git -C /workspace commit -am fix
git -c user.name=a -c user.email=b commit -m "pytest"
cd /workspace; git commit --amend --no-edit
bash -c 'git commit -m "x"'
GIT_AUTHOR_NAME=x git commit -m x
git commit -F - <<'EOF'\\nMessage\\nEOF
git commit -C HEAD@{1}
git -C src commit -m x
git -C . -c user.name=a commit -am x
git merge topic
git merge --continue
git cherry-pick abc123
git cherry-pick --continue
git revert --no-edit HEAD
git am < fix.patch
git commit -m "$(cat <<'EOF'\\nFix "it"\\nEOF\\n)"
x="$(git commit -m "a b")" || true"""

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
&& ||
pytest --setup-only
pytest --setup-plan tests
pytest --cache-show
pytest --cache-show='cache/*'
pytest --collectonly
pytest -VV
python -m pytest --setup-only
python -V -m pytest
python --help
python -c 'import pytest; print(pytest.__version__)'
python -c 'import pytest; pytest.main(["--collect-only"])'
python -c 'main()'
python -c 'def f(:'
python -c "import pytest; x = 'pytest.main()'"
python fix.py <<< 'import pytest; pytest.main()'
cat run_tests.sh
chmod +x run_tests.sh
vim ./run_tests.sh
bash -n run_tests.sh
bash /tmp/run_tests.sh
/tmp/run_tests.sh
bash install.sh
bash build_tests.txt
source .venv/bin/activate
test -f setup.py
tests
./run_tests.sh --help
uvx ruff check
uv sync
poetry run ruff
hatch run lint:style
hatch env show
pdm run lint
just --list
just build
echo '$(pytest)'
echo "\\\\$(pytest)"
echo "don't run `ls`"
# `pytest`
git commit --dry-run -m x
git commit --short
git commit --porcelain
git -C /tmp/other commit -m x
cd /tmp/other && git commit -m x
git merge --abort
git merge --squash topic
git merge --no-commit topic
git cherry-pick -n abc
git cherry-pick --abort
git merge
git merge-base a b"""

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
git add -A; git reset --hard
git checkout -f
git checkout --force
git checkout -f -b fix
git checkout -b old HEAD~3
git checkout --pathspec-from-file=list
git checkout -p
git switch -f main
git switch --discard-changes main
git switch -f -c fix
git switch -c old v1.0
git switch -
git stash branch wip
git reset --merge
git reset --keep HEAD~1
git merge --abort
git rebase --abort
git am --abort
git cherry-pick --abort
git revert --abort
git bisect bad
git bisect reset
git checkout-index -f a.py
git checkout-index -a -f
git read-tree -u --reset HEAD
git read-tree --reset -u HEAD~1
git read-tree -um HEAD
git archive HEAD | tar x
git archive HEAD~1 src | tar -xf -
git archive HEAD | (cd src; tar xf -)
git archive HEAD | gzip -d | tar --extract -C src
git archive -o /tmp/a.tar HEAD && tar xf /tmp/a.tar
git archive --output=/tmp/a.tar HEAD; tar -C /workspace -xf /tmp/a.tar
git show HEAD:a.py | tee a.py
git show HEAD:a.py | tee a.py > /dev/null
git show HEAD:a.py | cat > a.py
git cat-file -p HEAD:a.py > a.py
git cat-file blob HEAD:src/a.py >| src/a.py
git show HEAD:a.py > /tmp/a.py && cp /tmp/a.py a.py
git show HEAD:a.py > a.py.new; mv a.py.new a.py
cd /tmp && git -C /workspace show HEAD:a.py > /workspace/a.py
git diff -R | git apply
git diff -R HEAD~1 | patch -p1
git stash show -p | git apply
git ls-files -m | xargs git checkout --
git ls-files -m | xargs -r git restore
git diff --name-only -z | xargs -0 -n 1 git checkout HEAD --
for f in $(git ls-files -m); do git show HEAD:$f > $f; done
git ls-files -m | while read f; do git checkout -- "$f"; done
find . -name '*.py' -exec git checkout -- {} \\\\;
`git stash`
echo `git stash`
$(git stash)
x=$(git stash)
echo "now: $(git stash pop)"
echo "$(cd src && echo `git checkout .`)"
bash <<'EOF'\\ngit checkout .\\nEOF
echo 'git reset --hard' | bash
(git stash; pytest; git stash pop)
cat a.py.bak > a.py
cat a.py.orig | tee a.py
cp a_orig.py a.py
mv src/a.bak.py src/a.py
cp a.py{.bak,}
mv a.py{.orig,}
git show $(git rev-parse HEAD):a.py > a.py"""

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
git
git show HEAD:lib.py > /tmp/lib.py
git show HEAD:lib.py | tee /tmp/lib.py
git cat-file -p HEAD:lib.py > /tmp/old/lib.py
cd /tmp && git -C /workspace show HEAD:a.py > a.py
git show HEAD:a.py > old.py
git show HEAD:a.py | diff - a.py
git show HEAD:a.py 2> a.py
git show HEAD:a.py > /tmp/a.py && cp /tmp/b.py b.py
git cat-file -t HEAD:a.py
git archive HEAD > /tmp/a.tar
git archive HEAD -o /tmp/a.tar
git archive HEAD | tar -x -C /tmp/base
git archive HEAD | tar t
mkdir /tmp/b; git archive HEAD | (cd /tmp/b && tar xf -)
tar xf /tmp/a.tar
git checkout-index -a -f --prefix=/tmp/base/
git checkout-index --temp a.py
git read-tree HEAD
git read-tree --reset HEAD
git merge topic
git rebase main
git merge --continue
git cherry-pick abc
git cherry-pick --quit
git revert --quit
git bisect log
git switch -c fix HEAD
git checkout -b fix HEAD
git diff -R
git diff -R > back.patch
git diff | git apply --stat
git diff -R | git apply --check
git ls-files -m | xargs cat
git ls-files -m | xargs git diff --
echo '`git stash`'
echo "\\\\`git stash\\\\`"
echo '$(git stash)'
git stash -h
cd /tmp/clone && git checkout .
git -C /tmp/clone reset --hard
cp a.py.bak /tmp/a.py
cp a_orig.py b.py
cp a.py{,.bak}
cat a.py > a.py.bak
cat a.py.bak b.py
bash fix.sh <<< 'git stash'
find . -name '*.py' -exec git diff {} \\\\;"""


WRITING = """\
cat > a.py <<'EOF'\\nx = 1\\nEOF
cat <<EOF > src/a.py\\nx\\nEOF
cat <<EOF | tee a.py\\nx\\nEOF
tee a.py <<EOF\\nx\\nEOF
cat <<'EOF' | sed s/x/y/ >> a.py\\nx\\nEOF
base64 -d > a.py <<EOF\\neA==\\nEOF
echo x > a.py
echo "x = 1" >> a.py
echo x &> a.py
printf '%s\\\\n' x > a.py
echo x | tee -a a.py
echo x | sudo tee a.py > /dev/null
echo eA== | base64 -d > a.py
cat > a.py <<< 'x = 1'
{ echo a; echo b; } > a.py
(echo a; echo b) > a.py
(echo a; echo b) | tee a.py
for i in 1 2; do echo $i; done > a.py
echo x | dd of=a.py
cp /dev/stdin a.py <<EOF\\nx\\nEOF
cd src && echo x > a.py
echo x > "$f"
sed -i s/a/b/ a.py
sed -i.bak 's/a/b/' a.py
sed -Ei 's/(a)/b/' a.py
sed --in-place -e s/a/b/ a.py
grep -rl a src | xargs sed -i s/a/b/
find . -name '*.py' -exec sed -i s/a/b/ {} +
perl -pi -e s/a/b/ a.py
perl -i -pe s/a/b/ a.py
perl -0pi.orig -e 's/a/b/' a.py
ruby -i -pe '$_.upcase!' a.py
gawk -i inplace '{print}' a.py
ed a.py <<'EOF'\\n1d\\nw\\nEOF
printf '1d\\\\nw\\\\n' | ed -s a.py
ex -s -c '%s/a/b/' -c wq a.py
patch -p1 <<'EOF'\\n--- a\\nEOF
cat <<'EOF' | patch -p1\\n--- a\\nEOF
git apply <<'EOF'\\n--- a\\nEOF
git apply - <<< '--- a'
apply_patch <<'EOF'\\n*** Begin Patch\\nEOF
python -c "open('a.py', 'w').write('x')"
python3 -c "from pathlib import Path; p = Path('a.py'); p.write_text(p.read_text().replace('a', 'b'))"
python -Ic "f = open('a.py', mode='a'); print('x', file=f)"
python - <<'EOF'\\nwith open("a.py", "w") as f:\\n    f.write("x")\\nEOF
python <<'EOF'\\nimport pathlib\\npathlib.Path("a.py").open("w").write("x")\\nEOF
echo "open('a.py','w').write('x')" | python
node -e "require('fs').writeFileSync('a.js', 'x')"
bash -c "echo x > a.py"
bash <<'EOF'\\necho x > a.py\\nEOF
git checkout . && sed -i s/a/b/ a.py
cat > /tmp/p.patch <<'EOF'\\n--- a\\nEOF\\ngit apply /tmp/p.patch
cat > /tmp/p.patch <<'EOF'\\n--- a\\nEOF\\npatch -p1 < /tmp/p.patch
echo x > /tmp/a.py; cp /tmp/a.py a.py"""

NOT_WRITING = """\
cp a.py b.py
mv a.py b.py
git checkout .
git stash && pytest; git stash pop
git show HEAD:a.py > a.py
git show HEAD:a.py | tee a.py
git show HEAD:a.py | sed s/a/b/ > a.py
git commit -F - <<'EOF'\\nmessage\\nEOF
printf '%s\\\\n' "$(git show HEAD:a.py)" > a.py
cat a.py.bak > a.py
cat a.py b.py
python fix.py
python fix.py > out.txt
pytest > out.txt 2>&1
pytest | tee out.txt
bash fix.sh
echo x
echo x > /dev/null
echo x > /tmp/a.txt
echo x >> /dev/stderr
echo x 2> err
echo x >&2
echo x; { git show HEAD:a.py; } > a.py
cd /tmp && echo x > a.py
cat > /tmp/repro.py <<'EOF'\\nprint(1)\\nEOF\\npython /tmp/repro.py
echo x > /tmp/a.py; cp /tmp/b.py a.py
cat <<EOF\\nx\\nEOF
grep x <<< "x"
sed -n 1,5p a.py
sed s/a/b/ a.py > b.py
sed -i s/a/b/ /tmp/a.py
sed -e 's/-i//' a.py
perl -ne 'print if /i/' a.py
perl -e 'print 1'
vim a.py
patch -p1 < fix.patch
git diff | git apply -R
git apply fix.patch
patch --dry-run -p1 <<'EOF'\\n--- a\\nEOF
git apply --check <<'EOF'\\n--- a\\nEOF
python -c "print(open('a.py').read())"
python -c "import sys; sys.stdout.write('x')"
python -c "open('/tmp/a.txt', 'w').write('x')"
python - <<'EOF'\\nprint(open("a.py", "rb").read())\\nEOF
python - <<'EOF' > out.txt\\nprint(1)\\nEOF
node -e "console.log(1)"
echo "sed -i s/a/b/ a.py"
echo 'cat > a.py <<EOF'
grep -rn "open('a', 'w').write(" .
rm a.py
> a.py
touch a.py"""


def lines(text: str) -> list[str]:
    """One command a line; \\n in it is a line end, two backslashes one."""
    return [line.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\") for line in text.split("\n")]


def test_this_runs_the_tests() -> None:
    assert [command for command in lines(TESTS) if own_check("bash", {"command": command}) != "tests"] == []


def test_this_commits() -> None:
    assert [command for command in lines(COMMITS) if own_check("bash", {"command": command}) != "commit"] == []


def test_this_is_no_check() -> None:
    assert [command for command in lines(NEITHER) if own_check("bash", {"command": command}) is not None] == []


def test_this_takes_work_back() -> None:
    assert [command for command in lines(REVERTS) if not (is_revert("bash", {"command": command}))] == []


def test_this_takes_nothing_back() -> None:
    assert [command for command in lines(NO_REVERTS) if is_revert("bash", {"command": command})] == []


def test_this_writes_text_of_its_own() -> None:
    assert [command for command in lines(WRITING) if not (writes_text("bash", {"command": command}))] == []


def test_this_writes_no_text_of_its_own() -> None:
    assert [command for command in lines(NOT_WRITING) if writes_text("bash", {"command": command})] == []


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
