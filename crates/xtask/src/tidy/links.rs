//! Links between the files of the repository lead somewhere.

use pulldown_cmark::{Event, Parser, Tag};

use super::Violation;

/// Checks one file, if it is Markdown, against the paths of all files.
pub(super) fn check(file: &str, text: &str, files: &[String]) -> Vec<Violation> {
    if !file.ends_with(".md") {
        return Vec::new();
    }
    let targets = Parser::new(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url),
        _ => None,
    });
    targets
        .filter(|target| path_of(file, target).is_some_and(|path| !exists(&path, files)))
        .map(|target| {
            let what = format!("the link to {:?} leads nowhere", &*target);
            Violation::new(file, what, "mend the path, or add the file")
        })
        .collect()
}

/// The path from the root that a link means; `None` if it leads out of the repository, or stays in its file.
fn path_of(file: &str, target: &str) -> Option<String> {
    let path = target.split(['#', '?']).next().filter(|path| !path.is_empty())?;
    let scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
    if scheme || path.starts_with("//") {
        return None;
    }
    let mut parts: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => file.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect()),
    };
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        // A step out of the repository stays in the path, and so is never found.
        if part == ".." && parts.last().is_some_and(|last| *last != "..") {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

/// Whether there is a file of this path, or a folder.
fn exists(path: &str, files: &[String]) -> bool {
    let folder = format!("{path}/");
    path.is_empty() || files.iter().any(|file| file == path || file.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(file: &str, text: &str) -> Vec<String> {
        let files =
            ["README.md", "docs/guide.md", "docs/img/flow.svg", "examples/a/main.rs"].map(str::to_owned);
        check(file, text, &files).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "[guide](docs/guide.md) [part](docs/guide.md#slack) [here](#top) [folder](examples/a) ![f](./docs/img/flow.svg)";
        assert_eq!(complaints("README.md", text), Vec::<String>::new());
        let text = "[up](../README.md) [img](img/flow.svg \"title\") [root](/examples/a/main.rs) [all](..)\n\n[ref]: guide.md\n[ref]";
        assert_eq!(complaints("docs/guide.md", text), Vec::<String>::new());
    }

    #[test]
    fn links_out_of_the_repository_are_not_followed() {
        let text = "<https://example.com/x> [a](mailto:a@example.com) [b](//example.com/b) [c](http://127.0.0.1:8080)";
        assert_eq!(complaints("README.md", text), Vec::<String>::new());
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        for (file, text) in [
            ("README.md", "[x](docs/gone.md)"),
            ("README.md", "![x](docs/img/gone.svg)"),
            ("README.md", "see [x][1]\n\n[1]: doc"),
            ("README.md", "[x](../README.md)"),
            ("docs/guide.md", "[x](README.md#top)"),
            ("docs/guide.md", "[x](/guide.md)"),
            ("docs/guide.md", "[x](../../README.md)"),
        ] {
            assert_eq!(complaints(file, text).len(), 1, "{text}");
        }
    }

    #[test]
    fn code_is_no_link_and_only_markdown_is_read() {
        assert_eq!(complaints("README.md", "`[x](gone)`\n\n```\n[x](gone)\n```\n"), Vec::<String>::new());
        assert_eq!(complaints("src/main.rs", "[x](gone)"), Vec::<String>::new());
    }
}
