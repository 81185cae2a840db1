//! Dates of a price series: told in order, nothing else.
//!
//! Idea: a row's date matters only for whether it lies after the one before it, so a date becomes a number and is forgotten.
//! Shape: `2004-08-19`, with a time `09:30` or `09:30:00` after a space or a `T`, and `Z` or an offset such as `-05:00`.
//! Units: seconds since 1970, by the calendar that runs backwards for ever.
//! Sources: H. Hinnant, chrono-compatible low-level date algorithms: days from civil.

/// The moment that a date means; `None` if it is no date.
pub(super) fn moment(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', &[4, 2, 2])?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let midnight = (1..=days).contains(&day).then_some(days_from_civil(year, month, day) * 86_400)?;
    match rest.strip_prefix([' ', 'T']) {
        None if rest.is_empty() => Some(midnight),
        None => None,
        Some(rest) => Some(midnight + time(rest)?),
    }
}

/// A time of day with its offset, in seconds.
fn time(text: &str) -> Option<i64> {
    let end = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, offset) = text.split_at_checked(end)?;
    let offset = match offset.split_at_checked(1) {
        None | Some(("Z", "")) => 0,
        Some(("+", offset)) => hours(offset)?,
        Some(("-", offset)) => -hours(offset)?,
        Some(_) => return None,
    };
    let (minutes, seconds) = if clock.len() > 5 { clock.split_at_checked(5)? } else { (clock, ":00") };
    let [seconds] = numbers(seconds.strip_prefix(':')?, ':', &[2])?;
    (seconds < 60).then_some(hours(minutes)? + seconds - offset)
}

/// `09:30`, in seconds.
fn hours(text: &str) -> Option<i64> {
    let [hours, minutes] = numbers(text, ':', &[2, 2])?;
    (hours < 24 && minutes < 60).then_some((hours * 60 + minutes) * 60)
}

/// Numbers of so many digits each.
fn numbers<const N: usize>(text: &str, between: char, digits: &[usize; N]) -> Option<[i64; N]> {
    let parts: Vec<&str> = text.split(between).collect();
    let parts: [&str; N] = parts.try_into().ok()?;
    let fits =
        |(part, digits): (&&str, &usize)| part.len() == *digits && part.bytes().all(|byte| byte.is_ascii_digit());
    let fit = parts.iter().zip(digits).all(fits);
    fit.then(|| parts.map(|part| part.bytes().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))))
}

/// Days since 1970-01-01. A year begins with March here, so that the leap day is its last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_date_is_its_place_in_time() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("1969-12-31", -86_400),
            ("2000-02-29", 951_782_400),
            ("2004-08-19", 1_092_873_600),
            ("2004-08-19 09:30", 1_092_907_800),
            ("2004-08-19T09:30:01Z", 1_092_907_801),
            ("2004-08-19 09:30:00-05:00", 1_092_925_800),
            ("2004-08-19 09:30:00+05:30", 1_092_888_000),
        ] {
            assert_eq!(moment(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "d",
            "2004",
            "2004-8-19",
            "2004-13-01",
            "2004-00-01",
            "2004-02-30",
            "1900-02-29",
            "2004-08-00",
            "04-08-2019",
            "2004/08/19",
            "2004-08-19x",
            "2004-08-19 ",
            "2004-08-19 9:30",
            "2004-08-19 24:00",
            "2004-08-19 09:60",
            "2004-08-19 09:30:60",
            "2004-08-19 09:30Zx",
            "2004-08-19 09:30+5",
            "2004-08-1\u{e9}",
            "+004-08-19",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
