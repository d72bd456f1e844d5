#!/usr/bin/env python3
"""Writes the corpus that fuzzing begins with, Fuzz/Corpus: one small input for each form that a decoder knows.

Everything is made up here or taken from the project's own examples. Values that would be a client's hold the letters QZX,
which no text of the project holds: an answer that repeats one is found (Targets/Secrecy.swift).
"""
import base64
import json
import pathlib
import re
import struct

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT / "Fuzz" / "Corpus"
ID = "01890a5d-ac96-774b-bcce-b3020990%04x"


def write(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def text(value):
    return json.dumps(value, separators=(",", ":"))


# JSON and commands

write("json", "values", '{"a":[1,-0.5,1.25e3,true,false,null,"\\u00e4\\ud83d\\ude00\\n QZX"],"b":{"c":[]}}')
write("json", "times", '["2024-02-29","2024-02-29T23:59:60Z","2024-01-01T00:00:00.123456+05:30",100,0.05]')
write("json", "twice", '{"a":1,"a":2}')
write("json", "deep", "[" * 33 + "]" * 33)
write("json", "cut", '{"a":"QZX')

PERSON = {"participantId": ID % 1, "role": "self", "ageBand": "adult", "sex": "female", "group": "family"}
RATING = {"participantId": ID % 1, "instrument": "phq-9", "version": "2001", "session": 2, "day": "2024-03-01"}
COMMANDS = {
    "episode": {"site": "north", "episodeId": ID % 9, "service": "QZX service", "openedOn": "2024-01-08",
                "clinician": "QZX-1", "participants": [PERSON]},
    "participant": PERSON,
    "session": {"sessionId": ID % 2, "held": {"number": 1, "day": "2024-01-08"}},
    "rating": RATING | {"ratingId": ID % 3, "items": [0, 1, 2, 3, 0, 1, 2, 3, 0], "comment": "QZX comment"},
    "correction": {name: RATING[name] for name in ("instrument", "version", "session", "day")} | {
        "correctionId": ID % 4, "items": [1] * 9, "reason": "entry_error"},
    "withdrawal": {"reason": "client_request"},
    "discussion": {"discussionId": ID % 5, "ratingId": ID % 3, "day": "2024-03-02", "by": "QZX-1"},
    "consent": {"consentId": ID % 6, "participantId": ID % 1, "jointView": True, "day": "2024-03-02"},
    "review": {"reviewId": ID % 7, "kind": "joint", "day": "2024-03-02", "by": "QZX-1"},
    "transfer": {"transferId": ID % 8, "clinician": "QZX-2", "reason": "clinician_left"},
    "closure": {"day": "2024-05-01", "reason": "agreed_end"},
    "decline": RATING | {"declineId": ID % 10},
    "preferences": {"preferencesId": ID % 11, "participantId": ID % 1, "instrument": "c-nip", "version": "1.1",
                    "session": 1, "day": "2024-03-01", "items": [3, -3, 0, None] * 4 + [1, 2]},
    "preference_review": {"preferenceReviewId": ID % 12, "participantId": ID % 1, "scale": "directiveness",
                          "asked": "strong_first", "agreed": "follow", "accommodated": "yes",
                          "day": "2024-03-02", "by": "QZX"},
}
lines = []
for index, (kind, body) in enumerate(COMMANDS.items()):
    with_episode = body if kind == "episode" else body | {"episodeId": ID % 9}
    for flags in (0, 0x80, 0xC0):
        # As many kinds as CommandKind has: the target takes the remainder.
        choice = next(value for value in range(flags, 256) if value % len(COMMANDS) == index)
        write("command", f"{kind}-{flags:02x}", bytes([choice]) + text(body if flags else with_episode).encode())
    lines.append(with_episode | {"type": kind} | ({"ratingId": ID % 3} if kind in ("correction", "withdrawal") else {}))
write("command", "unfit", bytes([3]) + text(RATING | {"ratingId": "QZX", "items": ["QZX", -1], "comment": ["QZX"]}).encode())
write("command", "unknown-field", bytes([3]) + text(RATING | {"QZX": 1}).encode())
write("command", "unanswered", bytes([3]) + text(RATING | {"ratingId": ID % 3, "items": [None] * 9}).encode())
write("command", "by-source", bytes([3]) + text(RATING | {"source": {"system": "QZX", "id": "QZX"}, "total": 0.5}).encode())
write("batch", "every-kind", "\n".join(text(line) for line in lines) + "\n")
write("batch", "blank-lines", "\n \t\r\n" + text(lines[3]) + "\n\n{\n" + text(lines[2]))
write("batch", "refused", text({"type": "rating", "comment": "QZX" * 20}) + "\n[]\n\"QZX\"\n")

# Records: the key, headers, a blank line, the value

HEADERS = {
    "ce_specversion": "1.0", "ce_id": ID % 20, "ce_type": "attune.rating.recorded.v1", "ce_source": "/attune/ingestion",
    "ce_subject": ID % 9, "ce_time": "2024-03-01T10:00:00.000001Z", "ce_sequence": "7", "ce_site": "north",
    "content-type": "application/protobuf", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
KEY = (ID % 9).replace("-", "")
write("cloud-events", "whole", KEY + "\n" + "".join(f"{n}: {v}\n" for n, v in HEADERS.items()) + "\nvalue")
write("cloud-events", "tombstone", KEY + "\n" + "".join(f"{n}: {v}\n" for n, v in HEADERS.items()).rstrip("\n"))
write("cloud-events", "other-key", "00\n" + "".join(f"{n}: {v}\n" for n, v in HEADERS.items()) + "\nvalue")
write("cloud-events", "strange", KEY + "\n" + "".join(f"{n}: QZX\n" for n in HEADERS) + "\n")
write("trace", "sampled", HEADERS["traceparent"])
write("trace", "zero", "00-" + "0" * 32 + "-" + "0" * 16 + "-00")
write("trace", "later-version", "0f" + HEADERS["traceparent"][2:])
write("trace", "flags", HEADERS["traceparent"][:-2] + "ff")

# Protobuf: a message with every field, by the definitions themselves


def proto():
    messages, enums = {}, set()
    for file in sorted((ROOT / "Shared/Contracts/Proto/attune/v1").glob("*.proto")):
        source = re.sub(r"//[^\n]*", "", file.read_text())
        enums.update(re.findall(r"\benum (\w+)", source))
        for match in re.finditer(r"\bmessage (\w+) \{", source):
            depth, end = 1, match.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(source[end], 0)
                end += 1
            body = source[match.end():end - 1]
            one = re.search(r"oneof \w+ \{([^}]*)\}", body)
            field = r"(repeated |optional )?([\w.]+) (\w+) = (\d+)(?: \[[^\]]*\])?;"
            alternatives = re.findall(field, one.group(1)) if one else []
            rest = re.findall(field, body.replace(one.group(0), "") if one else body)
            messages[match.group(1)] = (rest, alternatives)
    return messages, enums


MESSAGES, ENUMS = proto()


def varint(value):
    out = b""
    while True:
        out += bytes([value & 0x7F | (0x80 if value > 0x7F else 0)])
        value >>= 7
        if not value:
            return out


def field(number, kind, payload):
    head = varint(int(number) << 3 | kind)
    return head + (varint(len(payload)) + payload if kind == 2 else payload)


def value(label, kind, name, number):
    if kind in MESSAGES:
        return field(number, 2, message(kind))
    if kind in ENUMS:
        return field(number, 2, b"\x01") if label == "repeated " else field(number, 0, b"\x01")
    if kind == "bytes":
        content = bytes(range(32)) if re.search("root|digest|hash|sha256", name) else bytes(range(1, 17))
        return field(number, 2, content)
    if kind == "string":
        known = {"instrument": "phq-9", "group": "family", "norm_set": "adults", "view": "graph", "status": "5.1.1",
                 "rule": "etr.80"}
        sites = ["north"] if "site" in name else []
        return field(number, 2, (known.get(name) or (sites + ["note-1"])[0]).encode())
    if kind in ("fixed64", "double"):
        return field(number, 1, struct.pack("<Q", 5))
    number_bytes = varint(4)
    return field(number, 2, number_bytes) if label == "repeated " else field(number, 0, number_bytes)


def message(name, alternative=None):
    if name == "Answers":
        # Three items, the second of which was left out; no total beside them.
        return field(1, 2, bytes([2, 0, 4])) + field(2, 2, b"\x02")
    fields, alternatives = MESSAGES[name]
    chosen = alternative or (alternatives[0] if alternatives else None)
    return b"".join(value(*f) for f in fields) + (value(*chosen) if chosen else b"")


TYPES = re.findall(r'case \w+ = "(attune\.[^"]+)"', (ROOT / "Shared/Contracts/EventType.swift").read_text())
for index, event in enumerate(TYPES):
    parts = event.replace("-", "_").split(".")[1:-1]
    names = {parts[-1], "_".join(parts[-2:]), "episode_" + parts[-1]}
    about = {"alert": "AlertEvent", "notification": "NotificationEvent", "access": "AccessEvent", "client": "AccessEvent",
             "evidence": "AccessEvent"}.get(parts[0], "EpisodeEvent")
    for alternative in MESSAGES[about][1]:
        if alternative[2] in names:
            write("events", event, bytes([index]) + message(about, alternative))
    whole = {"attune.trajectory.updated.v1": "TrajectoryUpdated", "attune.log.resealed.v1": "LogResealed"}.get(event)
    if whole:
        write("events", event, bytes([index]) + message(whole))
for name in ("ScoredParticipants", "StandingSignals", "Course"):
    write("stored", name, message(name))
# A course of one point: its columns must be of one length.
write("stored", "course-of-one", b"".join([
    field(1, 2, message("Provenance")), field(2, 2, bytes(range(16))), field(3, 2, b"\x00"),
]))

# The audit log

ROOT64 = base64.b64encode(bytes(range(32))).decode()
note = f"log.example/fuzz\n20852163\n{ROOT64}\n"
write("checkpoint", "text", note)
write("checkpoint", "of-another-log", note.replace("fuzz", "other"))
write("checkpoint", "extended", note + "an extension\n")
signature = base64.b64encode(bytes(range(68))).decode()
write("checkpoint", "note", f"{note}\n— log.example/fuzz {signature}\n— witness.example/w {signature}\n")
write("checkpoint", "key", "log.example/fuzz+00010203+" + base64.b64encode(bytes([1]) + bytes(32)).decode())
write("checkpoint", "keys", "# retired\nlog+00010203+" + base64.b64encode(bytes([1]) + bytes(32)).decode() + " until 7\n")
for kind in range(3):
    for size, place in ((1, 0), (7, 3), (8, 7), (200, 129)):
        write("proof", f"{kind}-{place}-of-{size}", bytes([kind, size - 1, place]))
        write("proof", f"{kind}-{place}-of-{size}-changed", bytes([kind, size - 1, place, 0, 1, 40, 128]))
write("proof", "strange", bytes([2, 0, 0]) + bytes([0x7F] + [0xFF] * 15))

event = {
    "position": 12, "category": 1, "backfill": False, "eventId": ID % 20, "streamId": ID % 9, "version": 3,
    "site": "north", "type": "attune.rating.recorded.v1", "recordedAt": "2024-03-01T10:00:00.000001Z",
    "traceparent": HEADERS["traceparent"], "payload": base64.b64encode(b"payload").decode(),
}
leaf = {
    "index": 5, "topic": "attune.episode-events.v1", "event": ID % 20, "type": "attune.rating.recorded.v1",
    "episode": ID % 9, "sequence": 3, "site": "north", "time": "2024-03-01T10:00:00Z", "source": "/attune/ingestion",
    "payloadDigest": ROOT64,
}
manifest = {
    "format": "attune-evidence/1", "createdAt": "2024-03-01T10:00:00Z", "origin": "log.example",
    "scope": {"episodes": [ID % 9], "sites": ["north"], "from": None, "before": "2024-04-01T00:00:00Z"},
    "counts": {"events": 1, "leaves": 2, "checkpoints": 1, "uncovered": 0}, "checkpoint": {"size": 8, "root": ROOT64},
    "files": [{"path": "events.ndjson", "size": 100, "sha256": "0" * 64}],
}
write("evidence", "event", b"\x00" + text(event).encode())
write("evidence", "event-untraced", b"\x00" + text(event | {"traceparent": None}).encode())
write("evidence", "leaf", b"\x01" + text(leaf).encode())
write("evidence", "proof", b"\x02" + text({"index": 5, "hashes": [ROOT64, ROOT64]}).encode())
consistency = {"from": 3, "to": 8, "fromRoot": ROOT64, "toRoot": ROOT64, "hashes": [ROOT64]}
write("evidence", "consistency", b"\x03" + text(consistency).encode())
write("evidence", "manifest", b"\x04" + text(manifest).encode())

# Tokens, keys, identity providers

claims = {"iss": "attune", "aud": ["attune", "other"], "sub": "QZX-1", "exp": 1760000600, "nbf": 1759999000.5,
          "sites": ["north"], "roles": ["clinician"]}
write("token", "good", text({"alg": "EdDSA", "kid": "k"}) + "\n" + text(claims))
write("token", "all-sites", text({"alg": "EdDSA", "kid": "k"}) + "\n" + text(claims | {"aud": "attune", "sites": "*"}))
write("token", "none", text({"alg": "none"}) + "\n" + text(claims))
write("token", "critical", text({"alg": "EdDSA", "kid": "k", "crit": ["b64"]}) + "\n" + text(claims))
parts = [text({"alg": "EdDSA", "kid": "k"}), text(claims), "x" * 64]
write("token", "compact", ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts))
coordinate = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
modulus = base64.urlsafe_b64encode(bytes([0xC3]) + bytes(range(255))).decode().rstrip("=")
write("key-set", "several", text({"keys": [
    {"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": coordinate, "use": "sig", "alg": "EdDSA"},
    {"kty": "EC", "crv": "P-256", "kid": "b", "x": coordinate, "y": coordinate, "key_ops": ["verify"]},
    {"kty": "RSA", "kid": "c", "n": modulus, "e": "AQAB"}, {"kty": "oct", "k": "AA"}]}))
write("provider", "metadata", text({
    "issuer": "https://id.example", "authorization_endpoint": "https://id.example/a",
    "token_endpoint": "https://id.example/t",
    "jwks_uri": "http://localhost:9/k", "end_session_endpoint": "https://id.example/e",
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
    "authorization_response_iss_parameter_supported": True}))
write("provider", "answer", text({"id_token": "e30.e30.AA", "access_token": "x", "token_type": "Bearer"}))
write("provider", "refusal", text({"error": "invalid_grant"}))
write("provider", "callback", "state=abc&code=x%2By&iss=https%3A%2F%2Fid.example&error=access_denied")

# Browsers

items = "&".join(f"item{number}={number % 4}" for number in range(1, 10))
write("form", "measure", items + "&comment=QZX+%C3%A4%0D%0Aline")
write("form", "rating", f"instrument=phq-9%402001&total=12&id={ID % 3}&participant={ID % 1}&session=2&day=2024-03-01")
write("form", "decimal", "instrument=ors%402000&total=12,5&item1=9.95&item2=%2b1&item3=1e3&item4=QZX")
write("form", "preferences", f"id={ID % 3}&participant={ID % 1}&session=2&day=2024-03-01&" + "&".join(
    f"item{number}={number % 7 - 3}" for number in range(1, 19)))
write("form", "preference-review", f"id={ID % 3}&participant={ID % 1}&day=2024-03-01&scale=directiveness&asked=strong_first"
      "&agreed=follow&followed=yes")
write("form", "review", "question=alliance.goals&answer=yes&action=talk&discussed=2024-03-01&completed=")
write("form", "consent", f"agrees=yes&id={ID % 3}&day=2024-03-01&number=3")
write("form", "history", "part=alerts&page=2&episode=abc123&site=north")
write("form", "broken", "%&%4&=&a&a=%ff&&a=b=c")
write("handed-out", "code", "1234 5678")
write("handed-out", "signed", "AAAA.BBBB")
write("handed-out", "path", "/episodes/1?part=2")
write("handed-out", "elsewhere", "//evil.example")
write("handed-out", "languages", "de-CH, de;q=0.9, en;q=0.8, *;q=0")

# FHIR

write("fhir-search", "flags", f"patient=Patient/{ID % 1}&status=active,inactive&date=ge2024-01-01&date=lt2024-02&_count=20")
write("fhir-search", "page", f"_cursor=1760000000000000_{ID % 1}&_format=json&_lastUpdated=gt2024-01-01T00:00:00%2B02:00")
write("fhir-search", "strange", "date=QZX&patient=QZX,&_count=0&status=%7C&x=1")
ordinal = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
questions = [
    {"linkId": f"item{number}", "type": "choice", "text": "words", "code": [{"system": "http://loinc.org", "code": code}],
     "answerOption": [{"valueCoding": {"code": str(score), "display": "choice"},
                       "extension": [{"url": ordinal, "valueDecimal": score}]} for score in range(4)]}
    for number, code in enumerate(["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"], 1)]
write("questionnaire", "gad-7", text({
    "resourceType": "Questionnaire", "language": "en", "title": "A title",
    "code": [{"system": "http://loinc.org", "code": "69737-5"}], "item": questions}))
write("questionnaire", "own", (ROOT / "Shared/Catalogue/Builtin/attune-wellbeing.en.json").read_bytes())

# YAML, tables

for name in ("ors", "who-5", "attune-own", "c-nip"):
    write("catalogue", name, (ROOT / f"Shared/Catalogue/Builtin/{name}.yaml").read_bytes())
write("catalogue", "totals", (ROOT / "deploy/local/instruments/totals.yaml").read_bytes())
write("policy", "example", (ROOT / "deploy/local/policy.yaml").read_bytes())
for file in sorted((ROOT / "deploy/local/policies").glob("*.yaml")):
    write("policy", file.stem, file.read_bytes())
write("routes", "example", (ROOT / "deploy/local/routes.yaml").read_bytes())
write("routes", "people", (
    "default: [{id: desk, channel: {email: {address: qzx@clinic.example}}, kinds: [safety]}]\n"
    "times: {default: {time_zone: Europe/Berlin, quiet: {from: '20:00', to: '07:00'}, digest: '08:00',\n"
    "  limit: {messages: 20, minutes: 60}}}\nrearm: {default: 72, north: 24}\nuntold: [guarded]\n"
    "sites: {north: [{role: clinician, via: [inbox]}, {id: i, channel: {inbox: {user: QZX}}}]}\n"))
write("routes", "plain-name", "QZX}lt:\n  - id: duty-desk\n")
for file in sorted((ROOT / "deploy/local/maps").glob("*.yaml")):
    write("import-map", file.stem, file.read_bytes())
write("csv", "wide", "id,a,b\nQZX-1,10,12\nQZX-2,,7.0\n\n")
write("csv", "long", "id,n,m,a,b\nQZX-1,1,0,10,2\nQZX-1,2.0,1.5,\"1,5\",\"x\"\"y\"\n")
write("csv", "twice", "id,id,a,b\n1,2,3,4\n")
write("directory", "example", (ROOT / "deploy/local/directory.csv").read_bytes())
write("directory", "json", text({
    "sites": [{"id": "north", "time_zone": "Europe/Berlin", "language": "de", "working_hours": "mon-fri 08:00-18:00"}],
    "teams": [{"id": "t", "site": "north"}],
    "people": [{"id": "p", "site": "north", "team": "t", "roles": ["clinician"], "email": "QZX", "phone": "+49QZX"}]}))

# Mail and addresses

report = """From: <MAILER-DAEMON@mail.example>\r
To: bounces+%s@clinic.example\r
Content-Type: multipart/report; report-type=delivery-status;\r
 boundary="b"\r
\r
--b\r
\r
QZX words\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mail.example\r
\r
Final-Recipient: rfc822; qzx@clinic.example\r
Action: failed\r
Status: 5.1.1\r
\r
--b--\r
""" % (ID % 30)
write("bounce", "failed", report)
write("bounce", "delayed", report.replace("failed", "delayed"))
write("bounce", "nested", "To: bounces+%s@clinic.example\nContent-Type: multipart/mixed; boundary=a\n\n--a\n" % (ID % 30)
      + report + "\n--a--\n")
for index, address in enumerate([
        "https://hooks.example/QZX?key=QZX", "http://user:QZX@localhost:8/", "https://[::1]:99999/", "a.b@clinic.example",
        "120", "Sun, 06 Nov 1994 08:49:37 GMT", "2024-02-29", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
        "mon-fri 08:00-12:00 13:00-17:00; sat 09:00-12:00", "Ä long name, with \"quotes\" and ümlauts " * 3]):
    write("addresses", f"{index}", address)
