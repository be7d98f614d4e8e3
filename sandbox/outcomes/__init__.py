"""What services ended in, held against what a task wants. Pure.

    values        JSON values held against expectations; numbers by what they are worth
    state         exports of services, and their difference by rows
    allowed       which changes rules cover, as many as can be
    milestones    how far somebody got: the best topological matching
    happenings    the service log read back
    spec          what a task declares, read from a document
    judging       all of it put together

`judge(spec, before, after, happenings)` is where to start.
"""
