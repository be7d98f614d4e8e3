"""S3, SQS and DynamoDB, by moto.

    plain      items of DynamoDB as plain JSON and back (pure)
    seeding    a seed as requests
    export     what moto holds, as a state
    app        the application: only these three services, and the administrative routes

`python -m sandbox.services.moto --socket PATH --seed FILE.json` runs it. Clients need `endpoint_url`, any credentials
and any region, and address buckets by path.
"""
