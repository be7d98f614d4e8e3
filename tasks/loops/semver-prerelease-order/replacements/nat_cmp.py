@classmethod
def _nat_cmp(cls, a: Optional[str], b: Optional[str]) -> int:
    """Order two prereleases: negative, zero or positive."""
    if not a or not b:
        return _cmp(bool(a), bool(b))
    ours, theirs = a.split("."), b.split(".")
    # Text would put rc.10 before rc.9
    width = 2
    for mine, other in zip(ours, theirs):
        order = _cmp(mine.zfill(width), other.zfill(width))
        if order:
            return order
    return _cmp(len(ours), len(theirs))
