//! The table of texts: `assets/words/`, the head of `close.txt` explains the format.

use std::sync::LazyLock;

use crate::app::model::{Account, Fact, RowNow, RowOutcome};
use crate::tcp::TcpState;

/// One text and its condition.
#[derive(Clone, Debug)]
pub struct TextEntry {
    /// What happened; with `?` at its end the text is an explanation.
    pub keys: Vec<&'static str>,
    /// Patterns of the rows of both ends, the actor's first.
    pub rows: [RowPattern; 2],
    /// Facts that must have been seen.
    pub needs: Vec<Fact>,
    /// The text, with placeholders.
    pub text: &'static str,
}

/// A condition on a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowPattern {
    /// No condition.
    Any,
    /// In that state.
    In(TcpState),
    /// In the same state as before.
    Same,
    /// Gone.
    Gone,
    /// Not in any table.
    Unseen,
}

impl RowPattern {
    fn fits(self, row: RowOutcome) -> bool {
        match self {
            RowPattern::Any => true,
            RowPattern::In(state) => row.after == RowNow::In(state),
            RowPattern::Same => row.before.is_some_and(|before| row.after == RowNow::In(before)),
            RowPattern::Gone => row.after == RowNow::Gone,
            RowPattern::Unseen => row.after == RowNow::Unseen,
        }
    }

    fn of(word: &str) -> Option<RowPattern> {
        match word {
            "any" => Some(RowPattern::Any),
            "same" => Some(RowPattern::Same),
            "gone" => Some(RowPattern::Gone),
            "unseen" => Some(RowPattern::Unseen),
            state => state.parse().ok().map(RowPattern::In),
        }
    }
}

/// The files.
pub const SOURCES: [&str; 2] = [
    include_str!("../../../assets/words/connect.txt"),
    include_str!("../../../assets/words/close.txt"),
];

static ENTRIES: LazyLock<Vec<TextEntry>> =
    LazyLock::new(|| SOURCES.iter().flat_map(|text| text.lines()).filter_map(parse).collect());

/// All entries, in order.
pub fn entries() -> &'static [TextEntry] {
    &ENTRIES
}

fn parse(line: &'static str) -> Option<TextEntry> {
    let mut parts = line.split('|').map(str::trim);
    let keys = parts.next().filter(|keys| !keys.starts_with('#'))?;
    let rows = [RowPattern::of(parts.next()?)?, RowPattern::of(parts.next()?)?];
    let fact = |word| Fact::ALL.iter().copied().find(|fact| format!("{fact:?}") == word);
    let needs = parts.next()?.split_whitespace().map(fact).collect::<Option<Vec<Fact>>>()?;
    let text = parts.next()?;
    Some(TextEntry { keys: keys.split_whitespace().collect(), rows, needs, text })
}

/// Whether the rows have states for the placeholders in a text.
fn has_states(text: &str, account: &Account) -> bool {
    let holes = ["{own}", "{other}"].into_iter().zip(account.rows);
    holes.into_iter().all(|(hole, row)| !text.contains(hole) || matches!(row.after, RowNow::In(_)))
}

/// The first matching text for that key.
pub(crate) fn find(key: &str, account: &Account) -> Option<&'static str> {
    let fits = |entry: &&TextEntry| {
        let [own, other] = entry.rows;
        entry.keys.contains(&key)
            && own.fits(account.rows[0])
            && other.fits(account.rows[1])
            && entry.needs.iter().all(|fact| account.facts.contains(fact))
            && has_states(entry.text, account)
    };
    entries().iter().find(fits).map(|entry| entry.text)
}
