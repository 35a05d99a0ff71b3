//! `fivetuple lesson --notes`: follows the lesson of another process.

use std::pin::pin;
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::app::SpeakerPage;
use crate::cli::ScreenArgs;
use crate::run::dashboard::notes::OVER;
use crate::run::dashboard::notes::meeting::{Meeting, find};
use crate::run::dashboard::notes::on_screen::show;
use crate::run::dashboard::open::why_no_screen;
use crate::run::dashboard::screen;
use crate::run::headless::{LineWriter, ignore_broken_pipe, runtime};
use crate::run::{Exit, Output, asked_to_end, complain};
use crate::view::speaker_lines;

/// The dashboard writes its first page at once, unless it is stopped.
const PATIENCE: Duration = Duration::from_secs(3);
/// No page is longer: a lesson has at most 1 MB, and each of its bytes is written as six at most.
const LONGEST: u64 = 8 << 20;

/// Follows the lesson of that process, or the newest one, until it ends.
pub(in crate::run) fn follow(args: &ScreenArgs, pid: Option<u32>) -> anyhow::Result<Exit> {
    let on_screen = why_no_screen().is_empty();
    if on_screen {
        screen::guard_panics();
    }
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let mut found = find().await.context("cannot look for a dashboard")?;
        let place = match pid {
            Some(pid) => found.iter().position(|meeting| meeting.pid == pid),
            None => (!found.is_empty()).then_some(0),
        };
        let Some(place) = place else {
            complain(&no_lesson(pid, &found));
            return Ok(Exit::Failed);
        };
        let others = others(place, &found);
        let tasks = TaskTracker::new();
        let (sender, mut pages) = channel(1);
        let Meeting { pid, stream, .. } = found.swap_remove(place);
        tasks.spawn(read_pages(stream, sender));
        let no_answer = || format!("the dashboard of process {pid} does not answer: it may be stopped, or have as many followers as it takes");
        let first = timeout(PATIENCE, pages.recv()).await.with_context(no_answer)?;
        let Some(first) = first.transpose()? else {
            complain(&no_lesson(Some(pid), &[]));
            return Ok(Exit::Failed);
        };
        if on_screen {
            return show(args, (first, pages), &others).await;
        }
        if !others.is_empty() {
            complain(&format!("following process {pid}; {others}"));
        }
        ignore_broken_pipe(print(first, pages).await)
    });
    runtime.shutdown_background();
    ended
}

fn no_lesson(asked: Option<u32>, found: &[Meeting]) -> String {
    let Some(asked) = asked else {
        return String::from(
            "no dashboard of this user gives a lesson. Give one in another terminal first: fivetuple lesson 1",
        );
    };
    let all: Vec<String> = found.iter().map(|meeting| meeting.pid.to_string()).collect();
    match &all[..] {
        [] => format!("process {asked} gives no lesson, and neither does another one of this user"),
        all => format!(
            "process {asked} gives no lesson. Others do: --notes {}",
            all.join(", --notes ")
        ),
    }
}

/// The dashboards that are not followed, as they can be asked for.
fn others(place: usize, found: &[Meeting]) -> String {
    let others = found.iter().enumerate().filter(|(n, _)| *n != place);
    let all: Vec<String> = others.map(|(_, other)| format!("--notes {}", other.pid)).collect();
    if all.is_empty() { String::new() } else { format!("others: {}", all.join(", ")) }
}

/// Hands on each page until the dashboard or the reader ends, or a page cannot be read.
async fn read_pages(stream: UnixStream, pages: Sender<anyhow::Result<SpeakerPage>>) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    while let Ok(1..) = (&mut stream).take(LONGEST).read_until(b'\n', &mut line).await {
        // A dashboard that is killed may leave half of a line.
        if !line.ends_with(b"\n") && (line.len() as u64) < LONGEST {
            return;
        }
        let page = serde_json::from_slice(&line)
            .context("the notes cannot be read: the dashboard may be of another version");
        let is_over = page.is_err();
        if pages.send(page).await.is_err() || is_over {
            return;
        }
        line.clear();
    }
}

/// Prints each step once it comes, then its votes and how far it is.
async fn print(
    first: SpeakerPage,
    mut pages: Receiver<anyhow::Result<SpeakerPage>>,
) -> anyhow::Result<Exit> {
    let mut asked = pin!(asked_to_end().context("cannot wait for signals")?);
    let mut output = Output::stdout();
    let mut out = LineWriter::new(&mut output, false);
    let mut last = SpeakerPage::default();
    let mut next = Some(first);
    while let Some(page) = next {
        for line in speaker_lines(&page, &last) {
            out.line(&line)?;
        }
        last = page;
        next = tokio::select! {
            biased;
            number = &mut asked => return Ok(Exit::BySignal(number).until_ctrl_c()),
            page = pages.recv() => page.transpose()?,
        };
    }
    out.line(OVER)?;
    Ok(Exit::Done)
}
