//! The options behind an action: fields of its form, checked by the form's own rules.

use std::net::IpAddr;
use std::ops::Range;
use std::time::Duration;

use crate::app::actions::forms::{self, connect_form, listen_form, ports_form};
use crate::app::lesson::computers;
use crate::app::lesson::fault::LessonFault;
use crate::app::lesson::words::{Word, Words};
use crate::app::{Action, Clients, Form, FormKind, Overlay, Servers, State, Value, Wrong};
use crate::tcp::{ConnectSpec, Endpoint, HostLimits, ListenSpec, PortRange};

/// A dashboard with the program's defaults on a machine with plenty of everything: it lends its forms.
pub(super) struct Forms {
    state: State,
}

impl Forms {
    pub(super) fn new() -> Forms {
        let at = Endpoint::new([127, 0, 0, 1], 5000);
        let machine =
            HostLimits { descriptors: 1 << 20, somaxconn: Some(65_535), ..HostLimits::default() };
        let clients = Clients::new(4, ConnectSpec::to(at.into()));
        let servers = Servers::new(ListenSpec::at(at));
        let state = State::new(machine, Duration::ZERO, servers, clients);
        Forms { state }
    }

    /// The form with the options of an action.
    fn of(&self, action: Action) -> Option<(FormKind, Form)> {
        let state = &self.state;
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other actions have no options")]
        match action {
            Action::Listen | Action::AddListener => {
                Some((FormKind::Listen, listen_form::form(state, &state.server().spec)))
            }
            Action::Connect => Some((FormKind::Connect, connect_form::form(state))),
            Action::UseUpPorts => Some((FormKind::Ports, ports_form::form(state))),
            _ => None,
        }
    }

    /// Applies a form as the dashboard would; what is wrong in it.
    fn wrong(&self, kind: FormKind, form: Form) -> Option<Wrong> {
        let mut state = self.state.clone();
        state.ui.overlay = Some(Overlay::Form(kind, form));
        forms::apply(&mut state);
        match state.ui.overlay {
            Some(Overlay::Form(_, form)) => form.wrong,
            _ => None,
        }
    }
}

/// A field, what it shall have, and where that is written.
type Written = (usize, String, Range<usize>);

/// The fields that the words name, with their values.
pub(super) fn read(
    words: &mut Words<'_>,
    action: Action,
    takes: &str,
    forms: &Forms,
) -> Result<Vec<(usize, String)>, LessonFault> {
    let whole = words.span();
    let Some(word) = words.peek() else { return Ok(vec![]) };
    let Some((kind, mut form)) = forms.of(action) else {
        return Err(word.unexpected().suggest(word.text, computers::known(), takes));
    };
    let mut written: Vec<Written> = Vec::new();
    while let Some(word) = words.peek() {
        let found = match label(words, &form) {
            Some(label) => long(words, &form, label)?,
            None => short(words, &form)?.ok_or_else(|| unknown(word, takes, &form))?,
        };
        for (field, value, span) in found {
            let before = written.iter().find(|(other, ..)| *other == field);
            if before.is_some_and(|(_, before, _)| *before == value) {
                continue;
            }
            if before.is_some() {
                let label = form.fields[field].label;
                return Err(LessonFault::new(word.span(), format!("`{label}` is given twice")));
            }
            form.fill(field, &value);
            written.push((field, value, span));
        }
    }
    let labels: Vec<&str> = form.fields.iter().map(|field| field.label).collect();
    if let Some(wrong) = forms.wrong(kind, form) {
        let label = labels.get(wrong.field).unwrap_or(&"");
        let at = written.into_iter().find(|(field, ..)| *field == wrong.field);
        let fault = match at {
            Some((_, value, span)) => {
                LessonFault::new(span, format!("`{value}` is not a value for `{label}`"))
            }
            None => LessonFault::new(whole, format!("`{label}` must be given, too")),
        };
        return Err(fault.help(wrong.why));
    }
    Ok(written.into_iter().map(|(field, value, _)| (field, value)).collect())
}

/// `on 127.0.0.1:5001`, `on :5001`, `from 6000`, `from 45000-45007`, `from the server's port`, `from 127.0.0.9`.
fn short(words: &mut Words<'_>, form: &Form) -> Result<Option<Vec<Written>>, LessonFault> {
    let field = |label: &str| form.fields.iter().position(|field| field.label == label);
    let is_on = words.peek().is_some_and(|word| word.is("on"));
    let labels = if is_on { ["Address", "Port"] } else { ["Source address", "Fixed port"] };
    let [Some(address), Some(port)] = labels.map(field) else { return Ok(None) };
    if !words.take_all(if is_on { "on" } else { "from" }) {
        return Ok(None);
    }
    if !is_on
        && words.take_all("the server's port")
        && let Some(source) = field("Source port")
    {
        return Ok(Some(vec![(source, "same as the server's".to_owned(), words.end())]));
    }
    let help = if is_on {
        "write `on 127.0.0.1:5001` or `on :5001`"
    } else {
        "write `from 6000`, `from 45000-45007` or `from the server's port`"
    };
    let Some(word) = words.take() else {
        return Err(LessonFault::new(words.end(), "the address or port is missing").help(help));
    };
    let (text, span) = (word.text, word.span());
    let with_choice = |field: usize, text: &str| {
        let mut all = choice_with(form, field, span.clone());
        all.push((field, text.to_owned(), span.clone()));
        all
    };
    if !is_on && text.parse::<PortRange>().is_ok() {
        return Ok(field("Toy range").map(|range| with_choice(range, text)));
    }
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let only_port = text.strip_prefix(':').unwrap_or(text);
    if is_port(only_port) {
        return Ok(Some(with_choice(port, only_port)));
    }
    if let Ok(end) = text.parse::<Endpoint>() {
        let mut both = with_choice(port, &end.port.0.to_string());
        both.push((address, end.ip.to_string(), span));
        return Ok(Some(both));
    }
    if text.parse::<IpAddr>().is_ok() {
        return Ok(Some(vec![(address, text.to_owned(), span)]));
    }
    Err(LessonFault::new(span, format!("`{text}` is not an address or port")).help(help))
}

/// The option of a choice that a field belongs to, to be selected.
fn choice_with(form: &Form, field: usize, span: Range<usize>) -> Vec<Written> {
    let Some((choice, option)) = form.choice_of(field) else { return vec![] };
    let Value::Choice { options, .. } = &form.fields[choice].value else { return vec![] };
    vec![(choice, options[option].to_owned(), span)]
}

/// The field whose label comes next, the longest one; in a form with one field it may be left out.
fn label(words: &Words<'_>, form: &Form) -> Option<(usize, &'static str)> {
    let labels = form.fields.iter().map(|field| field.label).enumerate();
    let found = labels.filter(|(_, label)| words.begin_with(label));
    let only = (form.fields.len() == 1).then_some((0, ""));
    found.max_by_key(|(_, label)| label.split(' ').count()).or(only)
}

fn unknown(word: Word<'_>, takes: &str, form: &Form) -> LessonFault {
    let labels: Vec<&str> = form.fields.iter().map(|field| field.label).collect();
    let help = format!("{takes}, then options: {}", labels.join(", "));
    word.unexpected().suggest(word.text, labels.into_iter().chain(computers::known()), help)
}

/// The value after the label of a field.
fn long(
    words: &mut Words<'_>,
    form: &Form,
    (field, label): (usize, &str),
) -> Result<Vec<Written>, LessonFault> {
    for _ in label.split_whitespace() {
        words.take();
    }
    let end = words.end();
    let Some(first) = words.peek() else {
        let fault = LessonFault::new(end, format!("`{label}` has no value"));
        return Err(fault.help(help(form, field)));
    };
    if let Value::Choice { options, .. } = form.fields[field].value {
        return option(words, form, field, options, first);
    }
    let usual = form.fields[field].shown().to_owned();
    let value = if !usual.is_empty() && words.take_all(&usual) {
        usual
    } else {
        words.take();
        first.text.to_owned()
    };
    let mut all = choice_with(form, field, first.span());
    all.push((field, value, first.span()));
    Ok(all)
}

fn help(form: &Form, field: usize) -> String {
    match &form.fields[field].value {
        Value::Choice { options, .. } => format!("it is one of: {}", options.join(", ")),
        Value::Text(_) => form.fields[field].hint.to_string(),
    }
}

/// The longest option of a choice that comes next; a number may stand for its N.
fn option(
    words: &mut Words<'_>,
    form: &Form,
    field: usize,
    options: &'static [&'static str],
    first: Word<'_>,
) -> Result<Vec<Written>, LessonFault> {
    let number = |option: &str| {
        let mut next = words.rest().iter();
        let mut number = None;
        let fits = option.split(' ').all(|part| {
            next.next().is_some_and(|word| {
                let is_number = part == "N" && word.text.parse::<f64>().is_ok();
                number = if is_number { Some(*word) } else { number };
                is_number || word.is(part)
            })
        });
        fits.then_some(number)
    };
    let fitting = options.iter().filter_map(|option| Some((*option, number(option)?)));
    let longest = fitting.max_by_key(|(option, _)| option.split(' ').count());
    let Some((option, number)) = longest else {
        let label = form.fields[field].label;
        let fault = LessonFault::new(
            first.span(),
            format!("`{}` is not a value for `{label}`", first.text),
        );
        return Err(fault.suggest(first.text, options.iter().copied(), help(form, field)));
    };
    for _ in option.split(' ') {
        words.take();
    }
    let mut all = vec![(field, option.to_owned(), first.span())];
    let part = (0..form.fields.len()).find(|part| {
        form.choice_of(*part).is_some_and(|(choice, at)| choice == field && options[at] == option)
    });
    all.extend(part.zip(number).map(|(part, word)| (part, word.text.to_owned(), word.span())));
    Ok(all)
}
