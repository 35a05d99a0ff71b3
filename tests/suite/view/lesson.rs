//! A lesson on the screen: the caption, the question, the last card, and the lists of lessons and terms.

mod speaker;

use std::sync::Arc;
use std::time::Duration;

use fivetuple::app::{
    Action, Advice, Choice, Claim, Condition, Expectation, Key, Lesson, LessonAction,
    LessonActionKind, LessonProgress, Phase, Question, Scope, SocketPattern, Step, action_for,
};
use fivetuple::cli::ThemeName;
use fivetuple::view::{ColourDepth, Theme};

use crate::robot::{LISTEN, Robot};
use crate::view::space::{SIZES, pane};
use crate::view::{
    ALL, SMALL, USUAL, WIDE, check, check_mono, paint, screen, shows, shows_not, text_of,
    two_connections,
};

const LARGE: [(u16, u16); 2] = [(160, 50), (200, 60)];

fn act(text: &str, action: Action, count: Option<u32>, options: &[(usize, &str)]) -> LessonAction {
    let options = options.iter().map(|(n, value)| (*n, (*value).to_owned())).collect();
    let what = LessonActionKind::Act { action, on: None, target: None, count, options };
    LessonAction { text: text.to_owned(), line: 1, what }
}

fn choice(text: &str, is_marked: bool) -> Choice {
    let condition = Condition::Count { count: 1, of: SocketPattern::default() };
    let claim = Claim { text: String::new(), line: 1, once: false, condition };
    Choice { text: text.to_owned(), claim, is_marked }
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The caption is as long as one may be: three lines of 80 columns.
pub(crate) fn lesson() -> Lesson {
    let listens = Step {
        heading: String::from("A server listens"),
        caption: words(&["One row: a claim on the port, not a connection."]),
        actions: vec![act("listen backlog 2", Action::Listen, None, &[(3, "2")])],
        expected: Some(Expectation::default()),
        ..Step::default()
    };
    let question = Question {
        text: String::from("What will the LISTEN row do?"),
        choices: vec![
            choice("turn ESTABLISHED: the client occupies the port", false),
            choice("disappear", false),
            choice("stay as it is", true),
        ],
    };
    let connects = Step {
        heading: String::from("Two clients connect"),
        caption: words(&["The laptop and the phone connect to port 5000, one after the other."]),
        after: words(&[
            "Two rows more for each client: its own end, and the server's end of the same connection. Both server ends have \
             port 5000, and so has the LISTEN row, which is unchanged: the port is not used up by a client.",
        ]),
        question: Some(question),
        actions: vec![
            act("connect laptop", Action::Connect, None, &[]),
            act("connect phone 3", Action::Connect, Some(3), &[]),
            act("connect 2 from 6000", Action::Connect, Some(2), &[(2, "6000")]),
        ],
        expected: Some(Expectation::default()),
        ..Step::default()
    };
    let closes = Step {
        heading: String::from("A client closes"),
        caption: words(&["TIME_WAIT is on the side that closed first. Port {port} serves others."]),
        ..Step::default()
    };
    Lesson {
        title: String::from("The port is never hogged"),
        belief: String::from("A connected client occupies the server's port"),
        minutes: 8,
        steps: vec![listens, connects, closes],
        at_home: words(&[
            "Three terminals show the same:",
            "nc -lk 5000\nnc 127.0.0.1 5000\nss -tan '( sport = :5000 or dport = :5000 )'",
        ]),
        ..Lesson::default()
    }
}

/// Two connections, in that step of the lesson, three minutes after it began.
fn giving(at: usize, phase: Phase) -> Robot {
    let mut robot = two_connections();
    let mut progress = LessonProgress::new(Arc::new(lesson()), Some(1));
    progress.began = robot.state.now;
    robot.later(Duration::from_secs(200));
    let done = if phase == Phase::Done { 3 } else { 1 };
    progress.next = Some(String::from("Your port is not 80 too"));
    (progress.at, progress.phase, progress.done) = (at, phase, done);
    robot.state.lesson = Some(progress);
    robot
}

fn voted(phase: Phase) -> Robot {
    let mut robot = giving(1, phase);
    robot.state.lesson.as_mut().unwrap().votes = [12, 3, 20, 0];
    robot
}

fn failed() -> Robot {
    let seen = "Expected laptop ESTABLISHED 16, the table has 15: one to 127.0.0.2:5000 is missing, refused with EADDRNOTAVAIL.";
    giving(1, Phase::Failed(vec![(1, seen.to_owned())]))
}

#[test]
fn a_step_says_what_happens_and_which_key_does_the_same() {
    let mut robot = giving(1, Phase::Doing);
    check("lesson_doing", &mut robot, &ALL);
    shows(
        &mut robot,
        &ALL,
        &["✓ c connect laptop", "▶ 3c connect phone 3", "C from 6000, then 2c"],
    );
    check("lesson_done", &mut voted(Phase::Done), &[SMALL, USUAL, WIDE, LARGE[0], LARGE[1]]);
    check_mono("lesson_done", &mut voted(Phase::Done));
    shows(&mut giving(0, Phase::Done), &ALL, &["L backlog 2", "✓ as expected"]);
    robot.state.lesson.as_mut().unwrap().practice = true;
    shows_not(&mut robot, &ALL, &["c connect laptop"]);
}

#[test]
fn the_question_is_asked_with_the_votes_and_answered_by_word_and_sign() {
    check("lesson_asking", &mut voted(Phase::Asking), &[SMALL, USUAL, WIDE, LARGE[0], LARGE[1]]);
    shows(&mut giving(1, Phase::Asking), &ALL, &["Space shows what the kernel says", "a b c vote"]);
    shows_not(&mut voted(Phase::Asking), &ALL, &["✓", "right", "connect laptop"]);
    shows(&mut voted(Phase::Done), &ALL, &["✓ c  stay as it is  (right)", "✗ b  disappear"]);
}

#[test]
fn a_step_that_failed_says_what_was_seen() {
    check("lesson_failed", &mut failed(), &ALL);
    shows(&mut failed(), &ALL, &["✗ Expected laptop", "Space go on", "r again"]);
    let mut lacking = failed();
    lacking.state.lesson.as_mut().unwrap().lacks = Some(String::from("The lesson needs the lab."));
    shows(&mut lacking, &ALL, &["Space try again"]);
    shows(&mut giving(1, Phase::Waiting), &ALL, &["waiting"]);
    shows(&mut giving(1, Phase::SettingUp), &ALL, &["Setting the step up"]);
}

#[test]
fn a_table_that_no_longer_fits_is_told_in_a_line() {
    let mut robot = giving(1, Phase::Done);
    robot.state.lesson.as_mut().unwrap().strayed = true;
    shows(
        &mut robot,
        &[USUAL, WIDE],
        &["! The table no longer fits this step.", "Space set up again"],
    );
    shows_not(&mut robot, &ALL, &["✓ as expected"]);
}

/// The sixth exercise, with these rows beside LISTEN.
fn exercise(rows: &str) -> Robot {
    let mut robot = Robot::new();
    robot.kernel("");
    robot.ask(Action::GiveExercise(6));
    robot.later(Duration::from_secs(2));
    robot.kernel(&format!("{LISTEN}\n{rows}"));
    robot.later(Duration::from_secs(2));
    robot
}

#[test]
fn an_exercise_says_whose_turn_it_is_what_helps_and_that_it_is_done() {
    let mut robot = exercise("");
    shows(&mut robot, &ALL, &["Exercise 6: ", "not yet", "! hint", "r again"]);
    shows_not(&mut robot, &ALL, &["Hint "]);
    robot.press("! !");
    check("exercise_hint", &mut robot, &ALL);
    shows(&mut robot, &ALL, &["Hint 2 of 3: The client must send its FIN"]);
    let progress = robot.state.lesson.as_mut().unwrap();
    progress.advice = Some(Advice::Broken(String::from("A row is gone. Press r.")));
    shows(&mut robot, &ALL, &["! A row is gone. Press r."]);
    let left = "tcp 1 0 127.0.0.1:5000 127.0.0.2:41000 CLOSE_WAIT inode=21";
    check("exercise_done", &mut exercise(left), &ALL);
    shows(&mut exercise(left), &ALL, &["✓ Done: the table shows it.", "Space next exercise"]);
    let mut asking = giving(1, Phase::Asking);
    asking.state.lesson.as_mut().unwrap().practice = true;
    shows(&mut asking, &ALL, &["Space your turn"]);
}

#[test]
fn the_keys_in_the_frame_do_what_it_says() {
    for (key, action) in [
        (Key::Char(' '), Action::LessonNext),
        (Key::Backspace, Action::LessonBack),
        (Key::Char('r'), Action::LessonRestart),
        (Key::Char('!'), Action::LessonHint),
    ] {
        assert_eq!(action_for(Scope::Lesson, key), Some(action));
    }
    for (place, key) in "abcd".chars().enumerate() {
        assert_eq!(action_for(Scope::Question, Key::Char(key)), Some(Action::Answer(place)));
    }
}

#[test]
fn the_last_card_crosses_out_the_belief() {
    check("lesson_last_card", &mut giving(3, Phase::Done), &[SMALL, USUAL, WIDE, LARGE[0]]);
    shows(
        &mut giving(3, Phase::Done),
        &[SMALL, USUAL, WIDE],
        &[
            "✗ Not so: A connected client occupies",
            "Port 5000",
            "At home",
            "Next: Your port is not 80 too",
        ],
    );
    let mut robot = giving(3, Phase::Done);
    let progress = robot.state.lesson.as_mut().unwrap();
    let program = words(&["    print(5000)\n"; 30]);
    Arc::make_mut(&mut progress.lesson).at_home = program;
    shows(&mut robot, &ALL, &["At home: fivetuple lesson 1 --hand-out"]);
}

#[test]
fn large_type_has_large_captions() {
    let mut robot = giving(0, Phase::Done);
    robot.press("z");
    check("lesson_big", &mut robot, &[SMALL, USUAL, WIDE]);
    let mut robot = voted(Phase::Asking);
    robot.press("z");
    check("lesson_big_asking", &mut robot, &[SMALL, USUAL, WIDE]);
    let mut robot = voted(Phase::Done);
    robot.press("z");
    check("lesson_big_done", &mut robot, &[SMALL, USUAL, WIDE, LARGE[0]]);
}

/// Each picture of a lesson, with the size of its screen.
fn pictures() -> Vec<Robot> {
    let phases = [Phase::SettingUp, Phase::Asking, Phase::Doing, Phase::Waiting, Phase::Done];
    let steps = phases.into_iter().flat_map(|phase| [0, 1, 3].map(|at| (at, phase.clone())));
    let robots = steps.map(|(at, phase)| giving(at, phase)).chain([failed(), voted(Phase::Done)]);
    robots.collect()
}

#[test]
fn a_caption_is_whole_at_every_size_and_covers_no_row() {
    for size in SIZES {
        let text = screen(&mut voted(Phase::Done), size);
        let said = pane(&text, "Lesson").join(" ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_large = text.contains(|c| ('▖'..='▟').contains(&c)) && size.0 >= 150;
        assert!(
            is_large || said.contains("the port is not used up by a client."),
            "{size:?}\n{text}"
        );
        assert!(said.contains("✓ c stay as it is (right)") || is_large, "{size:?}\n{text}");
        let rows = pane(&text, "Sockets");
        let has_listener = rows.iter().any(|row| row.contains("LISTEN"));
        assert!(rows.len() >= 2 && (has_listener || size.1 < 18), "{size:?}\n{text}");
    }
}

#[test]
fn no_picture_of_a_lesson_depends_on_colour_or_on_signs_beyond_ascii() {
    let mono = Theme::new(ThemeName::Mono, ColourDepth::Mono, true);
    for mut robot in pictures() {
        for keys in ["", "z"] {
            robot.press(keys);
            for size in SIZES {
                let (buffer, _) = paint(&mut robot, mono, size);
                assert!(text_of(&buffer).is_ascii(), "{}", text_of(&buffer));
            }
        }
    }
}
