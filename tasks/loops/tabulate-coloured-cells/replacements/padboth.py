def _padboth(width, s):
    """Put spaces around a text so that it takes width columns on a terminal."""
    unseen = len(s) - len(_invisible_codes.sub("", s, count=1))
    return "{0:^{1}}".format(s, width + unseen)
