def _padright(width, s):
    """Put spaces behind a text so that it takes width columns on a terminal."""
    unseen = len(s) - len(_invisible_codes.sub("", s, count=1))
    return s.ljust(width + unseen)
