use std::error::Error;
use std::fs;
use std::path::PathBuf;

use campana_model::Secret;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn key(byte: u8) -> MasterKey {
    MasterKey::parse(&text(byte)).unwrap()
}

fn text(byte: u8) -> Secret {
    use base64::Engine;
    Secret::new(base64::engine::general_purpose::STANDARD.encode([byte; 32]))
}

fn vault(byte: u8) -> Vault {
    Vault::new(&key(byte))
}

fn row(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("new").join("encryption.key");
    (folder, path)
}

#[test]
fn what_is_sealed_is_unsealed_in_its_row_only() {
    let vault = vault(1);
    let sealed = vault.seal(row(1), b"hunter2").unwrap();
    assert_eq!(sealed.len(), HEADER_BYTES + b"hunter2".len() + 16);
    assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
    assert_eq!(vault.unseal(row(1), &sealed).unwrap().as_slice(), b"hunter2");
    assert!(matches!(vault.unseal(row(2), &sealed), Err(VaultError::Broken)));
    assert_ne!(sealed, vault.seal(row(1), b"hunter2").unwrap(), "a nonce is used once");
}

#[test]
fn every_changed_bit_is_found() {
    let vault = vault(1);
    let sealed = vault.seal(row(1), b"{}").unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(vault.unseal(row(1), &changed).is_err(), "bit {bit}");
    }
    for end in 0..sealed.len() {
        assert!(vault.unseal(row(1), &sealed[..end]).is_err(), "{end} bytes");
    }
}

#[test]
fn another_key_is_told_from_a_broken_text() {
    let sealed = vault(1).seal(row(1), b"{}").unwrap();
    assert!(matches!(vault(2).unseal(row(1), &sealed), Err(VaultError::OtherKey)));
    let later = [&[2], &sealed[1..]].concat();
    assert!(matches!(vault(1).unseal(row(1), &later), Err(VaultError::UnknownFormat)));
}

/// What was stored by an older version has to be read by each later one.
#[test]
fn the_stored_forms_stay_as_they_are() {
    let vault = vault(7);
    let check = "d2c77e52ca3147757372d296f1780ce65ceb2c49d639dcbc30ac14289499346c";
    assert_eq!(vault.key_check().as_str(), check);
    let destination = "a77d7c4b02c3f8e2501b3f7cba21713e2d3f11173595852802fb5826ecf72231";
    assert_eq!(vault.destination_key(HookType::Webhook, "https://example.com/"), destination);
    let sealed =
        "01d314dcb3ab9aba598462beed7874588f42c737ea8e49f2f7d4e21dbd60bc46912962898e4e313b964432e7533cfa";
    let sealed: Vec<u8> =
        (0..sealed.len()).step_by(2).map(|at| u8::from_str_radix(&sealed[at..at + 2], 16).unwrap()).collect();
    assert_eq!(vault.unseal(row(1), &sealed).unwrap().as_slice(), b"{}");
}

#[test]
fn a_database_knows_its_key() {
    let check = vault(1).key_check().clone();
    let stored = KeyCheck::from(check.as_str().to_owned());
    assert!(vault(1).matches(&stored) && !vault(2).matches(&stored));
    let source = KeySource::Given(text(2));
    let error = Vault::open(&source, Some(&stored)).unwrap_err().to_string();
    assert!(error.contains("another key") && error.contains("CAMPANA__SERVER__ENCRYPTION_KEY"), "{error}");
    assert!(Vault::open(&KeySource::Given(text(1)), Some(&stored)).is_ok());
}

#[test]
fn the_first_start_makes_a_file_of_its_owner_alone() {
    let (_folder, path) = folder();
    let source = KeySource::File(path.clone());
    let made = Vault::open(&source, None).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = Vault::open(&source, Some(made.key_check())).unwrap();
    let sealed = made.seal(row(1), b"{}").unwrap();
    assert_eq!(again.unseal(row(1), &sealed).unwrap().as_slice(), b"{}");
    let other = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(other, 1, "nothing else is left there");
}

#[test]
fn a_lost_file_is_not_replaced() {
    let (_folder, path) = folder();
    let error = Vault::open(&KeySource::File(path.clone()), Some(vault(1).key_check())).unwrap_err();
    assert!(error.to_string().contains("encryption.key"), "{error}");
    assert!(error.source().unwrap().to_string().contains("put the file back"));
    assert!(!path.exists());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let (_folder, path) = folder();
    let source = KeySource::File(path.clone());
    Vault::open(&source, None).unwrap();
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = Vault::open(&source, None).unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains("chmod 600") && cause.contains(&format!("{mode:o}")), "{cause}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(Vault::open(&source, None).is_ok());
}

#[test]
fn what_is_no_key_is_not_shown() {
    let (_folder, path) = folder();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let sources = ["hunter2", "", "aHVudGVyMg==", "\u{0}"];
    for text in sources {
        let error = Vault::open(&KeySource::Given(Secret::new(text)), None).unwrap_err();
        let shown = format!("{error} {error:?} {}", error.source().unwrap());
        assert!(shown.contains("32 random bytes") && !shown.contains("hunter2"), "{shown}");
    }
    let error = Vault::open(&KeySource::File(path.parent().unwrap().to_owned()), None).unwrap_err();
    assert!(matches!(error, VaultError::Key { source: KeyError::NotAFile | KeyError::Read(_), .. }));
}

#[test]
fn nothing_is_shown() {
    let source = KeySource::Given(text(1));
    let shown = format!("{:?} {:?} {source:?} {source}", vault(1), key(1));
    assert!(!shown.contains(text(1).expose()) && shown.contains("[secret]"), "{shown}");
}

#[test]
fn a_destination_has_one_name_under_one_key() {
    let name = |byte, kind, endpoint| vault(byte).destination_key(kind, endpoint);
    let slack = name(1, HookType::SlackWebhook, "https://hooks.example.com/hunter2");
    assert_eq!(slack, name(1, HookType::SlackWebhook, "https://hooks.example.com/hunter2"));
    assert_eq!(slack.len(), 64);
    assert!(slack.bytes().all(|byte| byte.is_ascii_hexdigit()));
    for other in [
        name(1, HookType::Webhook, "https://hooks.example.com/hunter2"),
        name(1, HookType::SlackWebhook, "https://hooks.example.com/hunter3"),
        name(2, HookType::SlackWebhook, "https://hooks.example.com/hunter2"),
    ] {
        assert_ne!(slack, other);
    }
}

proptest! {
    #[test]
    fn any_text_comes_back_and_any_bytes_are_read_safely(
        plaintext in proptest::collection::vec(any::<u8>(), 0..200),
        noise in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let vault = vault(1);
        let sealed = vault.seal(row(3), &plaintext).unwrap();
        let unsealed = vault.unseal(row(3), &sealed).unwrap();
        prop_assert_eq!(unsealed.as_slice(), plaintext.as_slice());
        prop_assert!(vault.unseal(row(3), &noise).is_err());
    }
}
