//! Both spellings of an IPv4 address are one name.

use std::collections::HashSet;

use crate::app::LAPTOP_END;
use crate::robot::own;

const SERVER_END: &str =
    "tcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.2]:54240 ESTABLISHED inode=12";

#[test]
fn both_spellings_of_an_end_are_one_name() {
    let mapped = own(SERVER_END, 12).name;
    let text = SERVER_END.replace("[::ffff:127.0.0.1]", "127.0.0.1");
    let text = text.replace("[::ffff:127.0.0.2]", "127.0.0.2");
    let plain = own(&text, 12).name;
    assert_ne!(plain.tuple, mapped.tuple, "the rows are written differently");
    assert_eq!(plain, mapped);
    assert_eq!(plain.cmp(&mapped), std::cmp::Ordering::Equal);
    assert_eq!(HashSet::from([mapped, plain]).len(), 1);
    assert_ne!(own(LAPTOP_END, 11).name, mapped, "its other end has another name");
}
