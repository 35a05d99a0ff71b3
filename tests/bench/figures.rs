//! Medians, 95th percentiles, targets, and the table in which they stand.

use std::time::Duration;

#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl FromIterator<Duration> for Times {
    fn from_iter<I: IntoIterator<Item = Duration>>(times: I) -> Times {
        let mut times: Vec<Duration> = times.into_iter().collect();
        times.sort();
        Times(times)
    }
}

impl Times {
    pub(crate) fn median(&self) -> f64 {
        millis(self.0[self.0.len() / 2])
    }

    pub(crate) fn p95(&self) -> f64 {
        millis(self.0[(self.0.len() * 95 / 100).min(self.0.len() - 1)])
    }

    pub(crate) fn longest(&self) -> f64 {
        self.0.last().copied().map_or(0.0, millis)
    }
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// What was reached, beside what is wanted.
pub(crate) fn at_most(value: f64, most: f64, unit: &str) -> String {
    let verdict = if value <= most { "met" } else { "MISSED" };
    let text = format!("{value:.2}{unit} [<= {most}{unit}]");
    format!("{text:<26} {verdict}")
}

pub(crate) fn head() {
    load();
    println!("{:<60} {:>9} {:>9}  reached [wanted]", "", "median", "p95");
}

pub(crate) fn title(text: &str) {
    println!("\n{text}");
}

pub(crate) fn times(what: &str, times: &Times, remark: &str) {
    let (median, p95) = (times.median(), times.p95());
    println!("  {what:<58} {median:>9.2} {p95:>9.2}  {remark}");
}

pub(crate) fn figure(what: &str, remark: &str) {
    println!("  {what:<58} {:>9} {:>9}  {remark}", "", "");
}

/// How busy the machine is: what was measured while others worked counts less.
pub(crate) fn load() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load of the last 1, 5 and 15 minutes: {}", load.trim());
}
