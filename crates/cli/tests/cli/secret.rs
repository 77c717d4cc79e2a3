//! `campana secret`: what becomes of the file, and what is never shown.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::common::{Done, Home};
use serde_json::json;

fn set(home: &Home, name: &str, value: &str) -> Done {
    home.run_with(&["secret", "set", name], &[], value)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_file_is_made_for_its_owner_alone() {
    let home = Home::new();
    let done = set(&home, "EMAIL_PASSWORD", "hunter2 \"x\" 'y' \\ č\n");
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert_eq!(home.anonymous(&done.stdout), "EMAIL_PASSWORD is set in ~/.campana/config.toml\n");
    assert_eq!(mode(&home.config()), 0o600);
    assert_eq!(mode(home.config().parent().unwrap()), 0o700);
    let wanted = "[context.secrets]\nEMAIL_PASSWORD = '''hunter2 \"x\" 'y' \\ č'''\n";
    assert_eq!(home.text(), wanted);
}

#[test]
fn a_value_is_taken_as_it_is() {
    for value in ["hunter2", " hunter2 ", "\"", "'''", "\"\"\"", "\\u0041", "# no comment", "{}", "1", "č🔔"]
    {
        let home = Home::new();
        assert_eq!(set(&home, "KEY", value).code, Some(0));
        let parsed: toml_edit::DocumentMut = home.text().parse().unwrap();
        assert_eq!(parsed["context"]["secrets"]["KEY"].as_str(), Some(value));
    }
    for (stdin, value) in [("a\n", "a"), ("a\r\n", "a"), ("a\nb", ""), ("a\n\n", "")] {
        let home = Home::new();
        let done = set(&home, "KEY", stdin);
        assert_eq!(done.code == Some(0) && home.text().contains(&format!("\"{value}\"")), !value.is_empty());
    }
}

#[test]
fn comments_order_and_spaces_stay() {
    let before = "\
# of the machine
[smtp]   # ours
port   =   587

[context.secrets]
# the old bell
FIRST = 'hunter2'  # by hand

# the second
SECOND = \"hunter2\"

[network]
allow = [ \"10.1.0.0/16\", ]
";
    let home = Home::with(before);
    home.chmod(0o644);
    assert_eq!(
        home.anonymous(&set(&home, "FIRST", "new").stdout),
        "FIRST is replaced in ~/.campana/config.toml\n"
    );
    assert_eq!(home.text(), before.replace("'hunter2'", "\"new\""));
    // What holds secrets is closed to others as soon as it is touched.
    assert_eq!(mode(&home.config()), 0o600);
    assert_eq!(set(&home, "THIRD", "three").code, Some(0));
    let after = before.replace("'hunter2'", "\"new\"");
    assert_eq!(home.text(), after.replace("\n\n[network]", "\nTHIRD = \"three\"\n\n[network]"));
    assert_eq!(home.run(&["secret", "delete", "THIRD"]).code, Some(0));
    assert_eq!(home.text(), before.replace("'hunter2'", "\"new\""));
    assert_eq!(home.run(&["secret", "delete", "SECOND"]).code, Some(0));
    let without =
        before.replace("'hunter2'", "\"new\"").replace("\n# the second\nSECOND = \"hunter2\"\n", "");
    assert_eq!(home.text(), without);
}

#[test]
fn it_is_put_where_the_section_is_however_it_is_written() {
    for (before, after) in [
        ("[context]\nsecrets = { A = \"a\" }\n", "[context]\nsecrets = { A = \"a\" , B = \"b\" }\n"),
        ("context.secrets.A = \"a\"\n", "context.secrets.A = \"a\"\ncontext.secrets.B = \"b\"\n"),
        ("[context]\n", "[context]\n\n[context.secrets]\nB = \"b\"\n"),
        ("[smtp]\nport = 25\n", "[smtp]\nport = 25\n\n[context.secrets]\nB = \"b\"\n"),
        ("[smtp]\nport = 25\n# end\n", "[smtp]\nport = 25\n# end\n\n[context.secrets]\nB = \"b\"\n"),
        ("# only this", "# only this\n\n[context.secrets]\nB = \"b\"\n"),
    ] {
        let home = Home::with(before);
        assert_eq!(set(&home, "B", "b").code, Some(0));
        assert_eq!(home.text(), after);
        assert_eq!(home.run(&["secret", "list", "--json"]).code, Some(0), "{}", home.text());
    }
}

#[test]
fn what_cannot_be_a_value_or_a_name_is_refused_and_changes_nothing() {
    for value in
        ["", "\n", "  ", "hunter2\nhunter2", "hunter2\u{1b}[31m", "hunter2\0", &"hunter2".repeat(10_000)]
    {
        let home = Home::new();
        let done = set(&home, "KEY", value);
        assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{value:?}");
        assert!(done.stderr.starts_with("error: ") && done.stderr.contains("KEY"), "{}", done.stderr);
        assert!(!home.config().exists());
    }
    for name in ["", "a b", "1A", "A-B", "A=B", "č", "A.B"] {
        let done = set(&Home::new(), name, "x");
        assert_eq!(done.code, Some(2), "{name}");
        assert!(done.stderr.contains("letters, digits and _"), "{}", done.stderr);
    }
    // Nor is there a place for a value among the arguments.
    assert_eq!(Home::new().run(&["secret", "set", "KEY", "value"]).code, Some(2));
}

#[test]
fn a_file_that_cannot_be_changed_stays_as_it_is() {
    for (text, wanted) in [
        ("[context.secrets]\nA = hunter2\n", ", line 2: "),
        ("[context]\nsecrets = \"hunter2\"\n", "secrets must be a section in the file, and not string"),
        ("context = 8642097\n", "context must be a section in the file, and not integer"),
    ] {
        let home = Home::with(text);
        let done = set(&home, "B", "x");
        assert_eq!(done.code, Some(1));
        assert!(done.stderr.contains(wanted) && !done.stderr.contains("8642097"), "{}", done.stderr);
        assert_eq!(home.text(), text);
    }
    let home = Home::new();
    std::fs::write(home.config().parent().unwrap(), "no folder").unwrap();
    assert!(set(&home, "B", "x").stderr.contains("could not"));
}

#[test]
fn a_link_to_the_file_stays_one() {
    let home = Home::new();
    let folder = home.config().parent().unwrap().to_owned();
    std::fs::create_dir_all(folder.join("dotfiles")).unwrap();
    let file = folder.join("dotfiles/campana.toml");
    std::fs::write(&file, "# mine\n").unwrap();
    symlink("dotfiles/campana.toml", home.config()).unwrap();
    assert_eq!(set(&home, "A", "a").code, Some(0));
    assert!(home.config().is_symlink());
    assert!(std::fs::read_to_string(file).unwrap().starts_with("# mine\n"));
    assert_eq!(home.run(&["secret", "delete", "A"]).code, Some(0));
    assert!(home.config().is_symlink());
}

#[test]
fn two_at_the_same_time_do_not_undo_each_other() {
    let home = Home::new();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let home = &home;
            scope.spawn(move || assert_eq!(set(home, &format!("KEY_{number}"), "x").code, Some(0)));
        }
    });
    let listed = home.run(&["secret", "list", "--json"]).json();
    assert_eq!(listed["secrets"].as_array().unwrap().len(), 8);
}

#[test]
fn the_list_has_names_and_places_and_no_values() {
    let home = Home::with("[context.secrets]\nA = \"hunter2\"\nLONGER = \"hunter2\"\n");
    let variable = [("CAMPANA__CONTEXT__SECRETS__A", "hunter2")];
    let done = home.run_with(&["secret", "list"], &variable, "");
    insta::assert_snapshot!(home.anonymous(&done.to_string()));
    let listed = home.run_with(&["secret", "list", "--json"], &variable, "").json();
    let path = home.config().display().to_string();
    let wanted = json!({ "secrets": [
        { "name": "A", "source": { "variable": "CAMPANA__CONTEXT__SECRETS__A" } },
        { "name": "LONGER", "source": { "file": path, "line": 3 } },
    ] });
    assert_eq!(listed, wanted);
    assert!(Home::new().run(&["secret", "list"]).stdout.starts_with("no secrets; "));
}

#[test]
fn machines_are_told_too() {
    let home = Home::new();
    let path = home.config().display().to_string();
    for replaced in [false, true] {
        let done = home.run_with(&["secret", "set", "KEY", "--json"], &[], "x");
        assert_eq!(done.json(), json!({ "name": "KEY", "path": path, "replaced": replaced }));
    }
    let done = home.run(&["secret", "delete", "KEY", "--json"]);
    assert_eq!(done.json(), json!({ "name": "KEY", "path": path }));
}

#[test]
fn a_secret_that_is_not_there_cannot_be_deleted() {
    for home in [Home::new(), Home::with(""), Home::with("[context.secrets]\nB = \"hunter2\"\n")] {
        let done = home.run(&["secret", "delete", "A"]);
        assert_eq!(done.code, Some(1));
        assert!(done.stderr.starts_with("error: there is no secret A in "), "{}", done.stderr);
    }
}

#[test]
fn a_variable_that_counts_more_is_a_warning() {
    let home = Home::new();
    let variable = [("CAMPANA__CONTEXT__SECRETS__KEY", "hunter2")];
    let done = home.run_with(&["secret", "set", "KEY"], &variable, "x");
    let wanted =
        "warning: the environment variable CAMPANA__CONTEXT__SECRETS__KEY counts more than the file\n";
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), wanted));
    assert!(home.run_with(&["secret", "delete", "KEY"], &variable, "").stderr.contains("is still set"));
}
