pub(crate) mod transitions;

use std::collections::HashSet;

use fivetuple::tcp::{SocketId, SocketRow};

#[test]
fn both_spellings_of_an_end_are_one_name() {
    let name = |ends: &str| -> SocketId {
        format!("tcp 0 0 {ends} ESTABLISHED").parse::<SocketRow>().unwrap().name()
    };
    let mapped = name("[::ffff:127.0.0.1]:5000 [::ffff:127.0.0.2]:54240");
    let plain = name("127.0.0.1:5000 127.0.0.2:54240");
    assert_ne!(plain.tuple, mapped.tuple, "the rows are written differently");
    assert_eq!(plain, mapped);
    assert_eq!(plain.cmp(&mapped), std::cmp::Ordering::Equal);
    assert_eq!(HashSet::from([mapped, plain]).len(), 1);
    assert_ne!(name("127.0.0.2:54240 127.0.0.1:5000"), mapped, "its other end has another name");
}
