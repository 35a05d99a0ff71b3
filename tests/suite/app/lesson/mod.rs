//! Lessons: what is read from a file, and what is said about a wrong one.

mod broken;
mod exercises;
mod giving;
mod grammar;
mod practice;
mod texts;
