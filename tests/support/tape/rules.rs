//! What vhs would film wrongly without a word.

use std::time::Duration;

use super::{Command, Step, Tape, TapeError};

/// The shortest time after a picture in which vhs surely takes it.
const EXPOSURE: Duration = Duration::from_millis(100);

/// vhs loses prompts into the film, and pictures out of it, unless these rules are kept.
pub(super) fn check_hiding(tape: &Tape) -> Result<(), TapeError> {
    let mut hidden = false;
    for (n, step) in tape.steps.iter().enumerate() {
        let refused = |what: &str| TapeError { line: step.line, what: what.to_owned() };
        match &step.command {
            Command::Hide if n > 0 && !tape.steps[..n].iter().any(is_filmed) => {
                return Err(refused("the first Hide must be the first command after the header"));
            }
            Command::Hide => hidden = true,
            Command::Show => hidden = false,
            Command::Screenshot(_) if hidden => {
                return Err(refused("nothing is filmed here: Show first"));
            }
            Command::Screenshot(_) => {
                let next = tape.steps.get(n + 1).map(|step| &step.command);
                if !matches!(next, Some(Command::Sleep(time)) if *time >= EXPOSURE) {
                    return Err(refused("a Screenshot needs a Sleep of 100ms behind it"));
                }
            }
            Command::Type { .. }
            | Command::Press { .. }
            | Command::Pace(_)
            | Command::Sleep(_)
            | Command::Wait { .. } => {}
        }
    }
    Ok(())
}

fn is_filmed(step: &Step) -> bool {
    matches!(step.command, Command::Show | Command::Sleep(_) | Command::Screenshot(_))
}
