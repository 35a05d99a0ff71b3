pub(crate) mod across_views;
pub(crate) mod lab;
