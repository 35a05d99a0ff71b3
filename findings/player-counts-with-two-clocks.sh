#!/usr/bin/env bash
# With an idle limit, the options of the asciinema player count seconds in different ways: a start
# is looked up in the recording's own time, a marker, a poster and a seek in the shortened time; a
# start inside a pause is the end of the film.
#
# Seen with: npm asciinema-player 3.18.0, in the page that jsdom 29.1.1 makes (Node.js 20.20).
# Input: an asciicast v3 recording: "one" at 1 s, a pause of 30 s, "two" at 31 s, "three" at 32 s,
#   "four" at 33 s. Played with idleTimeLimit 2, it takes 5 s: 1, 3, 4, 5. The moment meant each
#   time: half a second after "two", at 31.5 s of the recording.
# Expected: the player's documentation (Options; Markers) gives startAt, markers and the poster's
#   npt: in seconds, and calls a marker a point on the recording's timeline that can be set by the
#   option or in the file. So the same 31.5 means the same moment everywhere, or else the shortened
#   3.5 does; a marker by the option is where the same marker in the file is (`m` at 31.5); a start
#   at 20 s, within the pause, shows "one".
# Seen: startAt 31.5 starts at 3.5 with "one two". The marker in the file is at 3.5 too. The marker
#   by the option at 31.5, the poster at npt:0:31.5 and seek(31.5) are the end of the film: "one two
#   three four"; the marker even makes the film 31.5 s long. startAt 20 starts at the end, 5, and
#   the clock of the poster reads 31.5 in a film of 5 s.
# Why it matters here: chapters computed from a recording's own times (a lesson's steps) are right
#   as events `m` in the file, and wrong in the page's options as soon as the page, or the
#   recording's header, has an idle limit; a link "start at" taken from the player's own clock is
#   wrong the other way round.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
echo '{ "private": true, "type": "module", "dependencies": { "asciinema-player": "3.18.0", "jsdom": "29.1.1" } }' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts

cat > run.js <<'E'
import { JSDOM } from "jsdom";

// A page with what the player asks of a browser beyond jsdom; nothing is drawn.
const { window } = new JSDOM("<!doctype html>", { pretendToBeVisual: true, url: "http://localhost/" });
const names = ["document", "HTMLElement", "Element", "Node", "CustomEvent", "Event", "SVGElement", "getComputedStyle",
    "requestAnimationFrame", "cancelAnimationFrame", "MutationObserver", "ShadowRoot", "DocumentFragment", "navigator", "localStorage"];
for (const [name, value] of [["window", window], ...names.map((name) => [name, window[name]])]) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
globalThis.ResizeObserver = window.ResizeObserver = class { observe() {} unobserve() {} disconnect() {} };
globalThis.matchMedia = window.matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} });
window.HTMLCanvasElement.prototype.getContext = () => new Proxy({}, { get: () => () => ({ width: 8 }), set: () => true });
window.Element.prototype.animate = () => ({ cancel() {}, play() {}, pause() {}, finished: Promise.resolve() });
document.fonts = { load: () => Promise.resolve(), ready: Promise.resolve() };
const { create } = await import("asciinema-player");

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const header = '{"version":3,"term":{"cols":24,"rows":3}}\n';
const plain = header + '[1,"o","one"]\n[30,"o"," two"]\n[1,"o"," three"]\n[1,"o"," four"]\n';
const marked = header + '[1,"o","one"]\n[30,"o"," two"]\n[0.5,"m","here"]\n[0.5,"o"," three"]\n[1,"o"," four"]\n';
const logger = { log() {}, debug() {}, info() {}, warn() {}, error() {} };

async function run(name, cast, options, act) {
    const page = document.body.appendChild(document.createElement("div"));
    const player = create({ data: () => cast }, page, { preload: true, fit: false, logger, idleTimeLimit: 2, ...options });
    await pause(500);
    await act(player);
    await pause(200);
    const time = Math.floor((await player.getCurrentTime()) * 2) / 2;
    const rows = [...page.querySelectorAll(".ap-line")].map((line) => line.textContent.trim()).filter(Boolean);
    console.log(`${name.padEnd(24)}at ${time} of ${await player.getDuration()} s: ${rows.join("|")}`);
    player.dispose();
}
const start = async (player) => {
    await player.play();
    await pause(50);
    await player.pause();
};
await run("startAt 31.5", plain, { startAt: 31.5 }, start);
await run("startAt 20, in a pause", plain, { startAt: 20 }, start);
await run("marker 31.5 in the file", marked, {}, (player) => player.seek({ marker: 0 }));
await run("marker 31.5 by option", plain, { markers: [[31.5, "here"]] }, (player) => player.seek({ marker: 0 }));
await run("poster npt:0:31.5", plain, { poster: "npt:0:31.5" }, () => {});
await run("seek 31.5", plain, {}, (player) => player.seek(31.5));
process.exit(0);
E
cat > expected <<'E'
startAt 31.5            at 3.5 of 5 s: one two
startAt 20, in a pause  at 5 of 5 s: one two three four
marker 31.5 in the file at 3.5 of 5 s: one two
marker 31.5 by option   at 31.5 of 31.5 s: one two three four
poster npt:0:31.5       at 31.5 of 5 s: one two three four
seek 31.5               at 5 of 5 s: one two three four
E
node --no-warnings run.js > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
