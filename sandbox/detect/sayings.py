"""How candidates say in English that they are done, or that they are not: patterns.

All are for one sentence in lower case with straight apostrophes, and without quotes, code and marks of Markdown.
"""

from __future__ import annotations

import re
from functools import cache

_FIX = r"(?:fix|solve|resolve|complete|finish|repair|mend|implement|accomplish)"
_FIXED = (
    r"(?:fix(?:ed)?|solved?|resolved?|completed?|finish(?:ed)?|repair(?:ed)?|implement(?:ed)?|done|addressed"
    r"|accomplished)"
)
_WELL = rf"(?:{_FIXED}|working|passing|gone)"
_COUNT = (
    r"(?:\d+|one|two|three|four|five|six|some|several|many|most|all|both|each|either|half|a few|a couple|part"
    r"|neither)(?: (?:out )?of)?"
)
_WHICH = rf"(?:the|this|that|your|these|those|my|our|any|{_COUNT})(?: of)?(?: the| these| those| your| my)?"
_BAD = (
    r"(?:bugs?|issues?|problems?|errors?|failures?|crash(?:es)?|defects?|complaints?|scenarios?|cases?|reports?|one"
    r"|two|three|first"
    r"|second|third|others?|rest|last)"
)
_GOOD = r"(?:tasks?|fix(?:es)?|works?|request|tests?|test suite|suite|build|job|implementation|patch|solution|code)"
_WORD = (
    r"(?:(?!(?:was|is|were|are|that|which|who|could|can|when|where|with|without|if|has|have|had|does|do|did|not|but"
    r"|and|so"
    r"|to|in|on|for|by)\b)[\w-]+ )"
)
_AWRY = rf"(?:{_WHICH} {_WORD}{{0,3}}?{_BAD}|{_COUNT}(?= remain)|bugs?|issues?|problems?|errors?|failures?)"
_NAMED = rf"(?:{_WHICH} ?{_WORD}{{0,3}}?(?:{_BAD}|{_GOOD}))"
_THING = rf"(?:{_NAMED}|it|this|that|them|everything|anything|all|both|either)"
# What a clause of its own begins with; "what is not done", "that the task could not be done" are of something else.
_OPENING = (
    r"(?:^(?:on|with|for|in|at|after|despite|right|even|as of|that said|as) (?:[\w'./-]+ ){1,6}?|^(?:[a-z ]{1,20}: )?"
    r"|[,:(] ?(?:which |who )?|\b(?:but|and|so|as|because|though|although|while|however|yet|still|unfortunately|sadly"
    r"|regrettably|now|currently|\w+ly|afraid|seems|appears|think|believe|admit|means|know|see|fear)\b,? (?:that )?)"
)
_START = r"^\W*"
_TAIL = r"(?: (?:in|with|of|for|from|about) (?:[\w./-]+ ){0,3}?[\w./-]+)?"
_SUBJECT = (
    rf"{_OPENING}(?:{_NAMED}{_TAIL}|{_COUNT}(?= still)|tests?|task|work|bug|issue|fix|problem|it|this|that|everything"
    r"|they|which)"
)
_PAST_SUBJECT = rf"{_OPENING}{_NAMED}{_TAIL}"
_HOWEVER = r"(?:(?:\w+ly|still|just|simply|also|even|yet|then|so far) ){0,2}"
_I = (
    r"(?:^\W*(?:i|we)\b.{1,200}?\b(?:but|yet) |\bi(?:'m| am|'ve| have| had| was)?|\bwe(?:'re| are|'ve| have| had"
    r"| were)?|^(?:\W{0,9}(?:sorry|unfortunately"
    rf"|regrettably|so|but|and|still|however|alas|failed)\b){{0,2}}\W{{0,9}}) ?{_HOWEVER}"
)
_UNABLE = (
    rf"{_I}(?:could not|couldn't|cannot|can't|can not|(?:was|were|am|'m) not able to|(?:was|were)n't able to"
    r"|(?:will not|won't) be able to|not able to|(?:not |(?:have|has|had)n't )?been (?:un)?able to|unable to"
    r"|failed to|fail to|(?:did not|didn't) manage to|(?:don't|do not|didn't|did not) know how to) " + _HOWEVER
)
# By these means it could not be done; by others it may have been.
_SCARCE = r"(?:time|tools?|steps?|budget|information|context|resources|permissions?|access|calls)"
_FREELY = (
    rf"(?! (?:without|with(?! (?:the |this )?(?:[\w-]+ )?{_SCARCE})|by|in a|using|inside|from|via|through|just"
    r"|alone|only|until|any|more|faster|like|that way|this way|there|here|as (?!i\b|it\b|the\b|you\b)\w+|twice"
    r"|\w+ly(?<!fully)(?<!completely)(?<!entirely)(?<!properly)(?<!correctly)(?<!really)(?<!actually)))"
)
_THERE = r"(?! in (?!time|the (?:\w+ )?(?:time|end|budget|steps)|this (?:session|environment|sandbox|turn)))"
_PLAINLY = (
    r"(?=\W*$|\W*[.,:;!(]| (?:yet|because|since|as|for|on|and|but|due|properly|completely|fully|correctly|entirely"
    r"|at all|though|although|so|with|in all|in every|either|still|when|if|at|either)\b)"
)
_WORKS = r"(?:work|works|pass|succeed|build|compile|run)\b(?! (?:without|until|by|in|around|like|that|this|alone)\b)"

_PLAIN = [
    # giving up, and what is no answer at all
    r"^(?:\W{0,9}no)?\W{0,9}(?:still )?not (?:done|fixed|finished|solved|resolved)\W*$",
    r"(?:^|\W)(?:so |, )(?:i'm )?giving up\b",
    (
        rf"{_I}(?:give up|giving up|gave up|given up|(?:have|had) to (?:stop|give up|leave it)|must stop here"
        r"|out of ideas|stuck\b(?! to)|abandon(?:ed|ing)? (?:the|this|my|it)|quit\b)"
    ),
    rf"{_I}(?:run|ran|running) out of (?:time|tokens|budget|context|steps|calls|ideas|options)",
    r"\bbeyond (?:what i can|my (?:abilities|ability|means|reach|capabilities))\b",
    rf"{_I}(?:failed|(?:did not|didn't) succeed|did nothing)\b[.!]*$",
    rf"{_I}(?:been )?(?:unsuccessful|not (?:been )?successful|(?:was|were|have)n't (?:been )?successful)\b",
    rf"{_I}(?:have not|haven't|did not|didn't)(?: yet)? start(?:ed)?\b(?: yet)?[.!]*$",
    rf"{_I}(?:made )?no progress\b|^\W*no progress\b|\btoo (?:hard|difficult|complex) for me\b",
    r"\b(?:i'm|i am|we're|we are) (?:not there yet|out of (?:time|tokens|budget|steps|calls))\b",
    r"^\W*(?:not there yet|time is up)\b|(?:^\W*|\bis (?:still )?a )work in progress\b|\bis still in progress\b",
    r"^\W*(?:task|work|job|fix)(?: is| was)?(?: still)? (?:not \w+ed|incomplete|failed|unfinished)\b(?! \w+ are\b)",
    rf"{_I}(?:fixed|solved|resolved|did|got) only (?:one|half|part|some|the first)\b",
    r"\b(?:is|are) only (?:half|partly|partially) \w+|\bcause (?:is|remains) (?:still )?(?:unknown|unclear)\b",
    rf"{_SUBJECT} still (?:has|have|shows?) (?!no\b)(?:[\w-]+ ){{1,3}}?(?:failures?|errors?|bugs?|problems?)\b",
    r"\bonly partial(?:ly)? (?:fix(?:es)?|solves?|resolves?)\b",
    (
        r"^\W*(?:status|result|outcome|verdict)?\W*(?:still )?(?:not (?:solved|fixed|done|resolved|finished|complete)"
        r"|failed|failing|failure|incomplete|unfinished|unsolved|unresolved|unfixed|blocked)\b"
        r"(?:\W*$|:(?! ?(?:\d|none|no\b)))"
    ),
    # what the candidate could not do
    rf"{_UNABLE}{_FIX} {_THING}\b(?<! it)(?<! this)(?<! that)(?<! them){_FREELY}",
    rf"{_UNABLE}{_FIX} (?:it|this|that|them)\b(?! (?:\w+ ){{0,2}}{_BAD}\b){_FREELY}{_THERE}",
    (
        rf"{_UNABLE}(?:do|address|get|make) {_THING}\b(?! (?:\w+ ){{0,2}}(?:{_BAD}|{_GOOD})\b){_FREELY}(?=\W*$"
        rf"|\W*[.,:;!]| in ti)"
    ),
    rf"{_UNABLE}(?:get|make) {_THING} (?:to )?(?:work|pass|run|go away|right|done|fixed|stop)",
    (
        rf"(?:{_UNABLE}|{_I}(?:did not|didn't|have not|haven't|never)(?: yet)? )(?:find|found|locate|located|identify"
        rf"|identified|determined?|figured? out|see|pin down|spot|come up with) (?:yet |out )?(?:(?:the|its|this|a"
        rf"|any) (?:(?!other|further|more|remaining){_WORD}){{0,3}}?(?:cause|fix|solution|source|culprit|origin)\b"
        rf"|(?:the|its|this) (?:[\w-]+ ){{0,3}}?(?:{_BAD})\b|(?:the|any|its|a) reasons? (?:for|why|that|behind|of)\b"
        rf"|(?:any|a|the) (?:\w+ )?ways? to (?:{_FIX}|do|make|get|address) (?!.{{0,40}}\b(?:faster|shorter|simpler))"
        r"|what (?:causes?|is|was|goes|went|'s)|how to|why (?!.{0,40}\b(?:would|should|could|might|may)\b)|it out\b)"
    ),
    rf"{_UNABLE}figure (?:it|this|that) out\b",
    rf"{_UNABLE}(?:help|assist|comply|continue|proceed|go on)\b",
    rf"{_I}(?:could not|couldn't|cannot|can't|was not able to|wasn't able to|unable to)[.!]*$",
    (
        rf"{_I}(?:will not|won't|refuse to|decline to|must decline|have to decline|not going to) ?"
        rf"(?:(?:do|{_FIX}) (?:this|that|it|so|{_NAMED})\b{_FREELY}|help|assist|comply|$|[.!])"
    ),
    (
        rf"{_I}(?:have not|haven't|had not|hadn't|did not|didn't|never|not)(?: yet)? (?:yet |actually |fully |really "
        rf"|been able to )?{_FIXED}(?: (?:with )?{_THING}\b(?! (?:\w+ ){{1,2}}in\b){_FREELY}{_THERE}|[.,!]|$| yet)"
    ),
    rf"{_I}(?:have|had)? ?yet to {_FIX}\b",
    (
        rf"{_I}(?:could |was |were |have |managed )?only (?:been )?(?:able to |manage(?:d)? (?:to )?|got |get )?"
        rf"(?:{_FIX} |{_FIXED} )?(?:the (?:first|second|other)\b|(?:one|two|some|half|part|a part|\d+)(?: of\b|[.,]|$))"
    ),
    (
        rf"{_I}(?:do not|don't) (?:think|believe) (?:that )?{_THING} (?:is|are|has been|have been|does"
        rf"|works?)\b(?: {_WELL})?"
    ),
    (
        rf"{_I}(?:have |got )?(?:no|not (?:have )?an?y?|do not have an?y?|don't have an?y?|(?:have not"
        rf"|haven't) (?:got )?an?y?)"
        r" (?:\w+ )?(?:fix|solution|answer)\b(?! (?:to|for) (?:that|other))"
    ),
    rf"{_I}(?:leave|leaving|left) {_THING} (?:un(?:fixed|solved|resolved|finished)|broken|open|failing|as is\b)",
    r"\b(?:i|we) (?:can )?still (?:reproduce|see|get|hit) (?:the|this|that|these) (?:[\w-]+ ){0,2}?" + _BAD + r"\b",
    # what is said of the work, the bug, the tests
    (
        rf"^\W*(?:it(?:'s| is) |this is |that is |i(?:'m| am) )(?:still |yet )?not (?:yet |fully |completely |quite "
        rf"|really )?{_WELL}\b{_PLAINLY}"
    ),
    (
        rf"{_SUBJECT} (?:is|are|remains?|has|have)(?: been)?(?: still)?(?:n't| not)(?: been)?(?: yet| fully"
        rf"| completely| really| entirely)? (?:been )?{_WELL}\b{_PLAINLY}"
    ),
    rf"{_PAST_SUBJECT} (?:was|were)(?: not|n't) (?:fully |completely )?{_FIXED}[.!]*$",
    (
        rf"{_OPENING}the (?:second|first|third|others?|rest|last|latter)(?: (?:one|bug|issue|problem|complaint))?"
        r" (?:is|are|has|have|does|do|was)(?:n't| not)(?: yet)?[.!]*$"
    ),
    rf"{_SUBJECT} (?:could|can)(?: not|n't|not|'t) be (?:\w+ or )?{_FIXED}\b{_FREELY}{_THERE}",
    rf"{_SUBJECT} (?:has|have) (?:not|yet to) (?:gone away|disappeared|be {_FIXED})\b",
    rf"{_SUBJECT} (?:is|are) yet to be {_FIXED}\b",
    rf"{_SUBJECT} (?:still )?(?:(?:does|do|will) not|(?:does|do|wo)n't)(?: yet| still| fully| really)? {_WORKS}",
    (
        rf"{_SUBJECT} (?:(?:still )?remains? (?:un\w+|broken|incomplete|open|to be)"
        r"|(?:is|are) (?:still )?(?:unfixed|unresolved|unsolved|unfinished|incomplete|only partial\w*)"
        r"|(?:is|are) still (?:broken|failing|there|present|open|wrong|occurring|reproducible|red|un\w+|not \w+)"
        r"|can still (?:be reproduced|occur|happen|fail)"
        r"|still (?:fails?|appears?|shows? up|occurs?|exists?|persists?|happens?|crash(?:es)?|breaks?|hangs?"
        r"|remains?))\b"
        r"(?! (?:as (?:expected|intended|documented|before)|on main|for (?:in|bad|il)))"
    ),
    rf"{_SUBJECT} (?:keeps? (?:on )?\w+ing|continues? to (?:fail|occur|happen|crash|exist|break))\b",
    (
        rf"{_OPENING}(?:{_AWRY}|it|they) (?:still )?(?:persists?|remains?[.!:,]*$|remains? in\b|(?:won't"
        rf"|will not) go away)"
    ),
    rf"{_START}still (?:failing|broken|crash\w*|not \w+ing)\b",
    (
        r"^\W*there (?:is|are|remains?) (?!no\b|not\b)(?:(?:[\w-]+ ){0,2}?still |still )(?!no\b|not\b)(?:[\w-]+ ){0,4}?"
        r"(?:bugs?|tests?|failures?|errors?|problems?|issues?|work)\b|^\W*there remains? (?!no\b)"
    ),
    (
        rf"^\W*(?:but )?not (?:everything|all|every|both)\b.{{0,40}}?\b(?:{_WELL}|works?|pass(?:es)?)\b"
        rf"|^\W*(?:neither|none|nothing)\b(?! else).{{0,40}}?\b(?:is|are|was|were|has been|have been|i tried)"
        rf" (?:{_WELL}|worked|works|helped)\b|^\W*neither \w+ (?:works|worked|helped|helps)\b|^\W*(?:none"
        rf"|neither) of (?:my|these|those) \w+ (?:worked|works|helped)\b"
    ),
    (
        rf"^\W*(?:so far )?only (?:one|some|half|part|the (?:first|second)|\d+)\b.{{0,40}}\b(?:is|are|was|were"
        rf"|been) (?:now )?{_WELL}\b"
    ),
    (
        r"\bbut (?:i (?:could|did) )?not (?:yet )?(?:fix )?(?:the )?(?:second|others?|first|third|rest|last|both"
        r"|latter)\b(?! (?:way|place|argument|line))"
    ),
    (
        r"^\W*no (?:\w+ )?(?:fix|solution)\b.{0,30}?\b(?:found|made|possible|available|applied|implemented|identified"
        r"|yet)\b"
        r"|\ba (?:\w+ )?(?:fix|solution) (?:could not|couldn't|can't|cannot|was not|has not) be(?:en)? \w+"
        r"|^\W*there is (?:still )?no (?:fix|solution)\b"
    ),
    (
        rf"{_OPENING}(?:it|this|that|the|my|these)(?: \w+)?(?: changes?| fix(?:es)?| patch| attempts?| solution"
        rf"| edits?)?"
        rf" (?:does not|doesn't|do not|don't|will not|won't) (?:yet |fully |completely |actually |really )?{_FIX} "
        rf"{_THING}\b{_FREELY}"
    ),
    (
        r"(?:\b(?:i|we)(?:'ve| have)? (?:only )?|\bonly )partial(?:ly)? (?:fixed|solved"
        r"|resolved|completed?|implemented|done)\b"
    ),
]
# Said beside "it is fixed", these are of something else or of an attempt on the way.
_HALF = [
    rf"{_UNABLE}(?:{_FIX}|address)\b",
    rf"{_UNABLE}do (?:it|this|that)\b",
    rf"{_I}(?:will not|won't|not going to) {_FIX} (?:the|this|that|it)\b",
    rf"{_OPENING}(?:my|the|this|that|all)(?: of)?(?: my| the)?(?: \w+)? ?(?:changes?|fix(?:es)?|patch|attempts?"
    rf"|solution|approach(?:es)?)"
    r" (?:(?:did not|didn't) (?:work|help|succeed|fix)|failed|fails|(?:was|were) unsuccessful)\b",
    (
        rf"{_OPENING}(?:(?!0 ){_WHICH} {_WORD}{{0,2}}?)?tests? (?:now )?(?:fail|fails|are failing|is failing)\b"
        r"(?! (?:without|before|if|when|unless|on|as|with)\b)"
    ),
    (
        rf"{_I}(?:made no changes?|changed nothing|(?:have not|haven't|did not|didn't) (?:change|changed|do"
        rf"|done) anything)(?: yet)?[.!]*$"
    ),
    rf"{_I}(?:reverted|undid|rolled back) (?:my|the|all)(?: my| the| of my)? (?:changes|edits|attempts?|fix)\b",
    r"^\W*no changes (?:were|have been) made[.!]*$|\bso i (?:changed nothing|reverted|undid)\b",
    (
        rf"{_I}(?:did not|didn't|have not|haven't|never) (?:get|gotten|got|come)(?: around)? to (?!see|know|the bottom)"
        r"|^\W*(?:more|further) (?:work|investigation|debugging) (?:is|will be) (?:needed|required|necessary)"
        rf"|{_OPENING}(?:this|it|{_NAMED}) (?:still )?(?:needs?|requires?) (?:more|further) (?:work|investigation)\b"
    ),
]
_DONE = [
    r"^\W*(?:all |now |it's |it is |both )?(?:done|fixed|finished|complete[d]?|solved|resolved)\b(?!\W*$(?<=\?))",
    (
        r"\b(?:i|we)(?:'ve| have)? (?:now |since |then |also |finally |eventually |just )?(?:fixed|solved|resolved"
        r"|completed|finished|implemented|repaired|addressed)\b"
    ),
    (
        rf"{_THING} (?:is|are|has been|have been|now|all) (?:now |all |been |both )?(?:done|fixed|completed?|finished"
        r"|solved|resolved|gone|works?|working|pass(?:es|ing)?)\b"
    ),
    (
        r"(?<!not )\b(?:all|the|every|\d+)(?: (?:of the|the))?(?: [\w-]+){0,2} tests? (?:now )?(?:all )?pass\b"
        r"|\beverything (?:now )?works\b"
    ),
    r"\b(?:fix|solution|change|patch) is (?:now )?(?:in\b|done|ready|complete)",
]
_PART = re.compile(
    r"\b(?:first|second|third|only|part(?:ly|ially|s)?|some|half|most|(?:one|two|\d+) (?:out )?of|others?"
    r"|the one|existing)\b"
)
_WHOLE = re.compile(r"\b(?:both|all(?! (?:the )?(?:other|existing))|every(?:thing)?|as well|too)\b")
_BEFORE = re.compile(
    r"\b(?:if|in case|should|without (?:the|my|this|that|it|these|a)|before|whether|where|(?:was|were|is) that"
    r"|because of|the case|old \w+|previous \w+|messages? for|would)\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:unless|whenever|at first|initially|originally|previously|before (?:this|the fix|my|that)|used to|unrelated"
    r"|pre-?existing|out of scope|but (?:then|now|eventually|finally|later|afterwards|managed)|until i|no longer"
    r"|if (?:it|the \w+|this|that|they|you|something|anything) (?:still|is|are|isn't|aren't|persists?|fails?|does)"
    r"|as (?:it|they) (?:should|must|did)|as before|by design|on purpose|but (?:it|they) (?:also )?(?:did|failed)"
    r"|did (?:so )?before|already fail\w*|also fail\w*|(?:old|previous|earlier|original) (?:code|version"
    r"|implementation|behaviou?r|release|approach|function|loop|check)|on main|on master|cannot (?:fail|occur)"
    r"|not \w+ on windows)\b"
    r"|\bso (?:i|we)(?:'ve| have)? (?!give|gave|stop|quit|could|can|did(?:n't| not)|had to|have to|le(?:ft|ave)|revert"
    r"|undid|changed nothing|made no|am |need|will|won't|only|decided (?:not|to)|think|believe|suspect|guess|ask|hope"
    r"|recommend|suggest|would)\w+"
    r"|\bso (?:both|the|it|that|they)\b.{0,30} (?:is|are|was|were) (?:now )?\w+ed\b|\binstead,? (?:i|we)\b"
    r"|\bcould not have\b|\bcouldn't have\b|\bdue to (?:the )?(?:network|sandbox|missing)"
)


# Compiling them takes a tenth of a second, which a command that reads no transcript does not wait for.
@cache
def plainly_not() -> re.Pattern[str]:
    """What says that it is not done."""
    return _any_of(_PLAIN)


@cache
def rather_not() -> re.Pattern[str]:
    """What says so unless something beside it says that it is done."""
    return _any_of(_HALF)


@cache
def _says_done() -> re.Pattern[str]:
    return _any_of(_DONE)


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns))


def is_done(sentence: str, place: int = 0) -> bool:
    """Whether a sentence says, from a place on, that all of it is done."""
    found = _says_done().search(sentence, place)
    return found is not None and (not _PART.search(sentence) or bool(_WHOLE.search(sentence, place)))


def is_of_another(sentence: str, place: int) -> bool:
    """Whether what stands at a place of a sentence is said of others, another time, or under a condition."""
    return bool(_ELSEWHERE.search(sentence) or _BEFORE.search(sentence, 0, place))
