//! The speaker's view on a terminal.

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::mpsc::{Receiver, channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Key, SpeakerPage, TerminalEvent};
use crate::cli::ScreenArgs;
use crate::run::dashboard::inputs::{self, Input};
use crate::run::dashboard::notes::OVER;
use crate::run::dashboard::screen::{self, Screen, exit_later};
use crate::run::dashboard::{job, keyboard, theme_choice};
use crate::run::signals::is_ignored;
use crate::run::time_zone::time_of_day;
use crate::run::{Clock, Exit, Output};
use crate::view::{SpeakerView, Theme, draw_for_speaker};

const QUEUE: usize = 64;
/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(1);

type Pages = Receiver<anyhow::Result<SpeakerPage>>;

struct NotesScreen {
    screen: Screen,
    clock: Clock,
    started: Duration,
    theme: Theme,
    page: SpeakerPage,
    foot: String,
    down: usize,
    last: usize,
    ended: Option<Exit>,
}

/// Shows the pages as they come, until the user quits or there are no more.
pub(super) async fn show(
    args: &ScreenArgs,
    (page, mut pages): (SpeakerPage, Pages),
    foot: &str,
) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let (started, _) = time_of_day(clock.epoch());
    let (inbox, mut inputs) = channel(QUEUE);
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    inputs::listen_to_signals(&tasks, &stop, &inbox).context("cannot handle signals")?;
    let screen = Screen::enter(false).context("cannot set up the terminal")?;
    keyboard::listen(inbox.clone()).context("cannot read the terminal")?;
    inputs::watch_for_hangup(inbox).context("cannot watch the terminal")?;
    let theme = theme_choice::theme(args);
    let foot = foot.to_owned();
    let (down, last, ended) = (0, 0, None);
    let mut shown = NotesScreen { screen, clock, started, theme, page, foot, down, last, ended };
    let result = shown.run(&mut inputs, &mut pages).await;
    exit_later(result.as_ref().map_or(1, |ended| ended.code().into()));
    let restored = screen::leave();
    drop(shown);
    if matches!(result, Ok(Exit::BySignal(libc::SIGHUP))) || screen::is_gone() {
        return Ok(Exit::BySignal(libc::SIGHUP));
    }
    if pages.is_closed() && pages.is_empty() {
        let _ = writeln!(Output::stdout(), "{OVER}");
    }
    Exit::of_dashboard(result, restored, Ok(()))
}

impl NotesScreen {
    async fn run(
        &mut self,
        inputs: &mut Receiver<Input>,
        pages: &mut Pages,
    ) -> anyhow::Result<Exit> {
        for input in theme_choice::find_background(self.theme, inputs).await? {
            self.take(input)?;
        }
        let mut is_due = true;
        while self.ended.is_none() {
            if is_due && self.screen.is_ready() {
                self.draw()?;
                is_due = false;
            }
            tokio::select! {
                biased;
                input = inputs.recv() => match input {
                    Some(input) => self.take(input)?,
                    None => return Ok(Exit::Done),
                },
                page = pages.recv() => match page.transpose()? {
                    Some(page) => self.turn(page),
                    None => return Ok(Exit::Done),
                },
                () = self.screen.ready(), if is_due => (),
                () = tokio::time::sleep(TICK) => (),
            }
            is_due = true;
        }
        Ok(self.ended.take().unwrap_or(Exit::Done))
    }

    fn turn(&mut self, page: SpeakerPage) {
        if page.step != self.page.step {
            self.down = 0;
        }
        self.page = page;
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let now = self.clock.now().since_start();
        let began = Duration::from_secs(self.page.began);
        let view = SpeakerView {
            page: &self.page,
            time_of_day: self.started + now,
            running: (self.clock.epoch() + now).saturating_sub(began),
            foot: &self.foot,
            theme: self.theme,
        };
        let (down, mut last) = (self.down, 0);
        let draw = self.screen.draw(|frame| last = draw_for_speaker(frame, &view, down));
        draw.context("cannot draw")?;
        (self.down, self.last) = (down.min(last), last);
        Ok(())
    }

    fn take(&mut self, input: Input) -> anyhow::Result<()> {
        match input {
            Input::Terminal(TerminalEvent::Pressed(key)) => self.press(key)?,
            Input::Terminal(TerminalEvent::Background(Some(found))) => {
                self.theme = self.theme.on(found);
            }
            Input::Unreadable(why) => return Err(why).context("cannot read the terminal"),
            Input::Resized => self.screen.repaint()?,
            Input::Suspend => self.suspend()?,
            Input::Continued => self.screen.resume()?,
            Input::Signal(number) => self.ended = Some(Exit::BySignal(number)),
            Input::HungUp => self.ended = Some(Exit::BySignal(libc::SIGHUP)),
            Input::Terminal(_) | Input::Event(_) => (),
        }
        Ok(())
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing")]
    fn press(&mut self, key: Key) -> anyhow::Result<()> {
        match key {
            Key::Char('q') | Key::Ctrl('c') => self.ended = Some(Exit::Done),
            Key::Ctrl('z') => self.suspend()?,
            Key::Down => self.down = self.last.min(self.down + 1),
            Key::Up => self.down = self.down.saturating_sub(1),
            _ => (),
        }
        Ok(())
    }

    fn suspend(&mut self) -> anyhow::Result<()> {
        if is_ignored(libc::SIGTSTP) || !job::can_be_continued() {
            return Ok(());
        }
        self.screen.suspend().context("cannot set up the terminal again")
    }
}
