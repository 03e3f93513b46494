//! Timelines: scenarios in the domain's words, played on virtual time, compared as printed tables. `BATOND_UPDATE=1` writes the tables anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use batond::policy::Policy;
use batond::simulate::{Scenario, What, play_among};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline")
}

fn read(path: PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn policy(name: &str) -> Arc<Policy> {
    let loaded = batond::config::load(&folder().join(format!("{name}.yaml")));
    let config = loaded
        .config
        .unwrap_or_else(|| panic!("{name}.yaml is refused: {:?}", loaded.diagnostics));
    Arc::new(config.policy)
}

/// Plays `tests/it/timeline/NAME.scenario` under a configuration beside it and compares what happened with `NAME.table`.
fn check(name: &str, config: &str) {
    let folder = folder();
    let scenario =
        Scenario::parse(&read(folder.join(format!("{name}.scenario")))).unwrap_or_else(|error| panic!("{name}.scenario: {error}"));
    let others: Vec<(String, Arc<Policy>)> = scenario
        .steps
        .iter()
        .filter_map(|step| match &step.what {
            What::Reload(name) => Some((name.clone(), policy(name))),
            _ => None,
        })
        .collect();
    let policy = policy(config);
    let seen = play_among(&scenario, Arc::clone(&policy), &others).unwrap_or_else(|error| panic!("{name}.scenario: {error}"));
    assert_eq!(
        seen,
        play_among(&scenario, policy, &others).expect("plays a second time"),
        "two runs print the same bytes"
    );
    let table = folder.join(format!("{name}.table"));
    if std::env::var_os("BATOND_UPDATE").is_some() {
        std::fs::write(&table, &seen).expect("the table can be written");
        return;
    }
    let expected = read(table);
    assert!(
        seen == expected,
        "{name}: what happened differs.\n--- expected\n{expected}\n--- seen\n{seen}\nBATOND_UPDATE=1 takes what was seen."
    );
}

macro_rules! timelines {
    ($config:literal: $($name:ident)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name), $config);
        }
    )*};
}

timelines! { "support":
    accepted_and_done
    unanswered_climbs_the_ladder
    handoff_accepted
    handoff_unanswered_returns
    handoff_with_a_plan
    handoff_prompts_the_giver
    handoff_keeps_what_waits
    declined_goes_on
    quiet_hours_are_joined
    urgent_goes_at_once
    waiting_follows_up_and_closes
    waiting_ends_by_an_answer
    snoozed_comes_back
    alerts_join_and_close
    repeats_change_nothing
    nobody_is_parked
    answers_without_a_key
    clocks_over_the_weekend
    downtime_fires_each_timer_once
    two_claims_have_one_winner
    a_blocked_item_tells_its_owner
    a_late_message_begins_anew
    the_requester_writes_a_verb
    an_answer_from_another_address
    passing_to_who_cannot
    robots_end
    a_colleague_writes_after_the_end
    undo_each_command
    undo_of_a_handoff
    watched_by_a_colleague
    moved_to_another_queue
    merged_into_another
    a_guest_is_invited
    the_requester_says_that_it_is_solved
    a_bounce_fails_its_delivery
    a_late_mail_is_only_noted
    a_bounce_to_our_own_people
    a_forged_bounce_changes_nothing
    an_address_that_comes_back_is_marked
    a_marked_address_writes_again
    one_answer_for_each_thread
}

timelines! { "unproven":
    asked_back_and_confirmed
}

timelines! { "silent":
    a_silent_source
    a_silent_source_after_downtime
}

timelines! { "ladders":
    steps_count_from_one_another
    a_ladder_ends_by_its_own_word
    due_and_escalate_by_mail
}

timelines! { "tamed":
    expected_arrives_in_time
    expected_is_missed_and_comes_late
    expected_is_missed_again
    expected_over_days_off
    expected_while_down
    expected_reloaded
    grouped_and_told_once
    grouped_urgent_goes_at_once
    grouped_and_over_before_it_was_told
    grouped_while_down
    grouped_up_to_a_number
    muted_and_summed_up
    muted_and_closed_meanwhile
    muted_and_taken_up
    muted_by_its_holder
    muted_except_urgent
    muted_opened_again
    muted_over_a_reload
    muted_while_down
    muted_queue_by_hand
    muted_key_ended_by_hand
}

timelines! { "actions":
    one_message_two_queues
    one_message_two_queues_one_for_each
    several_rules_one_item
    a_key_in_two_queues
    due_as_a_rule_says
    due_on_the_next_working_day
    due_only_gets_sooner
    due_that_is_no_time
    the_least_loaded_is_asked
    a_team_takes_turns
    a_rule_answers
    a_rule_answers_no_robot
    a_rule_answers_and_drops
    a_rule_tells_others
    a_rule_sends_a_mail_on
    a_rule_queues_calls
    a_rule_mutes_its_item
    a_rule_mutes_what_somebody_has
    a_word_waits_for_a_mute
    a_word_waits_for_a_group
    a_rule_expects_another_message
    a_rule_expects_itself_again
}

timelines! { "storm":
    storm_is_sent_together
    storm_at_night
    storm_of_one_item
    storm_with_a_budget_of_ones_own
    storm_and_a_handoff
}

timelines! { "morning":
    held_and_settled_meanwhile
    one_word_to_who_owns_and_has_it
    digest_in_two_zones
    digest_of_an_empty_day
    digest_holds_what_waited
    digest_on_a_morning_that_moves
    digest_not_while_away
    digest_over_a_reload
    digest_after_downtime
}

timelines! { "duty":
    the_baton_goes_round
    a_gap_in_duty_parks
    handoff_silence_asks_the_next
}

timelines! { "away":
    away_hands_over_to_the_cover
    away_one_notice_for_all
    away_and_silence
    away_to_an_owner_together
    away_and_nobody_covers
    a_cover_that_does_not_answer
    back_early
    away_said_to_the_desk
    away_proposed
    asked_by_mail
}

timelines! {
    "fair":
    no_hours_ahead_stands_still
}

timelines! { "reach":
    people_are_reached_as_they_say
}

timelines! { "shifts":
    shift_hands_all_over
    shift_taken_in_part
    shift_not_answered
    shift_keeps_what_rests
    shift_over_while_down
}

timelines! { "rounds":
    round_check_in_over_summer_time
    round_while_down
    round_closes_while_down
    round_somebody_is_away
    round_robots_do_not_answer
}

timelines! { "rounds_asked":
    round_decision_changed_and_silent
    round_sign_off_by_two_of_three
    round_sign_off_refused
    round_sign_off_left_open
    round_starts_once_for_the_same
    round_started_by_mail
    round_over_before_somebody_reads_of_it
    round_asks_when_they_are_back
    round_reloaded
}

timelines! { "swaps":
    swap_accepted
    swap_not_agreed
    swap_refused
    swap_over_downtime
    duty_changed_by_a_reload
    duty_changed_by_an_absence
    duty_mail_that_bounces
}

timelines! { "swaps_daily":
    swap_over_a_change_of_clocks
}

timelines! { "coverage":
    coverage_each_week
    coverage_beside_the_digest
    coverage_over_a_reload
    coverage_after_downtime
    coverage_while_away
}

timelines! { "welcome":
    welcome_back_by_date
    welcome_back_by_word
    welcome_back_after_downtime
    welcome_back_to_nothing
    welcome_back_and_off_again
    away_over_a_reload
}
