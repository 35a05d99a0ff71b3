//! Lessons without a screen: played on real sockets, and compared with the kernel's table.

use std::fs;
use std::process::{Command, Stdio};

use fivetuple::app::lesson::{COURSE, read};
use regex::Regex;

use crate::ran::{Ran, fivetuple, ran};
use crate::support::{netns, program, skipped};

/// Three steps and a question, on two ports.
const LESSON: &str = "\
---
title: One port, two rows
belief: A port is used up by one connection
minutes: 3
---

# A server
Port 5000 is listened on.
```do
listen
```
```expect
tcp 127.0.0.1:5000 * LISTEN
```

# A client
What will the LISTEN row do?

- [ ] It goes away `0 LISTEN`
- [x] It stays `1 LISTEN`

```do
connect laptop payload \"\"
```
```expect
tcp 127.0.0.1:5000 * LISTEN
tcp 127.0.0.1:5000 laptop ESTABLISHED Recv-Q 0
tcp laptop 127.0.0.1:5000 ESTABLISHED
```
Two rows are one connection, and {laptop.port} is the laptop's port.

# Twice
```do
add a listener on 127.0.0.1:5000
```
```expect
...
1 LISTEN
refused EADDRINUSE
```

# The server closes first
```do
close at server laptop
stop listening
spotlight TIME_WAIT
```
```expect
tcp 127.0.0.1:5000 laptop TIME_WAIT
```

# At home
`ss -tan`
";

/// A file of this test's own folder.
fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn check(args: &[&str]) -> Ran {
    ran(program([&["lesson", "--check"], args].concat()).stdin(Stdio::null()))
}

#[test]
fn a_lesson_is_checked_against_the_kernels_table_and_again_at_once() {
    netns::alone(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = written(&folder, "mine.md", LESSON);
        // The second run finds the server's port in TIME_WAIT, where nothing could listen.
        let time = Regex::new(r"\d+ ms").unwrap();
        for _ in 0..2 {
            let Ran { code, out, err } = check(&[&path]);
            let out = time.replace_all(&out, "N ms").into_owned();
            let steps = "  ok 1 A server  N ms\n  ok 2 A client  N ms\n  ok 3 Twice  N ms\n  ok 4 The server closes first  N ms\n";
            assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
            assert_eq!(out, format!("{path} One port, two rows\n{steps}"));
        }
        let rows = ran(program(["table", "--port", "5000"]).stdin(Stdio::null())).out;
        assert!(rows.contains("TIME_WAIT"), "its ports were those of the text: {rows}");
    });
}

/// A wrong claim, a wrong answer, and a fact that is none: each is found where it is written.
#[test]
fn what_is_wrong_in_a_lesson_is_found_at_its_line() {
    netns::alone(|| {
        let folder = tempfile::tempdir().unwrap();
        let wrong = [
            ("laptop 127.0.0.1:5000 ESTABLISHED", "laptop 127.0.0.1:5000 CLOSE_WAIT", "Expected"),
            ("`0 LISTEN`", "`3 rows on :5000`", "Answer b is marked as right"),
            ("refused EADDRINUSE", "refused EACCES", "Expected refused EACCES"),
            ("laptop TIME_WAIT", "phone TIME_WAIT", "no such row"),
        ];
        let runs = wrong.iter().zip(6100..).map(|((right, wrong, words), n)| {
            let text = LESSON.replacen(right, wrong, 1);
            assert_ne!(text, LESSON);
            let path = written(&folder, &format!("{n}.md"), &text);
            let line = 1 + text.lines().position(|line| line.contains(wrong)).unwrap();
            let port = (6100 + (n - 6100) * 10).to_string();
            let mut command = program(["lesson", "--port", &port, "--check", &path]);
            let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
            (child, format!("{path}:{line}: "), *words)
        });
        for (child, place, words) in runs.collect::<Vec<_>>() {
            let output = child.wait_with_output().unwrap();
            let out = String::from_utf8(output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(1), "{out}");
            let is_it = |line: &str| line.contains(words);
            assert!(out.lines().any(is_it), "{words}: {out}");
            // Of the wrong answer the line of the marked one is named.
            let is_named = out.contains(&place) || words.starts_with("Answer");
            assert!(is_named && out.contains("  failed "), "{place}: {out}");
        }
    });
}

#[test]
fn a_file_that_is_no_lesson_is_refused_as_a_compiler_would_and_the_rest_is_checked() {
    netns::alone(|| {
        let folder = tempfile::tempdir().unwrap();
        let broken = written(&folder, "broken.md", &LESSON.replacen("listen\n", "lisen\n", 1));
        let right = written(&folder, "right.md", LESSON);
        let checked = check(&[&broken, &right]);
        checked.ends(1, &["unknown action `lisen`", "did you mean `listen`?", "  ok 4 "]);
    });
    fivetuple(&["lesson", "/nothing/there.md"]).fails(&["cannot read the lesson", "ENOENT"]);
    fivetuple(&["lesson", "0"]).fails(&["there is no lesson 0"]);
    fivetuple(&["lesson"]).ends(0, &["1  The port is never hogged", "A connected client occupies"]);
}

#[test]
fn a_hand_out_has_the_tables_of_this_machine_and_blanks_for_the_answers() {
    netns::alone(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = written(&folder, "mine.md", LESSON);
        let blank = fivetuple(&["lesson", &path, "--hand-out"]).ends(0, &["# One port, two rows"]);
        assert!(blank.out.contains("- [ ] It stays\n") && !blank.out.contains("[x]"), "{blank:?}");
        assert!(!blank.out.contains("Two rows are one"), "this gives the answer: {blank:?}");
        let full = fivetuple(&["lesson", &path, "--hand-out", "--with-answers"]).out;
        let port = Regex::new(r"connection, and (\d+) is the laptop's port").unwrap();
        let port = &port.captures(&full).unwrap_or_else(|| panic!("{full}"))[1];
        assert!(full.contains(&format!("127.0.0.2:{port}")) && full.contains("[x] It stays"));
        assert!(full.ends_with("## At home\n\nss -tan\n"), "{full}");
        let lit: Vec<&str> = full.lines().filter(|line| line.ends_with("  <- lit")).collect();
        assert!(matches!(lit[..], [line] if line.contains("TIME_WAIT")), "{full}");
        assert!(!full.contains("spotlight"), "it lights nothing on paper: {full}");
    });
}

#[test]
fn where_there_is_no_lab_its_lessons_are_skipped_with_the_reason() {
    // In a user namespace of its own the limit is nobody else's.
    let line = "echo 0 >/proc/sys/user/max_user_namespaces && echo 0 >/proc/sys/user/max_net_namespaces && exec \"$0\" lesson --check 13";
    let mut command = Command::new("unshare");
    command.args(["-Ur", "sh", "-c", line, env!("CARGO_BIN_EXE_fivetuple")]);
    let Ran { code, out, err } = ran(command.stdin(Stdio::null()));
    if !out.starts_with("13 ") {
        return skipped(&err);
    }
    let is_skipped = out.contains("\n  skipped: The lesson needs the lab. ");
    assert!(code == Some(0) && is_skipped && !out.contains("  failed "), "{code:?} {out}{err}");
}

/// The lesson with another answer of its first question marked as right, and the line of that claim.
fn with_another_answer(name: &str, text: &str) -> (String, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let right = lines.iter().position(|line| line.starts_with("- [x]")).expect(name);
    let is_wrong = |place: &usize| lines[*place].starts_with("- [ ]");
    let near = (right + 1..right + 4).find(is_wrong);
    let wrong = near.or_else(|| (0..right).rev().find(is_wrong)).expect(name);
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    lines[right].replace_range(3..4, " ");
    lines[wrong].replace_range(3..4, "x");
    let text = lines.join("\n") + "\n";
    let lesson = read(name, &text).unwrap_or_else(|faults| panic!("{faults}"));
    let mut questions = lesson.steps.iter().filter_map(|step| step.question.as_ref());
    let marked = questions.next().and_then(|asked| asked.choices.iter().find(|it| it.is_marked));
    let line = marked.expect(name).claim.line;
    (text, line)
}

#[test]
fn every_lesson_of_the_course_is_right_and_with_another_answer_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut runs = Vec::new();
    let fivetuple = env!("CARGO_BIN_EXE_fivetuple");
    for (name, text) in COURSE {
        let (text, line) = with_another_answer(name, text);
        let path = written(&folder, name, &text);
        let Some(mut command) = netns::network_of_its_own() else { return };
        command.args([fivetuple, "lesson", "--check", &path]).stdin(Stdio::null());
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        runs.push((child, format!("{path}:{line}: Answer ")));
    }
    let Some(mut course) = netns::network_of_its_own() else { return };
    course.args([fivetuple, "lesson", "--check", "all"]).stdin(Stdio::null());
    let Ran { code, out, .. } = ran(&mut course);
    assert_eq!(code, Some(0), "{out}");
    for (child, place) in runs {
        let output = child.wait_with_output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let is_found = output.status.code() == Some(1) && out.contains(&place);
        assert!(is_found || out.contains("  skipped: "), "{place}: {out}");
    }
}
