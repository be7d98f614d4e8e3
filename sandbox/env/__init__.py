"""Containers: the engine, images, bounded containers, what runs in them, what is left behind.

Everything here blocks; callers run it in threads. Failures are SandboxError
(the engine or a container), TaskError (an image that does not build) or
AgentError (a bound that the candidate ran into), decided where they happen.
"""
