//! Asking whether a paused task may go on.

use std::io::{self, BufRead, Write};

/// Asks until there is an answer; the end of the input is a no.
pub(super) fn ask(task: &str, input: &mut impl BufRead, output: &mut impl Write) -> io::Result<bool> {
    loop {
        write!(output, "Task '{task}' is paused. Let it go on? [y/n] ")?;
        output.flush()?;
        let mut answer = String::new();
        if input.read_line(&mut answer)? == 0 {
            return Ok(false);
        }
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes_and_anything_else_is_asked_again() {
        for (typed, wanted, asked) in [
            ("y\n", true, 1),
            ("YES\n", true, 1),
            ("n\ny\n", false, 1),
            ("what?\n\ny\n", true, 3),
            ("maybe", false, 2),
            ("", false, 1),
        ] {
            let mut output = Vec::new();
            assert_eq!(ask("load[3]", &mut typed.as_bytes(), &mut output).unwrap(), wanted, "{typed:?}");
            let question = "Task 'load[3]' is paused. Let it go on? [y/n] ";
            assert_eq!(String::from_utf8(output).unwrap(), question.repeat(asked), "{typed:?}");
        }
    }
}
