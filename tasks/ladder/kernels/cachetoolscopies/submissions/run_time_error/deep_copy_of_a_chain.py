# Fails: tools hang in a chain, each pointing to the next; deepcopy goes along it by calls and passes the recursion limit.
import copy
import sys


class Link:
    def __init__(self, tool):
        self.tool, self.uses, self.next = tool, 0, None


class Wall:
    """The chain begins with a link without a tool; the tool that was used (or with fifo: hung up) last is at its end."""

    def __init__(self, rule, hooks):
        self.rule, self.hooks, self.first, self.tools = rule, hooks, Link(""), {}

    def before(self, tool):
        link = self.first
        while link.next and link.next.tool != tool:
            link = link.next
        return link

    def take(self, tool):
        before = self.before(tool)
        link, before.next = before.next, before.next.next
        return link

    def use(self, tool):
        link = self.take(tool) if tool in self.tools else Link(tool)
        self.tools[tool] = link
        link.uses, link.next = link.uses + 1, None
        self.before(None).next = link

    def to_go(self):
        found = link = self.first.next
        while self.rule == "lfu" and link:
            found = link if link.uses < found.uses else found
            link = link.next
        return found.tool

    def hang(self, tool):
        gone = "-"
        if tool not in self.tools and len(self.tools) == self.hooks:
            gone = self.to_go()
            self.take(gone)
            del self.tools[gone]
        self.use(tool)
        return gone


walls = {}
for step in sys.stdin.read().splitlines()[1:]:
    kind, name, *rest = step.split()
    if kind == "wall":
        walls[name] = Wall(rest[0], int(rest[1]))
    elif kind == "copy":
        walls[name] = copy.deepcopy(walls[rest[0]])
    elif kind == "hang":
        print(walls[name].hang(rest[0]))
    elif kind == "seek":
        is_there = rest[0] in walls[name].tools
        if is_there and walls[name].rule != "fifo":
            walls[name].use(rest[0])
        print("yes" if is_there else "no")
    else:
        print(len(walls[name].tools))
