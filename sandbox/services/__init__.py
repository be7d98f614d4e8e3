"""Programs that run beside an agent: services that tasks integrate with, and the proxy before them.

    proxy        the one way to a service: log, faults by seed, administrative routes closed
    payments     charges, refunds, webhooks
    tracker      issues: tokens that end, changes by ETag, rate limits, lists that drift
    common       what services of our own share

They run in containers of their own, from a copy of this folder: they import nothing of Roadtest but each other.
"""
