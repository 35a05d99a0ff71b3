//! The ladder of a connection, worked out from states and calls.

use fivetuple::app::history::{Ladder, Rung, Side, StateMark};
use fivetuple::app::{Action, Effect, Event, MainView};

use crate::app::laptop_connected;

/// The rungs as `client's state > words, server's state`; `<` is sent by the server.
pub(crate) fn rungs(ladder: &Ladder) -> Vec<String> {
    let rung = |rung: &Rung| {
        let [client, server] =
            rung.states.map(|state| state.map(StateMark::word).unwrap_or_default());
        let arrow = rung.arrow.as_ref().map_or_else(String::new, |arrow| {
            let tip = if arrow.from == Side::Client { ">" } else { "<" };
            format!("{tip} {}", arrow.label(80))
        });
        format!("{client} {arrow} {server}").trim().to_owned()
    };
    ladder.rungs.iter().map(rung).collect()
}

#[test]
fn the_chosen_connections_ladder_is_saved_as_text_and_that_is_said() {
    let mut robot = laptop_connected();
    robot.ask(Action::Show(MainView::Timeline));
    let orders = robot.orders_by("E");
    let [Effect::Save { name, texts }] = &orders[..] else { panic!("{orders:?}") };
    let port = robot.state.ui.shown.last().unwrap().tuple.local.port;
    assert_eq!(*name, format!("fivetuple-ladder-{port}"));
    assert_eq!(texts[0].0, "txt");
    insta::assert_snapshot!("ladder_worked_out", texts[0].1);
    robot.tell(Event::Saved(Ok(vec!["fivetuple-ladder-2.txt".into()])));
    robot.says("as fivetuple-ladder-2.txt");
    robot.tell(Event::Saved(Err("fivetuple-ladder.txt: Permission denied".into())));
    robot.says("Cannot save the file: fivetuple-ladder.txt: Permission");
}
