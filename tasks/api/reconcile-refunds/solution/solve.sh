#!/bin/sh
set -e
cd /workspace
PYTHONPATH=/workspace python3 /solution/reconcile.py
