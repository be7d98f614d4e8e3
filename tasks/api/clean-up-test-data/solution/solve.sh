#!/bin/sh
set -e
cd /workspace
python3 /solution/clean_up.py
