"""trafilatura on pages: collet-read-pages' way of being asked and of answering."""
import json
import sys
import time

import trafilatura

for line in sys.stdin:
    path = line.rstrip("\n")
    with open(path, "rb") as file:
        page = file.read()
    begun = time.thread_time()
    text = trafilatura.extract(page, include_comments=False) or ""
    print(json.dumps({"path": path, "text": text, "us": int((time.thread_time() - begun) * 1e6)}))
