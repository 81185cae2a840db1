//! Controls as text, for the palette: `crash n3`, `isolate leader:p2`, `cut n1 n2`.
//!
//! Idea: one thin door. Scenario files write controls in the same words; whoever reads those can stand behind this
//! function, and the palette need not know.

use super::command::{group, node};
use crate::domain::control::{Control, Target};
use crate::domain::ids::GroupId;

/// Reads a control. `None` if the first word is no control at all; `in_view` is the group that a bare `leader` means.
pub fn palette_control(text: &str, in_view: GroupId) -> Option<Result<Control, String>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (verb, args) = words.split_first()?;
    let single: fn(Target) -> Control = match *verb {
        "crash" | "kill" => Control::Crash,
        "recover" => Control::Recover,
        "freeze" => Control::Freeze,
        "thaw" => Control::Thaw,
        "isolate" => Control::Isolate,
        "mute" => Control::Mute,
        "rejoin" => Control::Rejoin,
        "poison" => Control::Poison,
        "degrade" => |node| Control::SlowDisk { node, slow: true },
        "restore" => |node| Control::SlowDisk { node, slow: false },
        "cut" | "heal" if args.len() == 2 => return Some(pair(verb, args, in_view)),
        _ => return None,
    };
    match args {
        [one] => match target(one, in_view) {
            Some(target) => Some(Ok(single(target))),
            // A word that is no target at all makes it a search: `kill the leader`.
            None if verb == &"kill" => None,
            None => Some(Err(format!("{verb}: n3, leader, leader:p2, follower, random"))),
        },
        _ => None,
    }
}

fn pair(verb: &str, args: &[&str], in_view: GroupId) -> Result<Control, String> {
    match (target(args[0], in_view), target(args[1], in_view)) {
        (Some(from), Some(to)) if verb == "cut" => Ok(Control::Cut { from, to }),
        (Some(from), Some(to)) => Ok(Control::Heal { from, to }),
        _ => Err(format!("{verb} n1 n2")),
    }
}

fn target(text: &str, in_view: GroupId) -> Option<Target> {
    match text.split_once(':') {
        Some(("leader", of)) => Some(Target::Leader(group(of)?)),
        Some(("follower", of)) => Some(Target::Follower(group(of)?)),
        Some(_) => None,
        None => match text {
            "leader" => Some(Target::Leader(in_view)),
            "controller" => Some(Target::Leader(GroupId::META)),
            "follower" => Some(Target::Follower(in_view)),
            "random" => Some(Target::Random),
            name => node(name).map(Target::Node),
        },
    }
}
