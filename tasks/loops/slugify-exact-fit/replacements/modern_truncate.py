def _modern_truncate(text: str, max_length: int, word_boundary: bool, separator: str, save_order: bool) -> str:
    """Put the separator in and keep within max_length, at a word's end with word_boundary.

    A run of dashes belongs to the word behind it and goes when that goes.
    """
    whole = separator.join(text.split(DEFAULT_SEPARATOR))
    if max_length <= 0 or len(whole) <= max_length:
        return whole
    runs = [(len(dashes), word) for dashes, word in re.findall('(-*)([^-]+)', text)]

    if word_boundary:
        kept: list[str] = []
        used = 0
        for number, (dashes, word) in enumerate(runs):
            lead = separator * dashes if kept or number == 0 else ''
            # A word takes its letters and the separator next to it.
            size = len(word) + 1
            if used + size <= max_length:
                kept.append(lead + word)
                used += size
            elif save_order:
                break
        if kept:
            return ''.join(kept)

    cut = ''
    for dashes, word in runs:
        lead = separator * dashes
        if len(cut) + len(lead) >= max_length:
            break
        cut = (cut + lead + word)[:max_length]
    return cut
