"""Two runs held against each other: what got worse, how surely, and what could not be compared. Pure."""
