#!/usr/bin/env bash
# A second interface or a second section in a pcapng file: two readers go on with the clock and the
# link type of the first one, without an error, and put today's packets into the year 55841.
#
# Seen with: PyPI python-pcapng 2.1.1, scapy 2.8.0, dpkt 1.9.8.
# Input: two files of two packets each, both captured at 1700000000 s. The first packet: an Ethernet
#   interface, microseconds (no if_tsresol). The second: raw IP (link type 101), nanoseconds
#   (if_tsresol 9). In `interfaces` both interfaces stand in one section, numbered 0 and 1;
#   `sections` is two complete files one after the other, as `cat a.pcapng b.pcapng` gives, each
#   with its interface 0.
# Expected: pcapng draft (draft-ietf-opsawg-pcapng), section 4.3: a packet's interface number is
#   looked up among the interfaces of *its section*, and its timestamp has the unit of that
#   interface; section 4.1 and the figures of section 3: a file may have several sections, and a new
#   section header ends the meaning of all that was before. 1700000000 s and link type 1, 1700000000
#   s and link type 101, in both files.
# Seen: python-pcapng does so. scapy does so for `interfaces` and fails for `sections`: its list of
#   interfaces goes on across the section header, so the second packet is read as Ethernet, a
#   thousand times too late. dpkt looks at one interface only: both files are a thousand times too
#   late and have link type 1 throughout.
# Why it matters here: a capture of loopback and of a wire in one file, or of two runs appended to
#   one file, is what comparing two sockets' ends needs. Each of the three readers opens it; the
#   times are absurd only if somebody looks at them, and the wrong link type shows up as "not IP"
#   far from its cause.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "python-pcapng==2.1.1" "scapy==2.8.0" "dpkt==1.9.8"

cat > make.py <<'E'
import struct

def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

def interface(link, options=b""):
    return block(1, struct.pack("<HHI", link, 0, 0) + options)

def packet(number, time, data):
    return block(6, struct.pack("<IIIII", number, time >> 32, time & 0xFFFFFFFF, len(data), len(data)) + data)

section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
nanoseconds = struct.pack("<HHBxxx", 9, 1, 9) + struct.pack("<HH", 0, 0)
second = 1700000000
frame = bytes.fromhex("020000000002" "020000000001" "88b5") + bytes(46)
datagram = bytes.fromhex("4500001c" "00010000" "40117cce" "7f000001" "7f000001" "138813890008" "0000")
with open("interfaces", "wb") as file:
    file.write(section + interface(1) + interface(101, nanoseconds))
    file.write(packet(0, second * 10**6, frame) + packet(1, second * 10**9, datagram))
with open("sections", "wb") as file:
    file.write(section + interface(1) + packet(0, second * 10**6, frame))
    file.write(section + interface(101, nanoseconds) + packet(0, second * 10**9, datagram))
E
cat > read.py <<'E'
import logging
logging.disable(logging.CRITICAL)
import dpkt, pcapng
from pcapng.blocks import EnhancedPacket
from scapy.utils import RawPcapNgReader

def show(file, reader, packets):
    print(f"{file:<11}{reader:<14}" + ", ".join(f"{time:.0f} s link {link}" for time, link in packets))

for name in "interfaces", "sections":
    with open(name, "rb") as file:
        blocks = [block for block in pcapng.FileScanner(file) if isinstance(block, EnhancedPacket)]
        show(name, "python-pcapng", [(block.timestamp, block.interface.link_type) for block in blocks])
    about = [about for _, about in RawPcapNgReader(name)]
    show(name, "scapy", [((a.tshigh << 32 | a.tslow) / a.tsresol, a.linktype) for a in about])
    with open(name, "rb") as file:
        reader = dpkt.pcapng.Reader(file)
        show(name, "dpkt", [(float(time), reader.datalink()) for time, _ in reader])
E
cat > expected <<'E'
interfaces python-pcapng 1700000000 s link 1, 1700000000 s link 101
interfaces scapy         1700000000 s link 1, 1700000000 s link 101
interfaces dpkt          1700000000 s link 1, 1700000000000 s link 1
sections   python-pcapng 1700000000 s link 1, 1700000000 s link 101
sections   scapy         1700000000 s link 1, 1700000000000 s link 1
sections   dpkt          1700000000 s link 1, 1700000000000 s link 1
E
py/bin/python make.py
py/bin/python read.py > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
