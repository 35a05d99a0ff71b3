use crate::app::format::many;
use crate::app::{GoneReason, PathStep, StatePath, TableRow};
use crate::tcp::TcpState;

/// The cause of the last transition of an end, called `who`: in a few words, in a sentence, and in a shorter one. The sentences say what is
/// inferred.
pub(crate) fn last_transition(
    line: &TableRow,
    path: &StatePath,
    who: &str,
) -> (String, [String; 2]) {
    if line.gone.is_some_and(|gone| gone.why == GoneReason::Unknown) {
        let short = format!("{who}: gone, last seen in {}", line.row.state);
        let long =
            format!("{short}. No poll saw TIME_WAIT, so the table does not show how it ended.");
        return (format!("{who}: gone"), [long, short]);
    }
    if let Some(cause) = path.cut_short {
        let short = format!("{who}: {cause}, from {} straight to CLOSED", line.row.state);
        let long =
            format!("{short}. It can happen in any state, so the diagram has no arrow for it.");
        return (format!("{who}: {cause}"), [long, short]);
    }
    let Some(PathStep { arrow, .. }) = path.last() else {
        let at = format!("{who} is in {}.", path.at);
        return (who.to_owned(), [at.clone(), at]);
    };
    let cause = arrow.cause();
    let mut long = format!("{who}, {} → {}: {cause}.", arrow.from, arrow.to);
    let mut short = long.clone();
    let unseen: Vec<&str> = path.unseen(line).into_iter().map(TcpState::name).collect();
    if !unseen.is_empty() {
        long = format!("{long} Inferred, too brief to be polled: {}.", unseen.join(", "));
        let count = many(unseen.len() as u64, "state", "states");
        short = format!("{short} Inferred: {count}.");
    }
    (format!("{who}: {cause}"), [long, short])
}
