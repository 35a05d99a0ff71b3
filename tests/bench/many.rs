//! Thousands of connections at one key: how long they take, and whether the dashboard answers meanwhile.

use std::time::Duration;

use crate::figures::{Times, at_most, figure, millis, times, title};
use crate::namespace::calm;
use crate::terminal::{cpu, first_time, frames, listening_dashboard, now, process, time_until};

const COUNT: &str = "9900";
const SHOWN: &str = " 9,900 connections";

pub(crate) fn measure() {
    title("9900c in the dashboard");
    let dashboard = listening_dashboard();
    calm(Duration::from_secs(2));
    dashboard.type_text(COUNT);
    dashboard.wait_for(COUNT);
    let (mark, begun) = (dashboard.mark(), now());
    dashboard.press("c");
    let spent = cpu(&dashboard);
    let is_done = |screen: &vt100::Screen| screen.contents().contains(SHOWN);
    let mut answers = Vec::new();
    while !is_done(&dashboard.styled()) {
        for (key, is_open) in [("?", true), ("Esc", false)] {
            let pressed = now();
            dashboard.press(key);
            let what = format!("{key} to be answered");
            answers.push(time_until(&dashboard, pressed, &what, |screen| {
                screen.contents().contains("All keys") == is_open
            }));
        }
    }
    let spent = cpu(&dashboard) - spent;
    let (all_open, gaps) = dashboard.seen(|seen| {
        let at = first_time(seen, is_done).expect("it was there a moment ago");
        let frames = frames(seen, mark).into_iter().filter(|frame| *frame <= at);
        let times: Vec<_> = [begun].into_iter().chain(frames).collect();
        let gaps: Times = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        (at - begun, gaps)
    });
    let answers: Times = answers.into_iter().collect();
    let open = at_most(all_open.as_secs_f64(), 1.0, " s");
    figure("until all are open and on the screen", &open);
    figure("CPU of the process meanwhile", &format!("{spent:.2} s"));
    let longest = at_most(gaps.longest(), 100.0, " ms");
    times("gaps between frames; the longest is", &gaps, &longest);
    let longest = at_most(answers.longest(), 100.0, " ms");
    times("a key is answered meanwhile; the longest wait is", &answers, &longest);
    calm(Duration::from_secs(6));
    let pressed = now();
    dashboard.press("?");
    let answer = time_until(&dashboard, pressed, "the keys", |screen| {
        screen.contents().contains("All keys")
    });
    figure("a key is answered afterwards", &format!("{:.2} ms", millis(answer)));
    #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
    let peak = process(&dashboard).status().unwrap().vmhwm.unwrap() as f64 / 1024.0;
    figure("memory at its peak (VmHWM)", &at_most(peak, 100.0, " MB"));
}
