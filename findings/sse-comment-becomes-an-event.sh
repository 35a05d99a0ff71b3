#!/usr/bin/env bash
# Once an event stream has sent an id, each comment that only keeps the connection open arrives as
# an empty event in one reader, and before it did not.
#
# Seen with: PyPI httpx-sse 0.4.3 (on httpx 0.28.1); beside it sseclient-py 1.9.0 on the same
#   octets.
# Input: two comments, an event without id, two comments, an event with `id: 7`, two comments, an
#   event without id. Each comment is `: still here` and a blank line, which is how the standard
#   advises to keep a quiet stream open.
# Expected: HTML standard, "Server-sent events", section 9.2.6: a line that starts with a colon is
#   ignored, and a blank line with an empty data buffer fires nothing. Three events, however many
#   comments.
# Seen: httpx-sse gives three events and two empty ones: comments before the first id give nothing,
#   comments after it give an event "message" with empty data and the id 7 each. It skips a block
#   only if no id has been seen yet; the id stays for the rest of the connection (that part is
#   right), and with it every later blank line becomes an event. The same holds for `event:` or
#   `retry:` alone. sseclient-py gives three.
# Why it matters here: a live view of sockets is quiet most of the time, so keep-alive comments
#   outnumber events; a reader that counts events, or draws an empty table for empty data, is right
#   in every short test without ids and wrong on the first stream that can be resumed.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "httpx-sse==0.4.3" "httpx==0.28.1" "sseclient-py==1.9.0"

cat > run.py <<'E'
import httpx, httpx_sse, sseclient

COMMENT = b": still here\n\n"
STREAM = [COMMENT, COMMENT, b"data: one\n\n", COMMENT, COMMENT, b"id: 7\ndata: two\n\n", COMMENT, COMMENT, b"data: three\n\n"]

class Octets(httpx.SyncByteStream):
    def __iter__(self):
        yield from STREAM

class Source:
    def __iter__(self):
        yield from STREAM

    def close(self):
        pass

def show(name, data):
    print(f"{name:<13}{len(data)} events: {data}")

show("sseclient-py", [event.data for event in sseclient.SSEClient(Source()).events()])
response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Octets())
show("httpx-sse", [event.data for event in httpx_sse.EventSource(response).iter_sse()])
E
cat > expected <<'E'
sseclient-py 3 events: ['one', 'two', 'three']
httpx-sse    5 events: ['one', 'two', '', '', 'three']
E
py/bin/python run.py > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
