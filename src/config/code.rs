//! The table of diagnostics: a stable code, a title and an explanation for each. May import nothing of the crate. A code never changes its meaning.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($variant:ident $code:literal $title:literal $why:literal;)*) => {
        /// What kind of mistake a diagnostic reports; prints as `B0203`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it is printed, such as `B0203`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// A title of a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means and what to do, in one or two sentences.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $why,)* }
            }
        }
    };
}

codes! {
    // --- B01xx: files, YAML, keys
    FileUnreadable "B0101" "A file cannot be read" "The file or folder is missing or may not be read by this user. Make it readable, or remove it.";
    NoMainFile "B0102" "There is no batond.yaml" "The configuration folder must hold a file named batond.yaml. `batond init` writes a folder to start from.";
    FileTooLarge "B0103" "A file is too large" "A configuration file is at most 1 MiB, and all of them together at most 64 MiB. Split it: files are merged by key.";
    TooManyFiles "B0104" "There are too many files" "At most 1,000 files are read, in folders nested at most 16 deep. Point `--config` at the configuration folder itself.";
    NotUtf8 "B0105" "A file is not UTF-8" "Configuration files are UTF-8 text. Save the file again in that encoding.";
    NotYaml "B0106" "A file is not YAML" "The text cannot be read as YAML. The usual causes: an indentation that does not line up, a missing quote, a tab.";
    SeveralDocuments "B0107" "A file holds several documents" "One file is one YAML document. Put what follows `---` into a file of its own.";
    UnknownKey "B0108" "A key is not known" "No key of this name has a meaning here, and nothing is ever ignored. Look for a slip of the pen or a wrong indentation.";
    MissingKey "B0109" "A key is missing" "Something that is required is not there.";
    WrongType "B0110" "A value has the wrong form" "A text stands where a list or a mapping should, or the other way round. A text that looks like a number or starts with `{` needs quotes.";
    NotYet "B0111" "Not available yet in this version" "The key has a meaning in batond's language, but this version cannot do it yet. Remove it.";
    NoEffect "B0112" "A key has no effect here" "The key is known, but beside the others it would be ignored. Remove it, or move it to where it acts.";

    // --- B02xx: names
    DefinedTwice "B0201" "A name is defined twice" "Each name is defined once, over all files together. Remove or rename one of the two.";
    BadName "B0202" "A name has characters it cannot have" "Names are said in mail and on the command line: letters, digits, `-`, `_` and `.`, at most 64, starting with a letter or digit.";
    UnknownQueue "B0203" "A queue is not known" "No queue of this name is defined under `queues`.";
    UnknownPerson "B0204" "A person is not known" "No person of this name is defined under `people`.";
    UnknownTeam "B0205" "A team is not known" "No team of this name is defined under `teams`.";
    UnknownRotation "B0206" "A rotation is not known" "No rotation of this name is defined under `rotations`.";
    UnknownCalendar "B0207" "A calendar is not known" "No calendar of this name is defined under `calendars`.";
    UnknownEscalation "B0208" "An escalation is not known" "No escalation of this name is defined under `escalations`.";
    UnknownSource "B0209" "A source is not known" "A condition names a source that is not defined under `sources`, so it could never hold.";
    PrefixTwice "B0210" "Two queues share a prefix" "An item's id is its queue's prefix and a number, so each queue needs a prefix of its own. QUA belongs to the built-in quarantine queue, SHIFT to the lists of items that go with a change of shift, AWAY to those handed on when somebody goes away, DAY to digests, SWAP to swaps of duty, DUTY to notices about duty, ROUND to rounds.";
    AddressTwice "B0211" "Two people share an address" "Whoever writes from an address must be one person. Give the address to one of them.";
    CoverLoop "B0212" "Covers form a loop" "Following `cover` from person to person leads back to the start, so nobody would be found. Break the loop.";
    CoverSelf "B0213" "A person covers for themselves" "A cover stands in when the person is away; name somebody else.";
    EmptyTeam "B0214" "A team is empty" "A team has at least one member; an item given to an empty one would reach nobody.";
    EmptyRotation "B0215" "A rotation is empty" "A rotation has at least one person; nobody would ever be on duty.";
    NamedTwiceInList "B0216" "A person stands twice in a team" "Each member is listed once.";
    NeverUsed "B0217" "Something is defined and never used" "A warning: nothing refers to this name. Use it or remove it.";
    UnknownRule "B0218" "A rule is not known" "No rule of this name is defined under `rules`. A rule is named by its whole `name`.";
    UnknownRound "B0219" "A round is not known" "No round of this name is defined under `rounds`.";

    // --- B03xx: values
    BadDuration "B0301" "Not a duration" "Write elapsed time as `90s`, `15m`, `4h`, `2d`, `1w`, working time as `4 working hours` or `2 working days`; at most ten years.";
    BadZone "B0302" "Not a time zone" "Write a name of the IANA time zone database, such as `Europe/Berlin` or `UTC`.";
    BadHours "B0303" "Not working hours" "Write days and spans of 24-hour times: `mon-thu: \"09:00-17:30\"`, several spans as a list. A span that ends before it starts is a night and ends on the next day; spans do not overlap.";
    BadDate "B0304" "Not a date" "Write a date as `2026-12-25`, a local time as `2026-12-25 09:00`.";
    BadChanges "B0305" "Not a time of change" "Write `mon 09:00`, `daily 09:00`, or the five fields of crontab(5).";
    BadRegex "B0306" "Not a regular expression" "The syntax is that of Rust's regex crate: no look-around, no back-references. In YAML, put expressions in single quotes.";
    BadGlob "B0307" "Not a glob" "`*` stands for any text, `?` for one character; the glob must match the whole value. To mean them literally, write `\\*` and `\\?`.";
    BadTemplate "B0308" "Not a template" "Templates are written in MiniJinja (Jinja2): `{{ subject }}`. Names and filters must exist.";
    BadJsonPath "B0309" "Not a path into JSON" "Write dotted names and indexes, `json.alerts[0].labels.severity`, or an RFC 9535 path that starts with `$`.";
    BadAddress "B0310" "Not an e-mail address" "Write `name@domain`, without a display name.";
    BadRecipient "B0311" "Not a pattern of recipients" "`for:` lists address patterns with one `@`, such as `*@ops.example` or `support@*`.";
    BadListen "B0312" "Not an address to listen on" "Write an IP address and a port: `127.0.0.1:2525`, `[::1]:2525`, `0.0.0.0:25` for all of IPv4.";
    BadRelay "B0313" "Not a relay" "Write `smtp://host:587?tls=required`, `smtps://host`, or `file:///path` to write mail into a folder; `{ url, ca, auth }` says more of one. `ca` is a PEM file.";
    BadPrefix "B0314" "Not a prefix" "A prefix has 1 to 8 characters, A to Z and digits, the first a letter.";
    BadPriority "B0315" "Not a priority" "The priorities are low, normal, high, urgent.";
    BadNetwork "B0316" "Not a network" "Write an IP address or a network in CIDR form: `192.0.2.0/24`, `2001:db8::/32`.";
    BadNumber "B0317" "A number or size is out of range" "The message names the range. Sizes are written `500 KiB`, `25 MiB`, or as bytes.";
    BadHolidays "B0318" "A holiday calendar cannot be used" "The .ics file is missing, unreadable or not iCalendar (RFC 5545). Its path is read from the configuration folder.";
    BadWord "B0319" "A word is not one of the allowed" "The message or hint lists the words that have a meaning here.";
    EmptyText "B0320" "A text is empty" "Something people read or a rule looks for is empty.";
    NoHours "B0321" "Working time in a calendar without hours" "Working time can only be counted, and people only be reached, in a calendar that has `hours`, some of them still ahead.";
    BadParty "B0322" "Not somebody" "Write a person, `team:NAME`, `rotation:NAME`, and where it makes sense `holder`, `owner` or an address.";
    BadHeader "B0323" "Not the name of a header" "A header's name is letters, digits and `-`.";
    LongDesk "B0324" "The desk's address is too long for reply keys" "Replies go to `desk+KEY@domain`, and what stands before the @ may have 64 octets: at most 15 of them are the desk's own name.";
    BadField "B0325" "Not a part of a message" "Rules look at `source`, `kind`, `from`, `to`, `cc`, `subject`, `body`, `text`, `known`, `list`, `attachment.name`, `attachment.type`, `size`, `auth.dkim`, `auth.spf`, `auth.dmarc`, `header.NAME`, `json.PATH`, `form.NAME`, `query.NAME`.";
    BadBound "B0326" "Nothing that can be compared" "`gt`, `gte`, `lt` and `lte` compare numbers, sizes (`5 MiB`), dates (`2026-12-01`) and instants (`2026-12-01T09:00:00+01:00`) in `size`, `header.NAME`, `json.PATH`, `form.NAME` and `query.NAME`. For other parts use `is`, `in`, `contains` or `regex`.";
    BadBy "B0327" "Not a time by which something is expected" "Write a time of day, `by: \"07:00\"`, or the five fields of crontab(5).";
    BadDue "B0328" "Not a time to be done" "Write `due` as a length of time (`4 working hours`), a time of day (`17:00`), a date, a date with a time, or an instant with its offset. A template must come out as one of these.";
    BadExpr "B0329" "Not an expression" "Expressions are written in MiniJinja without braces: `json.count > 5 and subject is startingwith(\"x\")`. They are true or false; names and filters must exist.";
    BadReceiver "B0330" "Not the name of a receiver" "`trusted_receiver` is the name your mail server gives itself at the start of the Authentication-Results it adds, such as mx.ops.example.";
    BadWait "B0331" "Not a wait for a group" "`wait` is elapsed time of at most a day: what is grouped is told by then at the latest.";
    BadCall "B0332" "Not an address to call" "`call` goes to a fixed http or https address with a host, such as https://ci.example/hooks/batond, without a fragment. What changes from message to message goes into `body`.";
    BadPeriod "B0333" "A time that ends before it begins" "`until` is after `from`. A date stands for all of its day: `until: 2026-12-26` ends with that day.";
    BadFeed "B0334" "A calendar of duty cannot be used" "The .ics file is missing, unreadable or not iCalendar (RFC 5545). Its path is read from the configuration folder.";
    BadUntil "B0335" "Not a time at which a mute ends" "A mute ends at a time that is known from the start: a date with a time, `until: \"2026-12-01 06:00\"` beside `time_zone` or `calendar`, or an instant with its offset, `2026-12-01T06:00:00Z`. It says `why`, and no mute lasts for ever.";
    BadBudget "B0336" "Not a budget of mails" "`budget: { mails: 5, in: 10m, per_item: 3 }`: at most so many mails to one person in a while, the last of them for what is urgent, and so many of them about one item. What comes past it waits until there is room again and is sent together.";
    BadStart "B0337" "Not a time at which a round begins" "Write `at: start of day`, where each is asked when their own day begins, a time of day such as \"09:00\", or the five fields of crontab(5), with `time_zone: personal` or the name of a zone.";
    BadOptions "B0338" "Not the options of a decision" "A decision has at least two options, each with words of its own: they are numbered, and people answer with the number or the words.";
    BadNeeds "B0339" "More must approve than are asked" "A sign-off that needs more approvals than there are people could never be approved.";
    BadDigest "B0340" "Not a time at which a digest comes" "A digest comes at the `start of day`, at the times of a crontab in the zone of whoever gets it, or not at all: `none`.";
    BadCoverage "B0341" "Not how often coverage is mailed" "The owners of queues are told `weekly` what is not covered, or not at all: `none`.";
    BadSigns "B0342" "Not what a signature covers" "`signs` writes down what the sender signs, in order: `{body}`, `{timestamp}` and `{id}` stand for what was sent, everything else for itself, as in \"v0:{timestamp}:{body}\". The body is always among it, and so is a stamp that counts.";
    BadDkim "B0343" "Mail cannot be signed like this" "`dkim: { domain: ops.example, selector: batond1, key: \"${file:/etc/batond/dkim.pem}\" }`: a private key in PEM, of RSA with 2048 bits or of Ed25519. `batond check` says which record to publish in DNS.";
    BadServer "B0344" "Not the name of a server" "A mailbox is read from a server by its name, such as imap.example.org, or its IP address; the port stands under `port`.";
    BadFolder "B0345" "Folders that do not go together" "A source reads 1 to 20 folders, each once, by the names its server has for them; `done_folder` and `failed_folder` are other ones.";
    BadWebhook "B0346" "Not a webhook that can be called" "`send: { webhooks: { NAME: { url, secret, events, queues } } }`: the address is http or https, in the file or whole in a secret; `ca` is a PEM file of certificates.";

    // --- B04xx: rules, queues, ladders
    RuleWithoutEnd "B0401" "A rule leads nowhere" "What follows from a rule is exactly one of `queue`, `close` and `drop`.";
    RuleWithTwoEnds "B0402" "A rule leads to two places" "What follows from a rule is exactly one of `queue`, `close` and `drop`. Split the rule.";
    Unreachable "B0403" "A rule can never match" "An earlier rule takes everything this one could match. Move it up, or remove it.";
    EmptyCondition "B0404" "A condition is empty" "An empty list of alternatives can never hold. Write at least one.";
    Undocumented "B0405" "A queue is not documented" "A queue states its purpose, its owner, what counts as urgent and what a handoff must say, or it does not load: notices quote these lines.";
    NoSteps "B0406" "An escalation has no steps" "An escalation is a list of at least one step.";
    IdleStep "B0407" "An escalation step does nothing" "A step tells somebody (`tell`), passes the item on (`pass_to`) or raises its `priority`.";
    NoUnmatched "B0408" "There is no place for what no rule takes" "`unmatched: { queue: NAME }` is required: nothing falls through.";
    StepsOutOfOrder "B0409" "A step comes before the one above it" "A warning: steps count from the start of the escalation, not from the step before. Put them in order.";
    RoundOfNobody "B0410" "A round asks nobody" "`people` names at least one person, team or rotation.";

    // --- B05xx: safety
    SecretWritten "B0501" "A secret is written in the file" "Secrets never stand in the configuration. Write `${env:NAME}`, `${file:/path}` or `${credential:name}`.";
    SecretMissing "B0502" "A secret cannot be found" "The variable, file or credential that a reference names is not there or cannot be read.";
    SecretEmpty "B0503" "A secret is empty" "An empty secret verifies everybody. Put a long random text there: `openssl rand -hex 32` makes one.";
    SecretReadable "B0504" "A secret's file can be read by everybody" "Take the right to read from others: `chmod o-rwx FILE`.";
    OpenHook "B0505" "A webhook is open to everybody" "`verify: none` needs `allow_from`, the networks that may send.";
    NoWeb "B0506" "A webhook source without a place to listen" "Webhooks come in by HTTP: `web: { listen: \"127.0.0.1:8025\" }`.";
    ListenTwice "B0507" "Two listeners on one address" "Only one can have the port. Give each its own.";
    OwnAddress "B0508" "batond's own address as a reader" "A notice to it would come back in and make a loop. Use the address of a person.";
    MisplacedSecret "B0509" "A reference to a secret where none is read" "`${…}` is resolved in secrets and in `send.relay` only; anywhere else it would be taken as it stands.";
    ClearPassword "B0510" "A password is sent in the clear" "A warning: add `?tls=required` to the relay, or use `smtps://`.";
    BadCertificate "B0511" "A certificate cannot be used" "`tls` names two PEM files: the certificate with those that lead to its root, and the key that belongs to it, without a passphrase. batond's user must be able to read both.";
    SecretForm "B0512" "A secret has not the form of its scheme" "Standard Webhooks hand out `whsec_` and base64 of 24 to 64 octets, or `whpk_` and base64 of a public key. Copy it as it is.";
    InTheClear "B0513" "A secret would go out in the clear" "A mailbox is read by TLS (`tls: implicit` or `tls: starttls`), and a token is renewed by https; what is on this machine may do without.";
    ClearLogin "B0514" "A login without encryption" "`auth` of a source needs `tls` beside it: names and secrets are only taken once the connection is encrypted.";

    // --- B06xx: what works and is most likely not meant, all of them warnings
    QueueWithoutRule "B0601" "Nothing leads to a queue" "A warning: no rule and nothing else puts items there. Add a rule, or remove the queue.";
    LadderReachesNobody "B0602" "An escalation ends with the holder" "A warning: whoever did not answer is all its last step reaches. Tell the owner or pass the item on.";
    NoSuchMailbox "B0603" "A person cannot be reached by mail" "A warning: the address is one no mail reaches, or one that batond takes in itself. Give the person one they read.";
    RotationGap "B0604" "A rotation has a gap" "A warning: in a turn of the next eight weeks the person on duty works no hour, while the queue that relies on them does.";
    KeysFight "B0605" "Two rules make the same keys for different queues" "A warning: a key finds its open item in whatever queue it is. The second rule's messages join the first one's items. Begin one key with a word of its own.";
    Shadowed "B0606" "Part of a rule never decides" "A warning: an earlier rule takes everything that this alternative could match. Remove it, or put the rule before the other.";
    NobodyTrusted "B0607" "A condition on proof that nobody brings" "A warning: `auth.dkim`, `auth.spf` and `auth.dmarc` are only there for mail from a source with a `trusted_receiver` or `verify`. Name the mail server that checks, or remove the condition.";
    RuleUntested "B0608" "No case tries a rule" "A warning, once there are cases: none of them sends a message that this rule takes, so nothing shows what it does. Add one under `tests:`.";
    CaseFails "B0609" "A case fails" "A warning: what the case expects is not what these rules do. `batond test` shows the difference.";
    CallUnsigned "B0610" "A call goes out unsigned" "A warning: no webhook under `send.webhooks` has this address, so that calls of it carry no signature and whoever receives them cannot tell who called. Name it there with a `secret`.";
    NobodyOnDuty "B0611" "Nobody is on duty" "A warning: at times in the next eight weeks a rotation has nobody, while the queue that relies on it works. Items then wait, parked, and the owner is told.";
    FeedNamesNobody "B0612" "A calendar of duty names somebody else" "A warning: events that name nobody under `people` are left out. An attendee's address or a name in the summary says who is meant.";
    MuteOver "B0613" "A mute is over" "A warning: its `until` has passed, so it covers nothing any more. Remove it, or write another time.";
    NothingProves "B0614" "Nothing proves who writes" "A warning: mail that comes in by this source carries no proof of its sender, so that `done`, `pass`, `drop` and whatever else needs one is asked back: the person at their own address confirms it with one reply. `trusted: true` says that what hands mail over has made sure who wrote it; `trusted_receiver` names the mail server that says so in its Authentication-Results; `verify: true` checks DKIM and SPF at a port that takes mail from the internet itself.";
    CertificateEnds "B0615" "A certificate ends soon" "A warning: in less than 21 days, or already, clients refuse this certificate. Renew it; the new one is taken as soon as its files change.";
    DkimElsewhere "B0616" "Mail is signed by another domain" "A warning: DMARC counts a signature only where its domain is that of the sender. Sign by the domain of the desk's address.";

    // --- B07xx: cases of `batond test`
    CaseWithoutMessage "B0701" "A case gives nothing" "A case says what comes in: `mail`, `webhook`, or a list of `steps` in which something happens.";
    CaseWithoutExpectation "B0702" "A case expects nothing" "A case says what must come of it under `expect`; without that it could never fail.";
    BadMoment "B0703" "Not a time of a case" "Write `mon 09:00`, `2026-12-01 09:00`, `17:30` or `+4 working hours`; a zone may follow a local time.";
    GivenMissing "B0704" "A file of a case cannot be read" "The path starts at the folder of the file that names it. A file is at most 25 MiB.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
