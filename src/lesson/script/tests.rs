//! Mistakes in scenarios and lessons against their messages.

use super::*;

const HEAD: &str = "name = \"x\"\ntitle = { en = \"x\", ru = \"x\" }\nlength_ms = 5000\n";

/// What follows the head of three lines, the line and column, and what the message must say.
const MISTAKES: &[(&str, usize, usize, &[&str])] = &[
    ("sed = 3", 4, 1, &["unknown key `sed`", "did you mean `seed`?"]),
    ("[[step]]\nat = 3", 5, 1, &["unknown key `at` in [[step]] 1", "at_ms"]),
    ("[[step]]\n[[step]]\ndo = [\"kll n1\"]", 6, 8, &["there is no action `kll`", "did you mean `kill`?"]),
    ("[[step]]\ndo = [\"kill n9\"]", 5, 13, &["there is no node `n9`", "n1 to n5"]),
    ("[[step]]\ndo = \"kill n1\"", 5, 6, &["`do` is a string", "a list"]),
    (
        "[[step]]\nwhen = \"leader_electd\"",
        5,
        9,
        &["no event is called `leader_electd`", "did you mean `leader_elected`?"],
    ),
    ("[[step]]\nwhen = \"orders.lst = 0\"", 5, 9, &["did you mean `orders.lost`?"]),
    ("[[step]]\nat_ms = 1\nwhen = \"caught_up\"", 5, 9, &["`at_ms` and `when` in one step"]),
    ("[[step]]\nat_ms = 6000", 3, 1, &["the run ends before the step in line 4 begins"]),
    ("[[step]]\nname = \"a\"\n[[step]]\nname = \"a\"", 7, 8, &["two steps are called `a`"]),
    ("[[step]]\nsay = { ru = \"x\" }", 5, 7, &["the key `en` is missing in `say` of [[step]] 1"]),
    ("[[step]]\nwhen = \"caught_up\"\ngroup = \"p5\"", 6, 10, &["there is no group `p5`", "p1 to p4, meta"]),
    ("[[expect]]\nthat = \"orders.lost == 0\"", 5, 21, &["`==` is no operator"]),
    ("[[expect]]\nthta = \"orders.lost = 0\"", 5, 1, &["unknown key `thta`", "did you mean `that`?"]),
    ("[[expect]]\n", 4, 1, &["the key `that` is missing in [[expect]] 1"]),
    (
        "[[step]]\nname = \"kill\"\n[[expect]]\nthat = \"orders.lost = 0\"\nstep = \"kil\"",
        8,
        8,
        &["no step is called `kil`", "did you mean `kill`?"],
    ),
    ("[[expect]]\nthat = \"orders.lost = 0\"\nat_ms = 5001", 6, 9, &["`at_ms` is 5001, out of range", "0 to 5000"]),
    ("[cluster]\nnodes = 3\nreplication_factor = 4", 6, 1, &["but there are 3 nodes"]),
];

#[test]
fn a_text_in_one_language_is_read_as_that_of_both() {
    let title = |title: &str| read("x", &format!("name = \"x\"\ntitle = {title}\nlength_ms = 5000\n")).map(|s| s.title);
    let mine = || Ok(Text { en: "Mine".to_owned(), ru: "Mine".to_owned() });
    assert_eq!(title("\"Mine\""), mine());
    assert_eq!(title("{ en = \"Mine\" }"), mine());
    assert_eq!(title("{ en = \"Mine\", ru = \"Моя\" }").map(|title| title.ru), Ok("Моя".to_owned()));
    let said = title("3").unwrap_err().to_string();
    assert!(said.contains("allowed: a string, or { en = "), "{said}");
    assert!(title("{ ru = \"Моя\" }").unwrap_err().to_string().contains("the key `en` is missing"));
}

#[test]
fn each_mistake_is_told_with_its_place() {
    for (body, line, column, words) in MISTAKES {
        let problem = read("my.toml", &format!("{HEAD}{body}")).expect_err(body);
        assert_eq!((problem.line, problem.column), (*line, *column), "{body}\n{problem}");
        for word in *words {
            assert!(problem.to_string().contains(word), "{body}\nlacks {word}\n{problem}");
        }
    }
}

#[test]
fn a_missing_head_is_told() {
    let problem = read("my.toml", "nmae = \"x\"").unwrap_err();
    assert!(problem.to_string().contains("did you mean `name`?"), "{problem}");
    let problem = read("my.toml", "").unwrap_err();
    assert!(problem.found.contains("`name` is missing"), "{problem}");
    let problem = read("my.toml", "name = \"x\"\nlength_ms = 5000\n").unwrap_err();
    assert!(problem.found.contains("the key `title` is missing"), "{problem}");
    assert_eq!(problem.note.as_deref(), Some("for example: title = \"The leader dies\""));
    let problem = read("my.toml", &HEAD.replace("\"x\"\nti", "\"X y\"\nti")).unwrap_err();
    assert!(problem.found.contains("`X y` is no name"), "{problem}");
}

#[test]
fn the_group_in_view_is_the_one_that_is_named_or_else_the_first_of_which_something_is_expected() {
    let cluster = "[cluster]\nnodes = 3\npartitions = 3\nreplication_factor = 3\n";
    let expects = "[[expect]]\nthat = \"orders.lost = 0\"\n[[expect]]\nthat = \"group.p2.cold_p99_ms < 9\"\n";
    let group = |head: &str, body: &str| read("x", &format!("{HEAD}{head}{cluster}{body}")).unwrap().group;
    assert_eq!(group("", ""), None);
    assert_eq!(group("", expects), Some(GroupId(2)));
    assert_eq!(group("group = \"p3\"\n", expects), Some(GroupId(3)));
    let wrong = read("x", &format!("{HEAD}group = \"p7\"\n{cluster}")).unwrap_err();
    assert!(wrong.to_string().starts_with("x:4:"), "{wrong}");
}
