use std::mem::take;
use std::time::Duration;

use crate::app::keys::Key;
use crate::app::keys::background::{LONGEST_ANSWER, answer};
use crate::app::keys::sequence::{ESC, Meaning, TerminalEvent, sequence};

/// Parses what a terminal sends, in whatever pieces it arrives.
///
/// What is no key is swallowed whole, above all the reply to a question that another program has asked: its letters are no commands.
#[derive(Clone, Debug, Default)]
pub struct InputParser {
    /// What is no whole sequence yet, or the text that is being pasted.
    held: Vec<u8>,
    inside: Inside,
    /// The beginning of a string that a program is meant to read.
    string: Vec<u8>,
    /// The beginning of a sequence that was taken for a key, as nothing followed it in time.
    late: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Inside {
    #[default]
    Nothing,
    /// A string that a program is meant to read (ECMA-48, 5.6): OSC, DCS, APC, PM or SOS.
    String,
    Paste {
        /// Whether nothing has come for a while: its end may be lost.
        stalls: bool,
    },
}

const BEL: u8 = 0x07;
const END_PASTE: &[u8] = b"\x1b[201~";
/// How many bytes of pasted text are kept.
const LONGEST_PASTE: usize = 64 * 1024;
/// After this time an Esc is the key, not the beginning of a sequence.
const ESC_TIMEOUT: Duration = Duration::from_millis(40);
/// How long a string or pasted text may pause.
const STALL_TIMEOUT: Duration = Duration::from_secs(1);

impl InputParser {
    /// Takes what has arrived in one piece.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<TerminalEvent> {
        let mut events = Vec::new();
        if let Inside::Paste { stalls } = &mut self.inside
            && take(stalls)
            && bytes.len() == 1
        {
            // A single key, and not the rest of a text whose end is lost.
            events.push(self.end_paste());
        }
        let late = take(&mut self.late);
        if !late.is_empty() && is_rest_of(&late, bytes) {
            self.held = late;
        }
        self.held.extend_from_slice(bytes);
        while self.step(&mut events) {}
        events
    }

    /// How long to wait for more before [`InputParser::time_out`] is due.
    pub fn patience(&self) -> Option<Duration> {
        match (self.inside, &self.held[..]) {
            (Inside::String | Inside::Paste { stalls: false }, _) => Some(STALL_TIMEOUT),
            (Inside::Nothing, [ESC] | [ESC, _]) => Some(ESC_TIMEOUT),
            (Inside::Nothing | Inside::Paste { .. }, _) => None,
        }
    }

    /// Nothing has arrived for so long.
    pub fn time_out(&mut self) -> Vec<TerminalEvent> {
        match &mut self.inside {
            Inside::Nothing => return self.beginning_as_keys(),
            Inside::String => {
                self.inside = Inside::Nothing;
                self.string.clear();
            }
            Inside::Paste { stalls } => *stalls = true,
        }
        vec![]
    }

    fn beginning_as_keys(&mut self) -> Vec<TerminalEvent> {
        let keys = match self.held[..] {
            [ESC] => vec![Key::Esc],
            [ESC, ESC] => vec![Key::Esc; 2],
            [ESC, introducer] => vec![Key::Alt(introducer.into())],
            _ => return vec![],
        };
        self.late = take(&mut self.held);
        self.late.drain(..keys.len() - 1);
        keys.into_iter().map(TerminalEvent::Pressed).collect()
    }

    /// Goes on by one sequence; returns whether there was one.
    fn step(&mut self, events: &mut Vec<TerminalEvent>) -> bool {
        match self.inside {
            Inside::Nothing => {
                let Some((length, meaning)) = sequence(&self.held) else { return false };
                self.held.drain(..length);
                match meaning {
                    Meaning::Event(event) => events.push(event),
                    Meaning::OpensString => self.inside = Inside::String,
                    Meaning::OpensPaste => self.inside = Inside::Paste { stalls: false },
                    Meaning::Nothing => (),
                }
            }
            Inside::String => {
                let end = self.held.iter().position(|byte| *byte < b' ');
                let part = self.held.drain(..end.unwrap_or(self.held.len()));
                self.string.extend(part);
                self.string.truncate(LONGEST_ANSWER);
                let terminator = match self.held[..] {
                    [] | [ESC] => return false,
                    [ESC, b'\\', ..] => 2,
                    [BEL, ..] => 1,
                    // Whatever else it is ends the string, too: ctrl-c is always heard.
                    _ => 0,
                };
                self.held.drain(..terminator);
                self.inside = Inside::Nothing;
                let string = take(&mut self.string);
                events.extend(answer(&string).filter(|_| terminator > 0));
            }
            Inside::Paste { .. } => {
                let end = self.held.windows(END_PASTE.len()).position(|part| part == END_PASTE);
                let Some(end) = end else {
                    let last = self.held.len().saturating_sub(END_PASTE.len());
                    self.held.drain(LONGEST_PASTE.min(last)..last);
                    return false;
                };
                let rest = self.held.split_off(end + END_PASTE.len());
                self.held.truncate(end);
                events.push(self.end_paste());
                self.held = rest;
            }
        }
        true
    }

    fn end_paste(&mut self) -> TerminalEvent {
        self.inside = Inside::Nothing;
        let text = String::from_utf8_lossy(&take(&mut self.held)).into_owned();
        TerminalEvent::Pasted(text)
    }
}

/// Whether the bytes continue a sequence whose beginning was taken for a key. Where that may be another key, all of the rest must be there.
fn is_rest_of(late: &[u8], bytes: &[u8]) -> bool {
    let whole = [late, bytes].concat();
    match whole[..] {
        [ESC, b'[' | b']' | b'^' | b'_', ..] => true,
        [ESC, b'O', ..] => sequence(&whole).is_some_and(|(length, _)| length > 2),
        [ESC, b'P' | b'X', ..] => {
            whole.contains(&BEL) || whole.windows(2).any(|pair| pair == [ESC, b'\\'])
        }
        _ => false,
    }
}
