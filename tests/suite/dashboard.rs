//! What keys, news and the kernel's table do to the dashboard.

use std::time::Duration;

use fivetuple::app::{
    Action, BINDINGS, Effect, Event, Key, Overlay, Pane, PointOfView, Role, Scope,
};
use fivetuple::tcp::{
    Burst, Call, Command, ConnectSpec, Ending, Endpoint, Errno, ListenSpec, News, Port, Refusal,
    SourcePort, TcpState,
};

use crate::robot::{LISTEN, Robot, end, own};

const SERVER_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=12";
const LAPTOP_END: &str = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";

/// A listener, and the laptop connected to it.
fn laptop_connected() -> Robot {
    let mut robot = Robot::listening();
    robot.press("c");
    robot.hear(News::Accepted(own(SERVER_END, 12)));
    robot.hear(News::Connected(own(LAPTOP_END, 11)));
    robot.kernel(&[LISTEN, LAPTOP_END, SERVER_END].join("\n"));
    robot
}

#[test]
fn every_key_is_bound_once_in_its_scope_and_prints_as_it_parses() {
    let mut taken = std::collections::HashSet::new();
    for binding in BINDINGS {
        for key in binding.keys {
            assert!(
                taken.insert((binding.scope, *key)),
                "bound twice: {key} in {:?}",
                binding.scope
            );
            assert_eq!(key.to_string().parse::<Key>().as_ref(), Ok(key));
        }
        assert!(
            !binding.help.is_empty() && !binding.about.is_empty(),
            "no help: {binding:?}"
        );
    }
}

#[test]
fn every_key_on_the_panes_does_something_that_can_be_seen() {
    for binding in BINDINGS
        .iter()
        .filter(|binding| binding.scope == Scope::Panes)
    {
        let mut robot = Robot::new();
        robot.orders();
        let before = (
            format!("{:?}", robot.state.desk),
            robot.state.notices.len(),
            robot.state.clients.chosen,
        );
        robot.ask(binding.action);
        let after = (
            format!("{:?}", robot.state.desk),
            robot.state.notices.len(),
            robot.state.clients.chosen,
        );
        let quiet = [Action::Back, Action::Previous, Action::PageUp].contains(&binding.action);
        assert!(
            before != after || !robot.orders().is_empty() || quiet,
            "{} does nothing and says nothing",
            binding.keys[0]
        );
    }
}

#[test]
fn an_unknown_key_says_so() {
    let mut robot = Robot::new();
    robot.press("b");
    assert!(
        robot.said().contains("b does nothing here"),
        "{}",
        robot.said()
    );
}

#[test]
fn one_connection_is_a_pair_of_rows_beside_a_listen_row_that_stays() {
    let mut robot = laptop_connected();
    assert_eq!(
        robot.table(),
        [
            "127.0.0.1:5000 0.0.0.0:* LISTEN",
            "127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED",
            "127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED",
        ]
    );
    assert!(
        robot
            .said()
            .contains("laptop connected: the kernel picked port 54240"),
        "{}",
        robot.said()
    );
    assert_eq!(robot.state.sockets.connections(), 1);
    assert_eq!(robot.state.sockets.count(TcpState::Established), 2);
}

#[test]
fn rows_know_their_roles() {
    let robot = laptop_connected();
    let roles: Vec<Role> = robot
        .state
        .shown
        .iter()
        .map(|name| Role::of(&robot.state, &robot.state.sockets.get(*name).unwrap().row))
        .collect();
    assert_eq!(
        roles,
        [
            Role::Listener,
            Role::ServerEnd("laptop".into()),
            Role::Client("laptop".into())
        ]
    );
}

#[test]
fn the_chosen_computer_connects_from_its_own_address() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.ask(Action::Focus(Pane::Computers));
    robot.press("j c");
    let [Command::Connect(spec, burst)] = &robot.commands()[..] else {
        panic!("one connect")
    };
    assert_eq!(spec.from, Some([127, 0, 0, 3].into()));
    assert_eq!(spec.to.to_string(), "127.0.0.1:5000");
    assert_eq!(*burst, Burst::ONE);
}

#[test]
fn a_count_before_connect_is_how_often() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.press("25c");
    assert!(matches!(
        robot.commands()[..],
        [Command::Connect(_, Burst { count: 25, .. })]
    ));
    robot.press("c");
    assert!(
        matches!(
            robot.commands()[..],
            [Command::Connect(_, Burst { count: 1, .. })]
        ),
        "the count is used up"
    );
}

#[test]
fn a_limit_is_said_before_the_connections_are_made() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.press("60000c");
    let commands = robot.commands();
    let [Command::Connect(_, burst)] = &commands[..] else {
        panic!("one connect")
    };
    assert!((9_000..10_000).contains(&burst.count), "{burst:?}");
    assert!(robot.said().contains("not 60,000"), "{}", robot.said());
}

#[test]
fn disconnect_takes_the_newest_connection_of_the_chosen_computer() {
    let mut robot = laptop_connected();
    let newer = own(
        "tcp 0 0 127.0.0.2:54242 127.0.0.1:5000 ESTABLISHED inode=14",
        14,
    );
    robot.hear(News::Connected(newer));
    robot.commands();
    robot.ask(Action::Focus(Pane::Computers));
    robot.press("d");
    assert_eq!(robot.commands(), [Command::Close(newer.name)]);
    robot.press("0d");
    assert_eq!(robot.commands().len(), 2, "0d closes all");
}

#[test]
fn disconnect_on_a_chosen_row_means_that_connection_whichever_end_is_chosen() {
    let mut robot = laptop_connected();
    robot.commands();
    robot.ask(Action::Focus(Pane::Sockets));
    robot.ask(Action::SelectRow(end("127.0.0.1:5000", "127.0.0.2:54240")));
    robot.press("d D");
    let ends = [
        end("127.0.0.2:54240", "127.0.0.1:5000"),
        end("127.0.0.1:5000", "127.0.0.2:54240"),
    ];
    assert_eq!(robot.commands(), ends.map(Command::Close));
}

#[test]
fn who_hangs_up_first_waits_and_the_other_row_becomes_a_ghost_with_its_reason() {
    let mut robot = laptop_connected();
    robot.hear(News::PeerClosed(end("127.0.0.1:5000", "127.0.0.2:54240")));
    robot.hear(News::Closed {
        at: end("127.0.0.2:54240", "127.0.0.1:5000"),
        how: Ending::Close,
    });
    assert!(
        robot.said().contains("laptop hung up first"),
        "{}",
        robot.said()
    );
    robot.hear(News::Closed {
        at: end("127.0.0.1:5000", "127.0.0.2:54240"),
        how: Ending::Close,
    });
    assert!(
        robot.said().contains("laptop hung up first"),
        "the server's close is no second sentence: {}",
        robot.said()
    );
    let waiting = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=60000ms/0";
    robot.kernel(&[LISTEN, waiting].join("\n"));
    assert_eq!(
        robot.table(),
        [
            "127.0.0.1:5000 0.0.0.0:* LISTEN",
            "127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED closed by client",
            "127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT",
        ]
    );
    robot.later(Duration::from_secs(13));
    assert_eq!(robot.table().len(), 2, "the ghost is gone after 5 s");
    let line = robot
        .state
        .sockets
        .get(end("127.0.0.2:54240", "127.0.0.1:5000"))
        .unwrap();
    assert_eq!(line.time_left(robot.state.now).unwrap().as_secs(), 47);
    assert_eq!(line.passed[0].state, TcpState::Established);
}

#[test]
fn a_connection_that_no_look_saw_is_told_and_marked() {
    let mut robot = Robot::listening();
    let stranger = own(
        "tcp 0 0 127.0.0.1:5000 127.0.0.1:39000 ESTABLISHED inode=30",
        30,
    );
    robot.hear(News::Accepted(stranger));
    robot.hear(News::Closed {
        at: stranger.name,
        how: Ending::Broken(Errno::ECONNRESET),
    });
    assert_eq!(
        robot.table()[1],
        "127.0.0.1:5000 127.0.0.1:39000 ESTABLISHED reset"
    );
    assert!(robot.state.sockets.get(stranger.name).unwrap().told);
    assert_eq!(
        robot.state.sockets.connections(),
        0,
        "the kernel has no such row"
    );
}

#[test]
fn a_flood_of_short_connections_is_one_sentence() {
    let mut robot = Robot::listening();
    let before = robot.state.notices.len();
    for port in 20_000..25_000 {
        let row = format!("tcp 0 0 127.0.0.1:5000 127.0.0.1:{port} ESTABLISHED inode={port}");
        robot.hear(News::Accepted(own(&row, 30)));
        robot.hear(News::PeerClosed(own(&row, 30).name));
        robot.hear(News::Closed {
            at: own(&row, 30).name,
            how: Ending::Close,
        });
    }
    assert!(
        robot.state.notices.len() - before < 20,
        "{}",
        robot.state.notices.len()
    );
    assert!(
        robot
            .state
            .notices
            .newest_first()
            .any(|notice| notice.text.starts_with("5,000 connections came"))
    );
    assert!(robot.state.listener.ends.is_empty());
}

#[test]
fn a_taken_port_blames_the_row_that_has_it() {
    let mut robot = Robot::new();
    let waiting = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 TIME_WAIT timewait=47000ms/0";
    robot.kernel(waiting);
    robot.press("l");
    let why = Refusal {
        call: Call::Bind,
        errno: Errno::EADDRINUSE,
    };
    robot.hear(News::ListenFailed {
        spec: ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)),
        why,
    });
    let said = robot.said();
    for part in [
        "127.0.0.1:5000",
        "EADDRINUSE",
        "TIME_WAIT, 47 s left",
        "SO_REUSEADDR on both runs",
    ] {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
    assert_eq!(
        robot.state.blamed(),
        [end("127.0.0.1:5000", "127.0.0.2:54240")]
    );
}

#[test]
fn refusals_say_what_helps() {
    let at = Endpoint::new([127, 0, 0, 1], 80);
    let spec = ConnectSpec {
        from: Some([127, 0, 0, 2].into()),
        ..ConnectSpec::to(at.into())
    };
    let failed = |errno, call| News::ConnectFailed {
        spec: spec.clone(),
        to: Some(at),
        local: None,
        why: Refusal { call, errno },
    };
    let cases = [
        (
            failed(Errno::ECONNREFUSED, Call::Connect),
            "nobody listens there. Press l",
        ),
        (
            failed(Errno::EADDRNOTAVAIL, Call::Connect),
            "All 28,232 ports of 32768-60999 are taken",
        ),
        (failed(Errno::EMFILE, Call::Socket), "20,000 descriptors"),
        (
            failed(Errno::ETIMEDOUT, Call::Connect),
            "accept queue may be full",
        ),
        (
            failed(Errno::EPERM, Call::Remote([9, 9, 9, 9].into())),
            "--allow-remote",
        ),
        (
            News::ListenFailed {
                spec: ListenSpec::at(at),
                why: Refusal {
                    call: Call::Bind,
                    errno: Errno::EACCES,
                },
            },
            "Ports below 1024",
        ),
        (
            News::ListenFailed {
                spec: ListenSpec::at(Endpoint::new([10, 9, 9, 9], 80)),
                why: Refusal {
                    call: Call::Bind,
                    errno: Errno::EADDRNOTAVAIL,
                },
            },
            "10.9.9.9 is not an address of this machine",
        ),
    ];
    for (news, part) in cases {
        let mut robot = Robot::new();
        robot.hear(news);
        assert!(
            robot.said().contains(part),
            "{part:?} is missing in: {}",
            robot.said()
        );
    }
}

#[test]
fn the_selection_stays_with_its_connection() {
    let mut robot = laptop_connected();
    let chosen = end("127.0.0.2:54240", "127.0.0.1:5000");
    robot.ask(Action::SelectRow(chosen));
    robot.kernel(
        &[
            "tcp 0 0 127.0.0.1:5000 127.0.0.3:40000 ESTABLISHED",
            LAPTOP_END,
            SERVER_END,
        ]
        .join("\n"),
    );
    assert_eq!(robot.state.desk.selected, Some(chosen));
    assert_eq!(
        robot.state.selected().unwrap().row.state,
        TcpState::Established
    );
}

#[test]
fn points_of_view_show_what_each_computer_would() {
    let mut robot = laptop_connected();
    robot.press("e");
    assert_eq!(robot.state.desk.lens.view, PointOfView::Server);
    assert_eq!(robot.table().len(), 2);
    robot.press("e");
    assert_eq!(
        robot.table(),
        ["127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED"]
    );
    robot.ask(Action::SelectComputer(1));
    assert!(robot.table().is_empty(), "the phone has no socket");
}

#[test]
fn find_shows_only_rows_that_contain_the_text_and_esc_drops_it() {
    let mut robot = laptop_connected();
    robot.press("/");
    robot.type_text("server END");
    assert_eq!(
        robot.table(),
        ["127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED"]
    );
    robot.press("Enter Esc");
    assert_eq!(robot.table().len(), 3);
}

#[test]
fn a_pause_freezes_the_table_and_going_on_asks_for_all_of_it() {
    let mut robot = laptop_connected();
    robot.press("p");
    robot.kernel(LISTEN);
    assert_eq!(robot.table().len(), 3);
    robot.orders();
    robot.press("p");
    assert!(matches!(robot.orders()[..], [Effect::Watch(_)]));
    robot.kernel_afresh(LISTEN);
    assert_eq!(robot.table().len(), 1);
}

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
fn stopping_leaves_accepted_connections_alone() {
    let mut robot = laptop_connected();
    robot.commands();
    robot.press("l");
    assert_eq!(robot.commands(), [Command::StopListening]);
    robot.hear(News::StoppedListening { why: None });
    robot.kernel(&[LAPTOP_END, SERVER_END].join("\n"));
    assert_eq!(
        robot.table()[0],
        "127.0.0.1:5000 0.0.0.0:* LISTEN stopped listening"
    );
    assert!(
        robot
            .said()
            .contains("1 connection accepted before lives on"),
        "{}",
        robot.said()
    );
    assert_eq!(robot.state.listener.ends.len(), 1);
}

#[test]
fn esc_never_quits_and_q_closes_what_is_open_first() {
    let mut robot = Robot::new();
    robot.orders();
    robot.press("Esc Esc ? q");
    assert!(robot.orders().is_empty() && robot.state.desk.overlay.is_none());
    robot.press("q");
    assert_eq!(robot.orders(), [Effect::Exit]);
    robot.press("L ctrl-c");
    assert_eq!(
        robot.orders(),
        [Effect::Exit],
        "ctrl-c quits from a form, too"
    );
}

#[test]
fn both_ends_of_a_dual_stack_connection_are_one_pair() {
    let mut robot = Robot::listening();
    robot.kernel("tcp 0 128 [::]:5000 [::]:* LISTEN inode=9\ntcp 0 0 127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED\ntcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.2]:40000 ESTABLISHED");
    let client = end("127.0.0.2:40000", "127.0.0.1:5000");
    let mirror = robot.state.sockets.mirror(client).unwrap();
    assert!(mirror.row.tuple.local.ip.is_ipv6());
    assert_eq!(robot.state.sockets.connections(), 1);
    assert!(robot.state.sockets.is_client(client));
    assert_eq!(robot.state.listener.ports.first(), Some(&Port(5000)));
}

#[test]
fn listeners_that_share_an_address_are_rows_of_their_own() {
    let mut robot = Robot::new();
    let rows: Vec<String> = (1..=4)
        .map(|inode| format!("tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode={inode}"))
        .collect();
    robot.kernel(&rows.join("\n"));
    assert_eq!(robot.table().len(), 4);
    assert_eq!(robot.state.sockets.connections(), 0);
}

#[test]
fn a_client_at_an_address_that_is_no_computers_is_known_by_who_holds_it() {
    let mut robot = Robot::listening();
    let server = own("tcp 0 0 [::1]:5000 [::1]:40000 ESTABLISHED inode=12", 12);
    let client = own("tcp 0 0 [::1]:40000 [::1]:5000 ESTABLISHED inode=11", 11);
    robot.press("c");
    robot.hear(News::Accepted(server));
    robot.hear(News::Connected(client));
    robot.kernel(&format!("{LISTEN}\ntcp 0 0 [::1]:5000 [::1]:40000 ESTABLISHED inode=12\ntcp 0 0 [::1]:40000 [::1]:5000 ESTABLISHED inode=11"));
    let role = |name| Role::of(&robot.state, &robot.state.sockets.get(name).unwrap().row);
    assert_eq!(role(server.name), Role::ServerEnd("laptop".into()));
    assert_eq!(role(client.name), Role::Client("laptop".into()));
}

#[test]
fn a_name_without_an_address_and_a_refused_datagram_are_told_as_what_they_are() {
    let mut robot = Robot::listening();
    let spec = ConnectSpec::to("nosuchhost.invalid:53".parse().unwrap());
    let why = Refusal {
        call: Call::Resolve,
        errno: Errno::EADDRNOTAVAIL,
    };
    robot.hear(News::ConnectFailed {
        spec,
        to: None,
        local: None,
        why,
    });
    assert!(
        robot.said().contains("no address is known for that name"),
        "{}",
        robot.said()
    );
    let datagram = own(
        "udp 0 0 127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED inode=11",
        11,
    );
    robot.hear(News::Connected(datagram));
    robot.hear(News::Closed {
        at: datagram.name,
        how: Ending::Broken(Errno::ECONNREFUSED),
    });
    assert!(
        robot.said().contains("nobody has UDP port 5000"),
        "{}",
        robot.said()
    );
    assert!(
        robot
            .table()
            .contains(&"127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED refused".to_owned())
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

#[test]
fn where_both_ports_are_equal_the_computers_end_is_the_clients() {
    let mut robot = Robot::listening();
    let server = "tcp 0 0 127.0.0.1:5000 127.0.0.2:5000 ESTABLISHED inode=12";
    let client = "tcp 0 0 127.0.0.2:5000 127.0.0.1:5000 ESTABLISHED inode=11";
    robot.hear(News::Accepted(own(server, 12)));
    robot.hear(News::Connected(own(client, 11)));
    robot.kernel(&[LISTEN, client, server].join("\n"));
    let role = |row| {
        Role::of(
            &robot.state,
            &robot.state.sockets.get(own(row, 0).name).unwrap().row,
        )
    };
    assert_eq!(
        (role(server), role(client)),
        (
            Role::ServerEnd("laptop".into()),
            Role::Client("laptop".into())
        )
    );
    assert_eq!(
        robot.table()[1],
        "127.0.0.1:5000 127.0.0.2:5000 ESTABLISHED"
    );
}

#[test]
fn a_row_that_was_only_looked_inside_is_not_what_the_next_verb_is_meant_for() {
    let mut robot = laptop_connected();
    robot.press("Enter Esc");
    assert_eq!(robot.state.desk.selected, None);
    robot.press("Tab j Enter Esc");
    assert!(
        robot.state.desk.selected.is_some(),
        "in the table the choice stays"
    );
}

#[test]
fn a_call_without_an_answer_counts_once_whatever_becomes_of_it() {
    let mut robot = Robot::listening();
    let calling = own(
        "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 SYN_SENT inode=11",
        11,
    );
    robot.press("c");
    robot.hear(News::Connecting(calling));
    robot.press("c");
    assert_eq!(robot.state.clients.awaited, 1);
    robot.hear(News::Connected(calling));
    assert_eq!(
        robot.state.clients.awaited, 1,
        "the second call is still unanswered"
    );
}
