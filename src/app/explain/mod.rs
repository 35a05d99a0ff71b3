pub(crate) mod accept;
pub(crate) mod burst;
pub(crate) mod close;
pub(crate) mod close_in_transit;
pub(crate) mod connect;
pub(crate) mod data_after_close;
pub(crate) mod descriptors;
pub(crate) mod failure;
pub(crate) mod half_close;
pub(crate) mod half_open;
pub(crate) mod held_state;
pub(crate) mod lab;
pub(crate) mod listen;
pub(crate) mod no_answer;
pub(crate) mod self_connect;
pub(crate) mod wire;

pub(crate) use crate::app::explain::descriptors::DescriptorBudget;
