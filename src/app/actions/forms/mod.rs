pub(crate) mod connect_form;
pub(crate) mod listen_form;
pub(crate) mod ports_form;
