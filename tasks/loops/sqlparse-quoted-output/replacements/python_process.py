def _process(self, stream, varname, has_nl):
    opening, closing = ("('", "')") if has_nl else ("'", "'")
    if self.count > 1:
        yield sql.Token(T.Whitespace, '\n')
    yield sql.Token(T.Name, varname)
    yield sql.Token(T.Text, f' = {opening}')
    # Strings next to each other are one in Python
    margin = ' ' * (len(varname) + 4)
    yield from self._inside(stream, f" '\n{margin}'")
    yield sql.Token(T.Text, closing)
