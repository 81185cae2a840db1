//! Consistency: whether the replicas of the group in view have done the same, and how far each has come.
//!
//! Idea: a replica's version counts the changes that its state was given, and its digest is a chain over all of them and
//! what they came to. At the same version equal digests mean equal states, and different ones that somebody computes
//! wrong; where versions differ nothing can be said but who is behind, and for how long. What a replica says of itself
//! is held against the one that has come farthest. Under load everybody is a record behind for a moment: that is how
//! replication works and no alarm, so it is loud only when it lasts as long as makes a node *degraded*.

use ratatui::layout::Rect;

use crate::domain::time::SimDuration;
use crate::domain::view::{GroupView, ReplicaView};

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::badge;
use super::super::widgets::figure;
use super::super::widgets::frame::frame;
use super::super::widgets::table::{Align, Column, cells, for_texts, widths};
use crate::locale::Locale;

const COLUMNS: [Column; 7] = [
    Column::new("consistency-node", 4, 0, Align::Left),
    Column::new("consistency-role", 11, 4, Align::Left),
    Column::new("consistency-version", 8, 2, Align::Right),
    Column::new("consistency-behind", 6, 3, Align::Right),
    Column::new("consistency-age", 7, 6, Align::Right),
    Column::new("consistency-digest", 8, 5, Align::Right),
    Column::new("consistency-says", 10, 1, Align::Left),
];

/// What a replica is, beside the one that has come farthest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// It runs, and has the same version with the same digest.
    Equal,
    /// It has not come as far, for no longer than a record travels.
    Follows,
    /// It has not come as far, for longer.
    Behind,
    /// The same version, another digest.
    Differs,
    /// A change did not follow: it rebuilds its state.
    Gap,
    /// Its process does not run.
    Down,
}

impl Standing {
    fn of(replica: &ReplicaView, farthest: Option<&ReplicaView>, patience: SimDuration) -> Self {
        match farthest {
            _ if !replica.alive => Self::Down,
            _ if replica.gap.is_some() => Self::Gap,
            Some(best) if replica.applied < best.applied && replica.lag_time < patience => Self::Follows,
            Some(best) if replica.applied < best.applied => Self::Behind,
            Some(best) if replica.chain != best.chain || replica.version != best.version => Self::Differs,
            _ => Self::Equal,
        }
    }

    const fn look(self) -> (Role, &'static str) {
        match self {
            Self::Equal => (Role::NodeHealthy, "consistency-equal"),
            Self::Follows => (Role::Muted, "consistency-follows"),
            Self::Behind => (Role::LagWarn, "consistency-late"),
            Self::Differs => (Role::NodeFailed, "consistency-differs"),
            Self::Gap => (Role::NodeFailed, "consistency-gap"),
            Self::Down => (Role::Muted, "consistency-down"),
        }
    }
}

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let group = scene.group();
    let name = group.map_or_else(String::new, |group| group.id.to_string());
    let title = locale.say("panel-consistency", &[("group", name.into())]);
    let inner = frame(canvas, scene, area, Panel::Consistency, &title, &locale.text("note-consistency"));
    let Some(group) = group else { return };
    let farthest = farthest(group);
    let patience = scene.view.run.settings.detector.degraded_after;
    let standing = |replica| Standing::of(replica, farthest, patience);
    let rows: Vec<_> = group.replicas.iter().map(|replica| (replica, standing(replica))).collect();
    let texts: Vec<_> = rows.iter().map(|(replica, standing)| texts(group, replica, *standing, locale)).collect();
    let columns = for_texts(&COLUMNS, &texts);
    let widths = widths(&columns, usize::from(inner.width));
    let heads = COLUMNS.map(|column| locale.text(column.title).into_owned());
    canvas.put(inner, 0, cells(canvas.strip(), &columns, &widths, &heads, |_| Role::Muted));
    for (row, ((replica, standing), texts)) in (1..).zip(rows.iter().zip(&texts)) {
        let alive = if replica.alive { Role::Text } else { Role::Muted };
        let role = |place| match place {
            0 => Role::Text,
            1 => badge::replica(replica, locale).role,
            6 => standing.look().0,
            _ => alive,
        };
        canvas.put(inner, row, cells(canvas.strip(), &columns, &widths, texts, role));
    }
}

/// Of the replicas that run, the one that has applied most.
fn farthest(group: &GroupView) -> Option<&ReplicaView> {
    group.replicas.iter().filter(|replica| replica.alive && replica.gap.is_none()).max_by_key(|replica| replica.applied)
}

fn texts(group: &GroupView, replica: &ReplicaView, standing: Standing, locale: &Locale) -> [String; 7] {
    let memory = |text: String| if replica.alive { text } else { "–".to_owned() };
    let lag = group.lag(replica.node);
    let says = match replica.gap {
        Some(at) if replica.alive => locale.say("consistency-gap-at", &[("version", at.0.into())]),
        _ => locale.text(standing.look().1).into_owned(),
    };
    let digest = format!("{:08x}", replica.chain.0 >> 32);
    [
        replica.node.to_string(),
        badge::replica(replica, locale).text(),
        memory(locale.number(replica.version.0)),
        figure::count(lag, locale),
        memory(lag.map_or_else(|| "–".to_owned(), |_| locale.duration(replica.lag_time))),
        memory(digest),
        says,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Digest;
    use crate::domain::ids::LogIndex;
    use crate::ui::fixture::{self, Story};

    #[test]
    fn a_replica_is_held_against_the_one_that_has_come_farthest() {
        let mut group = fixture::view(Story::Healthy).groups[1].clone();
        for replica in &mut group.replicas {
            (replica.applied, replica.version, replica.chain) = (LogIndex(90), LogIndex(90), Digest(7));
        }
        let all = |group: &GroupView| -> Vec<Standing> {
            let patience = SimDuration::from_millis(100);
            group.replicas.iter().map(|replica| Standing::of(replica, farthest(group), patience)).collect()
        };
        assert!(all(&group).iter().all(|standing| *standing == Standing::Equal));
        group.replicas[0].alive = false;
        group.replicas[1].applied = LogIndex(80);
        assert_eq!(all(&group)[1], Standing::Follows, "for a moment");
        group.replicas[1].lag_time = SimDuration::from_millis(100);
        group.replicas[2].chain = Digest(8);
        group.replicas[3].gap = Some(LogIndex(91));
        let [down, behind, differs, gap, equal] = all(&group)[..] else { panic!("five replicas") };
        assert_eq!((down, behind, gap), (Standing::Down, Standing::Behind, Standing::Gap));
        assert!(differs != equal && [differs, equal].contains(&Standing::Differs), "one of the two computes wrong");
    }
}
