//! The form of the port range that one computer of the lab is to use up.

use crate::app::actions::forms::declared::{self, FieldSpec};
use crate::app::actions::lab;
use crate::app::model::UsingUp;
use crate::app::query::port_supply::left;
use crate::app::{Effect, Form, FormKind, LabState, Overlay, State, Value, Wrong, format};
use crate::tcp::{HostLimits, Port, PortRange};

pub(super) const FIELDS: &[FieldSpec<PortRange>] = &[FieldSpec {
    group: "Range",
    label: "Ports",
    help: "low-high, within 1024-65535; restarts the lab if its range differs",
    value: |range| Value::text(range.to_string()),
    call: |typed, _, state| {
        typed.parse().map_or_else(
            |_| String::new(),
            |range: PortRange| {
                let ports = format::number(range.len() as u64);
                let limit = format::number(state.machine.descriptors);
                format!("they need {ports} of {limit} descriptors")
            },
        )
    },
    apply: |typed, state, range| {
        *range = typed.parse()?;
        if range.low < WHOLE.low || range.len() < 2 {
            return Err("Enter at least 2 ports, from 1024 to 65535.".to_owned());
        }
        why_not(state, *range).map_or(Ok(()), Err)
    },
}];

const OTHERS: u64 = 512;

/// The largest range that a program without privileges can use.
const WHOLE: PortRange = PortRange { low: Port(1024), high: Port(65_535) };

pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    if !state.lab.is_up() {
        return state.only_say("ports-need-lab");
    }
    state.ui.overlay = Some(Overlay::Form(FormKind::Ports, form(state)));
    vec![]
}

pub(crate) fn form(state: &State) -> Form {
    let range = state.lab.unusual_range().unwrap_or_else(|| largest(room(state)));
    declared::form(FIELDS, &range, state)
}

/// The most connections: each takes one descriptor, and the server none, as it does not accept.
fn room(state: &State) -> u64 {
    descriptors(state).min(state.machine.somaxconn.map_or(u64::MAX, u64::from))
}

fn descriptors(state: &State) -> u64 {
    let kept = HostLimits::RESERVED_DESCRIPTORS + LabState::DESCRIPTORS + OTHERS;
    state.machine.descriptors.saturating_sub(kept)
}

/// The largest range with at most so many ports, at the upper end of the kernel's own.
fn largest(ports: u64) -> PortRange {
    let fits = |range: &PortRange| range.len() as u64 <= ports;
    let all = [WHOLE, PortRange::DEFAULT].into_iter().find(fits);
    all.unwrap_or_else(|| {
        let ports = u16::try_from(ports.max(2)).unwrap_or(2);
        PortRange { low: Port(PortRange::DEFAULT.high.0 - ports + 1), ..PortRange::DEFAULT }
    })
}

/// Has the selected computer use the range up, once the lab has it.
pub(super) fn apply(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let range = declared::read(FIELDS, form, state, WHOLE)?;
    let caller = state.clients.computer().host;
    let plan = Some(UsingUp { range, caller });
    if state.machine.ephemeral == range {
        state.lab.plan = plan;
        return Ok(lab::use_up_ports(state));
    }
    let effects = lab::toggle(state);
    state.lab.plan = plan;
    Ok(effects)
}

fn why_not(state: &State, range: PortRange) -> Option<String> {
    let machine = &state.machine;
    if let Some((file, errno)) = &state.lab.unset
        && machine.ephemeral != range
    {
        return Some(format!(
            "The lab's computers keep {}: cannot write {file}: {errno}. C has toy ranges for single sockets.",
            machine.ephemeral
        ));
    }
    let ports = format::number(range.len() as u64);
    let fits = largest(room(state));
    if range.len() as u64 > descriptors(state) {
        let limit = format::number(machine.descriptors);
        return Some(format!(
            "{ports} connections need {ports} descriptors; this program may open {limit}. {fits} would fit."
        ));
    }
    let (calls, held, waiting) = if machine.ephemeral == range {
        let held = state.ends.len();
        let waiting = u64::from(state.waiting_for_accept());
        (left(state, range) as u64, held as u64, waiting)
    } else {
        // Nothing of what is open outlives the lab.
        (range.len() as u64, 0, 0)
    };
    if calls + held > descriptors(state) {
        let [limit, calls, held] = [machine.descriptors, calls, held].map(format::number);
        return Some(format!(
            "{calls} connections need {calls} descriptors; {held} of {limit} are in use. Press r to close everything."
        ));
    }
    let most = machine.somaxconn.map(u64::from).filter(|most| calls + waiting > *most)?;
    let [most, all] = [most, calls + waiting].map(format::number);
    Some(format!(
        "{all} connections would wait for accept(); the limit is {most} (net.core.somaxconn)."
    ))
}
