//! Where a template writes to: a text of bounded size that knows where in JSON it is.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::MAX_OUTPUT_BYTES;

/// A shared text. A clone writes into the same one.
#[derive(Clone, Default)]
pub(super) struct Output(Arc<Mutex<Written>>);

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    is_full: bool,
    /// Whether it is JSON at all.
    is_json: bool,
    in_text: bool,
    /// Whether a backslash came just before.
    escaped: bool,
}

impl Output {
    pub(super) fn new(is_json: bool) -> Self {
        Self(Arc::new(Mutex::new(Written { is_json, ..Written::default() })))
    }

    /// Whether more was written than fits.
    pub(super) fn is_full(&self) -> bool {
        self.with(|written| written.is_full)
    }

    /// Whether what comes next stands between the quotes of a text in JSON.
    pub(super) fn in_text(&self) -> bool {
        self.with(|written| written.in_text)
    }

    /// What was written.
    pub(super) fn into_text(self) -> String {
        let bytes = self.with(|written| std::mem::take(&mut written.bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn with<T>(&self, work: impl FnOnce(&mut Written) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|written| {
            if written.bytes.len() + bytes.len() > MAX_OUTPUT_BYTES {
                written.is_full = true;
                return Err(io::Error::other("too much"));
            }
            written.bytes.extend_from_slice(bytes);
            if written.is_json {
                bytes.iter().for_each(|&byte| written.follow(byte));
            }
            Ok(bytes.len())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// A quote opens or closes a text, unless it is escaped in one.
    fn follow(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_text => self.escaped = true,
            b'"' => self.in_text = !self.in_text,
            _ => {}
        }
    }
}
