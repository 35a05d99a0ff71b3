#!/usr/bin/env bash
# A server that closes a WebSocket properly but gives no status code has closed it with 1005, 1000
# or 1006, cleanly or not, as the client library sees it; and 1012 ("service restart") is a protocol
# error in one of them.
#
# Seen with: npm ws 8.23.0, undici 7.30.2 (its WebSocket), faye-websocket 0.11.4, websocket 1.0.35
#   (its w3cwebsocket); PyPI websockets 17.4, aiohttp 3.14.5.
# Input: after a complete handshake the server sends a text message and a Close frame, waits for the
#   client's Close frame and then closes the TCP connection. First with an empty Close frame, then
#   with 1012 and no reason.
# Expected: RFC 6455 section 5.5.1: a Close frame may have a body, it need not. Section 7.1.5:
#   without a code in the frame the connection's close code is 1005, and 7.1.4: it is closed cleanly
#   when both Close frames went over; 1006 is kept for a connection that ended without one. 1012 is
#   in the registry of close codes that section 11.7 sets up.
# Seen: ws, undici and websockets say 1005. faye-websocket says 1000, as if the server had said
#   "normal". aiohttp and websocket say 1006, as if the cable had been cut, though both sent their
#   own Close frame in answer. 1012 arrives as 1012 everywhere but in faye-websocket: there it is
#   1002, and its answer to the server is 1002, protocol error.
# Why it matters here: a page or script that follows a live table decides by the code whether to
#   come back (1006: at once) or to stop (1000, 1005), and a lesson about ends of connections would
#   show "abnormal" next to a socket that went through FIN and TIME-WAIT in good order. A server
#   does best to send 1000 or 1001 each time.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
cat > package.json <<'E'
{ "private": true, "type": "module",
  "dependencies": { "ws": "8.23.0", "undici": "7.30.2", "faye-websocket": "0.11.4", "websocket": "1.0.35" } }
E
npm install --silent --no-audit --no-fund --ignore-scripts
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "websockets==17.4" "aiohttp==3.14.5"

cat > clients.js <<'E'
import faye from "faye-websocket";
import { WebSocket as Undici } from "undici";
import websocket from "websocket";
import Ws from "ws";

const clients = { ws: Ws, undici: Undici, "faye-websocket": faye.Client, websocket: websocket.w3cwebsocket };
for (const path of ["empty", "1012"]) {
    for (const [name, Client] of Object.entries(clients)) {
        const code = await new Promise((done) => {
            const client = new Client(`ws://127.0.0.1:${process.argv[2]}/${name}/${path}`);
            client.onerror = () => {};
            client.onmessage = () => {};
            client.onclose = (event) => done(event.code);
        });
        console.log(`${path} ${name} ${code}`);
    }
}
process.exit(0);
E
cat > run.py <<'E'
import asyncio, base64, hashlib, socket, struct, subprocess, threading, time
import aiohttp
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

CLOSE = {"empty": b"\x88\x00", "1012": b"\x88\x02" + struct.pack("!H", 1012)}
answers = {}

def exactly(peer, count):
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data

def serve(peer):
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        request += exactly(peer, 1)
    name, path = request.split()[1].decode().strip("/").split("/")
    key = next(line.split(": ", 1)[1] for line in request.decode().split("\r\n") if line.lower().startswith("sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
    peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    peer.sendall(b"\x81\x02hi" + CLOSE[path])
    answer = "no Close frame"
    peer.settimeout(10)
    try:
        while True:
            kind, length = exactly(peer, 2)
            mask = exactly(peer, 4)
            body = bytes(octet ^ mask[i % 4] for i, octet in enumerate(exactly(peer, length & 127)))
            if kind == 0x88:
                answer = str(struct.unpack("!H", body[:2])[0]) if body else "an empty Close frame"
                break
    except (EOFError, OSError):
        pass
    answers[path, name] = answer
    peer.close()

listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]

def accept_all():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

threading.Thread(target=accept_all, daemon=True).start()

def with_websockets(path):
    with connect(f"ws://127.0.0.1:{port}/websockets/{path}") as client:
        try:
            while True:
                client.recv()
        except ConnectionClosed:
            return int(client.close_code)

async def with_aiohttp(path):
    async with aiohttp.ClientSession() as web, web.ws_connect(f"ws://127.0.0.1:{port}/aiohttp/{path}") as client:
        async for _ in client:
            pass
        return int(client.close_code)

seen = subprocess.run(["node", "--no-warnings", "clients.js", str(port)], check=True, capture_output=True, text=True).stdout
results = [tuple(line.split()) for line in seen.splitlines()]
for path in CLOSE:
    results += [(path, "websockets", with_websockets(path)), (path, "aiohttp", asyncio.run(with_aiohttp(path)))]
deadline = time.monotonic() + 15
while len(answers) < len(results) and time.monotonic() < deadline:
    time.sleep(0.05)
for path, name, code in sorted(results, key=lambda result: result[:2], reverse=True):
    print(f"{path:<6}{name:<15}says {code}, answers {answers.get((path, name))}")
E
cat > expected <<'E'
empty ws             says 1005, answers an empty Close frame
empty websockets     says 1005, answers an empty Close frame
empty websocket      says 1006, answers 1000
empty undici         says 1005, answers an empty Close frame
empty faye-websocket says 1000, answers 1000
empty aiohttp        says 1006, answers 1000
1012  ws             says 1012, answers 1012
1012  websockets     says 1012, answers 1012
1012  websocket      says 1012, answers 1000
1012  undici         says 1012, answers 1012
1012  faye-websocket says 1002, answers 1002
1012  aiohttp        says 1012, answers 1000
E
py/bin/python run.py > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
