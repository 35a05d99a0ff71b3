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

/// The fields that the words name, with their values.
pub(super) fn read(
    words: &mut Words<'_>,
    action: Action,
    takes: &str,
    forms: &Forms,
) -> Result<Vec<(usize, String)>, LessonFault> {
    let whole = words.span();
    let Some(word) = words.peek() else { return Ok(vec![]) };
    let Some((kind, form)) = forms.of(action) else {
        return Err(word.unexpected(takes).suggest(word.text, computers::known()));
    };
    let labels: Vec<&str> = form.fields.iter().map(|field| field.label).collect();
    let mut fields = Fields { form, written: Vec::new() };
    while let Some(word) = words.peek() {
        if !fields.long(words)? && !fields.short(words)? {
            let fault = word.unexpected(format!("{takes}, then options: {}", labels.join(", ")));
            return Err(fault.suggest(word.text, labels.into_iter().chain(computers::known())));
        }
    }
    let Fields { form, written } = fields;
    if let Some(wrong) = forms.wrong(kind, form) {
        let label = labels.get(wrong.field).unwrap_or(&"");
        let (span, what) = match written.into_iter().find(|(field, ..)| *field == wrong.field) {
            Some((_, value, span)) => (span, format!("`{value}` is not a value for `{label}`")),
            None => (whole, format!("`{label}` must be given, too")),
        };
        return Err(LessonFault::new(span, what, wrong.why));
    }
    Ok(written.into_iter().map(|(field, value, _)| (field, value)).collect())
}

/// A form that is filled in.
struct Fields {
    form: Form,
    /// Each field that has a value, the value, and where that is written.
    written: Vec<(usize, String, Range<usize>)>,
}

impl Fields {
    fn named(&self, label: &str) -> Option<usize> {
        self.form.fields.iter().position(|field| field.label == label)
    }

    /// Fills a field, and selects the option that it belongs to.
    fn fill(&mut self, field: usize, value: &str, span: Range<usize>) -> Result<(), LessonFault> {
        if let Some((choice, option)) = self.form.choice_of(field)
            && let Value::Choice { options, .. } = self.form.fields[choice].value
        {
            self.fill(choice, options[option], span.clone())?;
        }
        match self.written.iter().find(|(other, ..)| *other == field) {
            Some((_, before, _)) if before == value => (),
            Some(_) => {
                let what = format!("`{}` is given twice", self.form.fields[field].label);
                return Err(LessonFault::new(span, what, "remove one of them"));
            }
            None => {
                self.form.fill(field, value);
                self.written.push((field, value.to_owned(), span));
            }
        }
        Ok(())
    }

    /// Takes `on 127.0.0.1:5001`, `on :5001`, `from 6000`, `from 45000-45007`, `from the server's port`, `from 127.0.0.9`.
    fn short(&mut self, words: &mut Words<'_>) -> Result<bool, LessonFault> {
        let is_on = words.peek().is_some_and(|word| word.is("on"));
        let (labels, help) = if is_on {
            (["Address", "Port"], "write `on 127.0.0.1:5001` or `on :5001`")
        } else {
            let help = "write `from 6000`, `from 45000-45007` or `from the server's port`";
            (["Source address", "Fixed port"], help)
        };
        let [Some(address), Some(port)] = labels.map(|label| self.named(label)) else {
            return Ok(false);
        };
        if !words.take_all(if is_on { "on" } else { "from" }) {
            return Ok(false);
        }
        let source = self.named("Source port").filter(|_| !is_on);
        if let Some(source) = source.filter(|_| words.take_all("the server's port")) {
            self.fill(source, "same as the server's", words.end())?;
            return Ok(true);
        }
        let Some(word) = words.take() else {
            return Err(LessonFault::new(words.end(), "the address or port is missing", help));
        };
        let (text, span) = (word.text, word.span());
        let only_port = text.strip_prefix(':').unwrap_or(text);
        let is_port = !only_port.is_empty() && only_port.bytes().all(|byte| byte.is_ascii_digit());
        let range = self.named("Toy range").filter(|_| !is_on && text.parse::<PortRange>().is_ok());
        if let Some(range) = range {
            self.fill(range, text, span)?;
        } else if is_port {
            self.fill(port, only_port, span)?;
        } else if let Ok(end) = text.parse::<Endpoint>() {
            self.fill(port, &end.port.0.to_string(), span.clone())?;
            self.fill(address, &end.ip.to_string(), span)?;
        } else if text.parse::<IpAddr>().is_ok() {
            self.fill(address, text, span)?;
        } else {
            let what = format!("`{text}` is not an address or port");
            return Err(LessonFault::new(span, what, help));
        }
        Ok(true)
    }

    /// Takes the label of a field, the longest one, and a value; in a form with one field the label may be left out.
    fn long(&mut self, words: &mut Words<'_>) -> Result<bool, LessonFault> {
        let labels = self.form.fields.iter().map(|field| field.label).enumerate();
        let found = labels.filter(|(_, label)| words.begin_with(label));
        let only = (self.form.fields.len() == 1).then_some((0, ""));
        let found = found.max_by_key(|(_, label)| label.split(' ').count()).or(only);
        let Some((field, label)) = found else { return Ok(false) };
        words.take_all(label);
        let Some(first) = words.peek() else {
            let what = format!("`{label}` has no value");
            return Err(LessonFault::new(words.end(), what, self.help(field)));
        };
        if let Value::Choice { options, .. } = self.form.fields[field].value {
            self.option(words, field, options, first)?;
            return Ok(true);
        }
        let usual = self.form.fields[field].shown().to_owned();
        let value = if !usual.is_empty() && words.take_all(&usual) {
            &usual
        } else {
            words.take();
            first.text
        };
        self.fill(field, value, first.span())?;
        Ok(true)
    }

    fn help(&self, field: usize) -> String {
        match &self.form.fields[field].value {
            Value::Choice { options, .. } => format!("it is one of: {}", options.join(", ")),
            Value::Text(_) => self.form.fields[field].hint.to_string(),
        }
    }

    /// Takes the longest option of a choice that comes next; a number may stand for its N.
    fn option(
        &mut self,
        words: &mut Words<'_>,
        field: usize,
        options: &'static [&'static str],
        first: Word<'_>,
    ) -> Result<(), LessonFault> {
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
        let fitting = options.iter().enumerate();
        let fitting = fitting.filter_map(|(n, option)| Some((n, *option, number(option)?)));
        let longest = fitting.max_by_key(|(_, option, _)| option.split(' ').count());
        let Some((n, option, number)) = longest else {
            let label = self.form.fields[field].label;
            let what = format!("`{}` is not a value for `{label}`", first.text);
            let fault = LessonFault::new(first.span(), what, self.help(field));
            return Err(fault.suggest(first.text, options.iter().copied()));
        };
        for _ in option.split(' ') {
            words.take();
        }
        self.fill(field, option, first.span())?;
        let mut parts = 0..self.form.fields.len();
        let part = parts.find(|part| self.form.choice_of(*part) == Some((field, n)));
        part.zip(number).map_or(Ok(()), |(part, word)| self.fill(part, word.text, word.span()))
    }
}
