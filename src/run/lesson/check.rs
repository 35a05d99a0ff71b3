//! Plays lessons without a screen, and compares each step with the table.

use std::sync::Arc;

use crate::app::Lesson;
use crate::app::lesson::check as examine;
use crate::app::lesson::decode;
use crate::cli::LessonArgs;
use crate::kernel::raise_descriptor_limit;
use crate::run::headless::{LineWriter, block_on, ignore_broken_pipe};
use crate::run::lesson::ports::{self, HeldPorts};
use crate::run::lesson::rehearsal::Rehearsal;
use crate::run::lesson::text::LessonText;
use crate::run::{Exit, Output, asked_to_end};
use crate::tcp::Port;

pub(super) fn check(args: &LessonArgs) -> anyhow::Result<Exit> {
    let mut texts = Vec::new();
    for name in &args.check {
        if name == "all" {
            texts.extend(LessonText::of_course());
        } else {
            texts.push(LessonText::named(name)?);
        }
    }
    raise_descriptor_limit();
    let held = HeldPorts::of(args.port)?;
    ignore_broken_pipe(block_on(async {
        let mut out = Output::stdout();
        let mut out = LineWriter::new(&mut out, false);
        let asked = asked_to_end()?;
        tokio::select! {
            checked = check_all(args, held.first, &texts, &mut out) => checked,
            number = asked => Ok(Exit::BySignal(number)),
        }
    }))
}

async fn check_all(
    args: &LessonArgs,
    port: Port,
    texts: &[LessonText],
    out: &mut LineWriter<'_, Output>,
) -> anyhow::Result<Exit> {
    let mut is_right = true;
    for text in texts {
        let examined = decode(&text.name, &text.bytes).map(|read| examine(&text.name, read));
        let (Ok(faults) | Err(faults)) = examined;
        if !faults.all.is_empty() {
            out.line(faults.to_string().trim_end())?;
        }
        match text.read(port) {
            Ok(lesson) => {
                is_right &= Box::pin(check_one(args, port, lesson, text, out)).await?;
            }
            Err(_) => is_right = false,
        }
    }
    Ok(if is_right { Exit::Done } else { Exit::Failed })
}

/// Whether the lesson is right, as far as it can be given here.
async fn check_one(
    args: &LessonArgs,
    port: Port,
    lesson: Arc<Lesson>,
    text: &LessonText,
    out: &mut LineWriter<'_, Output>,
) -> anyhow::Result<bool> {
    let name = text.number.map_or_else(|| text.name.clone(), |number| number.to_string());
    out.line(&format!("{name} {}", lesson.title))?;
    let _turn = ports::turn(&text.name).await;
    let mut rehearsal = Rehearsal::start(&args.dashboard(port), Arc::clone(&lesson))?;
    let mut is_right = true;
    while let Some(step) = rehearsal.play_step().await {
        let heading = &lesson.steps[step.place].heading;
        let (word, number) = (if step.faults.is_empty() { "ok" } else { "failed" }, step.place + 1);
        out.line(&format!("  {word} {number} {heading}  {} ms", step.took.as_millis()))?;
        for (line, what) in &step.faults {
            out.line(&format!("    {}:{line}: {what}", text.name))?;
        }
        if !step.faults.is_empty() {
            is_right = false;
            break;
        }
    }
    if let Some(lacks) = rehearsal.lacks() {
        // What only this machine lacks is no fault of the lesson; that its ports are taken can be helped.
        let is_fault = lesson.needs.is_empty();
        is_right &= !is_fault;
        out.line(&format!("  {}: {lacks}", if is_fault { "failed" } else { "skipped" }))?;
    }
    rehearsal.end().await;
    Ok(is_right)
}
