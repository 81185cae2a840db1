//! Targets: which node an action means, by name or by role.
//!
//! Shape: `n3`, `leader`, `leader:p2`, `controller`, `follower`, `follower:p2`, `random`. A role is resolved when the
//! control is carried out, by the world; `resolve` does the same on a view, to see whether a teacher did it already.

use crate::document::problem::Complaint;
use crate::domain::control::Target;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::view::{ClusterView, RoleView};

use super::words::{self, Context, Word};

/// The words of roles.
pub const ROLES: [&str; 4] = ["leader", "follower", "controller", "random"];

/// Reads a target.
///
/// # Errors
/// It is none.
pub fn read(word: &Word<'_>, context: &Context) -> Result<Target, Complaint> {
    let (role, group) = match word.text.split_once(':') {
        None => (word.text, None),
        Some((role, group)) => {
            let start = word.span.start + role.len() + 1;
            let inner = Word { text: group, span: start..word.span.end };
            (role, Some((words::group(&inner, context)?, inner)))
        }
    };
    let of = group.as_ref().map_or(context.group, |(group, _)| *group);
    match (role, group) {
        ("leader", _) => Ok(Target::Leader(of)),
        ("follower", _) => Ok(Target::Follower(of)),
        ("controller", None) => Ok(Target::Leader(GroupId::META)),
        ("random", None) => Ok(Target::Random),
        ("controller" | "random", Some((_, inner))) => Err(inner.complain(format!("`{role}` takes no group"))),
        (name, None) if is_node_like(name) => words::node(word, context).map(Target::Node),
        _ => Err(word.complain(format!("`{}` is no target", word.text)).among(role, &ROLES).allow(format!(
            "{}, leader, leader:p2, follower, follower:p2, controller, random",
            words::nodes_allowed(context)
        ))),
    }
}

fn is_node_like(text: &str) -> bool {
    text.strip_prefix('n').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Which node a target means now; nobody knows of a random one.
pub fn resolve(target: Target, view: &ClusterView) -> Option<NodeId> {
    let group = |id: GroupId| view.groups.iter().find(|group| group.id == id);
    match target {
        Target::Node(node) => Some(node),
        Target::Leader(id) => group(id)?.leader,
        Target::Follower(id) => {
            let group = group(id)?;
            let follows = |role: RoleView| role != RoleView::Leader;
            group.replicas.iter().find(|r| r.alive && follows(r.role) && Some(r.node) != group.leader).map(|r| r.node)
        }
        Target::Random => None,
    }
}
