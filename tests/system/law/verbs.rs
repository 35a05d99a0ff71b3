//! What is done in one step: keys, forms, and another program's sockets.

use super::driver::Driver;
use super::others::Others;
use super::program;
use super::random::Random;

/// What a step does.
#[derive(Clone, Debug)]
enum Verb {
    Keys(&'static str),
    /// Another field of the listener's options, and l twice so that they count.
    ListenOption,
    /// Another field of the clients' options.
    ConnectOption,
    /// The chosen computer connects to itself.
    ToItself,
    /// The clients call another program's listener, or our own again.
    CallOthers(bool),
    /// Holds a connection in a state.
    State,
}

const EVERYWHERE: &[(usize, Verb)] = &[
    (24, Verb::Keys("c")),
    (4, Verb::Keys("3c")),
    (2, Verb::Keys("c c")),
    (12, Verb::Keys("d")),
    (3, Verb::Keys("2d")),
    (3, Verb::Keys("0d")),
    (9, Verb::Keys("D")),
    (3, Verb::Keys("0D")),
    (9, Verb::Keys("s")),
    (3, Verb::Keys("0s")),
    (8, Verb::Keys("f")),
    (6, Verb::Keys("x")),
    (2, Verb::Keys("0x")),
    (2, Verb::Keys("s d")),
    (2, Verb::Keys("c d")),
    (2, Verb::Keys("d D")),
    (2, Verb::Keys("f D")),
    (2, Verb::Keys("f d")),
    (1, Verb::Keys("f s")),
    (6, Verb::Keys("a")),
    (5, Verb::Keys("A")),
    (2, Verb::Keys("l")),
    (1, Verb::Keys("r l")),
    (5, Verb::Keys("j")),
    (2, Verb::Keys("k")),
    (4, Verb::Keys("Tab")),
    (4, Verb::Keys("Esc")),
    (9, Verb::ListenOption),
    (3, Verb::ConnectOption),
    (2, Verb::ToItself),
    (1, Verb::CallOthers(true)),
    (1, Verb::State),
];

const IN_LAB: &[(usize, Verb)] = &[
    (12, Verb::Keys("h")),
    (18, Verb::Keys("o")),
    (4, Verb::Keys("3o")),
    (8, Verb::Keys("b")),
    (6, Verb::Keys("u")),
    (3, Verb::Keys("B")),
    (2, Verb::Keys("h d o")),
    (2, Verb::Keys("h D o")),
    (2, Verb::Keys("h f o")),
    (2, Verb::Keys("h c o")),
    (2, Verb::Keys("h x")),
    (3, Verb::Keys("u d")),
    (3, Verb::Keys("u D")),
    (3, Verb::Keys("u f")),
    (3, Verb::Keys("u s")),
    (3, Verb::Keys("u x")),
    (3, Verb::Keys("u c")),
    (2, Verb::Keys("B d")),
    (2, Verb::Keys("B x B")),
];

/// Which fields of the listener's options are changed: their places, and what is typed, or how often Right is pressed.
const LISTEN_FIELDS: [(usize, &[&str]); 8] = [
    (2, &["0", "1", "128"]),
    (3, &["Right"]),
    (4, &["Right", "Right Right"]),
    (4, &["Right", "Right Right"]),
    (5, &["Right", "Right Right"]),
    (5, &["Right", "Right Right"]),
    (6, &["0.02", "5"]),
    (7, &["Right"]),
];

const CONNECT_FIELDS: [(usize, &[&str]); 6] = [
    (2, &["Right", "Right Right"]),
    (5, &["Right"]),
    (6, &["Hello, TCP!", ""]),
    (7, &["Right"]),
    (8, &["0.02", "0"]),
    (11, &["Right"]),
];

/// How the deed of another program is written among the keys.
const OTHERS: &str = "another program: ";

/// Picks one thing at random; its keys, to be pressed, or another program's deed.
pub(super) fn pick(driver: &Driver, random: &mut Random, has_lab: bool) -> String {
    let deed = if random.once_in(6) { Some(*random.weighted(&Others::DEEDS)) } else { None };
    if let Some(deed) = deed {
        return format!("{OTHERS}{deed:?}");
    }
    let wire = has_lab && random.once_in(3);
    let verb = needed(driver, random)
        .unwrap_or_else(|| random.weighted(if wire { IN_LAB } else { EVERYWHERE }).clone());
    words(driver, random, &verb)
}

/// Does what was picked, now or in another run.
pub(super) fn act(driver: &mut Driver, words: &str) {
    if let Some(name) = words.strip_prefix(OTHERS) {
        let deed = Others::DEEDS.into_iter().find(|(_, deed)| format!("{deed:?}") == name);
        let (own, server, from) = driver.places;
        return driver.others.act(deed.expect("a deed").1, own, server, from);
    }
    if words.split_whitespace().count() > 1 {
        driver.story.has_several();
    }
    for word in words.split_whitespace() {
        press(driver, word);
    }
    if program::is_covered(&driver.state) {
        // The form does not take it, or the menu is not one of the lab's.
        press(driver, "Esc");
    }
}

/// What brings the walk back where most keys do something: somebody listens, somebody is connected, the cable is whole, by TCP, to our own
/// server.
fn needed(driver: &Driver, random: &mut Random) -> Option<Verb> {
    let state = &driver.state;
    if program::is_wire_cut(state) && random.once_in(3) {
        Some(Verb::Keys("B"))
    } else if program::calls_others(state) && random.once_in(5) {
        Some(Verb::CallOthers(false))
    } else if program::is_udp(state) && random.once_in(5) {
        Some(Verb::Keys("C Down Down Down Down Down Down Down Down Down Down Down Right Enter"))
    } else if !driver.listens() && random.once_in(2) {
        Some(random.weighted(&[(3, Verb::Keys("l")), (1, Verb::Keys("r l"))]).clone())
    } else if !driver.is_connected() && random.once_in(2) {
        Some(Verb::Keys("c"))
    } else {
        None
    }
}

/// The keys of a verb, with a space in a text written as `_`.
fn words(driver: &Driver, random: &mut Random, verb: &Verb) -> String {
    match verb {
        Verb::Keys(keys) => (*keys).to_owned(),
        Verb::ListenOption => format!("{} l l", field("L", random, &LISTEN_FIELDS)),
        Verb::ConnectOption => field("C", random, &CONNECT_FIELDS),
        Verb::CallOthers(true) => format!("C \"{} Enter", driver.places.0),
        Verb::CallOthers(false) => {
            let rights = "Right ".repeat((4 - program::source_choice(&driver.state)) % 4);
            format!("C \"the_listener Down Down {rights}Enter")
        }
        Verb::ToItself => {
            let chosen = program::computers(&driver.state)[0].1;
            let rights = "Right ".repeat((6 - program::source_choice(&driver.state)) % 4);
            let port = driver.places.0.port() + 1 + u16::try_from(random.below(3)).unwrap_or(0);
            format!("C \"{chosen}:{port} Down Down {rights}Enter c")
        }
        Verb::State => format!("S {}", 1 + random.below(9)),
    }
}

fn field(open: &str, random: &mut Random, fields: &[(usize, &[&str])]) -> String {
    let (place, values) = random.one_of(fields);
    let value = *random.one_of(values);
    let down = "Down ".repeat(*place);
    match value {
        keys if keys.starts_with("Right") => format!("{open} {down}{keys} Enter"),
        text => format!("{open} {down}\"{} Enter", text.replace(' ', "_")),
    }
}

/// A key, or a text behind a `"`.
fn press(driver: &mut Driver, word: &str) {
    let events = match word.strip_prefix('"') {
        Some("") => program::presses("Backspace"),
        Some(text) => program::typed(&text.replace('_', " ")),
        None => program::presses(word),
    };
    for event in events {
        driver.tell(event);
    }
}
