"""Trials of tasks that integrate with services: what is declared, what is told to the programs, what is judged.

declared    [metadata.roadtest.services.NAME] of a task.toml, checked
telling     settings for the proxy and the relays, arguments for the services
verdict     the outcome as `check.ran` tells of it, and in words
place       a trial's place: services beside the agent's container, their state before and after
"""
