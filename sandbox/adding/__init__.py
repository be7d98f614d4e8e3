"""Adding one's own: repos from a package index or from git, and tasks made of what their tests tell."""
