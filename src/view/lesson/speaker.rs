//! What the speaker reads of a lesson, on a terminal that the class does not see.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Phase, SpeakerPage, SpeakerQuestion};
use crate::view::lesson::lines::{MEASURE, STRAYED, indented};
use crate::view::style::glyphs::{self, BLAMED, DOWN, REFUSED, WORKS};
use crate::view::style::theme::Theme;
use crate::view::style::theme::ThemeRole::{self, Dim, Error, Heading, Key, Strong, Text, Warning};
use crate::view::{rect, text};

/// A page of the speaker, and the clock beside it.
#[derive(Clone, Copy, Debug)]
pub struct SpeakerView<'a> {
    /// The page.
    pub page: &'a SpeakerPage,
    /// The local time of day.
    pub time_of_day: Duration,
    /// Since when the lesson is given.
    pub running: Duration,
    /// What else there is to know, at the foot.
    pub foot: &'a str,
    /// How it looks.
    pub theme: Theme,
}

/// A paragraph: its role, the sign before its first line, and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SpeakerText {
    part: ThemeRole,
    sign: String,
    words: String,
}

impl SpeakerText {
    fn new(part: ThemeRole, sign: &str, words: &str) -> SpeakerText {
        SpeakerText { part, sign: sign.to_owned(), words: text::own(words) }
    }
}

/// Draws the page from that line on, and returns the last line that it can begin with.
pub fn draw_for_speaker(frame: &mut Frame<'_>, view: &SpeakerView<'_>, down: usize) -> usize {
    let mut area = frame.area();
    frame.buffer_mut().set_style(area, view.theme.ground());
    let [top, second] = [(); 2].map(|()| rect::take_top(&mut area, 1));
    let foot = rect::take_bottom(&mut area, 1);
    let page = view.page;
    let (part, clock) = clock(view);
    both_sides(frame, view, top, [(Strong, text::own(&page.title)), (part, clock)]);
    let (part, phase) = phase(page);
    let heading = (Strong, format!("{} · {}", place(page), text::own(&page.heading)));
    both_sides(frame, view, second, [heading, (part, phase.to_owned())]);
    let (columns, rows) = (usize::from(area.width).min(MEASURE), usize::from(area.height));
    let spaced = lines(view, columns, true);
    let lines = if spaced.len() <= rows { spaced } else { lines(view, columns, false) };
    let last = lines.len().saturating_sub(rows);
    let shown = lines.into_iter().skip(down.min(last));
    for (row, line) in area.rows().zip(shown) {
        frame.render_widget(line, row);
    }
    let keys = match last {
        0 => String::from("q quit"),
        _ if down < last => format!("{DOWN} more ↑↓  q quit"),
        _ => String::from("↑↓ scroll  q quit"),
    };
    both_sides(frame, view, foot, [(Dim, view.foot.to_owned()), (Key, keys)]);
    if view.theme.is_ascii() {
        glyphs::to_ascii(frame.buffer_mut());
    }
    last
}

/// What is new on a page, in lines without an end, for what is no terminal: the whole step, or its votes and how it went.
pub fn speaker_lines(page: &SpeakerPage, before: &SpeakerPage) -> Vec<String> {
    let step = |page: &SpeakerPage| (page.title.clone(), page.began, page.step);
    let whole = |text: SpeakerText| text.sign + &text.words;
    if step(before) != step(page) {
        let head = format!("{} ({} min)", text::own(&page.title), page.minutes);
        let step = format!("{}: {}", place(page), text::own(&page.heading));
        let texts = texts(page).into_iter().map(whole);
        return [head, step].into_iter().chain(texts).chain([String::new()]).collect();
    }
    let votes = votes(page).filter(|_| before.question != page.question);
    let (_, phase) = phase(page);
    let is_news = phase != self::phase(before).1 && !is_under_way(&page.phase);
    let phase = is_news.then(|| format!("{}: {phase}", place(page)));
    let seen = faults(page).into_iter().map(whole).filter(|_| is_news);
    votes.into_iter().chain(phase).chain(seen).collect()
}

fn is_under_way(phase: &Phase) -> bool {
    match phase {
        Phase::SettingUp | Phase::Doing | Phase::Waiting => true,
        Phase::Asking | Phase::Done | Phase::Failed(_) => false,
    }
}

/// The votes so far in a line, if there are any.
fn votes(page: &SpeakerPage) -> Option<String> {
    let choices = &page.question.as_ref()?.choices;
    let votes = choices.iter().zip('a'..).map(|(choice, letter)| {
        let sign = if choice.is_right { WORKS } else { "" };
        format!("{sign}{letter} {}", choice.votes)
    });
    let any = choices.iter().any(|choice| choice.votes > 0);
    any.then(|| format!("Votes: {}", votes.collect::<Vec<_>>().join(", ")))
}

/// Two texts at both sides of a line; the left one is cut.
fn both_sides(
    frame: &mut Frame<'_>,
    view: &SpeakerView<'_>,
    line: Rect,
    [left, right]: [(ThemeRole, String); 2],
) {
    let room = usize::from(line.width).saturating_sub(text::width(&right.1) + 1);
    let left = Span::styled(text::cut(&left.1, room), view.theme.of(left.0));
    frame.render_widget(left, line);
    let right = Span::styled(right.1, view.theme.of(right.0));
    let right = Line::from(right).right_aligned();
    frame.render_widget(right, line);
}

/// The minutes that are over, of those that are planned, and the time of day.
fn clock(view: &SpeakerView<'_>) -> (ThemeRole, String) {
    let (over, planned) = (view.running.as_secs() / 60, u64::from(view.page.minutes));
    let minutes = view.time_of_day.as_secs() / 60 % (24 * 60);
    let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    match over.checked_sub(planned) {
        Some(late @ 1..) => (Warning, format!("{over} of {planned} min, {late} over  {time}")),
        Some(0) | None => (Strong, format!("{over} of {planned} min  {time}")),
    }
}

fn place(page: &SpeakerPage) -> String {
    let SpeakerPage { step, steps, .. } = page;
    if step > steps { String::from("Last card") } else { format!("Step {step} of {steps}") }
}

fn phase(page: &SpeakerPage) -> (ThemeRole, &'static str) {
    match &page.phase {
        _ if page.step > page.steps => (Dim, ""),
        Phase::SettingUp => (Dim, "setting up"),
        Phase::Asking => (Key, "asking"),
        Phase::Doing => (Dim, "doing"),
        Phase::Waiting => (Dim, "waiting"),
        Phase::Done if page.strayed => (Warning, "no longer as expected"),
        Phase::Done => (Dim, "done"),
        Phase::Failed(_) => (Warning, "not as expected"),
    }
}

/// The lines of the page, with blank ones above its headings if there is room for them.
fn lines(view: &SpeakerView<'_>, columns: usize, is_spaced: bool) -> Vec<Line<'static>> {
    let rows = texts(view.page).into_iter().flat_map(|SpeakerText { part, sign, words }| {
        let words = if view.theme.is_ascii() { text::safe(&words) } else { words };
        let lines = indented(&sign, &words, columns).into_iter();
        let style = view.theme.of(part);
        let line = move |(before, words): (String, String)| Line::styled(before + &words, style);
        let blank = (is_spaced && part == Heading).then(Line::default);
        blank.into_iter().chain(lines.map(line))
    });
    rows.collect()
}

/// What is most needed stands first: a small screen shows no more.
fn texts(page: &SpeakerPage) -> Vec<SpeakerText> {
    let mut texts = faults(page);
    section(&mut texts, "Notes", (Strong, &page.notes));
    if let Some(question) = &page.question {
        ask(&mut texts, question);
    }
    let is_last_card = page.step > page.steps;
    section(&mut texts, "On the screen", (Text, &page.caption));
    section(&mut texts, if is_last_card { "At home" } else { "Then" }, (Text, &page.after));
    section(&mut texts, "Next", (Dim, &page.next));
    texts
}

/// What the table shows in place of what is expected.
fn faults(page: &SpeakerPage) -> Vec<SpeakerText> {
    let (sign, stray) = (format!("{REFUSED} "), format!("{BLAMED} "));
    let seen = if let Phase::Failed(seen) = &page.phase { &seen[..] } else { &[] };
    let seen = seen.iter().map(|(_, words)| SpeakerText::new(Error, &sign, words));
    let strayed = page.strayed.then(|| SpeakerText::new(Warning, &stray, STRAYED));
    seen.chain(strayed).collect()
}

fn section(texts: &mut Vec<SpeakerText>, heading: &str, (part, words): (ThemeRole, &[String])) {
    if !words.is_empty() {
        texts.push(SpeakerText::new(Heading, "", heading));
    }
    texts.extend(words.iter().map(|words| SpeakerText::new(part, "  ", words)));
}

fn ask(texts: &mut Vec<SpeakerText>, question: &SpeakerQuestion) {
    section(texts, "Question", (Strong, std::slice::from_ref(&question.text)));
    let any = question.choices.iter().any(|choice| choice.votes > 0);
    for (choice, letter) in question.choices.iter().zip('a'..) {
        let (part, sign) = if choice.is_right { (Strong, WORKS) } else { (Text, " ") };
        let votes = match choice.votes {
            1 => String::from(": 1 vote"),
            votes if any => format!(": {votes} votes"),
            _ => String::new(),
        };
        let words = format!("{}{votes}", choice.text);
        texts.push(SpeakerText::new(part, &format!("  {sign} {letter}  "), &words));
    }
}
