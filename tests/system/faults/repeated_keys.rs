//! A key that sticks, whatever the order of the answers: every call that was asked for is made, once.

use std::collections::VecDeque;
use std::time::Duration;

use fivetuple::net::Engine;
use fivetuple::tcp::{Command, ConnectId, ConnectSpec, OwnSocket, SocketEvent};
use proptest::prelude::*;

use crate::robot::{Robot, own};

/// Orders to connect that are under way, each with the news that it still has to tell, in order.
#[derive(Default)]
struct Sockets {
    orders: Vec<VecDeque<SocketEvent>>,
    opened: u32,
}

impl Sockets {
    /// Takes orders; how many connections they are.
    fn take(&mut self, commands: Vec<Command>) {
        for command in commands {
            let Command::Connect(ConnectSpec { id, .. }, burst) = command else {
                continue;
            };
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

    /// The next news of one of the orders.
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
