def _process(self, stream, varname, has_nl):
    space = '  ' if has_nl else ' '
    if self.count > 1:
        yield sql.Token(T.Whitespace, '\n')
    yield sql.Token(T.Name, varname)
    yield sql.Token(T.Text, f'{space}= "')
    yield from self._inside(stream, f' ";\n{varname} .= "')
    yield sql.Token(T.Text, '";')
