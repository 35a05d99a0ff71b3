#!/usr/bin/env bash
# An event of several data lines whose first line is empty arrives one line shorter in four readers
# of event streams.
#
# Seen with: npm @microsoft/fetch-event-source 2.0.1, @azure/core-sse 2.3.0, fetch-event-stream
#   0.1.6, extended-eventsource 2.1.0; beside them eventsource-parser 3.1.1 and undici 7.30.2 (its
#   EventSource), which keep the line.
# Input: three events: (1) `data:` then `data: row`; (2) `data:`, `data:` then `data: row`; (3)
#   `data: row`, `data:`, `data: end`.
# Expected: HTML standard, "Server-sent events", section 9.2.6: each data field appends its value
#   *and a line feed* to the data buffer, also if the value is empty; one line feed is taken off the
#   end when the event fires. So (1) is "\nrow", (2) is "\n\nrow" and (3) "row\n\nend". The
#   standard's own example with `data` twice is a single line feed.
# Seen: the four join the lines only if something is in the buffer already, so leading empty lines
#   vanish while empty lines in the middle stay: (1) and (2) become the same "row".
# Why it matters here: whatever sends a screen, a table or a transcript as one event, a data field
#   per row, starts with an empty row as a matter of course. The picture then slides up by the
#   number of leading empty rows, and only then: a viewer tested with text that starts in the first
#   row never shows it. Sending JSON (one data field) or a leading count avoids it.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
cat > package.json <<'E'
{ "private": true, "type": "module",
  "dependencies": { "@microsoft/fetch-event-source": "2.0.1", "@azure/core-sse": "2.3.0", "fetch-event-stream": "0.1.6",
    "extended-eventsource": "2.1.0", "eventsource-parser": "3.1.1", "undici": "7.30.2" } }
E
npm install --silent --no-audit --no-fund --ignore-scripts

cat > run.js <<'E'
import http from "node:http";
import { createSseStream } from "@azure/core-sse";
import microsoft from "@microsoft/fetch-event-source/lib/cjs/parse.js";
import { createParser } from "eventsource-parser";
import * as extended from "extended-eventsource";
import { events } from "fetch-event-stream";
import { EventSource as Undici } from "undici";

const stream = "data:\ndata: row\n\ndata:\ndata:\ndata: row\n\ndata: row\ndata:\ndata: end\n\n";
const response = () => new Response(stream, { headers: { "content-type": "text/event-stream" } });
const show = (name, got) => console.log(`${name.padEnd(30)}${got.map((data) => JSON.stringify(data)).join("  ")}`);

async function live(name, Source) {
    const server = http.createServer((_, answer) => {
        answer.writeHead(200, { "content-type": "text/event-stream" });
        answer.write(stream);
    });
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    const source = new Source(`http://127.0.0.1:${server.address().port}/`);
    const got = [];
    await new Promise((done) => {
        setTimeout(done, 10000);
        source.addEventListener("message", (event) => got.push(event.data) === 3 && done());
    });
    source.close();
    server.closeAllConnections();
    server.close();
    show(name, got);
}

const parsed = [];
createParser({ onEvent: (event) => parsed.push(event.data) }).feed(stream);
show("eventsource-parser", parsed);
await live("undici", Undici);

const lines = [];
microsoft.getLines(microsoft.getMessages(() => {}, () => {}, (event) => lines.push(event.data)))(new TextEncoder().encode(stream));
show("@microsoft/fetch-event-source", lines);
const azure = [];
for await (const event of createSseStream(response().body)) azure.push(event.data);
show("@azure/core-sse", azure);
const fetched = [];
for await (const event of events(response())) fetched.push(event.data);
show("fetch-event-stream", fetched);
await live("extended-eventsource", extended.EventSource);
process.exit(0);
E
cat > expected <<'E'
eventsource-parser            "\nrow"  "\n\nrow"  "row\n\nend"
undici                        "\nrow"  "\n\nrow"  "row\n\nend"
@microsoft/fetch-event-source "row"  "row"  "row\n\nend"
@azure/core-sse               "row"  "row"  "row\n\nend"
fetch-event-stream            "row"  "row"  "row\n\nend"
extended-eventsource          "row"  "row"  "row\n\nend"
E
node --no-warnings run.js > seen 2> noise
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
