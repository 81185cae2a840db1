//! The program without a screen, as a shell sees it: its texts, its files, its exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

#[path = "common/unsealed.rs"]
mod earlier;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::ids::GroupId;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::runtime::recorder::{Recorder, RecordingHeader};
use earlier::unsealed;
use serde_json::Value;

/// Exit code, output, errors.
fn chaosdesk(words: &[&str]) -> (i32, String, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_chaosdesk")).args(words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn keys(json: &Value) -> Vec<&str> {
    json.as_object().unwrap().keys().map(String::as_str).collect()
}

/// All these, whatever else there is.
fn has(json: &Value, wanted: &[&str]) {
    let keys = keys(json);
    let missing: Vec<_> = wanted.iter().filter(|key| !keys.contains(key)).collect();
    assert!(missing.is_empty(), "{missing:?} are missing in {keys:?}");
}

#[test]
fn a_run_writes_every_figure_of_the_interface() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("result.json");
    let (code, out, err) = chaosdesk(&["run", "kill-the-leader", "--seed", "7", "--json", path(&file)]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("0 lost, 0 duplicated, 0 in doubt") && out.ends_with("well\n"), "{out}");
    let json: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    has(&json, &["seed", "virtual_ms", "events", "hash", "orders", "latency_ms", "failovers", "invariants", "nodes"]);
    has(&json, &["partitions", "scenario", "well", "replication_factor", "node", "group", "expectations", "failures"]);
    has(&json["orders"], &["submitted", "acknowledged", "rejected", "retried", "lost", "duplicated", "unknown"]);
    has(&json["latency_ms"], &["p50", "p99", "max"]);
    let phases = ["detect_ms", "elect_ms", "first_commit_ms", "first_answer_ms", "total_ms"];
    has(&json["failovers"][0], &["group", "from", "to"]);
    has(&json["failovers"][0], &phases);
    has(&json["invariants"][0], &["name", "checked", "violations"]);
    assert_eq!((json["seed"].as_u64(), json["virtual_ms"].as_f64()), (Some(7), Some(11_000.0)));
    assert_eq!((json["nodes"].as_u64(), json["partitions"].as_u64()), (Some(5), Some(4)));
    let orders = |key: &str| json["orders"][key].as_u64().unwrap();
    let told = orders("acknowledged") + orders("rejected") + orders("unknown") + orders("waiting");
    assert_eq!(orders("submitted"), told, "every order stands somewhere");
    let latency = ["p50", "p99", "max"].map(|key| json["latency_ms"][key].as_f64().unwrap());
    assert!(0.0 < latency[0] && latency[0] < latency[1] && latency[1] < latency[2], "{latency:?}");
    for failover in json["failovers"].as_array().unwrap().iter().filter(|failover| failover["group"] != "meta") {
        let phase = phases.map(|phase| failover[phase].as_f64().unwrap());
        assert!((phase[..4].iter().sum::<f64>() - phase[4]).abs() < 0.005, "the phases add up: {failover}");
    }
    // This run has no transaction between groups and no final refusal.
    let dark = ["atomic_commit", "no_refused_fill"];
    let open = |row: &Value| dark.iter().any(|name| row["name"] == *name) || row["checked"].as_u64().unwrap() > 0;
    let checked = |row: &Value| open(row) && row["violations"] == 0;
    assert!(json["invariants"].as_array().unwrap().iter().all(checked), "{}", json["invariants"]);
}

#[test]
fn the_documented_fields_are_the_written_ones() {
    let (_, out, _) = chaosdesk(&["run", "steady", "--json", "-"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    let doc = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/results.md")).unwrap();
    let rows: Vec<&str> = doc.lines().filter(|line| line.starts_with("| `")).collect();
    let documented: Vec<&str> = rows.iter().flat_map(|row| row.split('|').nth(1).unwrap().split('`')).collect();
    for key in keys(&json) {
        assert!(documented.contains(&key), "`{key}` is written and not documented");
    }
    for (part, row) in [("orders", &json["orders"]), ("latency_ms", &json["latency_ms"])] {
        let line = rows.iter().find(|line| line.contains(&format!("| `{part}` |"))).unwrap();
        for key in keys(row) {
            assert!(line.contains(&format!("`{key}`")), "`{part}.{key}` is written and not documented");
        }
    }
}

#[test]
fn a_failed_expectation_ends_with_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hope.toml");
    let text = "name = \"hope\"\ntitle = { en = \"Hope\", ru = \"Надежда\" }\nlength_ms = 1000\n\n[[expect]]\n\
                that = \"orders.lost = 0\"\n\n[[expect]]\nthat = \"nodes.up = 4\"\n";
    fs::write(&file, text).unwrap();
    let (code, out, _) = chaosdesk(&["run", path(&file)]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("ok          orders.lost = 0") && out.contains("FAILED      nodes.up = 4"), "{out}");
    assert!(out.contains("it is 5") && out.ends_with("not well\n"), "{out}");
}

#[test]
fn wrong_usage_and_wrong_files_end_with_two_and_say_what_is_near() {
    let (code, _, err) = chaosdesk(&["run", "kill-the-leadr"]);
    assert_eq!(code, 2);
    assert!(err.contains("there is no scenario or lesson `kill-the-leadr`; did you mean `kill-the-leader`?"), "{err}");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("wrong.toml");
    let text = "name = \"wrong\"\ntitle = { en = \"A\", ru = \"Б\" }\nlength_ms = 1000\n\n[cluster]\nnods = 3\n\n\
                [[expect]]\nthat = \"orders.lost = 0\"\n";
    fs::write(&file, text).unwrap();
    let (code, out, err) = chaosdesk(&["run", path(&file)]);
    assert_eq!((code, out.as_str()), (2, ""));
    for part in ["wrong.toml", "6:1", "nods", "did you mean `nodes`?"] {
        assert!(err.contains(part), "{part}: {err}");
    }
    for words in [["run", "--sed"], ["replay", "/nowhere/run.rec"], ["run", "nowhere.toml"], ["rum", "steady"]] {
        let (code, _, err) = chaosdesk(&words);
        assert!(code == 2 && !err.is_empty(), "{words:?}: {code} {err}");
    }
}

/// A desk with a crash and a recovery, recorded into a file.
fn record(file: &Path) -> String {
    let settings = Settings::default();
    let mut world = desk::open(&Arc::new(settings.clone()), 3);
    let mut recorder = Recorder::new(RecordingHeader { seed: 3, settings, scenario: None });
    for ms in (0..6_000).step_by(250) {
        world.run_until(SimTime::from_millis(ms));
        recorder.observe(&world);
        match ms {
            2_000 => {
                world.control(Control::Crash(Target::Leader(GroupId(1))));
            }
            4_000 => {
                world.control(Control::RecoverAll);
            }
            _ => {}
        }
    }
    recorder.finish(&world).save(file).unwrap();
    world.hash().to_string()
}

#[test]
fn a_recording_replays_to_its_hash_and_a_changed_one_says_where_it_differs() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.rec");
    let hash = record(&file);
    let (code, out, err) = chaosdesk(&["replay", path(&file)]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("the same run") && out.contains(&hash), "{out}");
    let text = fs::read_to_string(&file).unwrap();
    let changed = text.replacen("RecoverAll", "HealAll", 1);
    assert_ne!(changed, text, "there is a control to change:\n{text}");
    fs::write(&file, &changed).unwrap();
    let (code, _, err) = chaosdesk(&["replay", path(&file)]);
    assert!(code == 2 && err.contains("the seal does not fit mark"), "{err}");
    fs::write(&file, unsealed(&changed)).unwrap();
    let (code, out, _) = chaosdesk(&["replay", path(&file)]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("the same up to 4.") || out.contains("the same up to 3."), "{out}");
    assert!(
        out.contains("recorded")
            && out.contains("replayed")
            && out.contains("the first event of the replay after that: "),
        "{out}"
    );
}

#[test]
fn a_file_that_is_no_recording_ends_with_two_and_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.rec");
    record(&file);
    let text = fs::read_to_string(&file).unwrap();
    let cut: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    let table = [
        ("hello\n".to_owned(), "not a recording"),
        (text.replacen("chaosdesk-recording 3", "chaosdesk-recording 9", 1), "run.rec:1:1: a recording of format 9"),
        (cut, "broken off"),
        (text.replacen("{", "[", 1), "run.rec:2:"),
        (format!("{text}{text}"), "a second recording begins behind the end of the first"),
        (format!("{text}garbage"), "the recording has ended above"),
        (text.replacen("\"number\":2", "\"number\":3", 1), "mark 3 stands where mark 2 belongs"),
        (text.replacen("\"heartbeat\":50000000", "\"heartbeat\":0", 1), "`heartbeat_ms` in [raft] is 0, out of range"),
        (text.replacen("\"nodes\":5", "\"nodes\":0", 1), "nodes"),
        (text.replacen("\"vip_nodes\":[]", "\"vip_nodes\":[0]", 1), "a node has a number from 1 to 128"),
        (text.replacen("{\"Leader\":1}", "{\"Node\":0}", 1), "a node has a number from 1 to 128"),
        (text.replacen("\"partitions\":4", "\"partitions\":0", 1), "partitions"),
        (text.replacen("\"replication_factor\":5", "\"replication_factor\":9", 1), "replication_factor"),
    ];
    for (changed, part) in table {
        assert_ne!(changed, text, "{part}: there is something to change");
        fs::write(&file, &changed).unwrap();
        let (code, out, err) = chaosdesk(&["replay", path(&file)]);
        assert_eq!((code, out.as_str()), (2, ""), "{part}: {err}");
        assert!(err.contains(part) && err.contains("run.rec:"), "{part}: {err}");
    }
}

#[test]
fn a_replay_says_what_happens_as_json_lines() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.rec");
    let hash = record(&file);
    let (code, out, err) = chaosdesk(&["replay", path(&file), "--json", "-"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert!(of("control") >= 2 && of("mark") >= 2 && of("event") >= 5, "{out}");
    let end = lines.last().unwrap();
    assert_eq!((&end["type"], &end["same"], &end["hash"]), (&"end".into(), &true.into(), &hash.into()));
    assert!(lines.iter().any(|line| line["name"] == "node_crashed" && line["node"].is_string()), "{out}");
    // Into a file, the summary goes to the standard output; another file is not written over.
    let json = dir.path().join("out.jsonl");
    let (code, said, _) = chaosdesk(&["replay", path(&file), "--json", path(&json)]);
    assert!(code == 0 && said.starts_with("the same run: "), "{said}");
    assert_eq!(fs::read_to_string(&json).unwrap(), out);
    assert_eq!(chaosdesk(&["replay", path(&file), "--json", path(&json)]).0, 0, "earlier lines are replaced");
    fs::write(&json, "mine").unwrap();
    assert_eq!(chaosdesk(&["replay", path(&file), "--json", path(&json)]).0, 2);
    assert_eq!(chaosdesk(&["replay", path(&file), "--json", path(&file), "--force"]).0, 2);
}

#[test]
#[cfg(unix)]
fn no_file_is_read_without_a_bound() {
    for words in [
        ["replay", "/dev/zero"],
        ["run", "/dev/zero"],
        ["--config", "/dev/zero"],
        ["--feed", "/dev/zero"],
        ["match", "/dev/zero"],
    ] {
        let (code, out, err) = chaosdesk(&words);
        // `match` has written its header by then.
        assert!(code == 2 && out.len() < 100, "{words:?}: {out}{err}");
        let bounded = err.contains("longer than 64 MiB") || err.contains("the line is too long");
        assert!(bounded, "{words:?}: {err}");
    }
}

#[test]
fn the_doctor_and_the_completions_need_no_terminal_and_no_run() {
    let (code, out, err) = chaosdesk(&["doctor"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for word in ["version ", "output         no terminal", "depth ", "unicode ", "configuration ", "cores"] {
        assert!(out.contains(word), "{word:?} is missing in\n{out}");
    }
    assert!(!out.contains('\u{1b}'), "not one escape byte");
    let (code, out, err) = chaosdesk(&["completions", "bash"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("complete -F _chaosdesk"), "{out}");
}

#[test]
fn a_feed_of_orders_is_played_up_to_its_wrong_line_which_is_named() {
    let (code, out, err) = chaosdesk(&["run", "tests/feeds/script.toml", "--feed", "tests/feeds/orders.csv"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("60 submitted, 60 acknowledged"), "{out}");
    let (code, out, err) = chaosdesk(&["run", "tests/feeds/script.toml", "--feed", "tests/feeds/wrong-line.csv"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("30 submitted, 30 acknowledged"), "what stands before the wrong line is played: {out}");
    let named = "tests/feeds/wrong-line.csv:32:";
    assert!(err.contains("wrong-line.csv was played up to a wrong line\n") && err.contains(named), "{err}");
    assert!(err.contains("the price 100.005 is no whole number of ticks"), "{err}");
    let (code, _, err) = chaosdesk(&["run", "steady", "--feed", "config.toml"]);
    assert_eq!(code, 2);
    assert!(err.contains("config.toml:"), "{err}");
}

/// A file of this text in a folder of its own.
fn written(dir: &tempfile::TempDir, name: &str, text: &[u8]) -> String {
    let file = dir.path().join(name);
    fs::write(&file, text).unwrap();
    path(&file).to_owned()
}

#[test]
fn a_feed_is_played_as_it_stands_or_it_is_said_what_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let script = written(&dir, "short.toml", SHORT.as_bytes());
    let orders = "time,symbol,side,type,price,quantity\n";
    let series = "Date,Open,High,Low,Close,Volume\n";
    for (name, text, code, words) in [
        (
            "epoch.csv",
            format!("{orders}1735689600000,GOOG,buy,limit,100.25,3\n"),
            2,
            "epoch.csv:2:1: the time 1735689600000 is later than any run; it looks like a Unix time",
        ),
        (
            "late.csv",
            format!("{orders}100,GOOG,buy,limit,100.25,3\n900,GOOG,buy,limit,100.25,3\n"),
            0,
            "1 of 2 orders of the feed",
        ),
        ("ladder.csv", format!("{orders}0,GOOG,buy,limit,99999999999,3\n"), 2, "the price 99999999999 is too large"),
        ("symbol.csv", format!("{orders}0,GOGG,buy,limit,100,3\n"), 2, "did you mean `GOOG`?"),
        (
            "BTCUSD.csv",
            format!("{series}2012-01-31,4.58,7.38,3.8,5.55,1\n2012-02-29,5.55,6.5,3.8,4.99,1\n"),
            0,
            "2 of 2 prices are outside of what BTCUSD has room for",
        ),
        ("pepe.csv", format!("{series}2024-01-02,0.0000009,0.0000009,0.0000009,9e-07,1\n"), 0, ""),
        ("zero.csv", format!("{series}2024-01-02,0.0000000,1,1,1,1\n"), 2, "`0.0000000` is no Open"),
        (
            "quotes.csv",
            "\"Date\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\n\"2024-01-02\",1,1,1,1,1\n".to_owned(),
            0,
            "",
        ),
        ("spaces.csv", "Date, Open, High, Low, Close, Volume\n2004-08-19, 100, 101, 99, 100, 1\n".to_owned(), 0, ""),
        ("comma.csv", "Date,Open,High,Low,Close,Volume,\n2004-08-19,100,101,99,100,1,\n".to_owned(), 0, ""),
        ("blank.csv", format!("\n# prices\n{series}2004-08-19,100,101,99,100,1\n"), 0, ""),
        (
            "escape.csv",
            format!("{orders}0,GO\u{1b}]0;x\u{7}OG,buy,limit,100,3\n"),
            2,
            "`GO\\x1b]0;x\\x07OG` is no symbol",
        ),
    ] {
        let feed = written(&dir, name, text.as_bytes());
        let (ended, out, err) = chaosdesk(&["run", &script, "--feed", &feed]);
        assert_eq!(ended, code, "{name}: {err}");
        assert!(err.contains(words) && (words.is_empty() == err.is_empty()), "{name}: {out}{err}");
        assert!(!err.contains(['\u{1b}', '\u{7}']), "{err:?}");
    }
}

#[test]
fn a_dash_is_the_standard_stream_for_every_input() {
    let dir = tempfile::tempdir().unwrap();
    let script = written(&dir, "short.toml", SHORT.as_bytes());
    let feed = b"time,symbol,side,type,price,quantity\n0,GOOG,buy,limit,100.25,3\n";
    for (words, input, code, told) in [
        (&["run", "-"][..], SHORT.as_bytes(), 0, "short, seed 1"),
        (&["run", &script, "--feed", "-"], feed, 0, "1 submitted"),
        (&["--config", "-", "config", "check"], b"[cluster]\nnodes = 7\n", 0, "standard input: well"),
        (
            &["--config", "-", "config", "check"],
            b"[cluster]\nnodes = \"\xff\"\n",
            2,
            "standard input:2:10: the byte 0xff is not UTF-8",
        ),
    ] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_chaosdesk"));
        program
            .args(words)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let mut running = program.spawn().unwrap();
        std::io::Write::write_all(&mut running.stdin.take().unwrap(), input).unwrap();
        let ran = running.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{words:?}: {said}");
        assert!(said.contains(told), "{words:?}: {said}");
    }
    for words in [&["--plain", "--record", "-"][..], &["--plain", "--history", "-"], &["--lesson", "-"]] {
        assert_eq!(chaosdesk(words).0, 2, "{words:?}");
    }
    assert!(!Path::new("-").exists());
}

#[test]
fn messages_that_quote_command_no_terminal_and_fit_on_one() {
    let dir = tempfile::tempdir().unwrap();
    let key = written(&dir, "key.toml", b"[cluster]\n\"\\u001b]0;pwn\\u0007nodes\" = 3\n");
    let long = written(&dir, "long.toml", format!("[cluster]\n{} = 3\n", "x".repeat(200_000)).as_bytes());
    let name = written(&dir, "a\u{1b}[31mb.toml", b"[cluster]\nnode = 3\n");
    let latin = written(&dir, "latin.toml", b"[cluster]\n# caf\xe9\nnodes = 3\n");
    let theme = written(&dir, "mine.toml", b"[roles]\ntext = { fg = \"\\u001b[31m\" }\n");
    for (words, told) in [
        (&["--config", &key, "config", "check"][..], r"key.toml:2:1: unknown key `\x1b]0;pwn\x07nodes`"),
        (&["--config", &long, "config", "check"], "long.toml:2:1: unknown key `xxx"),
        (&["--config", &name, "config", "check"], r"a\x1b[31mb.toml:2:1: unknown key `node`"),
        (&["--config", &latin, "config", "check"], "latin.toml:2:6: the byte 0xe9 is not UTF-8 text"),
        (&["--config", &key, "doctor"], ""),
        (&["run", "\u{1b}[31mx"], r"\x1b[31mx"),
        (&["--seed", "\u{1b}[31mx"], r"`\x1b[31mx` is not a value of `--seed`"),
        (&["\u{1b}]0;x\u{7}"], r"`chaosdesk` has no command `\x1b]0;x\x07`"),
        (&["--glyphs", &"x".repeat(100_000)], "xxx...` is not a value of `--glyphs`"),
        (&["replay", &name], ""),
        (&["--plain", "--theme", &theme, "--seed", "1"], r"mine.toml:2:15: no colour is called `\x1b[31m`"),
    ] {
        let (code, out, err) = chaosdesk(words);
        assert!(err.contains(told) && (code == 2 || words.contains(&"doctor")), "{words:?}: {code} {err}");
        assert!(err.len() < 2_000, "{} bytes: {words:?}", err.len());
        let commands = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
        assert!(!err.contains(commands) && !out.contains(commands), "{words:?}: {err:?}");
    }
}

#[test]
fn a_recording_is_replayed_from_any_folder() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy("tests/feeds/GOOG.csv", dir.path().join("GOOG.csv")).unwrap();
    let program = || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_chaosdesk"));
        program.env("HOME", dir.path()).env("XDG_CONFIG_HOME", dir.path());
        program
    };
    let words = ["--plain", "--feed", "GOOG.csv", "--record", "c.rec"];
    let mut running =
        program().args(words).current_dir(dir.path()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    // Who has read enough goes away, and the run ends.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(running.stdout.take().unwrap()));
    assert!(lines.by_ref().take(30).all(|line| line.is_ok()));
    drop(lines);
    assert!(running.wait().unwrap().success());
    for folder in [dir.path(), Path::new("/")] {
        let ran = program().args(["replay", path(&dir.path().join("c.rec"))]).current_dir(folder).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{folder:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn a_recording_names_its_feed_and_a_replay_refuses_another_file() {
    let dir = tempfile::tempdir().unwrap();
    let (feed, file) = (dir.path().join("GOOG.csv"), dir.path().join("feed.rec"));
    let text = fs::read_to_string("tests/feeds/GOOG.csv").unwrap();
    fs::write(&feed, &text).unwrap();
    let mut settings = Settings::default();
    chaosdesk::cli::feeds::open(&feed, &mut settings).unwrap();
    let header = RecordingHeader { seed: 3, settings: settings.clone(), scenario: None };
    let mut recorder = Recorder::new(header);
    let mut world = desk::open(&Arc::new(settings), 3);
    let plain = desk::open(&Arc::new(Settings::default()), 3);
    for ms in [100, 400, 700] {
        world.run_until(SimTime::from_millis(ms));
        recorder.observe(&world);
    }
    let mut plain = plain;
    plain.run_until(SimTime::from_millis(700));
    assert_ne!(world.hash(), plain.hash(), "a series moves the orders");
    recorder.finish(&world).save(&file).unwrap();
    let (code, out, err) = chaosdesk(&["replay", path(&file)]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("the same run: "), "{out}");
    fs::write(&feed, text.replace("55", "56")).unwrap();
    let (code, _, err) = chaosdesk(&["replay", path(&file)]);
    assert_eq!(code, 2);
    assert!(err.contains("is not the one that was recorded: digest "), "{err}");
}

/// A script of half a second that expects nothing.
const SHORT: &str = "name = \"short\"\ntitle = { en = \"A\", ru = \"Б\" }\nlength_ms = 500\n";

#[test]
fn a_result_that_cannot_be_written_is_known_before_the_run_or_costs_no_summary() {
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("short.toml");
    fs::write(&script, SHORT).unwrap();
    let absent = dir.path().join("absent/out.json");
    for (file, why) in [(path(&absent), "No such file"), (path(dir.path()), "s a directory")] {
        let (code, out, err) = chaosdesk(&["run", path(&script), "--json", file]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("--json: cannot write") && err.contains(file) && err.contains(why), "{err}");
        let (code, out, err) = chaosdesk(&["--plain", "--record", file]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("--record: cannot write") && err.contains(file) && err.contains(why), "{err}");
    }
    if Path::new("/dev/full").exists() {
        let (code, out, err) = chaosdesk(&["run", path(&script), "--json", "/dev/full"]);
        assert_eq!(code, 4, "{err}");
        assert!(out.contains("submitted"), "the summary is printed: {out}");
        assert!(err.contains("cannot write /dev/full: No space left"), "{err}");
        let (code, out, err) = chaosdesk(&["--plain", "--record", "/dev/full"]);
        assert_eq!((code, out.as_str()), (4, ""), "not one event was printed");
        assert!(err.contains("cannot write /dev/full: No space left"), "{err}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn a_folder_that_may_not_be_written_is_refused_before_the_run() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("closed");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.join("probe"), "").is_ok() {
        // Whoever may do everything cannot see this.
        return;
    }
    for words in [["run", "steady", "--json"], ["--plain", "--force", "--record"]] {
        let mut words = words.to_vec();
        let file = folder.join("out");
        words.push(path(&file));
        let (code, out, err) = chaosdesk(&words);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("cannot write") && err.contains("ermission denied"), "{err}");
    }
}

#[test]
fn no_output_is_written_over_what_is_read_or_would_be_missed() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("s.toml"), SHORT).unwrap();
    fs::copy("tests/feeds/GOOG.csv", at("GOOG.csv")).unwrap();
    fs::write(at("c.toml"), "[cluster]\nnodes = 3\nreplication_factor = 3\n").unwrap();

    fs::write(at("precious.txt"), "my only copy").unwrap();
    std::os::unix::fs::symlink(at("s.toml"), at("link")).unwrap();
    fs::hard_link(at("GOOG.csv"), at("hard")).unwrap();
    let files = ["s.toml", "GOOG.csv", "c.toml", "precious.txt"];
    let before = files.map(|name| fs::read(at(name)).unwrap());
    let (script, feed, config) = (at("s.toml"), at("GOOG.csv"), at("c.toml"));
    let (script, feed, config) = (path(&script), path(&feed), path(&config));
    let (link, hard, precious) = (at("link"), at("hard"), at("precious.txt"));
    let (link, hard, precious) = (path(&link), path(&hard), path(&precious));
    let run = ["run", script, "--feed", feed];
    let desk = ["--plain", "--config", config, "--lesson", script, "--feed", feed];
    let table: [(&[&str], &[&str], &str); 12] = [
        (&run, &["--json", script], "is the script of this run"),
        (&run, &["--json", link, "--force"], "is the script of this run"),
        (&run, &["--json", feed, "--force"], "is the feed of this run"),
        (&run, &["--json", hard, "--force"], "is the feed of this run"),
        (&run, &["--json", precious], "holds something already; --force"),
        (&desk, &["--record", config], "is the configuration of this run"),
        (&desk, &["--record", config, "--force"], "is the configuration of this run"),
        (&desk, &["--record", script, "--force"], "is the lesson of this run"),
        (&desk, &["--record", link, "--force"], "is the lesson of this run"),
        (&desk, &["--record", feed, "--force"], "is the feed of this run"),
        (&desk, &["--record", hard, "--force"], "is the feed of this run"),
        (&desk, &["--record", precious], "holds something already; --force"),
    ];
    for (words, output, why) in table {
        let words = [words, output].concat();
        let (code, out, err) = chaosdesk(&words);
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}: {err}");
        assert!(err.contains(why), "{words:?}: {err}");
    }
    assert_eq!(before, files.map(|name| fs::read(at(name)).unwrap()));
    // Of two outputs neither is begun if one is refused.
    let (old, new, absent) = (at("old.rec"), at("new.rec"), at("absent/h.jsonl"));
    fs::write(&old, "a recording of an hour").unwrap();
    let forced = ["--plain", "--force", "--record", path(&old), "--history"];
    let table: [(&[&str], &[&str], &str); 4] = [
        (&forced, &[path(&absent)], "--history: cannot write"),
        (&forced, &[path(&old)], "is the recording of this run"),
        (&["--plain", "--record", path(&new)], &["--history", path(&new)], "is the recording of this run"),
        (&["--plain", "--record"], &["-"], "--record: the standard output has the dashboard"),
    ];
    for (words, more, why) in table {
        let (code, out, err) = chaosdesk(&[words, more].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{more:?}: {err}");
        assert!(err.contains(why), "{more:?}: {err}");
    }
    assert_eq!(fs::read_to_string(&old).unwrap(), "a recording of an hour");
    assert!(!new.exists() && !Path::new("-").exists());
    // An earlier result is replaced, and another file with a word.
    let result = at("out.json");
    for words in [&["--json", path(&result)][..], &["--json", path(&result)], &["--json", precious, "--force"]] {
        let (code, _, err) = chaosdesk(&[&run, words].concat());
        assert_eq!(code, 0, "{err}");
    }
    let of_precious: Value = serde_json::from_str(&fs::read_to_string(precious).unwrap()).unwrap();
    assert_eq!(of_precious["scenario"], "short");
}

/// A shell that sends the standard output into a file opens it before the program begins.
#[test]
fn the_standard_output_is_not_the_file_of_the_orders_nor_of_the_verdicts() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let orders = "new,1,a,sell,limit,100,5\nnew,2,b,buy,limit,100,3\n";
    fs::write(at("orders.csv"), orders).unwrap();
    let matched = |words: &[&str], output: &Path| {
        let output = fs::OpenOptions::new().create(true).append(true).open(output).unwrap();
        let program = env!("CARGO_BIN_EXE_chaosdesk");
        let ran = Command::new(program).arg("match").args(words).stdout(output).output().unwrap();
        (ran.status.code().unwrap(), String::from_utf8(ran.stderr).unwrap())
    };
    let (code, err) = matched(&[path(&at("orders.csv"))], &at("orders.csv"));
    assert!(code == 2 && err.contains("is the standard output too"), "{err}");
    assert_eq!(fs::read_to_string(at("orders.csv")).unwrap(), orders);
    let (code, err) = matched(&[path(&at("orders.csv")), "--verdicts", path(&at("both.csv"))], &at("both.csv"));
    assert!(code == 2 && err.contains("is the standard output too"), "{err}");
    assert_eq!(fs::read_to_string(at("both.csv")).unwrap(), "");
    let (code, err) = matched(&[path(&at("orders.csv")), "--verdicts", path(&at("v.csv"))], &at("trades.csv"));
    assert_eq!(code, 0, "{err}");
}

#[test]
fn a_history_says_of_every_order_what_the_result_counts() {
    let dir = tempfile::tempdir().unwrap();
    let (history, result) = (dir.path().join("h.jsonl"), dir.path().join("r.json"));
    let run = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_chaosdesk"));
        command.args(["run", "kill-the-leader", "--history"]).arg(&history).arg("--json").arg(&result);
        command.output().unwrap()
    };
    let first = run();
    assert!(first.status.success(), "{first:?}");
    let text = std::fs::read_to_string(&history).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let result: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&result).unwrap()).unwrap();
    let mut last = std::collections::BTreeMap::new();
    let mut at = 0;
    for line in lines.iter().filter(|line| line["f"] != "query") {
        assert!(line["time_ns"].as_u64().unwrap() >= at, "in the order in which it happened");
        at = line["time_ns"].as_u64().unwrap();
        last.insert(line["id"].as_str().unwrap(), line["type"].as_str().unwrap());
    }
    let ends = |phase: &str| last.values().filter(|last| **last == phase).count() as u64;
    let orders = |figure: &str| result["orders"][figure].as_u64().unwrap();
    assert_eq!(last.len() as u64, orders("submitted"));
    assert_eq!((ends("info"), ends("invoke")), (orders("unknown"), orders("waiting")));
    // What the book itself turned away was acknowledged as well: the desk has decided it.
    assert!(
        ends("ok") <= orders("acknowledged")
            && ends("ok") + ends("fail") == orders("acknowledged") + orders("rejected")
    );
    assert_eq!(run().status.code(), Some(0), "an earlier history is replaced");
    assert_eq!(std::fs::read_to_string(&history).unwrap(), text, "the same seed writes the same history");
}
