use crate::app::State;
use crate::tcp::{Delivery, WireSettings};

impl State {
    /// What was done with the wire at the moment that is shown.
    pub fn wire_then(&self) -> WireSettings {
        if !self.is_past() {
            return self.lab.wire;
        }
        let then = self.then();
        let mut wires = self.lab.wires.iter().rev();
        let wire = wires.find(|(since, _)| *since <= then);
        wire.map(|(_, wire)| *wire).unwrap_or_default()
    }

    /// How many segments were on the wire at the moment that is shown.
    pub fn waiting_then(&self) -> usize {
        if !self.is_past() {
            return self.lab.waiting();
        }
        let then = self.then();
        let sent = self.lab.crossings.iter();
        let sent = sent.take_while(|crossing| crossing.sent <= then);
        sent.filter(|crossing| crossing.fate_by(then) == Delivery::OnTheWay).count()
    }
}
