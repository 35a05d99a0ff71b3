//! Makes sockets, does as it is told, tells what happens.
