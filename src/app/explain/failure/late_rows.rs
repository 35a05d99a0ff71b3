//! Rows that are in the way of a call, and that only a look after the refusal shows.
