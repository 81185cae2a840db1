//! Rows of the registry that mean the watcher: time, screens, lists, lessons, the presenter, the program.
//!
//! Idea: no key here changes the cluster (but `Z`, which asks first), so a presenter can press any of them in front of a class.

use super::super::action::ActionKind::*;
use super::super::action::{ActionSpec, Context, Effect, Leap, Side, Topic, Way, row};
use super::super::state::Screen;
use crate::domain::command::PaceCommand;

/// How time passes.
pub(super) const TIME: &[ActionSpec] = &[
    row("time.pause", Pace(PaceCommand::TogglePause), &["<space>"]).doing(Effect::Pace).hinted(20).under(Topic::Time),
    row("time.step", Step, &["."]).doing(Effect::Pace).hinted(21).taking("raw").under(Topic::Time),
    row("time.slower", Pace(PaceCommand::Slower), &["-"]).doing(Effect::Pace).hinted(23).under(Topic::Time),
    row("time.faster", Pace(PaceCommand::Faster), &["+", "="])
        .doing(Effect::Pace)
        .hinted(24)
        .taking("1/20 | 5 | free")
        .under(Topic::Time),
    row("time.normal", Pace(PaceCommand::Normal), &["<backspace>"]).doing(Effect::Pace).under(Topic::Time),
    row("time.slow-on-fault", SlowOnFault, &[]).doing(Effect::Pace).taking("on | off").under(Topic::Time),
];

/// Screens and panels.
pub(super) const SCREENS: &[ActionSpec] = &[
    row("screen.next", NextScreen(Way::On), &["<tab>"]).under(Topic::Screens),
    row("screen.previous", NextScreen(Way::Back), &["<shift+tab>"]).under(Topic::Screens),
    row("go.overview", Go(Screen::Overview), &["g o"]).under(Topic::Screens),
    row("go.cluster", Go(Screen::Cluster), &["g c"]).under(Topic::Screens),
    row("go.data", Go(Screen::Data), &["g d"]).under(Topic::Screens),
    row("go.market", Go(Screen::Market), &["g m"]).under(Topic::Screens),
    row("go.lesson", Go(Screen::Lesson), &["g l"]).under(Topic::Screens),
    row("go.events", Go(Screen::Events), &["g e"]).under(Topic::Screens),
    row("panel.next", Focus(Way::On), &["w"]).under(Topic::Screens),
    row("panel.previous", Focus(Way::Back), &["W"]).under(Topic::Screens),
    row("panel.left", FocusSide(Side::Left), &["<shift+left>"]).under(Topic::Screens),
    row("panel.right", FocusSide(Side::Right), &["<shift+right>"]).under(Topic::Screens),
    row("panel.up", FocusSide(Side::Up), &["<shift+up>"]).under(Topic::Screens),
    row("panel.down", FocusSide(Side::Down), &["<shift+down>"]).under(Topic::Screens),
    row("panel.zoom", Zoom, &["z"]).under(Topic::Screens),
    row("panel.density", Density, &["v"]).under(Topic::Screens),
    row("app.enter", Enter, &["<enter>"]).under(Topic::Screens),
    row("app.back", Back, &["<esc>"]).under(Topic::Screens),
];

/// Lists, the log, text fields.
pub(super) const LISTS: &[ActionSpec] = &[
    row("list.top", Move(Way::Back, Leap::End), &["g g", "<home>"]).under(Topic::Lists),
    row("list.end", Move(Way::On, Leap::End), &["G", "<end>"]).under(Topic::Lists),
    row("list.half-down", Move(Way::On, Leap::HalfPage), &["<ctrl+d>"]).under(Topic::Lists),
    row("list.half-up", Move(Way::Back, Leap::HalfPage), &["<ctrl+u>"]).under(Topic::Lists),
    row("list.page-down", Move(Way::On, Leap::Page), &["<pagedown>"]).under(Topic::Lists),
    row("list.page-up", Move(Way::Back, Leap::Page), &["<pageup>"]).under(Topic::Lists),
    row("list.filter", Filter, &["/"]).taking("kind:K node:N !WORD").under(Topic::Lists),
    row("list.match-next", Match(Way::On), &["n"]).under(Topic::Lists),
    row("list.match-previous", Match(Way::Back), &["N"]).under(Topic::Lists),
    row("list.down", Move(Way::On, Leap::Row), &["j", "<down>"]).within(Context::List).under(Topic::Lists),
    row("list.up", Move(Way::Back, Leap::Row), &["k", "<up>"]).within(Context::List).under(Topic::Lists),
    row("event.why", Enter, &["<enter>"]).within(Context::List).hinted(0).under(Topic::Lists),
    row("symbol.move", MoveSymbol, &["m"]).within(Context::Data).taking("SYMBOL pN").under(Topic::Load),
    row("market.down", Move(Way::On, Leap::Row), &["j", "<down>"]).within(Context::Market).under(Topic::Lists),
    row("market.move", MoveSymbol, &["m"]).within(Context::Market).under(Topic::Load),
    row("market.up", Move(Way::Back, Leap::Row), &["k", "<up>"]).within(Context::Market).under(Topic::Lists),
    row("overlay.down", Move(Way::On, Leap::Row), &["j", "<down>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.up", Move(Way::Back, Leap::Row), &["k", "<up>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.half-down", Move(Way::On, Leap::HalfPage), &["<ctrl+d>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.half-up", Move(Way::Back, Leap::HalfPage), &["<ctrl+u>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.page-down", Move(Way::On, Leap::Page), &["<pagedown>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.page-up", Move(Way::Back, Leap::Page), &["<pageup>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.top", Move(Way::Back, Leap::End), &["g g", "<home>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.end", Move(Way::On, Leap::End), &["G", "<end>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.search", Filter, &["/"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.enter", Enter, &["<enter>"]).within(Context::Overlay).under(Topic::Lists),
    row("overlay.close", Back, &["<esc>", "q", "?", "<f1>"]).within(Context::Overlay).hinted(0).under(Topic::Lists),
    row("prompt.next", Move(Way::On, Leap::Row), &["<down>", "<ctrl+n>"]).within(Context::Prompt).under(Topic::Lists),
    row("prompt.previous", Move(Way::Back, Leap::Row), &["<up>", "<ctrl+p>"])
        .within(Context::Prompt)
        .under(Topic::Lists),
    row("prompt.complete", Complete, &["<tab>"]).within(Context::Prompt).hinted(2).under(Topic::Lists),
    row("prompt.done", Enter, &["<enter>"]).within(Context::Prompt).hinted(0).under(Topic::Lists),
    row("prompt.cancel", Back, &["<esc>"]).within(Context::Prompt).hinted(1).under(Topic::Lists),
];

/// Lessons and predictions.
pub(super) const LESSON: &[ActionSpec] = &[
    row("lesson.start", LessonStart, &["<f5>"]).doing(Effect::Pace).taking("NAME").under(Topic::Lesson),
    row("lesson.next", LessonNext, &["J", "<pagedown>"])
        .within(Context::Lesson)
        .doing(Effect::Pace)
        .hinted(0)
        .under(Topic::Lesson),
    row("lesson.back", LessonBack, &["K", "<pageup>"]).within(Context::Lesson).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.leave", LessonLeave, &[]).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.1", Vote(0), &["1"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.2", Vote(1), &["2"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.3", Vote(2), &["3"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.4", Vote(3), &["4"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.5", Vote(4), &["5"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.6", Vote(5), &["6"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.7", Vote(6), &["7"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.8", Vote(7), &["8"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.vote.9", Vote(8), &["9"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.unvote", Unvote, &["-"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    row("lesson.reveal", Reveal, &["<enter>"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .hinted(0)
        .under(Topic::Lesson),
];

/// For the presenter.
pub(super) const PRESENTER: &[ActionSpec] = &[
    row("present.spotlight", Spotlight, &["s"]).under(Topic::Presenter),
    row("present.keys", KeyCast, &["y"]).under(Topic::Presenter),
    row("present.caption", Caption, &["a"]).under(Topic::Presenter),
    row("theme.next", NextTheme, &["t"]).under(Topic::Presenter),
    row("theme.pick", PickTheme, &["T"]).taking("NAME").under(Topic::Presenter),
    row("present.lock", Lock, &["L"]).under(Topic::Presenter),
    row("present.mouse", Mouse, &["M"]).under(Topic::Presenter),
];

/// The program.
pub(super) const APP: &[ActionSpec] = &[
    row("app.palette", Palette, &[":"]).hinted(29).under(Topic::App),
    row("app.help", Help, &["?", "<f1>"]).hinted(22).under(Topic::App),
    row("app.reset", Reset, &["Z"]).doing(Effect::Final).taking("[seed N]").under(Topic::App),
    row("app.quit", Quit, &["q"]).under(Topic::App),
    row("app.quit-keep", QuitKeep, &["Q"]).under(Topic::App),
    row("app.quit-now", QuitNow, &["<ctrl+c>"]).under(Topic::App),
    row("app.suspend", Suspend, &["<ctrl+z>"]).under(Topic::App),
    row("app.redraw", Redraw, &["<ctrl+l>"]).under(Topic::App),
];

/// Dialogs.
pub(super) const DIALOGS: &[ActionSpec] = &[
    row("dialog.yes", Yes, &["y"]).within(Context::Confirm).hinted(0).under(Topic::App),
    row("dialog.no", No, &["n", "<esc>"]).within(Context::Confirm).hinted(1).under(Topic::App),
];
