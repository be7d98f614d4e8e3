#!/bin/sh
set -e
cd /workspace
# Candidates have functions for this, which hold the key.
PAYMENTS_URL=http://payments PAYMENTS_KEY=sk_test_4Zt9pQ python3 /solution/charge.py
