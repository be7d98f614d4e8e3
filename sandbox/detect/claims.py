"""Whether a candidate says that it is done.

To hand in, or to end the turn with words, is to say so, unless

- the reply that ends it says nothing: it is empty, cannot be read, holds a call that was written as text, or was
  refused or held back by the provider (its own word for why it stopped); or
- its text plainly says that it is not done: the candidate gives up, will not or cannot do it, was not able to fix or
  finish it, did a part, or the bug is still there, or tests still fail; or
- its text ends the turn on announcing the next step, or on asking the user for what is wanted to go on.

English only. In doubt it is a claim: what is said of others ("users could not …"), of a time before ("at first I could
not …"), under a condition ("if it is not fixed …"), of one way among several ("not with a regex, so I wrote a
parser"), of something unrelated, in quotes or in code does not count; and where the text ends on saying that it is
fixed, that counts. A polite question after that ("Anything else?") changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sandbox.detect.sayings import is_done, is_of_another, plainly_not, rather_not
from sandbox.events import Event

MOST_READ = 20_000
_SILENT = frozenset({"empty-reply", "malformed-reply", "call-in-text"})
_HELD_BACK = frozenset(
    {"content_filter", "refusal", "refused", "safety", "recitation", "prohibited_content", "blocklist"}
)

_BLOCK = re.compile(r"```.*?(?:```|\Z)|^\s*>[^\n]*", re.DOTALL | re.MULTILINE)
_ASIDE = re.compile(r"`[^`\n]*`|\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”")
_IS = re.compile(r"(?<=\w)'s (?=(?:still|not|now|all|done|fixed|broken|only|yet|there|failing|working)\b)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+|;\s|\s[—–-]\s")
_DOES = (
    r"(?:look|check|see|read|run|re-?run|fix|try|find|start|begin|open|search|inspect|examine|investigate|explore"
    r"|reproduce|write|rewrite|edit|update|change|create|implement|make|test|verify|continue|proceed|analy[sz]e|view"
    r"|list|figure|understand|debug|trace|apply|use|do|get|go|take|think|work|move|refactor|modify|replace|review"
    r"|confirm|ensure|dig|locate|identify|determine|set|install|build|call|grep|print|revert|undo|restore|address"
    r"|tackle|handle|patch|correct|adjust|double-check|gather|scan|study|compare|prepare|focus|attempt|add|query)"
)
_GOING_ON = re.compile(
    r"(?:^\W*|[,:;–—-] |\b(?:and|so|but|then|now|next|first|okay|ok) )(?:(?:now|next|first|then|also|step \d+)\W+)?"
    r"(?:let me|let's|let us|i'll|i will|i(?:'m| am) (?:going|about) to|i(?: still)? (?:need|have|want|plan) to|we'll"
    r"|we will|we need to|i(?:'d| would) (?:like|need) to|going to)"
    r"(?: (?:now|next|first|then|also|just|quickly|try to|continue to|continue by|start by|begin by|need to)){0,3} "
    rf"{_DOES}\b"
    rf"|^\W*(?:now |first |next )?{_DOES[:-1]}|look|runn)(?:t|n|m)?ing\b.{{0,80}}(?:\bnow\b|\bfirst\b|\bnext\b|\.\.\."
    rf"|…)\W*$"
)
_SOME_DAY = re.compile(
    r"\b(?:if|whenever|in case|later|upon request|on request|separate|follow-?up|once you|when you|next time"
    r"|rest to you"
    r"|from now on|in future|in the future|it there|leave)\b"
)
_ASKING = re.compile(
    r"\?\W*$"
    r"|\b(?:i|we)(?: would|'d| will|'ll| still| do)? need (?:more|further|additional|some|your|you to|to know|access"
    r"|help)\b"
    r"|\b(?:i|we)(?: would|'d| will|'ll| still)? need\b.{0,80}\b(?:to (?:continue|proceed|go on)|before i|from you)\b"
    r"|\bplease (?:provide|clarify|tell me|specify|share|send|give me|advise|let me know (?:which|what|where|how"
    r"|who))\b"
    r"|\b(?:await(?:ing)?|wait(?:ing)? for) your (?:answer|reply|decision|input|instructions?|clarification)"
    r"|\b(?:tell|show) me (?:which|what|where|how)\b"
)
_POLITE = re.compile(
    r"\b(?:anything|something) else\b|\b(?:does|do|is|are|was) (?:this|that|it|these)\b.{0,30}\b(?:help|work|look"
    r"|make sense"
    r"|solve|answer|what you|ok|okay|fine|good|enough|sound)\b"
)
_ON_WITH = re.compile(r"\b(?:continue|proceed|go on|go ahead|carry on|move on|start|which|next|second|remaining)\b")


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
    return says_not_done(str(reply.data.get("text") or ""), handing_in=bool(reply.data.get("calls")))


def says_not_done(text: str, *, handing_in: bool = False) -> bool:
    """Whether a text plainly says that the work is not done, and does not end on saying that it is.

    Args:
        handing_in: a call goes with the text; then what it announces or asks is no reason to doubt.
    """
    verdict: bool | None = None
    rather, done, last = False, False, ""
    for last in _sentences(text[-MOST_READ:]):
        found = plainly_not().search(last)
        half = found or rather_not().search(last)
        if half is None or is_of_another(last, half.start()):
            found = half = None
        finished = is_done(last, half.end() if half else 0)
        done = done or finished or (half is not None and found is None and is_done(last))
        rather = rather or half is not None
        verdict = False if finished else True if found else verdict
    if verdict is None:
        verdict = rather and not done
    return verdict or (not handing_in and (_goes_on(last) or _asks(last, done=done)))


def _sentences(text: str) -> Iterator[str]:
    plain = _ASIDE.sub("x", _BLOCK.sub("\n", text.replace("\u2019", "'").lower()))
    plain = _IS.sub(" is ", plain)
    for sentence in _SENTENCE.split(plain):
        shown = " ".join(re.sub(r"[*_#]", " ", sentence).split())[:600]
        if shown:
            yield shown


def _goes_on(sentence: str) -> bool:
    """Whether a sentence announces the next step."""
    return bool(_GOING_ON.search(sentence)) and not _SOME_DAY.search(sentence)


def _asks(sentence: str, *, done: bool) -> bool:
    """Whether a sentence asks the user for what is wanted to go on. done: before it stood that all is done."""
    if not _ASKING.search(sentence) or _POLITE.search(sentence):
        return False
    return not done or bool(_ON_WITH.search(sentence))
