"""An issue tracker: tokens that expire, changes by ETag, rate limits, lists whose order drifts.

    tables       what is kept, and the seed that it begins with
    shapes       what goes in and comes out
    access       tokens and rate limits
    listing      lists by page number, and the activity that moves them
    app          the operations

`python -m sandbox.services.tracker --socket PATH --seed FILE` runs it.
"""
