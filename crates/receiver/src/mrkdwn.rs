//! Slack's markup, read into styled spans.
//!
//! `*bold*`, `_italic_`, `~struck~`, `` `code` ``, ```` ```block``` ````, `<url|text>`, `<@U1>`, `<#C1|name>`,
//! `<!here>`, and the entities `&amp; &lt; &gt;`. What is not closed on its line is text.

/// How a span looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) struck: bool,
    pub(crate) code: bool,
    pub(crate) link: bool,
}

/// A piece of text in one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) text: String,
    pub(crate) look: Look,
}

/// The text as a person reads it.
pub(crate) fn plain(source: &str) -> String {
    parse(source).into_iter().map(|span| span.text).collect()
}

/// The spans of a text, in order; line ends are in their texts.
pub(crate) fn parse(source: &str) -> Vec<Span> {
    const FENCE: &str = "```";
    let mut spans = Vec::new();
    let mut rest = source;
    while let Some((before, fenced)) = rest.split_once(FENCE)
        && let Some((code, after)) = fenced.split_once(FENCE)
    {
        lines(before, &mut spans);
        end_line(&mut spans);
        let code = code.strip_prefix('\n').unwrap_or(code);
        push(&mut spans, &unescape(code), Look { code: true, ..Look::default() });
        if !after.is_empty() && !after.starts_with('\n') && !code.ends_with('\n') {
            push(&mut spans, "\n", Look::default());
        }
        rest = after;
    }
    lines(rest, &mut spans);
    spans
}

/// Undoes Slack's escapes.
pub(crate) fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn lines(source: &str, spans: &mut Vec<Span>) {
    for line in source.split_inclusive('\n') {
        inline(line, Look::default(), spans);
    }
}

/// Reads one line, in linear time and shallow recursion however many marks a hostile text holds: a mark that
/// finds no partner is not looked for again, and one whose look is on already is text.
fn inline(line: &str, look: Look, spans: &mut Vec<Span>) {
    let mut unclosed = String::new();
    let mut text_start = 0;
    let mut at = 0;
    while let Some(offset) = line[at..].find(['*', '_', '~', '`', '<']) {
        let open = at + offset;
        let mark = char::from(line.as_bytes()[open]);
        at = open + 1;
        if unclosed.contains(mark) || has_look(look, mark) || !may_open(&line[..open], mark, &line[at..]) {
            continue;
        }
        let Some(length) = closer(&line[at..], mark) else {
            unclosed.push(mark);
            continue;
        };
        let inner = &line[at..at + length];
        push(spans, &unescape(&line[text_start..open]), look);
        match mark {
            '<' => reference(inner, look, spans),
            '`' => push(spans, &unescape(inner), Look { code: true, ..look }),
            '*' => inline(inner, Look { bold: true, ..look }, spans),
            '_' => inline(inner, Look { italic: true, ..look }, spans),
            _ => inline(inner, Look { struck: true, ..look }, spans),
        }
        at += length + 1;
        text_start = at;
    }
    push(spans, &unescape(&line[text_start..]), look);
}

fn has_look(look: Look, mark: char) -> bool {
    match mark {
        '*' => look.bold,
        '_' => look.italic,
        '~' => look.struck,
        _ => false,
    }
}

/// `snake_case` is no markup: a mark opens only at the start of a word.
fn may_open(before: &str, mark: char, after: &str) -> bool {
    match mark {
        '<' => !after.starts_with('>'),
        _ => {
            !before.ends_with(|c: char| c.is_alphanumeric() || c == mark)
                && !after.starts_with(char::is_whitespace)
        }
    }
}

/// How far it is to the mark's partner.
fn closer(rest: &str, mark: char) -> Option<usize> {
    if mark == '<' {
        return rest.find('>');
    }
    rest.match_indices(mark).map(|(index, _)| index).find(|&index| {
        let after = rest[index + 1..].chars().next();
        index > 0
            && !rest[..index].ends_with(char::is_whitespace)
            && !after.is_some_and(|c| c.is_alphanumeric() || c == mark)
    })
}

/// What stands between `<` and `>`.
fn reference(inner: &str, look: Look, spans: &mut Vec<Span>) {
    let (target, label) = match inner.split_once('|') {
        Some((target, label)) => (target, Some(unescape(label))),
        None => (inner, None),
    };
    let target = unescape(target);
    let linked = Look { link: true, ..look };
    if let Some(user) = target.strip_prefix('@') {
        push(spans, &format!("@{}", label.as_deref().unwrap_or(user)), linked);
    } else if let Some(channel) = target.strip_prefix('#') {
        push(spans, &format!("#{}", label.as_deref().unwrap_or(channel)), linked);
    } else if let Some(command) = target.strip_prefix('!') {
        push(spans, &label.unwrap_or_else(|| format!("@{command}")), linked);
    } else {
        match label.filter(|label| *label != target) {
            Some(label) => {
                push(spans, &label, look);
                push(spans, " (", look);
                push(spans, &target, linked);
                push(spans, ")", look);
            }
            None => push(spans, &target, linked),
        }
    }
}

fn push(spans: &mut Vec<Span>, text: &str, look: Look) {
    match spans.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.look == look => last.text.push_str(text),
        _ => spans.push(Span { text: text.to_owned(), look }),
    }
}

fn end_line(spans: &mut Vec<Span>) {
    if spans.last().is_some_and(|last| !last.text.ends_with('\n')) {
        push(spans, "\n", Look::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spans written compactly: `[b:bold]` and so on.
    fn shown(source: &str) -> String {
        let mut shown = String::new();
        for Span { text, look } in parse(source) {
            let marks: String = [
                (look.bold, 'b'),
                (look.italic, 'i'),
                (look.struck, 's'),
                (look.code, 'c'),
                (look.link, 'l'),
            ]
            .iter()
            .filter_map(|&(on, mark)| on.then_some(mark))
            .collect();
            shown += &if marks.is_empty() { text } else { format!("[{marks}:{text}]") };
        }
        shown
    }

    #[test]
    fn markup_is_read() {
        for (source, expected) in [
            ("*bold* _italic_ ~gone~ `code`", "[b:bold] [i:italic] [s:gone] [c:code]"),
            ("*bold and _both_*, then `x`.", "[b:bold and ][bi:both], then [c:x]."),
            ("<http://a.test/?x=1&amp;y=2|a page>", "a page ([l:http://a.test/?x=1&y=2])"),
            ("<http://a.test>", "[l:http://a.test]"),
            ("<@U1> <#C1|ops> <!here> <!date^1^{t}|noon>", "[l:@U1] [l:#ops] [l:@here] [l:noon]"),
            ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
            ("`*not bold* &lt;`", "[c:*not bold* <]"),
            ("why:```\nlet x = *y*;\n```done", "why:\n[c:let x = *y*;\n]done"),
            ("```one```\ntwo", "[c:one]\ntwo"),
        ] {
            assert_eq!(shown(source), expected, "{source}");
        }
    }

    #[test]
    fn what_is_no_markup_stays_as_it_is() {
        for source in
            ["snake_case_name", "2 * 3 * 4", "a*b*c", "*open", "_a\nb_", "```open", "**", "``", "x < y", "<>"]
        {
            assert_eq!(shown(source), source, "{source}");
        }
    }

    /// Quadratic reading of any of these would take minutes, and deep recursion overflow the stack.
    #[test]
    fn hostile_marks_are_read_quickly() {
        for pattern in ["*", "* ", "*a ", "`", "<", "<>", "_*~", "*_~a~_* ", "```", "<a|", "*`"] {
            let source = pattern.repeat((1 << 18) / pattern.len());
            assert!(!plain(&source).is_empty(), "{pattern}");
            assert!(!plain(&format!("{source}x*")).is_empty(), "{pattern}");
        }
    }
}
