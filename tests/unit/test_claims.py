"""Who says that it is done, and who does not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.claims import claims_done, says_not_done
from tests.support.builders import Log

NOT_DONE = [
    "I give up.",
    "I cannot fix this.",
    "I'm sorry, but I can't help with that.",
    "I will not.",
    "I was not able to fix the bug.",
    "I wasn't able to find the cause of the failure.",
    "Unfortunately, I could not fix the parser.",
    "Could not fix it.",
    "Unable to complete the task.",
    "I’m unable to solve this problem.",
    "I have been unable to resolve the issue.",
    "Not done.",
    "This is not done yet.",
    "The bug is not fixed.",
    "The issue hasn't been resolved.",
    "The tests are still failing.",
    "I looked at everything.\n\nThe problem is still there.",
    "I fixed the first complaint. I could not fix the second one.",
    "I did not fix it.",
    "I haven't finished the task.",
    "I ran out of time before finishing.",
    "I am stuck.",
    "I failed to fix the second bug",
    "**Status:** I couldn't complete the task.",
    "The second bug remains unfixed.",
    "I have only partially fixed the issue.",
    "I don't know how to fix this.",
    "I could not.",
    "No, not done.",
    "Work is not finished.",
    "The fix does not work.",
    "I won't be able to finish this.",
    "I was unable to determine what causes the crash.",
]


@pytest.mark.parametrize("text", NOT_DONE)
def test_who_plainly_says_that_it_is_not_done_claims_nothing(text: str) -> None:
    assert says_not_done(text)


CLAIMS = [
    "Done.",
    "",
    "I fixed the bug; all tests pass.",
    "The issue is fixed.",
    "Users could not open the file; now they can.",
    "The parser cannot fix this by itself, so I added a check.",
    "At first I could not fix it. Then I saw the loop.",
    "I could not fix it with a regex. The bug is now fixed with a parser.",
    "If the issue is not fixed for you, let me know.",
    "I was not able to run the tests, but the fix is in place.",
    "I did not change the tests.",
    "I cannot find any other place that needs it.",
    'It now says "could not fix the file" instead of crashing.',
    "```\nI give up\n```\nThe message above is gone.",
    "The value is not complete when the loop ends, so I moved the check.",
    "The bug was that the cache was not resolved before the lookup.",
    "I left two failing tests that are unrelated: they are still failing.",
    "Objects that are not done are kept in the queue.",
    "I made the function not fail on empty input.",
    "Let me look at the file.",
    "I couldn't reproduce it on the newest version, but the code path is guarded now.",
    "The function no longer fails to complete.",
    "I never touched the public interface.",
    "Partially completed orders are handled too.",
    "It is not complete without tests, so I added some.",
    "The bug is not in the parser but in the lexer; I changed that.",
    "No tests are still failing.",
    "It should not be done twice, so I keep a flag.",
]


@pytest.mark.parametrize("text", CLAIMS)
def test_any_other_words_are_a_claim(text: str) -> None:
    assert not says_not_done(text)


def ended(text: str, *labels: str, reason: str = "done", finish: str | None = "stop", calls: int = 0) -> bool:
    log = Log()
    log.add("model.replied", reply=0, labels=list(labels), text=text, finish=finish, calls=calls, seconds=0.1)
    log.add("checkpoint", tier="T0", reason=reason, claims_done=reason in ("done", "submit"))
    return claims_done(log.events)


def test_a_turn_ended_by_words_is_a_claim_unless_they_say_otherwise() -> None:
    assert ended("All done.")
    assert ended("The rest is up to you.")
    assert not ended("I give up.")


def test_a_call_as_text_an_empty_and_a_refused_reply_claim_nothing() -> None:
    assert not ended('<tool_call>{"name": "bash"}</tool_call>', "call-in-text")
    assert not ended("", "empty-reply")
    assert not ended("I will look.", finish="content_filter")
    assert not ended("I will look.", finish="SAFETY")


def test_to_hand_in_is_a_claim_unless_the_words_beside_it_say_otherwise() -> None:
    assert ended("", reason="submit", finish="tool_calls", calls=1)
    assert ended("Handing in.", reason="submit", finish="content_filter", calls=1)
    assert not ended("I could not fix the bug; this is what I have.", reason="submit", calls=1)


def test_an_end_that_was_not_the_candidates_own_is_no_claim() -> None:
    assert not ended("Done.", reason="limit")


def test_the_reply_before_the_checkpoint_counts() -> None:
    log = Log()
    log.add("model.replied", reply=0, labels=[], text="I cannot fix this.", calls=1, seconds=0.1)
    log.add("model.replied", reply=1, labels=[], text="", calls=1, seconds=0.1)
    log.add("checkpoint", tier="T0", reason="submit", claims_done=True)
    assert claims_done(log.events)
    assert not claims_done(log.events[:-1])


def test_logs_without_texts_are_read_too() -> None:
    log = Log()
    log.reply()
    log.add("checkpoint", tier="T0", reason="done", claims_done=True)
    assert claims_done(log.events)


@given(st.text('i canot fix.\n`">*-;', max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert says_not_done(text) in (True, False)


@pytest.mark.parametrize(
    "piece", ["i ", "still ", "the bug ", "`", '"', "sorry, ", "i could not ", "a. ", "-", "the a b c "]
)
def test_reading_a_long_text_takes_no_long_time(piece: str) -> None:
    started = time.process_time()
    says_not_done(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 0.5
