//! Programs that run to their end: what they said, and how they ended.

use std::process::Command;

use crate::support::program;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("it starts");
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    Ran { code: output.status.code(), out, err }
}

/// Runs fivetuple with these arguments.
pub(crate) fn fivetuple(args: &[&str]) -> Ran {
    ran(program(args).env_remove("FIVETUPLE_PORT").env_remove("FIVETUPLE_THEME"))
}

impl Ran {
    /// Fails unless it ended with that code, and said each of these words.
    #[track_caller]
    pub(crate) fn ends(self, code: i32, words: &[&str]) -> Ran {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for word in words {
            assert!(self.out.contains(word) || self.err.contains(word), "{word:?} in {self:#?}");
        }
        self
    }

    /// The same in one line of standard error.
    #[track_caller]
    pub(crate) fn fails(self, words: &[&str]) -> Ran {
        assert_eq!(self.err.lines().count(), 1, "{self:#?}");
        self.ends(1, words)
    }
}
