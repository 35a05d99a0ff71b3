//! Colours and characters.

pub(crate) mod glyphs;
pub(crate) mod theme;
