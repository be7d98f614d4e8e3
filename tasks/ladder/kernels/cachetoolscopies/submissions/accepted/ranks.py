# Each wall is a dictionary from tool to rank: the tool with the lowest rank goes. Ranks are tuples, so a flat copy will do.
import sys


class Wall:
    def __init__(self, rule, hooks, ranks):
        self.rule, self.hooks, self.ranks = rule, hooks, ranks

    def copy(self):
        return Wall(self.rule, self.hooks, dict(self.ranks))

    def use(self, tool, time, is_hung):
        uses, last = self.ranks.get(tool, (0, 0))
        uses = uses + 1 if self.rule == "lfu" else 0
        last = last if self.rule == "fifo" and not is_hung else time
        self.ranks[tool] = uses, last

    def hang(self, tool, time):
        gone = "-"
        if tool not in self.ranks and len(self.ranks) == self.hooks:
            gone = min(self.ranks, key=self.ranks.get)
            del self.ranks[gone]
        self.use(tool, time, True)
        return gone


walls = {}
for time, step in enumerate(sys.stdin.read().splitlines()[1:]):
    kind, name, *rest = step.split()
    if kind == "wall":
        walls[name] = Wall(rest[0], int(rest[1]), {})
    elif kind == "copy":
        walls[name] = walls[rest[0]].copy()
    elif kind == "hang":
        print(walls[name].hang(rest[0], time))
    elif kind == "seek":
        is_there = rest[0] in walls[name].ranks
        if is_there:
            walls[name].use(rest[0], time, False)
        print("yes" if is_there else "no")
    else:
        print(len(walls[name].ranks))
