//! A user who may have few processes, and a process that may have few descriptors.

use std::io::pipe;
use std::process::{Command, Stdio};

use crate::ran::Ran;
use crate::support::skipped;

/// Runs it as a user who has no other processes; a pipe without a reader ends `table --watch` once it prints.
fn limited(limit: &str, line: &[&str]) -> Ran {
    let (_, output) = pipe().unwrap();
    let mut timeout = Command::new("timeout");
    timeout.args(["20", "setpriv", "--reuid=62345", "--regid=62345", "--clear-groups", "prlimit"]);
    timeout.args([limit, env!("CARGO_BIN_EXE_fivetuple")]).args(line);
    let child = timeout.stdout(output).stderr(Stdio::piped()).spawn().unwrap();
    // Only so is the pipe's end given up.
    drop(timeout);
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    Ran { code: output.status.code(), out: String::new(), err }
}

#[test]
fn with_few_processes_or_descriptors_it_works_or_says_what_it_lacks() {
    let tried = limited("--nproc=64", &["table"]);
    if tried.code != Some(0) {
        return skipped(&format!("root, setpriv and prlimit are needed: {tried:?}"));
    }
    let lines: [&[&str]; 3] =
        [&["table", "--watch"], &["listen", "--port", "0"], &["lab", "--", "true"]];
    for line in lines {
        let has_lab = line[0] != "lab" || limited("--nproc=64", line).code == Some(0);
        let processes = [1, 2, 3, 4, 6, 8, 11, 12].map(|most| format!("--nproc={most}"));
        let descriptors = [5, 6, 7, 10, 12, 16, 19, 22].map(|most| format!("--nofile={most}"));
        for limit in processes.iter().chain(&descriptors) {
            let ran = limited(limit, line);
            if ran.code != Some(0) || !has_lab {
                ran.fails(&[]);
            }
        }
        limited("--nproc=5", line).fails(&["this user may have no more processes", "EAGAIN"]);
        limited("--nofile=8", line).fails(&["Too many open files (EMFILE)"]);
    }
}
