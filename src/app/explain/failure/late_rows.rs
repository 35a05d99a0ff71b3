//! Blocking rows that only a poll after the failure shows.
