//! Texts of /proc, as they are and as they should not be.

use std::fs::File;
use std::io::{Seek, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};

use fivetuple::kernel::{Activity, ChangeCounters, parse};
use fivetuple::tcp::{Protocol, Snapshot};

const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1388 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 35035 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1388 0100007F:87CE 01 00000000:0000000A 00:00000000 00000000  1000        0 35041 1 0000000000000000 20 4 0 10 -1
   2: 0100007F:9368 0100007F:1389 06 00000000:00000000 03:00001765 00000000     0        0 0 3 0000000000000000
   3: 0100007F:A000 0100007F:1389 02 00000001:00000000 01:00000032 00000002  1000        0 77 2 0000000000000000 200 0 0 1 7
";

const TCP6: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:1388 0000000000000000FFFF00000D00007F:87CE 08 00000000:00000001 00:00000000 00000000  1000        0 35043 1 0000000000000000 20 4 0 10 -1
   1: 00000000000000000000000001000000:1388 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 35044 1 0000000000000000 100 0 0 10 0
";

const UDP: &str = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  371: 0100007F:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 900 2 0000000000000000 0
";

fn check(text: &str, protocol: Protocol, expected: &str) {
    let rows: Snapshot = parse(text, protocol).into_iter().collect();
    let expected: Snapshot = expected.parse().unwrap();
    assert_eq!(rows.to_string(), expected.to_string());
}

const EXPECTED: &str = "
    tcp 3 0 127.0.0.1:5000 0.0.0.0:* LISTEN uid=1000 inode=35035
    tcp 10 0 127.0.0.1:5000 127.0.0.1:34766 ESTABLISHED uid=1000 inode=35041
    tcp 0 0 127.0.0.1:37736 127.0.0.1:5001 TIME_WAIT timewait=59890ms/0
    tcp 0 1 127.0.0.1:40960 127.0.0.1:5001 SYN_SENT uid=1000 inode=77 retransmit=500ms/2";

#[test]
#[cfg(target_endian = "little")]
fn rows_of_every_kind_are_read() {
    check(TCP, Protocol::Tcp, EXPECTED);
    check(
        TCP6,
        Protocol::Tcp,
        "tcp 1 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.13]:34766 CLOSE_WAIT uid=1000 inode=35043
         tcp 0 0 [::1]:5000 [::]:* LISTEN inode=35044",
    );
    check(UDP, Protocol::Udp, "udp 0 0 127.0.0.1:5353 0.0.0.0:* CLOSED uid=101 inode=900");
}

#[test]
#[cfg(target_endian = "little")]
fn an_odd_line_costs_no_other_row() {
    let odd = [
        "",
        "   \n",
        "   1: 0100007F:1388",
        "garbage",
        "   4: 0100007F:1388 0100007F:87CE FF 00000000:0000000A 00:00000000 00000000 1000 0 5 1",
        "   4: 0100007F:1388 0100007F:87CE 0C 00000000:0000000A 00:00000000 00000000 x 0 5 1",
        "   4: 01007F:1388 0100007F:87CE 01 zz:0000000A 00:00000000 00000000 1000 0 5 1",
        "   4: 0100007\u{fffd}:1388 0100007F:87CE 01 0:0000000A 00:00000000 00000000 1000 0 5 1",
    ];
    for line in odd {
        for at in 1..=TCP.lines().count() {
            let mut lines: Vec<&str> = TCP.lines().collect();
            lines.insert(at, line);
            check(&lines.join("\n"), Protocol::Tcp, EXPECTED);
        }
    }
}

#[test]
fn an_empty_table_has_no_rows() {
    for text in ["", "\n", "header", "header\n"] {
        check(text, Protocol::Tcp, "");
        check(text, Protocol::Udp, "");
    }
}

#[test]
fn a_pulse_tells_sockets_from_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snmp");
    let mut file = File::create(&path).unwrap();
    let mut pulse = ChangeCounters::over(vec![File::open(&path).unwrap()]);
    let mut beat = |text: &str| {
        file.rewind().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        pulse.activity()
    };
    let snmp = |established: u8, segments: u8, lite: u8| {
        format!(
            "Ip: Forwarding\nIp: 2\nTcp: MaxConn CurrEstab InSegs\nTcp: -1 {established} {segments}\n\
             UdpLite: InDatagrams\nUdpLite: {lite}\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem {lite}\n"
        )
    };
    let table = [
        (1, 1, 1, Activity::Segments),
        (1, 1, 1, Activity::Still),
        (1, 1, 2, Activity::Still),
        (1, 2, 2, Activity::Segments),
        (2, 2, 2, Activity::Sockets),
        (1, 3, 2, Activity::Sockets),
        (1, 3, 2, Activity::Still),
    ];
    for (established, segments, lite, expected) in table {
        assert_eq!(beat(&snmp(established, segments, lite)), expected);
    }
    assert_eq!(ChangeCounters::over(Vec::new()).activity(), Activity::Segments, "nothing to read");
}

/// Other tests move the counters of the same namespace, so that only movement can be asserted.
#[test]
fn a_pulse_feels_what_sockets_do() {
    let mut pulse = ChangeCounters::open();
    pulse.activity();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    assert_eq!(pulse.activity(), Activity::Sockets, "listen()");
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_eq!(pulse.activity(), Activity::Sockets, "connect()");
    drop(client);
    assert_eq!(pulse.activity(), Activity::Sockets, "close()");
    let socket = UdpSocket::bind("[::1]:0").unwrap();
    assert_eq!(pulse.activity(), Activity::Sockets, "UDP bind()");
    drop(socket);
    assert_eq!(pulse.activity(), Activity::Sockets, "UDP close()");
}
