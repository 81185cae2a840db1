//! The dashboard under real key presses: the program itself in a pseudo-terminal, over its own cluster.
//!
//! Idea: what a teacher does in class, and what a terminal is left with. Nothing here sleeps or measures time: a test
//! waits for what the screen says, in a bounded number of frames.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::allow_attributes,
    missing_docs,
    reason = "a test says what it expects"
)]

#[path = "common/unsealed.rs"]
mod earlier;
mod pty;

use std::process::{Command, Stdio};

use earlier::unsealed;
use pty::Pty;
use pty::desk::{Desk, PROGRAM, lag, leader, open, open_with, quit, rate, row, signal, status};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

#[test]
fn a_teacher_kills_the_leader_and_brings_it_back() {
    let mut desk = open(&[]);
    desk.wait("orders", |pty| rate(pty) > 0 && leader(pty).is_some());
    let first = leader(&desk).unwrap();
    desk.send("X");
    desk.wait_for("NO LEADER");
    assert!(desk.text().contains("SLOW 1/20"), "a fault on a leader slows time:\n{}", desk.text());
    desk.wait("another leader", |pty| leader(pty).is_some_and(|leader| leader != first));
    desk.wait("real time again", |pty| pty.text().contains("RUN 1"));
    desk.wait("orders again", |pty| rate(pty) > 500);
    assert!(row(&desk, first).contains("DOWN"), "{}", desk.text());
    // The victim is selected.
    desk.send("r");
    desk.wait("the dead node alive", |pty| row(pty, first).contains("UP"));
    // It has caught up when its lag is that of a follower between two heartbeats.
    desk.wait("no lag", |pty| lag(pty, first).is_some_and(|lag| lag < 50));
    quit(&mut desk, "q");
}

#[test]
fn a_cyrillic_letter_is_the_key_at_its_place() {
    let mut desk = open(&[]);
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send("ч");
    desk.wait("n1 dead", |pty| row(pty, 1).contains("DOWN"));
    quit(&mut desk, "q");
}

#[test]
fn a_held_key_kills_once_and_a_locked_one_not_at_all() {
    let mut desk = open(&[]);
    desk.wait("orders", |pty| rate(pty) > 0 && leader(pty).is_some());
    desk.send("L");
    desk.wait_for("LOCK");
    desk.send("x");
    desk.send("L");
    desk.wait("no lock", |pty| !status(pty).contains("LOCK"));
    assert!(desk.text().contains("UP 5/5"), "a locked key did something:\n{}", desk.text());
    desk.send("\u{7f}:rate 1000\r");
    desk.send(&"X".repeat(40));
    desk.wait_for("UP 4/5");
    desk.send("\u{7f}");
    desk.wait("a new leader", |pty| leader(pty).is_some() && rate(pty) > 0);
    assert!(desk.text().contains("UP 4/5"), "a held key killed more than one:\n{}", desk.text());
    quit(&mut desk, "q");
}

#[test]
fn keys_stay_live_while_a_million_orders_run() {
    let mut desk = open(&[]);
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send(":burst 1M over 2s raw\r");
    desk.wait("the burst on the screen", |pty| !pty.text().contains("burst 1M") && pty.text().contains("BURST"));
    for screen in ["[Cluster]", "[Data]", "[Market]", "[Lesson]", "[Events]", "[Overview]"] {
        let before = desk.frames();
        desk.send("\t");
        desk.wait_for(screen);
        let frames = desk.frames() - before;
        assert!(frames < 60, "{screen} took {frames} frames");
    }
    desk.send(" ");
    desk.wait_for("PAUSED");
    quit(&mut desk, "q in a burst");
}

/// Waits for so many frames: thirty are a second of a screen that moves.
fn frames(desk: &mut Desk, count: usize) {
    let before = desk.frames();
    desk.wait("frames", |pty| pty.frames() >= before + count);
}

#[test]
fn a_broken_sequence_takes_no_key_and_runs_none() {
    let mut desk = open(&[]);
    desk.wait("orders", |pty| rate(pty) > 0 && leader(pty).is_some());
    let screens = ["[Cluster]", "[Data]", "[Market]", "[Lesson]", "[Events]", "[Overview]"];
    let broken = ["\x1b[?", "\x1b[<", "\x1b[M", "\x1b[200~X\rX\r:kill leader\r", "\x1b[200~", "\x1b[?64;1"];
    for (broken, screen) in broken.into_iter().zip(screens) {
        desk.send(broken);
        frames(&mut desk, 8);
        desk.send("\t");
        desk.wait_for(screen);
    }
    assert!(desk.text().contains("UP 5/5"), "{}", desk.text());
    desk.send("\x1b[200~XXXX");
    frames(&mut desk, 8);
    desk.send("\u{3}");
    assert_eq!(desk.end(), 130, "Ctrl-C is heard in a paste without an end");
    desk.assert_restored("Ctrl-C in a broken paste");
}

/// Everything that terminals and pastes send, whole and broken, cut anywhere: no key comes of it, and the next one works.
#[test]
fn nothing_that_a_terminal_sends_runs_a_fault() {
    let seed = std::env::var("DOORS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    println!("replay: DOORS_SEED={seed} cargo test --test dashboard nothing_that_a_terminal");
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    // Some of a paste that breaks off may come late, but one to three characters by themselves are keys: it is not cut.
    let paste = "\x1b[200~XXXX\rxxxx\r";
    let sent = [
        "\x1bP>|XTerm(390)\x1b\\",
        "\x1b]52;c;XKXKdifx\x07",
        "\x1b]11;rgb:1010/1212/1818\x1b\\",
        "\x1b_Gi=31;XXXX\x1b\\",
        "\x1b[?64;1;2;6;22c",
        "\x1b[<35;20;10M",
        "\x1b[200~X\rX x\r:kill leader\r\x1b[201~",
        paste,
        "\x1b[?6",
        "\x1b[<0;1",
        "\x1b[M",
    ];
    let mut desk = open(&[]);
    desk.wait("orders", |pty| rate(pty) > 0 && leader(pty).is_some());
    for _ in 0..25 {
        let bytes = sent[below(sent.len())];
        let cut = if bytes == paste { bytes.len() } else { 3 + below(bytes.len() - 2) };
        let (first, second) = bytes.split_at(cut);
        desk.send(first);
        frames(&mut desk, below(6));
        desk.send(second);
        // What is broken is over by then.
        frames(&mut desk, 6);
    }
    assert!(desk.text().contains("UP 5/5"), "DOORS_SEED={seed}\n{}", desk.text());
    desk.send("\t");
    desk.wait_for("[Cluster]");
    desk.send("\u{3}");
    assert_eq!(desk.end(), 130, "DOORS_SEED={seed}");
    desk.assert_restored("Ctrl-C after all that");
}

#[test]
fn at_rest_esc_and_the_next_key_are_two() {
    let mut desk = open(&[]);
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send(" ");
    desk.wait_for("PAUSED");
    for _ in 0..3 {
        desk.send("?");
        desk.wait_for("searches");
        desk.send("\x1b");
        // Esc has closed the help: it was heard by itself.
        desk.wait("no help", |pty| !pty.text().contains("searches"));
        desk.send(":q");
        desk.wait("the palette", |pty| pty.text().contains("/ q"));
        desk.send("\x1b");
        desk.wait("no palette", |pty| !pty.text().contains("/ q"));
    }
    quit(&mut desk, "q at rest");
}

#[test]
fn a_terminal_that_cannot_draw_is_told_of_the_plain_lines() {
    for term in ["dumb", ""] {
        let mut desk = open_with(&[], &[("TERM", term)]);
        assert_eq!(desk.end(), 3, "TERM={term:?}");
        let said = String::from_utf8_lossy(&desk.output).into_owned();
        assert!(said.contains("--plain") && !said.contains('\u{1b}'), "{said}");
    }
}

#[test]
fn a_flag_for_colour_goes_before_the_environment_and_sixteen_are_written_in_short() {
    let mut desk = open_with(&["--color", "always"], &[("NO_COLOR", "1")]);
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send("\u{3}");
    desk.end();
    let colour = |code: &str| code.parse::<u32>().is_ok_and(|code| matches!(code, 30..=38 | 40..=48 | 90..=107));
    assert!(sgr(&desk.output).iter().any(|codes| codes.split(';').any(colour)), "there is colour");
    let mut desk = open_with(&["--color-depth", "16"], &[]);
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send("X");
    desk.wait("a death", |pty| pty.text().contains("DOWN"));
    desk.send("\u{3}");
    desk.end();
    let codes = sgr(&desk.output);
    assert!(codes.iter().all(|codes| !codes.contains("8;5;")), "the form of the palette is not sent");
    assert!(codes.iter().any(|codes| codes.split(';').any(colour)), "there is colour");
}

#[test]
fn russian_is_shown_where_its_letters_can_be_and_else_english() {
    let mut desk = open_with(&["--glyphs", "ascii", "--locale", "ru"], &[]);
    desk.wait("letters", |pty| pty.text().contains("Обзор"));
    assert!(!desk.line("chaosdesk").contains('?'), "{}", desk.text());
    desk.send("\u{3}");
    desk.end();
    let mut desk = open_with(&[], &[("LC_ALL", "ru_RU.KOI8-R")]);
    desk.wait_for("[Overview]");
    desk.send("\u{3}");
    desk.end();
    let said = String::from_utf8_lossy(&desk.output).into_owned();
    assert_eq!(said.matches("Russian letters need a UTF-8 locale").count(), 1, "{said}");
}

#[test]
fn a_storm_of_resizes_leaves_it_standing() {
    let mut desk = open(&[]);
    let mut seed = 7_u32;
    for _ in 0..40 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        desk.resize(1 + (seed >> 8) as u16 % 300, 1 + (seed >> 20) as u16 % 100);
        desk.send("\t");
    }
    desk.resize(39, 9);
    desk.wait("the small screen", |pty| pty.text().contains("40"));
    desk.resize(120, 40);
    desk.wait("orders", |pty| rate(pty) > 0);
    quit(&mut desk, "q after resizes");
}

#[test]
fn every_way_out_gives_the_terminal_back() {
    type Way = (&'static str, &'static str, Option<Signal>, u32);
    let ways: [Way; 5] = [
        ("Q", "Q", None, 0),
        ("Ctrl-C", "\u{3}", None, 130),
        ("SIGTERM", "", Some(Signal::TERM), 143),
        ("SIGHUP", "", Some(Signal::HUP), 129),
        ("SIGINT", "", Some(Signal::INT), 130),
    ];
    for (how, keys, given, code) in ways {
        let mut desk = open(&[]);
        desk.send(keys);
        if let Some(given) = given {
            signal(&desk, given);
        }
        assert_eq!(desk.end(), code, "exit code after {how}");
        desk.assert_restored(how);
        let kept = desk.output.windows(9).rposition(|bytes| bytes == b"chaosdesk");
        let left = desk.output.windows(8).rposition(|bytes| bytes == b"\x1b[?1049l");
        assert_eq!(kept > left, how == "Q", "only Q leaves the last frame behind");
    }
}

#[test]
fn suspended_it_gives_the_terminal_back_and_comes_back_paused() {
    let mut desk = open(&[]);
    desk.send("\u{1a}");
    desk.wait("the shell's screen", |pty| pty.mode(1049) == Some(false) && pty.mode(25) == Some(true));
    let pid = Pid::from_raw(desk.pid()).unwrap();
    let (_, status) = waitpid(Some(pid), WaitOptions::UNTRACED).unwrap().unwrap();
    assert!(status.stopped());
    desk.assert_restored("Ctrl-Z");
    signal(&desk, Signal::CONT);
    desk.wait("the dashboard again", |pty| pty.mode(1049) == Some(true) && pty.text().contains("PAUSED"));
    quit(&mut desk, "q after fg");
}

#[test]
fn a_terminal_that_nobody_reads_does_not_outlive_a_signal() {
    let mut desk = open(&[]);
    // From here on nobody reads: the terminal fills up and the next write hangs. Resizing asks for whole frames.
    desk.stop_reading();
    let hangs_in = |desk: &Desk| std::fs::read_to_string(format!("/proc/{}/syscall", desk.pid())).unwrap_or_default();
    let (mut same, mut last) = (0, String::new());
    for columns in (80..120).cycle().take(100_000) {
        desk.resize(columns, 40);
        let now = hangs_in(&desk);
        same = if now == last && now.starts_with("1 0x1 ") { same + 1 } else { 0 };
        last = now;
        // The same write at two hundred looks, each after a yield.
        if same > 200 {
            break;
        }
        std::thread::yield_now();
    }
    signal(&desk, Signal::TERM);
    assert_eq!(desk.child.wait().unwrap().exit_code(), 143);
    desk.read_again();
    desk.end();
    assert_eq!(desk.termios(), desk.before, "the modes of the line");
}

/// Waits until the process waits in a system call that begins so: its number and first arguments. Where the system does
/// not say (`/proc/PID/syscall`), for a number of looks.
fn waits_in(pid: i32, call: &str) {
    let (mut same, mut last) = (0, String::new());
    for _ in 0..1_000_000 {
        let now = std::fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
        // The same call at two hundred looks, each after a yield.
        same = if now == last && now.starts_with(call) { same + 1 } else { 0 };
        last = now;
        if same > 200 {
            return;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_recording_that_nobody_takes_is_named_before_the_terminal_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("class.run");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut desk = open_with(&["--record", pipe.to_str().unwrap()], &[]);
    assert_eq!(desk.end(), 2);
    assert!(desk.text().contains("nobody reads this pipe"), "{}", desk.text());
    assert_eq!(desk.mode(1049), None, "the terminal was not taken");
}

#[test]
fn a_recording_of_a_program_that_was_killed_replays() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("class.run");
    let place = file.to_str().unwrap();
    let mut desk = open(&["--record", place]);
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send("x");
    desk.wait("n1 dead", |pty| row(pty, 1).contains("DOWN"));
    signal(&desk, Signal::KILL);
    desk.end();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("Crash") || text.contains("crash"), "{text}");
    assert!(!text.contains("{\"end\""), "it had no time to end");
    let done = Command::new(PROGRAM).args(["replay", place]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.starts_with("the same run") && said.contains("was broken off"), "{said}");
    // It holds something now: only a word that says so writes over it.
    let done = Command::new(PROGRAM).args(["--plain", "--record", place]).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    let mut desk = open(&["--record", place, "--force"]);
    desk.wait("orders", |pty| rate(pty) > 0);
    quit(&mut desk, "q with a recording in place of another");
    let new = std::fs::read_to_string(&file).unwrap();
    assert!(new.contains("{\"end\"") && !new.contains("rash\":"), "{new}");
}

#[test]
fn a_run_that_begins_again_is_recorded_as_the_last_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("class.run");
    let place = file.to_str().unwrap();
    let mut desk = open(&["--record", place]);
    desk.send("x");
    desk.wait("n1 dead", |pty| row(pty, 1).contains("DOWN"));
    desk.send(":reset seed 7\r");
    desk.send("y");
    desk.wait("another run", |pty| row(pty, 1).contains("UP"));
    desk.wait("orders", |pty| rate(pty) > 0);
    quit(&mut desk, "q after a reset");
    assert_eq!(std::fs::read_to_string(&file).unwrap().matches("chaosdesk-recording 3").count(), 2);
    let done = Command::new(PROGRAM).args(["replay", place]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stdout));
}

#[test]
fn plain_lines_that_nobody_reads_do_not_outlive_a_signal() {
    use std::io::Write;
    let home = tempfile::tempdir().unwrap();
    let (kept, mut full) = std::io::pipe().unwrap();
    rustix::io::ioctl_fionbio(&full, true).unwrap();
    while full.write(&[b'.'; 4_096]).is_ok() {}
    while full.write(b".").is_ok() {}
    rustix::io::ioctl_fionbio(&full, false).unwrap();
    let mut child = Command::new(PROGRAM).arg("--plain").current_dir(home.path()).stdout(full).spawn().unwrap();
    waits_in(i32::try_from(child.id()).unwrap(), "1 0x1 ");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    drop(kept);
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    // Before it has drawn, as soon as it has, and while it runs.
    for frames in [0, 1, 20] {
        let mut desk = open(&[]);
        desk.wait("frames", |desk| desk.frames() >= frames);
        desk.hang_up();
        assert_eq!(desk.child.wait().unwrap().exit_code(), 129, "after {frames} frames");
    }
}

#[test]
fn without_a_terminal_it_says_so() {
    let home = tempfile::tempdir().unwrap();
    let done = Command::new(PROGRAM).current_dir(home.path()).stdin(Stdio::null()).output().unwrap();
    assert_eq!(done.status.code(), Some(3));
    assert!(done.stdout.is_empty(), "not a byte on standard output");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("terminal") && said.contains("--plain"), "{said}");
}

#[test]
fn without_colour_there_is_not_one_colour_byte() {
    let mut desk = open_with(&[], &[("NO_COLOR", "1")]);
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send("x\tj?");
    desk.wait("more frames", |pty| pty.frames() > 10);
    desk.send("\u{3}");
    desk.end();
    for codes in sgr(&desk.output) {
        for code in codes.split(';').map(|code| code.parse::<u32>().unwrap_or(0)) {
            let colour = matches!(code, 30..=38 | 40..=48 | 90..=107);
            assert!(!colour, "colour {code} in \\e[{codes}m");
        }
    }
}

/// The parameters of every `SGR` sequence.
fn sgr(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output).into_owned();
    let ends = text.split("\u{1b}[").skip(1).filter_map(|rest| {
        let end = rest.find(|char: char| char.is_ascii_alphabetic())?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    ends.collect()
}

#[test]
fn ascii_glyphs_are_pure_ascii() {
    let mut desk = open(&["--glyphs", "ascii"]);
    for keys in ["X", "\t", "\t", "\t", "?", "\u{1b}", ":"] {
        let frames = desk.frames();
        desk.send(keys);
        desk.wait("a frame", |pty| pty.frames() > frames + 1);
    }
    desk.send("\u{3}");
    desk.end();
    let strange = desk.output.iter().position(|byte| !byte.is_ascii());
    let around = strange.map(|at| String::from_utf8_lossy(&desk.output[at.saturating_sub(40)..at + 8]).into_owned());
    assert_eq!(around, None);
}

#[test]
fn plain_lines_hold_no_escape_byte() {
    use std::io::{BufRead, BufReader, Read};
    let home = tempfile::tempdir().unwrap();
    let mut child =
        Command::new(PROGRAM).arg("--plain").current_dir(home.path()).stdout(Stdio::piped()).spawn().unwrap();
    // The pipe stays open: a reader that goes away is an end of its own.
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let lines: Vec<String> = out.by_ref().lines().take(30).map(Result::unwrap).collect();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(lines.len(), 30);
    for line in &lines {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    assert!(lines.iter().any(|line| line.contains("leads in term 1")), "{lines:#?}");
}

#[test]
fn what_was_recorded_replays_as_the_same_run() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("class.run");
    let file = file.to_str().unwrap();
    let mut desk = open(&["--record", file]);
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send("x");
    desk.wait("n1 dead", |pty| row(pty, 1).contains("DOWN"));
    desk.send("\u{7f}b");
    desk.wait("orders", |pty| rate(pty) > 0);
    quit(&mut desk, "q with a recording");
    let done = Command::new(PROGRAM).args(["replay", file]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert_eq!((done.status.code(), said.starts_with("the same run")), (Some(0), true), "{said}");
    // Another seed is another run: the check can fail.
    let text = unsealed(&std::fs::read_to_string(file).unwrap());
    let forged = dir.path().join("forged.run");
    std::fs::write(&forged, text.replacen("\"seed\":1", "\"seed\":2", 1)).unwrap();
    let done = Command::new(PROGRAM).arg("replay").arg(forged).output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stdout));
}

#[test]
fn a_wrong_key_in_the_configuration_is_pointed_at() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.toml");
    for (text, place, words) in [
        ("[keys.global]\n\"node.kill\" = [\"r\"]\n", ":2:1: ", "node.recover"),
        ("[keys.global]\n\"node.kil\" = [\"k\"]\n", ":2:1: ", "did you mean `node.kill`?"),
        ("[keys.globl]\n\"node.kill\" = [\"k\"]\n", ":1:7: ", "did you mean `global`?"),
        ("[keys.global]\n\"node.kill\" = [\"x\", \"Entre\"]\n", ":2:22: ", "no key is called"),
    ] {
        std::fs::write(&file, text).unwrap();
        let done = Command::new(PROGRAM).args(["config", "check", "--config"]).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{text}{said}");
        assert!(said.contains(&format!("mine.toml{place}")) && said.contains(words), "{text}{said}");
    }
    std::fs::write(&file, "[keys.global]\n\"node.kill\" = [\"<f9>\"]\n").unwrap();
    let done = Command::new(PROGRAM).args(["keys", "--config"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let line = said.lines().find(|line| line.ends_with(" node.kill")).unwrap_or_default();
    assert!(line.contains("F9") || line.contains("f9"), "{said}");
    assert!(!said.contains('|') && !said.contains('\u{1b}'), "{said}");
}

/// The step of the lesson that the card points at.
fn step(pty: &Pty) -> u32 {
    let text = pty.text();
    let marked = text.lines().filter_map(|line| line.strip_prefix("┃ ❯ "));
    marked.filter_map(|rest| rest.split_whitespace().next()?.parse().ok()).next().unwrap_or(0)
}

#[test]
fn a_lesson_waits_counts_hands_and_compares() {
    let mut desk = open_with(&["--lesson", "01-leader-election"], &[]);
    desk.wait_for("[Lesson]");
    // A step that speaks waits for the teacher; the card says so, and `J` and Enter go on.
    desk.wait("step 1 speaks", |pty| step(pty) == 1 && pty.text().contains("goes on"));
    desk.send("J");
    desk.wait("step 2 speaks", |pty| step(pty) == 2 && pty.text().contains("goes on"));
    desk.send("\r");
    desk.wait("the question, and time stands", |pty| step(pty) == 3 && pty.text().contains("PAUSED"));
    let leader = leader(&desk);
    desk.send("2221-\r");
    // Closing the question lets the fault happen; the first answer after it reveals.
    desk.wait("the fault", |pty| pty.text().contains("UP 4/5"));
    desk.wait("the answer, and step 4 speaks", |pty| step(pty) == 4 && pty.text().contains("goes on"));
    assert_ne!(self::leader(&desk), leader);
    desk.send(":lesson leave\r");
    desk.wait("no lesson", |pty| step(pty) == 0);
    assert!(desk.text().contains("UP 4/5"), "the cluster goes on:\n{}", desk.text());
    quit(&mut desk, "q after a lesson");
}

#[test]
fn the_log_panel_shows_the_virtual_time() {
    let mut desk = open(&[]);
    desk.wait("a leader", |pty| leader(pty).is_some());
    desk.send("ge");
    desk.wait_for("[Events]");
    desk.send("X");
    desk.wait("the crash in the log", |pty| pty.text().contains("vt=") && pty.text().contains("node_crashed: n"));
    quit(&mut desk, "q");
}
