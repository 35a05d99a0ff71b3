//! Prints a lesson as Markdown: what a class reads, does and answers, with the tables of this machine.

use std::fmt::Write;
use std::sync::Arc;

use crate::app::query::lesson::rows::lesson_rows;
use crate::app::{Lesson, LessonAction, LessonActionKind, Question, State, Step};
use crate::cli::LessonArgs;
use crate::run::headless::{block_on, print as print_text};
use crate::run::lesson::rehearsal::Rehearsal;
use crate::run::{Exit, NetstatLine, complain};
use crate::tcp::{Port, SocketRow};

/// Plays the lesson, and prints it as far as that is possible here.
pub(super) fn print(args: &LessonArgs, port: Port, lesson: Arc<Lesson>) -> anyhow::Result<Exit> {
    let (text, wrong) = block_on(write(args, port, lesson))?;
    let printed = print_text(text.as_bytes())?;
    let Some(wrong) = wrong else { return Ok(printed) };
    complain(&wrong);
    Ok(Exit::Failed)
}

/// The text, and why it is not whole.
async fn write(
    args: &LessonArgs,
    port: Port,
    lesson: Arc<Lesson>,
) -> anyhow::Result<(String, Option<String>)> {
    let mut rehearsal = Rehearsal::start(&args.dashboard(port), Arc::clone(&lesson))?;
    let mut text = format!("# {}\n\nCommon belief: {}.\n", lesson.title, lesson.belief);
    let mut wrong = None;
    while let Some(played) = rehearsal.play_step().await {
        let (step, number) = (&lesson.steps[played.place], played.place + 1);
        let _ = writeln!(text, "\n## {number}. {}\n", step.heading);
        write_step(&mut text, &rehearsal.state, step, args.with_answers);
        if let Some((line, what)) = played.faults.first() {
            wrong = Some(format!("the step of line {line} failed: {what}"));
            break;
        }
    }
    let lacks = rehearsal.lacks();
    if wrong.is_none() && lacks.is_none() && !lesson.at_home.is_empty() {
        text.push_str("\n## At home\n\n");
        text.push_str(&lesson.at_home.join("\n\n"));
        text.push('\n');
    }
    rehearsal.end().await;
    Ok((text, wrong.or(lacks)))
}

fn write_step(text: &mut String, state: &State, step: &Step, with_answers: bool) {
    let paragraphs = |text: &mut String, all: &[String]| {
        for paragraph in all {
            let _ = writeln!(text, "{}\n", state.fills(paragraph));
        }
    };
    paragraphs(text, &step.caption);
    if let Some(question) = &step.question {
        write_question(text, state, question, with_answers);
    }
    // On paper a mark beside the rows says which are lit.
    let is_done = |action: &&LessonAction| !matches!(action.what, LessonActionKind::Spotlight(_));
    let mut actions = step.actions.iter().filter(is_done).peekable();
    if actions.peek().is_some() {
        text.push_str("```\n");
        for action in actions {
            let _ = writeln!(text, "{}", action.text);
        }
        text.push_str("```\n\n");
    }
    // The table, and what is said of it, would give the answer.
    if step.question.is_some() && !with_answers {
        text.push_str("What the table showed: ______________________________\n");
        return;
    }
    write_table(text, state);
    paragraphs(text, &step.after);
    text.truncate(text.trim_end().len());
    text.push('\n');
}

fn write_question(text: &mut String, state: &State, question: &Question, with_answers: bool) {
    let _ = writeln!(text, "{}\n", state.fills(&question.text));
    for choice in &question.choices {
        let mark = if with_answers && choice.is_marked { 'x' } else { ' ' };
        let _ = writeln!(text, "- [{mark}] {}", state.fills(&choice.text));
    }
    text.push('\n');
}

fn write_table(text: &mut String, state: &State) {
    let rows: Vec<SocketRow> = lesson_rows(state).copied().collect();
    if rows.is_empty() {
        text.push_str("The table is empty.\n\n");
        return;
    }
    let interfaces = &state.sockets.interfaces;
    let widths = NetstatLine::widths(&rows, interfaces);
    let _ = writeln!(text, "```\n{}", NetstatLine::head(widths));
    for row in &rows {
        let owner = state.sockets.owner(row.inode);
        let lit = if state.is_put_forward(row) == Some(true) { "  <- lit" } else { "" };
        let line = format!("{}{lit}", NetstatLine { row, owner, interfaces, widths });
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push_str("```\n\n");
}
