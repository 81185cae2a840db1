//! Contexts: where a key means what it means.
//!
//! Idea: the nearest context that knows a key decides; what is a dialog or takes text lets nothing through to the rest.

/// Where a key means what it means. A nearer context wins over `Global`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Context {
    /// Everywhere but in text fields and dialogs.
    Global,
    /// While the list of events has the focus.
    List,
    /// On the screen of the data.
    Data,
    /// On the screen of the market.
    Market,
    /// While a lesson runs.
    Lesson,
    /// While a question of a lesson is open.
    Prediction,
    /// In help, palette and pickers, outside their text field.
    Overlay,
    /// In a dialog with a dangerous yes.
    Confirm,
    /// In the order form: what is neither text nor a choice.
    Form,
    /// In a text field: what is no text.
    Prompt,
}

impl Context {
    /// Every context, in the order of the configuration file.
    pub const ALL: [Self; 10] = [
        Self::Global,
        Self::List,
        Self::Data,
        Self::Market,
        Self::Lesson,
        Self::Prediction,
        Self::Overlay,
        Self::Confirm,
        Self::Form,
        Self::Prompt,
    ];

    /// Its name in the configuration (`[keys.global]`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Data => "data",
            Self::Market => "market",
            Self::Lesson => "lesson",
            Self::Prediction => "prediction",
            Self::Overlay => "overlay",
            Self::Confirm => "confirm",
            Self::Form => "form",
            Self::Prompt => "prompt",
        }
    }

    /// Whether keys of `Global` still work in it: dialogs and text fields take everything for themselves.
    pub const fn falls_through(self) -> bool {
        matches!(self, Self::List | Self::Data | Self::Market | Self::Lesson | Self::Prediction)
    }
}
