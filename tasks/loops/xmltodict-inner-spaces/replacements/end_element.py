def endElement(self, full_name):
    """Close an element: hang what it holds into its parent, or hand it out when streaming."""
    name = self._build_name(full_name)
    text = self.cdata_separator.join(self.data) if self.data else None
    item = self.item
    streamed = len(self.path) == self.item_depth

    if streamed and not self.item_callback(self.path, text if item is None else item):
        raise ParsingInterrupted
    if streamed or not self.stack:
        # Nothing of it is kept, so that long documents need little memory
        self.item, self.data = self.stack.pop() if self.stack else (None, [])
        self.path.pop()
        return

    self.item, self.data = self.stack.pop()
    if text and item is None and self._should_force_cdata(name, text):
        item = self.dict_constructor()
    if text and item is not None:
        self.push_data(item, self.cdata_key, text)
    self.item = self.push_data(self.item, name, text if item is None else item)
    self.path.pop()
