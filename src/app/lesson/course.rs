//! The lessons that come with the program.

macro_rules! texts {
    ($folder:literal $($file:literal)*) => {
        [$(($file, include_str!(concat!("../../../assets/", $folder, "/", $file)))),*]
    };
}

/// The lessons that come with the program, in their order: the name of the file, and its text.
pub const COURSE: [(&str, &str); 16] = texts!["lessons"
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

/// The exercises, in their order: the name of the file, and its text. Each is a lesson of one step, whose rows the reader makes.
pub const EXERCISES: [(&str, &str); 20] = texts!["exercises"
    "01-open-a-port.md"
    "02-connect-once.md"
    "03-two-of-one-computer.md"
    "04-time-wait-at-the-client.md"
    "05-time-wait-at-the-server.md"
    "06-close-wait.md"
    "07-close-wait-leak.md"
    "08-fin-wait2.md"
    "09-not-accepted.md"
    "10-full-queue.md"
    "11-unread-data.md"
    "12-without-a-listener.md"
    "13-same-number-at-both-ends.md"
    "14-only-the-client-address.md"
    "15-only-the-server-port.md"
    "16-two-on-one-port.md"
    "17-use-up-a-range.md"
    "18-in-use.md"
    "19-half-a-connection.md"
    "20-closing.md"
];
