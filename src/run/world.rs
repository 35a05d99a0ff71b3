use std::collections::HashMap;
use std::panic::catch_unwind;
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Effect, Event};
use crate::kernel;
use crate::net::{Program, panic_words};
use crate::run::inputs::Input;
use crate::run::{Poller, break_on_purpose};
use crate::tcp::{Command, Moment, News, RowName};

/// Carries out effects. Owns every task and every thread.
pub(crate) struct World {
    program: Program,
    poller: Poller,
    tasks: TaskTracker,
    stop: CancellationToken,
    inbox: Sender<Input>,
    asked: HashMap<u64, Moment>,
}

/// How long an owner that was not found is not looked for again.
const ASK_AGAIN: Duration = Duration::from_secs(5);

impl World {
    /// A world in which `program` holds the sockets and `poller` watches the table.
    pub(crate) fn new(
        program: Program,
        poller: Poller,
        tasks: TaskTracker,
        stop: CancellationToken,
        inbox: Sender<Input>,
    ) -> World {
        World {
            program,
            poller,
            tasks,
            stop,
            inbox,
            asked: HashMap::new(),
        }
    }

    /// Carries out one order; says whether it was the order to leave. Never waits.
    pub(crate) fn carry_out(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Run(command) => self.program.run(command),
            Effect::Watch(filter) => self.poller.watch(filter),
            Effect::Look(names) => self.poller.look(names),
            Effect::Exit => return true,
        }
        false
    }

    /// These rows are on the screen: they are read more often, and their owners are looked for.
    pub(crate) fn show(&mut self, now: Moment, rows: &[RowName], unowned: Vec<u64>) {
        self.poller.visible(rows.to_vec());
        self.asked.retain(|_, asked| now.since(*asked) < ASK_AGAIN);
        let wanted: std::collections::HashSet<u64> = unowned
            .into_iter()
            .filter(|inode| self.asked.insert(*inode, now).is_none())
            .collect();
        if wanted.is_empty() {
            return;
        }
        let inbox = self.inbox.clone();
        self.tasks.spawn_blocking(move || {
            let look = || {
                break_on_purpose("task");
                kernel::owners(&wanted)
            };
            let fact = match catch_unwind(look) {
                Ok(owners) => Event::OwnersFound(owners.found),
                Err(panic) => Event::Net(News::Crashed(panic_words(&*panic))),
            };
            let _ = inbox.blocking_send(Input::Fact(fact));
        });
    }

    /// Closes every socket, with RST, so that the next run finds no TIME_WAIT at its port; ends every task and thread, and waits for them a
    /// moment.
    pub(crate) async fn end(mut self) {
        self.program.run(Command::CloseEverything);
        self.poller.stop();
        self.stop.cancel();
        self.tasks.close();
        let _ = tokio::time::timeout(Duration::from_millis(500), self.tasks.wait()).await;
    }
}
