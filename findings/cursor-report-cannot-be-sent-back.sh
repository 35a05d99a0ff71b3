#!/usr/bin/env bash
# The answer to "where is the cursor?" (CPR), sent back as a cursor movement (CUP), moves the
# cursor: by rows under origin mode in two terminal models, and onto a letter already written, from
# a column that does not exist, in two.
#
# Seen with: npm @xterm/headless 6.0.0, PyPI pyte 0.8.2, crates.io alacritty_terminal 0.26.0.
# Input: a terminal of 5 columns and 5 rows. `plain`: CUP 2;3. `origin`: scrolling region 2 to 4,
#   origin mode (DECOM) on, CUP 2;3. `full row`: five letters in row 1, so that the wrap is pending.
#   Then DSR 6, and the two numbers of the reply as CUP.
# Expected: ECMA-48 section 8.3.14: CPR reports the active position, and 8.3.21: CUP takes one.
#   DEC's manuals (VT510, DECOM) say that under origin mode line numbers count from the top margin,
#   for what is sent and for what is reported. A report is within the page: 1 to 5. So the cursor
#   stays in `plain` and `origin`, and the column of `full row` is 5.
# Seen: `origin`: pyte reports 2;3 and the cursor stays; xterm and alacritty report 3;3, the row of
#   the whole page, while they read CUP from the margin: the cursor moves one row down. `full row`:
#   xterm and pyte report column 6 of 5; alacritty reports 5.
# Why it matters here: a recorder that saves and restores the cursor around its footer by DSR 6 and
#   CUP (shells and prompts do) is right at home and wrong inside a program that has set margins;
#   one that measures how wide a text came out subtracts two reported columns and gets a width one
#   larger in some terminals, only at the right edge.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
echo '{ "private": true, "dependencies": { "@xterm/headless": "6.0.0" } }' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "pyte==0.8.2"
mkdir src
cat > Cargo.toml <<'E'
[package]
name = "report"
version = "0.0.0"
edition = "2021"

[dependencies]
alacritty_terminal = { version = "=0.26.0", default-features = false }

[profile.dev]
debug = 0
E

cat > run.js <<'E'
const { Terminal } = require("@xterm/headless");
const cases = [["plain", "\x1b[2;3H"], ["origin", "\x1b[2;4r\x1b[?6h\x1b[2;3H"], ["full row", "abcde"]];
(async () => {
    for (const [name, octets] of cases) {
        const terminal = new Terminal({ cols: 5, rows: 5, allowProposedApi: true });
        const write = (text) => new Promise((done) => terminal.write(text, done));
        const row = () => terminal.buffer.active.cursorY + 1;
        let reply = "";
        terminal.onData((data) => (reply += data));
        await write(octets + "\x1b[6n");
        const before = row();
        await write(reply.replace("R", "H"));
        console.log(`${name.padEnd(9)}xterm     reports ${reply.slice(2, -1)}; sent back: row ${before} -> ${row()}`);
    }
    process.exit(0);
})();
E
cat > run.py <<'E'
import pyte

for name, octets in ("plain", "\x1b[2;3H"), ("origin", "\x1b[2;4r\x1b[?6h\x1b[2;3H"), ("full row", "abcde"):
    screen = pyte.Screen(5, 5)
    replies = []
    screen.write_process_input = replies.append
    stream = pyte.Stream(screen)
    stream.feed(octets + "\x1b[6n")
    before = screen.cursor.y + 1
    reply = "".join(replies)
    stream.feed(reply.replace("R", "H"))
    print(f"{name:<9}pyte      reports {reply[2:-1]}; sent back: row {before} -> {screen.cursor.y + 1}")
E
cat > src/main.rs <<'E'
use std::{cell::RefCell, rc::Rc};
use alacritty_terminal::event::{Event, EventListener};
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::{Config, Term};
use alacritty_terminal::vte::ansi::Processor;

#[derive(Clone, Default)]
struct Replies(Rc<RefCell<String>>);

impl EventListener for Replies {
    fn send_event(&self, event: Event) {
        if let Event::PtyWrite(text) = event {
            self.0.borrow_mut().push_str(&text);
        }
    }
}

struct Five;

impl Dimensions for Five {
    fn total_lines(&self) -> usize { 5 }
    fn screen_lines(&self) -> usize { 5 }
    fn columns(&self) -> usize { 5 }
}

fn main() {
    for (name, octets) in [("plain", "\x1b[2;3H"), ("origin", "\x1b[2;4r\x1b[?6h\x1b[2;3H"), ("full row", "abcde")] {
        let replies = Replies::default();
        let mut term = Term::new(Config::default(), &Five, replies.clone());
        let mut parser: Processor = Processor::new();
        parser.advance(&mut term, format!("{octets}\x1b[6n").as_bytes());
        let before = term.grid().cursor.point.line.0 + 1;
        let reply = replies.0.borrow().clone();
        parser.advance(&mut term, reply.replace('R', "H").as_bytes());
        let after = term.grid().cursor.point.line.0 + 1;
        println!("{name:<9}alacritty reports {}; sent back: row {before} -> {after}", &reply[2..reply.len() - 1]);
    }
}
E
cat > expected <<'E'
full row alacritty reports 1;5; sent back: row 1 -> 1
full row pyte      reports 1;6; sent back: row 1 -> 1
full row xterm     reports 1;6; sent back: row 1 -> 1
origin   alacritty reports 3;3; sent back: row 3 -> 4
origin   pyte      reports 2;3; sent back: row 3 -> 3
origin   xterm     reports 3;3; sent back: row 3 -> 4
plain    alacritty reports 2;3; sent back: row 2 -> 2
plain    pyte      reports 2;3; sent back: row 2 -> 2
plain    xterm     reports 2;3; sent back: row 2 -> 2
E
{ node run.js; py/bin/python run.py; CARGO_TARGET_DIR="$work/target" cargo run --quiet; } > lines
LC_ALL=C sort lines > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
