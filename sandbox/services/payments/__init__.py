"""Payments: customers, charges, refunds in parts, signed webhooks.

    tables       what is kept, and the seed that it begins with
    shapes       what goes in and comes out
    webhooks     signatures, and deliveries that wait
    app          the operations

`python -m sandbox.services.payments --socket PATH --seed FILE` runs it.
"""
