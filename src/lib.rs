//! fivetuple shows what really happens when a client connects to a TCP port: a listener, clients, and between them the
//! kernel's own socket table, live.
//!
//! This page is the map: what the layers are, which rules hold, and where to start reading.
//!
//! # A pure core and a thin shell
//!
//! Facts come in ([`app::Event`]), a wish is worked out ([`app::Action`]), the state changes, orders go out
//! ([`app::Effect`]). One function decides, [`app::update`]; one function paints, [`view::draw`]. Neither does input or
//! output, starts a task or reads a clock: the time comes in with each event. Everything else (the kernel's tables, sockets,
//! the terminal, signals) lives at the edge and talks in values.
//!
//! ```text
//!   keys, signals, ticks    News     looks at the tables, LabNews
//!            \               |          /
//!      two bounded queues, keys before sockets          run (edge)
//!                            |
//!             update ---- keymap ----> Action           app (pure)
//!               |                        |
//!             State ------------> Vec<Effect> --------> run carries them out; facts come back through the inbox
//!               |
//!             draw                                      view (pure)
//! ```
//!
//! # The layers
//!
//! A module uses only modules with a lower number.
//!
//! | layer | module | what it is |
//! |---|---|---|
//! | 0, pure | [`tcp`] | the words: endpoint, five-tuple, state, row, snapshot, segment, command, news |
//! | 1 | [`kernel`] | reads the kernel's tables: `sock_diag` over netlink, `/proc` where that is refused; reports what changes |
//! | 1 | [`net`] | makes sockets with exactly the options that were asked for, and tells what happens |
//! | 1 | [`lab`] | computers in namespaces, without root, and the wire between them |
//! | 2, pure | [`app`] | the dashboard as a machine: state, keys, the past, what is said about what happened |
//! | 3, pure | [`view`] | paints the state |
//! | 4 | [`run`] | the shell: threads, tasks, the terminal, the subcommands |
//! | - | [`cli`] | the command line as types; [`run`] reads it, [`view`] borrows the name of a theme |
//!
//! [`view`] never sees [`kernel`], [`net`] or [`lab`], and these three see neither [`app`] nor each other. A type that two of them
//! need is a word, and moves to [`tcp`]. `tests/suite/tidy.rs` fails, with file and line, where a rule is broken.
//!
//! # What holds everywhere
//!
//! - Every row on the screen comes from the kernel. What no look at the table has shown, but our own calls have told, is
//!   marked `'`; what is only worked out is drawn differently, and says so.
//! - A picture, see [`app::MainView`], is another way to see the same state, and keeps nothing of its own.
//! - A key is declared once, in [`app::BINDINGS`]: the footer, the list of keys and the README are made from it or tested
//!   against it.
//! - Bad news is news: a refused connection is a value that is shown, with the rows to blame.
//! - Bytes from strangers are escaped before they are drawn.
//! - Every queue has a bound, every task an owner, every wait a limit.
//!
//! # Where to start
//!
//! [`tcp::Command`] and [`tcp::SocketEvent`] are what a program and TCP say to each other. [`app::BINDINGS`] is what a person can
//! wish, [`app::update`] what comes of it. `tests/support/robot.rs` drives all of that without a terminal, a kernel or a clock.

pub mod app;
pub mod cli;
pub mod kernel;
pub mod lab;
pub mod net;
pub mod run;
pub mod tcp;
pub mod view;
