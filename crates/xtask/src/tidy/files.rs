//! Every text in the repository: sources are of a size that can be read, and nothing tells of one machine.

use super::Violation;

/// A source longer than this is split, or defended in review by raising this number.
const MAX_LINES: usize = 800;

/// The same for the web UI, whose components are small.
const MAX_LINES_OF_UI: usize = 250;

/// What counts as a source.
const SOURCES: [&str; 5] = [".rs", ".ts", ".tsx", ".css", ".mjs"];

/// The folders under which only one machine, or one person, has something.
const HOMES: [&str; 4] = ["home", "root", "work", "Users"];

/// The files in which package managers write where a package came from.
const PACKAGE_FILES: [&str; 7] = [
    "Cargo.lock",
    ".cargo/config.toml",
    "package-lock.json",
    ".npmrc",
    "pip.conf",
    "requirements.txt",
    "uv.lock",
];

/// The hosts that everybody gets packages from.
const PUBLIC_HOSTS: [&str; 6] = [
    "crates.io",
    "index.crates.io",
    "github.com",
    "registry.npmjs.org",
    "pypi.org",
    "files.pythonhosted.org",
];

/// Checks one file.
pub(super) fn check(file: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    let most = if file.starts_with("ui/") { MAX_LINES_OF_UI } else { MAX_LINES };
    if lines > most && SOURCES.iter().any(|ending| file.ends_with(ending)) {
        let what = format!("{lines} lines, and {most} are the most");
        found.push(Violation::new(file, what, "split it: one idea for each file"));
    }
    let is_package_file =
        PACKAGE_FILES.iter().any(|name| file == *name || file.ends_with(&format!("/{name}")));
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(path) = home_path(line) {
            let what = format!("line {number} has a path of one machine, {path:?}");
            found.push(Violation::new(
                file,
                what,
                "write a path from the repository's root, or a made-up one",
            ));
        }
        if is_package_file && let Some(host) = foreign_host(file, line) {
            let what = format!("line {number} has packages come from {host:?}");
            let remedy = "make the file again with the public registry as the only one";
            found.push(Violation::new(file, what, remedy));
        }
    }
    found
}

/// The absolute path of somebody's home in a line, if there is one.
fn home_path(line: &str) -> Option<&str> {
    HOMES.iter().find_map(|home| {
        let path = format!("/{home}/");
        let absolute = |at: usize| {
            // Behind one of these it is a later part of a longer path, such as a URL's.
            let before = line[..at].chars().next_back();
            !before.is_some_and(|before| before.is_alphanumeric() || "._-~}*)".contains(before))
        };
        let (at, _) = line.match_indices(&path).find(|(at, _)| absolute(*at))?;
        line[at..].split(|end: char| end.is_whitespace() || "\"'`,;:<>()".contains(end)).next()
    })
}

/// The host of the first URL in a line that is none of the public registries.
fn foreign_host<'a>(file: &str, line: &'a str) -> Option<&'a str> {
    // This one has also links to its authors' pages.
    if file.ends_with("package-lock.json") && !line.contains("\"resolved\"") {
        return None;
    }
    let hosts = line.split("://").skip(1).filter_map(|rest| rest.split(['/', '"', '\'', ' ', ':']).next());
    hosts.into_iter().find(|host| !PUBLIC_HOSTS.contains(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(file: &str, text: &str) -> Vec<String> {
        check(file, text).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn a_long_source_is_found_and_a_long_text_is_not() {
        let lines = |count: usize| "x\n".repeat(count);
        assert_eq!(complaints("a.rs", &lines(MAX_LINES)), Vec::<String>::new());
        assert_eq!(complaints("a.rs", &lines(MAX_LINES + 1)), ["801 lines, and 800 are the most"]);
        assert_eq!(complaints("a.md", &lines(MAX_LINES + 1)), Vec::<String>::new());
        assert_eq!(complaints("ui/a.tsx", &lines(MAX_LINES_OF_UI)), Vec::<String>::new());
        assert_eq!(complaints("ui/a.tsx", &lines(MAX_LINES_OF_UI + 1)), ["251 lines, and 250 are the most"]);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        for home in HOMES {
            for line in ["{}", "see `{}`", "path = \"{}\"", "a:{}", "({})", "file={}", "file://{}"] {
                let path = format!("/{home}/ann/x.txt");
                let text = format!("ok\n{}\n", line.replace("{}", &path));
                assert_eq!(
                    complaints("a.md", &text),
                    [format!("line 2 has a path of one machine, {path:?}")],
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn other_paths_are_fine() {
        for before in
            ["https://example.com", "~", ".", "..", "$HOME", "${DIR}", "crates", "*", "//example.com"]
        {
            assert_eq!(home_path(&format!("{before}/{}/x", HOMES[2])), None, "{before}");
        }
        for line in ["/homes/x", "the root / of all", "/rooted/x", "/tmp/root", "GET /api/users/1"] {
            assert_eq!(home_path(line), None, "{line}");
        }
    }

    #[test]
    fn a_private_registry_is_found_in_the_files_of_package_managers() {
        let line = "source = \"sparse+https://mirror.example.com/index/\"";
        for file in ["Cargo.lock", ".cargo/config.toml", "ui/.npmrc", "python/uv.lock"] {
            assert_eq!(complaints(file, line), ["line 1 has packages come from \"mirror.example.com\""]);
        }
        for file in ["docs/a.md", "my-Cargo.lock"] {
            assert_eq!(complaints(file, line), Vec::<String>::new());
        }
    }

    #[test]
    fn public_registries_and_authors_pages_are_fine() {
        let crates_io = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        assert_eq!(complaints("Cargo.lock", crates_io), Vec::<String>::new());
        let npm = "\"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz\",\n\"url\": \"https://ann.example.com\"";
        assert_eq!(complaints("ui/package-lock.json", npm), Vec::<String>::new());
        let mirror = "\"resolved\": \"http://localhost:4873/a/-/a-1.0.0.tgz\"";
        assert_eq!(
            complaints("ui/package-lock.json", mirror),
            ["line 1 has packages come from \"localhost\""]
        );
    }
}
