#!/usr/bin/env python3
"""A mail server and a receiver of webhooks that are not ours, for tests: aiosmtpd, http.server, email, hmac.

Prints one line of JSON with its ports, then one for each mail and each request that it took. What a mail server does
follows from the recipient's local part, what the receiver does from the path. Ends when its standard input ends.

    peers.py FOLDER       a folder for its certificate
"""
import asyncio, email, email.policy, hashlib, hmac, json, os, ssl, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import logging, warnings

from aiosmtpd.smtp import SMTP, AuthResult

warnings.simplefilter("ignore")
logging.disable()

folder = sys.argv[1]
certificate = os.path.join(folder, "cert.pem")
private_key = os.path.join(folder, "key.pem")
keys = {"k1": b"0123456789abcdef0123456789abcdef", "k2": b"fedcba9876543210fedcba9876543210"}
said = threading.Lock()


def say(**fields):
    with said:
        print(json.dumps(fields), flush=True)


class Mails:
    def __init__(self):
        self.greylisted = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "refused":
            return f"550 5.1.1 <{address}> does not exist"
        if name == "greylisted" and address not in self.greylisted:
            self.greylisted.add(address)
            return "451 4.7.1 come back later"
        if name == "stalls":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say(
            kind="mail", id=mail["Message-ID"], to=envelope.rcpt_tos, sender=envelope.mail_from,
            subject=mail["Subject"], date=mail["Date"].datetime.isoformat(), text=mail.get_content().replace("\r\n", "\n"),
            type=mail.get_content_type(), charset=mail.get_content_charset(), automatic=mail["Auto-Submitted"],
            unsubscribe=mail["List-Unsubscribe"], tls=session.ssl is not None, user=session.auth_data,
            defects=[str(d) for d in mail.defects] + [str(d) for h in mail.values() for d in getattr(h, "defects", [])])
        return "250 2.0.0 taken"


class Server(SMTP):
    async def smtp_DATA(self, arg):
        if any(to.startswith("drops@") for to in self.envelope.rcpt_tos):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"attune" and data.password == b"a good password"
    return AuthResult(success=good, handled=False, auth_data=data.login.decode() if good else None)


class Hooks(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = [part.split("=", 1) for part in self.headers["Attune-Signature"].split(",")]
        seconds, signed, key = parts[0][1], [], None
        for name, value in parts[1:]:
            if name == "kid":
                key = value
            elif name == "v1":
                code = hmac.new(keys[key], seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
                signed.append([key, hmac.compare_digest(code, value)])
        say(kind="request", id=self.headers["Attune-Delivery"], path=self.path, signed=signed, event=json.loads(body))
        if self.path == "/never":
            threading.Event().wait()
        status = {"/410": 410, "/429": 429, "/500": 500, "/moved": 302}.get(self.path, 200)
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "120")
        if status == 302:
            self.send_header("Location", "/stolen")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


def receiver(context=None):
    server = Receiver(("127.0.0.1", 0), Hooks)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


async def main():
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
         private_key, "-out", certificate, "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private_key)
    loop, mails = asyncio.get_running_loop(), Mails()
    loop.set_exception_handler(lambda *_: None)

    async def listen(make, **options):
        server = await loop.create_server(make, "127.0.0.1", 0, **options)
        return server.sockets[0].getsockname()[1]

    login = dict(authenticator=authenticate, auth_required=True)
    say(
        plain=await listen(lambda: Server(mails, hostname="test", loop=loop)),
        starttls=await listen(
            lambda: Server(mails, hostname="test", loop=loop, tls_context=context, require_starttls=True, **login)),
        smtps=await listen(
            lambda: Server(mails, hostname="test", loop=loop, auth_require_tls=False, **login), ssl=context),
        http=receiver(), https=receiver(context), certificate=certificate)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
