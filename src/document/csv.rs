//! Fields between commas, in place: what the readers of orders and of price series have in common.
//!
//! Idea: any spreadsheet can write these files, so its habits are read: quotes around a field (RFC 4180), blanks around it,
//! a comma behind the last one, blank lines and comments (`#`) anywhere. What looks like another habit (semicolons, tabs) is
//! named for what it is. A field is a slice of its line; a quote inside of quotes stays doubled, as it is written.
//! Errors: a `Complaint` that points at the field.
//! Left out: fields that go on in the next line.

use std::ops::Range;

use super::problem::{Complaint, clipped, nearest};

/// A field and where it stands in its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Field<'a> {
    /// What is written, without the quotes and the blanks around it.
    pub text: &'a str,
    /// Where it begins.
    pub start: usize,
}

impl Field<'_> {
    /// Its bytes.
    pub const fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// A complaint about it, by this name.
    pub fn wrong(&self, name: &str) -> Complaint {
        if self.text.is_empty() {
            return Complaint::new(self.span(), format!("there is no {name} here"));
        }
        Complaint::new(self.span(), format!("`{}` is no {name}", clipped(self.text)))
    }

    /// Which of the words it is; the case of letters does not matter.
    ///
    /// # Errors
    /// None of them.
    pub fn among(&self, name: &str, words: &[&str]) -> Result<usize, Complaint> {
        let found = words.iter().position(|word| word.eq_ignore_ascii_case(self.text));
        found.ok_or_else(|| self.wrong(name).among(self.text, words))
    }
}

/// Whether a line holds nothing: it is blank, or a comment.
pub fn is_empty(line: &str) -> bool {
    let content = line.trim_ascii_start();
    content.is_empty() || content.starts_with('#')
}

/// The fields of a line, those that are missing at its end empty.
///
/// # Errors
/// There are more of them, or a quote is not closed; `columns` says what may stand there.
pub fn fields<'a, const N: usize>(line: &'a str, columns: &str) -> Result<[Field<'a>; N], Complaint> {
    let mut fields = [Field { text: "", start: line.len() }; N];
    let (mut column, mut start) = (0, 0);
    loop {
        let (field, next) = field(line, start)?;
        match fields.get_mut(column) {
            Some(place) => *place = field,
            // A comma behind the last field begins one that holds nothing.
            None if field.text.is_empty() => {}
            None => {
                let complaint = Complaint::new(start..line.len(), format!("more than {N} fields"));
                return Err(complaint.allow(columns));
            }
        }
        column += 1;
        match next {
            Some(next) => start = next,
            None => return Ok(fields),
        }
    }
}

/// How many fields the line has, if its quotes are closed; an empty one at its end does not count.
pub fn count(line: &str) -> usize {
    let (mut count, mut start, mut last) = (0, 0, 0);
    while let Ok((field, next)) = field(line, start) {
        count += 1;
        if !field.text.is_empty() {
            last = count;
        }
        match next {
            Some(next) => start = next,
            None => break,
        }
    }
    last
}

/// A complaint about a line that is the header of no such file: about the column that is misspelt, or else about all of it.
pub fn no_header(line: &str, headers: &[&str], found: &str) -> Complaint {
    let misspelt = headers.iter().find_map(|header| misspelt(line, header));
    let complaint = match misspelt {
        Some((field, name)) => field.wrong("column").among(field.text, &[name]),
        None => Complaint::new(0..line.len(), found),
    };
    complaint.allow(headers.iter().map(|header| format!("`{header}`")).collect::<Vec<_>>().join(" or "))
}

/// Whether all but one of the columns of a line are the header's, and that one nearly.
pub fn is_nearly_header(line: &str, header: &str) -> bool {
    misspelt(line, header).is_some()
}

/// The one column of a line that is not the header's, if it is near, with the header's own name.
fn misspelt<'a, 'h>(line: &'a str, header: &'h str) -> Option<(Field<'a>, &'h str)> {
    let (mut start, mut found) = (Some(0), None);
    for name in header.split(',') {
        let (field, next) = field(line, start?).ok()?;
        if !name.eq_ignore_ascii_case(field.text) {
            if found.is_some() {
                return None;
            }
            found = nearest(field.text, &[name]).map(|_| (field, name));
            found?;
        }
        start = next;
    }
    found
}

/// Whether this line names just these columns.
pub fn is_header(line: &str, columns: &str) -> bool {
    let mut start = 0;
    let mut names = columns.split(',');
    loop {
        let Ok((field, next)) = field(line, start) else { return false };
        match names.next() {
            Some(name) if name.eq_ignore_ascii_case(field.text) => {}
            None if field.text.is_empty() => {}
            _ => return false,
        }
        match next {
            Some(next) => start = next,
            None => return names.next().is_none(),
        }
    }
}

/// What divides the fields of a line, if it is no comma.
///
/// # Errors
/// It is something else.
pub fn divided_by_commas(line: &str, columns: &str) -> Result<(), Complaint> {
    let commas = line.matches(',').count();
    let others = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
    let divides = |divider: char| line.matches(divider).count() >= commas.max(1);
    match others.into_iter().find(|(divider, _)| divides(*divider)) {
        Some((divider, name)) => {
            let at = line.find(divider).unwrap_or_default();
            let complaint = Complaint::new(at..at + 1, format!("{name} divide the fields here"));
            Err(complaint.allow(format!("commas: {columns}")))
        }
        None => Ok(()),
    }
}

/// The field that begins here, and where the next one does.
fn field(line: &str, start: usize) -> Result<(Field<'_>, Option<usize>), Complaint> {
    let rest = &line[start..];
    let blanks = rest.len() - rest.trim_ascii_start().len();
    if !rest[blanks..].starts_with('"') {
        let text = rest.split(',').next().unwrap_or_default();
        let next = (text.len() < rest.len()).then_some(start + text.len() + 1);
        let trimmed = text.trim_ascii();
        let start = start + if trimmed.is_empty() { 0 } else { blanks };
        return Ok((Field { text: trimmed, start }, next));
    }
    let open = start + blanks;
    let close = closing_quote(line, open + 1).ok_or_else(|| {
        Complaint::new(open..line.len(), "this quote is not closed in its line")
            .allow("a quote at both ends of the field")
    })?;
    let behind = &line[close + 1..];
    let text = behind.split(',').next().unwrap_or_default();
    if !text.trim_ascii().is_empty() {
        let at = close + 1..close + 1 + text.len();
        return Err(
            Complaint::new(at, "text behind the closing quote").allow("a comma; a quote inside of quotes is doubled")
        );
    }
    let inside = &line[open + 1..close];
    let blanks = inside.len() - inside.trim_ascii_start().len();
    let next = (text.len() < behind.len()).then_some(close + 1 + text.len() + 1);
    Ok((Field { text: inside.trim_ascii(), start: open + 1 + blanks }, next))
}

/// Where the quote closes that was opened before `from`; two together are one that is meant.
fn closing_quote(line: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += line[at..].find('"')?;
        if !line[at + 1..].starts_with('"') {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<[&str; 3], String> {
        fields::<3>(line, "a,b,c").map(|fields| fields.map(|field| field.text)).map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn the_habits_of_spreadsheets_are_read() {
        for (line, expected) in [
            ("a,b,c", ["a", "b", "c"]),
            (" a ,\tb, c ", ["a", "b", "c"]),
            ("a,b,c,", ["a", "b", "c"]),
            ("a,b,c,,  ,", ["a", "b", "c"]),
            ("a", ["a", "", ""]),
            ("", ["", "", ""]),
            ("\"a\",\"b\" , \" c \"", ["a", "b", "c"]),
            ("\"a,b\",b,\"say \"\"no\"\"\"", ["a,b", "b", "say \"\"no\"\""]),
            ("\"\",b,c", ["", "b", "c"]),
            ("é,\"漢\",c", ["é", "漢", "c"]),
        ] {
            assert_eq!(read(line).as_ref(), Ok(&expected), "{line}");
        }
        for (line, words) in [
            ("a,b,c,d", "more than 3 fields (allowed: a,b,c)"),
            ("a,\"b,c", "not closed"),
            ("a,\"b\"x,c", "text behind the closing quote"),
            ("\"", "not closed"),
        ] {
            assert!(read(line).unwrap_err().contains(words), "{line}");
        }
        let [_, second, _] = fields::<3>("a, \" b\",c", "").unwrap();
        assert_eq!(second, Field { text: "b", start: 5 });
        assert_eq!((count("a,b"), count("a,b,c,"), count("")), (2, 3, 0));
    }

    #[test]
    fn a_header_is_its_columns_however_they_are_written() {
        for line in ["Date,Open", "date, OPEN ", "\"Date\",\"Open\"", "Date,Open,", " Date ,Open,,"] {
            assert!(is_header(line, "Date,Open"), "{line}");
        }
        for line in ["Date", "Date,Open,High", "Open,Date", "", "\"Date", "Date;Open"] {
            assert!(!is_header(line, "Date,Open"), "{line}");
        }
        assert!(is_empty("  # Date") && is_empty("") && is_empty(" \t") && !is_empty("a"));
    }

    #[test]
    fn another_divider_is_named() {
        assert_eq!(divided_by_commas("a,b,c", ""), Ok(()));
        for (line, name) in
            [("a;b;c", "semicolons"), ("a\tb\tc", "tabs"), ("a|b|c", "bars"), ("1,5;2,5;3,5;", "semicolons")]
        {
            let wrong = divided_by_commas(line, "a,b,c").unwrap_err();
            assert!(wrong.to_string().contains(name), "{line}: {wrong}");
        }
    }
}
