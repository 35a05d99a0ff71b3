//! Questions that need more than one part of the state.

pub(crate) mod by_hand;
pub(crate) mod descriptors;
pub(crate) mod facts;
pub(crate) mod failure;
pub(crate) mod footer;
pub(crate) mod lesson;
pub(crate) mod names;
pub(crate) mod opening_facts;
pub(crate) mod others;
pub(crate) mod past;
pub(crate) mod peers;
pub(crate) mod port_holders;
pub(crate) mod port_supply;
pub(crate) mod quit;
pub(crate) mod refusal;
pub(crate) mod server_side;
pub(crate) mod start;
pub(crate) mod under_way;
pub(crate) mod visible_rows;
pub(crate) mod watched;

pub use crate::app::query::lesson::speaker::{SpeakerChoice, SpeakerPage, SpeakerQuestion};
pub use crate::app::query::names::Role;
pub use crate::app::query::port_supply::PortSupply;
