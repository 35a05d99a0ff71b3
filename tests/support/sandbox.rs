//! A sandbox that refuses some system calls by their arguments, or never answers them (seccomp(2)): no privilege is needed, and nothing is
//! traced.

use std::thread;

/// One call that is refused inside: where an argument has a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    pub(crate) call: libc::c_long,
    pub(crate) argument: u32,
    pub(crate) value: u32,
    /// 0: the call does not return, as nobody answers it.
    pub(crate) errno: libc::c_int,
}

impl Refused {
    /// socket(2) of one family.
    pub(crate) fn family(family: libc::c_int, errno: libc::c_int) -> Refused {
        Refused {
            call: libc::SYS_socket,
            argument: 0,
            value: u32::try_from(family).expect("a family"),
            errno,
        }
    }
}

/// Runs `body` on a thread that is refused the call, and so is every program that it starts; `None` where there are no sandboxes.
///
/// It lasts as long as the thread, and whatever it started.
pub(crate) fn within<T: Send>(refused: Refused, body: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let inside = scope.spawn(move || install(refused).then(body));
        inside.join().unwrap_or_else(|why| std::panic::resume_unwind(why))
    })
}

/// Where `struct seccomp_data` has the call's number, and the low half of its first argument.
const NUMBER: u32 = 0;
const ARGUMENTS: u32 = if cfg!(target_endian = "little") { 16 } else { 20 };

/// The filter: load the number, compare it, load the argument, compare it, refuse; or else allow.
fn program(refused: Refused) -> [libc::sock_filter; 6] {
    let line = |code: u32, jf, k| libc::sock_filter {
        code: u16::try_from(code).expect("a short code"),
        jt: 0,
        jf,
        k,
    };
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let equal = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    let answer = libc::BPF_RET | libc::BPF_K;
    let number = u32::try_from(refused.call).expect("the number of a call");
    let errno = u32::try_from(refused.errno).expect("an error's number");
    [
        line(load, 0, NUMBER),
        line(equal, 3, number),
        line(load, 0, ARGUMENTS + 8 * refused.argument),
        line(equal, 1, refused.value),
        line(answer, 0, if errno == 0 { NO_ANSWER } else { libc::SECCOMP_RET_ERRNO | errno }),
        line(answer, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

/// The call waits for the program that has the filter's listener; that is this one, which never looks.
const NO_ANSWER: u32 = libc::SECCOMP_RET_USER_NOTIF;

/// Whether this thread is in the sandbox from now on. The listener of a filter is left open, so that its calls go on waiting.
#[expect(unsafe_code, reason = "no crate of ours sets a filter")]
fn install(refused: Refused) -> bool {
    let mut lines = program(refused);
    let filter = libc::sock_fprog {
        len: u16::try_from(lines.len()).expect("a few lines"),
        filter: lines.as_mut_ptr(),
    };
    let (yes, no): (libc::c_ulong, libc::c_ulong) = (1, 0);
    // SAFETY: this option takes numbers only.
    let gave_up_privileges = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, yes, no, no, no) };
    let flags = if refused.errno == 0 { libc::SECCOMP_FILTER_FLAG_NEW_LISTENER } else { no };
    let mode = libc::SECCOMP_SET_MODE_FILTER;
    // SAFETY: the filter and its lines live longer than the call, and the kernel only reads them.
    let done = unsafe { libc::syscall(libc::SYS_seccomp, mode, flags, &raw const filter) };
    gave_up_privileges == 0 && done >= 0
}
