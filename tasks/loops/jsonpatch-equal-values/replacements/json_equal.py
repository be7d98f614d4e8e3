def _json_equal(first, second):
    """Whether two values are the same in JSON; true is not 1, and text is no list."""
    if type(first) is not type(second):
        return False
    return first == second
