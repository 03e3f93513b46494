//! Aligned columns. May import nothing of the crate. The last column takes what is left; on a narrow terminal a row becomes two lines.

use super::screen::cut;

/// The last column is never squeezed below this.
const MIN_LAST_CHARS: usize = 24;
/// Between two columns.
const GAP: &str = "  ";

/// Lays out rows under their headings. `columns` is the terminal's width, `None` if nothing has to fit.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]], columns: Option<usize>) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let fixed: Vec<usize> = (0..N.saturating_sub(1)).map(width).collect();
    let before_last: usize = fixed.iter().map(|width| width + GAP.len()).sum();
    let stacked = columns.is_some_and(|columns| columns < before_last + MIN_LAST_CHARS);
    let room = columns.map(|columns| {
        if stacked {
            columns.saturating_sub(GAP.len())
        } else {
            columns - before_last
        }
    });
    let mut text = String::new();
    let mut row = |cells: &[String]| {
        let Some((last, cells)) = cells.split_last() else { return };
        let line: Vec<String> = cells.iter().zip(&fixed).map(|(cell, width)| format!("{cell:width$}")).collect();
        let last = room.map_or_else(|| last.clone(), |room| cut(last, room));
        let line = line.join(GAP);
        let whole = if stacked {
            format!(
                "{}\n{GAP}{last}",
                columns.map_or_else(|| line.clone(), |columns| cut(line.trim_end(), columns))
            )
        } else if cells.is_empty() {
            last
        } else {
            format!("{line}{GAP}{last}")
        };
        text.push_str(whole.trim_end());
        text.push('\n');
    };
    row(&head.map(str::to_owned));
    rows.iter().for_each(|cells| row(cells));
    text
}
