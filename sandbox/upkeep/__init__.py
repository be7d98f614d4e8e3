"""Looking after a suite: what changed in it, which tasks still tell something, which still hold."""
