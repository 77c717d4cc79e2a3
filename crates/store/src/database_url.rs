//! Where the database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The place of a database: `sqlite://PATH`, or `postgres://user:password@host/name`.
///
/// `Debug` and `Display` do not show the password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A Postgres, by its connection string.
    Postgres(String),
}

/// A text is not the place of a database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// The scheme is another.
    #[error("the database URL has the scheme {0:?}; known are sqlite://PATH and postgres://HOST/NAME")]
    Scheme(String),
    /// Nothing follows the scheme.
    #[error("the database URL names no file; write sqlite:///var/lib/campana/campana.db")]
    NoPath,
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        match text.split_once("://") {
            Some(("sqlite", "")) => Err(DatabaseUrlError::NoPath),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.to_owned())),
            Some((scheme, _)) => Err(DatabaseUrlError::Scheme(scheme.to_owned())),
            None => Err(DatabaseUrlError::Scheme(String::new())),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                // The options behind the name can hold a password too.
                write!(f, "postgres://{}", place.split(['?', '#']).next().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_are_known_and_others_are_told_apart() {
        assert_eq!("sqlite:///a/b.db".parse(), Ok(DatabaseUrl::Sqlite("/a/b.db".into())));
        assert_eq!("sqlite://b.db".parse(), Ok(DatabaseUrl::Sqlite("b.db".into())));
        assert!(matches!("postgresql://h/n".parse(), Ok(DatabaseUrl::Postgres(_))));
        assert_eq!("mysql://h/n".parse::<DatabaseUrl>(), Err(DatabaseUrlError::Scheme("mysql".to_owned())));
        assert_eq!("sqlite://".parse::<DatabaseUrl>(), Err(DatabaseUrlError::NoPath));
    }

    #[test]
    fn the_password_is_not_shown() {
        let url: DatabaseUrl = "postgres://ada:hunter2@db.example/campana?password=hunter2".parse().unwrap();
        assert_eq!(format!("{url} {url:?}"), "postgres://db.example/campana postgres://db.example/campana");
    }
}
