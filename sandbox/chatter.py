"""Messages of an office that nobody has to act on, made up by seed: what stands above a task in a long thread. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

_NAMES: Final = (
    "Marta",
    "Jonas",
    "Ines",
    "Piotr",
    "Selma",
    "Henk",
    "Aoife",
    "Bruno",
    "Lucía",
    "Tarek",
    "Wiebke",
    "Noor",
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_ROOMS: Final = ("the small room", "the room by the stairs", "the kitchen", "the corner room", "the workshop")
_THINGS: Final = ("the projector", "the coffee machine", "the badge reader", "the printer", "the window", "the heating")
_TOPICS: Final = (
    *("parking", "the summer party", "new chairs", "the fire drill", "travel receipts", "the plants"),
    *("the lunch order", "holiday dates", "the photo day", "the bicycle shed"),
)
_GREETINGS: Final = ("Hi all,", "Dear colleagues,", "Hello everybody,", "Hi {name},", "Morning,")
_CLOSINGS: Final = ("Best, {name}", "Cheers, {name}", "Thanks, {name}", "Have a good one, {name}", "{name}")
_SENTENCES: Final = (
    "I moved our meeting about {topic} to {day}, same time, in {room}.",
    "{thing} in {room} is out of order again; somebody comes to look at it on {day}.",
    "Whoever left a grey scarf in {room} can get it from {name}.",
    "Could the two of you tell {name} by {day} whether you join for {topic}?",
    "As for {topic}, nothing was decided, we will talk about it again on {day}.",
    "{name} is away from {day} on and back the week after.",
    "Please remember that {room} is booked all {day} for the auditors.",
    "There is cake in {room}, {name} turned thirty.",
    "The numbers for {topic} are in the folder that {name} shared some weeks ago.",
    "Nobody has answered the survey about {topic} so far, it takes three minutes.",
    "I asked about {thing}, and they say that a part has to be ordered.",
    "We found out that {topic} costs more than last year, {name} has the offer.",
    "On {day} the lift is being serviced, so take the stairs, also with the boxes.",
    "If you still have keys for {room}, hand them back to {name}, please.",
    "{name} wrote that the caterer wants to know how many of us eat fish.",
    "The train was late once more, so start without me and I will read what {name} writes down.",
    "For {topic} we need two more people on {day}, an hour at most.",
    "I left the adapter for {thing} on the desk of {name}.",
    "Thanks to everybody who helped to carry tables on {day}, it went faster than we thought.",
    "The minutes about {topic} are not quite right: it was {name} who suggested it, not me.",
    "Is anybody allergic to nuts? {name} asks for {day}.",
    "It is rather cold in {room}; until {thing} has been seen to, bring a pullover.",
)


def chatter(words: int, draw: random.Random) -> str:
    """Messages of at least so many words in all, and not many more."""
    messages: list[str] = []
    count = 0
    while count < words:
        message = _message(draw)
        messages.append(message)
        count += len(message.split())
    return "\n\n".join(messages)


def _message(draw: random.Random) -> str:
    sender, other = draw.sample(_NAMES, 2)
    subject = draw.choice(_TOPICS)
    sentences = [_filled(one, draw) for one in draw.sample(_SENTENCES, draw.randint(2, 5))]
    lines = [
        f"From: {sender}",
        f"To: {other}",
        f"Subject: {draw.choice(('', 'Re: ', 'Fwd: '))}{subject}",
        "",
        draw.choice(_GREETINGS).format(name=other),
        " ".join(sentence[0].upper() + sentence[1:] for sentence in sentences),
        draw.choice(_CLOSINGS).format(name=sender),
    ]
    return "\n".join(lines)


def _filled(sentence: str, draw: random.Random) -> str:
    slots: dict[str, Sequence[str]] = {"name": _NAMES, "day": _DAYS, "room": _ROOMS, "thing": _THINGS, "topic": _TOPICS}
    return sentence.format(**{slot: draw.choice(values) for slot, values in slots.items()})
