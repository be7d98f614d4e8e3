#!/bin/sh
set -e
cd /workspace
python3 /solution/charge.py
