//! Changing one secret in the file, and nothing else.
//!
//! Guaranteed: the file is the old one or the new one, and never a part of it, whatever crashes; two of us at the
//! same time do not undo each other's changes; the file is for its owner alone to read, and so is its folder if it
//! is made here; comments, order and spaces stay. No error shows what stands in the file.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use campana_model::Secret;
use tempfile::NamedTempFile;
use toml_edit::{DocumentMut, Entry, Item, Table, TableLike, Value};

/// Sets a secret; whether it was there before.
pub(super) fn set(file: &Path, name: &str, secret: &Secret) -> anyhow::Result<bool> {
    edit(file, |document| {
        if !document.contains_key("context") {
            add_section(document);
        }
        let context = section(document.as_table_mut(), "context")?;
        let secrets = section(context, "secrets")?;
        let mut value = Value::from(secret.expose());
        Ok(match secrets.entry(name) {
            Entry::Occupied(mut entry) => {
                // What stands behind the value is somebody's comment.
                if let Some(old) = entry.get().as_value() {
                    *value.decor_mut() = old.decor().clone();
                }
                entry.insert(value.into());
                true
            }
            Entry::Vacant(entry) => {
                entry.insert(value.into());
                false
            }
        })
    })
}

/// Deletes a secret; whether it was there.
pub(super) fn delete(file: &Path, name: &str) -> anyhow::Result<bool> {
    if !file.exists() {
        return Ok(false);
    }
    edit(file, |document| {
        let secrets = document.get_mut("context").and_then(|context| context.get_mut("secrets"));
        let secrets = secrets.and_then(Item::as_table_like_mut);
        Ok(secrets.is_some_and(|secrets| secrets.remove(name).is_some()))
    })
}

/// Adds the section at the end of the file, behind the comments that stand there.
fn add_section(document: &mut DocumentMut) {
    let mut end = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    if !document.is_empty() || !end.is_empty() {
        end += if end.is_empty() || end.ends_with('\n') { "\n" } else { "\n\n" };
    }
    let mut secrets = Table::new();
    secrets.decor_mut().set_prefix(end);
    let mut context = Table::new();
    context.set_implicit(true);
    context.insert("secrets", secrets.into());
    document.insert("context", context.into());
}

/// A section, made if it is not there.
fn section<'t>(table: &'t mut dyn TableLike, name: &str) -> anyhow::Result<&'t mut dyn TableLike> {
    let item = table.entry(name).or_insert_with(|| Table::new().into());
    let found = item.type_name();
    item.as_table_like_mut().ok_or_else(|| anyhow!("{name} must be a section in the file, and not {found}"))
}

fn edit<T>(file: &Path, change: impl FnOnce(&mut DocumentMut) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let file = &followed(file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make(folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
    let _only_one = File::open(folder).and_then(|folder| folder.lock().map(|()| folder));
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).context(format!("could not read {}", file.display())),
    };
    let mut document = parse(file, &text)?;
    let done = change(&mut document).with_context(|| format!("could not change {}", file.display()))?;
    replace(file, folder, &document.to_string())
        .with_context(|| format!("could not write {}", file.display()))?;
    Ok(done)
}

/// The file itself, if this is a link to it: a link to a file somewhere else stays one.
fn followed(file: &Path) -> anyhow::Result<PathBuf> {
    match file.canonicalize() {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == ErrorKind::NotFound && !file.is_symlink() => Ok(file.to_owned()),
        Err(error) => Err(error).context(format!("could not find {}", file.display())),
    }
}

/// The parser's own error would show the line.
fn parse(file: &Path, text: &str) -> anyhow::Result<DocumentMut> {
    match text.parse() {
        Ok(document) => Ok(document),
        Err(error) => {
            let error: toml_edit::TomlError = error;
            let before = error.span().map_or("", |span| &text[..span.start]);
            bail!("{}, line {}: {}", file.display(), before.matches('\n').count() + 1, error.message())
        }
    }
}

fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A temporary file is for its owner alone, and takes the place of the old one at once.
fn replace(file: &Path, folder: &Path, text: &str) -> std::io::Result<()> {
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}
