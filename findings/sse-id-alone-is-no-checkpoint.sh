#!/usr/bin/env bash
# An event stream that moves its checkpoint forward with an id alone resumes at the new id in one
# EventSource client and at the old one in three others; and in two of them an event without an id
# has an empty lastEventId.
#
# Seen with: npm eventsource 4.1.1, eventsource-client 1.2.0, launchdarkly-eventsource 2.2.0, undici
#   7.30.2 (its EventSource).
# Input: `id: 7` with data, then data without an id, then `id: 8` alone and a blank line; the server
#   then ends the response and notes the Last-Event-ID with which the client comes back.
# Expected: HTML standard, "Server-sent events", section 9.2.6 (interpreting an event stream): the
#   id field sets the last event ID buffer; at a blank line the first step copies the buffer to the
#   source's last event ID string, and only the second step gives up if the data is empty. So `id:
#   8` alone fires nothing and yet counts: the client asks for what follows 8. The buffer is not
#   reset between events, so the event in the middle has lastEventId "7". All four call themselves
#   EventSource clients.
# Seen: undici does both. eventsource, eventsource-client and launchdarkly-eventsource come back
#   with 7. eventsource and eventsource-client also give the event in the middle an empty (or no)
#   id, launchdarkly-eventsource gives 7.
# Why it matters here: a live table sent to browsers numbers its snapshots; when nothing visible
#   changed it is tempting to send the number alone, so that a returning viewer is not sent the same
#   rows again. Browsers honour it; programs that read the same stream with these clients get the
#   rows twice, or take the empty lastEventId as "start from the beginning".
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
cat > package.json <<'E'
{ "private": true, "type": "module",
  "dependencies": { "eventsource": "4.1.1", "eventsource-client": "1.2.0", "launchdarkly-eventsource": "2.2.0", "undici": "7.30.2" } }
E
npm install --silent --no-audit --no-fund --ignore-scripts

cat > run.js <<'E'
import http from "node:http";
import { EventSource } from "eventsource";
import { createEventSource } from "eventsource-client";
import launchdarkly from "launchdarkly-eventsource";
import { EventSource as Undici } from "undici";

const stream = "retry: 50\n\nid: 7\ndata: first\n\ndata: second\n\nid: 8\n\n";
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function run(name, open) {
    const asked = [];
    const events = [];
    const server = http.createServer((request, response) => {
        asked.push(request.headers["last-event-id"] ?? "none");
        response.writeHead(200, { "content-type": "text/event-stream" });
        if (asked.length === 1) {
            response.write(stream);
            setTimeout(() => response.end(), 100);
        } else {
            response.write(": nothing new\n\n");
        }
    });
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    const source = open(`http://127.0.0.1:${server.address().port}/`, events);
    for (let i = 0; asked.length < 2 && i < 200; i++) await pause(50);
    const ids = events.map(([data, id]) => `${data} ${JSON.stringify(id ?? null)}`).join(", ");
    console.log(`${name.padEnd(26)}${ids}; comes back with ${asked[1]}`);
    source.close();
    server.closeAllConnections();
    server.close();
}

const standard = (Source) => (url, events) => {
    const source = new Source(url);
    source.addEventListener("message", (event) => events.push([event.data, event.lastEventId]));
    source.addEventListener("error", () => {});
    return source;
};
await run("undici", standard(Undici));
await run("launchdarkly-eventsource", standard(launchdarkly.EventSource));
await run("eventsource", standard(EventSource));
await run("eventsource-client", (url, events) =>
    createEventSource({ url, onMessage: (event) => events.push([event.data, event.id]) }));
process.exit(0);
E
cat > expected <<'E'
undici                    first "7", second "7"; comes back with 8
launchdarkly-eventsource  first "7", second "7"; comes back with 7
eventsource               first "7", second ""; comes back with 7
eventsource-client        first "7", second null; comes back with 7
E
node --no-warnings run.js > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
