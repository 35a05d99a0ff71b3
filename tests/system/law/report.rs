//! Plays a seed, and writes down what was contradicted.

use std::fmt;

use super::driver::Driver;
use super::program::{self, Said};
use super::story::Story;
use super::verbs::{self, Random};
use super::verdict::{Wrong, verdict};

/// What came of it.
#[derive(Default)]
pub(super) struct Report {
    steps: usize,
    sentences: usize,
    /// Steps in which the dashboard never came to show what the second reader showed, and how it differed.
    unsettled: Vec<String>,
    /// The sentences that the tables contradict, with the keys and the tables.
    contradictions: Vec<String>,
    /// How many sentences were made false on purpose, and how many of them were found.
    planted: [usize; 2],
}

impl Report {
    /// Plays so many steps of a seed; why it could not, where there is no lab.
    pub(super) fn play(&mut self, seed: u64, steps: usize, has_lab: bool) -> Result<(), String> {
        let given = std::env::var("FIVETUPLE_LAW_KEYS").ok();
        let mut given = given.iter().flat_map(|keys| keys.split(" | ").map(str::to_owned));
        let port = u16::try_from(5000 + 10 * seed).unwrap_or(5000);
        let mut driver = Driver::start(port, has_lab)?;
        let mut random = Random(seed);
        let mut keys: Vec<String> = Vec::new();
        for step in 0..steps {
            let known = program::said(&driver.state, &[]);
            driver.begin();
            if !random.once_in(4) {
                driver.wait();
            }
            let words = verbs::pick(&driver, &mut random, has_lab);
            let words = given.next().unwrap_or(words);
            keys.push(words.clone());
            verbs::act(&mut driver, &words);
            let at = format!("seed {seed}, step {step}, {words}");
            self.unsettled.extend(driver.settle().map(|differs| format!("{at}: {differs}")));
            for said in program::said(&driver.state, &known) {
                self.check(&said, &driver, &at, &keys);
            }
            self.steps += 1;
        }
        Ok(())
    }

    fn check(&mut self, said: &Said, driver: &Driver, at: &str, keys: &[String]) {
        self.sentences += 1;
        let stories = driver.stories(said);
        let Some(Wrong { what, about }) = wrong(said, &stories) else {
            return self.plant(said, &stories);
        };
        let Story { before, after, .. } = &driver.story;
        let text = format!(
            "{at}\n  said: {}\n  false: {what:?} of {about:?}\n  keys: {}\n  before:\n{before}  after:\n{after}",
            said.text,
            keys.join(" | "),
        );
        self.contradictions.push(text);
    }

    /// Whether the same sentence, made false, would be found.
    fn plant(&mut self, said: &Said, stories: &[&Story]) {
        for text in falsified(&said.text) {
            let is_found = wrong(&Said { text, ..said.clone() }, stories).is_some();
            self.planted[0] += 1;
            self.planted[1] += usize::from(is_found);
        }
    }

    /// Whether nothing was contradicted, and most of what was made false was found: some of it may be true by chance, or was. At least one
    /// sentence of two steps is one that can be made false.
    pub(super) fn is_clean(&self) -> bool {
        let [planted, found] = self.planted;
        // Of few, chance may leave out as many as their root.
        let is_watchful =
            planted * 2 >= self.steps && (found + planted.isqrt()) * 100 >= planted * 85;
        self.contradictions.is_empty() && self.unsettled.is_empty() && is_watchful
    }

    pub(super) fn figures(&self) -> String {
        let Report { steps, sentences, planted: [planted, found], .. } = self;
        let (wrong, unsettled) = (self.contradictions.len(), self.unsettled.len());
        format!(
            "{wrong} contradictions in {sentences} sentences of {steps} steps; {unsettled} steps never settled; {found} of {planted} false sentences found"
        )
    }
}

/// What is wrong with a sentence, whichever of these moments it is held against.
fn wrong(said: &Said, stories: &[&Story]) -> Option<Wrong> {
    let all: Option<Vec<Wrong>> = stories.iter().map(|story| verdict(said, story)).collect();
    all?.pop()
}

/// What a sentence does not say: another state, the other queue, a row that went or stayed.
fn falsified(text: &str) -> Vec<String> {
    let states = ["SYN_SENT", "FIN_WAIT1", "CLOSE_WAIT", "LAST_ACK", "CLOSING", "TIME_WAIT"];
    let mut words = vec![("Recv-Q", "Send-Q"), ("Send-Q", "Recv-Q")];
    words.extend([("row is gone", "row is in CLOSING"), ("rows are gone", "rows are in CLOSING")]);
    for state in states.into_iter().chain(["ESTABLISHED", "FIN_WAIT2", "SYN_RECV"]) {
        words.extend(states.into_iter().map(|other| (state, other)));
    }
    let is_denied = |word: &str| {
        ["no ", "neither is in "].iter().any(|no| text.contains(&format!("{no}{word}")))
    };
    let is_false =
        |(word, other): &(&str, &str)| word != other && text.contains(word) && !is_denied(word);
    words.into_iter().filter(is_false).map(|(word, other)| text.replacen(word, other, 1)).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.figures())?;
        self.contradictions.iter().try_for_each(|text| writeln!(f, "\n{text}"))?;
        self.unsettled.iter().try_for_each(|text| writeln!(f, "never settled: {text}"))
    }
}
