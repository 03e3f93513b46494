//! Each thing that can be expected holds where it should, and fails where it should not.
