//! The house rules that no compiler checks: which room may use which, what a room may name, how long a file may be.
//!
//! Idea: each rule is a pure function from a source file to findings, and one test runs it over the tree. Comments
//! and strings are blanked first, so a rule never trips over prose. Each rule also has a self-test that shows it a bad
//! file: a check that cannot fail checks nothing.
//! Shape: `Source` is a file in three readings: as it stands, as code alone, and as code without its test modules.
//! Left out: what clippy enforces (function length, locks across `.await`, banned methods); see `clippy.toml`.
//! Sources: TigerBeetle's `tidy.zig`.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order of use: a room may use itself and those of lower rank; rooms of one rank don't meet.
const ROOMS: &[(&str, u8)] = &[
    ("domain", 0),
    ("document", 1),
    ("locale", 1),
    ("market", 2),
    ("protocols", 2),
    ("routing", 2),
    ("storage", 2),
    ("node", 3),
    ("runtime", 4),
    ("workload", 5),
    ("chaos", 6),
    ("audit", 7),
    ("desk", 8),
    ("lesson", 9),
    ("report", 10),
    ("ui", 11),
    ("cli", 12),
    ("main", 13),
];
/// What `protocols` has for every protocol; its other modules are one protocol each.
const OF_ALL_PROTOCOLS: &[&str] = &["ack", "failure_detector", "message", "registry", "replication"];
const LINES_MAX: usize = 400;
const MAIN_LINES_MAX: usize = 100;

/// Files that were too long before this rule stood, with the length that they may not exceed. An entry whose file
/// has been cut must go: `the_list_of_debts_is_current` sees to it.
const LINES_OWED: &[(&str, usize)] = &[];

// --- the rules

#[test]
fn rooms_are_used_in_one_direction() {
    check(&sources("src"), direction);
    assert_fails(direction, "src/market/book.rs", "//! A.\nuse crate::domain::ids;\nuse crate::node::Node;\n", 3);
    assert_fails(direction, "src/market/book.rs", "//! A.\nuse crate::storage::Disk;\n", 2);
    assert_fails(direction, "src/node/mod.rs", "//! A.\nuse crate::{\n    domain::ids,\n    runtime::World,\n};\n", 4);
    assert_fails(direction, "src/node/mod.rs", "//! A.\nuse crate::kitchen::Sink;\n", 2);
    assert_fails(direction, "src/node/step.rs", "//! A.\nuse super::super::runtime::World;\n", 2);
    assert_fails(direction, "src/ui/state.rs", "//! A.\nuse crate::cli::Args;\n", 2);
    assert_passes(direction, "src/node/mod.rs", "//! A.\nuse crate::{domain::{ids, log}, node::step};\n");
    assert_passes(
        direction,
        "src/market/book.rs",
        "//! Not crate::node.\nlet text = \"crate::node\";\nuse super::x;\n",
    );
}

#[test]
fn nothing_left_of_ui_names_the_terminal() {
    check(&sources("src"), terminal);
    assert_fails(terminal, "src/report/html.rs", "//! A.\n\nuse ratatui::Frame;\n", 3);
    assert_fails(terminal, "src/desk/mod.rs", "//! A.\nfn f() { crossterm::event::read(); }\n", 2);
    assert_passes(terminal, "src/ui/draw.rs", "//! A.\nuse ratatui::Frame;\n");
}

#[test]
fn nothing_left_of_runtime_names_tasks_files_clocks_or_chance() {
    check(&sources("src"), world);
    assert_fails(world, "src/node/mod.rs", "//! A.\nuse tokio::sync::mpsc;\n", 2);
    assert_fails(world, "src/storage/wal.rs", "//! A.\nuse std::fs::File;\n", 2);
    assert_fails(world, "src/protocols/raft/mod.rs", "//! A.\nuse std::time::Instant;\n", 2);
    assert_fails(world, "src/protocols/raft/mod.rs", "//! A.\nuse std::{\n    fs,\n};\n", 3);
    assert_fails(world, "src/routing/ring.rs", "//! A.\nuse rand_core::RngCore;\n", 2);
    assert_fails(world, "src/routing/ring.rs", "//! A.\nlet x = rand::random();\n", 2);
    assert_passes(world, "src/domain/chance.rs", "//! A.\nuse rand_core::RngCore;\n");
    assert_passes(world, "src/runtime/pacer.rs", "//! A.\nuse std::time::Instant;\nuse tokio::task;\n");
    assert_passes(world, "src/node/mod.rs", "//! A.\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n");
}

#[test]
fn only_the_pacer_reads_the_clock() {
    check(&sources("src"), clock);
    assert_fails(clock, "src/ui/app.rs", "//! A.\nlet now = Instant::now();\n", 2);
    assert_fails(clock, "src/report/json.rs", "//! A.\nlet now = std::time::SystemTime::now();\n", 2);
    assert_passes(clock, "src/runtime/pacer.rs", "//! A.\nlet now = Instant::now();\n");
}

#[test]
fn every_file_opens_with_its_idea() {
    for folder in ["src", "tests", "benches"] {
        check(&sources(folder), header);
    }
    assert_fails(header, "src/market/book.rs", "use crate::domain;\n//! Too late.\n", 1);
    assert_fails(header, "tests/storm.rs", "#![allow(clippy::unwrap_used)]\n//! Too late.\n", 1);
    assert_fails(header, "src/market/book.rs", "", 1);
    assert_passes(header, "src/market/book.rs", "//! The book.\n");
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    check(&sources("src"), length);
    let long = format!("//! Long.\n{}", "const A: u8 = 1;\n".repeat(LINES_MAX));
    assert_fails(length, "src/market/book.rs", &long, LINES_MAX + 1);
    let tested = format!("//! Short.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "    fn a() {}\n".repeat(LINES_MAX));
    assert_passes(length, "src/market/book.rs", &tested);
    let program = format!("//! The program.\n{}", "fn a() {}\n".repeat(MAIN_LINES_MAX));
    assert_fails(length, "src/main.rs", &program, MAIN_LINES_MAX + 1);
}

#[test]
fn the_list_of_debts_is_current() {
    for (path, owed) in LINES_OWED {
        let lines = read(&root().join(path)).map_or(0, |source| source.lines_without_tests());
        assert!(lines > LINES_MAX, "{path}: {lines} lines now (of {owed}): take it from LINES_OWED in tests/tidy.rs");
    }
}

#[test]
fn nothing_is_unwrapped_or_left_undone_outside_tests() {
    check(&sources("src"), unwraps);
    for bad in ["x.unwrap();", "x\n.expect(\"y\");", "todo!()", "unimplemented!()", "dbg!(x);", "x.unwrap ( );"] {
        let line = 1 + bad.lines().count();
        assert_fails(unwraps, "src/node/mod.rs", &format!("//! A.\n{bad}\n"), line);
    }
    assert_passes(unwraps, "src/node/mod.rs", "//! A.\nx.unwrap_or(1); // not .unwrap()\n\"todo!()\";\n");
    assert_passes(unwraps, "src/node/mod.rs", "//! A.\n#[cfg(test)]\nmod tests {\n    fn f() { x.unwrap(); }\n}\n");
    let after = "//! A.\n#[cfg(test)]\nmod tests {\n    fn f() { \"{\"; '{'; }\n}\nfn g() { x.unwrap(); }\n";
    assert_fails(unwraps, "src/node/mod.rs", after, 6);
}

#[test]
fn no_table_has_a_seeded_order() {
    for folder in ["src", "tests", "benches"] {
        check(&sources(folder), hashed);
    }
    assert_fails(hashed, "src/node/mod.rs", "//! A.\nuse std::collections::HashMap;\n", 2);
    assert_fails(hashed, "src/node/mod.rs", "//! A.\n#[cfg(test)]\nmod tests {\n    type A = HashSet<u8>;\n}\n", 4);
    assert_passes(hashed, "src/node/mod.rs", "//! No HashMap here.\nuse std::collections::BTreeMap;\n");
}

#[test]
fn every_channel_has_a_bound() {
    check(&sources("src"), channels);
    assert_fails(channels, "src/runtime/tasks.rs", "//! A.\nlet c = mpsc::unbounded_channel();\n", 2);
    assert_fails(channels, "src/runtime/tasks.rs", "//! A.\nuse tokio::sync::mpsc::UnboundedSender;\n", 2);
    assert_passes(channels, "src/runtime/tasks.rs", "//! A.\nlet c = mpsc::channel(8);\n");
}

#[test]
fn a_lint_is_silenced_only_with_a_reason() {
    for folder in ["src", "tests", "benches"] {
        check(&sources(folder), silenced);
    }
    assert_fails(silenced, "src/node/mod.rs", "//! A.\n#[allow(dead_code)]\nfn f() {}\n", 2);
    assert_fails(silenced, "src/node/mod.rs", "//! A.\n#[expect(\n    dead_code\n)]\nfn f() {}\n", 2);
    assert_fails(silenced, "src/node/mod.rs", "//! A.\n#![allow(clippy::unwrap_used, clippy::expect_used)]\n", 2);
    assert_passes(silenced, "tests/storm.rs", "//! A.\n#![allow(clippy::unwrap_used, clippy::expect_used)]\n");
    assert_passes(silenced, "src/node/mod.rs", "//! A.\n#[expect(dead_code, reason = \"why\")]\nfn f() {}\n");
}

#[test]
fn only_its_own_room_names_a_protocol() {
    check(&sources("src"), protocol);
    assert_fails(protocol, "src/node/out.rs", "//! A.\nuse crate::protocols::raft::message::Body;\n", 2);
    assert_fails(protocol, "src/runtime/view.rs", "//! A.\nuse crate::protocols::{message, raft};\n", 2);
    assert_passes(protocol, "src/node/out.rs", "//! A.\nuse crate::protocols::registry::Message;\n");
    assert_passes(protocol, "src/protocols/registry.rs", "//! A.\nuse crate::protocols::raft::Raft;\n");
    assert_passes(
        protocol,
        "src/node/a.rs",
        "//! A.\n#[cfg(test)]\nmod tests {\n    use crate::protocols::raft::Raft;\n}\n",
    );
}

fn direction(source: &Source) -> Vec<Finding> {
    let Some((own, rank)) = source.room() else { return Vec::new() };
    let mut findings = Vec::new();
    for (at, name) in roots_used(&source.code) {
        let message = match ROOMS.iter().find(|(room, _)| *room == name) {
            None => format!("`crate::{name}` is not a room of the house (DESIGN section 1)"),
            Some((room, _)) if *room == own => continue,
            Some((_, other)) if *other < rank => continue,
            Some((room, _)) => format!("`{own}` may not use `{room}`, which does not lie to its left"),
        };
        findings.push(source.finding_in(&source.code, at, message));
    }
    // A path that climbs to the root would go round the check above.
    let depth = source.depth();
    for (at, climbs) in climbs(&source.bare) {
        if climbs >= depth {
            let message = "`super` climbs to the root of the crate: write `crate::`".to_owned();
            findings.push(source.finding_in(&source.bare, at, message));
        }
    }
    findings
}

/// ADR-0008: a protocol is named in its folder and in the registry.
fn protocol(source: &Source) -> Vec<Finding> {
    if source.path.starts_with("src/protocols/") {
        return Vec::new();
    }
    names_under(&source.bare, "protocols")
        .into_iter()
        .filter(|(_, name)| !OF_ALL_PROTOCOLS.contains(&name.as_str()))
        .map(|(at, name)| {
            source.finding_in(&source.bare, at, format!("`protocols::{name}`: only its own room names it"))
        })
        .collect()
}

fn terminal(source: &Source) -> Vec<Finding> {
    if source.rank_at_least("ui") {
        return Vec::new();
    }
    words(source, &source.code, &["ratatui", "crossterm"], "only `ui` and what lies right of it knows the terminal")
}

fn world(source: &Source) -> Vec<Finding> {
    if source.rank_at_least("runtime") {
        return Vec::new();
    }
    let mut findings =
        words(source, &source.bare, &["tokio", "Instant", "SystemTime"], "left of `runtime` nothing waits");
    let std = ["fs", "time", "thread", "net", "env", "process"];
    for (at, name) in names_under(&source.bare, "std") {
        if std.contains(&name.as_str()) {
            let message = format!("`std::{name}`: left of `runtime` nobody knows a file, a clock or a thread");
            findings.push(source.finding_in(&source.bare, at, message));
        }
    }
    if source.path != "src/domain/chance.rs" {
        let chance = ["rand", "rand_core", "rand_pcg", "getrandom", "fastrand"];
        findings.extend(words(source, &source.bare, &chance, "chance is `domain::chance::Chance`, passed in"));
    }
    findings.dedup_by_key(|finding| finding.line);
    findings
}

fn clock(source: &Source) -> Vec<Finding> {
    if source.path == "src/runtime/pacer.rs" {
        return Vec::new();
    }
    let calls = ["Instant::now", "SystemTime::now"];
    texts(source, &source.bare, &calls, "only runtime/pacer.rs reads the clock; everybody else is told the time")
}

fn header(source: &Source) -> Vec<Finding> {
    if source.text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > "//! ".len()) {
        return Vec::new();
    }
    vec![source.finding(1, "opens without a `//!` line that says its idea".to_owned())]
}

fn length(source: &Source) -> Vec<Finding> {
    let lines = source.lines_without_tests();
    let owed = LINES_OWED.iter().find(|(path, _)| *path == source.path).map(|(_, owed)| *owed);
    let max = if source.path == "src/main.rs" { MAIN_LINES_MAX - 1 } else { owed.unwrap_or(LINES_MAX) };
    if lines <= max {
        return Vec::new();
    }
    vec![source.finding(lines, format!("{lines} lines without tests, at most {max}: cut it by concept"))]
}

fn unwraps(source: &Source) -> Vec<Finding> {
    let why = "outside tests a failure is a value or an `assert!` that states the rule";
    idents(&source.bare)
        .filter(|(at, name)| {
            let before = source.bare[..*at].trim_end();
            let after = source.bare[at + name.len()..].trim_start();
            match *name {
                "unwrap" | "expect" => before.ends_with('.') && after.starts_with('('),
                "todo" | "unimplemented" | "dbg" => after.starts_with('!') && !after.starts_with("!="),
                _ => false,
            }
        })
        .map(|(at, name)| source.finding_in(&source.bare, at, format!("`{name}`: {why}")))
        .collect()
}

fn hashed(source: &Source) -> Vec<Finding> {
    words(
        source,
        &source.code,
        &["HashMap", "HashSet"],
        "its order is seeded by the machine: BTreeMap, or a table by id",
    )
}

fn channels(source: &Source) -> Vec<Finding> {
    let names = ["unbounded_channel", "UnboundedSender", "UnboundedReceiver", "unbounded"];
    words(source, &source.code, &names, "every queue has a bound and a rule for when it is full")
}

fn silenced(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for start in ["#[allow(", "#[expect(", "#![allow(", "#![expect("] {
        for (at, _) in source.code.match_indices(start) {
            let attribute = source.code[at..].split(']').next().unwrap_or_default();
            // STYLE section 10: clippy exempts `#[test]` bodies from these two, but not the helpers beside them.
            let of_tests = !source.path.starts_with("src/")
                && attribute.starts_with("#![allow(clippy::unwrap_used, clippy::expect_used)");
            if !attribute.contains("reason =") && !of_tests {
                findings.push(source.finding_in(&source.code, at, "silences a lint without a reason".to_owned()));
            }
        }
    }
    findings
}

// --- sources and findings

/// A file, read three times.
struct Source {
    /// From the root of the package, with slashes.
    path: String,
    /// As it stands.
    text: String,
    /// Comments and strings blanked, line by line as before.
    code: String,
    /// The code, its test modules blanked too.
    bare: String,
}

/// A broken rule, and where.
struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let code = blank_prose(text);
        let bare = blank_tests(&code);
        Self { path: path.to_owned(), text: text.to_owned(), code, bare }
    }

    /// The room that the file belongs to. `lib.rs` is the house itself.
    fn room(&self) -> Option<(&str, u8)> {
        let inside = self.path.strip_prefix("src/")?;
        let name = inside.split(['/', '.']).next()?;
        ROOMS.iter().find(|(room, _)| *room == name).copied()
    }

    fn rank_at_least(&self, room: &str) -> bool {
        let rank = ROOMS.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank);
        self.room().is_none_or(|(_, own)| Some(own) >= rank)
    }

    /// How many `super`s lead to the root: 1 for `node/mod.rs`, 2 for `node/step.rs`.
    fn depth(&self) -> usize {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        inside.split('/').count()
    }

    /// The files that this one declares as test modules: `#[cfg(test)] mod name;`, with or without a path.
    fn test_files(&self) -> Vec<String> {
        let folder = match self.path.rsplit_once('/') {
            Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
            _ => self.path.trim_end_matches(".rs").to_owned(),
        };
        let beside = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut files = Vec::new();
        let lines: Vec<_> = self.text.lines().map(str::trim).collect();
        for (place, _) in lines.iter().enumerate().filter(|(_, line)| **line == "#[cfg(test)]") {
            let named = lines.get(place + 1).and_then(|line| line.strip_prefix("#[path = \"")?.strip_suffix("\"]"));
            let declared = lines.get(place + 1 + usize::from(named.is_some())).and_then(|line| line.strip_suffix(';'));
            let Some(name) = declared.and_then(|line| Some(line.split_once("mod ")?.1)) else { continue };
            files.push(named.map_or_else(|| format!("{folder}/{name}.rs"), |named| format!("{beside}/{named}")));
            files.push(format!("{folder}/{name}/mod.rs"));
        }
        files
    }

    /// Lines outside of test modules; blank ones and comments count.
    fn lines_without_tests(&self) -> usize {
        let code: Vec<_> = self.code.lines().collect();
        let bare: Vec<_> = self.bare.lines().collect();
        let tests = code.iter().zip(&bare).filter(|(code, bare)| code != bare).count();
        self.text.lines().count() - tests
    }

    fn finding(&self, line: usize, message: String) -> Finding {
        Finding { path: self.path.clone(), line, message }
    }

    fn finding_in(&self, text: &str, at: usize, message: String) -> Finding {
        self.finding(text[..at].matches('\n').count() + 1, message)
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Option<Source> {
    let text = fs::read_to_string(path).ok()?;
    let name = path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/");
    Some(Source::new(&name, &text))
}

/// Every Rust file under a folder of the package, in order.
fn sources(folder: &str) -> Vec<Source> {
    let mut folders = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut sources: Vec<_> = files.iter().filter_map(|path| read(path)).collect();
    let tests: Vec<_> = sources.iter().flat_map(Source::test_files).collect();
    // `tests/mod.rs` may be cut by theme: what stands in its folder is of the tests too.
    let cut =
        |path: &str| tests.iter().filter_map(|test| test.strip_suffix("mod.rs")).any(|home| path.starts_with(home));
    for source in sources.iter_mut().filter(|source| tests.contains(&source.path) || cut(&source.path)) {
        // A file that only tests compile is a test module that stands by itself.
        source.bare = source.code.chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
    }
    assert!(folder != "src" || sources.len() > 10, "the sources were not found");
    sources
}

type Check = fn(&Source) -> Vec<Finding>;

fn check(sources: &[Source], rule: Check) {
    let mut report = String::new();
    for finding in sources.iter().flat_map(rule) {
        let _ = writeln!(report, "{finding}");
    }
    assert!(report.is_empty(), "the house rules (docs of tests/tidy.rs) are broken:\n{report}");
}

fn assert_fails(rule: Check, path: &str, text: &str, line: usize) {
    let lines: Vec<_> = rule(&Source::new(path, text)).iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [line], "the rule must find this bad file, once, at its line:\n{path}\n{text}");
}

fn assert_passes(rule: Check, path: &str, text: &str) {
    let findings: Vec<_> = rule(&Source::new(path, text)).iter().map(Finding::to_string).collect();
    assert!(findings.is_empty(), "the rule must let this file pass: {findings:?}\n{text}");
}

// --- reading Rust, as far as the rules need it

/// Each identifier with its place.
fn idents(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + code[rest..].find(part)?;
        let end = code[start..].find(|c| !part(c)).map_or(code.len(), |length| start + length);
        rest = end;
        Some((start, &code[start..end]))
    })
}

fn words(source: &Source, code: &str, banned: &[&str], why: &str) -> Vec<Finding> {
    idents(code)
        .filter(|(_, name)| banned.contains(name))
        .map(|(at, name)| source.finding_in(code, at, format!("`{name}`: {why}")))
        .collect()
}

fn texts(source: &Source, code: &str, banned: &[&str], why: &str) -> Vec<Finding> {
    let hits = banned.iter().flat_map(|text| code.match_indices(text));
    hits.map(|(at, text)| source.finding_in(code, at, format!("`{text}`: {why}"))).collect()
}

/// The first names under `crate::` (and, for the program, `chaosdesk::`), in braces or not.
fn roots_used(code: &str) -> Vec<(usize, String)> {
    let mut roots = names_under(code, "crate");
    roots.extend(names_under(code, "chaosdesk"));
    roots
}

/// The names that follow `root::`, each branch of a braced list counted.
fn names_under(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for (at, _) in idents(code).filter(|(_, name)| *name == root) {
        let after = &code[at + root.len()..];
        let Some(path) = after.strip_prefix("::") else { continue };
        let start = at + root.len() + "::".len();
        if path.starts_with('{') {
            let mut depth = 0_usize;
            let mut fresh = false;
            for (offset, c) in path.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                if depth == 1 && (c == '{' || c == ',') {
                    fresh = true;
                } else if fresh && (c.is_alphabetic() || c == '_') {
                    fresh = false;
                    names.extend(idents(&path[offset..]).next().map(|(_, name)| (start + offset, name.to_owned())));
                }
            }
        } else {
            names.extend(idents(path).next().map(|(_, name)| (start, name.to_owned())));
        }
    }
    names
}

/// Each chain of `super::super::…` with its length.
fn climbs(code: &str) -> Vec<(usize, usize)> {
    let mut chains: Vec<(usize, usize, usize)> = Vec::new();
    for (at, _) in code.match_indices("super::") {
        match chains.last_mut() {
            Some((_, end, count)) if *end == at => {
                *end = at + "super::".len();
                *count += 1;
            }
            _ => chains.push((at, at + "super::".len(), 1)),
        }
    }
    chains.into_iter().map(|(at, _, count)| (at, count)).collect()
}

/// Blanks comments, strings and character literals; every line stays where it was.
fn blank_prose(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = prose_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Where the comment or literal that begins here ends; here, if none does.
fn prose_end(chars: &[char], at: usize) -> usize {
    let find = |from: usize, stop: &dyn Fn(usize) -> bool| (from..chars.len()).find(|i| stop(*i));
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => find(at, &|i| chars[i] == '\n').unwrap_or(chars.len()),
        '/' if next == Some('*') => block_comment_end(chars, at),
        '"' => string_end(chars, at),
        'r' if !at.checked_sub(1).is_some_and(|i| chars[i].is_alphanumeric() && chars[i] != 'b' || chars[i] == '_') => {
            let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
            if chars.get(at + 1 + hashes) != Some(&'"') {
                return at;
            }
            let closes = |i: usize| {
                chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
            };
            find(at + 2 + hashes, &closes).map_or(chars.len(), |i| i + 1 + hashes)
        }
        '\'' if next == Some('\\') => find(at + 3, &|i| chars[i] == '\'').map_or(chars.len(), |i| i + 1),
        '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

fn string_end(chars: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let (mut i, mut depth) = (at + 2, 1);
    while i < chars.len() && depth > 0 {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (i, depth) = (i + 2, depth + 1),
            ('*', Some('/')) => (i, depth) = (i + 2, depth - 1),
            _ => i += 1,
        }
    }
    i.min(chars.len())
}

/// Blanks `#[cfg(test)] mod … { … }`; every line stays where it was, a blanked line differs from the code's.
fn blank_tests(code: &str) -> String {
    let mut out = code.to_owned();
    let mut from = 0;
    while let Some(start) = out[from..].find("#[cfg(test)]").map(|at| from + at) {
        from = start + 1;
        let item = out[start + "#[cfg(test)]".len()..].trim_start();
        if !item.starts_with("mod ") && !item.starts_with("pub(crate) mod ") {
            continue;
        }
        let Some(open) = out[start..].find(['{', ';']).map(|at| start + at) else { break };
        let end = if out.as_bytes()[open] == b';' { open + 1 } else { block_end(&out, open) };
        // A mark on each line, so that blank lines inside a test module count as tests too.
        let blank: String = out[start..end].split_inclusive('\n').map(marked).collect();
        out.replace_range(start..end, &blank);
    }
    out
}

fn marked(line: &str) -> String {
    if line.ends_with('\n') { "@\n".to_owned() } else { "@".to_owned() }
}

fn block_end(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    code.len()
}

#[test]
fn prose_is_blanked_and_lines_stay() {
    let text =
        "a /* b /* c */ d */ e // f\nlet s = \"g \\\" h\"; let c = '\"'; let r = r#\"i \" j\"#; let l: &'a str;\n";
    let code = blank_prose(text);
    let kept: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(kept, "aelets=;letc=;letr=;letl:&'astr;");
    assert_eq!(code.lines().count(), text.lines().count());
}
