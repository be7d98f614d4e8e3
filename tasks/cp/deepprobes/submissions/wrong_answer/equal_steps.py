# Wrong: goes down in steps of equal size; they should shrink with every dive. Does not stop at q dives.
import sys

n, probes, dives = map(int, input().split())
low, high = 0, n
step = max(1, round(n ** ((probes - 1) / probes)))
while low < high:
    mark = min(high, low + step)
    print("?", mark, flush=True)
    reply = sys.stdin.readline()
    if not reply:
        sys.exit(0)
    if reply.strip() == "safe":
        low = mark
    else:
        high = mark - 1
        probes -= 1
        step = max(1, round((high - low) ** ((probes - 1) / probes))) if probes else 1
print("!", low, flush=True)
