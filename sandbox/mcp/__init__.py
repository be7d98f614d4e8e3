"""Tools of MCP servers: what is said to a server, and how its answers are read. Pure.

`sandbox.env.mcp_servers` speaks.
"""
