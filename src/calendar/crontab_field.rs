//! One field of a crontab line, as crontab(5) has it. May import nothing of the crate. Read into the plain list of the numbers it stands for.

/// The numbers a field can hold and the names for them.
pub(super) struct Field {
    /// What errors call it.
    pub name: &'static str,
    pub least: u32,
    pub most: u32,
    /// Names for `least`, `least` + 1, …
    pub words: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fn field(name: &'static str, least: u32, most: u32, words: &'static [&'static str]) -> Field {
    Field { name, least, most, words }
}

/// The five fields in the order they are written. Weekdays go to 7, which is Sunday again.
pub(super) const FIELDS: [Field; 5] = [
    field("minute", 0, 59, &[]),
    field("hour", 0, 23, &[]),
    field("day of month", 1, 31, &[]),
    field("month", 1, 12, MONTHS),
    field("day of week", 0, 7, DAYS),
];

/// What a field stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Values {
    /// One bit for each number; Sunday is bit 0 only.
    pub bits: u64,
    /// Whether the field begins with `*`: such a day field restricts nothing by itself.
    pub star: bool,
}

impl Values {
    pub(super) fn has(&self, number: u32) -> bool {
        number < 64 && self.bits >> number & 1 == 1
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        (0..64).filter(|number| self.has(*number))
    }

    /// How many of the numbers are below `number`.
    pub(super) fn below(&self, number: u32) -> i64 {
        let mask = if number >= 64 { u64::MAX } else { (1 << number) - 1 };
        i64::from((self.bits & mask).count_ones())
    }

    pub(super) fn count(&self) -> i64 {
        i64::from(self.bits.count_ones())
    }
}

impl Field {
    /// Reads `*`, `5`, `mon`, `1-5`, `*/15`, `9-17/2` and lists of them. Like crontab(5), a step stands only after `*` or a range.
    pub(super) fn read(&self, text: &str) -> Option<Values> {
        let mut bits = 0_u64;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(number(step).filter(|step| *step > 0)?)),
                None => (part, None),
            };
            let (first, last) = match range.split_once('-') {
                _ if range == "*" => (self.least, self.most),
                Some((first, last)) => (self.one(first)?, self.one(last)?),
                None if step.is_some() => return None,
                None => (self.one(range)?, self.one(range)?),
            };
            // `fri-sun`: the name gives 0, the range means the Sunday after.
            let last = if last < first && last == 0 && self.most == 7 { 7 } else { last };
            if last < first {
                return None;
            }
            for value in (first..=last).step_by(usize::try_from(step.unwrap_or(1)).ok()?) {
                bits |= 1 << value;
            }
        }
        if self.most == 7 && bits >> 7 & 1 == 1 {
            bits = bits & !(1 << 7) | 1;
        }
        Some(Values {
            bits,
            star: text.starts_with('*'),
        })
    }

    fn one(&self, text: &str) -> Option<u32> {
        let word = self
            .words
            .iter()
            .zip(self.least..)
            .find(|(word, _)| text.eq_ignore_ascii_case(word));
        let value = word.map_or_else(|| number(text), |(_, value)| Some(value))?;
        (self.least..=self.most).contains(&value).then_some(value)
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

impl Field {
    /// A range for an error to show.
    pub(super) fn range_example(&self) -> &'static str {
        if self.most == 7 { "mon-fri" } else { "jan-mar" }
    }
}
