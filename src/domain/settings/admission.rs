//! Admission: whether what cannot be answered in time is refused at once.

use serde::{Deserialize, Serialize};

/// Whether gateways and leaders refuse what they could only answer too late.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdmissionSettings {
    /// They do.
    pub on: bool,
}

impl Default for AdmissionSettings {
    fn default() -> Self {
        Self { on: true }
    }
}
