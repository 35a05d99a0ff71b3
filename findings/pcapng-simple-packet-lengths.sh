#!/usr/bin/env bash
# One packet in a pcapng Simple Packet Block is 61, 64 or 0 octets long, or is not there at all,
# depending on the reader; of six readers one is right about two packets.
#
# Seen with: PyPI python-pcapng 2.1.1, pktcap 0.1.3, scapy 2.8.0, dpkt 1.9.8; crates.io pcap-file
#   2.0.0, pcarp 2.0.0.
# Input: two files. Each is a section header, one Ethernet interface and one Simple Packet Block
#   with a frame of 61 octets (padded to 64 in the file, as every block). In `whole` the interface's
#   snapshot length is 0, in `cut` it is 59 and the frame is cut to 59.
# Expected: pcapng draft (draft-ietf-opsawg-pcapng), section 4.4: the block has no captured length;
#   it is the smaller of the original length and the interface's SnapLen, the padding is no data;
#   and section 4.2: SnapLen 0 means no limit. So 61 octets of 61, and 59 octets of 61.
# Seen: whole: python-pcapng, pktcap and pcarp 61, pcap-file 64 (three octets of padding become
#   data), scapy 0 (it takes the smaller of 0 and 61), dpkt leaves the packet out without a word.
#   cut: python-pcapng and scapy 59, pktcap and pcap-file 60, pcarp reports an error (a truncated
#   block), dpkt nothing. Only python-pcapng is right about both.
# Why it matters here: the block has no timestamp either, so it is tempting for a program that
#   exports a lesson's few frames and has its times elsewhere. A frame that comes back longer than
#   it was makes a TCP segment carry data that never was sent.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check "python-pcapng==2.1.1" "pktcap==0.1.3" "scapy==2.8.0" "dpkt==1.9.8"
mkdir src
cat > Cargo.toml <<'E'
[package]
name = "lengths"
version = "0.0.0"
edition = "2021"

[dependencies]
pcap-file = "=2.0.0"
pcarp = "=2.0.0"

[profile.dev]
debug = 0
E
cat > src/main.rs <<'E'
use std::fs::File;
use pcap_file::pcapng::{Block, PcapNgReader};

fn main() {
    for name in ["whole", "cut"] {
        let mut reader = PcapNgReader::new(File::open(name).unwrap()).unwrap();
        while let Some(block) = reader.next_block() {
            match block {
                Ok(Block::SimplePacket(packet)) => println!("{name:<6}pcap-file     {} of {}", packet.data.len(), packet.original_len),
                Ok(_) => {}
                Err(_) => println!("{name:<6}pcap-file     an error"),
            }
        }
        for packet in pcarp::Capture::new(File::open(name).unwrap()) {
            match packet {
                Ok(packet) => println!("{name:<6}pcarp         {}", packet.data.len()),
                Err(_) => println!("{name:<6}pcarp         an error"),
            }
        }
    }
}
E
cat > make.py <<'E'
import struct

def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

header = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
frame = bytes.fromhex("020000000002" "020000000001" "88b5") + bytes(range(47))  # a local experimental EtherType
for name, snap in ("whole", 0), ("cut", 59):
    data = frame[: snap or None]
    with open(name, "wb") as file:
        file.write(header + block(1, struct.pack("<HHI", 1, 0, snap)) + block(3, struct.pack("<I", len(frame)) + data))
E
cat > read.py <<'E'
import logging
logging.disable(logging.CRITICAL)
import dpkt, pcapng, pktcap
from pcapng.blocks import SimplePacket
from scapy.utils import RawPcapNgReader

for name in "whole", "cut":
    with open(name, "rb") as file:
        for block in pcapng.FileScanner(file):
            if isinstance(block, SimplePacket):
                print(f"{name:<6}python-pcapng {len(block.packet_data)} of {block.packet_len}")
    for frame in pktcap.read_frames(name):
        print(f"{name:<6}pktcap        {len(frame.data)}")
    for data, about in RawPcapNgReader(name):
        print(f"{name:<6}scapy         {len(data)} of {about.wirelen}")
    with open(name, "rb") as file:
        print(f"{name:<6}dpkt          {len(list(dpkt.pcapng.Reader(file)))} packets")
E
cat > expected <<'E'
cut   dpkt          0 packets
cut   pcap-file     60 of 61
cut   pcarp         an error
cut   pktcap        60
cut   python-pcapng 59 of 61
cut   scapy         59 of 61
whole dpkt          0 packets
whole pcap-file     64 of 61
whole pcarp         61
whole pktcap        61
whole python-pcapng 61 of 61
whole scapy         0 of 61
E
py/bin/python make.py
py/bin/python read.py > lines
CARGO_TARGET_DIR="$work/target" cargo run --quiet >> lines
LC_ALL=C sort lines > seen
cat seen
if ! diff expected seen > changed; then
    echo "CHANGED (< then, > now):"
    cat changed
    exit 1
fi
echo "as described"
