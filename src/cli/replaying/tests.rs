//! Recordings that an adversary wrote: each is refused with its place, or played to a bounded end.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use super::*;
use crate::domain::control::{Burst, sample};
use crate::domain::engine::{Advance, Engine, Restart};
use crate::domain::ids::NodeId;
use crate::domain::rules::AckRule;
use crate::domain::settings::LinkPair;
use crate::domain::tick::TickBurst;
use crate::domain::time::{SimDuration, SimTime};
use crate::runtime::recorder::Recorder;
use crate::runtime::recording_file::RecordingFile;
use crate::runtime::recording_tests::earlier::unsealed;
use crate::runtime::simulation::Simulation;

/// What no number of a file should be without being looked at.
const EXTREMES: [u64; 6] = [0, 1, 1 << 32, 1_000_000_000_000_000_000, 1 << 63, u64::MAX];

/// Settings in which every list has something, and little happens.
fn settings() -> Settings {
    let mut settings = Settings::without_market();
    settings.cluster.regions = vec!["eu".into(), "us".into()];
    settings.cluster.ack = AckRule::Count(2);
    settings.load.orders_per_s = 20;
    settings.client.sessions = 4;
    let latency = SimDuration::from_micros(700);
    settings.link.pairs = vec![LinkPair { from: NodeId(1), to: NodeId(2), latency, jitter: latency }];
    settings.placement.replace_dead_after = Some(SimDuration::from_secs(30));
    for nodes in [&mut settings.balancer.vip_nodes, &mut settings.balancer.class_nodes.forex] {
        *nodes = vec![NodeId(2)];
    }
    settings.venues.count = 3;
    settings
}

/// A run of a second and a half, with a control of each kind.
fn written() -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.rec");
    let settings = Arc::new(settings());
    let engine = desk::simulation(Arc::clone(&settings), 7);
    let file = RecordingFile::new(Box::new(fs::File::create(&path).unwrap())).unwrap();
    let mut engine = engine.with_record(Some(file));
    let mut controls = sample::one_of_each();
    for control in &mut controls {
        match control {
            Control::Burst(burst) => *burst = Burst { orders: 10, ..Burst::KEY },
            Control::TickBurst(burst) => *burst = TickBurst { ticks: 10, ..TickBurst::KEY },
            Control::SetRate(rate) | Control::SetTickRate(rate) => *rate = 30,
            _ => {}
        }
    }
    for (place, control) in controls.into_iter().enumerate() {
        run_to(&mut engine, place as u64 * 30);
        engine.control(control);
    }
    assert!(engine.leave().unwrap().failed.is_none());
    fs::read_to_string(path).unwrap()
}

fn run_to(engine: &mut Simulation, ms: u64) {
    while engine.advance(SimTime::from_millis(ms), &mut || false) != Advance::Reached {}
}

fn read(text: &str) -> Result<Opened, String> {
    let read = recording_text::read("run.rec", text, &admit).map_err(|problem| problem.to_string())?;
    Ok(Opened { recording: read, name: "run.rec".into(), text: text.into() })
}

/// The numbers of a text, those in strings left out.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut begun, mut quoted) = (Vec::new(), None, false);
    for (at, byte) in text.bytes().enumerate() {
        quoted ^= byte == b'"';
        match begun {
            None if byte.is_ascii_digit() && !quoted => begun = Some(at),
            Some(from) if !byte.is_ascii_digit() => {
                found.push(from..at);
                begun = None;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn a_recording_with_any_number_changed_is_refused_or_ends() {
    let sealed = written();
    let text = unsealed(&sealed);
    let whole = read(&text).unwrap();
    assert!(matches!(play(&whole, &mut |_| {}).unwrap().1, Replay::Same(_)));
    let header = text.find('\n').unwrap() + 1;
    let (mut refused, mut played) = (0, 0);
    for number in numbers(&text).into_iter().filter(|number| number.start >= header) {
        for extreme in EXTREMES {
            let changed = with(&text, &number, extreme);
            let line = text[..number.start].lines().count();
            match read(&changed) {
                Err(said) => {
                    // A line below may be the one that no longer fits.
                    let at: usize = said.split(':').nth(1).unwrap().parse().unwrap();
                    assert!(said.starts_with("run.rec:") && at >= line, "{said}");
                    refused += 1;
                }
                Ok(opened) => {
                    let (end, recorded) = (opened.recording.end.at, whole.recording.end.at);
                    assert!(end <= recorded + Recorder::gap_max(recorded).times(4), "a replay up to {end} s");
                    // An impossible place is named; the rest is the same run or another one.
                    let _ = play(&opened, &mut |_| {});
                    played += 1;
                }
            }
        }
    }
    assert!(refused > 900 && played > 100, "{refused} refused, {played} played");
    for number in numbers(&sealed).into_iter().filter(|number| number.start >= header) {
        for changed in EXTREMES.map(|extreme| with(&sealed, &number, extreme)) {
            assert!(changed == sealed || read(&changed).is_err(), "with its seals it is refused: {changed}");
        }
    }
}

/// The text with another number in this place.
fn with(text: &str, place: &Range<usize>, number: u64) -> String {
    format!("{}{number}{}", &text[..place.start], &text[place.end..])
}

#[test]
fn what_could_not_be_given_or_configured_is_named_with_its_place_and_range() {
    let text = written();
    let at = |column: usize, line: usize| format!("run.rec:{line}:{column}:");
    let header = text.lines().nth(1).unwrap();
    let table = |name: &str| header.find(&format!("\"{name}\":")).unwrap() + 1;
    let said = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        read(&text.replacen(from, to, 1)).map(|_| ()).expect_err(to)
    };
    for (from, to, place, found, allowed) in [
        (
            "\"ack\":{\"count\":2}",
            "\"ack\":{\"count\":0}",
            at(table("cluster"), 2),
            "`ack` in [cluster] is 0",
            "1 to 100",
        ),
        (
            "\"from\":1,\"to\":2",
            "\"from\":2,\"to\":2",
            at(table("link"), 2),
            "the link from n2 leads to itself",
            "another node",
        ),
        (
            "\"from\":1,\"to\":2",
            "\"from\":1,\"to\":9",
            at(1, 2),
            "`pair` of [link] names n9, but there are 5",
            "n1 to n5",
        ),
        ("\"steps\":[", "\"steps\":[0,", at(table("venues"), 2), "`step_ticks` in [venues] is 0", "1 to 1000"),
        (
            "\"latencies\":[",
            "\"latencies\":[1000000000000,",
            at(table("venues"), 2),
            "`latency_us` in [venues]",
            "0 to 100000",
        ),
        (
            "\"bulk_lots\":",
            "\"bulk_lots\":9999999",
            at(table("balancer"), 2),
            "`bulk_lots` in [balancer.priority",
            "1 to 1000000",
        ),
    ] {
        let said = said(from, to);
        assert!(said.starts_with(&place) && said.contains(found) && said.contains(allowed), "{place} {found}: {said}");
    }
    let regions = vec!["\"eu\""; 300].join(",");
    assert!(said("\"regions\":[\"eu\",\"us\"]", &format!("\"regions\":[{regions}]")).contains("names 300 regions"));
    let delay = text.lines().find(|line| line.contains("\"Delay\"")).unwrap();
    let (head, _) = delay.split_once("\"Delay\"").unwrap();
    let far = format!(
        "{head}\"Delay\":{{\"from\":{{\"Node\":1}},\"to\":{{\"Node\":2}},\"latency\":1000,\"jitter\":{}}}}}}}}}",
        u64::MAX
    );
    let said = said(delay, &far);
    assert!(said.contains("no such control can be given: `") && said.contains("allowed: 0ms to 1us"), "{said}");
}

#[test]
fn what_the_program_never_writes_is_named_line_by_line() {
    let text = written();
    let lines: Vec<&str> = text.lines().collect();
    let (ended, last) = (lines.len(), lines[lines.len() - 1]);
    let broken_off = text.strip_suffix(&format!("{last}\n")).unwrap();
    let control = lines.iter().find(|line| line.starts_with("{\"control\"")).unwrap();
    let marks = broken_off.lines().filter(|line| line.starts_with("{\"mark\"")).count();
    let last_mark = broken_off.lines().last().unwrap();
    // At the place of the last mark, so that its own place is possible.
    let at = last_mark.split("\"at\":").nth(1).unwrap().split(',').next().unwrap();
    let events = last_mark.split("\"events\":").nth(1).unwrap().split(',').next().unwrap();
    let unmarked = format!("{{\"control\":{{\"at\":{at},\"after_events\":{events},\"control\":\"HealAll\"}}}}");
    let header = lines[1];
    let given = lines.iter().position(|line| line == control).unwrap() + 1;
    let known = control.replacen("\"after_events\"", "\"after_event\":1,\"after_events\"", 1);
    let far = last.replacen("\"at\":", "\"at\":99", 1);
    for (changed, line, found) in [
        (format!("{broken_off}{unmarked}\n"), ended, "a control without a mark below it"),
        (format!("{broken_off}{unmarked}"), ended, "a control without a mark below it"),
        (format!("{broken_off}{}\n{header}\n{unmarked}\n", lines[0]), ended, "two files were put together"),
        (format!("{broken_off}{text}"), ended, "two files were put together"),
        (format!("{text}{text}"), ended + 1, "a second recording begins behind the end of the first"),
        (format!("{broken_off}garbage"), ended, "expected value"),
        (format!("{broken_off}{{\"mork\":{{\"number\":"), ended, "unknown word `mork`"),
        (format!("{broken_off}{{"), 0, ""),
        (format!("{broken_off}{}", &last[..last.len() / 2]), 0, ""),
        (text.replacen(control, &known, 1), given, "unknown key `after_event`"),
        (text.replacen("\"seed\":7", "\"seed\":7,\"sed\":8", 1), 2, "unknown key `sed`"),
        (text.replacen(last, &far, 1), ended, "impossible place: the mark is at 99"),
        (text.replacen("\"after_events\":", "\"after_events\":-", 1), 0, "whole number"),
    ] {
        match read(&changed) {
            Ok(opened) => {
                assert!(line == 0 && !opened.recording.whole, "{found}: it should be refused");
                assert_eq!(opened.recording.marks.len(), marks);
                let (said, ended) = play(&opened, &mut |_| {}).unwrap();
                assert!(said.contains("\nthe recording was broken off: "), "{said}");
                let json = playback::end(&opened.recording, &ended).unwrap();
                assert!(json.contains("\"same\":true,\"whole\":false"), "{json}");
            }
            Err(said) => {
                let at = said.split(':').nth(1).unwrap().parse::<usize>().unwrap();
                assert!((line == 0 || at == line) && said.contains(found), "line {line}, {found}: {said}");
            }
        }
    }
}

/// A reset in the dashboard gives a run up: its line is there, and the last run is played.
#[test]
fn a_run_that_was_begun_again_is_played_from_its_last_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.rec");
    let file = RecordingFile::new(Box::new(fs::File::create(&path).unwrap())).unwrap();
    let mut engine = desk::simulation(Arc::new(settings()), 7).with_record(Some(file));
    run_to(&mut engine, 2_500);
    engine.restart(Restart { seed: Some(8), ..Restart::default() });
    run_to(&mut engine, 1_500);
    engine.leave();
    let text = fs::read_to_string(path).unwrap();
    let opened = read(&text).unwrap();
    assert_eq!((opened.recording.header.seed, opened.recording.whole), (8, true));
    let marks: Vec<u64> = opened.recording.marks.iter().map(|mark| mark.at.0 / 1_000_000).collect();
    assert_eq!(marks, [0, 1_000], "a mark is due every second, however far it goes at once");
    assert!(matches!(play(&opened, &mut |_| {}).unwrap().1, Replay::Same(_)));
    let begun = text.match_indices("chaosdesk-recording").nth(1).unwrap().0;
    for cut in [begun, begun + 10, begun + 30] {
        let said = read(&text[..cut]).map(|_| ()).unwrap_err();
        assert!(said.contains("the recording is broken off: behind the line `again`"), "{said}");
    }
    let given_up = text[..begun].trim_end().rfind('\n').unwrap();
    let cut = read(&text[..given_up]).unwrap();
    assert_eq!((cut.recording.header.seed, cut.recording.whole), (7, false), "as the message says");
    let joined = text.replacen("{\"again\":{\"number\":4,", "{\"mark\":{\"number\":4,", 1);
    assert!(read(&joined).map(|_| ()).unwrap_err().contains("the seal does not fit mark 4"));
    assert!(read(&unsealed(&joined)).map(|_| ()).unwrap_err().contains("two files were put together"));
}

/// Between two events a mark or a control may stand anywhere, and the replay is the same run.
#[test]
fn a_time_that_was_changed_by_a_nanosecond_is_named() {
    let text = written();
    let mut changed = 0;
    for (number, line) in text.lines().enumerate().skip(2) {
        let at: u64 = line.split("\"at\":").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
        for other in [at.saturating_sub(1), at + 1].into_iter().filter(|other| *other != at) {
            let moved = line.replacen(&format!("\"at\":{at},"), &format!("\"at\":{other},"), 1);
            let said = read(&text.replacen(line, &moved, 1)).map(|_| ()).expect_err(&moved);
            let named: usize = said.split(':').nth(1).unwrap().parse().unwrap();
            assert!(named > number, "{said}");
            assert!(said.contains("the file was changed") || said.contains("impossible place"), "{said}");
            changed += usize::from(said.contains("the seal does not fit mark"));
        }
    }
    assert!(changed > 5, "{changed}");
}

#[test]
fn a_replay_that_differs_says_where_and_how_in_plain_words() {
    let text = unsealed(&written());
    let opened = read(&text.replacen("\"seed\":7", "\"seed\":9", 1)).unwrap();
    let (said, ended) = play(&opened, &mut |_| {}).unwrap();
    assert!(matches!(ended, Replay::Differs(_)));
    assert!(said.contains("\nrecorded: ") && said.contains("\nreplayed: ") && said.contains(" hash "), "{said}");
    assert!(!said.contains('{') && !said.contains("Some(") && !said.contains("NodeId"), "{said}");
}

#[test]
fn a_feed_that_would_be_waited_for_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("feed.csv");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    for feed in [pipe, PathBuf::from("/dev/zero")] {
        let named = format!("\"feed\":{{\"path\":{feed:?},\"digest\":1,\"symbol\":null}}");
        let path = dir.path().join("run.rec");
        fs::write(&path, unsealed(&written()).replacen("\"feed\":null", &named, 1)).unwrap();
        let trouble = open(&path).map(|_| ()).unwrap_err().to_string();
        assert!(trouble.contains("it is not a regular file") && trouble.contains("recorded feed"), "{trouble}");
    }
}
