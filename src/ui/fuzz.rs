//! Random keys, clicks and sizes against the whole of the ui but the loop: nothing panics, no frame is half drawn.
//!
//! Idea: input, update and drawing are functions of values, so thousands of steps of a clumsy teacher cost seconds and
//! need no terminal. Every key of the registry is in the bag, with garbage, pastes, the mouse and resizes between them.
//! Units: `FUZZ_STEPS` and `FUZZ_SEED` in the environment ask for a longer walk and for one that failed.

use std::collections::BTreeSet;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::app::{Painter, Scenery};
use super::depth::Depth;
use super::fixture::{self, Story};
use super::glyphs::Glyphs;
use super::hits::{Hit, Hits};
use super::input::Input;
use super::keymap::{Key, KeyName, Keymap, Sequence};
use super::look::Look;
use super::painter::{Artist, Notes};
use super::registry;
use super::state::{Screen, Themes, UiState};
use super::theme::Theme;
use super::update::Given;
use crate::domain::chance::{Chance, Purpose};
use crate::domain::view::ClusterView;
use crate::locale::{Language, Locale};

const STEPS: u64 = 1_500;
/// What fingers and cats type beside keys that mean something.
const GARBAGE: [char; 18] =
    ['~', 'ж', 'Ъ', 'é', '漢', '字', '\u{301}', '👩', '\u{200d}', '💻', '\u{fe0f}', '"', '{', '%', '0', ' ', ':', '/'];

struct Walk {
    chance: Chance,
    input: Input,
    state: UiState,
    views: Vec<ClusterView>,
    view: usize,
    keymap: Keymap,
    hits: Hits,
    size: (u16, u16),
    lessons: Vec<String>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let names = Theme::names().map(str::to_owned).collect();
        let mut state = UiState::default();
        state.presenter.themes = Themes { names, current: 0 };
        let views = Story::ALL.map(fixture::view).into_iter().chain([ClusterView::default()]).collect();
        Self {
            chance: Chance::stream(seed, Purpose::Storm, 0),
            input: Input::default(),
            state,
            views,
            view: 0,
            keymap: Keymap::default(),
            hits: Hits::default(),
            size: (120, 40),
            lessons: vec!["01-leader-election".to_owned(), "steady".to_owned()],
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.chance.below(bound as u64)).unwrap()
    }

    /// One of the things that can happen to a dashboard.
    fn event(&mut self) -> Vec<Event> {
        match self.below(20) {
            0 => self.size = (1 + self.below(300) as u16, 1 + self.below(100) as u16),
            1 => self.view = self.below(self.views.len()),
            2 => {
                let pause = self.chance.below(900);
                self.state.wall += Duration::from_millis(pause);
            }
            3 => return vec![Event::Paste("kind:election 漢字\u{1b}[31m\n👩\u{200d}💻".to_owned())],
            4..=6 => {
                let kinds =
                    [MouseEventKind::Down(MouseButton::Left), MouseEventKind::ScrollUp, MouseEventKind::ScrollDown];
                let kind = kinds[self.below(3)];
                // Where something is, or anywhere.
                let somewhere = Rect::new(self.below(300) as u16, self.below(100) as u16, 1, 1);
                let places: Vec<Rect> = self.hits.regions.iter().map(|(area, _)| *area).chain([somewhere]).collect();
                let area = places[self.below(places.len())];
                return vec![Event::Mouse(MouseEvent {
                    kind,
                    column: area.x,
                    row: area.y,
                    modifiers: KeyModifiers::NONE,
                })];
            }
            7..=9 => {
                let char = GARBAGE[self.below(GARBAGE.len())];
                let modifiers = [KeyModifiers::NONE, KeyModifiers::ALT, KeyModifiers::CONTROL][self.below(3)];
                return vec![Event::Key(KeyEvent::new(KeyCode::Char(char), modifiers))];
            }
            _ => {
                let all: Vec<&str> = registry::all().flat_map(|spec| spec.keys.iter().copied()).collect();
                let sequence = Sequence::parse(all[self.below(all.len())]).unwrap();
                return sequence.0.iter().map(press).collect();
            }
        }
        Vec::new()
    }

    fn step(&mut self, artist: &mut Artist) -> (Vec<Event>, Buffer) {
        let events = self.event();
        self.state.wall += Duration::from_millis(40);
        let Self { input, state, views, view, keymap, hits, lessons, .. } = self;
        let view = &views[*view];
        for event in &events {
            let given = Given { view, words: artist.words(), keymap, hits, lessons };
            input.on_event(state, &given, event);
        }
        input.tick(state, &Given { view, words: artist.words(), keymap, hits, lessons });
        artist.prepare(state, view);
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        let mut drawn = Hits::default();
        let given = Given { view, words: artist.words(), keymap, hits, lessons };
        terminal.draw(|frame| artist.paint(frame, &Scenery { view, state, given }, &mut drawn)).unwrap();
        self.hits = drawn;
        (events, terminal.backend().buffer().clone())
    }
}

/// A key as the terminal reports it.
fn press(key: &Key) -> Event {
    let code = match key.name {
        KeyName::Char(char) => KeyCode::Char(char),
        KeyName::F(number) => KeyCode::F(number),
        KeyName::Named(name) => match name {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "space" => KeyCode::Char(' '),
            "backspace" => KeyCode::Backspace,
            "up" => KeyCode::Up,
            "down" => KeyCode::Down,
            "left" => KeyCode::Left,
            "right" => KeyCode::Right,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            "pageup" => KeyCode::PageUp,
            "pagedown" => KeyCode::PageDown,
            "delete" => KeyCode::Delete,
            other => panic!("{other} is in the registry and not here"),
        },
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::CONTROL, key.ctrl);
    modifiers.set(KeyModifiers::SHIFT, key.shift);
    Event::Key(KeyEvent::new(code, modifiers))
}

/// What is wrong with a frame, if anything: a border with a hole in it, a line that runs over.
fn wrong(buffer: &Buffer, hits: &Hits, state: &UiState) -> Option<String> {
    let area = buffer.area;
    for y in area.rows() {
        let mut skip = 0;
        for place in y.positions() {
            let columns = buffer[place].symbol().width();
            if skip == 0 && usize::from(area.right() - place.x) < columns {
                return Some(format!("a wide sign runs over the right edge at {place}"));
            }
            skip = if skip == 0 { columns.saturating_sub(1) } else { skip - 1 };
        }
    }
    let covered = state.presenter.caption || !state.presenter.keys.is_empty();
    for (region, hit) in &hits.regions {
        if buffer.area.intersection(*region) != *region {
            return Some(format!("{hit:?} lies outside of the frame"));
        }
        if !matches!(hit, Hit::Panel(_) | Hit::Overlay) || region.width < 6 || region.height < 3 {
            continue;
        }
        let (right, bottom) = (region.right() - 1, region.bottom() - 1);
        let corners =
            [(region.x, region.y, "╭┏"), (right, region.y, "╮┓"), (region.x, bottom, "╰┗"), (right, bottom, "╯┛")];
        for (x, y, allowed) in corners {
            let sign = buffer[(x, y)].symbol();
            if !(allowed.contains(sign) || covered && y == bottom) {
                return Some(format!("{hit:?} at {region:?}: `{sign}` is no corner"));
            }
        }
        for (x, y) in (region.y + 1..bottom).flat_map(|y| [(region.x, y), (right, y)]) {
            let sign = buffer[(x, y)].symbol();
            if !("│┃".contains(sign) || covered && y + 1 == bottom) {
                return Some(format!("{hit:?} at {region:?}: `{sign}` in its side at {x},{y}"));
            }
        }
    }
    None
}

/// Walks, and says which screens and overlays it saw.
fn walk(seed: u64, steps: u64) -> (BTreeSet<String>, BTreeSet<String>) {
    let language = Language::ALL[seed as usize % 2];
    let look = Look::new("classroom", Depth::Rgb, Glyphs::Unicode, Locale::new(language)).unwrap();
    let mut artist = Artist::new(look, Box::new(|name| Theme::named(name, Depth::Rgb)), Notes::default());
    let mut walk = Walk::new(seed);
    let (mut screens, mut overlays) = (BTreeSet::new(), BTreeSet::new());
    for step in 0..steps {
        let (events, buffer) = walk.step(&mut artist);
        screens.insert(format!("{:?}", walk.state.screen));
        overlays.insert(format!("{:?}", std::mem::discriminant(&walk.state.overlay)));
        if let Some(wrong) = wrong(&buffer, &walk.hits, &walk.state) {
            let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
            let picture: Vec<String> = (0..buffer.area.height).map(row).collect();
            let picture = picture.join("\n");
            panic!(
                "{wrong}, after {events:?}\n{picture}\nreplay: FUZZ_SEED={seed} FUZZ_STEPS={} cargo test fuzz",
                step + 1
            );
        }
    }
    (screens, overlays)
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn a_clumsy_teacher_breaks_no_frame() {
    let steps = asked("FUZZ_STEPS").unwrap_or(STEPS);
    let seeds: Vec<u64> = asked("FUZZ_SEED").map_or_else(|| (1..=4).collect(), |seed| vec![seed]);
    let all = seeds.len() > 1 && steps >= STEPS;
    let (mut screens, mut overlays) = (BTreeSet::new(), BTreeSet::new());
    for seed in seeds {
        // Printed if it panics on the way.
        println!("replay: FUZZ_SEED={seed} FUZZ_STEPS={steps} cargo test fuzz");
        let (seen, opened) = walk(seed, steps);
        screens.extend(seen);
        overlays.extend(opened);
    }
    // Walks that stand in one place find nothing.
    let far = screens.len() == Screen::ALL.len() && overlays.len() > 6;
    assert!(far || !all, "only {screens:?} {overlays:?}");
}
