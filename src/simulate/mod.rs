//! Scenarios on virtual time with the same driver, engine and store trait. May import everything below. The same input gives the same bytes.
