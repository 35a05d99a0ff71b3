use crate::app::State;
use crate::tcp::Moment;

impl State {
    /// The moment that the picture shows: now, unless it shows the past.
    pub fn then(&self) -> Moment {
        self.sockets.past().map_or(self.now, |past| past.at)
    }

    /// Whether our server listens in what the picture shows.
    pub fn listened(&self) -> bool {
        if self.is_past() {
            self.seen().is_listening(self.server.at().port)
        } else {
            self.server.is_listening()
        }
    }

    /// Whether the picture shows the past, or stands still.
    pub fn is_past(&self) -> bool {
        self.sockets.past().is_some()
    }
}
