"""PostgreSQL, with a role for the agent that may do what the seed gives it and nothing else.

    prepare    a cluster made once, when the image is built
    keeper     started from a copy of it, seeded, exported
    export     the state by table and primary key (pure)

`python -m sandbox.services.postgres --socket PATH --host HOST --port PORT --seed FILE.sql` runs it. Clients connect to
the database `app` as `agent`, whose password is `agent`.
"""
