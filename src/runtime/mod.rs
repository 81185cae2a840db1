//! The world: what makes time pass, carries messages, runs nodes, and can be copied, recorded and played again.
//!
//! Idea: all that happens is an event in one queue, ordered by (virtual time, sequence). Nodes, disks, links, clients and
//! probes are parts of one value, `World`; running it is a function of that value and the controls it is given
//! (ADR-0002).
//! Shape: `queue`, `network`, `journal` and `slot` are the parts; `world` owns them, `dispatch` takes the next event,
//! `effects` obeys what a step wants, `lifecycle` begins and ends processes, `controls` carries controls out, `view` says
//! what there is to see. `stepper` runs nodes inline, `tasks` as tokio tasks: both take a `NodeJob` and give it back.
//! Around the world: `checkpoints` (going back), `recorder` and `replay` (the run as a file), `pacer` (wall time, the only file that
//! knows it), `simulation` (the world as an engine), `live` and `live_run` (the thread behind the dashboard, which drives
//! any engine).

mod accounts;
pub mod beat;
mod books;
mod cast;
pub mod checkpoints;
mod controls;
mod data;
mod dispatch;
mod effects;
mod faults;
mod fingerprint;
mod groups;
mod journal;
mod lifecycle;
mod link_controls;
pub mod live;
pub mod live_run;
pub mod lookback;
#[cfg(test)]
mod member_tests;
mod members;
#[cfg(test)]
mod members_tests;
pub mod network;
mod node_controls;
pub mod pacer;
pub mod panic_guard;
mod pins;
#[cfg(test)]
mod playback_tests;
pub mod queue;
pub mod recorder;
pub mod recording_file;
mod recording_line;
mod recording_lines;
mod recording_seal;
#[cfg(test)]
pub(crate) mod recording_tests;
pub mod recording_text;
mod repeats;
pub mod replay;
mod resident;
mod sampler;
pub mod simulation;
pub mod sizes;
mod slot;
mod stalls;
pub mod stepper;
mod stores;
pub mod tasks;
#[cfg(test)]
mod testbed;
#[cfg(test)]
mod tests;
mod venues;
mod view;
pub mod world;

pub use slot::HELD_MAX;
