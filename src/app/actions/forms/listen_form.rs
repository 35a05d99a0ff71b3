//! The listener's options: what the form asks, the socket call that each value becomes, and how they are applied.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::app::actions::verbs;
use crate::app::model::{LabState, Tone};
use crate::app::ui::form::{YES_NO, option_call};
use crate::app::ui::{Field, Form, Wrong};
use crate::app::{Effect, State, format};
use crate::tcp::{Accepting, Endpoint, ListenSpec, OnData, Port, ServerCloses};

const ADDRESS: usize = 0;
const PORT: usize = 1;
const BACKLOG: usize = 2;
const ACCEPT: usize = 3;
const ON_DATA: usize = 4;
const CLOSES: usize = 5;
const SECONDS: usize = 6;
const REUSE_ADDR: usize = 7;
const REUSE_PORT: usize = 8;
const LISTENERS: usize = 9;
const ONLY_V6: usize = 10;

/// The form with the present options.
#[rustfmt::skip]
pub(crate) fn form(spec: &ListenSpec, lab: &LabState) -> Form {
    let addresses = lab.server().map_or(
        Cow::from("127.0.0.1, ::1: this machine only; 0.0.0.0 or :: means everybody; or one of this machine's"),
        |server| format!("{}: the lab; 127.0.0.1: the server's own computer only; 0.0.0.0: both", server.ip).into(),
    );
    let (closes, seconds) = match spec.closes {
        ServerCloses::WithClient => (0, String::from("5")),
        ServerCloses::After(time) => (1, time.as_secs_f64().to_string()),
        ServerCloses::Never => (2, String::from("5")),
    };
    let mut form = Form::new(vec![
        Field::text("address", spec.at.ip.to_string(), addresses),
        Field::text("port", spec.at.port.0.to_string(), "0 to 65535; 0 lets the kernel choose"),
        Field::text("backlog", spec.backlog.to_string(), "how many may wait for accept(); the kernel lets one more in"),
        Field::choice("accept()", &["at once", "hold"], spec.accepting as usize, "hold: a goes on, A accepts one"),
        Field::choice("when data comes", &["read it", "leave it unread", "echo it"], spec.on_data as usize, "unread data stands in Recv-Q"),
        Field::choice("who closes", &["with the client", "after n seconds", "never"], closes, "never: the server that forgets to close"),
        Field::text("n seconds", seconds, "0 to 86400, counted from accept()"),
        Field::choice("SO_REUSEADDR", &YES_NO, usize::from(spec.reuse_addr), "bind() although an earlier run left TIME_WAIT; needs it on both runs"),
        Field::choice("SO_REUSEPORT", &YES_NO, usize::from(spec.reuse_port), "several sockets listen at one address"),
        Field::text("listeners", spec.listeners.to_string(), "1 to 4; more than one needs SO_REUSEPORT"),
        Field::choice("IPv6 only", &YES_NO, usize::from(spec.only_v6), "with ::, leave IPv4 alone; otherwise both come in (dual stack)"),
    ]);
    show_calls(&mut form);
    form
}

/// Writes beside each field the socket call that its value becomes.
pub(crate) fn show_calls(form: &mut Form) {
    let shown = |field: usize| form.fields[field].shown();
    let pick = |field: usize, calls: &[&str]| {
        calls.get(form.fields[field].chosen()).map_or(String::new(), |call| (*call).to_owned())
    };
    let calls = [
        format!("bind(fd, {}:{})", text_of_address(shown(ADDRESS)), shown(PORT)),
        if shown(PORT) == "0" { "the kernel picks at bind()".to_owned() } else { String::new() },
        format!("listen(fd, {})", shown(BACKLOG)),
        pick(ACCEPT, &["accept(fd) in a loop", "no accept() until told"]),
        pick(ON_DATA, &["read(fd)", "no call", "read(fd), write(fd)"]),
        pick(CLOSES, &["close(fd) after read() = 0", "close(fd) after that time", "no close(fd)"]),
        String::new(),
        option_call("SO_REUSEADDR", form.is_yes(REUSE_ADDR)),
        option_call("SO_REUSEPORT", form.is_yes(REUSE_PORT)),
        format!("socket(), bind(), listen(): {}", format::times(shown(LISTENERS))),
        if shown(ADDRESS).contains(':') {
            option_call("IPV6_V6ONLY", form.is_yes(ONLY_V6))
        } else {
            "for IPv6 addresses".to_owned()
        },
    ];
    for (field, call) in form.fields.iter_mut().zip(calls) {
        field.call = call;
    }
}

/// What is typed as an address, as it stands in front of a port.
fn text_of_address(typed: &str) -> String {
    if typed.contains(':') { format!("[{typed}]") } else { typed.to_owned() }
}

/// Takes the form's values and listens; while it listens they count from the next time on.
///
/// # Errors
/// What is wrong, and in which field.
pub(crate) fn apply(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let spec = read(state.server.spec.host, form)?;
    state.server.spec = spec.clone();
    if !state.server.will_listen() {
        return Ok(verbs::start_listening(state, spec));
    }
    let text =
        "these options count from the next time on: l stops listening, l again listens with them.";
    state.notices.say(state.now, Tone::Plain, text);
    Ok(vec![])
}

fn read(host: crate::tcp::Host, form: &Form) -> Result<ListenSpec, Wrong> {
    let wrong_address =
        || Wrong::new(ADDRESS, "an address is written like 127.0.0.1, 0.0.0.0, ::1 or ::");
    let ip: IpAddr = form.fields[ADDRESS].shown().trim().parse().map_err(|_| wrong_address())?;
    let port = form.number(PORT, 0..=65535, "the port is a number from 0 to 65535")?;
    let closes = match form.fields[CLOSES].chosen() {
        0 => ServerCloses::WithClient,
        1 => ServerCloses::After(form.seconds(SECONDS)?),
        _ => ServerCloses::Never,
    };
    let listeners = form.number(LISTENERS, 1..=4, "1 to 4 listening sockets")?;
    if listeners > 1 && !form.is_yes(REUSE_PORT) {
        return Err(Wrong::new(
            REUSE_PORT,
            "several listeners at one address need SO_REUSEPORT: yes",
        ));
    }
    Ok(ListenSpec {
        host,
        at: Endpoint { ip, port: Port(u16::try_from(port).unwrap_or(0)) },
        backlog: form.number(BACKLOG, 0..=65535, "the backlog is a number from 0 to 65535")?,
        accepting: if form.is_yes(ACCEPT) { Accepting::Held } else { Accepting::AtOnce },
        on_data: [OnData::Read, OnData::LeaveUnread, OnData::Echo]
            [form.fields[ON_DATA].chosen().min(2)],
        closes,
        reuse_addr: form.is_yes(REUSE_ADDR),
        reuse_port: form.is_yes(REUSE_PORT),
        listeners: u8::try_from(listeners).unwrap_or(1),
        only_v6: form.is_yes(ONLY_V6),
    })
}
