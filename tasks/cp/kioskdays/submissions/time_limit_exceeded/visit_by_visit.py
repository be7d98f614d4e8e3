# Too slow: jumps from one visit to the next.
p, q, a, b = map(int, input().split())
ferry, plane = -(-a // p) * p, -(-a // q) * q
count = 0
while min(ferry, plane) <= b:
    if ferry == plane:
        ferry += p
        plane += q
    else:
        count += 1
        if ferry < plane:
            ferry += p
        else:
            plane += q
print(count)
