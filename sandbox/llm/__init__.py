"""Candidates that can be asked: scripted ones, and models through litellm."""
