//! What the views say of made-up items.
