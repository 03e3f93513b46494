//! Delivery by lettre, classification of failures. May import model, engine, driver, config settings, observe. At least once, with the same Message-ID.
