"""Stands before a Kafka broker that speaks plain text: ends TLS, asks for certificates or passwords (SASL PLAIN and SCRAM),
and lets brokers be known by the addresses under which it listens itself.

    kafka-tls.py CONFIG.json

The configuration names the brokers' ports, the certificate and its key, and one of `client_ca` (certificates are asked for)
and `users` (a file with NAME:PASSWORD lines). Everything is read anew for each connection. Prints the ports as one line of
JSON, then a line for each connection: `in NAME` or `refused`. A line on standard input cuts all connections.
"""

import base64
import hashlib
import hmac
import json
import os
import socket
import ssl
import struct
import sys
import threading

config = json.load(open(sys.argv[1]))
connections = set()
lock = threading.Lock()


def say(line):
    with lock:
        print(line, flush=True)


def exactly(stream, count):
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise ConnectionError("closed")
        data += more
    return data


def frame(stream):
    (size,) = struct.unpack(">i", exactly(stream, 4))
    return exactly(stream, size)


def framed(data):
    return struct.pack(">i", len(data)) + data


class Login:
    """The server's side of SASL: RFC 4616 and RFC 5802."""

    def __init__(self):
        self.mechanism = None
        self.name = None
        self.step = 0

    @staticmethod
    def password(name):
        for line in open(config["users"]):
            user, _, word = line.strip().partition(":")
            if user == name:
                return word
        raise PermissionError(name)

    def answer(self, message):
        """The answer, and whether this was the last step."""
        if self.mechanism == "PLAIN":
            _, name, word = message.decode().split("\0")
            if self.password(name) != word:
                raise PermissionError(name)
            self.name = name
            return b"", True
        return self.scram(message)

    def scram(self, message):
        digest = {"SCRAM-SHA-256": hashlib.sha256, "SCRAM-SHA-512": hashlib.sha512}[self.mechanism]
        if self.step == 0:
            self.step = 1
            self.bare = message.decode().split(",", 2)[2]
            fields = dict(part.split("=", 1) for part in self.bare.split(","))
            self.name = fields["n"]
            self.salt = os.urandom(16)
            nonce = fields["r"] + base64.b64encode(os.urandom(18)).decode()
            self.first = f"r={nonce},s={base64.b64encode(self.salt).decode()},i=4096"
            return self.first.encode(), False
        without, _, proof = message.decode().rpartition(",p=")
        salted = hashlib.pbkdf2_hmac(digest().name, self.password(self.name).encode(), self.salt, 4096)
        client = hmac.digest(salted, b"Client Key", digest)
        said = ",".join([self.bare, self.first, without]).encode()
        signature = hmac.digest(digest(client).digest(), said, digest)
        if bytes(a ^ b for a, b in zip(client, signature)) != base64.b64decode(proof):
            raise PermissionError(self.name)
        server = hmac.digest(hmac.digest(salted, b"Server Key", digest), said, digest)
        return b"v=" + base64.b64encode(server), True


def with_sasl(response, version):
    """An answer to ApiVersions that also names SaslHandshake (17) and SaslAuthenticate (36)."""
    correlation, rest = response[:4], response[4:]
    if struct.unpack(">h", rest[:2])[0] != 0:
        return response
    more = [struct.pack(">hhh", key, 0, 1) for key in (17, 36)]
    if version >= 3:
        count = rest[2] - 1
        return correlation + rest[:2] + bytes([count + 3]) + b"".join(m + b"\0" for m in more) + rest[3:]
    (count,) = struct.unpack(">i", rest[2:6])
    return correlation + rest[:2] + struct.pack(">i", count + 2) + b"".join(more) + rest[6:]


def forward_answers(broker, client, pending, rename):
    try:
        while True:
            response = frame(broker)
            (correlation,) = struct.unpack(">i", response[:4])
            version = pending.pop(correlation, None)
            if version is not None and "users" in config:
                response = with_sasl(response, version)
            client.sendall(framed(rename(response)))
    except (ConnectionError, OSError):
        pass
    finally:
        client.close()


def serve(plain, upstream, rename):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(config["certificate"], config["key"])
    if "client_ca" in config:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(config["client_ca"])
    try:
        client = context.wrap_socket(plain, server_side=True)
    except (ssl.SSLError, OSError):
        plain.close()
        return say("refused")
    broker = socket.create_connection(("127.0.0.1", upstream))
    for stream in (client, broker):
        connections.add(stream)
    pending, login = {}, Login()
    is_in = "users" not in config
    if is_in:
        subject = dict(pair[0] for pair in (client.getpeercert() or {}).get("subject", ()))
        say("in " + subject.get("commonName", "anybody"))
    threading.Thread(target=forward_answers, args=(broker, client, pending, rename), daemon=True).start()
    try:
        while True:
            request = frame(client)
            key, version, correlation, length = struct.unpack(">hhih", request[:10])
            body = request[10 + max(length, 0) :]
            if key == 17:
                login.mechanism = body[2:].decode()
                name = login.mechanism.encode()
                client.sendall(framed(struct.pack(">ihih", correlation, 0, 1, len(name)) + name))
            elif key == 36:
                tail = struct.pack(">q", 0) if version >= 1 else b""
                try:
                    said, is_in = login.answer(body[4:])
                except PermissionError:
                    say("refused")
                    client.sendall(framed(struct.pack(">ihhi", correlation, 58, -1, 0) + tail))
                    return
                if is_in:
                    say("in " + login.name)
                client.sendall(framed(struct.pack(">ihhi", correlation, 0, -1, len(said)) + said + tail))
            elif key == 18 or is_in:
                if key == 18:
                    pending[correlation] = version
                broker.sendall(framed(request))
            else:
                return say("refused")
    except (ConnectionError, OSError):
        pass
    finally:
        for stream in (client, broker):
            connections.discard(stream)
            stream.close()


def listen(listener, upstream, rename):
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(client, upstream, rename), daemon=True).start()


listeners = {port: socket.create_server(("127.0.0.1", 0)) for port in config["brokers"]}
ports = {port: listener.getsockname()[1] for port, listener in listeners.items()}


def rename(data):
    # "127.0.0.1" and "localhost" are of one length, so that no other field of an answer moves.
    for port, own in ports.items():
        data = data.replace(b"127.0.0.1" + struct.pack(">i", port), b"localhost" + struct.pack(">i", own))
    return data


for port, listener in listeners.items():
    threading.Thread(target=listen, args=(listener, port, rename), daemon=True).start()
say(json.dumps(list(ports.values())))
for _ in sys.stdin:
    for stream in list(connections):
        try:
            stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
