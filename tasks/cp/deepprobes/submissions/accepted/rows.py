# Keeps one row of the table for every number of dives and walks back through the rows.
n, k, q = map(int, input().split())
rows = [[0] * (k + 1)]
for _ in range(q):
    last = rows[-1]
    rows.append([0] + [last[p - 1] + last[p] + 1 for p in range(1, k + 1)])
low, high = 0, n
while low < high:
    rows.pop()
    mark = low + rows[-1][k - 1] + 1
    if mark > high:
        mark = high
    print(f"? {mark}", flush=True)
    if input().strip() == "safe":
        low = mark
    else:
        high, k = mark - 1, k - 1
print(f"! {low}", flush=True)
