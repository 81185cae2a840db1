//! `--plain`: the events as text, one line each, appended and never redrawn.
//!
//! Idea: for screen readers, logs and CI: what happened, in order, without one escape byte. Control characters that a
//! caption might carry (a panic's message is anybody's text) become spaces.
//! Errors: those of the writer; a closed pipe is the reader's way to say *enough*.

use std::io::{self, Write};

use crate::domain::event::Event;
use crate::domain::ids::EventId;
use crate::domain::view::ClusterView;

/// Writes events as they come.
pub struct Plain<W> {
    out: W,
    last: EventId,
}

impl<W: Write> Plain<W> {
    /// Writes to this.
    pub const fn new(out: W) -> Self {
        Self { out, last: EventId(0) }
    }

    /// Writes the events of a view that were not written yet; says so if the ring forgot some in between.
    pub fn append(&mut self, view: &ClusterView, caption: impl Fn(&Event) -> String) -> io::Result<()> {
        let fresh = view.events.partition_point(|event| event.id <= self.last);
        for event in view.events.iter().skip(fresh) {
            let missed = event.id.0.saturating_sub(self.last.0 + 1);
            if missed > 0 {
                writeln!(self.out, "... {missed} events")?;
            }
            self.last = event.id;
            let group = event.group.map_or_else(String::new, |group| format!("{group}: "));
            let line = format!("{} {group}{}", event.at, caption(event));
            writeln!(self.out, "{}", clean(&line))?;
        }
        self.out.flush()
    }
}

/// The text without control characters: no escape byte can get out.
fn clean(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::ids::{GroupId, NodeId};
    use crate::domain::time::SimTime;

    fn event(id: u64) -> Event {
        let (node, kind) = (Some(NodeId(1)), EventKind::Frozen);
        Event { id: EventId(id), at: SimTime::from_millis(id), node, group: None, kind, cause: None, repeated: 0 }
    }

    #[test]
    fn each_event_is_written_once_and_gaps_are_told() {
        let mut plain = Plain::new(Vec::new());
        let mut view = ClusterView { events: vec![event(1), event(2)], ..ClusterView::default() };
        plain.append(&view, |event| format!("e{}", event.id.0)).unwrap();
        view.events = vec![event(2), event(5)];
        plain.append(&view, |event| format!("e{}", event.id.0)).unwrap();
        let text = String::from_utf8(plain.out).unwrap();
        assert_eq!(text, "0.001 e1\n0.002 e2\n... 2 events\n0.005 e5\n");
    }

    #[test]
    fn a_line_names_the_group() {
        let mut plain = Plain::new(Vec::new());
        let of_group = Event { group: Some(GroupId(2)), ..event(1) };
        let view = ClusterView { events: vec![of_group, event(2)], ..ClusterView::default() };
        plain.append(&view, |_| "n1 is frozen".to_owned()).unwrap();
        assert_eq!(String::from_utf8(plain.out).unwrap(), "0.001 p2: n1 is frozen\n0.002 n1 is frozen\n");
    }

    #[test]
    fn no_escape_byte_gets_out() {
        let mut plain = Plain::new(Vec::new());
        let view = ClusterView { events: vec![event(1)], ..ClusterView::default() };
        plain.append(&view, |_| "\u{1b}[31mred\u{7}\nline".to_owned()).unwrap();
        assert_eq!(plain.out, b"0.001  [31mred  line\n");
    }
}
