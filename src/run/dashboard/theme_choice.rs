use crate::cli::{DashboardArgs, ThemeName, When};
use crate::view::{ColourDepth, Theme};

pub(super) fn theme(args: &DashboardArgs) -> Theme {
    Theme::new(args.theme, colours(args.theme, args.color), args.ascii || !is_utf8())
}

/// The colour depth: none with NO_COLOR or --color never, else that of the terminal.
fn colours(theme: ThemeName, when: When) -> ColourDepth {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let unwanted = match when {
        When::Always => false,
        When::Never => true,
        When::Auto => set("NO_COLOR") && !set("CLICOLOR_FORCE"),
    };
    if unwanted || theme == ThemeName::Mono {
        return ColourDepth::Mono;
    }
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let (term, colorterm) = (variable("TERM"), variable("COLORTERM"));
    if colorterm == "truecolor" || colorterm == "24bit" {
        ColourDepth::True
    } else if term.contains("256color") {
        ColourDepth::Ansi256
    } else if term.is_empty() || term == "vt100" || term.starts_with("vt2") {
        ColourDepth::Mono
    } else {
        ColourDepth::Ansi16
    }
}

/// Whether the locale is UTF-8 (locale(7): the first variable that is set decides).
fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
