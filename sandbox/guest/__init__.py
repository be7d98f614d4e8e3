"""Code that runs inside containers: standard library only, sent over stdin.

    wire        length-prefixed frames on file descriptors
    privileges  giving up root for good, and who may not look into a process
    processes   running a command with bounded output, killing what it started
    toolrun     one tool call: run as the agent's user, answer as root
    export      reading the workspace out, once the agent is dead
    supervisor  the judge's side that holds ids, clock and verdict channel
    pytest_run  the judged side: pytest over the code under test

Nothing here is a layer of an image, so a change here rebuilds no image, and the
judge's code is nowhere an agent can read it. The host's side of the wire is
`sandbox.env.guest`.
"""
