"""Stretches of the feed, pure: what a reader jumped over, and what of it was read since."""

Stretch = tuple[int, int]
"""After one receipt, up to another."""


def skipped_stretch(
    before: Stretch | None, *, read_until: int, after: int, until: int
) -> Stretch | None:
    """
    Return what is skipped once the stretch after one receipt up to another was given.

    :param before: what was skipped until now.
    :param read_until: up to where everything else was given.
    """
    if after > read_until:
        return (before[0] if before else read_until, after)
    if before is None:
        return None
    start = max(before[0], until) if after <= before[0] else before[0]
    return (start, before[1]) if start < before[1] else None
