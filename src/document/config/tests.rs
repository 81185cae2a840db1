//! The reference file against the defaults, and every kind of mistake against its message.

use super::*;
use crate::domain::rules::{AckRule, Rule};

#[test]
fn the_reference_file_is_the_defaults() {
    let config = read("config.toml", REFERENCE).unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(config.settings, Settings::default());
    assert_eq!(config.ui, UiSettings::default());
    assert_eq!(config.time, TimeSettings::default());
    assert_eq!(config.limits, LimitSettings::default());
    assert!(config.keys.is_empty());
}

#[test]
fn the_reference_file_has_every_key_with_its_comment() {
    for table in settings::TABLES.iter().chain(&["ui", "time"]) {
        let problem = read("x", &format!("[{table}]\nzzz = 1\n")).unwrap_err();
        let section = REFERENCE.split(&format!("\n[{table}]\n")).nth(1).unwrap();
        let section = section.split("\n[").next().unwrap();
        for key in problem.allowed.unwrap().split(", ") {
            let place = section.find(&format!("\n{key} = ")).or(section.starts_with(&format!("{key} = ")).then_some(0));
            let before = &section[..place.unwrap_or_else(|| panic!("{key} is not in [{table}]"))];
            let comment = before.rsplit("\n\n").next().unwrap_or_default();
            assert!(comment.contains("# Allowed: ") && comment.contains("Default: "), "{table}.{key}: {comment}");
        }
    }
}

#[test]
fn a_file_changes_what_it_says_and_nothing_else() {
    let text = "[cluster]\nack = 2\nrules_off = [\"pre_vote\"]\n[ui]\ntheme = \"mono\"\n[time]\nspeed = \"1/20x\"\n\
                [keys.global]\n\"node.crash\" = [\"x\", \"F9\"]\nquit = []\n";
    let config = read("x", text).unwrap();
    let mut settings = Settings::default();
    settings.cluster.ack = AckRule::Count(2);
    settings.cluster.rules = settings.cluster.rules.with(Rule::PreVote, false);
    assert_eq!(config.settings, settings);
    assert_eq!((config.ui.theme.dark.as_str(), config.ui.theme.light.as_str()), ("mono", "mono"));
    assert_eq!(config.time.speed, Speed::Slow(20));
    let keys: Vec<_> = config.keys.iter().map(|b| (b.action.as_str(), b.keys.len(), b.action_at.line())).collect();
    assert_eq!(keys, [("node.crash", 2, 9), ("quit", 0, 10)]);
}

/// Text, line, column, and what the message must say.
const MISTAKES: &[(&str, usize, usize, &[&str])] = &[
    (
        "[raft]\nheartbeet_ms = 50",
        2,
        1,
        &["unknown key `heartbeet_ms` in [raft]", "did you mean `heartbeat_ms`?", "election_min_ms"],
    ),
    (
        "[limits]\nhistory_mb = 16",
        2,
        1,
        &[
            "`history_mb` is 16, but packed trades alone may take 21 MB: 20 replicas of `archive_kib`",
            "a `history_mb` of 28 or more, or an `archive_kib` of 585 or less",
        ],
    ),
    ("[trades]\narchive_kib = 65536", 2, 1, &["packed trades alone may take 1343 MB", "`history_mb` of 1791 or more"]),
    ("[load]\nrate_per_s = 500", 2, 1, &["unknown key `rate_per_s` in [load]", "did you mean `orders_per_s`?"]),
    ("[market_data]\nrate_per_s = 500", 2, 1, &["did you mean `ticks_per_s`?"]),
    ("[time]\nspeed = \"fre\"", 2, 10, &["`fre` is no speed", "did you mean `free`?", "`1x` to `1000x`"]),
    ("[cluster]\nregions = [\"eu\", \"\"]", 2, 11, &["a region without a name"]),
    ("[[link.pair]]\nfrom = \"n1\"\nto = \"n9\"", 1, 8, &["`pair` of [link] names n9, but there are 5 nodes"]),
    ("[rafft]\n", 1, 2, &["unknown key `rafft`", "did you mean `raft`?"]),
    ("[raft]\n  heartbeat_ms = \"50\"", 2, 18, &["`heartbeat_ms` is a string", "a whole number from 1 to 600000"]),
    ("[raft]\nheartbeat_ms = 5.5", 2, 16, &["`heartbeat_ms` is a number with a point"]),
    ("[raft]\nheartbeat_ms = -1", 2, 16, &["`heartbeat_ms` is -1, out of range"]),
    ("[raft]\nheartbeat_ms = 0", 2, 16, &["`heartbeat_ms` is 0, out of range"]),
    ("[raft]\nheartbeat_ms = 99999999999999999999999", 2, 16, &["out of range"]),
    ("[raft]\nzz = 1\naa = 2", 2, 1, &["unknown key `zz`"]),
    ("[ui]\ntheme = 3", 2, 9, &["`theme` is a whole number", "allowed: a string, or a table of `dark` and `light`"]),
    ("raft = 3", 1, 8, &["`raft` is a whole number", "allowed: a table"]),
    ("[raft", 1, 6, &["not TOML"]),
    ("[ui]\nfps = 1\nfps = 2", 3, 1, &["not TOML", "duplicate"]),
    ("[cluster]\nack = \"majorty\"", 2, 7, &["`ack` is \"majorty\"", "did you mean `majority`?", "how many replicas"]),
    ("[cluster]\nack = 6", 2, 1, &["`ack` wants 6 replicas, but each partition has 5", "1 to 5"]),
    ("[cluster]\nnodes = 3", 2, 1, &["`replication_factor` is 5, but there are 3 nodes", "1 to 3"]),
    ("[cluster]\nrules_off = [\"pre_vote\", \"chek_quorum\"]", 2, 26, &["did you mean `check_quorum`?"]),
    ("[gateway]\nservice_us = []", 2, 14, &["`service_us` is empty", "a whole number from 0 to 10000000, or a list"]),
    ("[gateway]\nservice_us = [40, 10000001]", 2, 19, &["`service_us` is 10000001, out of range"]),
    ("[gateway]\nservice_us = [40, \"1\"]", 2, 19, &["`service_us` is a string", "a whole number from 0 to 10000000"]),
    ("[gateway]\nservice_us = \"40\"", 2, 14, &["`service_us` is a string", "10000000, or a list of such"]),
    ("[gateway]\ncapacities = []", 2, 14, &["`capacities` is empty"]),
    ("[gateway]\ncapacities = [1, 0]", 2, 18, &["`capacities` is 0, out of range"]),
    (
        "[venues]\nfee_milionths = [1]",
        2,
        1,
        &["unknown key `fee_milionths` in [venues]", "did you mean `fee_millionths`?"],
    ),
    ("[venues]\ncount = 9", 2, 9, &["`count` is 9, out of range", "1 to 8"]),
    ("[venues]\nstep_ticks = [1, 0]", 2, 18, &["`step_ticks` is 0, out of range"]),
    ("[venues]\nlatency_us = []", 2, 14, &["`latency_us` is empty"]),
    ("[load]\non = 1", 2, 6, &["`on` is a whole number", "true, false"]),
    ("[load]\nstrategy = \"round_robin\"", 2, 12, &["did you mean `round-robin`?"]),
    ("[raft]\nelection_max_ms = 150", 2, 1, &["`election_max_ms` is 150 ms, not above `election_min_ms`"]),
    ("[raft]\nheartbeat_ms = 150", 2, 1, &["`heartbeat_ms` is 150 ms, not below `election_min_ms`"]),
    (
        "[link]\nlatency_us = 50000",
        2,
        1,
        &["`election_min_ms` is 150 ms, under twice a round trip with its fsync, which is 202.800 ms", "203 or more"],
    ),
    ("[detector]\nfailed_ms = 100", 2, 1, &["`degraded_ms` is 100 ms, not below `failed_ms`"]),
    ("[detector]\ndegraded_ms = 50", 2, 1, &["not above a heartbeat on its way, which is 50.600 ms"]),
    ("[link]\njitter_us = 501", 2, 1, &["`jitter_us` is 501 us, above `latency_us`"]),
    ("[disk]\nfsync_us = 100", 2, 1, &["`fsync_jitter_us` is 200 us, above `fsync_us`"]),
    ("[client]\nretry_ms = 1000", 2, 1, &["`retry_ms` is 1000 ms, not below `deadline_ms`"]),
    ("[raft]\nsnapshot_every_records = 100", 2, 1, &["`snapshot_keep_records` is 20000, not below"]),
    ("[ui]\nglyphs = \"uncode\"", 2, 10, &["did you mean `unicode`?"]),
    ("[ui]\ntheme = { drak = \"mono\" }", 2, 11, &["unknown key `drak` in [ui.theme]", "did you mean `dark`?"]),
    ("[ui]\nfps = 61", 2, 7, &["`fps` is 61, out of range", "1 to 60"]),
    ("[time]\nspeed = \"2/3x\"", 2, 10, &["`2/3x` is no speed", "`free`"]),
    ("[keys.global]\nquit = 3", 2, 8, &["`quit` is a whole number", "a list"]),
    ("[keys.global]\nquit = [1]", 2, 9, &["`quit` is a whole number", "a string"]),
    ("[keys]\nquit = [\"q\"]", 2, 8, &["`quit` is a list", "a table"]),
];

#[test]
fn each_mistake_is_told_with_its_place_and_what_is_allowed() {
    for (text, line, column, words) in MISTAKES {
        let problem = read("my.toml", text).map(|_| ()).expect_err(text);
        assert_eq!((problem.line, problem.column), (*line, *column), "{text}\n{problem}");
        let told = problem.to_string();
        assert!(told.starts_with(&format!("my.toml:{line}:{column}: ")), "{told}");
        for word in *words {
            assert!(told.contains(word), "{text}\nlacks {word}\n{told}");
        }
    }
}

struct Few;

impl Names for Few {
    fn contexts(&self) -> Vec<String> {
        vec!["global".into(), "events".into()]
    }
    fn actions(&self, context: &str) -> Vec<String> {
        vec![if context == "global" { "node.crash" } else { "list.top" }.into()]
    }
    fn themes(&self) -> Vec<String> {
        vec!["classroom".into(), "projector".into(), "mono".into()]
    }
    fn key(&self, text: &str) -> Result<(), Complaint> {
        match text.strip_prefix("Ctrl-") {
            Some("") => Err(Complaint::new(5..5, "a key is missing")),
            _ if text.chars().count() == 1 => Ok(()),
            _ => Err(Complaint::new(0..text.len(), format!("`{text}` is no key")).among(text, &["Enter", "Esc"])),
        }
    }
}

#[test]
fn names_that_only_the_dashboard_knows_are_told_alike() {
    for (text, line, column, word) in [
        ("[ui]\ntheme = \"monno\"", 2, 9, "did you mean `mono`?"),
        ("[ui]\ntheme = { light = \"projecter\" }", 2, 19, "did you mean `projector`?"),
        ("[keys.event]\n", 1, 7, "did you mean `events`?"),
        ("[keys.global]\nq = \"node.crsh\"", 2, 1, "the action comes first: \"node.crash\" = [\"q\"]"),
        ("[keys.events]\n\"node.crash\" = []", 2, 1, "there is no action `node.crash` in `events`"),
        ("[keys.global]\n\"node.crash\" = [\"x\", \"Entre\"]", 2, 23, "did you mean `Enter`?"),
    ] {
        let config = read("x", text).unwrap();
        let problem = config.check(&Few).expect_err(text);
        assert_eq!((problem.line, problem.column), (line, column), "{problem}");
        assert!(problem.to_string().contains(word), "{problem}");
    }
    assert!(read("x", REFERENCE).unwrap().check(&Few).is_ok());
    assert!(read("x", "[ui]\ntheme = \"mine.toml\"").unwrap().check(&Few).is_ok(), "a path is looked at later");
}
