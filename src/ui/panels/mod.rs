//! Panels: one question each, one a file. Each draws itself into the area that it is given, whatever its size.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::scene::Scene;
use super::state::Panel;

mod balancer;
mod beliefs;
mod consistency;
mod disks;
mod division;
mod events;
mod failover;
mod feeds;
mod flow;
mod lacking;
mod lag;
mod lamps;
mod lanes;
mod lesson;
mod log;
mod lookback;
pub mod market;
mod matrix;
mod moves;
pub mod nodes;
mod partitions;
mod raft;
mod strategies;
mod workers;

pub use events::row as event_row;
pub use failover::phases;
pub use flow::{line as flow_line, totals};

/// Draws a panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, panel: Panel) {
    if area.is_empty() {
        return;
    }
    match panel {
        Panel::Nodes => nodes::draw(canvas, area, scene),
        Panel::Lag => lag::draw(canvas, area, scene),
        Panel::Balancer => balancer::draw(canvas, area, scene),
        Panel::Partitions => partitions::draw(canvas, area, scene),
        Panel::Flow => flow::draw(canvas, area, scene),
        Panel::Failover => failover::draw(canvas, area, scene),
        Panel::Lamps => lamps::draw(canvas, area, scene),
        Panel::Events => events::draw(canvas, area, scene),
        Panel::Raft => raft::draw(canvas, area, scene),
        Panel::Beliefs => beliefs::draw(canvas, area, scene),
        Panel::Disks => disks::draw(canvas, area, scene),
        Panel::Lanes => lanes::draw(canvas, area, scene),
        Panel::Lesson => lesson::draw(canvas, area, scene),
        Panel::Log => log::draw(canvas, area, scene),
        Panel::Matrix => matrix::draw(canvas, area, scene),
        Panel::Division => division::draw(canvas, area, scene),
        Panel::Moves => moves::draw(canvas, area, scene),
        Panel::Workers => workers::draw(canvas, area, scene),
        Panel::Consistency => consistency::draw(canvas, area, scene),
        Panel::Feeds => feeds::draw(canvas, area, scene),
        Panel::Symbols => market::symbols::draw(canvas, area, scene),
        Panel::Ladder => market::ladder::draw(canvas, area, scene),
        Panel::Tape => market::tape::draw(canvas, area, scene),
        Panel::Blotter => market::blotter::draw(canvas, area, scene),
        Panel::Ticks => market::ticks::draw(canvas, area, scene),
        Panel::Spreads => market::spreads::draw(canvas, area, scene),
        Panel::Account => market::account::draw(canvas, area, scene),
        Panel::Venues => market::venues::draw(canvas, area, scene),
    }
}
