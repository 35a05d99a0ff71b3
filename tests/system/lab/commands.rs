use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::lab::wait_until;
use crate::ran::{Ran, ran};
use crate::support::again::as_nobody_too_if;
use crate::support::{program, skipped};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fivetuple");

pub(crate) fn lab(words: &[&str]) -> Command {
    program([&["lab"], words].concat())
}

fn run(words: &[&str]) -> Ran {
    ran(&mut lab(words))
}

pub(crate) fn possible() -> bool {
    let Ran { code, err, .. } = run(&["--", "true"]);
    if code != Some(0) {
        skipped(&err);
    }
    code == Some(0)
}

/// The same, where a test runs ip(8) in it.
pub(crate) fn possible_with_ip() -> bool {
    if Command::new("ip").arg("-V").output().is_err() {
        skipped("ip(8) is needed, which Debian has in iproute2");
        return false;
    }
    possible()
}

/// A lab that lasts as long as this does.
struct Running {
    child: Child,
}

impl Running {
    /// Starts `words` in a lab; it has begun when this returns.
    fn start(words: &[&str]) -> Running {
        Running::of(lab(words))
    }

    fn of(mut command: Command) -> Running {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut line = String::new();
        let out = child.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "ready");
        Running { child }
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[test]
fn the_exit_code_is_the_program_s() {
    as_nobody_too_if(possible, || {
        run(&["--", "sh", "-c", "exit 7"]).ends(7, &[]);
        run(&["--", "sh", "-c", "kill -TERM $$"]).ends(128 + 15, &[]);
    });
}

#[test]
fn a_program_that_cannot_be_run_ends_it_as_it_ends_env() {
    as_nobody_too_if(possible, || {
        // Where nobody but root may look, and has nothing to find.
        let place = "/proc/1/root/nowhere";
        let path = std::env::var("PATH").unwrap_or_default();
        let cases = [
            ("no-such-program", 127, "ENOENT"),
            ("/no/such/program", 127, "ENOENT"),
            ("/etc/passwd", 126, "EACCES"),
            ("/", 126, "EACCES"),
        ];
        for (program, code, errno) in cases {
            let tried = ran(lab(&["--", program]).env("PATH", format!("{place}:{path}")));
            tried.ends(code, &[&format!("cannot run {program}"), errno]);
        }
        // What a terminal would obey is escaped, and letters stay.
        run(&["--", "/\u{1b}]0;été\u{7}"]).ends(127, &["cannot run /\\x1b]0;été\\x07: No such"]);
    });
}

#[test]
fn a_program_runs_on_the_computer_that_is_named_as_root_of_it() {
    as_nobody_too_if(possible_with_ip, || {
        for (name, ip) in [("server", "192.168.1.10"), ("laptop", "192.168.1.13")] {
            let said = run(&["--on", name, "--", "ip", "-o", "address"]);
            let said = said.ends(0, &[&format!("{ip}/24")]);
            assert!(!said.out.contains("fe80"), "{said:?}");
        }
        let said = run(&["--", "sh", "-c", "id -u; ip link set eth0 mtu 1400 && echo may"]);
        assert_eq!(said.out, "0\nmay\n");
        run(&["--on", "toaster", "--", "true"]).ends(2, &["server, laptop, phone"]);
    });
}

#[test]
fn another_terminal_joins_and_follows_the_article() {
    as_nobody_too_if(possible, || {
        let running = Running::start(&["--", "sh", "-c", "echo ready; cat"]);
        let pid = running.pid();
        let mut server = lab(&["--join", &pid, "--"])
            .args([env!("CARGO_BIN_EXE_fivetuple"), "listen", "--bind", "0.0.0.0"])
            .args(["--port", "500"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = server.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut line).expect("a line");
        let call =
            [env!("CARGO_BIN_EXE_fivetuple"), "connect", "192.168.1.10:500", "--wait", "1ms"];
        run(&[&["--join", &pid, "--on", "laptop", "--"], &call[..]].concat()).ends(0, &[]);
        let table = run(&["--join", &pid, "--", env!("CARGO_BIN_EXE_fivetuple"), "table"]);
        table.ends(0, &["0.0.0.0:500"]);
        server.kill().expect("kill");
        server.wait().expect("its end");
        let yours = format!(" --join {pid}");
        let no_lab = "process 1 has no fivetuple lab. Your labs: ";
        run(&["--join", "1", "--", "true"]).fails(&[no_lab, &yours]);
        // A process has a smaller number everywhere (proc_sys_kernel(5)).
        let nobody = "4194305";
        run(&["--join", nobody, "--", "true"]).fails(&["there is no process 4194305", &yours]);
    });
}

#[test]
fn files_and_the_host_name_are_those_of_the_computer() {
    as_nobody_too_if(possible, || {
        let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
        let read = "ls /sys/class/net; cat /sys/class/net/eth0/address /proc/sys/kernel/hostname; \
                    grep -c 192.168.1.10 /etc/hosts";
        let said = run(&["--on", "laptop", "--", "sh", "-c", read]);
        if said.err.contains("the program may see /sys and the host name of this machine") {
            return skipped(&said.err);
        }
        assert_eq!(said.out, "eth0\nlo\n02:00:00:00:00:02\nlaptop\n1\n", "{said:?}");
        let after = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
        assert_eq!(after, machine);
    });
}

#[test]
fn a_shell_shows_the_name_of_its_computer() {
    as_nobody_too_if(possible, || {
        let mut shell = assert_cmd::Command::new(PROGRAM);
        shell.args(["lab", "--on", "laptop"]).env("SHELL", "/bin/sh");
        let said = shell.write_stdin("echo \"$PS1\"").output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&said.stdout), "laptop# \n");
        let said = ran(lab(&["--", "env"]).env_remove("PS1"));
        assert!(!said.out.contains("PS1="), "only a shell that nobody named: {said:?}");
    });
}

#[test]
fn where_files_cannot_be_the_computer_s_one_line_says_so() {
    // Neither a plain user nor whoever lacks the privilege may have more mount namespaces.
    let limit = "echo 1 > /proc/sys/user/max_mnt_namespaces && exec \"$@\"";
    let line = ["-Urm", "sh", "-c", limit, "sh", PROGRAM, "lab", "--", "echo", "ran"];
    let said = ran(Command::new("unshare").args(line));
    if said.err.starts_with("unshare:") || said.err.contains("no lab") {
        return skipped(&said.err);
    }
    assert_eq!((said.out.as_str(), said.err.lines().count()), ("ran\n", 1), "{said:?}");
    said.ends(0, &["/sys and the host name of this machine", "unshare(CLONE_NEWNS): ", "ENOSPC"]);
}

/// Runs a program as a user who has no labs but those of one test.
fn as_somebody(words: &[&str]) -> Command {
    let mut setpriv = Command::new("setpriv");
    setpriv.args(["--reuid=61234", "--regid=61234", "--clear-groups", "--"]).args(words);
    setpriv
}

#[test]
fn a_lab_is_joined_by_its_own_user_and_by_nobody_else() {
    let own = [PROGRAM, "lab"];
    let said = ran(&mut as_somebody(&[&own[..], &["--", "true"]].concat()));
    if said.code != Some(0) {
        return skipped(&format!("root is needed to be two users: {said:?}"));
    }
    let run_lab = [&own[..], &["--", "sh", "-c", "echo ready; cat"]].concat();
    let running = Running::of(as_somebody(&run_lab));
    let pid = running.pid();
    let join = [&own[..], &["--join", "--on", "laptop", "--"]].concat();
    let sleep = [&join[..], &["sh", "-c", "echo ready; cat"]].concat();
    let joined = Running::of(as_somebody(&sleep));
    let status = std::fs::read_to_string(format!("/proc/{}/status", joined.pid())).unwrap();
    assert!(status.contains("Uid:\t61234\t61234\t61234\t61234\n"), "{status}");

    // Whoever owns the user namespace could do anything with a program of root's in it.
    let belongs = format!("the lab of process {pid} belongs to user 61234");
    let helps = format!("sudo -u '#61234' fivetuple lab --join {pid}");
    let said = run(&["--join", &pid, "--", "echo", "entered"]).fails(&[&belongs, &helps]);
    assert_eq!(said.out, "");

    let another = Running::of(as_somebody(&run_lab));
    let said = ran(&mut as_somebody(&[&join[..], &["true"]].concat()));
    let words = ["several of your processes have a lab", &pid, &another.pid(), "as in --join"];
    said.fails(&words);
    drop((joined, another, running));
    ran(&mut as_somebody(&[&join[..], &["true"]].concat()))
        .fails(&["no fivetuple of yours has a lab here"]);
}

#[test]
fn what_only_looks_like_a_lab_s_helper_is_not_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("__lab"), "echo ready; read line\n").expect("a script");
    // To open a pipe is to wait for its other end.
    let script = "mkfifo pipe; bash __lab 41<>pipe; true";
    let mut sh = Command::new("bash");
    sh.args(["-c", script]).current_dir(folder.path());
    let running = Running::of(sh);
    let pid = running.pid();
    run(&["--join", &pid, "--", "true"])
        .fails(&[&format!("the lab of process {pid} has no server")]);
}

#[test]
fn ctrl_c_is_for_the_program_and_a_signal_from_elsewhere_is_handed_on() {
    if !possible() {
        return;
    }
    let script = "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut running = Running::start(&["--", "sh", "-c", script]);
    for signal in [Signal::INT, Signal::TERM] {
        kill_process(Pid::from_child(&running.child), signal).unwrap();
    }
    let mut ended = None;
    wait_until("its end", || {
        ended = running.child.try_wait().expect("a child");
        ended.is_some()
    });
    assert_eq!(ended.and_then(|status| status.code()), Some(3));
}
