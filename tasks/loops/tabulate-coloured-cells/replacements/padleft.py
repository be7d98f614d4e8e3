def _padleft(width, s):
    """Put spaces before a text so that it takes width columns on a terminal."""
    unseen = len(s) - len(_invisible_codes.sub("", s, count=1))
    return s.rjust(width + unseen)
