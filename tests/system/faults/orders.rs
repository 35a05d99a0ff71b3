//! Orders that are given faster than they are answered, and refusals that are understood later.

use std::collections::VecDeque;
use std::time::Duration;

use fivetuple::net::Engine;
use fivetuple::tcp::{
    Command, ConnectId, ConnectSpec, Endpoint, ListenSpec, ListenerId, OwnSocket, SocketEvent,
};
use proptest::prelude::*;

use crate::robot::{LISTEN, Robot, own};

#[test]
fn l_turns_what_was_ordered_last() {
    let mut robot = Robot::new();
    robot.press("l l l l l");
    let orders: Vec<bool> =
        robot.commands().iter().map(|command| matches!(command, Command::Listen(_))).collect();
    assert_eq!(orders, [true, false, true, false, true]);
    // The answers come one after the other; the last order still counts.
    let spec = ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000));
    for _ in 0..2 {
        robot.listens(spec.clone(), LISTEN);
        robot.hear(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None });
    }
    robot.press("l");
    assert!(matches!(robot.commands()[..], [Command::StopListening(ListenerId::FIRST)]));
}

#[test]
fn calls_beyond_many_unanswered_ones_become_one_order() {
    let mut robot = Robot::listening();
    assert_eq!(robot.commands_by(&"c ".repeat(30)).len(), 8);
    robot.says("8 connects are unanswered");
    for port in 40_000..40_008 {
        assert_eq!(robot.commands(), []);
        let row = format!("tcp 0 0 127.0.0.2:{port} 127.0.0.1:5000 ESTABLISHED inode={port}");
        robot.hear(SocketEvent::Connected(own(&row, 12)));
    }
    let orders = robot.commands();
    assert!(matches!(orders[..], [Command::Connect(_, burst)] if burst.count == 22), "{orders:?}");
    robot.press("r r c");
    let orders = robot.commands();
    assert!(
        matches!(orders.last(), Some(Command::Connect(_, burst)) if burst.count == 1),
        "{orders:?}"
    );
}

#[test]
fn late_answers_to_an_order_that_was_given_up_are_not_those_of_the_next_one() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.press("5c");
    let given_up = robot.commands();
    let [Command::Connect(ConnectSpec { id, .. }, burst)] = given_up[..] else {
        panic!("{given_up:?}")
    };
    robot.press("r r");
    robot.hear(SocketEvent::BurstBegun { id, burst, whole_range: true });
    robot.press("3c");
    let late = "tcp 0 0 127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED inode=12";
    robot.hear(SocketEvent::Connected(OwnSocket { order: Some(id), ..own(late, 12) }));
    robot.hear(SocketEvent::BurstEnded { id, opened: 1, asked: 5, took: Duration::ZERO });
    assert_eq!(robot.state.clients.awaited(), 3);
    let next = robot.state.clients.under_way.as_ref().unwrap();
    assert_eq!((next.asked, next.opened), (3, 0));
}

/// Orders to connect that are under way, each with the news that it still has to tell, in order.
#[derive(Default)]
struct Sockets {
    orders: Vec<VecDeque<SocketEvent>>,
    opened: u32,
}

impl Sockets {
    fn take(&mut self, commands: Vec<Command>) {
        for command in commands {
            let Command::Connect(ConnectSpec { id, .. }, burst) = command else { continue };
            let calls = (0..burst.count).map(|_| self.call(id));
            let mut news: VecDeque<SocketEvent> = calls.collect();
            if burst.count > 1 {
                let whole_range = false;
                news.push_front(SocketEvent::BurstBegun { id, burst, whole_range });
                news.push_back(SocketEvent::BurstEnded {
                    id,
                    opened: burst.count,
                    asked: burst.count,
                    took: Duration::ZERO,
                });
            }
            self.orders.push(news);
        }
        assert!(
            self.orders.len() <= Engine::MOST_UNDER_WAY,
            "{} orders at a time",
            self.orders.len()
        );
    }

    fn call(&mut self, id: ConnectId) -> SocketEvent {
        self.opened += 1;
        let (port, inode) = (20_000 + self.opened, self.opened);
        let row = format!("tcp 0 0 127.0.0.2:{port} 127.0.0.1:5000 ESTABLISHED inode={inode}");
        SocketEvent::Connected(OwnSocket { order: Some(id), ..own(&row, inode) })
    }

    fn tell(&mut self, which: usize) -> Option<SocketEvent> {
        let which = which.checked_rem(self.orders.len())?;
        let news = self.orders[which].pop_front();
        if self.orders[which].is_empty() {
            self.orders.swap_remove(which);
        }
        news
    }
}

proptest! {
    #[test]
    fn each_is_made_once(steps in proptest::collection::vec((0..4_u8, any::<usize>()), 1..400)) {
        let mut robot = Robot::listening();
        robot.commands();
        let mut sockets = Sockets::default();
        let mut pressed = 0;
        for (what, which) in steps {
            if what < 3 {
                robot.press("c");
                pressed += 1;
            } else if let Some(news) = sockets.tell(which) {
                robot.hear(news);
            }
            sockets.take(robot.commands());
        }
        while let Some(news) = sockets.tell(0) {
            robot.hear(news);
            sockets.take(robot.commands());
        }
        prop_assert_eq!(sockets.opened, pressed);
        prop_assert_eq!(robot.state.clients.awaited(), 0);
        prop_assert!(robot.state.clients.waiting.is_empty());
    }
}
