//! The speaker's notes, followed from another process.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::ran::ran;
use crate::support::pty::{self, PATIENCE, Terminal};
use crate::support::{netns, program};

const LESSON: &str = "\
---
title: One port
belief: A port is used up by one connection
minutes: 3
---

# A server
Port 5000 is listened on.
```do
listen
```
> Teacher: Ask who has seen a port.

# A client
What will the LISTEN row do?

- [ ] It goes away `0 LISTEN`
- [x] It stays `1 LISTEN`

```do
connect laptop payload \"\"
```
> Teacher: Let them vote.
";

/// A folder for the sockets of a user, and the lesson in it.
struct Classroom {
    folder: TempDir,
}

impl Classroom {
    fn new() -> Classroom {
        let folder = tempfile::tempdir().unwrap();
        // As the session's folder is (XDG Base Directory Specification).
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        fs::write(folder.path().join("one.md"), LESSON).unwrap();
        Classroom { folder }
    }

    /// A dashboard that gives the lesson from a port on.
    fn dashboard(&self, port: &str) -> Terminal {
        let lesson = self.folder.path().join("one.md");
        let mut command = pty::fivetuple(&["lesson", lesson.to_str().unwrap(), "--port", port]);
        command.env("XDG_RUNTIME_DIR", self.folder.path());
        Terminal::start(command, 100, 30)
    }

    fn sockets(&self) -> PathBuf {
        self.folder.path().join("fivetuple")
    }

    fn socket_of(&self, dashboard: &Terminal) -> PathBuf {
        self.sockets().join(format!("{}.notes", dashboard.pid().as_raw_nonzero()))
    }

    fn follow(&self, args: &[&str]) -> std::process::Command {
        let mut command = program([&["lesson", "--notes"], args].concat());
        command.env("XDG_RUNTIME_DIR", self.folder.path()).env("TMPDIR", self.folder.path());
        command.stdin(Stdio::null());
        command
    }

    fn follower(&self, args: &[&str]) -> Follower {
        Follower::of(self.follow(args).stdout(Stdio::piped()).spawn().unwrap())
    }
}

/// A process that prints the notes.
struct Follower {
    child: Child,
    lines: Receiver<String>,
    said: String,
}

impl Follower {
    fn of(mut child: Child) -> Follower {
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in out.lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        Follower { child, lines, said: String::new() }
    }

    /// Waits for a line with these words.
    #[track_caller]
    fn waits_for(&mut self, words: &str) {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|why| panic!("{words}: {why}\n{}", self.said));
            self.said += &(line.clone() + "\n");
            if line.contains(words) {
                return;
            }
        }
    }

    #[track_caller]
    fn ends_well(&mut self) {
        self.waits_for("The lesson is no longer given.");
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{}", self.said);
    }
}

/// Waits until a dashboard serves its notes.
fn waits_for_notes(classroom: &Classroom, dashboard: &Terminal) -> PathBuf {
    let path = classroom.socket_of(dashboard);
    let what = format!("{}", path.display());
    dashboard.wait_until_seen(&what, PATIENCE, |_| path.exists());
    path
}

#[test]
fn notes_follow_the_lesson_on_a_socket_of_the_users_own_until_it_ends() {
    netns::alone(|| {
        let classroom = Classroom::new();
        let mut dashboard = classroom.dashboard("5000");
        let path = waits_for_notes(&classroom, &dashboard);
        let modes = [&path, &classroom.sockets()].map(|it| it.metadata().unwrap().mode() & 0o777);
        assert_eq!(modes, [0o600, 0o700]);
        // What is said to the dashboard is no question, and a follower that is gone makes room.
        for _ in 0..20 {
            let silent = UnixStream::connect(&path).unwrap();
            let mut first = String::new();
            BufReader::new(&silent).read_line(&mut first).unwrap();
            assert!(first.starts_with("{\"title\":\"One port\""), "{first}");
        }
        let mut notes = classroom.follower(&[]);
        notes.waits_for("Step 1 of 2: A server");
        notes.waits_for("Ask who has seen a port.");
        dashboard.press("Space");
        notes.waits_for("Step 2 of 2: A client");
        notes.waits_for("✓ b  It stays");
        dashboard.type_text("12ab");
        notes.waits_for("Votes: a 12, ✓b 1");
        dashboard.press("Backspace");
        notes.waits_for("Step 1 of 2: A server");
        dashboard.press("Space");
        notes.waits_for("Step 2 of 2: A client");
        dashboard.press("Space");
        notes.waits_for("Step 2 of 2: done");
        dashboard.press("Space");
        notes.waits_for("Last card: The end");
        // A lesson that is left is no longer served, and the dashboard goes on.
        dashboard.press("Esc");
        dashboard.press("Esc");
        notes.ends_well();
        assert!(!path.exists());
        ran(&mut classroom.follow(&[])).fails(&["no dashboard of this user gives a lesson"]);
        dashboard.press("q");
        assert_eq!(dashboard.wait_exit(), 0);
        dashboard.assert_restored();
    });
}

#[test]
fn a_dashboard_that_is_killed_ends_the_notes_and_its_socket_is_removed() {
    netns::alone(|| {
        let classroom = Classroom::new();
        let mut first = classroom.dashboard("5000");
        let left = waits_for_notes(&classroom, &first);
        let mut notes = classroom.follower(&[]);
        notes.waits_for("Step 1 of 2");
        first.signal(Signal::KILL);
        assert_eq!(first.wait_exit(), 128 + 9);
        notes.ends_well();
        assert!(left.exists());
        ran(&mut classroom.follow(&[])).fails(&["no dashboard of this user gives a lesson"]);
        assert!(!left.exists());
        // Of two, the newest is followed, or the one that is named.
        let older = classroom.dashboard("5100");
        waits_for_notes(&classroom, &older);
        let newer = classroom.dashboard("5200");
        waits_for_notes(&classroom, &newer);
        let pids = [&older, &newer].map(|it| it.pid().as_raw_nonzero().to_string());
        ran(&mut classroom.follow(&["1"]))
            .fails(&["process 1 gives no lesson", &format!("--notes {}", pids[0])]);
        for (args, port) in [(&[][..], "5200"), (&[pids[0].as_str()][..], "5100")] {
            let mut notes = classroom.follower(args);
            notes.waits_for(&format!("Port {port} is listened on."));
            // It ends as what runs until Ctrl-C does.
            rustix::process::kill_process(
                rustix::process::Pid::from_child(&notes.child),
                Signal::INT,
            )
            .unwrap();
            assert_eq!(notes.child.wait().unwrap().code(), Some(0));
        }
    });
}

/// Where the session has no folder, one below the folder for temporary files serves; but none that others can enter, or have made.
#[test]
fn a_folder_that_is_not_the_users_own_is_refused() {
    let classroom = Classroom::new();
    let user = rustix::process::geteuid().as_raw();
    let folder = classroom.folder.path().join(format!("fivetuple-{user}"));
    fs::create_dir(&folder).unwrap();
    let planted = UnixListener::bind(folder.join("1.notes")).unwrap();
    let follow = || ran(classroom.follow(&[]).env_remove("XDG_RUNTIME_DIR"));
    fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
    follow().fails(&["cannot look for a dashboard", "can be entered by other users"]);
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    // In a folder of one's own it is asked, and does not answer.
    follow().fails(&["the dashboard of process 1 does not answer: it may be stopped"]);
    drop(planted);
    follow().fails(&["no dashboard of this user gives a lesson"]);
    assert!(is_empty(&folder));
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// The same on a terminal: it is drawn at once, follows, and gives the terminal back.
#[test]
fn notes_on_a_terminal_are_drawn_and_the_terminal_is_restored() {
    netns::alone(|| {
        let classroom = Classroom::new();
        let mut dashboard = classroom.dashboard("5000");
        waits_for_notes(&classroom, &dashboard);
        let start = |size: (u16, u16)| {
            let mut command = pty::fivetuple(&["lesson", "--notes"]);
            command.env("XDG_RUNTIME_DIR", classroom.folder.path());
            Terminal::start(command, size.0, size.1)
        };
        let mut followers = [(40, 12), (80, 24)].map(start);
        for notes in &followers {
            notes.wait_for(r"Step 1 of 2 · A server +done");
            notes.wait_for(r"One port +0 of 3 min  \d\d:\d\d");
        }
        dashboard.press("Space");
        for notes in &followers {
            notes.wait_for("Step 2 of 2 · A client");
        }
        followers[1].resize(60, 18);
        followers[1].wait_for("(?s)Let them vote.*✓ b  It stays");
        for key in ["ctrl-z", "Down", "x", "Esc"] {
            followers[0].press(key);
        }
        followers[0].press("q");
        assert_eq!(followers[0].wait_exit_within(Duration::from_secs(10)), 0);
        dashboard.press("q");
        assert_eq!((dashboard.wait_exit(), followers[1].wait_exit()), (0, 0));
        assert!(followers[1].screen().contains("The lesson is no longer given."));
        followers.iter().for_each(Terminal::assert_restored);
    });
}

/// Followers that read nothing, and one too many, cost the dashboard nothing.
#[test]
fn a_slow_follower_misses_pages_and_slows_nothing() {
    netns::alone(|| {
        let classroom = Classroom::new();
        let long = LESSON.replacen("Let them vote.", &"Let them vote. ".repeat(2000), 1);
        fs::write(classroom.folder.path().join("one.md"), long).unwrap();
        let dashboard = classroom.dashboard("5000");
        let path = waits_for_notes(&classroom, &dashboard);
        let slow: Vec<UnixStream> = (0..7).map(|_| UnixStream::connect(&path).unwrap()).collect();
        let mut notes = classroom.follower(&[]);
        notes.waits_for("Step 1 of 2");
        ran(&mut classroom.follow(&[]))
            .fails(&["does not answer", "as many followers as it takes"]);
        dashboard.press("Space");
        notes.waits_for("Step 2 of 2");
        // Ten pages are more than a socket holds.
        for votes in 1..=30 {
            dashboard.press("a");
            notes.waits_for(&format!("Votes: a {votes}, "));
        }
        let pages = BufReader::new(&slow[0]).lines().map(Result::unwrap);
        let until_newest = pages.take_while(|page| !page.contains("\"votes\":30"));
        assert!(until_newest.count() < 30);
    });
}
