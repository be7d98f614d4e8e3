"""Programs that run beside an agent: services that tasks integrate with, and the proxy before them.

    proxy        the one way to a service: log, faults by seed, administrative routes closed
    payments     charges, refunds, webhooks

They run in containers of their own, from a copy of this folder: they import nothing of Roadtest but each other.
"""
