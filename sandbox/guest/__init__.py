"""Code that runs inside containers: standard library only, sent over stdin.

    wire        length-prefixed frames on file descriptors
    privileges  giving up root for good, and who may not look into a process
    processes   running a command with bounded output, killing what it started
    toolhost    stays up in the agent's container: fills the workspace, runs every tool, seals
    worker      the process of the agent's user that runs one call
    toolrun     one tool call; what tools lean on, together with `files`
    mcp_link    speaks with one MCP server (mcp_stdio, mcp_web: how; mcp_words: messages)
    watch       what changed in the workspace
    entries     opening what lies in the workspace, never through a link
    memory      whether memory ran out
    prepare     filling the workspace
    lay         laying a tree of our own making down
    supervisor  the judge's side that holds ids, clock and verdict channel
    pytest_run  the judged side: pytest over the code under test

Nothing here is a layer of an image, so a change here rebuilds no image, and the
judge's code is nowhere an agent can read it. The host's side of the wire is
`sandbox.env.guest`.
"""
