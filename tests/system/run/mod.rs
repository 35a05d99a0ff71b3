pub(crate) mod command_line;
pub(crate) mod exercises;
pub(crate) mod headless;
pub(crate) mod lessons;
pub(crate) mod manual;
pub(crate) mod notes;
pub(crate) mod refused;
pub(crate) mod table;
