"""The fault proxy: the one way to a service.

    settings     what it is told at the start
    routes       targets as a service may understand them, and which of them are closed (pure)
    faults       what becomes of which request, by seed (pure)
    damage       answers that arrive otherwise than they were sent (pure)
    memory       what was answered before, to be answered again (pure)
    message      requests and answers, and their headers (pure)
    service_log  every request and what was done to it
    courier      webhooks of services, sent on
forwarding   asking a service
    carrying     one request from its arrival to its answer
    server       connections of clients

`python -m sandbox.services.proxy SETTINGS.json` runs it.
"""
