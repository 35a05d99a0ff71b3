use crate::app::{Action, Binding, LessonAction, LessonActionKind, binding_of};

impl LessonAction {
    /// The key that does the same by hand, with its count, and what it does there: `3c` and `connect laptop 3`, `L` and `backlog 2`.
    pub fn by_hand(&self) -> Option<(String, String)> {
        let LessonActionKind::Act { action, count, options, .. } = &self.what else { return None };
        let binding = binding_of(*action)?;
        let count = count.map_or_else(String::new, |count| count.to_string());
        let key = format!("{count}{}", binding.keys[0]);
        let mut forms = FORMS.iter().filter(|(of, _)| of == action && !options.is_empty());
        let form = forms.next().and_then(|(_, form)| binding_of(*form));
        let Some(form) = form else { return Some((key, self.text.clone())) };
        let name = |binding: &Binding| self.text.get(..binding.help.len());
        let is_named = name(binding).is_some_and(|name| name.eq_ignore_ascii_case(binding.help));
        let fields = if is_named { self.text[binding.help.len()..].trim() } else { &self.text };
        // The count is of the key, and no field of the form.
        let mut fields: Vec<&str> = fields.split(' ').collect();
        if let Some(at) = fields.iter().position(|word| *word == count) {
            fields.remove(at);
        }
        let fields = fields.join(" ");
        // Only the form of a connection does not carry out what it is about.
        let then = if *action == Action::Connect { format!(", then {key}") } else { String::new() };
        Some((form.keys[0].to_string(), format!("{fields}{then}")))
    }
}

/// The actions with options, and those that open their forms.
const FORMS: [(Action, Action); 4] = [
    (Action::Listen, Action::ListenOptions),
    (Action::Connect, Action::ConnectOptions),
    (Action::AddListener, Action::AddListener),
    (Action::UseUpPorts, Action::UseUpPorts),
];
