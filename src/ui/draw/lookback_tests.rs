//! What is kept to look back is drawn, at every size and in every language, and so is a recording that plays.

use super::tests::{look, paint, state, text};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{HistoryView, PlaybackState, PlaybackView};
use crate::locale::Language;
use crate::ui::depth::Depth;
use crate::ui::fixture::{self, Story};
use crate::ui::glyphs::Glyphs;
use crate::ui::state::Screen;

const HISTORY: HistoryView = HistoryView {
    used_bytes: 401_000_001,
    bytes_max: 512_000_000,
    checkpoints: 12,
    spacing: SimDuration::from_secs(40),
    thinned: 2,
    dropped: 0,
    resident_bytes: Some(731_000_000),
};

fn foot(history: HistoryView, state_of: Option<PlaybackState>, size: (u16, u16), language: Language) -> String {
    foot_of(Screen::Overview, history, state_of, size, language)
}

fn foot_of(
    screen: Screen,
    history: HistoryView,
    state_of: Option<PlaybackState>,
    size: (u16, u16),
    language: Language,
) -> String {
    let mut view = fixture::view(Story::Healthy);
    view.run.history = Some(history);
    view.run.playback = state_of.map(|state| PlaybackView { end: SimTime::from_millis(61_300), whole: true, state });
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
    text(&paint(&view, &state(screen), &look, size).0)
}

#[test]
fn the_foot_of_the_events_names_the_history_its_bound_and_the_resident_memory() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let screen = foot(HISTORY, None, size, Language::English);
        assert!(screen.contains(" history 402 of 512 MB · RSS 731 MB"), "{size:?}\n{screen}");
        let screen = foot(HISTORY, None, size, Language::Russian);
        assert!(screen.contains(" история 402 из 512 МБ · RSS 731 МБ"), "{size:?}\n{screen}");
    }
    let screen = foot(HISTORY, None, (120, 40), Language::English);
    assert!(screen.contains("RSS 731 MB · 12 copies, one per 40 s"), "{screen}");
    let unknown = HistoryView { resident_bytes: None, dropped: 900, ..HISTORY };
    let screen = foot_of(Screen::Events, unknown, None, (120, 40), Language::English);
    let dropped = "RSS unknown · 12 copies, one per 40 s · 900 old events and samples dropped";
    assert!(screen.contains(dropped), "{screen}");
}

#[test]
fn a_recording_says_whether_it_is_the_same_run() {
    let of = |state| foot(HISTORY, Some(state), (120, 40), Language::English);
    assert!(of(PlaybackState::Plays).contains("recording plays, it ends at 61.300 s · history 402 of 512 MB"));
    assert!(of(PlaybackState::Same).contains("recording ended: the same run · history"));
    let differs = of(PlaybackState::Differs(SimTime::from_millis(4_000)));
    assert!(differs.contains("recording: another run at 4.000 s · history"), "{differs}");
}

#[test]
fn a_recording_that_was_broken_off_says_so_while_it_plays_and_where_it_ends() {
    let mut view = fixture::view(Story::Healthy);
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    for (play, said) in [
        (PlaybackState::Plays, "recording plays, it breaks off at 61.300 s"),
        (PlaybackState::Same, "recording broken off: the same run up to here"),
    ] {
        view.run.playback = Some(PlaybackView { end: SimTime::from_millis(61_300), whole: false, state: play });
        for size in [(80, 24), (120, 40), (200, 60)] {
            let screen = text(&paint(&view, &state(Screen::Overview), &look, size).0);
            assert!(screen.contains(said), "{size:?}\n{screen}");
        }
    }
}
