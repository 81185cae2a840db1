//! Rows of the registry that mean the watcher: time, screens, lists, lessons, the presenter, the program.
//!
//! Idea: no key here changes the cluster (but `Z`, which asks first), so a presenter can press any of them in front of a class.

use super::super::action::{ActionSpec, Context, Effect, Side, Topic, Way, ask, run};
use super::super::state::Screen;
use super::super::update::{Request, focus, lesson, list, overlay, screens, time};
use crate::domain::command::PaceCommand;
use crate::domain::control::Verb;
use crate::domain::engine::Capability;

/// How time passes.
pub(super) const TIME: &[ActionSpec] = &[
    run("time.pause", |_, _, out| time::pace(PaceCommand::TogglePause, out), &["<space>"])
        .doing(Effect::Pace)
        .needing(Capability::Pause)
        .hinted(20)
        .under(Topic::Time),
    run("time.step", time::step, &["."])
        .doing(Effect::Pace)
        .needing(Capability::Step)
        .hinted(21)
        .taking("raw")
        .under(Topic::Time),
    run("time.slower", |_, _, out| time::pace(PaceCommand::Slower, out), &["-"])
        .doing(Effect::Pace)
        .needing(Capability::Pause)
        .hinted(23)
        .under(Topic::Time),
    run("time.faster", |_, _, out| time::pace(PaceCommand::Faster, out), &["+", "="])
        .doing(Effect::Pace)
        .needing(Capability::Pause)
        .hinted(24)
        .taking("1/20 | 5 | free")
        .under(Topic::Time),
    run("time.normal", |_, _, out| time::pace(PaceCommand::Normal, out), &["<backspace>"])
        .doing(Effect::Pace)
        .under(Topic::Time),
    ask("time.slow-on-fault").doing(Effect::Pace).needing(Capability::Pause).taking("on | off").under(Topic::Time),
];

/// Screens and panels.
pub(super) const SCREENS: &[ActionSpec] = &[
    run("screen.next", |state, _, _| screens::next(state, Way::On), &["<tab>"]).under(Topic::Screens),
    run("screen.previous", |state, _, _| screens::next(state, Way::Back), &["<shift+tab>"]).under(Topic::Screens),
    run("go.overview", |state, _, _| screens::show(state, Screen::Overview), &["g o"]).under(Topic::Screens),
    run("go.cluster", |state, _, _| screens::show(state, Screen::Cluster), &["g c"]).under(Topic::Screens),
    run("go.data", |state, _, _| screens::show(state, Screen::Data), &["g d"]).under(Topic::Screens),
    run("go.market", |state, _, _| screens::show(state, Screen::Market), &["g m"]).under(Topic::Screens),
    run("go.lesson", |state, _, _| screens::show(state, Screen::Lesson), &["g l"]).under(Topic::Screens),
    run("go.events", |state, _, _| screens::show(state, Screen::Events), &["g e"]).under(Topic::Screens),
    run("panel.next", |state, _, _| focus::next(state, Way::On), &["w"]).under(Topic::Screens),
    run("panel.previous", |state, _, _| focus::next(state, Way::Back), &["W"]).under(Topic::Screens),
    run("panel.left", |state, given, _| focus::towards(state, given, Side::Left), &["<shift+left>"])
        .under(Topic::Screens),
    run("panel.right", |state, given, _| focus::towards(state, given, Side::Right), &["<shift+right>"])
        .under(Topic::Screens),
    run("panel.up", |state, given, _| focus::towards(state, given, Side::Up), &["<shift+up>"]).under(Topic::Screens),
    run("panel.down", |state, given, _| focus::towards(state, given, Side::Down), &["<shift+down>"])
        .under(Topic::Screens),
    run("panel.zoom", screens::zoom, &["z"]).under(Topic::Screens),
    run("panel.density", screens::next_density, &["v"]).under(Topic::Screens),
    run("app.enter", overlay::enter, &["<enter>"]).under(Topic::Screens),
    run("app.back", overlay::back, &["<esc>"]).under(Topic::Screens),
];

/// Lists, the log, text fields.
pub(super) const LISTS: &[ActionSpec] = &[
    run("list.top", list::top, &["g g", "<home>"]).under(Topic::Lists),
    run("list.end", list::end, &["G", "<end>"]).under(Topic::Lists),
    run("list.half-down", list::half_page_down, &["<ctrl+d>"]).under(Topic::Lists),
    run("list.half-up", list::half_page_up, &["<ctrl+u>"]).under(Topic::Lists),
    run("list.page-down", list::page_down, &["<pagedown>"]).under(Topic::Lists),
    run("list.page-up", list::page_up, &["<pageup>"]).under(Topic::Lists),
    run("list.filter", overlay::begin_filter, &["/"]).taking("kind:K node:N !WORD").under(Topic::Lists),
    run("list.unfilter", list::unfilter, &["\\"]).when(|state, _| !state.events.filter.is_empty()).under(Topic::Lists),
    run("list.match-next", list::next_match, &["n"]).under(Topic::Lists),
    run("list.match-previous", list::previous_match, &["N"]).under(Topic::Lists),
    run("list.down", list::down, &["j", "<down>"]).within(Context::List).under(Topic::Lists),
    run("list.up", list::up, &["k", "<up>"]).within(Context::List).under(Topic::Lists),
    run("event.why", overlay::enter, &["<enter>"]).within(Context::List).hinted(0).under(Topic::Lists),
    run("symbol.move", overlay::begin_move, &["m"]).spelled(Verb::Move).within(Context::Data).under(Topic::Load),
    run("market.down", list::down, &["j", "<down>"]).within(Context::Market).under(Topic::Lists),
    run("market.move", overlay::begin_move, &["m"]).within(Context::Market).under(Topic::Load),
    run("market.up", list::up, &["k", "<up>"]).within(Context::Market).under(Topic::Lists),
    run("overlay.down", list::down, &["j", "<down>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.up", list::up, &["k", "<up>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.half-down", list::half_page_down, &["<ctrl+d>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.half-up", list::half_page_up, &["<ctrl+u>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.page-down", list::page_down, &["<pagedown>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.page-up", list::page_up, &["<pageup>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.top", list::top, &["g g", "<home>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.end", list::end, &["G", "<end>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.search", overlay::begin_filter, &["/"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.enter", overlay::enter, &["<enter>"]).within(Context::Overlay).under(Topic::Lists),
    run("overlay.close", overlay::back, &["<esc>", "q", "?", "<f1>"])
        .within(Context::Overlay)
        .hinted(0)
        .under(Topic::Lists),
    run("prompt.next", list::down, &["<down>", "<ctrl+n>"]).within(Context::Prompt).under(Topic::Lists),
    run("prompt.previous", list::up, &["<up>", "<ctrl+p>"]).within(Context::Prompt).under(Topic::Lists),
    run("prompt.complete", overlay::complete, &["<tab>"]).within(Context::Prompt).hinted(2).under(Topic::Lists),
    run("prompt.done", overlay::enter, &["<enter>"]).within(Context::Prompt).hinted(0).under(Topic::Lists),
    run("prompt.cancel", overlay::back, &["<esc>"]).within(Context::Prompt).hinted(1).under(Topic::Lists),
];

/// Lessons and predictions.
pub(super) const LESSON: &[ActionSpec] = &[
    run("lesson.start", lesson::start, &["<f5>"]).doing(Effect::Pace).taking("NAME").under(Topic::Lesson),
    run("lesson.next", lesson::next, &["J", "<pagedown>"])
        .when(lesson::runs)
        .within(Context::Lesson)
        .doing(Effect::Pace)
        .hinted(0)
        .under(Topic::Lesson),
    run("lesson.back", lesson::back, &["K", "<pageup>"])
        .when(lesson::runs)
        .within(Context::Lesson)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.leave", lesson::leave, &[]).doing(Effect::Pace).under(Topic::Lesson),
    run("lesson.vote.1", lesson::vote::<0>, &["1"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.vote.2", lesson::vote::<1>, &["2"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.vote.3", lesson::vote::<2>, &["3"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.vote.4", lesson::vote::<3>, &["4"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.vote.5", lesson::vote::<4>, &["5"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.vote.6", lesson::vote::<5>, &["6"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.vote.7", lesson::vote::<6>, &["7"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.vote.8", lesson::vote::<7>, &["8"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.vote.9", lesson::vote::<8>, &["9"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .under(Topic::Lesson),
    run("lesson.unvote", lesson::unvote, &["-"]).within(Context::Prediction).doing(Effect::Pace).under(Topic::Lesson),
    run("lesson.reveal", lesson::reveal, &["<enter>"])
        .within(Context::Prediction)
        .doing(Effect::Pace)
        .hinted(0)
        .under(Topic::Lesson),
];

/// For the presenter.
pub(super) const PRESENTER: &[ActionSpec] = &[
    run("present.spotlight", screens::spotlight, &["s"]).under(Topic::Presenter),
    run("present.keys", screens::key_cast, &["y"]).under(Topic::Presenter),
    run("present.caption", screens::caption, &["a"]).under(Topic::Presenter),
    run("theme.next", screens::next_theme, &["t"]).under(Topic::Presenter),
    run("theme.pick", overlay::pick_theme, &["T"]).taking("NAME").under(Topic::Presenter),
    run("present.lock", screens::lock, &["L"]).under(Topic::Presenter),
    run("present.mouse", screens::mouse, &["M"]).under(Topic::Presenter),
];

/// The program.
pub(super) const APP: &[ActionSpec] = &[
    run("app.palette", overlay::palette, &[":"]).hinted(29).under(Topic::App),
    run("app.help", overlay::help, &["?", "<f1>"]).hinted(22).under(Topic::App),
    run("app.reset", overlay::reset, &["Z"]).doing(Effect::Final).taking("[seed N]").under(Topic::App),
    run("app.quit", overlay::quit, &["q"]).ending().under(Topic::App),
    run("app.quit-keep", |_, _, out| screens::request(Request::QuitKeep, out), &["Q"]).ending().under(Topic::App),
    run("app.quit-now", |_, _, out| screens::request(Request::QuitNow, out), &["<ctrl+c>"]).ending().under(Topic::App),
    run("app.suspend", time::suspend, &["<ctrl+z>"]).ending().under(Topic::App),
    run("app.redraw", |_, _, out| screens::request(Request::Redraw, out), &["<ctrl+l>"]).under(Topic::App),
];

/// Dialogs.
pub(super) const DIALOGS: &[ActionSpec] = &[
    run("dialog.yes", overlay::yes, &["y"]).within(Context::Confirm).hinted(0).under(Topic::App),
    run("dialog.no", overlay::no, &["n", "<esc>"]).within(Context::Confirm).hinted(1).under(Topic::App),
];
