//! The texts of lessons: those of the course, and files.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::app::Lesson;
use crate::app::lesson::{COURSE, LessonFaults, decode, read_at};
use crate::tcp::{Port, legible};

/// The text of a lesson, not read yet, and its number in the course.
pub(super) struct LessonText {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) number: Option<usize>,
}

/// No more of a file is read: the reader refuses it then.
const LONGEST: u64 = 1 << 20;

impl LessonText {
    /// The lesson of that number, or in that file.
    pub(super) fn named(name: &str) -> anyhow::Result<LessonText> {
        let Ok(number) = name.parse::<usize>() else { return LessonText::in_file(name.as_ref()) };
        let place = number.checked_sub(1);
        let lesson = place.and_then(|place| LessonText::of_course().into_iter().nth(place));
        lesson.with_context(|| {
            format!("there is no lesson {number}: the course has 1 to {}", COURSE.len())
        })
    }

    pub(super) fn of_course() -> Vec<LessonText> {
        let lessons = (1..).zip(COURSE).map(|(number, (name, text))| LessonText {
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
            number: Some(number),
        });
        lessons.collect()
    }

    fn in_file(path: &OsStr) -> anyhow::Result<LessonText> {
        let name = legible(path.as_bytes());
        let mut bytes = Vec::new();
        let file = File::open(Path::new(path));
        let read = file.and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
        read.with_context(|| format!("cannot read the lesson {name}"))?;
        Ok(LessonText { name, bytes, number: None })
    }

    /// Reads it, with its ten ports from that one on. Errors are about the text as it is written.
    pub(super) fn read(&self, port: Port) -> Result<Arc<Lesson>, LessonFaults> {
        let text = decode(&self.name, &self.bytes)?;
        read_at(&self.name, text, port).map(Arc::new)
    }
}
