"""The page of a run in a real browser: what models wrote stays text, the keyboard reaches all, no width breaks it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.report.transcript_lines import one_line, visible
from tests.support.browser import Browser, browser
from tests.support.command import roadtest
from tests.support.paged import FILE, NAME, PAYLOAD, hostile_run, large_run

WIDTHS = (360, 800, 1400)


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    with browser() as found:
        found.resize(1400)
        yield found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The page of a run full of what would run, were it taken for anything but text; and the keys of its trials."""
    folder = tmp_path_factory.mktemp("hostile")
    keys = hostile_run(folder)
    return written(folder, folder / "page.html"), keys


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    large_run(folder, tasks=3, candidates=4, repeats=2, steps=3, lines=50)
    return written(folder, folder / "page.html")


def written(run: Path, page: Path) -> Path:
    done = roadtest("report", run, "--html", page)
    assert done.returncode == 0, done.stderr
    return page


def opened(tab: Browser, page: Path, key: str) -> str:
    """Open a trial by its address; its text."""
    tab.open(page, f"#trial={quote(key, safe='')}")
    tab.wait("!!document.querySelector('#trial .step, #trial .caveat')")
    # What is folded away is text as well.
    tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    return str(tab.run("document.querySelector('#trial').innerText"))


def held(tab: Browser) -> None:
    """Nothing ran, nothing was asked for, and the browser has nothing to complain of."""
    assert tab.run("window.pwned") is None
    assert tab.run("document.querySelectorAll('img, iframe, object, embed, base, link').length") == 0
    assert (tab.requests(), tab.told()) == ([], [])


def test_what_others_wrote_is_text_everywhere(tab: Browser, hostile: tuple[Path, list[str]]) -> None:
    page, keys = hostile
    tab.open(page)
    text = tab.run("document.body.innerText")
    assert one_line(NAME, 200) in text
    assert tab.run("document.querySelectorAll('#list tbody tr').length") == 2
    held(tab)
    shown = opened(tab, page, keys[0])
    held(tab)
    known = visible(PAYLOAD)
    places = ("system", "user", "reply", "problem", "sent", "content", "output", "message", "printed", "reason")
    assert [place for place in places if f"{place} {known}" not in shown] == []
    assert [
        place for place in ("+new", "+file") if f"{place} {visible(PAYLOAD.replace(chr(0), ''))}" not in shown
    ] == []
    # Git writes what is beyond ASCII in numbers.
    assert f"± \\{FILE.partition(chr(0x202E))[0]}" in shown
    assert not {"\u202e", "\u2066", "\x1b", "\u2028"} & set(shown)


def test_the_matrix_holds_names_of_others_as_text(tab: Browser, hostile: tuple[Path, list[str]]) -> None:
    page, keys = hostile
    shown = opened(tab, page, keys[1])
    held(tab)
    assert one_line(NAME, 200) in shown
    cells = tab.run(
        "[...document.querySelectorAll('.matrix tbody tr')].map((row) => row.innerText.split(/\\s*\\t\\s*/))"
    )
    assert [[cell.split("\n")[0] for cell in row[1:]] for row in cells[:2]] == [
        ["✗", "✓↑", "✗◀", "✓↑"],
        ["✗", "✗", "✓↑", "✗◀"],
    ]
    assert "came back at checkpoint 2" in shown


def test_the_policy_lets_nothing_in_that_is_not_of_the_page(
    tab: Browser, hostile: tuple[Path, list[str]], tmp_path: Path
) -> None:
    # The second line of defence, by itself: as if something had not been escaped.
    text = hostile[0].read_text("utf-8")
    assert PAYLOAD not in text
    inserted = "<script>window.pwned=7</script><img src=x onerror='window.pwned=8'><p style='color:red'>"
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("<main", f"{inserted}<main", 1), "utf-8")
    tab.open(broken)
    tab.wait("document.querySelectorAll('#list tbody tr').length")
    assert tab.run("window.pwned") is None
    assert sum("Content Security Policy" in line for line in tab.told()) >= 3


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_breaks_the_page(
    tab: Browser, hostile: tuple[Path, list[str]], plain: Path, width: int, dark: bool
) -> None:
    tab.resize(width, dark=dark)
    for page, key in ((hostile[0], hostile[1][0]), (hostile[0], hostile[1][1]), (plain, None)):
        if key is None:
            tab.open(page)
        else:
            opened(tab, page, key)
        assert tab.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        seen = tab.run("[...document.querySelectorAll('.plot')].filter((one) => one.checkVisibility()).length")
        assert key is not None or seen >= 1
    tab.resize(1400)


def focused(tab: Browser) -> str:
    return str(
        tab.run(
            "(document.activeElement.innerText || document.activeElement.id || document.activeElement.tagName).trim()"
        )
    )


def test_the_keyboard_alone_reaches_everything(tab: Browser, plain: Path) -> None:
    tab.resize(1400)
    tab.open(plain)
    tab.press("Tab")
    assert focused(tab) == "Skip to content"
    assert tab.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.press("Enter")
    assert tab.run("document.activeElement.id") == "main"
    seen = []
    for _ in range(60):
        tab.press("Tab")
        seen.append(tab.run("document.activeElement.id || document.activeElement.closest('section')?.id"))
        assert tab.run("document.activeElement.matches(':focus-visible')")
        if tab.run("document.activeElement.matches('#list a')"):
            break
    assert {"by-candidate", "by-verdict", "by-task"} <= set(seen)
    name = focused(tab)
    tab.press("Enter")
    tab.wait("document.activeElement.id === 'trial-title' && !!document.querySelector('.step')")
    assert focused(tab) == name
    tab.press("Tab")
    assert tab.run("!document.querySelector('#overview').checkVisibility()")
    tab.press("Escape")
    tab.wait("document.activeElement.matches('#list a')")
    assert focused(tab) == name


def test_what_words_mean_is_opened_with_the_keyboard(
    tab: Browser, plain: Path, hostile: tuple[Path, list[str]]
) -> None:
    tab.resize(360)
    tab.open(plain)
    tab.run("document.querySelector('.basics summary').focus()")
    tab.press("Enter")
    assert tab.run("document.querySelector('.basics dd').checkVisibility()")
    places = "[...document.querySelectorAll('main .scroll:has(> table:not(#list))')]"
    assert tab.run(f"{places}.every((one) => one.nextElementSibling.matches('details.words'))")
    opened(tab, hostile[0], hostile[1][1])
    assert tab.run("[...document.querySelectorAll('#trial details.words > summary')].map((one) => one.innerText)") == [
        "What these figures mean",
        "How to read this",
    ]
    assert tab.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    tab.resize(1400)


def test_filters_narrow_the_list_and_trials_follow_one_another(tab: Browser, plain: Path) -> None:
    tab.open(plain)
    assert tab.run("document.querySelector('#found').innerText") == "24 of 24 trials"
    tab.run("document.querySelector('#by-task').focus()")
    for letter in "TASK-1":
        tab.press(letter)
    assert tab.run("document.querySelector('#found').innerText") == "8 of 24 trials"
    tab.run(
        "(() => { const one = document.querySelector('#by-candidate'); one.value = 'openai/model-2';"
        "one.dispatchEvent(new Event('change')); })()"
    )
    assert tab.run("document.querySelector('#found').innerText") == "2 of 24 trials"
    tab.run("document.querySelector('#list a').click()")
    tab.wait("document.querySelectorAll('.step').length === 3")
    assert tab.run("[...document.querySelectorAll('.steps a')].map((one) => one.innerText)") == ["← All trials", "Next"]
    tab.run("document.querySelector('[rel=next]').click()")
    tab.wait("document.querySelector('[rel=prev]') && document.querySelectorAll('.step').length === 3")
    assert tab.run("document.querySelector('.rest summary').innerText") == "26 more lines of the answer"
    held(tab)


def test_an_address_that_names_nothing_shows_the_whole(tab: Browser, plain: Path) -> None:
    for anchor in ("#trial=nobody", "#trial=%E0%A4%A", "#trial", "#trial=__proto__", "#calls"):
        tab.open(plain, anchor)
        assert tab.run("document.querySelector('#overview').checkVisibility()")
        held(tab)


def test_a_step_can_be_named_and_a_damaged_transcript_is_said_to_be(tab: Browser, plain: Path, tmp_path: Path) -> None:
    key = quote("suite/task-0/openai%2Fmodel-0/field/0", safe="")
    tab.open(plain, f"#trial={key}&step=3")
    tab.wait("document.activeElement.id === 'step-3'")
    text = plain.read_text("utf-8")
    start = text.index('id="transcript-0">') + 40
    damaged = tmp_path / "damaged.html"
    damaged.write_text(text[:start] + "AAAA" + text[start + 4 :], "utf-8")
    tab.open(damaged, f"#trial={key}")
    assert "cannot be opened here" in tab.wait("document.querySelector('#trial .caveat')?.innerText")


READS = """\
import sys
from sandbox.cli import main
opened = []
sys.addaudithook(lambda event, facts: event == "open" and opened.append(str(facts[0])))
try:
    main()
finally:
    print("logs", sum(path.endswith("events.jsonl") for path in opened), file=sys.stderr)
"""


def test_each_log_is_read_once(tmp_path: Path) -> None:
    large_run(tmp_path, tasks=2, candidates=2, repeats=1, steps=1, lines=1)
    command = [sys.executable, "-c", READS, "report", str(tmp_path), "--html", str(tmp_path / "page.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "logs 4"), done.stderr


def test_headings_are_in_order_and_ids_are_unlike(tab: Browser, hostile: tuple[Path, list[str]]) -> None:
    opened(tab, hostile[0], hostile[1][1])
    levels = tab.run(
        "[...document.querySelectorAll('h1, h2, h3')].filter((one) => one.checkVisibility())"
        ".map((one) => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert (
        tab.run(
            "(() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);"
            "return ids.length - new Set(ids).size; })()"
        )
        == 0
    )
    assert tab.run("[...document.querySelectorAll('svg')].every((one) => one.getAttribute('aria-label'))")


# --- the command ---


def refused(run: Path, file: Path, *more: str) -> str:
    done = roadtest("report", run, "--html", file, *more)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    return done.stderr


def test_a_page_goes_only_where_it_may(plain: Path, tmp_path: Path) -> None:
    run = plain.parent
    assert "is a directory" in refused(run, tmp_path)
    assert "there is no directory" in refused(run, tmp_path / "no" / "page.html")
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine</p>")
    assert "it is not overwritten" in refused(run, mine)
    assert "it is not overwritten" in refused(run, run / "results.jsonl")
    assert "choose one" in refused(run, tmp_path / "page.html", "--json")
    assert mine.read_text() == "<p>mine</p>"
    again = tmp_path / "again.html"
    shutil.copy(plain, again)
    again.write_text(again.read_text("utf-8")[:3000], "utf-8")
    written(run, again)
    assert again.read_bytes() == plain.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_broken_log_leaves_no_page(plain: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(plain.parent, run)
    log = next(run.rglob("events.jsonl"))
    log.write_bytes(log.read_bytes().replace(b'"seq":1,', b'"seq":7,', 1))
    assert "events.jsonl" in refused(run, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
