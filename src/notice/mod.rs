//! What a notice says, for whom, when it may go, what it is joined with; rendering; threading headers. May import model, calendar, reply, policy.
