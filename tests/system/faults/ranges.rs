//! Whatever number is asked for: it is taken as it is, made smaller in words, or refused with the range that would be right.

use std::time::Duration;

use clap::Parser;
use fivetuple::app::Overlay;
use fivetuple::cli::{Cli, Subcommands};
use fivetuple::tcp::{Command, legible, unescape};
use proptest::prelude::*;

use crate::robot::Robot;

const MOST: u64 = 64_512;
const DAY: Duration = Duration::from_secs(86_400);

fn numbers() -> impl Strategy<Value = u64> {
    let edges = [0, 1, 2, MOST - 1, MOST, MOST + 1, 60_000, 60_001, u64::from(u32::MAX), u64::MAX];
    prop_oneof![proptest::sample::select(edges.to_vec()), 0..=2 * MOST, any::<u64>()]
}

fn connect(option: &str, value: &str) -> Result<fivetuple::cli::ConnectArgs, String> {
    let line = ["fivetuple", "connect", "127.0.0.1:1", option, value];
    match Cli::try_parse_from(line) {
        Ok(Cli { command: Some(Subcommands::Connect(args)), .. }) => Ok(args),
        Ok(other) => Err(format!("{other:?}")),
        Err(why) => Err(why.to_string()),
    }
}

/// Types a value into a field of the clients' form, and applies it; what is wrong, if anything is.
fn fill_in(robot: &mut Robot, label: &str, value: &str) -> Option<String> {
    robot.press("C");
    while robot.form().fields[robot.form().at].label != label {
        robot.press("Down");
    }
    robot.enter("", value);
    let Some(Overlay::Form(_, form)) = &robot.state.ui.overlay else { return None };
    form.wrong.as_ref().map(|wrong| wrong.why.clone())
}

proptest! {
    #[test]
    fn a_count_on_the_command_line_is_in_its_range_or_refused_with_it(n in numbers()) {
        let is_right = (1..=MOST).contains(&n);
        match connect("-n", &n.to_string()) {
            Ok(args) => prop_assert!(is_right && u64::from(args.count) == n, "{}", n),
            Err(why) => prop_assert!(!is_right && why.contains("1..=64512"), "{}", why),
        }
    }

    #[test]
    fn a_time_on_the_command_line_is_at_most_a_day_or_refused_with_that(
        n in numbers(),
        unit in proptest::sample::select(vec!["ms", "s", "m", "h"]),
        option in proptest::sample::select(vec!["--every", "--wait"]),
    ) {
        match connect(option, &format!("{n}{unit}")) {
            Ok(args) => prop_assert!(args.every <= DAY && args.wait.unwrap_or_default() <= DAY),
            Err(why) => prop_assert!(why.contains("24h"), "{}{}: {}", n, unit, why),
        }
    }

    #[test]
    fn a_count_before_c_is_taken_or_made_smaller_in_words(n in numbers()) {
        let mut robot = Robot::listening();
        robot.commands();
        let before = robot.state.notices.len();
        robot.press(&format!("{n}c"));
        let said = robot.state.notices.len() - before;
        match &robot.commands()[..] {
            [] => prop_assert!(n == 0 && robot.said().contains("from 1 to 64512")),
            [Command::Connect(_, burst)] => {
                let count = u64::from(burst.count);
                prop_assert!((1..=MOST).contains(&count) && count <= n, "{}: {}", n, count);
                prop_assert!(count == n || said > 0, "{n} became {count} without a word");
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn a_count_and_a_pace_in_the_form_are_in_their_range_or_refused_with_it(n in numbers()) {
        for (label, range, refusal) in [
            ("Count", 1..=MOST, "Enter 1 to 64512 connections."),
            ("Interval (ms)", 0..=60_000, "Enter 0 to 60000 milliseconds."),
        ] {
            let mut robot = Robot::listening();
            let wrong = fill_in(&mut robot, label, &n.to_string());
            let refused = (!range.contains(&n)).then(|| refusal.to_owned());
            prop_assert_eq!(&wrong, &refused, "{}", n);
            let burst = robot.state.clients.burst;
            let taken = if label == "Count" { burst.count.into() } else { burst.every.as_millis() };
            prop_assert!(wrong.is_some() || taken == u128::from(n), "{}: {}", n, taken);
        }
    }

    #[test]
    fn a_payload_comes_back_from_the_form_as_it_was_given(bytes in any::<Vec<u8>>()) {
        let text = legible(&bytes);
        prop_assert!(text.chars().all(|c| !c.is_control()), "{}", text);
        prop_assert_eq!(unescape(&text), Ok(bytes));
    }

    #[test]
    fn a_payload_that_is_typed_is_taken_up_to_its_limit(text in "[a-zé大]{0,400}") {
        let mut robot = Robot::listening();
        robot.tell(fivetuple::app::Event::Requested(fivetuple::app::Action::ConnectOptions));
        robot.press("Esc");
        prop_assert_eq!(fill_in(&mut robot, "Payload", &format!("x{text}")), None);
        let taken: String = format!("x{text}").chars().take(256).collect();
        prop_assert_eq!(&robot.state.clients.spec.payload, taken.as_bytes());
    }
}

#[test]
fn an_empty_payload_is_no_payload() {
    let mut robot = Robot::listening();
    robot.press("C");
    (0..5).for_each(|_| robot.press("Down"));
    robot.press("Backspace Enter");
    assert!(robot.state.clients.spec.payload.is_empty());
    assert_eq!(connect("--payload", "").map(|args| args.payload.0), Ok(vec![]));
    let large = "x".repeat(100_000);
    let taken = connect("--payload", &large).map(|args| args.payload.0.len());
    assert_eq!(taken, Ok(100_000));
}
