//! A ladder: what it holds, and how it looks as plain text.

use crate::app::format::many;
use crate::tcp::{Delivery, Moment, Port, TcpState};

/// The segments between a client and the server, which is drawn at the left, as in every picture. What both ends have is stored for the
/// client first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// The heading of each side: computer, address and port.
    pub ends: [String; 2],
    /// Whether the segments were captured; else they are inferred from states and calls.
    pub captured: bool,
    /// Whether it shows all connections, and not only one.
    pub of_all: bool,
    /// The client's port, of one connection.
    pub port: Option<Port>,
    /// How many further segments crossed the wire: of this connection; of all, where it is of all or not captured.
    pub hidden: u64,
    /// Its lines, the oldest first.
    pub rungs: Vec<Rung>,
}

/// One line of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// When.
    pub at: Moment,
    /// The segment; `None` where only a state changed.
    pub arrow: Option<LadderArrow>,
    /// The new state of each end.
    pub states: [Option<StateMark>; 2],
    /// The ports of both ends, in the ladder of all connections.
    pub ports: Option<[String; 2]>,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderArrow {
    /// The sender.
    pub from: Side,
    /// Flags and data.
    pub words: String,
    /// Sequence and acknowledgement number; empty if unknown.
    pub numbers: String,
    /// Whether it arrived; `None` where it was inferred, and not captured.
    pub fate: Option<Delivery>,
    /// Whether it waits on a held wire.
    pub waits: bool,
    /// Whether it is a retransmission.
    pub again: bool,
    /// Whether it is, although nothing that it carries had been lost.
    pub spare: bool,
    /// How often it was sent, how long it was held and how long it took, where that is worth a word.
    pub about: String,
}

/// One side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The client's.
    Client,
    /// The server's.
    Server,
}

impl Side {
    pub(in crate::app::history) const BOTH: [Side; 2] = [Side::Client, Side::Server];

    /// The opposite side.
    #[must_use]
    pub const fn other(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

/// The state of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateMark {
    /// The state; `None` once the row is gone.
    pub state: Option<TcpState>,
    /// Whether a poll showed it.
    pub seen: bool,
}

pub(crate) const GONE: Option<StateMark> = Some(StateMark { state: None, seen: true });

impl Ladder {
    /// The time of a rung, in seconds since the first.
    pub fn time(&self, rung: &Rung) -> String {
        let first = self.rungs.first().map_or(Moment::default(), |rung| rung.at);
        format!("{:.3}", rung.at.since(first).as_secs_f64())
    }
}

impl LadderArrow {
    /// A segment of which no more is known.
    pub(super) fn inferred(from: Side, words: String) -> LadderArrow {
        let (numbers, about) = (String::new(), String::new());
        let (waits, again, spare) = (false, false, false);
        LadderArrow { from, words, numbers, fate: None, waits, again, spare, about }
    }

    /// Whether it never arrived.
    pub const fn is_lost(&self) -> bool {
        matches!(self.fate, Some(Delivery::Lost(..)))
    }

    /// What is said on it, in at most so many columns where that can be: a retransmission and a loss by their names, and how long it was
    /// held or took. The numbers go first where there is hardly room.
    pub fn label(&self, columns: usize) -> String {
        let tries = self.labels();
        let fits = |label: &&String| label.chars().count() <= columns;
        if let Some(found) = tries.iter().find(fits) {
            return found.clone();
        }
        let cut: String = tries[4].chars().take(columns.saturating_sub(1)).collect();
        cut + "…"
    }

    fn labels(&self) -> [String; 5] {
        let again = if self.again { "again: " } else { "" };
        let fate = match self.fate {
            None | Some(Delivery::Arrived(_)) => "",
            Some(Delivery::OnTheWay) if self.waits => "queued",
            Some(Delivery::OnTheWay) => "in flight",
            Some(Delivery::Lost(_, how)) => how.words(),
        };
        let [numbers, about, fate] = [&self.numbers, &self.about, fate].map(|part| match part {
            "" => String::new(),
            part => format!(", {part}"),
        });
        let fate = about + &fate;
        let words = &self.words;
        let flags = words.split(',').next().unwrap_or(words);
        [
            format!("{again}{words}{numbers}{fate}"),
            format!("{again}{words}{fate}"),
            format!("{again}{flags}{fate}"),
            format!("{again}{flags}"),
            // Where there is hardly room, the flags matter more than the whole word, and than the length.
            if self.again {
                format!("re-{}", flags.split(' ').next().unwrap_or(flags))
            } else {
                flags.to_owned()
            },
        ]
    }

    /// The arrow in so many columns: dotted if it was not captured, with a cross at the end if it was lost.
    pub fn drawn(&self, columns: usize) -> String {
        let shaft = if self.fate.is_none() { '·' } else { '─' };
        let label = self.label(columns.saturating_sub(if columns < TIGHT { 4 } else { SHAFT }));
        let room = columns.saturating_sub(label.chars().count() + 3);
        let lead = |n: usize| std::iter::repeat_n(shaft, n).collect::<String>();
        let (tip, stop) = match (self.fate, self.from) {
            (Some(Delivery::Lost(..)), _) => ('✗', room / 4),
            (Some(Delivery::OnTheWay), _) => ('…', room / 4),
            (Some(Delivery::Arrived(_)) | None, Side::Server) => ('▶', 0),
            (Some(Delivery::Arrived(_)) | None, Side::Client) => ('◀', 0),
        };
        let (before, after) = (lead(room / 2), lead((room - room / 2).saturating_sub(stop)));
        let rest = " ".repeat(stop);
        match self.from {
            Side::Server => format!("{before} {label} {after}{tip}{rest}"),
            Side::Client => format!("{rest}{tip}{after} {label} {before}"),
        }
    }
}

/// What an arrow takes besides its label.
const SHAFT: usize = 6;

/// With fewer columns than this the shaft is no longer than it must be.
const TIGHT: usize = 20;

/// With fewer columns than this the server's port has no room: it is the same for all.
const BOTH: usize = 44;

impl Rung {
    /// What was sent, in so many columns, with the ports at its ends where they are needed.
    pub fn drawn(&self, columns: usize) -> String {
        let arrow = |columns: usize| match &self.arrow {
            Some(arrow) => arrow.drawn(columns),
            None => " ".repeat(columns),
        };
        let Some([client, server]) = &self.ports else { return arrow(columns) };
        let server = if columns < BOTH { "" } else { server };
        let client = if columns < BOTH { client.trim_start_matches(|c| c != ':') } else { client };
        let taken = client.chars().count() + server.chars().count();
        format!("{server}{}{client}", arrow(columns.saturating_sub(taken)))
    }

    /// In how many columns it leaves nothing out.
    fn whole(&self) -> usize {
        let ports = self.ports.iter().flatten();
        let ports: usize = ports.map(|port| port.chars().count()).sum();
        let arrow = self.arrow.as_ref();
        let label = arrow.map_or(0, |arrow| arrow.labels()[0].chars().count());
        label + SHAFT + ports
    }
}

impl StateMark {
    /// The state's name, in brackets where no poll showed it.
    pub fn word(self) -> String {
        match (self.state, self.seen) {
            (None, true) => String::from("gone"),
            (None, false) => String::from("(gone)"),
            (Some(state), true) => state.to_string(),
            (Some(state), false) => format!("({state})"),
        }
    }
}

const WIDTH: usize = 100;

/// A state in brackets.
const STATE: usize = 13;

/// Seconds and milliseconds.
const TIME: usize = 9;

/// The ladder as a text file.
pub fn as_text(ladder: &Ladder) -> String {
    let source = if ladder.captured {
        "Segments as captured on the wire; states as seen in the kernels' tables; in brackets: inferred."
    } else if ladder.hidden > 0 {
        "Inferred from states and system calls: none of the listed segments is its own. In brackets: states not seen in any poll."
    } else {
        "Inferred from states and system calls, not captured. In brackets: states not seen in any poll."
    };
    let [client, server] = &ladder.ends;
    let others = TIME + 2 * STATE + 4;
    let room = ladder.rungs.iter().map(Rung::whole).max().unwrap_or(0).max(WIDTH - others);
    let gap = (room + others).saturating_sub(TIME + 1 + client.len() + server.len());
    let hidden = match ladder.hidden {
        0 => String::new(),
        n => format!("{} not shown.\n", many(n, "more segment", "more segments")),
    };
    let mut text = format!(
        "{source}\n{hidden}\n{:TIME$} {server}{}{client}\n",
        "seconds",
        " ".repeat(gap.max(1))
    );
    for rung in &ladder.rungs {
        let [right, left] = rung.states.map(|state| state.map(StateMark::word).unwrap_or_default());
        let arrow = rung.drawn(room);
        text += format!("{:>TIME$} {left:>STATE$} |{arrow}| {right}", ladder.time(rung)).trim_end();
        text.push('\n');
    }
    text
}
