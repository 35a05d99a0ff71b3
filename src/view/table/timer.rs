use crate::app::TableRow;
use crate::tcp::TimerKind;
use crate::view::{Scene, text};

/// The time left in TIME_WAIT.
pub(crate) fn time_left(scene: Scene<'_>, line: &TableRow) -> Option<String> {
    let keeps = line.row.timer?.kind == TimerKind::TimeWait && line.gone.is_none();
    if !keeps {
        return None;
    }
    line.time_left(scene.state.then()).map(text::left)
}

/// How often the kernel has retried without an answer.
pub(crate) fn unanswered(line: &TableRow) -> Option<String> {
    let timer = line.row.timer.filter(|timer| timer.tries > 0)?;
    match timer.kind {
        TimerKind::Retransmit => Some(format!("resent {}", timer.tries)),
        TimerKind::ZeroWindowProbe => Some(format!("probe {}", timer.tries)),
        TimerKind::KeepAlive | TimerKind::TimeWait => None,
    }
}

/// The same in more words, and when the next try is.
pub(crate) fn tries(scene: Scene<'_>, line: &TableRow) -> Option<String> {
    unanswered(line)?;
    let timer = line.row.timer?;
    let what = match timer.kind {
        TimerKind::ZeroWindowProbe => "window probed",
        TimerKind::Retransmit | TimerKind::KeepAlive | TimerKind::TimeWait => "resent",
    };
    let often = text::plural(timer.tries, "time");
    let left = text::short(line.time_left(scene.state.then())?);
    Some(format!("{what} {often}, no answer; next in {left}"))
}
