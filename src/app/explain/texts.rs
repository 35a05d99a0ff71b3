//! The table of texts: `assets/words/`, where the head of `close.txt` says how to read it.

use std::sync::LazyLock;

use crate::app::model::{Account, Fact, RowNow, RowOutcome};
use crate::tcp::TcpState;

/// One text, and when it is true.
#[derive(Clone, Debug)]
pub struct TextEntry {
    /// What happened; with `?` behind it the text is an explanation.
    pub keys: Vec<&'static str>,
    /// What a look shows of the row of whoever did it, and of the other row.
    pub rows: [RowPattern; 2],
    /// What else has to be seen.
    pub needs: Vec<Fact>,
    /// The text, with holes.
    pub text: &'static str,
}

/// What a look has to show of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowPattern {
    /// Whatever.
    Any,
    /// It is in that state.
    In(TcpState),
    /// It is in the state that it was in before.
    Same,
    /// It is gone.
    Gone,
    /// Nothing is known of it.
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

/// Every entry, in its order.
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

/// Whether the rows have the states that a text names.
fn has_states(text: &str, account: &Account) -> bool {
    let holes = ["{own}", "{other}"].into_iter().zip(account.rows);
    holes.into_iter().all(|(hole, row)| !text.contains(hole) || matches!(row.after, RowNow::In(_)))
}

/// The first text for that key which fits.
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
