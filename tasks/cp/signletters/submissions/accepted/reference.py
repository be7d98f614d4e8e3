# Turns every letter to one form and divides what is there by what one sign needs.
from collections import Counter

TURN = str.maketrans("bdmn", "qpwu")

word = input().translate(TURN).replace("-", "")
box = Counter()
for _ in range(int(input())):
    letter, count = input().split()
    box[letter.translate(TURN)] += int(count)
print(min(box[letter] // need for letter, need in Counter(word).items()))
