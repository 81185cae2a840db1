//! Disk truth: what each replica of the group in view has written, synced, committed and applied.
//!
//! Idea: what is written and not synced is what a crash forgets, so that distance is shown as a number of its own.

use ratatui::layout::Rect;

use crate::domain::engine::Capability;
use crate::domain::ids::LogIndex;

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::frame::frame;
use super::lacking;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let inner = frame(canvas, scene, area, Panel::Disks, &locale.text("panel-disks"), "");
    if lacking::draw(canvas, inner, scene, Capability::FsyncMarks) {
        return;
    }
    let columns = usize::from(inner.width);
    let titles =
        ["disk-written", "disk-synced", "disk-committed", "disk-applied", "disk-unsynced", "disk-fsync", "disk-fsyncs"];
    let head = titles.iter().fold(canvas.strip().left(4, Role::Muted, ""), |strip, id| {
        strip.fit(columns, |strip| strip.right(11, Role::Muted, &locale.text(id)))
    });
    canvas.put(inner, 0, head);
    let Some(group) = scene.group() else { return };
    for (row, replica) in group.replicas.iter().enumerate() {
        let unsynced = replica.last.since(replica.synced);
        // What is committed and applied is memory: the dead have none.
        let memory = |index: LogIndex| replica.alive.then_some(index.0);
        let figures = [Some(replica.last.0), Some(replica.synced.0), memory(replica.commit), memory(replica.applied)];
        let show = |figure: Option<u64>| figure.map_or_else(|| "–".to_owned(), |figure| locale.number(figure));
        let text = if replica.alive { Role::Text } else { Role::Muted };
        let strip = canvas.strip().left(4, Role::Text, &replica.node.to_string());
        let strip = figures
            .iter()
            .fold(strip, |strip, figure| strip.fit(columns, |strip| strip.right(11, text, &show(*figure))));
        let role = if unsynced > 0 { Role::Warn } else { Role::Muted };
        let strip = strip.fit(columns, |strip| strip.right(11, role, &locale.number(unsynced)));
        let disk = scene.node(replica.node).map(|node| node.disk).unwrap_or_default();
        let role = if disk.slow { Role::NodeDegraded } else { Role::Muted };
        let fsync = format!(" {}", locale.duration(disk.last_fsync));
        let strip = strip.fit(columns, |strip| {
            let gap = 11_usize.saturating_sub(super::super::canvas::width(&fsync) + 1);
            strip.add(Role::Text, " ".repeat(gap)).add(role, format!("{fsync} "))
        });
        let strip = strip.fit(columns, |strip| strip.right(11, Role::Muted, &locale.number(disk.fsyncs)));
        canvas.put(inner, row as u16 + 1, strip);
    }
}
