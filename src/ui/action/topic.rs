//! Topics: the headings of help, in its order.

/// The heading in help under which an action stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Topic {
    /// Which node is meant.
    Nodes,
    /// What breaks and mends.
    Faults,
    /// Orders, and the rules by which they are served.
    Load,
    /// How time passes.
    Time,
    /// Screens and panels.
    Screens,
    /// Lists and the log.
    Lists,
    /// Lessons.
    Lesson,
    /// For the presenter.
    Presenter,
    /// The program.
    App,
}

impl Topic {
    /// In the order of help.
    pub const ALL: [Self; 9] = [
        Self::Faults,
        Self::Nodes,
        Self::Load,
        Self::Time,
        Self::Screens,
        Self::Lists,
        Self::Lesson,
        Self::Presenter,
        Self::App,
    ];

    /// The locale text of the heading.
    pub const fn text_id(self) -> &'static str {
        match self {
            Self::Nodes => "topic-nodes",
            Self::Faults => "topic-faults",
            Self::Load => "topic-load",
            Self::Time => "topic-time",
            Self::Screens => "topic-screens",
            Self::Lists => "topic-lists",
            Self::Lesson => "topic-lesson",
            Self::Presenter => "topic-presenter",
            Self::App => "topic-app",
        }
    }
}
