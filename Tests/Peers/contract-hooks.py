"""What schemathesis does not know by itself: NDJSON as a body."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    text = value if isinstance(value, str) else json.dumps(value)
    return {"data": text.encode("utf-8", "surrogatepass")}
