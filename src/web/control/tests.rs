//! The socket with a driver that is a map.
