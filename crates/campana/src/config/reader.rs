//! What the file and the environment say, and taking from it what belongs there.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use campana_model::Secret;
use toml::de::{DeTable, DeValue};

use super::file::{ConfigFile, PATH_VARIABLE, variable};
use super::{ConfigError, Origin, Setting, Shown};

/// A key, part by part. A part may be anything, since a secret's name may be in quotes.
type Path = Vec<String>;

/// The section whose keys are names that the user chose.
const SECRETS: [&str; 2] = ["context", "secrets"];

/// What every variable begins with.
const PREFIX: &str = "CAMPANA__";

/// What is written, before it is known what belongs there.
#[derive(Debug)]
pub(super) struct Reader<'f> {
    /// What nobody has asked for yet.
    entries: BTreeMap<Path, Entry<'f>>,
    sections: BTreeSet<Path>,
    keys: BTreeSet<Path>,
    settings: Vec<Setting>,
}

#[derive(Debug)]
struct Entry<'f> {
    raw: Raw<'f>,
    origin: Origin,
}

/// A value as it is written.
#[derive(Debug)]
enum Raw<'f> {
    Section,
    Toml(DeValue<'f>),
    Variable(String),
}

impl<'f> Reader<'f> {
    /// Reads both; a variable counts more than the file.
    pub(super) fn new(
        file: Option<&'f ConfigFile>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Self {
            entries: BTreeMap::new(),
            sections: BTreeSet::new(),
            keys: BTreeSet::new(),
            settings: Vec::new(),
        };
        if let Some(file) = file {
            reader.add_table(file, &[], file.parse()?);
        }
        for (name, value) in variables {
            reader.add_variable(&name, value)?;
        }
        Ok(reader)
    }

    fn add_table(&mut self, file: &ConfigFile, above: &[String], table: DeTable<'f>) {
        for (key, value) in table {
            let path = [above, &[key.get_ref().to_string()]].concat();
            let origin = file.origin(key.span().start);
            let raw = match value.into_inner() {
                DeValue::Table(inner) => {
                    self.add_table(file, &path, inner);
                    Raw::Section
                }
                value => Raw::Toml(value),
            };
            self.entries.insert(path, Entry { raw, origin });
        }
    }

    fn add_variable(&mut self, name: &OsString, value: OsString) -> Result<(), ConfigError> {
        let Some(name) = name.to_str().filter(|name| *name != PATH_VARIABLE) else { return Ok(()) };
        let Some(key) = name.strip_prefix(PREFIX) else { return Ok(()) };
        let not_unicode = |_| ConfigError::NotUnicode { variable: name.to_owned() };
        let raw = Raw::Variable(value.into_string().map_err(not_unicode)?);
        self.entries.insert(path_of(key), Entry { raw, origin: Origin::Variable(name.to_owned()) });
        Ok(())
    }

    /// The section of this name: `channels.twilio`.
    pub(super) fn section(&mut self, name: &'static str) -> Section<'_, 'f> {
        let path: Path = name.split('.').map(str::to_owned).collect();
        self.sections.extend((1..=path.len()).map(|parts| path[..parts].to_vec()));
        Section { reader: self, path }
    }

    /// All that was taken, if nothing is left over that nobody asked for.
    pub(super) fn finish(self) -> Result<Vec<Setting>, ConfigError> {
        for (path, entry) in &self.entries {
            match (&entry.raw, self.sections.contains(path)) {
                (Raw::Section, true) => {}
                (raw, true) => {
                    let (origin, key) = (entry.origin.clone(), path.join("."));
                    return Err(ConfigError::Value { origin, key, wanted: "a section", found: raw.found() });
                }
                (_, false) => return Err(self.unknown(path, entry)),
            }
        }
        Ok(self.settings)
    }

    fn unknown(&self, path: &Path, Entry { raw, origin }: &Entry<'_>) -> ConfigError {
        let spell = |path: &Path| spell(origin, path, self.sections.contains(path));
        let key = match raw {
            Raw::Section => format!("section [{}]", path.join(".")),
            Raw::Toml(_) | Raw::Variable(_) => format!("key {}", path.join(".")),
        };
        let known = || self.keys.iter().chain(&self.sections);
        let written = path.join(".").to_lowercase();
        let distance = |path: &Path| strsim::damerau_levenshtein(&written, &path.join(".").to_lowercase());
        let nearest = known().min_by_key(|path| distance(path));
        let remedy = match nearest.filter(|path| distance(path) <= written.len() / 3) {
            Some(path) => format!("did you mean {}?", spell(path)),
            None => {
                let above = path.iter().take(path.len() - 1).cloned().collect::<Path>();
                let above = if self.sections.contains(&above) { &above[..] } else { &[] };
                let beside = known().filter(|path| path[..path.len() - 1] == *above);
                format!("known are {}", beside.map(spell).collect::<Vec<_>>().join(", "))
            }
        };
        ConfigError::Unknown { origin: origin.clone(), key, remedy }
    }
}

/// A section, to take its keys from.
pub(super) struct Section<'r, 'f> {
    reader: &'r mut Reader<'f>,
    path: Path,
}

impl<'f> Section<'_, 'f> {
    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        self.take(key, TEXT, |raw| Ok(raw.text()?.to_owned()), |text| Shown::Text(text.clone()))
    }

    pub(super) fn secret(&mut self, key: &'static str) -> Result<Option<Secret>, ConfigError> {
        self.take(key, TEXT, |raw| Ok(Secret::new(raw.text()?)), |_| Shown::Secret)
    }

    /// A URL that may hold a password.
    pub(super) fn url(&mut self, key: &'static str) -> Result<Option<Secret>, ConfigError> {
        self.take(key, TEXT, |raw| Ok(Secret::new(raw.text()?)), |url| Shown::url(url.expose()))
    }

    pub(super) fn port(&mut self, key: &'static str) -> Result<Option<u16>, ConfigError> {
        self.take(key, "a port, 0 to 65535", Raw::port, |port| Shown::Number((*port).into()))
    }

    pub(super) fn number(&mut self, key: &'static str) -> Result<Option<u16>, ConfigError> {
        let positive = |raw: &Raw<'_>| raw.port()?.checked_sub(1).map(|less| less + 1).ok_or(None);
        self.take(key, "a number, 1 to 65535", positive, |number| Shown::Number((*number).into()))
    }

    /// A text that is read into something else.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        wanted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let read = |raw: &Raw<'_>| {
            let text = raw.text()?;
            Ok((parse(text).ok_or(None)?, text.to_owned()))
        };
        let parsed = self.take(key, wanted, read, |(_, text)| Shown::Text(text.clone()))?;
        Ok(parsed.map(|(value, _)| value))
    }

    /// Several of them.
    pub(super) fn list<T: ToString>(
        &mut self,
        key: &'static str,
        wanted: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, ConfigError> {
        let read = |raw: &Raw<'_>| raw.list()?.into_iter().map(|text| parse(text).ok_or(None)).collect();
        let show = |list: &Vec<T>| Shown::List(list.iter().map(T::to_string).collect());
        Ok(self.take(key, wanted, read, show)?.unwrap_or_default())
    }

    /// All keys, whatever their names, as secrets.
    pub(super) fn all_secrets(&mut self) -> Result<BTreeMap<String, Secret>, ConfigError> {
        let (depth, entries) = (self.path.len(), &mut self.reader.entries);
        let is_here = |path: &Path| path.len() == depth + 1 && path.starts_with(&self.path);
        let mut secrets = BTreeMap::new();
        for (mut path, Entry { raw, origin }) in entries.extract_if(.., |path, _| is_here(path)) {
            let key = path.join(".");
            let secret = match raw.text() {
                Ok(text) => Secret::new(text),
                Err(found) => return Err(ConfigError::Value { origin, key, wanted: TEXT, found }),
            };
            secrets.extend(path.pop().map(|name| (name, secret)));
            self.reader.settings.push(Setting { key, value: Shown::Secret, origin });
        }
        Ok(secrets)
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        wanted: &'static str,
        read: impl FnOnce(&Raw<'f>) -> Result<T, Found>,
        show: impl FnOnce(&T) -> Shown,
    ) -> Result<Option<T>, ConfigError> {
        let path = [&self.path[..], &[key.to_owned()]].concat();
        self.reader.keys.insert(path.clone());
        let Some(Entry { raw, origin }) = self.reader.entries.remove(&path) else { return Ok(None) };
        let key = path.join(".");
        match read(&raw) {
            Ok(value) => {
                self.reader.settings.push(Setting { key, value: show(&value), origin });
                Ok(Some(value))
            }
            Err(found) => Err(ConfigError::Value { origin, key, wanted, found }),
        }
    }
}

const TEXT: &str = "a text in quotes";

/// The type of a value that is of the wrong one; `None`: the type is right, and the value is not.
type Found = Option<&'static str>;

impl Raw<'_> {
    fn text(&self) -> Result<&str, Found> {
        match self {
            Self::Variable(text) => Ok(text),
            Self::Toml(DeValue::String(text)) => Ok(text),
            other => Err(other.found()),
        }
    }

    fn port(&self) -> Result<u16, Found> {
        let port = match self {
            Self::Variable(text) => text.parse(),
            Self::Toml(DeValue::Integer(port)) => u16::from_str_radix(port.as_str(), port.radix()),
            other => return Err(other.found()),
        };
        port.map_err(|_| None)
    }

    /// In a variable the entries are separated by commas, and may be written as in the file: `["a", "b"]`.
    fn list(&self) -> Result<Vec<&str>, Found> {
        match self {
            Self::Variable(text) => {
                let text = text.trim();
                let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                let quotes: &[char] = if inner.is_some() { &['"', '\''] } else { &[] };
                let entries = inner.unwrap_or(text).split(',').map(|entry| entry.trim().trim_matches(quotes));
                Ok(entries.filter(|entry| !entry.is_empty()).collect())
            }
            Self::Toml(DeValue::Array(entries)) => {
                entries.iter().map(|entry| entry.get_ref().as_str().ok_or(None)).collect()
            }
            other => Err(other.found()),
        }
    }

    /// The type of what is written, in words; a variable has none.
    fn found(&self) -> Found {
        match self {
            Self::Variable(_) => None,
            Self::Section | Self::Toml(DeValue::Table(_)) => Some("a section"),
            Self::Toml(DeValue::String(_)) => Some("a text"),
            Self::Toml(DeValue::Integer(_)) => Some("an integer"),
            Self::Toml(DeValue::Float(_)) => Some("a float"),
            Self::Toml(DeValue::Boolean(_)) => Some("a boolean"),
            Self::Toml(DeValue::Datetime(_)) => Some("a date or time"),
            Self::Toml(DeValue::Array(_)) => Some("a list"),
        }
    }
}

/// The key that the rest of a variable's name stands for. A name of which a part is not in upper case stands for
/// none; the section of the secrets is the one whose keys have a case of their own.
fn path_of(rest: &str) -> Path {
    let secret = rest.strip_prefix("CONTEXT__SECRETS__");
    if let Some(name) = secret {
        return SECRETS.iter().chain([&name]).map(|part| (*part).to_owned()).collect();
    }
    if rest.chars().any(char::is_lowercase) {
        return vec![rest.to_owned()];
    }
    rest.split("__").map(str::to_lowercase).collect()
}

/// A key or a section, as one would write it in such a place.
fn spell(origin: &Origin, path: &Path, is_section: bool) -> String {
    match origin {
        Origin::File { .. } if is_section => format!("[{}]", path.join(".")),
        Origin::File { .. } => path.join("."),
        Origin::Variable(_) => {
            let parts: Vec<_> = path.iter().map(|part| part.to_uppercase()).collect();
            let end = if is_section { "__..." } else { "" };
            variable(&[], &format!("{}{end}", parts.join("__")))
        }
    }
}
