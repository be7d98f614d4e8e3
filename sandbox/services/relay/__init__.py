"""The one way to services that speak no HTTP: connections relayed, slow or cut by seed, and a log of them.

    faults     what becomes of which connection (pure)
    server     connections
    child      a database as a process
    program    a service behind its relay as a process: what all of them share
    control    health and state over HTTP on a Unix socket

Standard library only: it runs beside databases in images without wheels.
"""
