def _align_header(
    header, alignment, width, visible_width, is_multiline=False, width_fn=None
):
    """Bring a header, line by line, to the width of its column."""
    if is_multiline:
        lines = re.split(_multiline_codes, header)
        return "\n".join(
            _align_header(line, alignment, width, width_fn(line)) for line in lines
        )
    if not alignment:
        return str(header)
    pad = {"left": _padright, "center": _padboth}.get(alignment, _padleft)
    return pad(width, header)
