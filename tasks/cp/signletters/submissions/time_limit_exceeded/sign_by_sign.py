# Too slow: takes the letters of one sign after the other out of the box.
from collections import Counter

TURN = str.maketrans("bdmn", "qpwu")

need = Counter(input().translate(TURN).replace("-", ""))
box = Counter()
for _ in range(int(input())):
    letter, count = input().split()
    box[letter.translate(TURN)] += int(count)
signs = 0
while all(box[letter] >= count for letter, count in need.items()):
    for letter, count in need.items():
        box[letter] -= count
    signs += 1
print(signs)
