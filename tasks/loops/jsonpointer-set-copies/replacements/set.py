def set(self, doc, value, inplace=True, create=False):
    """Put a value where this pointer points to, and return the document.

    With create, parents that are not there are made (see set_pointer).
    """
    if not self.parts:
        if inplace:
            raise JsonPointerException('The whole document cannot be set in place')
        return value

    # Callers may go on using what they handed in
    root = holder = copy.copy(doc)
    *above, last = self.parts

    if not create:
        holder, token = self.to_last(root)
        self._set_child(holder, token, value)
        return root

    for depth, part in enumerate(above, start=1):
        token = self._get_create_part(holder, part)
        if self._is_missing(holder, token):
            # Hung in as a whole, so that a failure leaves no half of it behind
            branch = value
            for name in self.parts[:depth - 1:-1]:
                branch = {name: branch}
            self._set_child(holder, token, branch)
            return root
        holder = self.walk(holder, token)

    self._set_child(holder, self._get_create_part(holder, last), value)
    return root
