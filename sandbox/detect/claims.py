"""Whether a candidate says that it is done.

To hand in, or to end the turn with words, is to say so, unless

- the reply that ends it says nothing: it is empty, cannot be read, holds a call that was written as text, or was
  refused or held back by the provider (its own word for why it stopped); or
- its text plainly says that it is not done: the candidate gives up, will not or cannot do it, was not able to fix or
  finish it, or the bug is still there.

English only. In doubt it is a claim: what is said of others ("users could not …"), of a time before ("at first I could
not …"), under a condition ("if it is not fixed …"), of something unrelated, in quotes or in code does not count; and
where the text ends on saying that it is fixed, that counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sandbox.events import Event

MOST_READ = 20_000
_SILENT = frozenset({"empty-reply", "malformed-reply", "call-in-text"})
_HELD_BACK = frozenset(
    {"content_filter", "refusal", "refused", "safety", "recitation", "prohibited_content", "blocklist"}
)

_ASIDE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|^\s*>[^\n]*", re.DOTALL | re.MULTILINE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+|;\s|\s[—–-]\s")
_ELSEWHERE = re.compile(
    r"\b(?:if|unless|whenever|in case|at first|initially|originally|previously"
    r"|before (?:this|the|my|that)|used to|unrelated"
    r"|pre-?existing|out of scope|but (?:then|now|eventually|finally|later|afterwards|managed)|until i|no longer)\b"
)  # fmt: skip

_DO = r"(?:fix|solve|resolve|complete|finish|repair|mend|implement|accomplish|address|do|get|make)"
_DID = r"(?:fix(?:ed)?|solved?|resolved?|completed?|finish(?:ed)?|repair(?:ed)?|implement(?:ed)?|done|addressed)"
_NAMED = (
    r"(?:the|this|that|your|these|those|either|any|both|all)(?: of)?(?: the| these| your)? ?(?:[\w-]+ ){0,3}?"
    r"(?:bugs?|issues?|problems?|tasks?|errors?|failures?|fix|works?|request|crash"
    r"|defects?|complaints?|tests?|one|two)"
)
_THING = rf"(?:{_NAMED}|it|this|that|them|everything|anything|all)"
# As the subject of a clause of its own; "what is not done", "objects that are not done" are of something else.
_SUBJECT = (
    rf"(?:(?:^|\W){_NAMED}|^(?:task|work|bug|issue|fix)|(?:^\W*|[,:] |\b(?:but"
    r"|and|so|as|because) )(?:it|this|that|everything|they))"
)
_SOUGHT = r"(?:the|a|any|its|what) (?:[\w-]+ ){0,3}?(?:bugs?|cause|fix|problem|solution|issue|reason|source|way)"
_HOWEVER = r"(?:(?:\w+ly|still|just|simply|also|even|yet) ){0,2}"
_I = (
    r"(?:\bi(?:'m| am|'ve| have| was)?|\bwe(?:'re| are|'ve| have| were)?|^(?:\W{0,9}(?:sorry"
    rf"|unfortunately|regrettably|so|but|and|still|however|alas)\b){{0,2}}\W{{0,9}}) ?{_HOWEVER}"
)
_UNABLE = (
    rf"{_I}(?:could not|couldn't|cannot|can't|can not|was not able to|wasn't able to"
    r"|(?:will not|won't) be able to|(?:am |'m )?not able to|been unable to"
    r"|not been able to|(?:have|has|had)n't been able to|unable to|failed to|fail to"
    r"|did not manage to|didn't manage to"
    r"|don't know how to|do not know how to|was not able|were not able to|weren't able to) " + _HOWEVER
)  # fmt: skip
_NOT_DONE = [
    (
        r"^(?:\W{0,9}no)?\W{0,9}(?:still )?not (?:done|fixed|finished|solved|resolved)\W*$"
        r"|(?:^|\W)(?:so |, )(?:i'm )?giving up\b"
    ),
    rf"{_I}(?:give up|giving up|gave up|given up|have to stop here|must stop here|out of ideas|stuck\b(?! to))",
    rf"{_I}(?:run|ran|running) out of (?:time|tokens|budget|context|steps|calls)",
    rf"{_UNABLE}(?:fix|solve|resolve|complete|finish|repair|mend|accomplish|implement)\b",
    rf"{_UNABLE}{_DO} {_THING}\b",
    rf"{_UNABLE}(?:find|locate|identify|determine|figure out|see|pin down) (?:{_SOUGHT}|what|why|how)\b",
    rf"{_UNABLE}(?:help|assist|comply|continue|proceed)\b",
    rf"{_I}(?:could not|couldn't|cannot|can't|was not able to|wasn't able to|unable to)[.!]*$",
    (
        rf"{_I}(?:will not|won't|refuse to|decline to|must decline|have to decline"
        r"|not going to) ?(?:do|help|assist|comply|fix|this|that|$|[.!])"
    ),
    (
        rf"{_I}(?:have not|haven't|did not|didn't|never|not)(?: yet)? (?:yet |actually "
        rf"|fully |really |been able to )?{_DID}(?: (?:with )?{_THING}\b|[.,!]|$| yet)"
    ),
    (
        r"^\W*(?:it(?:'s| is) |this is |that is |i(?:'m| am) )?(?:still |yet )?not (?:yet "
        r"|fully |completely |quite |really )?(?:done|fixed|complete|completed|finished"
        r"|solved|resolved|working)\b(?! (?:without|until|by|in) )"
    ),
    (
        rf"{_SUBJECT} (?:is|are|remains?|has|have)(?: been)?(?: still)?(?:n't| not)(?: been)?(?: yet"
        r"| fully| completely| really)? (?:been )?(?:done|fixed|complete|completed"
        r"|finished|solved|resolved|working|implemented|passing)\b(?! (?:without|until"
        r"|by|in) )"
    ),
    rf"{_SUBJECT} (?:does not|doesn't|do not|don't) (?:yet )?(?:work|pass)\b(?! (?:without|until|by|in) )",
    (
        rf"{_SUBJECT} (?:(?:still )?remains? (?:un\w+|broken|incomplete|open|to be)"
        r"|(?:is|are) (?:still )?(?:unfixed|unresolved|unsolved|unfinished|incomplete)"
        r"|(?:is|are) still (?:broken|failing|there|present|open|wrong|occurs?)|still (?:fails?"
        r"|occurs?|exists?|persists?|happens?))\b"
    ),
    (
        r"(?:\b(?:i|we)(?:'ve| have)? (?:only )?|\bonly )partial(?:ly)? (?:fixed|solved"
        r"|resolved|completed|implemented|done)\b"
    ),
]
_SAYS_NOT_DONE = re.compile("|".join(f"(?:{one})" for one in _NOT_DONE))
_SAYS_DONE = re.compile(
    rf"^\W*(?:all )?(?:done|fixed|finished|complete[d]?|solved|resolved)\b"
    r"|\b(?:i|we)(?:'ve| have)? (?:now |since |then |also |finally |eventually )?(?:fixed"
    r"|solved|resolved|completed|finished|implemented)\b"
    rf"|{_THING} (?:is|are|has been|have been|now|all) (?:now |all |been |both )?(?:done"
    r"|fixed|completed?|finished|solved|resolved|works?|working|pass(?:es|ing)?)\b"
)


def claims_done(events: Sequence[Event]) -> bool:
    """Whether the candidate said, at any checkpoint, that it was done."""
    ending: Event | None = None
    for event in events:
        if event.kind == "model.replied":
            ending = event
        elif event.kind == "checkpoint" and event.data.get("claims_done") and not _takes_back(ending):
            return True
    return False


def _takes_back(reply: Event | None) -> bool:
    if reply is None:
        return False
    if _SILENT.intersection(reply.data.get("labels", ())):
        return True
    if not reply.data.get("calls") and str(reply.data.get("finish") or "").lower() in _HELD_BACK:
        return True
    return says_not_done(str(reply.data.get("text") or ""))


def says_not_done(text: str) -> bool:
    """Whether a text plainly says that the work is not done, and does not end on saying that it is."""
    last = None
    for sentence in _sentences(text[-MOST_READ:]):
        if _SAYS_NOT_DONE.search(sentence) and not _ELSEWHERE.search(sentence):
            last = True
        elif _SAYS_DONE.search(sentence):
            last = False
    return last is True


def _sentences(text: str) -> Iterator[str]:
    plain = _ASIDE.sub(" ", text.replace("\u2019", "'").lower())
    for sentence in _SENTENCE.split(plain):
        shown = " ".join(re.sub(r"[*_#]", " ", sentence).split())[:600]
        if shown:
            yield shown
