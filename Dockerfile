# The base image of Roadtest's own tasks: Python 3.11 with pytest and build tools in one virtual
# environment, git, and the users that agents and judges run as. BASE is either the registry's
# Python image or the root file system that Roadtest bootstraps where no registry answers.
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE}
RUN command -v git > /dev/null \
 || (apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*)
COPY requirements-image.lock wheels/ /opt/base-wheels/
RUN python3 -m venv /opt/venv \
 && /opt/venv/bin/pip install --quiet --no-index --find-links=/opt/base-wheels --no-deps --require-hashes \
        --requirement /opt/base-wheels/requirements-image.lock \
 && touch /opt/venv/lib/python3.11/site-packages/sitecustomize.py \
          /opt/venv/lib/python3.11/site-packages/usercustomize.py
ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN groupadd --gid 1000 agent && useradd --uid 1000 --gid 1000 --create-home --shell /bin/bash agent \
 && groupadd --gid 1001 judge && useradd --uid 1001 --gid 1001 --create-home --shell /usr/sbin/nologin judge
WORKDIR /workspace
