use std::io;

use crate::tcp::in_words;

/// How a subcommand ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It succeeded, or the reader of its output is gone.
    Done,
    /// It failed, and has said why.
    Failed,
    /// It was used wrongly, and has said how.
    WrongUsage,
    /// A signal ended it.
    BySignal(i32),
    /// The program that it ran ended with this exit code.
    WithCode(u8),
}

impl Exit {
    /// The exit code: 0, 1, 2, the program's, or 128 and the signal's number. An error exits with 1.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::WrongUsage => 2,
            Exit::WithCode(code) => code,
            Exit::BySignal(number) => u8::try_from(128 + number).unwrap_or(u8::MAX),
        }
    }

    /// The same of what runs until Ctrl-C, which ends it as intended, as it does ping(8) and tcpdump(8).
    pub(crate) fn until_ctrl_c(self) -> Exit {
        if self == Exit::BySignal(libc::SIGINT) { Exit::Done } else { self }
    }

    /// How the dashboard ended: by what failed first, with a terminal that stays in raw mode, or a capture that is not whole.
    pub(crate) fn of_dashboard(
        ran: anyhow::Result<Exit>,
        restored: io::Result<()>,
        written: anyhow::Result<()>,
    ) -> anyhow::Result<Exit> {
        let restored = restored.map_err(|why| {
            let why = in_words(&why);
            anyhow::anyhow!("cannot take the terminal out of raw mode: {why}. Run stty sane.")
        });
        match (ran, restored) {
            (Ok(Exit::Done), Ok(())) => written.map(|()| Exit::Done),
            (Ok(exit), Ok(())) => Ok(exit),
            (Ok(_), Err(why)) | (Err(why), Ok(())) => Err(why),
            (Err(why), Err(also)) => Err(why.context(also)),
        }
    }
}

/// An error with its causes in one line; a cause that the text ends with already is left out.
pub fn reason(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let words = match cause.downcast_ref::<io::Error>() {
            Some(error) => in_words(error),
            None => cause.to_string(),
        };
        if text.is_empty() {
            text = words;
        } else if !text.ends_with(&words) {
            text.extend([": ", &words]);
        }
    }
    text
}
