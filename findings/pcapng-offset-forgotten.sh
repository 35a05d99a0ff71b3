#!/usr/bin/env bash
# A pcapng interface may say how many seconds are to be added to its timestamps. Two readers of four
# do; the other two put a packet of 2023 into January 1970, though one of them knows the option by
# its name.
#
# Seen with: PyPI dpkt 1.9.8, pktcap 0.1.3, python-pcapng 2.1.1, scapy 2.8.0.
# Input: one section with two Ethernet interfaces, each with one packet of the same moment,
#   1700000005 s. Interface 0 counts microseconds from 1970, as usual. Interface 1 has the option
#   if_tsoffset (14) with 1700000000, and its timestamp is 5 s.
# Expected: pcapng draft (draft-ietf-opsawg-pcapng), section 4.2, if_tsoffset: a signed 64-bit
#   number of seconds that must be added to the timestamp of each packet to get the absolute time;
#   without the option it is 0. Both packets have the same time.
# Seen: dpkt and pktcap give the same time twice. python-pcapng lists the option (its value can be
#   asked for) and scapy passes over it; both give 1700000005 and 5, 53 years apart, and no warning.
# Why it matters here: an offset is what a program writes whose clock starts with itself (a tape, a
#   simulated wire, the monotonic clock): the times stay small and exact and are absolute all the
#   same. Half of the readers lose the date; within one interface all differences are right, so
#   tests pass. Absolute timestamps are the safe form for a file that others read.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "dpkt==1.9.8" "pktcap==0.1.3" "python-pcapng==2.1.1" "scapy==2.8.0"

cat > make.py <<'E'
import struct

def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

def interface(options=b""):
    return block(1, struct.pack("<HHI", 1, 0, 0) + options)

def packet(number, time):
    frame = bytes.fromhex("020000000002" "020000000001" "88b5") + bytes(46)
    return block(6, struct.pack("<IIIII", number, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame)) + frame)

section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
offset = struct.pack("<HHq", 14, 8, 1700000000) + struct.pack("<HH", 0, 0)
with open("two", "wb") as file:
    file.write(section + interface() + interface(offset) + packet(0, 1700000005 * 10**6) + packet(1, 5 * 10**6))
# dpkt looks at one interface only, so it gets each alone as well.
for name, options, time in ("usual", b"", 1700000005), ("offset", offset, 5):
    with open(name, "wb") as file:
        file.write(section + interface(options) + packet(0, time * 10**6))
E
cat > read.py <<'E'
import logging
logging.disable(logging.CRITICAL)
import dpkt, pcapng, pktcap
from pcapng.blocks import EnhancedPacket, InterfaceDescription
from scapy.utils import RawPcapNgReader

def show(name, times, more=""):
    print(f"{name:<14}" + " and ".join(f"{time:.0f}" for time in times) + more)

alone = []
for name in "usual", "offset":
    with open(name, "rb") as file:
        alone += [time for time, _ in dpkt.pcapng.Reader(file)]
show("dpkt", alone)
show("pktcap", [frame.time for frame in pktcap.read_frames("two")])
with open("two", "rb") as file:
    blocks = list(pcapng.FileScanner(file))
known = [block.options["if_tsoffset"] for block in blocks if isinstance(block, InterfaceDescription) and "if_tsoffset" in block.options]
show("python-pcapng", [block.timestamp for block in blocks if isinstance(block, EnhancedPacket)], f" (knows if_tsoffset: {known})")
show("scapy", [(about.tshigh << 32 | about.tslow) / about.tsresol for _, about in RawPcapNgReader("two")])
E
cat > expected <<'E'
dpkt          1700000005 and 1700000005
pktcap        1700000005 and 1700000005
python-pcapng 1700000005 and 5 (knows if_tsoffset: [1700000000])
scapy         1700000005 and 5
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
