use anyhow::Context;

use crate::app::{Event, Key, TerminalEvent};
use crate::run::dashboard::{Dashboard, job, theme_choice};
use crate::run::signals::is_ignored;
use crate::view::hit;

impl Dashboard {
    pub(super) fn take_from_terminal(&mut self, event: TerminalEvent) -> anyhow::Result<()> {
        match event {
            TerminalEvent::Pressed(Key::Ctrl('z')) => self.suspend()?,
            TerminalEvent::Pressed(key) => self.handle(Event::Pressed(key)),
            TerminalEvent::Pasted(text) => self.handle(Event::Pasted(text)),
            TerminalEvent::Background(found) => {
                self.theme = theme_choice::on(self.theme, found, &self.state);
                self.frames.due = true;
            }
            TerminalEvent::Clicked { x, y } => {
                for action in hit::hit(self.screen.area(), &self.state, &self.scroll, x, y) {
                    self.handle(Event::Requested(action));
                }
            }
            TerminalEvent::Wheel { x, y, down } => {
                for action in hit::wheel(self.screen.area(), &self.state, (x, y), down) {
                    self.handle(Event::Requested(action));
                }
            }
        }
        Ok(())
    }

    pub(super) fn suspend(&mut self) -> anyhow::Result<()> {
        if is_ignored(libc::SIGTSTP) || !job::can_be_continued() {
            self.handle(Event::Pressed(Key::Ctrl('z')));
            return Ok(());
        }
        self.screen.suspend().context("cannot set up the terminal again")?;
        self.frames.due = true;
        Ok(())
    }
}
