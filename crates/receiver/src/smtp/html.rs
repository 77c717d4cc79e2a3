//! A mail's HTML, to be looked at in a browser.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::mail;
use crate::{Kind, Received};

/// A mail client runs nothing and fetches nothing; a browser does neither where this stands first.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
    style-src 'unsafe-inline'; img-src data:\">\n<meta charset=\"utf-8\">\n";

impl Received {
    /// The HTML of a mail, as it was sent; `None` if it has none, or is no mail.
    pub fn html(&self) -> Option<String> {
        if self.kind == Kind::Email { mail::html(&self.request.body) } else { None }
    }

    /// Writes the HTML of a mail to `mail-<number>.html` in this folder, which is made if it is missing, with
    /// a line in front that keeps a browser from running or fetching anything. Gives the file's path, or
    /// `None` if there is no HTML.
    ///
    /// # Errors
    /// If the folder or the file cannot be written.
    pub fn save_html(&self, folder: &Path) -> io::Result<Option<PathBuf>> {
        let Some(html) = self.html() else { return Ok(None) };
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("mail-{}.html", self.number));
        fs::write(&path, format!("{POLICY}{html}"))?;
        Ok(Some(path))
    }
}
