"""Redis, with a user for the agent who may read and write keys and nothing else.

    resp       the protocol
    keys       keys as rows of the state, and a seed as commands (pure)
    keeper     started, seeded, exported

`python -m sandbox.services.redis --socket PATH --host HOST --port PORT --seed FILE.json` runs it. Clients log in as
`agent`, whose password is `agent`; there is one database.
"""
