//! A GraphQL document, read so that no text costs more than its length.
//!
//! The parser calls itself for each bracket in a bracket, and whoever checks a document follows each fragment
//! wherever it is spread. So a short text could use up the stack, or the time of a core for hours; both are
//! bounded here, before they begin.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// How deep brackets may nest.
const MAX_NESTING: usize = 64;

/// How many fields and fragments may be selected, those of a fragment each time that it is spread.
const MAX_SELECTIONS: usize = 10_000;

/// Reads a document; if it cannot be used, says why.
pub(super) fn parse(query: &str) -> Result<ExecutableDocument, String> {
    if nesting(query) > MAX_NESTING {
        return Err(format!("the query nests deeper than {MAX_NESTING} brackets"));
    }
    let document = parse_query(query).map_err(|error| format!("the query is not GraphQL: {error}"))?;
    let mut known = HashMap::new();
    let all = document
        .operations
        .iter()
        .map(|(_, operation)| selections(&document, &operation.node.selection_set.node, &mut known));
    match all.fold(0, usize::saturating_add) {
        0..=MAX_SELECTIONS => Ok(document),
        _ => Err(format!("the query selects more than {MAX_SELECTIONS} fields, or a fragment within itself")),
    }
}

/// How deep the brackets nest that are not in a text or a comment.
fn nesting(query: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = query;
    while let Some(char) = rest.chars().next() {
        rest = &rest[char.len_utf8()..];
        match char {
            '{' | '[' | '(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            '#' => rest = rest.find(['\n', '\r']).map_or("", |end| &rest[end..]),
            '"' => rest = behind_text(rest),
            _ => {}
        }
    }
    deepest
}

/// What stands behind a text, whose first quote is already taken.
fn behind_text(rest: &str) -> &str {
    let (mut rest, end) = match rest.strip_prefix("\"\"") {
        Some(block) => (block, "\"\"\""),
        None => (rest, "\""),
    };
    while let Some(char) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix(end) {
            return behind;
        }
        rest = &rest[char.len_utf8()..];
        if char == '\\' {
            // In a block only the end itself is hidden by it.
            let hidden = if end.len() == 1 { rest.chars().next().map_or(0, char::len_utf8) } else { 0 };
            rest = rest.strip_prefix("\"\"\"").filter(|_| end.len() > 1).unwrap_or(&rest[hidden..]);
        }
    }
    rest
}

/// How many selections there are in a set, fragments spread out. A fragment within itself has no end of them.
fn selections<'d>(
    document: &'d ExecutableDocument,
    set: &'d SelectionSet,
    known: &mut HashMap<&'d Name, usize>,
) -> usize {
    let of = set.items.iter().map(|selection| {
        let below = match &selection.node {
            Selection::Field(field) => selections(document, &field.node.selection_set.node, known),
            Selection::InlineFragment(inline) => selections(document, &inline.node.selection_set.node, known),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                match (known.get(name), document.fragments.get(name)) {
                    (Some(count), _) => *count,
                    (None, Some(fragment)) => {
                        known.insert(name, usize::MAX);
                        let count = selections(document, &fragment.node.selection_set.node, known);
                        known.insert(name, count);
                        count
                    }
                    (None, None) => 0,
                }
            }
        };
        below.saturating_add(1)
    });
    of.fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_and_comments_do_not_nest() {
        for (query, depth) in [
            ("{ a }", 1),
            ("{ a(b: [1, {c: 2}]) }", 4),
            (r#"{ a(b: "[[[{{{") }"#, 2),
            (r#"{ a(b: "\"[[", c: [1]) }"#, 3),
            (r#"{ a(b: """[[ " \""" [[""", c: [1]) }"#, 3),
            (r#"{ a(b: """\\""", c: [[1]]) }"#, 2),
            (r#"{ a(b: "", c: [1]) }"#, 3),
            ("{ a # ]]}}\n (b: 1) }", 2),
            ("{ a # \"\n (b: 1) }", 2),
            ("]]]{", 1),
        ] {
            assert_eq!(nesting(query), depth, "{query}");
        }
    }

    #[test]
    fn a_deep_document_is_refused_before_it_is_read() {
        for open in ["{a", "{a(b:[", "{a(b:{c:"] {
            let error = parse(&open.repeat(200_000)).unwrap_err();
            assert!(error.contains("nests deeper"), "{error}");
        }
        parse(&format!("{}{}", "{a".repeat(32), "}".repeat(32))).unwrap();
        let just = format!("{{a(b:{}{})}}", "[".repeat(MAX_NESTING - 2), "]".repeat(MAX_NESTING - 2));
        parse(&just).unwrap();
    }

    #[test]
    fn fragments_that_multiply_are_refused() {
        let mut bomb = "{ ...f0 }".to_owned();
        for level in 0..30 {
            let next = level + 1;
            bomb.push_str(&format!(" fragment f{level} on Query {{ ...f{next} ...f{next} }}"));
        }
        bomb.push_str(" fragment f30 on Query { hello }");
        let itself = "{ ...f } fragment f on Query { ...f ...f }".to_owned();
        let pair = "{ ...f } fragment f on Query { a { ...g } } fragment g on Query { ...f ...f }".to_owned();
        for query in [bomb, itself, pair] {
            assert!(parse(&query).unwrap_err().contains("selects more"), "{query}");
        }
        parse("{ ...f ...f } fragment f on Query { hello ...none }").unwrap();
    }
}
