#!/bin/sh
set -e
cd /workspace
cp /solution/receiver.py receiver.py
python3 /solution/try_out.py
rm -f books.sqlite labels.txt
