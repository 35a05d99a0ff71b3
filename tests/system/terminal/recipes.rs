//! The recipes of the README, "What you can teach with it", played as they are written there.
//!
//! A recipe is in italics. What stands in it as `code` is pressed, or is a command for a second terminal; behind it stands what comes of it:
//! `4 ESTABLISHED` is so many rows, `EADDRINUSE` an error that a sentence names, `even` that all ports of the last sentence are even. Each
//! recipe begins with `r`, at which a new program is started.

use fivetuple::app::Key;
use regex::Regex;

use crate::support::netns;
use crate::terminal::scenario::play;

/// The recipes as scenarios, each at a port of its own: an earlier TIME_WAIT keeps the port.
fn scenarios(readme: &str) -> String {
    let (_, section) = readme.split_once("## What you can teach with it").expect("the recipes");
    let (section, _) = section.split_once("\n## ").expect("the next part");
    let section = section.split_whitespace().collect::<Vec<_>>().join(" ");
    let italics = Regex::new(r"\*([^*]+)\*").unwrap();
    let step = Regex::new(r"`([^`]+)`([^`]*)").unwrap();
    let wanted = Regex::new(r"\b\d+ [A-Z][A-Z_]+\b|\bE(?:ADDR|CONN)[A-Z]+\b|\beven\b").unwrap();
    let (mut all, mut count) = (Vec::new(), 0);
    for claim in section.split(" - **").skip(1) {
        let (title, recipe) = claim.split_once("** ").expect("a claim in bold, and what is so");
        let recipe = italics.captures(recipe).unwrap_or_else(|| panic!("no recipe in {claim}"));
        let steps: Vec<_> = step.captures_iter(&recipe[1]).map(|step| step.extract().1).collect();
        assert!(steps[0][0].starts_with("r "), "{}", steps[0][0]);
        for [typed, then] in steps {
            if typed.starts_with("r ") {
                count += 1;
                let begin = "\n    Press l to listen";
                all.push(format!("== {title} ({count})"));
                all.push(format!("120x50 fivetuple --port {}{begin}", 7400 + count));
            }
            all.push(match typed.strip_prefix("fivetuple ") {
                Some(_) => format!("$ {} &", typed.replace("5000", &(7400 + count).to_string())),
                None => pressed(typed),
            });
            for wanted in wanted.find_iter(then).map(|found| found.as_str()) {
                all.push(match wanted {
                    "even" => format!("    /{EVEN}/"),
                    wanted => format!("    {wanted}"),
                });
            }
        }
    }
    all.join("\n").replace("\n== ", "\nctrl-c\n\n== ") + "\nctrl-c\n"
}

const EVEN: &str = r"\(ports( \d*[02468],?){5}";

/// Keys as a scenario has them: what is no key, as `5c`, is typed.
fn pressed(keys: &str) -> String {
    let word = |word: &str| {
        if word.parse::<Key>().is_ok() { word.to_owned() } else { format!("\"{word}\"") }
    };
    keys.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_recipe_does_what_the_readme_says() {
    let readme = include_str!("../../../README.md");
    let all = scenarios(readme);
    assert!(all.matches("\n== ").count() >= 9, "{all}");
    netns::alone_if_possible(|| play(&all));
}
