use std::any::Any;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus};

use anyhow::Context;
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, kill_process, set_parent_process_death_signal, test_kill_process,
};
use tokio::sync::oneshot;

use crate::cli::LabCommandArgs;
use crate::lab::{JoinableLab, Lab, Wire, see_own_files};
use crate::net::panic_message;
use crate::run::fault::break_on_purpose;
use crate::run::headless::runtime;
use crate::run::{Clock, Exit, complain, signals};
use crate::tcp::{Host, LabRefusal, LabSpec, in_words, legible};

pub(crate) fn lab(args: &LabCommandArgs) -> anyhow::Result<Exit> {
    let command = command_of(args);
    let Some(asked) = args.join else { return lab_of_its_own(args, &command) };
    let lab = lab_to_join(asked)?;
    lab.join(args.on).map_err(|why| not_joined(&lab, args.on, why))?;
    if let Err(why) = see_own_files(args.on) {
        complain(&format!(
            "the program may see /sys and the host name of this machine, not of the lab's computer: {why}"
        ));
    }
    if args.ends_with_parent {
        set_parent_process_death_signal(Some(Signal::HUP)).context("prctl(PR_SET_PDEATHSIG)")?;
    }
    let Some((program, words)) = command.split_first() else { return Ok(Exit::WrongUsage) };
    // Returns only when it fails.
    Ok(not_run(program, Command::new(program).args(words).envs(prompt(args)).exec()))
}

/// The lab of that process, or the only one of this user.
fn lab_to_join(asked: Option<u32>) -> anyhow::Result<JoinableLab> {
    let (mut labs, others): (Vec<_>, Vec<_>) =
        JoinableLab::all().into_iter().partition(JoinableLab::is_ours);
    let pids: Vec<String> = labs.iter().map(|lab| lab.pid.to_string()).collect();
    if let Some(pid) = asked {
        let mut all = labs.into_iter().chain(others);
        // A lab that is being taken down may still be there.
        return all.rfind(|lab| lab.pid == pid).with_context(|| no_such_lab(pid, &pids));
    }
    let lab = labs.pop();
    let lab = lab.context("no fivetuple of yours has a lab here; fivetuple --lab starts one")?;
    let (all, pid) = (pids.join(", "), lab.pid);
    anyhow::ensure!(
        pids.len() == 1,
        "several of your processes have a lab: {all}; name one, as in --join {pid}"
    );
    Ok(lab)
}

fn no_such_lab(asked: u32, own: &[String]) -> String {
    let process = i32::try_from(asked).ok().and_then(Pid::from_raw);
    let is_there = process.is_some_and(|pid| test_kill_process(pid) != Err(Errno::SRCH));
    let wrong = if is_there {
        format!("process {asked} has no fivetuple lab")
    } else {
        format!("there is no process {asked}")
    };
    match own {
        [] => wrong,
        own => format!("{wrong}. Your labs: --join {}.", own.join(", --join ")),
    }
}

fn not_joined(lab: &JoinableLab, host: Host, why: io::Error) -> anyhow::Error {
    let (JoinableLab { pid, owner, .. }, name) = (lab, host.name().unwrap_or_default());
    if !lab.is_ours() {
        return anyhow::anyhow!(
            "the lab of process {pid} belongs to user {owner}; join it as that user: sudo -u '#{owner}' fivetuple lab --join {pid}"
        );
    }
    if why.kind() == ErrorKind::NotFound {
        return anyhow::anyhow!("the lab of process {pid} has no {name}");
    }
    anyhow::Error::from(why).context(format!("cannot join the {name} of process {pid}"))
}

/// Reports why a program cannot be run; the exit code is that of env(1): 127 where there is none, else 126.
fn not_run(program: &OsStr, why: io::Error) -> Exit {
    // execvp(3) returns EACCES for a name it has not found when a directory in PATH may not be searched.
    let is_name = !program.as_bytes().contains(&b'/');
    let is_missing = is_name && why.kind() == ErrorKind::PermissionDenied && !is_in_path(program);
    let why = if is_missing { io::Error::from(Errno::NOENT) } else { why };
    let code = if why.kind() == ErrorKind::NotFound { 127 } else { 126 };
    complain(&format!("cannot run {}: {}", legible(program.as_bytes()), in_words(&why)));
    Exit::WithCode(code)
}

fn is_in_path(name: &OsStr) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|place| place.join(name).is_file())
}

fn command_of(args: &LabCommandArgs) -> Vec<OsString> {
    if !args.command.is_empty() {
        return args.command.clone();
    }
    let shell = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
    vec![shell.unwrap_or_else(|| OsString::from("/bin/sh"))]
}

/// What a shell without settings of its own shows before each line: the name of its computer.
fn prompt(args: &LabCommandArgs) -> Option<(&'static str, String)> {
    let is_shell = args.command.is_empty();
    is_shell.then(|| ("PS1", format!("{}# ", args.on.name().unwrap_or_default())))
}

fn lab_of_its_own(args: &LabCommandArgs, command: &[OsString]) -> anyhow::Result<Exit> {
    let spec = LabSpec::of_clients(args.computers);
    let lab = Lab::start(Path::new(Lab::THIS_PROGRAM), spec).map_err(|why| no_lab(&why))?;
    if let Some(lacks) = lab.limits.lacks() {
        complain(&lacks);
    }
    let runtime = runtime()?;
    let clock = Clock::start();
    let ignore = |_| {
        break_on_purpose("wire");
        Ok(())
    };
    let (panicked, broken) = oneshot::channel();
    let on_panic = move |panic: Box<dyn Any + Send>| drop(panicked.send(panic_message(&*panic)));
    let wire = Wire::start(lab.ends, move || clock.now(), ignore, None, on_panic)
        .context("cannot start the lab's wire")?;
    // Only a process of one thread can enter a lab.
    let mut again = Command::new(Lab::THIS_PROGRAM);
    again
        .args(["lab", "--join", &std::process::id().to_string()])
        .args(["--on", args.on.name().unwrap_or_default()])
        .args(["--ends-with-parent", "--"])
        .args(command)
        .envs(prompt(args));
    let status = runtime.block_on(run_to_end(again, broken))?;
    drop(wire);
    Ok(match (status.code(), status.signal()) {
        (Some(code), _) => Exit::WithCode(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, number) => Exit::BySignal(number.unwrap_or(libc::SIGKILL)),
    })
}

/// Signals of the keyboard reach the program by themselves; others are forwarded. If the wire breaks, it gets SIGTERM.
async fn run_to_end(
    mut command: Command,
    mut broken: oneshot::Receiver<String>,
) -> anyhow::Result<ExitStatus> {
    let mut signals = signals::receive([libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGHUP])
        .context("cannot handle signals")?;
    let mut child = command.spawn().context("cannot start the program")?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let mut ended = tokio::task::spawn_blocking(move || child.wait());
    let mut why_broken = None;
    loop {
        let hand_on = tokio::select! {
            biased;
            status = &mut ended => {
                if let Some(why) = why_broken {
                    anyhow::bail!("the lab's wire failed: {why}");
                }
                return status
                    .map_err(std::io::Error::other)
                    .and_then(|status| status)
                    .context("cannot wait for the program");
            }
            Ok(why) = &mut broken, if why_broken.is_none() => {
                why_broken = Some(why);
                Some(Signal::TERM)
            }
            Some(number) = signals.recv() => match number {
                libc::SIGTERM => Some(Signal::TERM),
                libc::SIGHUP => Some(Signal::HUP),
                _ => None,
            },
        };
        if let (Some(signal), Some(pid)) = (hand_on, pid) {
            // It may just have ended.
            let _ = kill_process(pid, signal);
        }
    }
}

fn no_lab(why: &LabRefusal) -> anyhow::Error {
    let helps = if why.helps.is_empty() { String::new() } else { format!(". {}.", why.helps) };
    anyhow::anyhow!("no lab on this machine: {}: {}{helps}", why.step, why.errno)
}
