#!/bin/sh
set -e
cd /workspace
python3 /solution/ask.py
