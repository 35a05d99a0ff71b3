//! The two forms.

use fivetuple::app::{Event, Overlay};
use fivetuple::tcp::SourcePort;

use super::laptop_connected;
use crate::robot::Robot;

#[test]
fn a_paste_outside_of_a_form_presses_no_key() {
    let mut robot = laptop_connected();
    robot.orders();
    robot.tell(Event::Pasted("qqq\x1b[Cq".repeat(1000)));
    assert!(robot.orders().is_empty());
    robot.press("C");
    robot.tell(Event::Pasted("\x1b9.9.9.9:80\n".into()));
    let Some(Overlay::ConnectForm(form)) = &robot.state.desk.overlay else {
        panic!("the form is open")
    };
    assert_eq!(
        form.fields[0].shown(),
        "9.9.9.9:80",
        "what is pasted takes the place of the old value"
    );
}

#[test]
fn a_wrong_value_is_refused_in_the_form_with_what_would_be_right() {
    let mut robot = Robot::new();
    robot.press("L Tab");
    robot.type_text("99999");
    robot.press("Enter");
    let Some(Overlay::ListenForm(form)) = &robot.state.desk.overlay else {
        panic!("the form stays open")
    };
    assert_eq!(
        form.wrong.as_ref().map(|wrong| (wrong.field, &*wrong.why)),
        Some((1, "the port is a number from 0 to 65535"))
    );
    assert!(robot.commands().is_empty());
}

#[test]
fn the_clients_form_applies_a_toy_range() {
    let mut robot = Robot::listening();
    robot.press("C Down Down Right Right Right");
    let Some(Overlay::ConnectForm(form)) = &robot.state.desk.overlay else {
        panic!("the form is open")
    };
    assert_eq!(form.fields[2].call, "IP_LOCAL_PORT_RANGE");
    robot.press("Enter");
    assert!(
        matches!(robot.state.clients.spec.source_port, SourcePort::Toy(range) if range.len() == 8)
    );
}

#[test]
fn the_first_letter_in_a_field_replaces_its_value_and_the_next_goes_on() {
    let mut robot = Robot::new();
    robot.press("L Tab");
    robot.type_text("80");
    let Some(Overlay::ListenForm(form)) = &robot.state.desk.overlay else {
        panic!("the form is open")
    };
    assert_eq!(form.fields[1].shown(), "80");
    robot.press("Tab shift-Tab Left");
    robot.type_text("8");
    let Some(Overlay::ListenForm(form)) = &robot.state.desk.overlay else {
        panic!("the form is open")
    };
    assert_eq!(form.fields[1].shown(), "880", "an arrow keeps the value");
}
