#!/usr/bin/env python3
"""A receiver of Attune's webhooks, to try them with: webhook-receiver.py PORT ID=KEYFILE...

Takes what is signed with one of the keys, as docs/notifications.md says, and refuses the rest. Says which key it was.
"""

import hashlib
import hmac
import http.server
import pathlib
import sys
import time

TOLERANCE = 300


def signing_key(header, body, keys, now):
    """The id of the key that signed, or None."""
    fields = [field.partition("=") for field in header.split(",")]
    seconds = next((value for name, _, value in fields if name == "t"), "")
    if not seconds.isdigit() or abs(now - int(seconds)) > TOLERANCE:
        return None
    ids = [value for name, _, value in fields if name == "kid"]
    codes = [value for name, _, value in fields if name == "v1"]
    for key_id, code in zip(ids, codes):
        if key_id in keys:
            expected = hmac.new(keys[key_id], seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
            if hmac.compare_digest(expected, code):
                return key_id
    return None


class Receiver(http.server.BaseHTTPRequestHandler):
    keys = {}

    def do_GET(self):
        self.answer(204)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        key_id = signing_key(self.headers.get("Attune-Signature", ""), body, self.keys, time.time())
        print(f"signed with {key_id}" if key_id else "refused: not signed with a known key", flush=True)
        self.answer(204 if key_id else 401)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        """Requests are not logged: what is taken is said above."""


if __name__ == "__main__":
    port, named = int(sys.argv[1]), (entry.partition("=") for entry in sys.argv[2:])
    Receiver.keys = {key_id: pathlib.Path(file).read_bytes().rstrip(b"\n") for key_id, _, file in named}
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()
