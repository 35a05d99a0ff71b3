//! What belongs to one computer of the lab, or to the time before it, is not mixed up with anything else.

use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::tcp::{Host, LabEvent, SocketId, TcpInfo};

use crate::app::events::lab::connected;
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

#[test]
fn a_table_that_cannot_be_read_is_named_and_only_while_it_is_shown() {
    let blind =
        |host| Event::TableUnreadable { host, why: "asking the kernel failed: EIO".to_owned() };
    let mut robot = connected();
    robot.tell(blind(Host::THIS));
    robot.says_not("EIO");
    robot.tell(blind(LAPTOP));
    assert_eq!(robot.said(), "Cannot read laptop's table: asking the kernel failed: EIO.");
    robot.tables(&[LISTEN, SERVES], &[]);
    assert!(robot.state.sockets.blind.is_empty());
    robot.tell(blind(SERVER));
    robot.says_first("Cannot read the server's table");
    robot.tell(Event::Lab(LabEvent::Down(None)));
    assert!(robot.state.sockets.blind.is_empty());
}

#[test]
fn what_one_kernel_knows_inside_leaves_alone_what_the_other_told() {
    let mut robot = connected();
    let [here, there] = [CLIENT, SERVES].map(|row| own(row, 0).name);
    let told = |name: SocketId, rtt: u64| Event::Inspected {
        host: name.host,
        found: vec![(name, TcpInfo { rtt: Duration::from_millis(rtt), ..TcpInfo::default() })],
    };
    let trips =
        |robot: &Robot| [here, there].map(|name| robot.state.ui.info(name).map(|info| info.rtt));
    robot.tell(told(here, 1));
    robot.tell(told(there, 2));
    robot.tell(told(here, 3));
    let [three, two] = [3, 2].map(Duration::from_millis);
    assert_eq!(trips(&robot), [Some(three), Some(two)]);
    robot.tell(Event::Inspected { host: there.host, found: vec![] });
    assert_eq!(trips(&robot), [Some(three), None]);
}
