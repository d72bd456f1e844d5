"""A TLS client for tests. Reads a list of requests as JSON from standard input and writes a list of answers.

A request: host, port, ca, and as wanted method, path, headers, body, bodyBytes (that many zeros), tls (the highest version).
It always connects to 127.0.0.1; the name is for TLS and the Host header. An answer has status, headers (name, value), body and
tls, or failure where there was none."""

import http.client
import json
import socket
import ssl
import sys


class Connection(http.client.HTTPSConnection):
    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), 60)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def answer(request):
    context = ssl.create_default_context(cafile=request["ca"])
    if "tls" in request:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion[request["tls"]]
        context.set_ciphers("ALL:@SECLEVEL=0")
    connection = Connection(request["host"], request["port"], context=context)
    try:
        body = b"\0" * request["bodyBytes"] if "bodyBytes" in request else request.get("body", "").encode()
        connection.connect()
        version = connection.sock.version()
        try:
            connection.request(request.get("method", "GET"), request.get("path", "/"), body, request.get("headers", {}))
        except (BrokenPipeError, ConnectionResetError):
            # A server may answer before it has read everything.
            pass
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        return {"status": response.status, "headers": response.getheaders(), "body": text, "tls": version}
    except (ssl.SSLError, OSError, http.client.HTTPException) as error:
        return {"failure": f"{type(error).__name__}: {error}"}
    finally:
        connection.close()


json.dump([answer(request) for request in json.load(sys.stdin)], sys.stdout)
