# Takes a message apart into words, each with the run of rests before it.
import re
import sys


def shown(limit, how, sign, message):
    whole = message.replace("-", sign)
    if len(whole) <= limit:
        return whole
    text = ""
    for number, (rests, word) in enumerate(re.findall("(-*)([a-z]+)", message)):
        lead = sign * len(rests) if text or number == 0 else ""
        if len(text) + len(lead) + len(word) <= limit:
            text += lead + word
        elif how == "stop":
            break
    return text or "*"


for row in sys.stdin.read().splitlines()[1:]:
    limit, how, sign, message = row.split()
    print(shown(int(limit), how, sign, message))
