//! What the speaker reads in a terminal of their own.

use std::time::Duration;

use fivetuple::app::{Phase, SpeakerChoice, SpeakerPage, SpeakerQuestion};
use fivetuple::cli::ThemeName;
use fivetuple::view::{ColourDepth, SpeakerView, Theme, draw_for_speaker, speaker_lines};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::view::{DARK, text_of};

const SIZES: [(u16, u16); 4] = [(40, 12), (60, 18), (80, 24), (200, 60)];

fn choice(text: &str, is_right: bool, votes: u32) -> SpeakerChoice {
    SpeakerChoice { text: text.to_owned(), is_right, votes }
}

/// The third step of a lesson, six minutes after it began.
fn asking() -> SpeakerPage {
    let words = |words: &str| vec![words.to_owned()];
    SpeakerPage {
        title: String::from("1: The port is never hogged"),
        minutes: 8,
        step: 3,
        steps: 9,
        phase: Phase::Asking,
        heading: String::from("A client connects"),
        caption: words("The laptop is about to connect to port 5000."),
        after: words(
            "The LISTEN row is unchanged. Two rows are new, and both belong to one and the same connection.",
        ),
        notes: words(
            "Let the class vote before you press the key. Many choose the first answer: it is the picture that most drawings give.",
        ),
        question: Some(SpeakerQuestion {
            text: String::from("What will the LISTEN row do?"),
            choices: vec![
                choice("It turns into ESTABLISHED, as the port is taken now", false, 12),
                choice("It stays, and other rows appear", true, 1),
                choice("It disappears", false, 0),
            ],
        }),
        next: vec![
            String::from("One connection has two ends"),
            String::from("Each row is one end."),
        ],
        ..SpeakerPage::default()
    }
}

/// The screen, and the last line that it can begin with.
fn drawn(
    page: &SpeakerPage,
    (size, minutes, down): ((u16, u16), u64, usize),
    theme: Theme,
) -> (String, usize) {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    let view = SpeakerView {
        page,
        time_of_day: Duration::from_secs((9 * 60 + 5) * 60 + 59),
        running: Duration::from_secs(minutes * 60 + 59),
        foot: "others: --notes 4711",
        theme,
    };
    let mut last = 0;
    terminal.draw(|frame| last = draw_for_speaker(frame, &view, down)).unwrap();
    (text_of(terminal.backend().buffer()), last)
}

#[test]
fn the_speaker_reads_notes_answer_votes_next_step_and_clock_at_any_size() {
    for size in SIZES {
        let (screen, last) = drawn(&asking(), (size, 6, 0), DARK);
        insta::assert_snapshot!(format!("speaker_{}x{}", size.0, size.1), screen);
        // What has no room is reached, and there is nothing behind the end.
        let words = ["Let the class vote", "✓ b  It stays", "12 votes", "Next", "Each row"];
        let screens: String =
            (0..=last + 1).map(|down| drawn(&asking(), (size, 6, down), DARK).0).collect();
        for words in words {
            assert!(screens.contains(words), "{words} {size:?}:\n{screens}");
        }
        let end = |down| drawn(&asking(), (size, 6, down), DARK).0;
        assert_eq!(end(last), end(usize::MAX));
        assert!(!end(last).contains("more"), "{}", end(last));
    }
    for size in [(1, 1), (3, 2), (39, 3)] {
        drawn(&asking(), (size, 6, 5), DARK);
    }
}

#[test]
fn minutes_beyond_the_plan_are_named() {
    let clock = |minutes| {
        let screen = drawn(&asking(), ((80, 24), minutes, 0), DARK).0;
        screen.lines().next().unwrap().rsplit_once("hogged").unwrap().1.trim().to_owned()
    };
    assert_eq!(
        [6, 8, 10].map(clock),
        ["6 of 8 min  09:05", "8 of 8 min  09:05", "10 of 8 min, 2 over  09:05"]
    );
}

#[test]
fn what_a_lesson_says_never_reaches_the_terminal_raw() {
    let evil = "a\x1b[2J\u{9b}31m\u{202e}b\r\n\u{7}";
    let mut page = asking();
    let question = page.question.as_mut().unwrap();
    let choices = question.choices.iter_mut().map(|choice| &mut choice.text);
    let texts = choices.chain([&mut question.text, &mut page.title, &mut page.heading]);
    for text in texts {
        evil.clone_into(text);
    }
    let lists = [&mut page.caption, &mut page.after, &mut page.notes, &mut page.next];
    for texts in lists {
        *texts = vec![evil.to_owned()];
    }
    page.phase = Phase::Failed(vec![(1, evil.to_owned())]);
    let mono = Theme::new(ThemeName::Mono, ColourDepth::Mono, true);
    let (screen, _) = drawn(&page, ((200, 60), 6, 0), DARK);
    let (ascii, _) = drawn(&page, ((200, 60), 6, 0), mono);
    let printed = speaker_lines(&page, &SpeakerPage::default());
    for text in [&screen, &ascii, &printed.join("\n")] {
        let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(raw), "{text:?}");
        assert!(text.contains(r"a\x1b[2J"), "{text}");
        // Title, heading, question, three choices, four lists, the failure.
        assert_eq!(text.matches(r"\x07").count(), 11, "{text}");
    }
    assert!(ascii.is_ascii(), "{ascii}");
    assert!(printed.iter().all(|line| !line.contains('\n')));
}

/// Without a terminal, a step is printed whole once, then what changes.
#[test]
fn without_a_terminal_only_what_is_new_is_printed() {
    let first = asking();
    let whole = speaker_lines(&first, &SpeakerPage::default());
    assert_eq!(
        whole[..3],
        ["1: The port is never hogged (8 min)", "Step 3 of 9: A client connects", "Notes"]
    );
    assert!(speaker_lines(&first, &first).is_empty());
    let mut voted = first.clone();
    voted.question.as_mut().unwrap().choices[2].votes = 3;
    assert_eq!(speaker_lines(&voted, &first), ["Votes: a 12, ✓b 1, c 3"]);
    let then = |phase, strayed| SpeakerPage { phase, strayed, ..voted.clone() };
    let (doing, done) = (then(Phase::Doing, false), then(Phase::Done, false));
    assert!(speaker_lines(&doing, &voted).is_empty());
    assert_eq!(speaker_lines(&done, &doing), ["Step 3 of 9: done"]);
    let failed = then(Phase::Failed(vec![(1, String::from("There is no such row."))]), false);
    let words = ["Step 3 of 9: not as expected", "✗ There is no such row."];
    assert_eq!(speaker_lines(&failed, &doing), words);
    let strayed = speaker_lines(&then(Phase::Done, true), &done);
    assert_eq!(strayed[0], "Step 3 of 9: no longer as expected");
}
