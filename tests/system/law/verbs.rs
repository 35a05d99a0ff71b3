//! What is done in one step: keys, forms, and another program's sockets. A text that is typed is written `"like_this`.

use fivetuple::app::{Event, Key};
use fivetuple::tcp::Protocol;

use super::driver::Driver;
use super::others::Others;
use super::program;

/// A small generator of numbers: the same seed always gives the same ones. It is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom
/// number generators, 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number from 0 to `end`, without `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap_or(0)
    }

    /// Whether something happens that happens once in `times` times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One of "2 this, 3 that", each as often as its weight says.
    fn weighted(&mut self, all: &'static str) -> &'static str {
        let parts = all.split(", ").filter_map(|part| part.trim().split_once(' '));
        let parts = parts.map(|(weight, one)| (weight.parse().expect("a weight"), one));
        let mut left = self.below(parts.clone().map(|(weight, _)| weight).sum::<usize>());
        let mut found = parts.filter(|(weight, _)| {
            let is_it = left < *weight;
            left = left.saturating_sub(*weight);
            is_it
        });
        found.next().expect("one of them").1
    }
}

/// What a step does everywhere, and how often. Words in capitals stand for what [`words`] makes of them.
const EVERYWHERE: &str = "24 c, 4 3c, 2 c c, 12 d, 3 2d, 3 0d, 9 D, 3 0D, 9 s, 3 0s, 8 f, 6 x, \
    2 0x, 2 s d, 2 c d, 2 d D, 2 f D, 2 f d, 1 f s, 6 a, 5 A, 2 l, 1 r l, 4 j, 2 k, 4 >, 2 <, 4 Esc, \
    9 LISTEN_OPTION, 2 Y Enter, \
    4 ANOTHER_LISTENER, 6 J, 3 J c, 3 CONNECT_OPTION, 2 TO_ITSELF, 1 CALL_OTHERS, 1 STATE";
/// What it does with the wire of a lab.
const IN_LAB: &str = "12 h, 18 o, 4 3o, 8 b, 6 u, 3 B, 2 h d o, 2 h D o, 2 h f o, 2 h c o, 2 h x, \
    3 u d, 3 u D, 3 u f, 3 u s, 3 u x, 3 u c, 2 B d, 2 B x B";

/// Which fields of the listener's options are changed: their places, and what is typed, or how often Right is pressed.
const LISTEN_FIELDS: [(usize, &[&str]); 8] = [
    (2, &["\"0", "\"1", "\"128"]),
    (3, &["Right"]),
    (4, &["Right", "Right Right"]),
    (4, &["Right", "Right Right"]),
    (5, &["Right", "Right Right"]),
    (5, &["Right", "Right Right"]),
    (5, &["\"0.02", "\"5"]),
    (6, &["Right"]),
];

const CONNECT_FIELDS: [(usize, &[&str]); 6] = [
    (1, &["Right"]),
    (3, &["Right", "Right Right"]),
    (4, &["Right"]),
    (5, &["\"Hello,_TCP!", "\""]),
    (6, &["Right"]),
    (6, &["\"0.02", "\"0"]),
];

/// How the deed of another program is written among the keys.
const OTHERS: &str = "another program: ";

/// Picks one thing at random; its keys, to be pressed, or another program's deed.
pub(super) fn pick(driver: &Driver, random: &mut Random, has_lab: bool) -> String {
    if random.once_in(6) {
        return format!("{OTHERS}{}", random.weighted(Others::DEEDS));
    }
    let all = if has_lab && random.once_in(3) { IN_LAB } else { EVERYWHERE };
    let verb = needed(driver, random).unwrap_or_else(|| random.weighted(all));
    words(driver, random, verb)
}

/// Does what was picked, now or in another run.
pub(super) fn act(driver: &mut Driver, words: &str) {
    if let Some(deed) = words.strip_prefix(OTHERS) {
        return driver.others.act(deed);
    }
    if words.split_whitespace().count() > 1 {
        driver.story.has_several();
    }
    let typed = words.split_whitespace().flat_map(program::presses);
    typed.for_each(|event| driver.tell(event));
    if driver.state.ui.overlay.is_some() {
        // The form does not take it, or the menu is not one of the lab's.
        driver.tell(Event::Pressed(Key::Esc));
    }
}

/// What brings the walk back where most keys do something: somebody listens, somebody is connected, the cable is whole, by TCP, to our own
/// server.
fn needed(driver: &Driver, random: &mut Random) -> Option<&'static str> {
    let state = &driver.state;
    if state.lab.wire.cut && random.once_in(3) {
        Some("B")
    } else if state.clients.to.is_some() && random.once_in(5) {
        Some("CALL_SERVER")
    } else if state.clients.spec.protocol == Protocol::Udp && random.once_in(5) {
        Some("TCP")
    } else if !driver.listens() && random.once_in(2) {
        Some(random.weighted("3 l, 1 r l"))
    } else if !driver.is_connected() && random.once_in(2) {
        Some("c")
    } else {
        None
    }
}

/// The keys of a verb.
fn words(driver: &Driver, random: &mut Random, verb: &str) -> String {
    let mut change = |open, fields: &[(usize, &[&str])]| {
        let (place, values) = random.one_of(fields);
        field(open, *place, random.one_of::<&str>(values))
    };
    // Presses of Right that bring the field "source port" to that of its four choices.
    let rights = |to: usize| "Right ".repeat((to + 4 - program::source_choice(&driver.state)) % 4);
    match verb {
        "LISTEN_OPTION" => format!("{} l l", change("L", &LISTEN_FIELDS)),
        "CONNECT_OPTION" => change("C", &CONNECT_FIELDS),
        "TCP" => field("C", 1, "Right"),
        "CALL_OTHERS" => format!("C \"{} Enter", driver.others.places.0),
        "CALL_SERVER" => format!("C \"the_listener Down Down Down {}Enter", rights(0)),
        "TO_ITSELF" => {
            let chosen = program::computers(&driver.state)[0].1;
            let port = usize::from(driver.others.places.0.port()) + 1 + random.below(3);
            format!("C \"{chosen}:{port} Down Down Down {}Enter c", rights(2))
        }
        "ANOTHER_LISTENER" => {
            let port = usize::from(driver.others.places.0.port()) + 11 + random.below(3);
            format!("Y \"{port} Enter")
        }
        "STATE" => format!("S {}", 1 + random.below(9)),
        keys => keys.to_owned(),
    }
}

fn field(open: &str, place: usize, keys: &str) -> String {
    format!("{open} {}{keys} Enter", "Down ".repeat(place))
}
