//! What a notice says, for whom, when it may go, what it is joined with; rendering; threading headers. May import model, calendar, reply, policy. Same input, same bytes.

mod agenda;
mod answer;
mod bare;
mod canary;
mod clean;
mod handed;
mod header;
mod instant;
mod letter;
mod page;
mod remarks;
mod renderer;
mod subject;
mod thread;
mod words;

pub use bare::bare_answer;
pub use canary::{CANARY_HEADER, canary};
pub use letter::render;

#[cfg(test)]
mod docs_tests;
#[cfg(test)]
mod reasons;
#[cfg(test)]
mod round_samples;
#[cfg(test)]
mod sample_coverage;
#[cfg(test)]
mod sample_digest;
#[cfg(test)]
mod sample_welcome;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod samples_asked;
#[cfg(test)]
mod samples_away;
#[cfg(test)]
mod samples_confirm;
#[cfg(test)]
mod samples_duty;
#[cfg(test)]
mod samples_shift;
#[cfg(test)]
mod tests;
