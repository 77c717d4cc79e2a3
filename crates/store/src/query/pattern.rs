//! Forms of text, as `LIKE` has them in Postgres, for both databases.

/// A form, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Pattern(Vec<Token>);

#[derive(Clone, Copy, PartialEq, Debug)]
enum Token {
    /// Any text, also none.
    Any,
    /// Any character.
    One,
    /// This character.
    Just(char),
}

impl Pattern {
    /// Reads a form; a `\` at the end stands for itself.
    pub(super) fn new(form: &str) -> Self {
        let mut tokens = Vec::new();
        let mut chars = form.chars();
        while let Some(char) = chars.next() {
            tokens.push(match char {
                // Several in a row are no more than one, and cost much more.
                '%' if tokens.last() == Some(&Token::Any) => continue,
                '%' => Token::Any,
                '_' => Token::One,
                '\\' => Token::Just(chars.next().unwrap_or('\\')),
                other => Token::Just(other),
            });
        }
        Self(tokens)
    }

    /// As `LIKE .. ESCAPE '\'` takes it.
    pub(super) fn like(&self) -> String {
        let mut like = String::new();
        for token in &self.0 {
            match *token {
                Token::Any => like.push('%'),
                Token::One => like.push('_'),
                Token::Just(char) => {
                    if matches!(char, '%' | '_' | '\\') {
                        like.push('\\');
                    }
                    like.push(char);
                }
            }
        }
        like
    }

    /// As `GLOB` takes it, which is what tells upper from lower case in SQLite.
    pub(super) fn glob(&self) -> String {
        let mut glob = String::new();
        for token in &self.0 {
            match *token {
                Token::Any => glob.push('*'),
                Token::One => glob.push('?'),
                Token::Just(char @ ('*' | '?' | '[')) => glob.extend(['[', char, ']']),
                Token::Just(char) => glob.push(char),
            }
        }
        glob
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_mean_the_same() {
        for (form, like, glob) in [
            ("a%b_c", "a%b_c", "a*b?c"),
            (r"100\%", r"100\%", "100%"),
            (r"a\_b\\", r"a\_b\\", r"a_b\"),
            ("[x]*?", "[x]*?", "[[]x][*][?]"),
            ("%%%", "%", "*"),
            (r"end\", r"end\\", r"end\"),
        ] {
            let pattern = Pattern::new(form);
            assert_eq!((pattern.like().as_str(), pattern.glob().as_str()), (like, glob), "{form}");
        }
    }
}
