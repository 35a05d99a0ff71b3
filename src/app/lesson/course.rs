//! The lessons that come with the program.

macro_rules! course {
    ($($file:literal)*) => {
        [$(($file, include_str!(concat!("../../../assets/lessons/", $file)))),*]
    };
}

/// The lessons that come with the program, in their order: the name of the file, and its text.
pub const COURSE: [(&str, &str); 16] = course![
    "01-the-port-is-never-hogged.md"
    "02-your-port-is-not-80-too.md"
    "03-five-numbers-make-a-connection.md"
    "04-who-picks-the-high-port.md"
    "05-only-64k-run-out.md"
    "06-0.0.0.0-is-not-127.0.0.1.md"
    "07-one-bind-per-port-and-four-ways-round.md"
    "08-the-hand-off-who-accepts.md"
    "09-close-the-listener-keep-the-calls.md"
    "10-who-closes-waits.md"
    "11-the-forgotten-receiver.md"
    "12-the-whole-class-connects-to-one-port.md"
    "13-three-segments.md"
    "14-the-lost-syn.md"
    "15-four-segments-or-three.md"
    "16-the-cable-is-cut.md"
];
