//! What it costs to watch while nothing happens.

use std::time::Duration;

use crate::figures::{at_most, figure, title};
use crate::held::{Held, Where};
use crate::namespace::calm;
use crate::terminal::{cpu, dashboard};

/// Ages change at every full minute; so long after the first one nothing on the screen does.
const UNTIL_QUIET: Duration = Duration::from_secs(64);
const WINDOW: Duration = Duration::from_secs(10);

pub(crate) fn measure(count: usize, most: f64) {
    let _held = Held::start(count, Where::Elsewhere);
    title(&format!("ten seconds in which nothing happens, whole machine, {count} connections"));
    let dashboard = dashboard();
    dashboard.press_until("w", "whole machine");
    calm(UNTIL_QUIET);
    let (mark, spent) = (dashboard.mark(), cpu(&dashboard));
    calm(WINDOW);
    let (bytes, spent) = (dashboard.mark() - mark, cpu(&dashboard) - spent);
    figure("CPU", &at_most(spent, most, " s"));
    #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
    let bytes = at_most(bytes as f64, 0.0, " B");
    figure("written to the terminal", &bytes);
}
