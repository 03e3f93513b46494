//! What people see: tables, timelines, sums.
