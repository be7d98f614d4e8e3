# Crashes: a hyphen is far outside of the list of 26 letters.
TURN = str.maketrans("bdmn", "qpwu")

need = [0] * 26
for letter in input().translate(TURN):
    need[ord(letter) - ord("a")] += 1
have = [0] * 26
for _ in range(int(input())):
    letter, count = input().split()
    have[ord(letter.translate(TURN)) - ord("a")] += int(count)
print(min(box // count for box, count in zip(have, need, strict=True) if count))
