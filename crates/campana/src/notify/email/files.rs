//! Files to be attached.

use std::path::{Path, PathBuf};

use campana_notify::channels::email::Attachment;

use super::Email;

impl Email {
    /// The files, read now, and the other attachments.
    pub(super) async fn attached(&self) -> Result<Vec<Attachment>, Unreadable> {
        let mut attached = self.attachments.clone().unwrap_or_default();
        for path in self.files.iter().flatten() {
            attached.push(read(path).await?);
        }
        Ok(attached)
    }
}

/// A file that is to be attached cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read {}, which is to be attached", path.display())]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub source: std::io::Error,
}

async fn read(path: &Path) -> Result<Attachment, Unreadable> {
    let content = tokio::fs::read(path).await;
    let content = content.map_err(|source| Unreadable { path: path.to_owned(), source })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let attachment = Attachment::new(name.clone(), guess.essence_str(), content.clone());
    // A mail in a file is a file.
    let any = |_| Attachment::new(name, "application/octet-stream", content);
    Ok(attachment.or_else(any).expect("any file is a stream of bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_attached_as_what_its_name_says() {
        let folder = std::env::temp_dir().join(format!("campana-mail-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, content_type) in [
            ("a.csv", "text/csv"),
            ("a.pdf", "application/pdf"),
            ("a.eml", "application/octet-stream"),
            ("a", "application/octet-stream"),
        ] {
            std::fs::write(folder.join(name), name).unwrap();
            let attachment = read(&folder.join(name)).await.unwrap();
            assert_eq!((attachment.name(), attachment.content_type()), (name, content_type));
            assert_eq!(attachment.content(), name.as_bytes());
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
