#!/usr/bin/env bash
# One QR symbol out of a series (structured append) reads as its part of the text, as a success with
# empty text, or as no symbol at all; and one library answers differently in its single and its
# multiple reader.
#
# Seen with: PyPI segno 1.6.6 (makes them), zxing-cpp 3.1.1, opencv-python-headless 5.0.0.93; npm
#   jsqr 1.4.0, @nuintun/qrcode 5.0.3.
# Input: "http://192.0.2.1:5000/join/abcdefghijklmnopqrstuvwxyz" as a series of three symbols with
#   an ordinary quiet zone of four modules, each one drawn alone, and the three side by side in one
#   picture.
# Expected: ISO/IEC 18004, structured append: a symbol of a series carries its place, the number of
#   symbols and a parity in front of its data; up to 16 make a message. A reader gives the part (and
#   its place), or joins the parts when it has all, or says that it cannot. What it cannot be is a
#   success with nothing in it.
# Seen: zxing-cpp and @nuintun/qrcode give each part (the latter with the place). jsqr finds the
#   first symbol and gives the empty text for it, with no sign of a series, and finds nothing in the
#   second and third. OpenCV's detectAndDecode gives each part; its detectAndDecodeMulti gives the
#   empty text for each symbol alone, and joins the whole message when all three are in one picture.
# Why it matters here: an address too long for a code that still fits a terminal is a reason to
#   split it. A phone page that uses jsqr then reports a code read, with an empty address, and a
#   test with OpenCV passes or fails by which of its two calls was made; one larger code, or a
#   shorter address, is the better way out.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
echo '{ "private": true, "type": "module", "dependencies": { "jsqr": "1.4.0", "@nuintun/qrcode": "5.0.3" } }' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "segno==1.6.6" "zxing-cpp==3.1.1" "opencv-python-headless==5.0.0.93" "numpy==2.4.6"

cat > run.py <<'E'
import json
import cv2, numpy, segno, zxingcpp

TEXT = "http://192.0.2.1:5000/join/abcdefghijklmnopqrstuvwxyz"
pictures = {}
for place, symbol in enumerate(segno.make_sequence(TEXT, symbol_count=3), 1):
    dark = numpy.array([list(row) for row in symbol.matrix_iter(border=4)]) > 0
    pictures[f"part {place}"] = numpy.kron(numpy.where(dark, 0, 255), numpy.ones((6, 6))).astype(numpy.uint8)
pictures["all"] = numpy.hstack([numpy.pad(part, ((0, 0), (0, 30)), constant_values=255) for part in pictures.values()])
for name, picture in pictures.items():
    if name != "all":
        print(f"{name} zxing-cpp             {[found.text for found in zxingcpp.read_barcodes(picture)]}")
        print(f"{name} OpenCV, one           {cv2.QRCodeDetector().detectAndDecode(picture)[0]!r}")
    found = [text for text in cv2.QRCodeDetector().detectAndDecodeMulti(picture)[1] if text or name != "all"]
    print(f"{name:<6} OpenCV, multi         {found}")
with open("pictures.json", "w") as file:
    json.dump({name: [*picture.shape, picture.flatten().tolist()] for name, picture in pictures.items() if name != "all"}, file)
E
cat > run.js <<'E'
import fs from "node:fs";
import jsQR from "jsqr";
import { binarize, Decoder, Detector, grayscale } from "@nuintun/qrcode";

for (const [name, [height, width, grey]] of Object.entries(JSON.parse(fs.readFileSync("pictures.json")))) {
    const data = new Uint8ClampedArray(width * height * 4).fill(255);
    grey.forEach((value, i) => data.fill(value, i * 4, i * 4 + 3));
    const found = jsQR(data, width, height);
    console.log(`${name} jsqr                  ${found ? `found, text '${found.data}'` : "nothing found"}`);
    const detected = new Detector().detect(binarize(grayscale({ data, width, height }), width, height)).next();
    const { content, structured } = new Decoder().decode(detected.value.matrix);
    console.log(`${name} @nuintun/qrcode       '${content}', ${structured.index + 1} of ${structured.count}`);
}
E
cat > expected <<'E'
all    OpenCV, multi         ['http://192.0.2.1:5000/join/abcdefghijklmnopqrstuvwxyz']
part 1 @nuintun/qrcode       'http://192.0.2.1:5', 1 of 3
part 1 OpenCV, multi         ['']
part 1 OpenCV, one           'http://192.0.2.1:5'
part 1 jsqr                  found, text ''
part 1 zxing-cpp             ['http://192.0.2.1:5']
part 2 @nuintun/qrcode       '000/join/abcdefghi', 2 of 3
part 2 OpenCV, multi         ['']
part 2 OpenCV, one           '000/join/abcdefghi'
part 2 jsqr                  nothing found
part 2 zxing-cpp             ['000/join/abcdefghi']
part 3 @nuintun/qrcode       'jklmnopqrstuvwxyz', 3 of 3
part 3 OpenCV, multi         ['']
part 3 OpenCV, one           'jklmnopqrstuvwxyz'
part 3 jsqr                  nothing found
part 3 zxing-cpp             ['jklmnopqrstuvwxyz']
E
{ py/bin/python run.py; node run.js; } > lines
LC_ALL=C sort lines > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
