//! Plays a seed, and writes down what was contradicted.

use std::collections::BTreeMap;
use std::fmt;

use super::driver::Driver;
use super::program::{self, Said};
use super::random::Random;
use super::verbs;
use super::verdict::{Wrong, verdict};

/// So many lines of the keys before a contradiction are printed.
const KEYS: usize = 400;

/// A sentence that the tables contradict.
struct Contradiction {
    seed: u64,
    step: usize,
    keys: String,
    text: String,
    wrong: Wrong,
    before: String,
    after: String,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Report {
    steps: usize,
    sentences: usize,
    /// Steps in which the dashboard never came to show what the second reader showed, and how it differed.
    unsettled: Vec<String>,
    all: Vec<Contradiction>,
}

impl Report {
    /// Plays so many steps of a seed; why it could not, where there is no lab.
    pub(super) fn play(&mut self, seed: u64, steps: usize, has_lab: bool) -> Result<(), String> {
        let given = std::env::var("FIVETUPLE_LAW_KEYS").ok();
        let mut given = given.iter().flat_map(|keys| keys.split(" | ").map(str::to_owned));
        let port = u16::try_from(5000 + 10 * seed).unwrap_or(5000);
        let mut driver = Driver::start(port, has_lab)?;
        let mut random = Random::new(seed);
        let mut keys: Vec<String> = Vec::new();
        let mut known = program::said(&driver.state);
        for step in 0..steps {
            driver.begin();
            if !random.once_in(4) {
                driver.wait();
            }
            let words = verbs::pick(&driver, &mut random, has_lab);
            keys.push(given.next().unwrap_or(words));
            verbs::act(&mut driver, &keys[step]);
            if let Some(differs) = driver.settle() {
                let pressed = keys.last().map_or("", String::as_str);
                self.unsettled.push(format!("seed {seed}, step {step}, {pressed}: {differs}"));
            }
            let said = program::said(&driver.state);
            for said in said.iter().filter(|one| !known.iter().any(|old| old.is_same(one))) {
                self.check(said, &driver, (seed, step), &keys);
            }
            known = said;
            self.steps += 1;
        }
        Ok(())
    }

    fn check(&mut self, said: &Said, driver: &Driver, (seed, step): (u64, usize), keys: &[String]) {
        self.sentences += 1;
        let Some(wrong) = verdict(said, &driver.story) else { return };
        let keys = keys[keys.len().saturating_sub(KEYS)..].join(" | ");
        self.all.push(Contradiction {
            seed,
            step,
            keys,
            text: said.text.clone(),
            wrong,
            before: driver.story.before.to_string(),
            after: driver.story.after.to_string(),
        });
    }

    pub(super) fn is_clean(&self) -> bool {
        self.all.is_empty() && self.unsettled.is_empty()
    }

    pub(super) fn figures(&self) -> String {
        format!(
            "{} contradictions in {} sentences of {} steps; {} steps never settled",
            self.all.len(),
            self.sentences,
            self.steps,
            self.unsettled.len()
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.figures())?;
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for one in &self.all {
            *kinds.entry(one.wrong.kind).or_default() += 1;
        }
        for (kind, count) in kinds {
            writeln!(f, "  {count:4} {kind}")?;
        }
        for one in &self.all {
            let Contradiction { seed, step, keys, text, wrong, before, after } = one;
            writeln!(f, "\nseed {seed}, step {step}: {}\n  said: {text}", wrong.kind)?;
            writeln!(f, "  false: {:?} of {:?}", wrong.what, wrong.about)?;
            writeln!(f, "  keys: {keys}\n  before:\n{before}  after:\n{after}")?;
        }
        for one in &self.unsettled {
            writeln!(f, "never settled: {one}")?;
        }
        Ok(())
    }
}
