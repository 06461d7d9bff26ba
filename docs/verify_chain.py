"""Verifies pages of GET …/audit, as docs/CHAIN.md specifies the chain: python3 verify_chain.py page.json …"""

import hashlib
import json
import sys
from decimal import Decimal

entries = [item for path in sys.argv[1:] for item in json.load(open(path, encoding="utf-8"))["items"]]
entries.sort(key=lambda item: item["sequenceNumber"])
before, at, balance = bytes(32), 0, Decimal(0)
for place, item in enumerate(entries, 1):
    number, time, kind, actor, subject, details, book, states = json.loads(item["text"])
    held, issued, charged, cashed_out = map(Decimal, book)
    hashed = hashlib.sha256(before + item["text"].encode()).digest()
    moved = issued - charged + cashed_out - balance
    amount = details[3] if kind == "operation.created" else details.get("amount", "0")
    checks = {
        "number": place == number == item["sequenceNumber"],
        "hash": (item["previousHash"], item["hash"]) == (before.hex(), hashed.hex()),
        "time": time >= at,
        "balance": 0 <= held <= balance + moved and (moved == 0 or kind == "operation.approved" or abs(moved) == Decimal(amount)),
    }
    if not all(checks.values()):
        sys.exit(f"entry {place} does not hold: {', '.join(name for name, holds in checks.items() if not holds)}")
    before, at, balance = hashed, time, balance + moved
print(f"{len(entries)} entries hold; balance {balance}; head {before.hex()}")
