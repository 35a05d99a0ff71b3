#!/usr/bin/env bash
# The vt100 crate, which many terminal programs use as the model in their tests, has the cursor
# elsewhere than other models after two ordinary sequences: a backspace at the right edge, and
# setting a scrolling region.
#
# Seen with: crates.io vt100 0.18.1; beside it avt 0.19.0 and PyPI pyte 0.8.2.
# Input: `edge`: 5 columns, "abcde", backspace, "X". `left`: the same with CUB (CSI D). `region`: 5
#   rows, CUP 4;4, DECSTBM 2;3, "X".
# Expected: after the letter in the last column the cursor stays in that column with the wrap
#   pending (VT100 User Guide, DECAWM); ECMA-48 sections 8.3.5 and 8.3.18: backspace and CUB move it
#   one position back, to the d: "abcXe". DECSTBM puts the cursor at column 1, line 1 of the page,
#   and only under origin mode at the top margin (VT510 manual, DECSTBM): X in row 1.
# Seen: avt and pyte so. vt100 counts the pending wrap as a sixth column: one position back from
#   there is the e, "abcdX". After DECSTBM it puts X into row 2, the region's top, though origin
#   mode is off.
# Why it matters here: a test that plays a program's octets into this model and compares the screen
#   proves what the model does: a progress figure that goes back by backspaces at the edge, or a
#   program that writes after DECSTBM without a CUP of its own, passes here and is garbled on a
#   terminal, or the other way round.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "pyte==0.8.2"
mkdir src
cat > Cargo.toml <<'E'
[package]
name = "cursor"
version = "0.0.0"
edition = "2021"

[dependencies]
avt = "=0.19.0"
vt100 = "=0.18.1"

[profile.dev]
debug = 0
E
cat > src/main.rs <<'E'
fn show(name: &str, model: &str, rows: impl Iterator<Item = String>) {
    let rows: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
    println!("{name:<7}{model:<6}{}", rows.join("|"));
}

fn main() {
    for (name, octets) in [("edge", "abcde\x08X"), ("left", "abcde\x1b[DX"), ("region", "\x1b[4;4H\x1b[2;3rX")] {
        let five = 5.try_into().unwrap();
        let mut parser = vt100::Parser::new(five, five, 0);
        parser.process(octets.as_bytes());
        show(name, "vt100", parser.screen().rows(0, 5));
        let mut terminal = avt::Terminal::new(5, 5).unwrap();
        terminal.feed(octets);
        show(name, "avt", terminal.screen().visible_lines().map(|line| line.text()));
    }
}
E
cat > run.py <<'E'
import pyte

for name, octets in ("edge", "abcde\bX"), ("left", "abcde\x1b[DX"), ("region", "\x1b[4;4H\x1b[2;3rX"):
    screen = pyte.Screen(5, 5)
    pyte.Stream(screen).feed(octets)
    print(f"{name:<7}pyte  " + "|".join(row.rstrip() for row in screen.display))
E
cat > expected <<'E'
edge   avt   abcXe||||
edge   pyte  abcXe||||
edge   vt100 abcdX||||
left   avt   abcXe||||
left   pyte  abcXe||||
left   vt100 abcdX||||
region avt   X||||
region pyte  X||||
region vt100 |X|||
E
{ CARGO_TARGET_DIR="$work/target" cargo run --quiet; py/bin/python run.py; } > lines
LC_ALL=C sort lines > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
