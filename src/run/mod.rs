//! The shell: what each subcommand does. The only place that knows every layer.
