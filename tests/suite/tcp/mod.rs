pub(crate) mod transitions;
