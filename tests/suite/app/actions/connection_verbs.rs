//! Verbs while one connection is looked inside: they are meant for that one.

use fivetuple::app::{Action, action_on_card, binding_of};

use crate::app::laptop_connected;
use crate::view::{USUAL, screen};

#[test]
fn the_footer_names_the_keys_of_all_verbs_and_each_works() {
    let keys = Action::VERBS.map(|verb| {
        let key = binding_of(verb).unwrap().keys[0];
        assert_eq!(action_on_card(key), Some(verb));
        key.to_string()
    });
    let mut robot = laptop_connected();
    robot.press("Enter");
    let footer = format!(" {} actions", keys.join(" "));
    let text = screen(&mut robot, USUAL);
    assert!(text.contains(&footer), "{text}");
}
