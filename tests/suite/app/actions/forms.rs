//! The two forms.

use std::time::Duration;

use fivetuple::app::{Event, Overlay};
use fivetuple::tcp::{Port, ServerCloses, SourcePort, Stays};

use crate::app::laptop_connected;
use crate::robot::Robot;

#[test]
fn a_paste_outside_of_a_form_presses_no_key() {
    let mut robot = laptop_connected();
    robot.orders();
    robot.tell(Event::Pasted("qqq\x1b[Cq".repeat(1000)));
    assert!(robot.orders().is_empty());
    robot.press("C");
    robot.tell(Event::Pasted("\x1b9.9.9.9:80\n".into()));
    let Some(Overlay::ConnectForm(form)) = &robot.state.ui.overlay else {
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
    let Some(Overlay::ListenForm(form)) = &robot.state.ui.overlay else {
        panic!("the form stays open")
    };
    assert_eq!(
        form.wrong.as_ref().map(|wrong| (wrong.field, &*wrong.why)),
        Some((1, "The port must be a number from 0 to 65535."))
    );
    assert!(robot.commands().is_empty());
}

#[test]
fn the_clients_form_applies_a_toy_range() {
    let mut robot = Robot::listening();
    robot.press("C Down Down Right Right Right");
    let Some(Overlay::ConnectForm(form)) = &robot.state.ui.overlay else {
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
    let Some(Overlay::ListenForm(form)) = &robot.state.ui.overlay else {
        panic!("the form is open")
    };
    assert_eq!(form.fields[1].shown(), "80");
    robot.press("Tab shift-Tab Left");
    robot.type_text("8");
    let Some(Overlay::ListenForm(form)) = &robot.state.ui.overlay else {
        panic!("the form is open")
    };
    assert_eq!(form.fields[1].shown(), "880", "an arrow keeps the value");
}

/// A form with the cursor so many fields down, and that typed there.
fn typed(form: &str, down: usize, text: &str) -> Robot {
    let mut robot = Robot::new();
    robot.press(&format!("{form} {}", "Down ".repeat(down)));
    robot.press("ctrl-u");
    robot.type_text(text);
    robot
}

#[test]
fn what_is_typed_into_a_field_that_depends_on_a_choice_makes_that_choice() {
    for (down, text, wanted) in [
        (3, "7601", SourcePort::Fixed(Port(7601))),
        (4, "45000-45003", SourcePort::Toy("45000-45003".parse().unwrap())),
    ] {
        let mut robot = typed("C", down, text);
        robot.press("Enter");
        assert_eq!(robot.state.clients.spec.source_port, wanted, "{text}");
    }
    let mut robot = typed("C", 8, "3");
    robot.press("Enter");
    let three = Duration::from_secs(3);
    assert_eq!(robot.state.clients.spec.stays, Stays::For(three));
    let mut robot = typed("L", 6, "3");
    robot.press("Enter");
    assert_eq!(
        robot.state.server.spec.closes,
        ServerCloses::After(three),
        "the server's seconds, too"
    );
}

#[test]
fn what_is_typed_and_wrong_is_refused_whatever_was_chosen_before() {
    for (form, down, text) in [
        ("C", 3, "70000"),
        ("C", 3, "0"),
        ("C", 3, ""),
        ("C", 4, "80-90"),
        ("C", 4, ""),
        ("C", 8, "never"),
        ("L", 6, "-1"),
    ] {
        let mut robot = typed(form, down, text);
        robot.press("Enter");
        let Some(Overlay::ConnectForm(open) | Overlay::ListenForm(open)) = &robot.state.ui.overlay
        else {
            panic!("{form} took {text:?}")
        };
        let wrong = open.wrong.as_ref().map(|wrong| wrong.field);
        assert_eq!((wrong, open.at), (Some(down), down), "{text:?}");
    }
}

#[test]
fn going_through_a_field_chooses_nothing_and_the_last_choice_counts() {
    let mut robot = Robot::new();
    robot.press("C Down Down Down Left Right Home End Down Down Enter");
    assert_eq!(robot.state.clients.spec.source_port, SourcePort::KernelPicks);
    let mut robot = typed("C", 3, "7601");
    robot.press("Up Left Enter");
    assert_eq!(robot.state.clients.spec.source_port, SourcePort::KernelPicks);
}
