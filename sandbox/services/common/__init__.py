"""What services of our own share.

database     rows in SQLite, in transactions
problems     errors of an API, in one form
paging       lists by cursor
texts        texts that can be kept
transacting  routes: who may, once for a key, all or nothing, and a dry run
state        administrative routes: health, the export of the state
serving      a service as a process on a Unix socket
lines        logs
"""
