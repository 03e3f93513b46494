//! The doors mail comes in by: smtp, lmtp. May import model, driver, config settings, observe. Accepts only after the commit.
