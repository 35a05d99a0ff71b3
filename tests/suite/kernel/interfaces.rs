//! The names of the interfaces that sockets are bound to.

use std::sync::atomic::{AtomicU32, Ordering};

use fivetuple::kernel::{ReadResult, Reading, SocketSource, interfaces};
use fivetuple::tcp::{Filter, SocketId, SocketRow};

#[derive(Default)]
struct Asked(AtomicU32);

impl SocketSource for Asked {
    fn name(&self) -> &'static str {
        "asked"
    }

    fn read(&mut self, _wanted: &Filter, _reading: &mut Reading) -> ReadResult {
        Ok(())
    }

    fn lookup(&mut self, _id: SocketId) -> ReadResult<Option<SocketRow>> {
        Ok(None)
    }

    fn interface(&self, number: u32) -> Option<String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        (number == 3).then(|| "eth0".to_owned())
    }
}

#[test]
fn each_interface_is_asked_for_once_even_if_it_has_no_name() {
    let row = "tcp 0 0 0.0.0.0:5000 0.0.0.0:* LISTEN inode=7";
    let row: SocketRow = row.parse().unwrap();
    let rows: Vec<SocketRow> =
        (0..300).map(|n| SocketRow { interface: [0, 3, 9][n % 3], ..row }).collect();
    let source = Asked::default();
    assert_eq!(interfaces(&source, rows.iter()), [(3, "eth0".to_owned())]);
    assert_eq!(source.0.into_inner(), 2);
}
