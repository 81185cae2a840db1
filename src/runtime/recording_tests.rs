//! Recordings as files: what was written replays, what was changed is named.

#[path = "../../tests/common/unsealed.rs"]
pub(crate) mod earlier;

use std::fs;

use earlier::unsealed;

use super::recorder::{Mark, Recorder, Recording, RecordingHeader};
use super::recording_file::RecordingFile;
use super::recording_text;
use super::replay::{Met, Replay, first_difference};
use super::testbed::{ms, world};
use super::world::World;
use crate::document::problem::Reading;
use crate::domain::control::{Control, Target};
use crate::domain::ids::NodeId;

fn read(text: &str) -> Reading<Recording> {
    recording_text::read("run.rec", text, &|_, _, _| Ok(()))
}

fn replay(world: World, recording: &Recording) -> Replay {
    super::replay::replay(world, recording, &mut |_| {})
}

fn record() -> Recording {
    let mut world = world(3);
    let settings = (**world.settings()).clone();
    let mut recorder = Recorder::new(RecordingHeader { seed: 3, settings, scenario: None });
    for second in 1..=8_u64 {
        world.run_until(ms(second * 700));
        recorder.observe(&world);
        // A control between two events of one instant, as a raw step leaves room for.
        world.step_one();
        world.control(if second % 2 == 1 { Control::Crash(Target::Random) } else { Control::RecoverAll });
    }
    world.run_until(ms(6_000));
    recorder.finish(&world)
}

#[test]
fn a_recording_survives_its_file_and_replays_to_the_same_hash() {
    let recording = record();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.rec");
    recording.save(&path).unwrap();
    let loaded = read(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(loaded, recording);
    assert!(loaded.marks.len() >= 4);
    assert_eq!(replay(world(3), &loaded), Replay::Same(recording.end));
}

#[test]
fn a_replay_that_differs_names_the_stretch_where_it_began() {
    let mut recording = record();
    let changed = recording.controls[4].at;
    recording.controls[4].control = Control::Isolate(Target::Node(NodeId(2)));
    let Replay::Differs(difference) = replay(world(3), &recording) else { panic!("it should differ") };
    assert!(difference.after.unwrap().at <= changed && difference.recorded.at > changed, "{difference:?}");
    assert_eq!(difference.events.first().unwrap().node, Some(NodeId(2)), "{difference:?}");
    let Replay::Differs(difference) = replay(world(4), &recording) else { panic!("another seed differs") };
    assert_eq!(difference.after, None);
}

#[test]
fn a_recording_that_was_cut_anywhere_is_played_up_to_its_last_mark() {
    let text = begun_again();
    let whole = read(&text).unwrap();
    assert_eq!((whole.whole, whole.controls.len(), whole.marks.len()), (true, 4, 4));
    assert_eq!(replay(world(3), &whole), Replay::Same(whole.end));
    let (mut played, mut places, mut just_so, mut begun_again) = (0, Vec::new(), 0, 0);
    for cut in 0..text.len() - 1 {
        match read(&text[..cut]) {
            Ok(cut) => {
                assert!(!cut.whole);
                if places.last() != Some(&cut.end) {
                    places.push(cut.end);
                    let again = world(cut.header.seed);
                    assert_eq!(replay(again, &cut), Replay::Same(cut.end));
                }
                played += 1;
            }
            // A whole line without the one that was written at once with it: nobody can tell whether it was broken off there.
            Err(error) if error.found.starts_with("a control without a mark") => just_so += 1,
            // The run before was given up, and of the next one there is nothing yet.
            Err(error) if error.found.contains("behind the line `again`") => begun_again += 1,
            Err(error) => {
                let early = ["the recording is broken off", "not a rec", "a recording of format "];
                let early = early.iter().any(|words| error.found.starts_with(words));
                assert!(early && played == 0, "{cut}: {error}");
            }
        }
    }
    assert_eq!((places.len(), just_so), (5, 2 * 4), "with its newline and without: {places:?}");
    assert!(begun_again > text.lines().nth(1).unwrap().len(), "from the line `again` to the first mark: {begun_again}");
}

/// A run of four controls, as it is written while it goes on, and the one before it, which was given up.
fn begun_again() -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.rec");
    let mut file = RecordingFile::new(Box::new(fs::File::create(&path).unwrap())).unwrap();
    let mut other = world(4);
    let header =
        |world: &World| RecordingHeader { seed: world.seed(), settings: (**world.settings()).clone(), scenario: None };
    // Another run came before, and was given up.
    file.begin(&header(&other));
    other.run_until(ms(50));
    file.append(&other, Some(Mark::of(&other)));
    file.give_up(&other);
    let mut world = world(3);
    file.begin(&header(&world));
    for second in 1..=4_u64 {
        world.run_until(ms(second * 700));
        world.control(if second % 2 == 1 { Control::Crash(Target::Random) } else { Control::RecoverAll });
        file.append(&world, None);
    }
    world.run_until(ms(3_500));
    assert!(file.end(&world).is_none());
    fs::read_to_string(&path).unwrap()
}

#[test]
fn a_recording_whose_places_do_not_fit_differs_and_does_no_harm() {
    let mut recording = record();
    recording.controls[2].after_events = 1;
    recording.controls[5].after_events = u64::MAX;
    assert!(matches!(replay(world(3), &recording), Replay::Differs(_)));
}

#[test]
fn the_first_event_that_differs_is_found() {
    let (mut one, mut other) = (world(3), world(3));
    other.run_until(ms(100));
    one.run_until(ms(100));
    assert_eq!(first_difference(&mut one, &mut other, ms(200)), None);
    other.control(Control::Crash(Target::Node(NodeId(1))));
    let (events, at) = first_difference(&mut one, &mut other, ms(300)).unwrap();
    assert!(events > 0 && at > ms(100), "{events} {at}");
}

/// The text of a recording with 8 controls and some marks.
fn written() -> String {
    recording_text::write(&record()).unwrap()
}

/// The first line that begins so, from line 3 on, and its number.
fn line_of<'t>(text: &'t str, begins: &str) -> (usize, &'t str) {
    text.lines()
        .enumerate()
        .skip(2)
        .find(|(_, line)| line.starts_with(begins))
        .map(|(at, line)| (at + 1, line))
        .unwrap()
}

#[test]
fn a_file_that_is_no_recording_says_what_is_wrong() {
    // Without seals a replay comes to what was changed.
    let text = unsealed(&written());
    let with_times = |times: &str| {
        assert!(text.contains(r#""service_time":40000,"#), "{text}");
        text.replacen(r#""service_time":40000,"#, &format!(r#""service_time":{times},"#), 1)
    };
    for times in ["0", "[40000]", "[1500000,2000000,1200000]"] {
        assert!(read(&with_times(times)).is_ok(), "{times}");
    }
    let none = with_times("[]");
    assert!(read(&none).unwrap_err().to_string().contains("`service_time` is an empty list"));
    let cut: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    let table = [
        ("", 1, "not a recording: it begins with ``"),
        ("[package]\nname", 1, "not a recording: it begins with `[package]`"),
        ("chaosdesk-recording 1\n{}", 1, "a recording of format 1"),
        ("chaosdesk-recording 3\n", 2, "the recording is broken off: it has no line `end` and no mark"),
        ("chaosdesk-recording 3\n{}\n", 2, "the key `seed` is missing"),
        (&cut, 3, "the recording is broken off: it has no line `end` and no mark"),
    ];
    for (text, line, found) in table {
        let problem = read(text).unwrap_err();
        assert_eq!((problem.line, problem.found.as_str()), (line, found));
        assert!(problem.to_string().starts_with(&format!("run.rec:{line}:")), "{problem}");
    }
}

#[test]
fn a_file_that_was_changed_is_named_line_by_line() {
    let text = written();
    assert!(read(&text).is_ok());
    let ended = text.lines().count();
    let (_, mark) = line_of(&text, "{\"mark\":{\"number\":2,");
    let marked = line_of(&text, "{\"mark\":{\"number\":3,").0 - 1;
    let (controlled, control) = line_of(&text, "{\"control\"");
    let without = |line: &str| text.replacen(&format!("{line}\n"), "", 1);
    let late = control.replacen("\"after_events\":", "\"after_events\":9", 1);
    let misordered = without(control).replacen(mark, &format!("{mark}\n{control}"), 1);
    let settings = |key: &str, from: &str, to: &str| {
        let (from, to) = (format!("\"{key}\":{from},"), format!("\"{key}\":{to},"));
        assert!(text.contains(&from), "{from} in {text}");
        text.replacen(&from, &to, 1)
    };
    let table = [
        (format!("{text}garbage\n"), ended + 1, "the recording has ended above"),
        (format!("{text}\n"), ended + 1, "the recording has ended above"),
        (format!("{text}garbage without an end of line"), ended + 1, "the recording has ended above"),
        (format!("{text}{text}"), ended + 1, "a second recording begins behind the end of the first"),
        (without(mark), marked, "mark 3 stands where mark 2 belongs"),
        (without(control), controlled + 1, "the mark counts 2 controls, but 1 stand above it"),
        (misordered, controlled + 1, "the mark counts 2 controls, but 1 stand above it"),
        (text.replacen(control, &late, 1), controlled + 1, "impossible place: the control is at"),
        (text.replacen("{\"mark\"", "{\"mork\"", 1), line_of(&text, "{\"mark\"").0, "unknown word `mork`"),
        (settings("heartbeat", "50000000", "0"), 2, "`heartbeat_ms` in [raft] is 0, out of range"),
        (settings("service_time", "40000", "[40000,10000000001]"), 2, "`service_us` in [gateway] is 10000001"),
    ];
    for (text, line, found) in table {
        let problem = read(&text).unwrap_err();
        assert!(problem.line == line && problem.found.contains(found), "{found}: {problem}");
    }
}

/// What a replay would not notice: a setting that nothing asked for, a run that is not played, blanks.
#[test]
fn whatever_was_changed_in_a_recording_is_named() {
    let text = begun_again();
    assert!(read(&text).is_ok());
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        text.replacen(from, to, 1)
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let again = lines.iter().position(|line| line.starts_with("{\"again\"")).unwrap();
    let (before, last) = (lines[..=again].concat(), lines[again + 1..].concat());
    let without_seal = |line: &str| format!("{}}}}}\n", line.split(",\"seal\"").next().unwrap());
    let misfit = |number: u8| format!("the seal does not fit mark {number}: the file was changed");
    let missing = || "the key `seal` is missing".to_owned();
    let exponent = "\"cost_exponent_per_mille\":1000";
    let given_up = changed(lines[again], "").replacen(lines[2], &lines[2].replacen("mark", "again", 1), 1);
    for (changed, line, found) in [
        (changed(exponent, "\"cost_exponent_per_mille\":1001"), 3, misfit(1)),
        (changed(&format!(",{exponent}"), ""), 3, misfit(1)),
        (format!("{before}{}", last.replacen(exponent, "\"cost_exponent_per_mille\":1001", 1)), again + 5, misfit(1)),
        (changed("\"seed\":4", "\"seed\":5"), 3, misfit(1)),
        (last.clone(), 4, misfit(1)),
        (format!("{before}{before}{last}"), again + 4, misfit(1)),
        (given_up, 3, misfit(1)),
        (changed("\"seed\":", "\"seed\": "), 3, misfit(1)),
        (changed("{\"control\":{", "{\"control\": {"), again + 5, misfit(1)),
        (changed("{\"mark\":{", "{\"mark\":{ "), 3, misfit(1)),
        (changed(lines[again], &lines[again].replacen("}\n", "} \n", 1)), again + 1, misfit(2)),
        (changed("\"hash\":", "\"hash\":1"), 3, misfit(1)),
        (changed("\"seal\":", "\"seal\":1"), 3, misfit(1)),
        (changed(lines[2], &without_seal(lines[2])), 3, missing()),
        (changed(lines[again], &without_seal(lines[again])), again + 1, missing()),
        (changed(lines[lines.len() - 1], &without_seal(lines[lines.len() - 1])), lines.len(), missing()),
        (unsealed(&text).replace("recording 2", "recording 3"), 3, missing()),
        (changed("recording 3", "recording 2"), 3, "unknown key `seal`".to_owned()),
        (changed(",\"seal\":", ",\"seal\":null,\"sael\":"), 3, "null does not belong here".to_owned()),
    ] {
        let problem = read(&changed).map(|_| ()).expect_err(&found);
        // A number with one more figure may be too large, which is said as well.
        let too_large = problem.found.contains("does not belong here");
        assert!(problem.line == line && (problem.found == found || too_large), "{line} {found}: {problem}");
    }
    let strange = changed(",\"seal\":", ",\"sael\":1,\"seal\":");
    let said = read(&strange).unwrap_err().to_string();
    assert!(said.contains("did you mean `seal`?") && said.contains("number, seal"), "{said}");
}

#[test]
fn both_writers_write_the_same_bytes() {
    let text = begun_again();
    let again = text.find("{\"again\"").unwrap();
    let last = again + text[again..].find("chaosdesk").unwrap();
    let rewritten = recording_text::write(&read(&text).unwrap()).unwrap();
    assert_eq!(unsealed(&rewritten), unsealed(&text[last..]), "but for the seals, which count what was given up");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.rec");
    let mut file = RecordingFile::new(Box::new(fs::File::create(&path).unwrap())).unwrap();
    let mut world = world(3);
    file.begin(&RecordingHeader { seed: 3, settings: (**world.settings()).clone(), scenario: None });
    for at in [100, 900, 1_700] {
        world.run_until(ms(at));
        file.append(&world, Some(Mark::of(&world)));
        world.control(Control::Crash(Target::Random));
    }
    assert!(file.end(&world).is_none());
    let live = fs::read_to_string(&path).unwrap();
    assert_eq!(recording_text::write(&read(&live).unwrap()).unwrap(), live);
}

#[test]
fn a_recording_of_format_2_is_read_without_seals() {
    let recording = record();
    let text = unsealed(&written());
    assert!(text.starts_with("chaosdesk-recording 2\n") && !text.contains("seal"), "{text}");
    assert_eq!(read(&text).unwrap(), recording);
    assert_eq!(read(&unsealed(&begun_again())).unwrap(), read(&begun_again()).unwrap());
}

#[test]
fn a_control_at_a_place_that_the_run_never_has_is_named() {
    let mut one = world(3);
    let settings = (**one.settings()).clone();
    let recorder = Recorder::new(RecordingHeader { seed: 3, settings, scenario: None });
    for at in [500, 900, 1_300] {
        one.run_until(ms(at));
        one.control(if at == 900 { Control::RecoverAll } else { Control::Crash(Target::Random) });
    }
    one.run_until(ms(2_000));
    let mut recording = recorder.finish(&one);
    let third = recording.controls[2];
    // More events than there are by that time: it is carried out at the same moment, and the run is the same.
    recording.controls[2].after_events += 1;
    let Replay::Misplaced(found) = replay(world(3), &recording) else { panic!("it should be named") };
    assert_eq!((found.control, found.reached), (2, (third.at, third.after_events)));
    let text = recording_text::write(&recording).unwrap();
    let problem = recording_text::misplaced("run.rec", &text, found.control, found.to_string());
    let named = text.lines().nth(problem.line - 1).unwrap();
    assert!(named.contains(&format!("\"after_events\":{}", third.after_events + 1)), "{problem}");
}

#[test]
fn a_replay_tells_what_it_meets_in_order() {
    let recording = record();
    let mut met = Vec::new();
    let ended = super::replay::replay(world(3), &recording, &mut |this| met.push(this));
    assert_eq!(ended, Replay::Same(recording.end));
    let controls = met.iter().filter(|met| matches!(met, Met::Control(..))).count();
    let agreed = met.iter().filter(|met| matches!(met, Met::Agreed(_))).count();
    assert_eq!((controls, agreed), (recording.controls.len(), recording.marks.len() + 1));
    let time = |met: &Met| match met {
        Met::Event(event) => event.at,
        Met::Control(recorded, _) => recorded.at,
        Met::Agreed(mark) => mark.at,
    };
    let times: Vec<_> = met.iter().map(time).collect();
    assert!(times.is_sorted() && met.iter().any(|met| matches!(met, Met::Event(_))));
}
