//! What of the language a template may use, looked at before it is parsed.
//!
//! Steps are counted when a template is rendered, but one step may double a text: `{% set a = a ~ a %}`, sixty
//! times, takes few steps and more memory than there is. So what makes values larger is bounded here: texts and
//! lists are joined a few times in the whole template, never multiplied and never captured, and a list is written
//! out of constants only. With values of bounded size (see the filters), every value stays small. Expressions are
//! short enough that reading them needs no deep stack.

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

use super::{MAX_TEMPLATE_BYTES, TemplateError};

/// How often `~` and `+` may stand in a template.
const MAX_JOINS: usize = 8;
/// How long one expression or statement may be, in words and signs.
const MAX_TOKENS: usize = 200;
/// How many statements a template may have.
const MAX_STATEMENTS: usize = 200;

/// What the scan tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scanned {
    /// Whether something looks like a tag of HTML outside of the expressions.
    pub(super) has_tags: bool,
}

/// Looks at a template.
pub(super) fn scan(source: &str) -> Result<Scanned, TemplateError> {
    if source.len() > MAX_TEMPLATE_BYTES {
        return Err(TemplateError::TooLong { bytes: source.len() });
    }
    let mut scan = Scan::default();
    for token in tokenize(source, false, SyntaxConfig::default()) {
        let (token, span) = token?;
        scan.token(&token)
            .map_err(|problem| TemplateError::Syntax { line: span.start_line.into(), problem })?;
    }
    Ok(Scanned { has_tags: scan.has_tags })
}

#[derive(Default)]
struct Scan {
    has_tags: bool,
    joins: usize,
    statements: usize,
    /// Since the expression or statement began.
    tokens: usize,
    statement: Statement,
    /// Whether the last token ends a value, so that a bracket after it takes a part and is no list.
    after_value: bool,
    /// How many brackets deep a list of constants is open.
    in_list: bool,
}

#[derive(Default, PartialEq)]
enum Statement {
    /// None, or one that needs no more looking at.
    #[default]
    Other,
    /// It begins.
    Begins,
    /// `set` without a value yet.
    Set,
}

impl Scan {
    fn token(&mut self, token: &Token<'_>) -> Result<(), String> {
        self.tokens += 1;
        if self.tokens > MAX_TOKENS {
            return refuse(format!("an expression has more than {MAX_TOKENS} parts; make it shorter"));
        }
        match token {
            Token::TemplateData(text) => {
                self.has_tags |= has_tag(text);
                self.tokens = 0;
            }
            Token::VariableStart => self.begin(Statement::Other)?,
            Token::BlockStart => self.begin(Statement::Begins)?,
            Token::BlockEnd if self.statement == Statement::Set => {
                return refuse("a block cannot be captured; write {% set name = value %}");
            }
            Token::Assign if self.statement == Statement::Set => self.statement = Statement::Other,
            Token::Ident(word) => self.word(word)?,
            Token::Tilde | Token::Plus => {
                self.joins += 1;
                if self.joins > MAX_JOINS {
                    return refuse(format!(
                        "~ and + may stand there {MAX_JOINS} times; write {{{{ a }}}}{{{{ b }}}}"
                    ));
                }
            }
            Token::Mul | Token::Pow => return refuse("there is no * in a template"),
            Token::BraceOpen => return refuse("a template makes no maps"),
            _ => {}
        }
        self.list(token)?;
        self.after_value = match token {
            Token::Ident(word) => !matches!(*word, "in" | "and" | "or" | "not" | "if" | "else" | "is"),
            Token::BracketClose | Token::ParenClose | Token::Str(_) | Token::String(_) => true,
            _ => false,
        };
        Ok(())
    }

    fn begin(&mut self, statement: Statement) -> Result<(), String> {
        self.tokens = 0;
        self.statements += 1;
        if self.statements > MAX_STATEMENTS {
            return refuse(format!("more than {MAX_STATEMENTS} expressions and statements; make it shorter"));
        }
        self.statement = statement;
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        if self.statement == Statement::Begins {
            self.statement = if word == "set" { Statement::Set } else { Statement::Other };
            if matches!(word, "filter" | "autoescape") {
                return refuse(format!("there is no {{% {word} %}} in a template"));
            }
        }
        if word == "recursive" {
            return refuse("a loop cannot be recursive");
        }
        Ok(())
    }

    /// A list or a tuple in which there is more than constants could hold itself several times over.
    fn list(&mut self, token: &Token<'_>) -> Result<(), String> {
        match token {
            Token::BracketOpen if self.in_list => return refuse("a list in a list"),
            Token::BracketOpen if !self.after_value => self.in_list = true,
            Token::BracketClose => self.in_list = false,
            Token::Comma
            | Token::Minus
            | Token::Int(_)
            | Token::Float(_)
            | Token::Str(_)
            | Token::String(_) => {}
            _ if self.in_list => return refuse("a list may have texts and numbers in it, and nothing else"),
            _ => {}
        }
        Ok(())
    }
}

fn refuse<T>(problem: impl Into<String>) -> Result<T, String> {
    Err(problem.into())
}

/// Whether there is a `<` with a letter, a slash or an exclamation mark after it.
fn has_tag(text: &str) -> bool {
    let opens = |at: usize| {
        text[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || "/!".contains(next))
    };
    text.match_indices('<').any(|(at, _)| opens(at))
}
