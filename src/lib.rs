//! fivetuple shows what really happens when a client connects to a TCP port: a listener, clients, and between them the
//! kernel's own socket table, live.
//!
//! This page is the guide for contributors: the layers, the rules, where things live, and how to add one.
//!
//! # A pure core and a thin shell
//!
//! Events come in ([`app::Event`]), keys become actions ([`app::Action`]), the state changes, effects go out ([`app::Effect`]).
//! One function decides, [`app::update()`]; one function paints, [`view::draw`]. Neither does I/O, starts a task or reads a clock:
//! the time comes in with each event. Everything else (the kernel's tables, sockets, the terminal, signals) is at the edge and
//! exchanges values with the core.
//!
//! ```text
//!   keys, signals, ticks    SocketEvent    table updates, LabEvent
//!            \                  |            /
//!       two bounded queues, keys before sockets        run (edge)
//!                               |
//!        update <- input <- keymap ----> Action        app (pure)
//!               |                          |
//!             State ------------> Vec<Effect> -------> run carries them out; results come back as events
//!               |
//!             draw                                     view (pure)
//! ```
//!
//! # The layers
//!
//! A module uses only modules with a lower number.
//!
//! | layer | module | what it is |
//! |---|---|---|
//! | 0, pure | [`tcp`] | the vocabulary: endpoint, five-tuple, state, row, snapshot, segment, command, event |
//! | 1 | [`kernel`] | reads the kernel's socket tables, `sock_diag` over netlink or `/proc`, and watches them for changes |
//! | 1 | [`net`] | makes sockets with exactly the options that were asked for, and reports what happens to them |
//! | 1 | [`lab`] | computers in network namespaces, without root, and the wire between them |
//! | 2, pure | [`app`] | the dashboard as a state machine: state, keys, history, explanations |
//! | 3, pure | [`view`] | paints the state |
//! | 4 | [`run`] | the shell: threads, tasks, the terminal, the subcommands |
//! | - | [`cli`] | the command line as types; [`run`] reads it, [`view`] uses the name of a theme |
//!
//! [`view`] never uses [`kernel`], [`net`] or [`lab`], and these three use neither [`app`] nor each other. A type that two of them
//! need belongs to [`tcp`]. Inside [`app`] and [`view`] the folders have an order, too; no files import each other in a circle, and
//! no two types share a name. `tests/suite/tidy` checks all of this and fails with file and line.
//!
//! # Rules
//!
//! - Every row on the screen comes from the kernel. A row known only from our own calls is marked `'`; what is inferred is drawn
//!   differently and labelled as inferred.
//! - A sentence says what was seen in the table, never what is expected. A refused connection is a value like any other, and is
//!   shown with the rows that caused it.
//! - A view is another picture of the same state and stores nothing of its own.
//! - A key is declared once, in [`app::BINDINGS`]: the footer, the help and the README are made from it or tested against it.
//! - Bytes from the network are escaped before they are drawn.
//! - Every queue has a bound, every task an owner, every wait a limit.
//!
//! # Where does it live?
//!
//! | question | place |
//! |---|---|
//! | Which keys are there, and their words in the footer and the help? | `app/keys/keymap.rs` |
//! | Which key is an escape sequence, and which is none? | `app/keys/sequence.rs`; its pieces meet in `app/keys/input_parser.rs` |
//! | What happens when a key is pressed? | `app/input.rs` names the action, `app/dispatch.rs` runs it |
//! | What does a key that is typed ahead wait for? | `app/query/under_way.rs`; what waits is in `app/ui/ahead.rs`, `app/typed_ahead.rs` takes it |
//! | What happens when a socket reports something? | `app/events`, one file for the server, clients, connections, the lab |
//! | Where is the text of a sentence, say for ETIMEDOUT? | `assets/words`; the words of an errno in `tcp/socket/errno.rs` |
//! | Which facts choose that text? | `app/query/facts.rs` of an end, `opening_facts.rs` of a beginning; of a failure `app/query/refusal`; `app/explain` joins them |
//! | What does TCP do on a segment or a call? | `tcp/state/transitions.rs` |
//! | Which ends of connections do we hold, and who of us? | `app/model/open_ends.rs`; `app/history` joins them with rows and segments |
//! | Which pane has how many lines, and where are pictures? | `view/layout.rs` |
//! | How is a lesson drawn, and what gives way to it? | `view/lesson`: its lines have ranks; `view/layout.rs` shares the screen |
//! | What do the lists that are searched by typing show? | `app/ui/palette.rs`; lessons from `app/lesson/menu.rs` |
//! | Which key does an action of a lesson by hand? | `app/query/by_hand.rs` |
//! | Where is a column of the table? | `view/table/columns.rs` |
//! | Whose is an end, and how does it look? | `whose` in `app/query/peers.rs`; its hue in `view/style/ink.rs` |
//! | What colour has a state or a role? | `view/style/theme.rs` names its ink, `view/style/ink.rs` the colour on each ground |
//! | Which rows are lit, and until when? | `Spotlight` in `app/table/row.rs`; `app/query/past.rs` aims it |
//! | Which listener is selected, which accepted a connection? | `app/model/servers.rs`; `Holder` in `app/model/open_ends.rs` |
//! | What may a lesson's file say, and what is said when it is wrong? | `app/lesson`, one file for each part of the grammar |
//! | Why is a row gone? | `app/table/gone.rs`; the words in `gone_reason.rs` |
//! | How is the kernel's table read? | `kernel/sock_diag` has the sockets, `kernel/inet_diag` the bytes on them |
//! | When is it read, and why not sooner? | `kernel/watch/schedule.rs`: a share of the processor is its budget |
//! | Which system calls does a socket make? | `net/listen.rs`, `net/connect.rs`, `net/options.rs`; their trace in `net/trace.rs` |
//! | What does the lab's wire do with a segment? | `lab/wire/impairment.rs`; with a retransmission, `lab/wire/retransmission.rs` |
//! | What does a lesson do after an event? | `app/actions/lesson`: `set_up.rs`, `deed.rs`, `compare.rs`; what its claims mean in `app/query/lesson` |
//! | When is a step done that the reader practises, and what helps? | `app/actions/lesson/practice.rs` |
//! | Which exercise comes next, and which are done? | `app/lesson/menu.rs`; `run/kept.rs` keeps it |
//! | Where is a lesson played without a screen? | `run/lesson/rehearsal.rs`, over the same `run/world` as the dashboard |
//! | What does the speaker read, and how does it reach them? | `app/query/lesson/speaker.rs`, `view/lesson/speaker.rs`; `run/dashboard/notes` |
//! | Where does a subcommand begin? | `cli` has its flags, `run/headless` its work |
//! | Who restores the terminal after a panic? | `run/dashboard/screen.rs` |
//!
//! # One key from end to end
//!
//! `d` closes a connection. `app/input.rs` finds [`app::Action::Close`] in the keymap, `app/dispatch.rs` runs `actions/verbs.rs`,
//! which returns an [`app::Effect`] with [`tcp::Command::Close`]. `run/world` hands it to `net/engine.rs`, which
//! leaves it in the mailbox of that connection; the task in `net/connection` calls close(2) and reports
//! [`tcp::SocketEvent::Closed`]. `app/events/connection.rs` opens an episode (`events/episodes.rs`) and orders a lookup of both
//! rows. When the kernel's answer is there, the episode is settled: its facts choose a line of `assets/words/close.txt`, and the
//! sentence appears in the same frame as the rows that it speaks of.
//!
//! # How to add
//!
//! The compiler leads through most of these: our own enums are matched without `_`.
//!
//! - **A key**: one line in `BINDINGS`, one variant of [`app::Action`], one arm in `app/dispatch.rs`. The help knows it at once, and
//!   `app/query/footer.rs` says where the footer names it; `cargo test --test suite readme::rewrite -- --ignored` updates the README.
//! - **A verb on a connection**: a key, and what `grep -rniE 'half.?clos|Shutdown' src assets` shows, in the order of the section
//!   above: the command, the call, its line in the trace, the event, the verb of an account, its words, the exported programs.
//! - **A socket option**: `tcp/socket/syscall.rs` names it, `net/options.rs` sets it, `net/listen.rs` or `connect.rs` says
//!   when, `listen_spec.rs` or `connect_spec.rs` holds it, a form in `app/actions/forms` offers it, and `app/actions/export` writes
//!   it down, but for those that only held states had so far.
//! - **A view**: a variant of [`app::MainView`], a file in `view/main`, a line in `view/mod.rs`, and a screen in
//!   `tests/suite/view/pictures.rs`.
//! - **A theme**: its name in [`cli::ThemeName`], its place in `Theme::ORDER`, and its column of colours in `view/style/ink.rs`:
//!   `Mixed`, `Named` and `Ground`.
//! - **A sentence**: a line in `assets/words`, and a scenario in `tests/suite/app/explain` that leads to it. Say only what was
//!   seen.
//! - **A word of lessons**: actions and options have the names of `BINDINGS` and of the forms' fields at once; further claims go to
//!   `app/lesson/claims.rs`. `tests/suite/app/lesson/broken` shows what is said about wrong files.
//! - **A field of `fivetuple table`**: `run/headless/netstat_line.rs`.
//! - **An impairment of the wire**: an order in `tcp/lab/wire.rs`, its effect in `lab/wire/impairment.rs` (and `forwarder.rs`, if
//!   it makes frames), its sign in `view/lab/wire.rs`, a key; `grep -rnE 'DropNext|drop_next' src tests` shows the rest.
//! - **A test**: `tests/suite` has the folders of the pure part of `src` and needs no sockets. Keys, reports and rows, with the
//!   sentences and orders that come of them, are a text file, `*.scenario`, which `tests/suite/scenario` explains and plays;
//!   `tests/support/robot.rs` plays the user and the kernel. What needs real sockets, a terminal or namespaces goes to
//!   `tests/system`; `netns::alone` of `tests/support` gives a test a network of its own; keys on a real terminal, and
//!   what they bring to the screen, are `tests/system/terminal/scenarios`. Wait for a condition, never for a time.
//! - **A changed screen or sentence**: `INSTA_UPDATE=always UPDATE_SCENARIOS=1 cargo test --test suite` writes down what is shown
//!   now; read `git diff` before you commit it.
//!
//! # Worth reading
//!
//! smoltcp for TCP's own terms and one test per state and event; trippy for columns as data and errors that name operation and
//! object; ripgrep for one registry that feeds parser, help and manual; lazygit for bindings that feed footer, menu and cheat
//! sheet; omicron's wicket for one inbox with a total order of events.

pub mod app;
pub mod cli;
pub mod kernel;
pub mod lab;
pub mod net;
pub mod run;
pub mod tcp;
pub mod view;
