def characters(self, data):
    """Keep a piece of text, unless it is only the space between two tags."""
    data = data.strip()
    if data:
        self.data.append(data)
