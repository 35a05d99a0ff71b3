use std::io;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};

use crate::app::{State, TerminalEvent};
use crate::cli::{ScreenArgs, ThemeName, When};
use crate::run::dashboard::inputs::Input;
use crate::run::dashboard::screen;
use crate::view::{ColourDepth, Theme};

pub(super) fn theme(args: &ScreenArgs) -> Theme {
    Theme::new(args.theme, colours(args.theme, args.color), args.ascii || !is_utf8())
}

/// Whether to ask the terminal for its background: these two would print the question.
fn asks(theme: Theme) -> bool {
    let knows = |term: String| term != "linux" && term != "dumb";
    theme.is_to_be_found() && std::env::var("TERM").is_ok_and(knows)
}

/// The theme for the background that the terminal has told; by then the user may have chosen another.
pub(super) fn on(theme: Theme, background: Option<[u8; 3]>, state: &State) -> Theme {
    let background = background.filter(|_| state.ui.look.theme == 0);
    background.map_or(theme, |background| theme.on(background))
}

/// How long a terminal is waited for that may not answer.
const ANSWER_TIME: Duration = Duration::from_millis(100);

/// Asks the terminal for its background, and returns what arrives until it has answered, so that the first frame has the right colours. A
/// later answer counts, too.
pub(super) async fn find_background(
    theme: Theme,
    inbox: &mut Receiver<Input>,
) -> io::Result<Vec<Input>> {
    if !asks(theme) {
        return Ok(Vec::new());
    }
    screen::ask_background()?;
    let limit = Instant::now() + ANSWER_TIME;
    let mut inputs = Vec::new();
    let is_answer = |input: &Input| matches!(input, Input::Terminal(TerminalEvent::Background(_)));
    while !inputs.last().is_some_and(is_answer)
        && let Ok(Some(input)) = timeout_at(limit, inbox.recv()).await
    {
        inputs.push(input);
    }
    Ok(inputs)
}

/// The colour depth: none with NO_COLOR or --color never, else that of the terminal.
fn colours(theme: ThemeName, when: When) -> ColourDepth {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let unwanted = match when {
        When::Always => false,
        When::Never => true,
        When::Auto => set("NO_COLOR") && !set("CLICOLOR_FORCE"),
    };
    if unwanted || theme == ThemeName::Mono {
        return ColourDepth::Mono;
    }
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let (term, colorterm) = (variable("TERM"), variable("COLORTERM"));
    if colorterm == "truecolor" || colorterm == "24bit" {
        ColourDepth::True
    } else if term.contains("256color") {
        ColourDepth::Ansi256
    } else if term.is_empty() || term == "vt100" || term.starts_with("vt2") {
        ColourDepth::Mono
    } else {
        ColourDepth::Ansi16
    }
}

/// Whether the locale is UTF-8 (locale(7): the first variable that is set decides).
fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
