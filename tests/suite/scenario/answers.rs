//! What can be asked of the dashboard.

use fivetuple::app::explain::further;
use fivetuple::app::format::way;
use fivetuple::app::history::Timeline;
use fivetuple::app::history::ladder::of;
use fivetuple::app::history::timeline::span;
use fivetuple::app::{Overlay, Role, Server, State, StateSpan};
use fivetuple::tcp::{Delivery, SocketId, WireSettings};

use super::story::Story;
use crate::app::history::ladder_inferred::rungs;
use crate::view::screen;

impl Story {
    pub(super) fn answer(&mut self, question: &str) -> Vec<String> {
        let (what, about) = question.split_once(' ').unwrap_or((question, ""));
        let state = &self.robot.state;
        let ui = &state.ui;
        let answers = match what {
            "table" => self.robot.table(),
            "roles" => {
                let rows = ui.shown.iter().filter_map(|name| state.seen().get(*name));
                rows.map(|line| Role::of(state, &line.row).to_string()).collect()
            }
            "ladder" => {
                let ladder = of(state).unwrap_or_default();
                assert!(ladder.rungs.is_sorted_by_key(|rung| rung.at), "{:?}", ladder.rungs);
                rungs(&ladder)
            }
            "ends" => of(state).map(|ladder| ladder.ends.to_vec()).unwrap_or_default(),
            "timeline" => timeline(state),
            "field" | "hint" => {
                let mut fields = self.robot.form().fields.iter();
                let field = fields.find(|field| field.label == about).expect(about);
                let value = format!("{} | {}", field.shown(), field.call);
                vec![if what == "hint" { field.hint.to_string() } else { value }]
            }
            "wrong" => {
                let form = self.robot.form();
                let wrong = form.wrong.iter();
                wrong.map(|it| format!("{}: {}", form.fields[it.field].label, it.why)).collect()
            }
            "overlay" => ui.overlay.iter().map(overlay).collect(),
            "ports" => {
                let supply = state.supply();
                let words = supply.iter().map(|it| format!("{} used, {} left", it.used, it.left()));
                words.collect()
            }
            "step" => {
                let (_, newest) = state.sockets.steps();
                let at =
                    state.sockets.past().map_or(String::from("now"), |past| past.step.to_string());
                vec![format!("{at} of {newest}")]
            }
            "listeners" => listeners(state),
            "connections" => vec![state.sockets.connections().to_string()],
            "myth" => ui.myth.iter().map(|_| String::from("is tested")).collect(),
            "why" => why(state),
            "blamed" => state.blamed().iter().map(ends).collect(),
            "selected" => ui.selected.iter().map(ends).collect(),
            "wire" => wire(state.wire_then()),
            "queued" => vec![state.lab.waiting().to_string()],
            "segments" => segments(state),
            size => {
                let (width, height) = size.split_once('x').expect(question);
                let size = (width.parse().unwrap(), height.parse().unwrap());
                let shows = screen(&mut self.robot, size).contains(about);
                vec![String::from(if shows { "yes" } else { "no" })]
            }
        };
        let answers = if answers.is_empty() { vec![String::from("nothing")] } else { answers };
        answers.iter().map(|answer| format!("| {answer}")).collect()
    }
}

/// The sheet behind `y`: what the row most to blame means, and what would work.
fn why(state: &State) -> Vec<String> {
    let case = state.notices.failure.as_ref().expect("a failure with its sheet");
    let details = Some(further(&case.seen, "-details")).filter(|text| !text.is_empty());
    let advice = further(&case.seen, "!");
    let advice = Some(advice).filter(|text| case.remedies.is_empty() && !text.is_empty());
    let remedies = case.remedies.iter().map(|remedy| format!("? {}", remedy.text()));
    details.into_iter().chain(advice).chain(remedies).collect()
}

/// Its name, and the row that it is about.
fn overlay(overlay: &Overlay) -> String {
    if let Overlay::Details(row) = overlay {
        return format!("Details {}", ends(row));
    }
    format!("{overlay:?}").split('(').next().unwrap_or_default().to_owned()
}

fn ends(row: &SocketId) -> String {
    format!("{} {}", row.tuple.local, row.tuple.remote)
}

/// Each with what it has accepted.
fn listeners(state: &State) -> Vec<String> {
    let line = |server: &Server| {
        let mark = if server.spec.id == state.server().spec.id { " selected" } else { "" };
        let listens = if server.is_listening() { "listens" } else { "idle" };
        format!("{} {listens}, accepted {}{mark}", server.at(), server.totals.accepted)
    };
    state.servers.all.iter().map(line).collect()
}

fn wire(settings: WireSettings) -> Vec<String> {
    let WireSettings { held, delay, cut, drop_next, queues_retransmissions } = settings;
    let parts = [
        held.then(|| String::from("held")),
        (!delay.is_zero()).then(|| format!("delays by {delay:?}")),
        cut.then(|| String::from("cut")),
        (drop_next > 0).then(|| format!("drops the next {drop_next}")),
        queues_retransmissions.then(|| String::from("queues retransmissions")),
    ];
    parts.into_iter().flatten().collect()
}

fn segments(state: &State) -> Vec<String> {
    let lab = &state.lab;
    let segments = lab.crossings.iter().map(|crossing| {
        let (seq, ack) = lab.numbers(crossing);
        let before = lab.sent_before(crossing).filter(|_| crossing.again);
        let again = before.map(|before| format!(" again after {:?}", crossing.sent.since(before)));
        let fate = match crossing.fate {
            Delivery::OnTheWay => "",
            Delivery::Arrived(_) => " arrived",
            Delivery::Lost(..) => " lost",
        };
        let (again, segment) = (again.unwrap_or_default(), &crossing.segment);
        let from = segment.from.name().unwrap_or_default();
        let about = [crossing.times(), way(crossing)];
        let about = about.iter().filter(|part| !part.is_empty());
        let about: String = about.flat_map(|part| [", ", part]).collect();
        format!("{} {from} {} {seq} {ack}{again}{fate}{about}", segment.number, segment.label())
    });
    segments.collect()
}

/// How long the axis is, and each row with the states that it went through; `?` behind one that was not seen.
fn timeline(state: &State) -> Vec<String> {
    let all = Timeline::of(state);
    let lives = || (0..all.len()).filter_map(|place| all.get(place));
    let stretch = |span: &StateSpan| {
        let lasted = span.until.map(|until| format!(" {:?}", until.since(span.from)));
        let seen = if span.seen { "" } else { "?" };
        format!("{}{seen}{}", span.state, lasted.unwrap_or_default())
    };
    let axis = format!("axis of {:?}", span(state, lives()));
    let lives = lives().map(|life| {
        let states: Vec<String> = life.spans().iter().map(stretch).collect();
        format!("{}: {}", ends(&life.row.name()), states.join(", "))
    });
    std::iter::once(axis).chain(lives).collect()
}
