#!/usr/bin/env bash
# A client that has sent its whole request and then shuts down its sending side gets a reply from
# some HTTP servers and an empty, clean end of stream from others.
#
# Seen with: aiohttp 3.14.5, uvicorn 0.54.0 (with h11), tornado 6.6.1, waitress 3.0.2, hypercorn
#   0.18.0, cheroot 11.1.2; and with what the machine itself has: http.server of Python 3.11 and
#   http of Node.js 20.20.
# Input: one complete GET request with "Connection: close", then shutdown(SHUT_WR), as `nc -N` and
#   many scripts do; every server's handler waits 1 s before it answers 200 with six octets.
# Expected: TCP closes each direction on its own. RFC 9293 section 3.6 says that the side that has
#   closed may go on receiving until the peer has closed, too; section 3.6.1 names the half-closed
#   connection. The request was complete (RFC 9112 section 6.3: a GET without Content-Length or
#   Transfer-Encoding has no body). So each server answers.
# Seen: four of them answer, and the client's row is FIN-WAIT-2 meanwhile; aiohttp, uvicorn, tornado
#   and Node.js take the FIN for a client that has gone: they close at once (the client's row is
#   TIME-WAIT before the reply is due), without one octet, no status line, no reset, nothing for the
#   client to report.
# Why it matters here: a lesson "a half-closed connection still carries data the other way" holds
#   for the kernel, but the pair FIN-WAIT-2 and CLOSE-WAIT only stays on the table with some server
#   programs; with others the same client shows TIME-WAIT, and an empty reply is no sign of a fault
#   in the network.
set -eu

aiohttp=3.14.5 uvicorn=0.54.0 tornado=6.6.1 waitress=3.0.2 hypercorn=0.18.0 cheroot=11.1.2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "aiohttp==$aiohttp" "uvicorn==$uvicorn" "tornado==$tornado" \
    "waitress==$waitress" "hypercorn==$hypercorn" "cheroot==$cheroot"

cat > asgi.py <<'E'
import asyncio

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
    await send({"type": "http.response.body", "body": b"hello\n"})
E
cat > wsgi.py <<'E'
import time

def app(environ, start):
    time.sleep(1)
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return [b"hello\n"]
E
cat > with_aiohttp.py <<'E'
import asyncio, sys
from aiohttp import web

async def answer(request):
    await asyncio.sleep(1)
    return web.Response(text="hello\n")

app = web.Application()
app.router.add_get("/", answer)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
E
cat > with_tornado.py <<'E'
import asyncio, sys, tornado.web

class Answer(tornado.web.RequestHandler):
    async def get(self):
        await asyncio.sleep(1)
        self.write("hello\n")

async def main():
    tornado.web.Application([("/", Answer)]).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()

asyncio.run(main())
E
cat > with_cheroot.py <<'E'
import sys, wsgi
from cheroot.wsgi import Server

Server(("127.0.0.1", int(sys.argv[1])), wsgi.app).start()
E
cat > with_http_server.py <<'E'
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        time.sleep(1)
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"hello\n")

    def log_message(self, *words):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
E
cat > with_node.js <<'E'
require("http").createServer((request, response) => setTimeout(() => response.end("hello\n"), 1000))
    .listen(Number(process.argv[2]), "127.0.0.1");
E
cat > client.py <<'E'
import signal, socket, subprocess, time

SERVERS = [
    ("http.server", "py/bin/python with_http_server.py PORT"),
    ("waitress", "py/bin/waitress-serve --listen=127.0.0.1:PORT wsgi:app"),
    ("hypercorn", "py/bin/hypercorn asgi:app -b 127.0.0.1:PORT"),
    ("cheroot", "py/bin/python with_cheroot.py PORT"),
    ("aiohttp", "py/bin/python with_aiohttp.py PORT"),
    ("uvicorn", "py/bin/uvicorn asgi:app --port PORT --http h11 --log-level critical"),
    ("tornado", "py/bin/python with_tornado.py PORT"),
    ("node", "node with_node.js PORT"),
]

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]

STATES = {"05": "FIN-WAIT-2", "06": "TIME-WAIT", "08": "CLOSE-WAIT"}

def state(client):
    """The state of the client's row in the kernel's table."""
    wanted = "%04X" % client[1]
    with open("/proc/net/tcp") as table:
        for row in table.readlines()[1:]:
            fields = row.split()
            if fields[1].endswith(":" + wanted):
                return STATES.get(fields[3], fields[3])
    return "no row"

def ask(port, half):
    seen = ""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        if half:
            s.shutdown(socket.SHUT_WR)
            time.sleep(0.4)
            seen = state(s.getsockname()) + ", "
        got = b""
        try:
            while part := s.recv(4096):
                got += part
        except OSError as error:
            return seen + type(error).__name__
    return seen + ("answers" if b" 200 " in got and got.endswith(b"hello\n") else f"{len(got)} octets, then the end")

for name, command in SERVERS:
    port = free_port()
    child = subprocess.Popen(command.replace("PORT", str(port)).split(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        print(f"{name:<12} whole {ask(port, False):<10} half-closed {ask(port, True)}", flush=True)
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
E
cat > expected <<'E'
http.server  whole answers    half-closed FIN-WAIT-2, answers
waitress     whole answers    half-closed FIN-WAIT-2, answers
hypercorn    whole answers    half-closed FIN-WAIT-2, answers
cheroot      whole answers    half-closed FIN-WAIT-2, answers
aiohttp      whole answers    half-closed TIME-WAIT, 0 octets, then the end
uvicorn      whole answers    half-closed TIME-WAIT, 0 octets, then the end
tornado      whole answers    half-closed TIME-WAIT, 0 octets, then the end
node         whole answers    half-closed TIME-WAIT, 0 octets, then the end
E
py/bin/python client.py > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
