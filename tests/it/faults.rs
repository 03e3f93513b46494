//! Faults of time: clocks that jump, reloads while timers run, verbs that race them. A ledger of every record says what was early, doubled, moved, lost or told too late.

mod ahead;
mod held;
mod jumps;
mod ledger;
mod races;
mod reloads;

/// A number from the environment, for the long forms of `make torture`.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Plays seeds, and says how one that fails is played again. `BATOND_SEED=n` plays one, `BATOND_SEEDS=n` that many, else as many as given.
fn seeds(test: &str, plain: u64, mut play: impl FnMut(u64)) {
    let seeds = match number("BATOND_SEED") {
        Some(one) => one..one + 1,
        None => 1..number("BATOND_SEEDS").unwrap_or(plain) + 1,
    };
    for seed in seeds {
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play(seed)));
        assert!(
            played.is_ok(),
            "seed {seed} fails; play it again with: BATOND_SEED={seed} cargo test --test it {test}"
        );
    }
}
