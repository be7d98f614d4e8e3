"""A mail server that keeps what it is given and delivers nothing.

    mail       messages as rows of the state (pure)
    session    the protocol
    keeper     as a process

`python -m sandbox.services.smtp --socket PATH --host HOST --port PORT` runs it. It asks nobody who they are.
"""
