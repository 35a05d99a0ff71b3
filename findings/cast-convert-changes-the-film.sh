#!/usr/bin/env bash
# Converting a recording from asciicast v2 to v3 takes time out of it and scrolls its last picture
# away by a row, in one converter of two.
#
# Seen with: PyPI asciinema-scene 1.3.0 (`sciine convert`), showreel 0.3.1 (`showreel convert`);
#   pyte 0.8.2 shows the last picture.
# Input: a valid v2 recording of 20 columns and 3 rows: the first picture after 1.5 s, then 1000
#   small writes 0.4 ms apart (a progress bar), then a picture that reaches the last row of the
#   screen, as any full-screen program leaves it.
# Expected: asciicast v3 differs from v2 in the header and in that times count from the previous
#   event instead of from the start (asciicast v3 document, "Event stream"); the document asks for
#   seconds as a decimal number with no fixed number of places. A conversion keeps the length (1.9
#   s), the moment of the first event and every picture.
# Seen: showreel keeps all three. sciine rounds each interval by itself to three places, so a
#   thousand intervals of 0.4 ms are nothing; it sets the first event to 0; and it adds an event
#   "\r\n" at the end, which scrolls the last picture up by one row (after an `x` event, too, if
#   there is one). Its other commands (speed, cut, copy...) write the same way.
# Why it matters here: a program that records its own frames writes one event for each, and a full
#   screen is its normal last picture: the poster or last frame of the film loses its top row. And a
#   recorder that itself writes v3 should carry the rest of a rounding on to the next interval:
#   rounding each alone is what a reader of the document would do first.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "asciinema-scene==1.3.0" "showreel==0.3.1" "pyte==0.8.2"

cat > make.py <<'E'
import json

with open("film.cast", "w") as file:
    print(json.dumps({"version": 2, "width": 20, "height": 3}), file=file)
    print(json.dumps([1.5, "o", "\x1b[H\x1b[2J"]), file=file)
    for step in range(1, 1001):
        print(json.dumps([round(1.5 + step * 0.0004, 6), "o", f"\r{step}"]), file=file)
    print(json.dumps([1.9, "o", "\x1b[H\x1b[2Jtop\x1b[2;1Hmiddle\x1b[3;1Hbottom"]), file=file)
E
cat > show.py <<'E'
import json, sys
import pyte

for name in sys.argv[1:]:
    screen = pyte.Screen(20, 3)
    stream = pyte.Stream(screen)
    with open(name) as file:
        version = json.loads(next(file))["version"]
        length, first = 0, None
        for line in file:
            time, kind, data = json.loads(line)
            length = length + time if version == 3 else time
            first = length if first is None else first
            if kind == "o":
                stream.feed(data)
    print(f"{name:<14}v{version} first at {first:.3f} s, length {length:.3f} s, last picture " + "|".join(row.rstrip() for row in screen.display))
E
cat > expected <<'E'
film.cast     v2 first at 1.500 s, length 1.900 s, last picture top|middle|bottom
showreel.cast v3 first at 1.500 s, length 1.900 s, last picture top|middle|bottom
sciine.cast   v3 first at 0.000 s, length 0.000 s, last picture middle|bottom|
E
py/bin/python make.py
py/bin/showreel convert film.cast --to v3 --quiet --out showreel.cast > /dev/null
py/bin/sciine convert --format v3 --input film.cast --output sciine.cast
py/bin/python show.py film.cast showreel.cast sciine.cast > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
