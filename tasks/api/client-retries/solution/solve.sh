#!/bin/sh
set -e
cd /workspace
python3 - <<'EOF'
from pathlib import Path

file = Path("till.py")
text = file.read_text()
text = text.replace(
    'return self._ask("POST", "/v1/charges", body)',
    '# The same key for the same order: however often it is asked, it is done once.\n'
    '        return self._ask("POST", "/v1/charges", body, {"Idempotency-Key": f"order-{order}"})',
)
text = text.replace("def _ask(self, method, path, body=None):", "def _ask(self, method, path, body=None, more=None):")
text = text.replace('"Content-Type": "application/json"}\n', '"Content-Type": "application/json", **(more or {})}\n')
file.write_text(text)
EOF
