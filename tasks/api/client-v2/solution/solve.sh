#!/bin/sh
set -e
cp /solution/payclient.py /workspace/payclient.py
