//! Columns.

use crate::terminal::without_controls;

/// Rows under their headings, each column as wide as what stands in it; the last one is not filled up.
pub(crate) fn table<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut lines = vec![headings.map(str::to_owned)];
    lines.extend(rows.into_iter().map(|row| row.map(|cell| without_controls(&cell))));
    let width =
        |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: &[String; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_needed_and_obey_nobody() {
        let rows = vec![["1".to_owned(), "a\u{1b}[2J".to_owned()], ["22".to_owned(), String::new()]];
        assert_eq!(table(["ID", "NAME"], rows), "ID  NAME\n1   a\\u001b[2J\n22");
    }
}
