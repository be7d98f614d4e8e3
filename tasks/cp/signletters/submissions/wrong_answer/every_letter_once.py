# Wrong: forgets that a letter may occur more than once in the word.
TURN = str.maketrans("bdmn", "qpwu")

word = set(input().translate(TURN)) - {"-"}
box = dict.fromkeys(word, 0)
for _ in range(int(input())):
    letter, count = input().split()
    letter = letter.translate(TURN)
    box[letter] = box.get(letter, 0) + int(count)
print(min(box[letter] for letter in word))
