//! How a form is declared: each field once, with its value, its system call, and what it changes.

use crate::app::{Field, Form, State, Value, Wrong};

/// A field of the form that changes `Options`.
pub(super) struct FieldSpec<Options> {
    /// The heading over it and its neighbours.
    pub(super) group: &'static str,
    pub(super) label: &'static str,
    /// What may be typed, or what it means.
    pub(super) help: &'static str,
    pub(super) value: fn(&Options) -> Value,
    /// The system call that the field's value becomes.
    pub(super) call: fn(&Field, &Form, &State) -> String,
    /// Writes the field's value into the options, or says what would be right.
    pub(super) apply: fn(&Field, &State, &mut Options) -> Result<(), String>,
}

pub(super) fn set<T, E: Into<String>>(place: &mut T, value: Result<T, E>) -> Result<(), String> {
    *place = value.map_err(E::into)?;
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "as `set`, for a value that cannot be wrong")]
pub(super) fn assign<T>(place: &mut T, value: T) -> Result<(), String> {
    *place = value;
    Ok(())
}

pub(super) fn form<O>(fields: &[FieldSpec<O>], options: &O, state: &State) -> Form {
    let fields_of_form = fields.iter().map(|field| Field {
        group: field.group,
        label: field.label,
        value: (field.value)(options),
        hint: field.help.into(),
        call: String::new(),
    });
    let mut form = Form::new(fields_of_form.collect());
    show_calls(fields, &mut form, state);
    form
}

/// Writes beside each field that counts the system call that its value becomes.
pub(super) fn show_calls<O>(fields: &[FieldSpec<O>], form: &mut Form, state: &State) {
    for (n, spec) in fields.iter().enumerate() {
        form.fields[n].call =
            if form.is_idle(n) { String::new() } else { (spec.call)(&form.fields[n], form, state) };
    }
}

/// The options with the form's values, or the first field whose value is wrong.
pub(super) fn read<O>(
    fields: &[FieldSpec<O>],
    form: &Form,
    state: &State,
    mut options: O,
) -> Result<O, Wrong> {
    for (n, spec) in fields.iter().enumerate() {
        (spec.apply)(&form.fields[n], state, &mut options).map_err(|why| Wrong::new(n, why))?;
    }
    Ok(options)
}
