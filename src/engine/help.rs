//! The answer to `help`. May import nothing. Every verb that works is in it, and no other: a test holds that.

/// The verbs, as a mail shows them.
pub const TEXT: &str = "\
Write one of these on the first lines of your answer; everything below the first other line is kept as a note.

accept [, what you will do]    take it
decline WHY                    do not take it
done [NOTE]                    close it
pass PERSON|TEAM [NOTE]        hand it on; yours until they accept
reply TEXT                     answer the person who asked
wait [WHEN] [for WHOM]         wait; the response clocks stand still
snooze WHEN                    put it off
block WHY / unblock            it cannot go on / it can again
mute WHEN WHY / unmute         tell nobody until then / tell again
note TEXT                      keep a note
next: STEP / watch: RISK       in any note: for whoever has it next
priority low|normal|high|urgent
due WHEN                       when it must be done
escalate [WHY]                 up the ladder, now
update: TEXT                   how it stands, for who waits to hear
reopen / drop WHY              open it again / do not work on it
away [FROM] until WHEN [cover PERSON]
                               you are away; what you hold goes to whoever covers
back                           you are there again
swap WHEN with PERSON [for WHEN]
                               ask them to take your duty then
undo                           take back the last thing you said, within 10 minutes
watch / unwatch                hear of every change and note / no longer
move QUEUE [NOTE]              to another queue; the id stays
merge ID                       this one is closed, that one goes on for both
invite ADDRESS [WORDS]         ask somebody outside for help, by mail
send [NUMBERS]                 the files that came with it, as show numbers them
why / show / help              answered by mail
list / who / queue NAME        what is with you / who has duty / what a queue is

WHEN is 2h, 3d, tomorrow 9:00, friday, fri 14:00, 1 Dec, 2026-12-01, end of day, next week, in your own time zone.";
