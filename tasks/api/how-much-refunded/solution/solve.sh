#!/bin/sh
set -e
cd /workspace
python3 /solution/refunded.py > answer.txt
